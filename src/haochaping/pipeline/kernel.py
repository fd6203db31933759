"""The kernel that runs the notebook: always this environment's own Python, and gone when its block ends."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import ClassVar

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from jupyter_core.utils import run_sync

from haochaping.pipeline.kernel_process import PARENT_VARIABLE, own_python

LOG = "kernel.log"
"""What the kernel's process itself writes, apart from the notebook's outputs; in its folder."""


class OwnKernelManager(AsyncKernelManager):
    """Starts ``ipykernel`` with the Python that runs this process, whatever kernels are installed.

    A ``python3`` kernelspec in the user's home would otherwise win over the environment's own.
    Sockets are files where the platform has them: no port can be taken by somebody else.
    """

    launcher: ClassVar[type[LocalProvisioner] | None] = None
    """Another way to start the process (`publish.forked_kernel`); None is the plain one."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """This interpreter as a kernelspec; no lookup on disk."""
        return KernelSpec(
            argv=[sys.executable, "-m", "haochaping.pipeline.kernel_process", "-f", "{connection_file}"],
            display_name="Python 3",
            language="python",
        )

    def end(self) -> None:
        """Kill the process and remove what belongs to it; nothing happens where there is none."""
        process = getattr(self.provisioner, "process", None)
        if process is not None:
            with suppress(OSError):
                process.kill()
            process.wait()
        run_sync(self.cleanup_resources)()


if os.name != "nt":
    OwnKernelManager.transport.default_value = "ipc"


@contextmanager
def running_kernel(environment: Mapping[str, str], folder: Path) -> Iterator[OwnKernelManager]:
    """A kernel that starts at once and is killed when the block ends, however it ends.

    It imports what every briefing needs while the caller reads and checks. Call from the main thread: the kernel
    dies with the thread that started it.

    Parameters
    ----------
    environment : mapping
        Variables for the kernel alone.
    folder : Path
        Working directory of the kernel; its own messages go to ``kernel.log`` there.
    """
    sockets = _socket_folder(folder)
    manager = OwnKernelManager(connection_file=str(sockets / "kernel.json"))
    variables = {**os.environ, **environment, PARENT_VARIABLE: own_python(os.getpid())}
    if OwnKernelManager.launcher:
        manager.provisioner = OwnKernelManager.launcher(
            kernel_id="forked", kernel_spec=manager.kernel_spec, parent=manager
        )
    try:
        with (folder / LOG).open("wb") as log:
            run_sync(manager.start_kernel)(env=variables, cwd=str(folder), stdout=log, stderr=log)
        yield manager
    finally:
        manager.end()
        shutil.rmtree(sockets, ignore_errors=True)


def _socket_folder(folder: Path) -> Path:
    """A short private path for the kernel's sockets (a socket's path may have some hundred bytes only).

    Its name follows from `folder`, so that the next run removes what a killed one left.
    """
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    sockets = Path(tempfile.gettempdir(), f"haochaping-{digest}")
    shutil.rmtree(sockets, ignore_errors=True)
    try:
        sockets.mkdir(mode=0o700)
    except OSError:  # somebody else's, or no room: a name that nobody has
        return Path(tempfile.mkdtemp(prefix="haochaping-"))
    return sockets

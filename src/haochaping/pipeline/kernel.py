"""The kernel that runs the notebook: always this environment's own Python, killed when its ``with`` block ends."""

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

from haochaping.pipeline.kernel_process import PARENT_VARIABLE, runtime_identity

KERNEL_LOG = "kernel.log"
"""File in the kernel's folder for standard output and error of its process (not the outputs of cells)."""


class OwnKernelManager(AsyncKernelManager):
    """Starts ``ipykernel`` with the Python that runs this process, whatever kernels are installed.

    A ``python3`` kernelspec in the user's home would otherwise win over the environment's own. Except on Windows,
    sockets are files instead of ports, which other programs could occupy.
    """

    provisioner_class: ClassVar[type[LocalProvisioner] | None] = None
    """Another way to start the process (:mod:`haochaping.pipeline.forked_kernel`); None: by a command."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """This interpreter as a kernelspec, instead of one looked up on disk."""
        return KernelSpec(
            argv=[sys.executable, "-m", "haochaping.pipeline.kernel_process", "-f", "{connection_file}"],
            display_name="Python 3",
            language="python",
        )

    def end_kernel(self) -> None:
        """Kill the process and remove its connection file and sockets; may be called twice."""
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
    """Start a kernel without waiting for it to be ready; kill it when the block ends, even by an exception.

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
    variables = {**os.environ, **environment, PARENT_VARIABLE: runtime_identity(os.getpid())}
    variables["IPYTHONDIR"] = str(sockets / "ipython")  # not the user's profile
    if paths := variables.get("PYTHONPATH"):  # the kernel runs in another folder
        absolute = [str(Path(path).absolute()) if path else path for path in paths.split(os.pathsep)]
        variables["PYTHONPATH"] = os.pathsep.join(absolute)
    if OwnKernelManager.provisioner_class:
        manager.provisioner = OwnKernelManager.provisioner_class(
            kernel_id="forked", kernel_spec=manager.kernel_spec, parent=manager
        )
    try:
        with (folder / KERNEL_LOG).open("wb") as log:
            run_sync(manager.start_kernel)(env=variables, cwd=str(folder), stdout=log, stderr=log)
        yield manager
    finally:
        manager.end_kernel()
        shutil.rmtree(sockets, ignore_errors=True)


def _socket_folder(folder: Path) -> Path:
    """Create a private folder with a short path for the kernel's sockets (whose paths are limited to some 100 bytes).

    Its name is derived from `folder`, so that the next run removes what a killed run left.
    """
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    sockets = Path(tempfile.gettempdir(), f"haochaping-{digest}")
    shutil.rmtree(sockets, ignore_errors=True)
    try:
        sockets.mkdir(mode=0o700)
    except OSError:  # it belongs to another user, or cannot be made here: take an unused name
        return Path(tempfile.mkdtemp(prefix="haochaping-"))
    return sockets

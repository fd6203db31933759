"""A kernel forked from a process that has imported everything; used on Linux when many quarters are built.

Starting Python and importing pandas, seaborn and this package costs each kernel two seconds of a core; a forked
process has them at once. On other systems kernels are started by a command (:mod:`haochaping.pipeline.kernel`); the
result is the same.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import LocalProvisioner

from haochaping.pipeline import kernel_process
from haochaping.pipeline.kernel import OwnKernelManager


@contextmanager
def forked_kernels() -> Iterator[None]:
    """Fork the kernels of this process from it within the block; it must have no threads and no sockets."""
    kernel_process.preload_modules()
    before = OwnKernelManager.provisioner_class
    OwnKernelManager.provisioner_class = ForkedProvisioner
    try:
        yield
    finally:
        OwnKernelManager.provisioner_class = before


class ForkedProvisioner(LocalProvisioner):
    """Starts the kernel by fork instead of by a command; otherwise like its parent class."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Fork a kernel; `cmd` is a command line of :mod:`haochaping.pipeline.kernel_process`."""
        arguments = cmd[cmd.index("-f") :]
        self.process = _ForkedProcess(
            arguments, kwargs["env"], Path(kwargs["cwd"]), kwargs["stdout"].fileno()
        )
        self.pid = self.process.pid
        self.pgid = None
        self.cwd = kwargs["cwd"]
        return self.connection_info


class _ForkedProcess:
    """A forked process with the part of the interface of :class:`subprocess.Popen` that jupyter_client uses."""

    stdin = stdout = stderr = None

    def __init__(self, arguments: list[str], env: Mapping[str, str], cwd: Path, log: int):
        context: Any = multiprocessing.get_context("fork")
        self._process: BaseProcess = context.Process(target=_run_kernel, args=(arguments, env, cwd, log))
        self._process.start()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self) -> int | None:
        self._process.join()
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self._process.pid is not None and self._process.is_alive():
            os.kill(self._process.pid, number)

    def kill(self) -> None:
        self._process.kill()

    def terminate(self) -> None:
        self._process.terminate()


def _run_kernel(arguments: list[str], env: Mapping[str, str], cwd: Path, log: int) -> None:
    """Run in the forked process: become a kernel as if started by a command."""
    os.setsid()  # so that Ctrl-C at the terminal reaches only the runner
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.clear()
    os.environ.update(env, JPY_PARENT_PID=str(os.getppid()))
    os.chdir(cwd)
    sys.argv = ["kernel", *arguments]
    asyncio.set_event_loop(
        asyncio.new_event_loop()
    )  # the inherited one was running when this process was forked
    kernel_process.main()

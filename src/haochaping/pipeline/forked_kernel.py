"""A kernel that is forked from a process that has imported everything, where many quarters are built (Linux).

Starting a Python and importing pandas, seaborn and this package takes a kernel two seconds of a core, for each
quarter anew; a fork has them at once. Elsewhere the plain way is taken (`publish.kernel`): the result is the same.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import LocalProvisioner

from haochaping.pipeline import kernel_process
from haochaping.pipeline.kernel import OwnKernelManager


def fork_kernels() -> None:
    """From now on kernels of this process are forked from it. Call in a process that has no threads and no sockets."""
    kernel_process.import_needed()
    OwnKernelManager.launcher = ForkedProvisioner


class ForkedProvisioner(LocalProvisioner):
    """Launches by fork instead of by a command; everything else is as with a command."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Fork; the command's arguments are those of :mod:`haochaping.pipeline.kernel_process`."""
        arguments = cmd[cmd.index("-f") :]
        self.process = _Process(arguments, kwargs["env"], Path(kwargs["cwd"]), kwargs["stdout"].fileno())
        self.pid = self.process.pid
        self.pgid = None
        self.cwd = kwargs["cwd"]
        return self.connection_info


class _Process:
    """What jupyter_client uses of :class:`subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, arguments: list[str], env: Mapping[str, str], cwd: Path, log: int):
        context: Any = multiprocessing.get_context("fork")
        self._process: BaseProcess = context.Process(target=_serve, args=(arguments, env, cwd, log))
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


def _serve(arguments: list[str], env: Mapping[str, str], cwd: Path, log: int) -> None:
    """In the new process: become a kernel as if started by a command."""
    os.setsid()  # Ctrl-C at the terminal is for the runner
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.clear()
    os.environ.update(env, JPY_PARENT_PID=str(os.getppid()))
    os.chdir(cwd)
    sys.argv = ["kernel", *arguments]
    asyncio.set_event_loop(asyncio.new_event_loop())  # the runner's was running when this process was forked
    kernel_process.main()

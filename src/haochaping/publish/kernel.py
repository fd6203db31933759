"""The kernel that runs the notebook: always this environment's own Python."""

from __future__ import annotations

import os
import sys

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager


class OwnKernelManager(AsyncKernelManager):
    """Starts ``ipykernel`` with the Python that runs this process, whatever kernels are installed.

    A ``python3`` kernelspec in the user's home would otherwise win over the environment's own.
    Sockets are files where the platform has them: no port can be taken by somebody else.
    """

    @property
    def kernel_spec(self) -> KernelSpec:
        """This interpreter as a kernelspec; no lookup on disk."""
        return KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name="Python 3",
            language="python",
        )


if os.name != "nt":
    OwnKernelManager.transport.default_value = "ipc"

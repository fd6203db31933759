"""Shortcuts and safeguards that not every platform has; each with its reason and its plain way."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def skip_slow_imports() -> None:
    """Keep ``rfc3987_syntax`` out of this process.

    jsonschema imports it, if it can, to check the format "iri", which no notebook uses; building its
    grammars takes a third of the time that importing papermill takes. Call before nbformat is imported.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def die_with_parent(parent: int) -> None:
    """Have the system kill this process at the moment its `parent` ends (Linux ``PR_SET_PDEATHSIG``).

    Elsewhere ipykernel itself looks once a second whether its parent is still there (on Windows it waits
    for the parent's handle), which is enough.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the call
        os._exit(1)

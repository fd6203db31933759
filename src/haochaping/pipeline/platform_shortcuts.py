"""Shortcuts and safeguards that not every platform has; each with its reason and its plain way."""

from __future__ import annotations

import ctypes
import gc
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


def import_seaborn_alone() -> None:
    """Import seaborn as if SciPy and statsmodels were not installed: the kernel is ready a third sooner.

    It takes from them kernel densities, clustered maps and regressions, which no chart here draws, and loads
    all of ``scipy.stats`` for that. Both can be imported afterwards as ever.
    """
    hidden = [name for name in ("scipy.stats", "scipy.cluster", "statsmodels") if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        import seaborn  # noqa: F401
    finally:
        for name in hidden:
            del sys.modules[name]


def collect_seldom() -> None:
    """Let garbage be collected seldom: what a run makes is kept until its end, looking through it finds nothing."""
    gc.set_threshold(100_000, 50, 100)


def leave_quickly() -> None:
    """Let the interpreter end without a last look for garbage: the system takes all memory back at once."""
    gc.disable()
    gc.freeze()


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

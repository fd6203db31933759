"""Speed-ups, and safeguards that exist on some platforms only; each with its reason."""

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


def import_seaborn_without_scipy() -> None:
    """Import seaborn as if SciPy and statsmodels were not installed: the kernel is ready a third sooner.

    Seaborn uses them for kernel densities, clustered maps and regressions, which no chart here draws, and loads
    all of ``scipy.stats`` for that. Both can be imported normally afterwards.
    """
    hidden = [name for name in ("scipy.stats", "scipy.cluster", "statsmodels") if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        import seaborn  # noqa: F401
    finally:
        for name in hidden:
            del sys.modules[name]


def collect_garbage_rarely() -> None:
    """Run the garbage collector rarely: a command needs its objects until it ends, so collecting frees next to nothing."""
    gc.set_threshold(1_000_000, 50, 100)


def skip_garbage_collection_at_exit() -> None:
    """Skip garbage collection when the interpreter exits: the system frees all memory at once anyway."""
    gc.disable()
    gc.freeze()


def die_with_parent(parent: int) -> None:
    """Have the system kill this process at the moment its `parent` ends (Linux ``PR_SET_PDEATHSIG``).

    On other systems ipykernel itself checks once a second whether its parent is still there (on Windows it waits
    for the parent's handle), which is enough.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the call
        os._exit(1)

"""What a run left that was cut off: the next command finishes or removes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from haochaping.files.atomic_write import half_done, mend
from haochaping.files.exclusive_lock import Occupied, alone


def clean_up(output: Path, say: Callable[[str], None]) -> None:
    """Finish or remove what is half done below the output root; what another run is at work on is left alone."""
    for published in half_done(output):
        try:
            with alone(published, wait=0):
                if mend(published):
                    say(f"{published.name}：上一次运行没有做完，留下的半成品已清除")
        except Occupied:
            continue

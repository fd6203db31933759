"""What a run left that was cut off: the next command finishes or removes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from haochaping.files.exclusive_lock import FolderLocked, exclusive_lock
from haochaping.files.swap_folder import interrupted_folders, recover


def clean_up(output: Path, report_progress: Callable[[str], None]) -> None:
    """Finish or remove what is half done below the output root; what another run is at work on is left alone."""
    for published in interrupted_folders(output):
        try:
            with exclusive_lock(published, wait=0):
                if recover(published):
                    report_progress(f"{published.name}：上一次运行没有做完，留下的半成品已清除")
        except FolderLocked:
            continue

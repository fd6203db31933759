"""Leftovers of interrupted runs, which the next command finishes or removes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from haochaping.core.paths import Locations
from haochaping.files.exclusive_lock import FolderLocked, exclusive_lock
from haochaping.files.swap_folder import interrupted_folders, recover


def recover_interrupted(locations: Locations, report_progress: Callable[[str], None]) -> None:
    """Recover every interrupted published or tidy folder, except those that another run has locked."""
    for published in (*interrupted_folders(locations.output), *interrupted_folders(locations.data / "tidy")):
        from haochaping.outputs.published.kept_entries import move_late_saves

        try:
            with exclusive_lock(published, wait=0):
                if recover(published, partial(move_late_saves, report_progress=report_progress)):
                    report_progress(f"{published.name}：上一次运行没有做完，留下的半成品已清除")
        except FolderLocked:
            continue

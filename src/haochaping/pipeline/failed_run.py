"""Files that a failed run leaves beside the last good output for inspection: the notebook as far as it ran, the log."""

from __future__ import annotations

import os
import traceback
from contextlib import suppress
from pathlib import Path

from haochaping.core.errors import InputRefused
from haochaping.files.atomic_write import atomic_write
from haochaping.pipeline.run_log import RunLog
from haochaping.pipeline.run_notebook import NotebookFailed


def failed_notebook(published: Path) -> Path:
    """Path of the notebook of a failed run."""
    return published.with_name(f"{published.name}.failed.ipynb")


def failed_log(published: Path) -> Path:
    """Path of the log of a failed run."""
    return published.with_name(f"{published.name}.failed.log")


def keep_failed(published: Path, log: RunLog, error: Exception) -> None:
    """Save the notebook and the log of a run that ended in `error`; not for refused input, whose message is enough."""
    if isinstance(error, InputRefused):
        return
    clear_failed(published)  # notebook and log belong together
    with suppress(OSError):  # if the disk is full, `error` says so already
        if isinstance(error, NotebookFailed) and error.notebook is not None:
            import nbformat

            path = failed_notebook(published)
            atomic_write(path, nbformat.writes(error.notebook).encode("utf-8"))
            log.report_progress(f"做到出错处的笔记本留在 {path}，查看：{_jupyter()} lab {path}")
        log.note("".join(traceback.format_exception(error)))
        atomic_write(failed_log(published), log.text().encode("utf-8"))
        log.report_progress(f"运行记录：{failed_log(published)}")


def clear_failed(published: Path) -> None:
    """Delete the notebook and the log that an earlier failed run left."""
    for path in (failed_notebook(published), failed_log(published)):
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _jupyter() -> str:
    return r".venv\Scripts\jupyter" if os.name == "nt" else ".venv/bin/jupyter"

"""What a run that failed leaves to be looked at, beside the last good output: the notebook as far as it came, the log."""

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
    """Where the notebook of a failed run is kept."""
    return published.with_name(f"{published.name}.failed.ipynb")


def failed_log(published: Path) -> Path:
    """Where the log of a failed run is kept."""
    return published.with_name(f"{published.name}.failed.log")


def keep_failed(published: Path, log: RunLog, error: Exception) -> None:
    """Keep the notebook and the log of a run that ended in `error`; a refusal of the input says all itself."""
    if isinstance(error, InputRefused):
        return
    clear_failed(published)  # notebook and log belong together
    with suppress(OSError):  # a full disk is told by the error itself
        if isinstance(error, NotebookFailed) and error.notebook is not None:
            import nbformat

            path = failed_notebook(published)
            atomic_write(path, nbformat.writes(error.notebook).encode("utf-8"))
            log.report_progress(f"做到出错处的笔记本留在 {path}，查看：{_jupyter()} lab {path}")
        log.note("".join(traceback.format_exception(error)))
        atomic_write(failed_log(published), log.text().encode("utf-8"))
        log.report_progress(f"运行记录：{failed_log(published)}")


def clear_failed(published: Path) -> None:
    """Remove what an earlier failed run left, once a run has succeeded."""
    for path in (failed_notebook(published), failed_log(published)):
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _jupyter() -> str:
    return r".venv\Scripts\jupyter" if os.name == "nt" else ".venv/bin/jupyter"

"""Run a notebook by papermill: parameters checked first, time limits, errors that name the failing cell."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from haochaping.core.errors import refuse
from haochaping.pipeline.kernel import OwnKernelManager

START_SECONDS = 120
CELL_SECONDS = 300
NOTEBOOK_SECONDS = 900
OUTPUT_SECONDS = 60
"""How long to wait for the last output of a cell after the cell has ended."""
GRACE_SECONDS = 30
"""How long papermill may take to notice that its kernel was killed."""


class NotebookFailed(RuntimeError):
    """A cell raised, or the kernel ended or took too long; the message names the cell and the heading above it.

    Attributes
    ----------
    notebook : nbformat.NotebookNode or None
        The notebook with the outputs of the cells that ran, for inspection.
    """

    def __init__(self, message: str, notebook: Any = None):
        super().__init__(message)
        self.notebook = notebook


def inspect_parameters(notebook: Path, parameters: Mapping[str, str]) -> None:
    """Refuse a notebook unless it declares exactly `parameters`: papermill would run others with their defaults.

    Raises
    ------
    InputRefused
        Parameters are unknown or missing, or the file is not a notebook.
    """
    import papermill
    from nbformat.reader import NotJSONError

    try:
        declared = set(papermill.inspect_notebook(_escape_braces(notebook)))
    except NotJSONError:
        raise refuse(str(notebook), "不是完整的笔记本", "请恢复这个文件（如 git checkout）") from None
    if declared != set(parameters):
        raise refuse(
            notebook.name,
            f"参数为 {'、'.join(sorted(declared)) or '（无）'}",
            f"参数应恰为 {'、'.join(sorted(parameters)) or '（无）'}",
        )


def run_notebook(
    notebook: Path, target: Path, parameters: Mapping[str, str], kernel: OwnKernelManager
) -> Any:
    """Run `notebook` in a running kernel and save the executed copy as `target`.

    Parameters
    ----------
    notebook, target : Path
        Input and output ``.ipynb``.
    parameters : mapping
        Every parameter the notebook declares, as text; no more and no less.
    kernel : OwnKernelManager
        From :func:`running_kernel`.

    Returns
    -------
    nbformat.NotebookNode
        The executed notebook.

    Raises
    ------
    InputRefused
        The notebook declares other parameters.
    NotebookFailed
        A cell raised or ran longer than `CELL_SECONDS`, or the kernel ended or never answered.
    """
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    inspect_parameters(notebook, parameters)
    progress = _Progress()
    try:
        return papermill.execute_notebook(
            _escape_braces(notebook),
            _escape_braces(target),
            parameters=dict(parameters),
            request_save_on_cell_execute=False,
            progress_bar=False,
            log_output=False,
            km=kernel,
            kernel_name="python3",
            start_timeout=START_SECONDS,
            execution_timeout=CELL_SECONDS,
            iopub_timeout=OUTPUT_SECONDS,
            on_notebook_start=progress.notebook_started,
            on_cell_start=progress.cell_started,
        )
    except PapermillExecutionError as error:
        last = re.sub(r"\x1b\[[0-9;]*m", "", f"{error.ename}: {error.evalue}").splitlines()[-1]
        raise NotebookFailed(f"笔记本出错：{progress.current_cell}：{last}", progress.notebook) from error
    except CellTimeoutError as error:
        raise NotebookFailed(
            f"笔记本{progress.current_cell}运行超过 {CELL_SECONDS} 秒", progress.notebook
        ) from error
    except DeadKernelError as error:
        raise NotebookFailed(f"笔记本的内核在{progress.current_cell}中断", progress.notebook) from error
    except (RuntimeError, TimeoutError) as error:
        raise NotebookFailed(
            f"笔记本的内核没有应答（{progress.current_cell}）：{str(error).splitlines()[0]}",
            progress.notebook,
        ) from error


def _escape_braces(path: Path) -> str:
    """Escape braces in a path, which papermill would otherwise take for placeholders of parameters."""
    return str(path).replace("{", "{{").replace("}", "}}")


class _Progress:
    """The notebook and the cell that is running, for error messages."""

    def __init__(self) -> None:
        self.notebook: Any = None
        self.current_cell = "启动时"
        """The running cell in words: its number among the code cells and the heading above it."""

    def notebook_started(self, notebook: Any) -> None:
        self.notebook = notebook

    def cell_started(self, cell: Any, cell_index: int) -> None:
        before = self.notebook.cells[: cell_index + 1]
        headings = [
            cell.source.splitlines()[0].lstrip("# ")
            for cell in before
            if cell.cell_type == "markdown" and cell.source.startswith("## ")
        ]
        number = sum(cell.cell_type == "code" for cell in before)
        self.current_cell = f"{f'“{headings[-1]}”一节，' if headings else ''}第 {number} 个代码格"


class BackgroundTask:
    """A function that runs in a thread while the caller goes on; waiting for it has a time-out."""

    def __init__(self, function: Callable[[], Any]):
        self._result: Any = None
        self._error: BaseException | None = None
        self._function = function
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._result = self._function()
        except BaseException as error:  # raised again in `result`, whatever it is
            self._error = error

    def result(self, seconds: float, give_up: Callable[[], None]) -> Any:
        """Wait, then return what the function returned or raise what it raised.

        After `seconds`, `give_up` is called, which must make the function end.

        Raises
        ------
        TimeoutError
            It did not end even then. Its thread is a daemon and does not keep the process alive.
        """
        self._wait(seconds)
        if self._thread.is_alive():
            give_up()
            self._wait(GRACE_SECONDS)
        if self._thread.is_alive():
            raise TimeoutError(f"{seconds + GRACE_SECONDS:.0f} 秒内没有结束")
        if self._error is not None:
            raise self._error
        return self._result

    def _wait(self, seconds: float) -> None:
        """Wait in short steps, so that Ctrl-C is noticed on every platform."""
        step = 0.5
        for _ in range(int(seconds / step) + 1):
            self._thread.join(step)
            if not self._thread.is_alive():
                return

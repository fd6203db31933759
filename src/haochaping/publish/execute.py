"""Run a notebook with papermill: one parameter, inspected first; bounded; failures named."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from haochaping.errors import refuse

CELL_SECONDS = 300
START_SECONDS = 60


class NotebookFailed(RuntimeError):
    """A cell raised. The message names the cell, the heading above it and the last line of the error."""


def execute(
    notebook: Path, target: Path, parameters: Mapping[str, str], environment: Mapping[str, str], cwd: Path
) -> Any:
    """Run `notebook` and save the executed copy as `target`.

    Parameters
    ----------
    notebook, target : Path
        Input and output ``.ipynb``.
    parameters : mapping
        Every parameter the notebook declares, as text; no more and no less.
    environment : mapping
        Variables for the kernel alone.
    cwd : Path
        Working directory of the kernel.

    Returns
    -------
    nbformat.NotebookNode
        The executed notebook.

    Raises
    ------
    InputRefused
        The notebook declares other parameters.
    NotebookFailed
        A cell raised, or ran longer than allowed.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError

    from haochaping.publish.kernel import OwnKernelManager

    declared = set(papermill.inspect_notebook(str(notebook)))
    if declared != set(parameters):
        raise refuse(
            notebook.name, "、".join(sorted(declared)), f"参数应恰为 {'、'.join(sorted(parameters))}"
        )
    with _variables(environment):
        try:
            return papermill.execute_notebook(
                str(notebook),
                str(target),
                parameters=dict(parameters),
                progress_bar=False,
                log_output=False,
                kernel_manager_class=OwnKernelManager,
                kernel_name="python3",
                start_timeout=START_SECONDS,
                execution_timeout=CELL_SECONDS,
                shutdown_kernel="immediate",
                cwd=str(cwd),
            )
        except PapermillExecutionError as error:
            raise NotebookFailed(_explain(error, target)) from error
        except TimeoutError as error:
            raise NotebookFailed(f"笔记本 {notebook.name} 运行超时（每格限 {CELL_SECONDS} 秒）") from error


def _explain(error: Any, target: Path) -> str:
    import nbformat

    heading = ""
    for cell in nbformat.read(target, as_version=4).cells:
        if cell.cell_type == "markdown" and cell.source.startswith("#"):
            if cell.source.startswith("# ") and "papermill" in str(cell.metadata.get("tags", "")):
                continue
            heading = cell.source.splitlines()[0].lstrip("# ")
        if any(output.output_type == "error" for output in cell.get("outputs", [])):
            break
    last = re.sub(r"\x1b\[[0-9;]*m", "", f"{error.ename}: {error.evalue}").splitlines()[-1]
    where = f"“{heading}”一节，" if heading else ""
    return f"笔记本出错：{where}第 {error.exec_count} 个代码格：{last}"


@contextmanager
def _variables(environment: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

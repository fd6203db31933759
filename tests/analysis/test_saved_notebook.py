"""The kit's notebooks are saved without what they gave; others, and copies, as they are."""

from __future__ import annotations

import copy
from pathlib import Path

import nbformat
import pytest

from haochaping.analysis.saved_notebook import without_outputs

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def ran(path: Path) -> nbformat.NotebookNode:
    """A notebook as JupyterLab has it after a run."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["language_info"] = {"name": "python", "version": "3.11.7"}
    notebook.metadata["kernelspec"]["display_name"] = "Python 3 (ipykernel)"
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "code":
            cell.execution_count = number
            cell.outputs = [nbformat.v4.new_output("stream", text="1")]
    return notebook


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_of_the_kit_is_saved_as_it_was(path: Path, tmp_path: Path) -> None:
    model = {"type": "notebook", "content": ran(path)}
    without_outputs(model, f"notebooks/{path.name}", contents_manager=None)
    nbformat.write(model["content"], tmp_path / path.name)
    assert (tmp_path / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize(("kind", "name"), [("notebook", "我的分析.ipynb"), ("file", "explore.ipynb")])
def test_everything_else_is_kept(kind: str, name: str) -> None:
    model = {"type": kind, "content": ran(NOTEBOOKS / "explore.ipynb")}
    before = copy.deepcopy(model)
    without_outputs(model, f"notebooks/{name}")
    assert model == before

"""The kernel reads nothing of the user's: no profile, no start-up file, no relative path of another folder."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from haochaping.core.paths import project_root
from tests.pipeline.run_in_new_kernel import run_in_new_kernel

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
STARTUP = "print('of the user'); import haochaping; haochaping.__doc__ = 'changed'"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a profile that would print, change the package, and show each line of a cell."""
    folder = tmp_path / "home"
    profile = folder / ".ipython" / "profile_default"
    (profile / "startup").mkdir(parents=True)
    (profile / "startup" / "00.py").write_text(STARTUP)
    (profile / "ipython_kernel_config.py").write_text(
        "c.InteractiveShell.ast_node_interactivity = 'all'\nc.InteractiveShellApp.exec_lines = ['print(1)']\n"
    )
    (folder / "startup.py").write_text(STARTUP)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("PYTHONSTARTUP", str(folder / "startup.py"))
    monkeypatch.delenv("IPYTHONDIR", raising=False)
    return folder


@pytest.mark.slow
def test_start_up_files_and_profiles_are_not_read(home: Path, tmp_path: Path) -> None:
    parameters = nbformat.v4.new_code_cell("A = ''", metadata={"tags": ["parameters"]})
    cell = nbformat.v4.new_code_cell("1\nimport haochaping; haochaping.__doc__ == 'changed'")
    notebook = nbformat.v4.new_notebook(cells=[parameters, cell], metadata=KERNEL)
    nbformat.write(notebook, tmp_path / "in.ipynb")
    folder = tmp_path / "run"
    folder.mkdir()
    ran = run_in_new_kernel(tmp_path / "in.ipynb", tmp_path / "out.ipynb", {"A": "x"}, folder)
    [output] = ran.cells[-1].outputs
    assert output.data["text/plain"] == "False"
    assert "of the user" not in (folder / "kernel.log").read_text("utf-8")
    assert not list((home / ".ipython" / "profile_default").glob("history*"))


@pytest.mark.slow
def test_a_relative_search_path_means_the_folder_of_the_runner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project_root())
    monkeypatch.setenv("PYTHONPATH", "src")
    parameters = nbformat.v4.new_code_cell("A = ''", metadata={"tags": ["parameters"]})
    cell = nbformat.v4.new_code_cell("import os; os.environ['PYTHONPATH']")
    nbformat.write(nbformat.v4.new_notebook(cells=[parameters, cell], metadata=KERNEL), tmp_path / "in.ipynb")
    ran = run_in_new_kernel(tmp_path / "in.ipynb", tmp_path / "out.ipynb", {"A": "x"}, tmp_path)
    assert ran.cells[-1].outputs[0].data["text/plain"] == repr(str(project_root() / "src"))

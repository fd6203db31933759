from pathlib import Path

import nbformat
import papermill
import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_committed_notebook_holds_no_outputs_and_no_magics(path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            assert not cell.outputs and cell.execution_count is None
            assert not cell.source.lstrip().startswith(("%", "!"))
            assert len(cell.source.splitlines()) <= 6


def test_the_briefing_has_one_parameter_and_reads_as_its_contents() -> None:
    path = ROOT / "notebooks" / "briefing.ipynb"
    assert set(papermill.inspect_notebook(str(path))) == {"QUARTER", "PREPARED"}
    headings = [
        cell.source[3:] for cell in nbformat.read(path, as_version=4).cells if cell.source.startswith("## ")
    ]
    assert headings == [
        "要点",
        "总体情况",
        "各区县",
        "市直部门",
        "区直部门",
        "镇村",
        "公共服务",
        "复现核对",
        "单件记录",
        "关联与覆盖",
        "整改闭环",
        "数据核对",
        "问题与建议",
        "附录",
    ]


def test_notebooks_use_exported_names_only() -> None:
    import re

    import haochaping

    for path in NOTEBOOKS:
        for cell in nbformat.read(path, as_version=4).cells:
            for name in re.findall(r"\bhcp\.(\w+)", cell.source) if cell.cell_type == "code" else []:
                assert hasattr(haochaping, name), name
                assert getattr(haochaping, name)


@pytest.mark.slow
def test_the_notebook_to_explore_runs_from_top_to_bottom(tmp_path: Path) -> None:
    from haochaping.pipeline.kernel import OwnKernelManager

    source = ROOT / "notebooks" / "explore.ipynb"
    papermill.execute_notebook(
        str(source),
        str(tmp_path / "explore.ipynb"),
        progress_bar=False,
        kernel_manager_class=OwnKernelManager,
    )
    cells = nbformat.read(tmp_path / "explore.ipynb", as_version=4).cells
    assert all(cell.execution_count for cell in cells if cell.cell_type == "code")

"""An analyst opens JupyterLab as ``make lab`` does, runs the notebook, makes choices, and sees the answers."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from haochaping_dev.jupyterlab import WAIT_MS, choose, lab_server, restart_and_run_all_cells, run_all_cells
from tests.end_to_end.conftest import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where notebooks and data are copied."""
    return tmp_path_factory.mktemp("lab")


@pytest.fixture(scope="module")
def lab(browser: Any, root: Path) -> Iterator[Any]:
    """The page after every cell was run."""
    with lab_server(root) as address:
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        run_all_cells(page, address)
        yield page
        page.close()


def _wait_for_line(lab: Any, words: str) -> None:
    lab.wait_for_function(
        "words => document.querySelector('.widget-html-content pre').textContent.includes(words)", arg=words
    )


def test_it_opens_in_chinese_and_without_news(lab: Any) -> None:
    assert lab.get_by_role("menuitem", name="文件", exact=True).is_visible()
    assert not lab.locator(".Toastify__toast").count()


def test_every_cell_ran_without_an_error(lab: Any) -> None:
    assert lab.locator(".jp-OutputArea-output [data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    assert lab.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.error']").count() == 0
    assert lab.locator(".widget-dropdown").count() >= 7
    prompts = lab.locator(".jp-CodeCell .jp-InputPrompt").all_text_contents()
    assert len(prompts) > 3 and all(re.fullmatch(r"\[\d+\]:", prompt) for prompt in prompts)


def test_three_choices_change_table_and_chart(lab: Any) -> None:
    answer = lab.locator(".widget-output").first
    answer.locator("table").first.wait_for(timeout=WAIT_MS)
    before = answer.inner_text()
    assert "1,080,786" in before and answer.locator("svg").count() == 0

    choose(lab, "看什么", "比率和区间")
    answer.locator("svg").first.wait_for(timeout=WAIT_MS)
    assert "95%下限" in answer.inner_text()
    _wait_for_line(lab, "hcp.rates(q")
    assert answer.locator("figure svg:visible").count() == 1

    choose(lab, "附件", "附件2 市直部门")
    answer.get_by_text("附件2 市直部门：主动评价率").first.wait_for(timeout=WAIT_MS)
    _wait_for_line(lab, '"附件2"')

    choose(lab, "看什么", "条形图")
    _wait_for_line(lab, "hcp.bar")
    choose(lab, "列", "办件数")
    _wait_for_line(lab, "办件数")
    answer.get_by_text("办件数（件）").first.wait_for(timeout=WAIT_MS)
    assert answer.locator("figure svg:visible").count() == 1


def test_a_finding_opens_to_its_cells(lab: Any) -> None:
    options = (
        lab.locator(".widget-dropdown").filter(has_text="展开一条意见").locator("option").all_text_contents()
    )
    shown = [option.replace("\N{NO-BREAK SPACE}", " ") for option in options]
    choose(lab, "展开一条意见", next(option for option in shown if option.startswith("第 2 项")))
    lab.locator(".widget-output").nth(1).get_by_text("1373402").first.wait_for(timeout=WAIT_MS)


def test_no_label_of_a_chart_and_no_table_is_cut(lab: Any) -> None:
    cut = lab.evaluate(
        """() => [...document.querySelectorAll('.hcp svg text')].filter(t => {
            const box = t.getBoundingClientRect()
            const area = t.closest('.jp-OutputArea-output').getBoundingClientRect()
            return box.width && (box.right > area.right + 1 || box.left < area.left - 1)
        }).map(t => t.textContent)"""
    )
    assert cut == []
    hidden = lab.evaluate(
        """() => [...document.querySelectorAll('.hcp .drawing-narrow')].filter(d => d.offsetParent !== null).length"""
    )
    assert hidden == 0


def test_every_cell_runs_again_with_the_kernel_restarted(lab: Any) -> None:
    restart_and_run_all_cells(lab)
    assert lab.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0
    prompts = lab.locator(".jp-CodeCell .jp-InputPrompt").all_text_contents()
    assert prompts == [f"[{number}]:" for number in range(1, len(prompts) + 1)]
    _wait_for_line(lab, '"附件1"')  # the choices stand where they begin


def test_what_is_saved_has_no_outputs(lab: Any, root: Path) -> None:
    lab.keyboard.press("Control+s")
    saved, shipped = (folder / "notebooks" / "explore.ipynb" for folder in (root, ROOT))
    before = saved.stat().st_mtime_ns
    for _ in range(60):
        lab.wait_for_timeout(250)
        if saved.stat().st_mtime_ns != before:
            break
    assert "hook" not in (root / "server.log").read_text("utf-8").lower()
    assert saved.read_bytes() == shipped.read_bytes()


def test_the_recipe_uses_these_settings() -> None:
    recipe = subprocess.run(
        ["make", "-n", "lab"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert "/lab/tree/notebooks/explore.ipynb" in recipe
    assert re.search(r'JUPYTER_CONFIG_PATH="[^"]*/notebooks/\.jupyter"', recipe)

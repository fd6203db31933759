"""An analyst opens JupyterLab as ``make lab`` does, runs the notebook, makes choices, and sees the answers."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.end_to_end.conftest import NO_CHROMIUM, ROOT, copy_data

pytestmark = pytest.mark.slow
TOKEN = "only-for-this-test"
_WAIT = 90_000


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the notebook in a JupyterLab on a copy of notebooks and data, with the project's settings alone."""
    root = tmp_path_factory.mktemp("lab")
    shutil.copytree(
        ROOT / "notebooks", root / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints")
    )
    copy_data(root / "data")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")},
        "JUPYTER_CONFIG_PATH": str(root / "notebooks" / ".jupyter"),
        "JUPYTER_CONFIG_DIR": str(root / "config"),
        "JUPYTER_RUNTIME_DIR": str(root / "runtime"),
        "HAOCHAPING_DATA": str(root / "data"),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}"]
    options = [
        f"--IdentityProvider.token={TOKEN}",
        f"--ServerApp.root_dir={root}",
        "--ServerApp.port_retries=0",
    ]
    with (root / "server.log").open("w") as log:
        server = subprocess.Popen([*command, *options], cwd=root, env=environment, stdout=log, stderr=log)
        try:
            base = f"http://127.0.0.1:{port}"
            _wait_for(base, server, root / "server.log")
            yield f"{base}/lab/tree/notebooks/explore.ipynb?token={TOKEN}"
        finally:
            server.terminate()
            server.wait(30)


def _wait_for(base: str, server: subprocess.Popen[bytes], log: Path) -> None:
    import time

    for _ in range(240):
        assert server.poll() is None, log.read_text("utf-8")[-2000:]
        try:
            urlopen(f"{base}/api?token={TOKEN}", timeout=2).close()
            return
        except OSError:
            time.sleep(0.25)
    raise AssertionError(log.read_text("utf-8")[-2000:])


@pytest.fixture(scope="module")
def lab(address: str) -> Iterator[Any]:
    """The page after every cell was run."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip(NO_CHROMIUM)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
            ],
        )
        page = launched.new_page(viewport={"width": 1440, "height": 1000})
        page.goto(address, timeout=_WAIT)
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=_WAIT)
        page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=_WAIT)
        page.get_by_role("menuitem", name="运行", exact=True).click()
        page.get_by_text("运行所有单元格", exact=True).click()
        page.wait_for_function(
            """() => {
                const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map(p => p.textContent)
                return prompts.length > 3 && prompts.every(p => /\\[\\d+\\]/.test(p))
            }""",
            timeout=_WAIT,
        )
        yield page
        launched.close()


def _choose(lab: Any, description: str, option: str) -> None:
    """Choose in a drop-down by its label, and wait until the answer is there."""
    box = lab.locator(".widget-dropdown").filter(has_text=description).first.locator("select")
    box.select_option(label=option)


def _line(lab: Any) -> str:
    return str(lab.locator(".widget-html-content pre").first.inner_text())


def test_it_opens_in_chinese_and_without_news(lab: Any) -> None:
    assert lab.get_by_role("menuitem", name="文件", exact=True).is_visible()
    assert not lab.locator(".Toastify__toast").count()


def test_every_cell_ran_without_an_error(lab: Any) -> None:
    assert lab.locator(".jp-OutputArea-output [data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    assert lab.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.error']").count() == 0
    assert lab.locator(".widget-dropdown").count() >= 7


def test_three_choices_change_table_and_chart(lab: Any) -> None:
    answer = lab.locator(".jp-OutputArea-child .widget-output, .jupyter-widgets-output-area").first
    answer.locator("table").first.wait_for(timeout=_WAIT)
    before = answer.inner_text()
    assert "1,080,786" in before and answer.locator("svg").count() == 0

    _choose(lab, "看什么", "比率和区间")
    answer.locator("svg").first.wait_for(timeout=_WAIT)
    assert "95%下限" in answer.inner_text() and "hcp.rates(q" in _line(lab)
    assert answer.locator("figure svg:visible").count() == 1

    _choose(lab, "附件", "附件2 市直部门")
    answer.get_by_text("附件2 市直部门：主动评价率").first.wait_for(timeout=_WAIT)
    assert '"附件2"' in _line(lab)

    _choose(lab, "看什么", "条形图")
    lab.wait_for_function(
        "() => document.querySelector('.widget-html-content pre').textContent.includes('hcp.bar')"
    )
    _choose(lab, "列", "办件数")
    lab.wait_for_function(
        "() => document.querySelector('.widget-html-content pre').textContent.includes('办件数')"
    )
    answer.locator("figure svg").first.wait_for(timeout=_WAIT)
    assert "办件数（件）" in answer.inner_text()


def test_a_finding_opens_to_its_cells(lab: Any) -> None:
    box = lab.locator(".widget-dropdown").filter(has_text="展开一条意见").locator("select")
    option = next(text for text in box.locator("option").all_inner_texts() if text.startswith("第 2 项"))
    box.select_option(label=option)
    lab.locator(".jupyter-widgets-output-area").nth(1).get_by_text("1,373,402").first.wait_for(timeout=_WAIT)


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


def test_the_recipe_uses_these_settings() -> None:
    recipe = subprocess.run(
        ["make", "-n", "lab"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert re.search(r'JUPYTER_CONFIG_PATH="[^"]*/notebooks/\.jupyter"', recipe)

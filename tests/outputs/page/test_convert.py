"""What nbconvert's own page would show of a notebook, and ours must not."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from haochaping.outputs.page.convert import build_page

WIDGET = {"application/vnd.jupyter.widget-view+json": {"model_id": "a"}, "text/plain": "HBox(children=(…))"}


def page(*outputs) -> str:
    cell = new_code_cell("work()", outputs=list(outputs))
    return build_page(new_notebook(cells=[cell]), "题", {"参数": "<x>"}).html


@pytest.mark.parametrize(
    "output, junk",
    [
        (new_output("stream", name="stderr", text="100%|██████| 5/5 progress"), "progress"),
        (new_output("display_data", WIDGET), "HBox("),
        (new_output("display_data", {"application/javascript": "window.x=1"}), "window.x"),
    ],
)
def test_progress_bars_and_widgets_do_not_reach_the_page(output, junk: str) -> None:
    html = page(output, new_output("display_data", {"text/html": "<p>留下的话</p>"}))
    assert junk not in html and "留下的话" in html and "Error displaying widget" not in html


def test_a_picture_has_the_alternative_text_that_its_maker_gave(tmp_path: Path) -> None:
    picture = new_output(
        "display_data", {"image/png": "iVBORw0KGgo="}, metadata={"image/png": {"alt": "三个区县 <最高>"}}
    )
    html = page(picture)
    assert 'alt="三个区县 &lt;最高&gt;"' in html and "No description has been provided" not in html


def test_the_run_block_stands_apart_and_is_escaped() -> None:
    html = page()
    run = html[html.index("<!--run-->") : html.index("<!--/run-->")]
    assert "&lt;x&gt;" in run and html.count("<!--run-->") == 1


@pytest.mark.slow
def test_the_same_notebook_gives_the_same_bytes() -> None:
    assert page() == page()


def test_notebook_nodes_of_an_older_format_are_read() -> None:
    cell = {"cell_type": "code", "source": "x", "metadata": {}, "outputs": [], "execution_count": 1}
    old = nbformat.from_dict({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 2})
    assert "<!doctype html>" in build_page(old, "题", {}).html.lower()

"""The bulletin's text of a city whose annexes and figures of the text are its own."""

from pathlib import Path

from haochaping.figures.compute_figures import compute_figures
from haochaping.present.bulletin_text import bulletin_text
from tests.declared_city import DeclaredCity

ANNEXES = """\
[group.county]
word = "县区"

[measure.received]
heading = "受理件数"

[text_figure.received]
word = "热线受理"
unit = "件"

[[annex]]
name = "hotline"
title = "热线"
rows = ["county"]
measures = ["received"]
"""


def test_a_declared_figure_of_the_text_has_its_own_words(tmp_path: Path) -> None:
    city = DeclaredCity(tmp_path, ANNEXES)
    data = city.read("2024年第一季度，热线受理约230余件。", 热线="序号 县区 受理件数\n1 东山县 230")
    blocks = bulletin_text(data, compute_figures(data), city.reference)
    assert any("，热线受理约230件。" in block.text for block in blocks), blocks

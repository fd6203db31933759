"""What stands at the end of the page."""

import re
from pathlib import Path

from haochaping.core.model import CellRef
from haochaping.figures.compute_figures import compute_figures
from haochaping.outputs.page.appendix import appendix_html
from haochaping.store.apply_corrections import Correction, apply_corrections
from tests.checks.small_city import check, city, read_tables


def test_a_corrected_cell_that_was_blank_is_said_to_have_been(tmp_path: Path) -> None:
    place = city(tmp_path / "reference")
    data = read_tables(place, tmp_path, [["大厅", "办件数", "投票数"], ["甲", 9, 5], ["乙", 8, ""]])
    data = apply_corrections(data, [Correction(CellRef("halls", "乙", "votes"), "", "4")], place)
    report = check(data, place)
    shown = re.search(
        r'<table id="table-corrections".*?</table>',
        appendix_html(data, compute_figures(data, place), report),
        re.DOTALL,
    )
    assert shown and "空白" in shown[0]

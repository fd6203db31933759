"""What a finding says of the value that its cell should have."""

import re

import pytest

from haochaping.checks.check_report import CheckReport
from haochaping.checks.finding import Finding
from haochaping.core.model import CellRef
from haochaping.figures.figure import Figures
from haochaping.outputs.page.findings_section import findings_html

TOTAL, ROW = (CellRef("halls", name, "votes") for name in ("合计", "甲大厅"))


@pytest.mark.parametrize(
    ("likeliest", "said"),
    [((ROW,), "应为 12（如其他各格无误）；"), ((TOTAL,), "应为 12；"), ((), "应为 12；")],
)
def test_a_value_that_is_not_the_likeliest_correction_is_conditional(
    likeliest: tuple[CellRef, ...], said: str
) -> None:
    """Of several findings of one rule, each in a line of its own."""
    findings = tuple(
        Finding(
            "total_sum",
            CellRef("halls", "合计", column),
            "correct",
            "不符。",
            "5 + 7 = 12",
            "",
            (TOTAL, ROW),
            suspects=(TOTAL, ROW),
            likeliest=likeliest,
            hypothesis="见下。",
            expected="12",
        )
        for column in ("votes", "cases")
    )
    page = re.sub("<[^>]+>", "", findings_html(CheckReport(findings, ()), Figures({}, {})))
    assert page.count("应为 12") == 2
    assert said in page

"""Every finding, of any quarter, has a place, somebody to ask, and links that lead somewhere."""

import re

import pytest

from haochaping.checks.run_rules import run_rules
from haochaping.core.model import QuarterData
from haochaping.figures.compute_figures import compute_figures
from haochaping.outputs.page.annex_html import annex_table
from haochaping.outputs.page.appendix import appendix_html
from haochaping.outputs.page.findings_section import findings_html
from haochaping.outputs.page.head import head_html
from haochaping.reference.reference import Reference
from tests.present.small_quarters import quarters

NAMES = (
    "the real one",
    "after one other",
    "with everything wanting",
    "without districts",
    "without public_services",
    "notes",
    "nothing in the text",
    "small denominators",
)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_finding_has_a_place_and_an_addressee(name: str, real: QuarterData, reference: Reference) -> None:
    data = dict(quarters(real))[name]
    figures, report = compute_figures(data, reference), run_rules(data, reference, history=data.history)
    findings = str(findings_html(report, figures, reference))
    assert report.findings
    for label in ("位置|所据", "核实"):  # where every cell is listed in 所据, nothing is left for 位置
        told = re.findall(rf"<dt>(?:{label})</dt><dd>(.+?)</dd>|(?:{label})：(.+?)(?:；|</span>)", findings)
        assert len(told) >= len(report.findings), label
    page = findings + "".join(annex_table(data, table, report) for table in data.declaration.annexes)
    page += str(head_html(data, report, figures)) + str(appendix_html(data, figures, report))
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    elsewhere = ("sentence-", "chart-")
    dead = {link for link in re.findall(r'href="#([^"]+)"', page) if not link.startswith(elsewhere)} - set(
        ids
    )
    assert dead == set()

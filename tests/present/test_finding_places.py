"""Every finding, of any quarter, has a place, somebody to ask, and links that lead somewhere."""

import re
from pathlib import Path

import pytest

from haochaping.checks.check_report import CheckReport
from haochaping.checks.finding import Finding
from haochaping.checks.matters import group_into_matters
from haochaping.checks.run_rules import run_rules
from haochaping.core.model import TEXT_CLAIMS, CellRef, QuarterData
from haochaping.figures.compute_figures import compute_figures
from haochaping.outputs.page.annex_html import annex_table
from haochaping.outputs.page.appendix import appendix_html
from haochaping.outputs.page.head import head_html
from haochaping.outputs.page.matters_section import matters_html
from haochaping.present.finding_places import FindingPlaces
from haochaping.reference.reference import Reference
from tests.declared_city import DeclaredCity
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
    findings = str(matters_html(report, figures, reference))
    assert report.findings
    lists = re.findall(r"<dl(?: class=\"several\")?>(.*?)</dl>", findings)
    placed = [
        one for one in lists if "<dt>位置</dt>" in one or "<dt>所据</dt>" in one
    ]  # in 所据 nothing is left for 位置
    assert len(placed) >= len(report.findings)
    asked = re.findall(r'<p class="ask"><strong>请(.+?)</strong>：(.+?) <span>', findings)
    assert len(asked) == sum(matter.is_open for matter in report.matters)
    page = findings + "".join(annex_table(data, table, report) for table in data.declaration.annexes)
    page += str(head_html(data, report, figures, reference)) + str(appendix_html(data, figures, report))
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    elsewhere = ("sentence-", "chart-")
    dead = {link for link in re.findall(r'href="#([^"]+)"', page) if not link.startswith(elsewhere)} - set(
        ids
    )
    assert dead == set()


def test_an_annex_named_by_the_number_of_the_bulletin_is_linked(tmp_path: Path) -> None:
    """The finding is about the text; its message names annexes of which the source prints no number."""
    annexes = "".join(
        f'[[annex]]\nname = "{name}"\ntitle = "{title}"\nknown_by = ["{title}"]\nrows = ["hall"]\nmeasures = ["votes"]\n'
        for name, title in (("day", "日间"), ("night", "夜间"))
    )
    head = '[group.hall]\nword = "大厅"\n[measure.votes]\nheading = "总票数"\n'
    city = DeclaredCity(tmp_path, head + annexes)
    rows = "大厅 总票数\n甲大厅 5\n乙大厅 /"
    data = city.read("", 日间情况=rows, 夜间情况=rows)
    finding = Finding(
        "x", CellRef(TEXT_CLAIMS, "x", "value"), "verify", "附件1、2 提取时间不同。", "", "", ()
    )
    matters = group_into_matters((finding,), data, city.reference)
    places = FindingPlaces(data, CheckReport((finding,), (), matters), city.reference)
    shown = places.place_html(finding)
    assert 'href="#table-day"' in shown and 'href="#table-night"' in shown

"""From every finding to the cells that it names, and back."""

import re
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from haochaping.checks.finding import Finding
from haochaping.core.model import CellRef
from haochaping.core.paths import find_locations
from haochaping.core.period import Period
from haochaping.pipeline.assess import assess

pytestmark = pytest.mark.slow

HEADINGS = {
    "cases": "办件数",
    "evaluations": "评价数",
    "evaluation_rate": "评价率",
    "active_evaluations": "主动评价数",
    "negative_evaluations": "差评数",
    "rectification_satisfaction_rate": "整改满意率",
    "rectified_on_time": "按时整改数",
    "share": "总量占比",
}
ANNEXES = ("districts", "city_departments", "district_departments", "towns_and_villages", "public_services")
TIERS = {"镇（街道）": "town", "村（社区）": "village"}


def number(anchor: str) -> int:
    return int(anchor.rpartition("-")[2])


def marks(element: Any) -> set[int]:
    return {number(href) for href in element.xpath('.//a[starts-with(@href, "#finding-")]/@href')}


def printed(page: Any, table: str) -> dict[CellRef, tuple[Any, Any]]:
    """Every cell of an annex of the page with its element and its heading, by what stands in rows and headings."""
    [shown] = page.xpath(f'//table[@id="table-{table}"]') or [None]
    if shown is None:
        return {}
    *groups, leaves = shown.xpath("thead/tr")
    heads = [th for th in leaves.xpath("th") if th.get("rowspan") is None]
    heads = heads if groups else heads[1:]
    over = [
        th.text_content()
        for row in groups
        for th in row.xpath("th[@colspan]")
        for _ in range(int(th.get("colspan")))
    ]
    found = {}
    for row in shown.xpath("tbody/tr | tfoot/tr"):
        name = row.xpath("string(th)")
        for place, (cell, head) in enumerate(zip(row.xpath("td"), heads, strict=True)):
            label = head.xpath('string(span[@class="label"])')
            member, column = "", "evaluations"
            if table == "district_departments":
                member = label
            else:
                column = next(column for column, heading in HEADINGS.items() if heading == label)
            if table == "towns_and_villages":
                member = TIERS[over[place]]
            found[CellRef(table, name, column, member)] = (cell, head)
    return found


@pytest.fixture(scope="module")
def page(briefing: Path) -> Any:
    return lxml.html.fromstring(briefing.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def findings(briefing: Path) -> tuple[Finding, ...]:
    root = briefing.parents[2]
    where = find_locations(root / "data", root / "output")
    return assess(where, Period.parse(briefing.parent.name), date.today()).report.findings


def test_every_cell_that_a_finding_names_is_marked_and_no_other(
    page: Any, findings: tuple[Finding, ...]
) -> None:
    cells = {cell: shown for table in ANNEXES for cell, shown in printed(page, table).items()}
    assert len(cells) > 300
    expected: dict[CellRef, set[int]] = defaultdict(set)
    for n, finding in enumerate(findings, start=1):
        if finding.status != "corrected":
            for cell in {finding.at, *finding.suspects, *finding.cells} & set(cells):
                expected[cell].add(n)
    for cell, (element, head) in cells.items():
        assert marks(element) | marks(head) >= expected[cell], cell
        assert marks(element) <= expected[cell], cell
    by_heading = defaultdict(set)
    for cell, (_, head) in cells.items():
        by_heading[head].add(cell)
    for head, of_column in by_heading.items():
        for n in marks(head):
            assert sum(n in expected[cell] for cell in of_column) > 6, "so few could be marked one by one"


def test_every_mark_leads_to_a_finding_that_leads_back(page: Any, findings: tuple[Finding, ...]) -> None:
    marked = page.xpath('//td[@class="doubtful"] | //th[.//sup[@class="doubt"]]')
    for element in marked:
        for n in marks(element):
            [finding] = page.xpath(f'//*[@id="finding-{n}"]')
            assert f"#{element.get('id')}" in finding.xpath(".//a/@href"), f"{n}: {element.text_content()}"
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    if any(finding.severity != "note" for finding in findings):
        assert len(marked) > 30


def test_every_finding_says_where_it_stands_and_who_is_asked(
    page: Any, findings: tuple[Finding, ...]
) -> None:
    ids = set(page.xpath("//@id"))
    for n, finding in enumerate(findings, start=1):
        [shown] = page.xpath(f'//*[@id="finding-{n}"]')
        told = shown.text_content()
        assert ("位置" in told or "所据" in told) and re.search("请.+核实", told), finding.id
        links = shown.xpath(
            '(dl/dd[preceding-sibling::dt[1][.="位置" or .="所据" or .="可疑"]] | .//span)//a/@href'
        )
        assert links and {link[1:] for link in links} <= ids, finding.id


def test_a_unit_is_asked_for_its_own_figures_and_the_office_for_the_rest(
    built: Path, findings: tuple[Finding, ...]
) -> None:
    page = lxml.html.fromstring((built / "briefing.html").read_text(encoding="utf-8"))
    told = [one.text_content() for one in page.xpath('//*[starts-with(@id, "finding-")]')]

    def asked(words: str) -> set[str]:
        return {
            found[1]
            for one in told
            if words in one
            for found in [re.search("核实：?请(.+?)核实", one)]
            if found
        }

    assert asked("附件2“市教育局”评价") == {"市教育局"}
    assert asked("是该区县部门与镇村之和") == {"高新区"}
    assert asked("附件5“总数”评价数列为") == {"淄博市政务服务管理办公室会同周村区"}
    assert asked("正文写归集上传") == {"淄博市政务服务管理办公室"}
    names = next(one for one in told if "单位名称前后不一" in one)
    assert "主送机关“文昌湖旅游度假区”" in names
    assert page.xpath('//*[@id="bulletin-addressees"][contains(., "文昌湖旅游度假区")]')

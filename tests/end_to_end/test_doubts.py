"""From every matter to the cells that it doubts, and back."""

import re
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from haochaping.checks.check_report import CheckReport
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


def numbers_of(element: Any) -> set[int]:
    """The matters that a cell is tinted for."""
    return {int(one) for one in (element.get("data-matters") or "").split("、") if one}


def printed(page: Any, table: str) -> dict[CellRef, tuple[Any, Any]]:
    """Every cell of an annex of the page with its element and its heading, by what stands in rows and headings."""
    [shown] = page.xpath(f'//table[@id="table-{table}"]') or [None]
    if shown is None:
        return {}
    *groups, leaves = shown.xpath("thead/tr")
    columns = shown.xpath("thead/tr/th[@scope='col']") if groups else leaves.xpath("th")
    heads = columns[1:]
    heads = [th for th in heads if th.get("class") != "check" and not th.text_content().endswith("*")]
    over = [
        th.text_content()
        for row in groups
        for th in row.xpath("th[@colspan]")
        for _ in range(int(th.get("colspan")))
    ]
    found = {}
    for row in shown.xpath("tbody/tr | tfoot/tr"):
        name = row.xpath("string(th)")
        if name.endswith("*"):
            continue  # a total of the kit's own
        for place, (cell, head) in enumerate(zip(row.xpath("td"), heads, strict=False)):
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
def report(briefing: Path) -> CheckReport:
    root = briefing.parents[2]
    where = find_locations(root / "data", root / "output")
    return assess(where, Period.parse(briefing.parent.name), date.today()).report


def test_every_cell_that_a_matter_doubts_is_tinted_and_no_other(page: Any, report: CheckReport) -> None:
    cells = {cell: shown for table in ANNEXES for cell, shown in printed(page, table).items()}
    assert len(cells) > 300
    matter_of = {name: n for n, matter in enumerate(report.matters, start=1) for name in matter.findings}
    expected: dict[CellRef, set[int]] = defaultdict(set)
    grave: set[CellRef] = set()
    tinted: set[CellRef] = set()
    for finding in report.findings:
        number = matter_of[finding.id]
        if finding.status != "corrected" and report.matters[number - 1].severity != "note":
            for cell in {finding.at, *finding.suspects} & set(cells):
                expected[cell].add(number)
                grave |= {cell} if finding.severity == "correct" else set()
                tinted |= {cell} if finding.severity != "note" else set()
    for cell, (element, _) in cells.items():
        assert numbers_of(element) == expected[cell], cell
        assert ("tint-correct" in element.get("class", "")) == (cell in grave), cell
        assert ("tint-" in element.get("class", "")) == (cell in tinted), cell
    for row in page.xpath("//table[thead//th[@class='check']]/tbody/tr"):
        in_cells = {number for cell in row.xpath("td") for number in numbers_of(cell)}
        listed = [int(href.rpartition("-")[2]) for href in row.xpath("td[last()]//a/@href")]
        assert listed == sorted(in_cells), row.text_content()


def test_every_tinted_cell_leads_to_a_matter_that_leads_back(page: Any, report: CheckReport) -> None:
    tinted = page.xpath('//td[starts-with(@class, "doubtful")]')
    for element in tinted:
        for n in numbers_of(element):
            [matter] = page.xpath(f'//article[@id="matter-{n}"]')
            assert f"#{element.get('id')}" in matter.xpath(".//a/@href"), f"{n}: {element.text_content()}"
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert bool(tinted) == any(m.severity != "note" and m.status != "corrected" for m in report.matters)


def test_matters_about_whole_columns_are_told_under_the_table(page: Any, report: CheckReport) -> None:
    notes = " ".join(page.xpath('//ul[@class="table-notes"]/li[starts-with(., "全列存疑：")]//a/@href'))
    for n, matter in enumerate(report.matters, start=1):
        members = [f for f in report.findings if f.id in matter.findings]
        columns = [f for f in members if "全部" in f.at.names and not f.suspects]
        of_annexes = [f for f in columns if f.at.table in ANNEXES and f.status != "corrected"]
        if of_annexes and matter.severity != "note":
            assert f"#matter-{n}" in notes, matter.title


def test_every_matter_says_where_it_stands_and_who_is_asked(page: Any, report: CheckReport) -> None:
    ids = set(page.xpath("//@id"))
    for n, matter in enumerate(report.matters, start=1):
        [shown] = page.xpath(f'//article[@id="matter-{n}"]')
        told = shown.text_content()
        assert matter.title in told and (re.search("请.+：", told) or not matter.is_open), matter.id
        assert len(shown.xpath("details/dl/div[dt='位置' or dt='所据' or dt='可疑']")) >= 1, matter.id
        links = shown.xpath("details/dl/div[dt='位置' or dt='所据' or dt='可疑']//a/@href")
        assert links and {link[1:] for link in links} <= ids, matter.id


def test_a_unit_is_asked_for_its_own_figures_and_the_office_for_the_rest(built: Path) -> None:
    page = lxml.html.fromstring((built / "briefing.html").read_text(encoding="utf-8"))

    def asked(words: str) -> str:
        [matter] = [one for one in page.xpath("//article") if words in one.xpath("string(p[1])")]
        return str(matter.xpath('string(p[@class="ask"]/strong)'))

    office = "请淄博市政务服务管理办公室"
    assert asked("是该区县部门与镇村之和") == "请高新区"
    assert asked("“总数”评价数列为") == f"{office}会同周村区"
    assert asked("分母为零而列出了比率") == f"{office}会同市残联等 4 个单位"
    assert asked("正文写归集上传") == office
    assert asked("总量占比列为 6%") == office, "its rounding is the office's"
    assert asked("评价较多而主动评价远少于其他单位") == "请市公安局等 6 个单位"
    [names] = [one for one in page.xpath("//article") if "单位名称前后不一" in one.text_content()]
    assert "主送机关“文昌湖旅游度假区”" in names.text_content()
    assert page.xpath('//*[@id="bulletin-addressees"][contains(., "文昌湖旅游度假区")]')

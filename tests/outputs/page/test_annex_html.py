"""The annexes as tables: what is printed, what is ours, what is in doubt."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from haochaping.checks.check_report import CheckReport
from haochaping.checks.run_rules import run_rules
from haochaping.core.model import CellRef, QuarterData
from haochaping.outputs.page.annex_html import annex_table, folded_annex_table
from haochaping.reference.reference import Reference
from haochaping.store.apply_corrections import Correction, apply_corrections
from tests.checks.small_city import check, city, read_tables
from tests.present.small_quarters import without_annexes


def rows_of(html: str) -> dict[str, list[str]]:
    """Texts of a table's rows, by name."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", html, flags=re.DOTALL)
    texts = [
        [re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in rows
    ]
    return {row[0]: row[1:] for row in texts}


def notes_of(html: str) -> list[str]:
    return [re.sub(r"<[^>]*>", "", note) for note in re.findall(r"<li[^>]*>(.*?)</li>", html)]


def test_caption_scopes_and_ids(real: QuarterData, real_report: CheckReport) -> None:
    for name in real.declaration.annexes:
        html = str(annex_table(real, name, real_report))
        assert f'<table id="table-{name}" data-sortable>' in html
        assert re.search(r"<caption[^>]*><span>附件\d ", html)
        assert not re.search(r"<th(?![^>]*scope=)", html.replace("<thead", "<_head"))
        ids = re.findall(r' id="([^"]+)"', html)
        assert len(ids) == len(set(ids))


def test_totals_and_rates_that_the_annex_does_not_print_are_ours(
    real: QuarterData, real_report: CheckReport
) -> None:
    html = str(annex_table(real, "districts", real_report))
    rows = rows_of(html)
    assert rows["合计*"][:4] == ["6,233,908", "6,233,908", "284,171", "4.56%"]  # hand-checked sums
    assert rows["周村区"][3] == "50.31%" and rows["高新区"][3] == "0.48%"
    assert "* 合计、主动评价率由本简报按表列各数计算，原表没有。" in notes_of(html)
    departments = rows_of(str(annex_table(real, "city_departments", real_report)))
    assert departments["市残联"][5] == "—" and departments["张店区税务局"][5] == "—"  # no base; not listed
    services = rows_of(str(annex_table(real, "public_services", real_report)))
    assert "合计*" not in services and services["总数"][0] == "1,989,842"  # printed, not computed


def test_columns_that_say_one_thing_are_a_note(real: QuarterData, real_report: CheckReport) -> None:
    html = str(annex_table(real, "districts", real_report))
    assert "评价率各行均为“100%”；差评数各行均为“0”；整改满意率各行均为“/”。" in notes_of(html)
    assert "差评数" not in re.findall(r"<thead>(.*)</thead>", html)[0]
    departments = re.findall(r"<thead>(.*)</thead>", str(annex_table(real, "city_departments", real_report)))
    assert "差评数" in departments[0]  # 0 or "/": two things


def test_a_column_with_a_doubtful_or_corrected_cell_is_shown(real: QuarterData, reference: Reference) -> None:
    cell = CellRef("districts", "张店区", "negative_evaluations")
    corrected = apply_corrections(real, [Correction(cell, "0", "0")], reference)
    html = str(annex_table(corrected, "districts", run_rules(corrected, reference)))
    assert "差评数" in re.findall(r"<thead>(.*)</thead>", html)[0]


def test_doubtful_cells_are_tinted_by_severity_and_numbered_at_the_end_of_the_row(
    real: QuarterData, real_report: CheckReport
) -> None:
    html = str(annex_table(real, "public_services", real_report))
    tinted = re.findall(r'<td class="doubtful tint-(\w+)"[^>]* data-matters="([^"]+)">([^<]*)</td>', html)
    assert {text for tint, _, text in tinted if tint == "correct"} == {"6%", "4,356", "1,989,842"}
    numbers = {matter for _, matter, _ in tinted}
    by_rule = {
        f.check: n
        for n, m in enumerate(real_report.matters, 1)
        for f in real_report.findings
        if f.id in m.findings
    }
    assert numbers == {str(by_rule["total_sum"]), str(by_rule["share_recomputed"])}
    assert rows_of(html)["博山区"][-1] == str(by_rule["share_recomputed"])
    assert f'href="#matter-{by_rule["total_sum"]}"' in html
    matters = real_report.matters
    notes = {f"{number}" for number, matter in enumerate(matters, start=1) if matter.severity == "note"}
    for name in real.declaration.annexes:
        assert not notes & set(re.findall(r'data-matters="(\d+)"', annex_table(real, name, real_report)))


def test_nothing_is_tinted_without_doubt(real: QuarterData, reference: Reference) -> None:
    clean = run_rules(real, reference, rules=[])
    for name in real.declaration.annexes:
        html = str(annex_table(real, name, clean))
        assert "doubtful" not in html and "核对</span>" not in html and "存疑" not in html


def test_only_what_a_finding_doubts_is_tinted(real: QuarterData, real_report: CheckReport) -> None:
    """Not what it is compared with: the towns of 经开区 are right if its villages are missing."""
    html = str(annex_table(real, "towns_and_villages", real_report))
    assert re.findall(r'data-matters="\d+">([^<]*)<', html) == ["0"]


def test_matters_about_whole_columns_are_notes(real: QuarterData, real_report: CheckReport) -> None:
    notes = notes_of(str(annex_table(real, "districts", real_report)))
    [note] = [note for note in notes if note.startswith("全列存疑：")]
    assert re.match(r"全列存疑：评价率（\d+）、差评数（\d+）", note)


def test_printed_text_stays_with_its_reason(real: QuarterData, real_report: CheckReport) -> None:
    html = str(annex_table(real, "district_departments", real_report))
    assert re.search(r'title="数据归市级部门统计"[^>]*>归市', html)
    rows = rows_of(html)
    assert rows["汇总"][:4] == ["768,240", "881,307", "239,379", "40,934"]
    [(note, word)] = set(re.findall(r'aria-describedby="([^"]+)"[^>]*>([^<]*归市)', html))
    assert f'<li id="{note}">“{word}”：数据归市级部门统计。</li>' in html


def test_an_annex_that_a_chart_shows_whole_is_folded(real: QuarterData, real_report: CheckReport) -> None:
    html = str(folded_annex_table(real, "district_departments", real_report))
    assert html.startswith('<details class="table-fold"><summary>全表：附件3 ')
    assert str(annex_table(real, "district_departments", real_report)) in html


@pytest.mark.parametrize("show", [annex_table, folded_annex_table])
def test_an_absent_annex_is_said(show: object, real: QuarterData, real_report: CheckReport) -> None:
    without = without_annexes(real, "public_services")
    assert "本期资料没有附件5" in show(without, "public_services", real_report)  # type: ignore[operator]


def test_a_corrected_cell_shows_what_was_printed(tmp_path: Path) -> None:
    place = city(tmp_path / "reference")
    data = read_tables(place, tmp_path, [["大厅", "办件数", "投票数"], ["甲", 9, 5], ["乙", 8, ""]])
    data = apply_corrections(data, [Correction(CellRef("halls", "乙", "votes"), "", "4")], place)
    html = str(annex_table(data, "halls", check(data, place)))
    assert "通报列为 空白" in html and rows_of(html)["乙"][1] == "4〔更正〕"
    assert rows_of(html)["合计*"][1] == "9"


def test_a_total_is_not_made_where_rows_are_of_several_kinds(
    real: QuarterData, real_report: CheckReport
) -> None:
    mixed = replace(real, cells=real.cells.assign(group=["a", *["b"] * (len(real.cells) - 1)]))
    assert "合计*" not in rows_of(str(annex_table(mixed, "districts", real_report)))

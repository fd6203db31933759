"""What a unit gets to verify, and that nothing of other units is on it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from haochaping.checks.check_report import CheckReport
from haochaping.checks.finding import Finding
from haochaping.checks.owners import Owners
from haochaping.core.model import CellRef, QuarterData
from haochaping.core.text import normalize_for_comparison
from haochaping.outputs.exchange.redaction import DIFFERS_FROM_TOTAL, PLEASE_VERIFY, UNLIKE_PEERS, Redaction
from haochaping.outputs.exchange.verification_sheets import SHEET, file_name, finding_code, write_sheets
from haochaping.reference.reference import Reference
from haochaping.store.cell_index import CellIndex

WATER = "市水务集团有限责任公司"
DISTRICTS = {"博山区", "周村区", "淄川区", "高青县", "高新区", "经开区"}


def rows(path: Path) -> list[dict[str, str]]:
    """Rows of the table on a sheet."""
    lines = [[str(c or "") for c in row] for row in load_workbook(path)[SHEET].iter_rows(values_only=True)]
    top = next(i for i, line in enumerate(lines) if "编号" in line)
    return [dict(zip(lines[top], line, strict=True)) for line in lines[top + 1 :] if line[10]]


def texts(path: Path) -> list[str]:
    """Every text on a sheet."""
    return [str(c) for row in load_workbook(path)[SHEET].iter_rows(values_only=True) for c in row if c]


@pytest.fixture(scope="module")
def sheets(
    real: QuarterData,
    real_report: CheckReport,
    reference: Reference,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("run") / "sheets"
    return {path.stem: path for path in write_sheets(real, real_report, reference, folder)}


def test_units_with_something_to_verify_get_a_sheet(
    sheets: dict[str, Path], real_report: CheckReport
) -> None:
    asked = {
        name
        for f in real_report.findings
        if f.severity != "note"
        for cell in (f.at, *f.suspects)
        for name in cell.names
        if cell.table == "city_departments" and name != "全部"
    }
    assert set(sheets) == DISTRICTS | asked and WATER in asked and len(asked) == 12


def test_one_row_a_cell_that_may_be_corrected(sheets: dict[str, Path]) -> None:
    first = rows(sheets[WATER])[0]
    assert (first["原值"], first["应为"]) == ("100%", "99.7%")
    assert "99.68%" in first["不符之处"] and "11,273 − 11,237 = 36" in first["算式"]
    assert [row["单元格"].rpartition("/")[2] for row in rows(sheets[WATER])] == [
        "evaluation_rate",
        "evaluations",
        "cases",
        "active_evaluations",
    ]
    total = rows(sheets["周村区"])[0]
    assert total["编号"] == "total_sum/public_services/总数/evaluations"
    assert "1,989,842" in total["不符之处"], "totals may be shown"
    assert "625,272" not in total["算式"], "the other rows may not"
    told = rows(sheets["周村区"])[3]["不符之处"]
    assert "主动评价率为 50.31%，明显高于其他区县" in told and "中位数" not in told, "a median is of others"
    assert not any(row[name] for row in rows(sheets["周村区"]) for name in ("核实值", "说明或依据", "日期"))


def test_own_figures_of_every_annex_are_listed(sheets: dict[str, Path]) -> None:
    text = "\n".join(texts(sheets["周村区"]))
    for part in ("季度：2022Q4", "单位：周村区", "办件数 67199", "人社局 23652", "总量占比 0.2%", "填报人："):
        assert part in text


def test_no_other_unit_is_named_and_no_other_figure_shown(
    sheets: dict[str, Path], real: QuarterData, reference: Reference
) -> None:
    cell_index = CellIndex(real, reference)
    owners = Owners(cell_index, reference)
    by_name = {name: (kind, name) for kind, name in owners.cells}
    figures = {
        owner: {cell_index.printed(cell) for cell in cells if len(cell_index.printed(cell)) >= 4}
        for owner, cells in owners.cells.items()
    }
    totals = {
        cell_index.printed(cell)
        for cell in cell_index.cells()
        if cell.table in real.declaration.annexes and owners.of(cell) is None
    }
    for unit, path in sheets.items():
        own = by_name[unit]
        text = normalize_for_comparison("\n".join(texts(path)))
        others = {normalize_for_comparison(name) for kind, name in owners.cells if name != unit}
        others |= {
            normalize_for_comparison(u.canonical) for u in reference.units if u.kind != "district_department"
        }
        departments = {normalize_for_comparison(cell.row) for cell in owners.cells[own]}
        bare = text.replace(normalize_for_comparison(unit), "")
        assert [
            name for name in others - {normalize_for_comparison(unit)} - departments if name in bare
        ] == [], unit
        shown = set(re.findall(r"\d{4,}", text.replace(",", "")))
        foreign = set().union(*(found for owner, found in figures.items() if owner != own))
        assert shown & foreign - figures[own] - totals == set(), unit


def finding(at: CellRef, message: str, **fields: object) -> Finding:
    made = Finding("same_quantity", at, "verify", message, "", "", cells=(at,))
    return replace(made, **fields)  # type: ignore[arg-type]


def cell(table: str, column: str, **key: str) -> CellRef:
    """A cell by the names of its row and, where it has one, of its column, in the annex's order."""
    row, *member = key.values()
    return CellRef(table, row, column, *member)


def test_a_suspect_elsewhere_learns_nothing_of_the_place(
    real: QuarterData, reference: Reference, tmp_path: Path
) -> None:
    at = cell("districts", "evaluations", district="张店区")
    mine = cell("districts", "evaluations", district="周村区")
    doubt = finding(at, "附件1“张店区”评价数列为 1,200,000。", suspects=(at, mine), cells=(at, mine))
    paths = write_sheets(real, CheckReport((doubt,), ()), reference, tmp_path / "s")
    assert [path.name for path in paths] == ["张店区.xlsx", "周村区.xlsx"]
    [row] = rows(paths[1])
    assert row["编号"] == finding_code(doubt)
    assert row["不符之处"] == (
        "核对要求“同一数量在两个附件中一致”，现有数据与此不符，本单位这一格与之有关，请核实。"
    )
    assert "张店区" not in "".join(texts(paths[1]))


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("附件1“周村区”评价数 67,199，主动评价数 33,808。", True),
        ("附件1“周村区”主动评价率为 50.31%。", True),
        ("附件1“周村区”评价数 67,199，为各区县的 2.75 倍。", False),
        ("附件1列有 351,234 条。", False),
        ("附件1“周村区”与张店区不同。", False),
        ("合计 6,233,908。", True),
    ],
)
def test_a_figure_of_unknown_origin_is_not_shown(
    message: str, shown: bool, real: QuarterData, reference: Reference
) -> None:
    cell_index = CellIndex(real, reference)
    at = cell("districts", "evaluations", district="周村区")
    active = cell("districts", "active_evaluations", district="周村区")
    doubt = finding(at, message, cells=(at, active))
    redaction = Redaction(cell_index, Owners(cell_index, reference), reference)
    assert redaction.may_show(message, doubt, ("district", "周村区")) is shown


def test_whole_columns_text_and_notes_belong_to_no_unit(
    real: QuarterData, reference: Reference, tmp_path: Path
) -> None:
    mine = cell("districts", "evaluations", district="周村区")
    doubts = tuple(
        finding(at, "……", cells=(mine,))
        for at in (
            cell("districts", "evaluations", district="全部"),
            cell("headline", "value", figure="records"),
            cell("districts", "title", district="备注"),
        )
    )
    assert write_sheets(real, CheckReport(doubts, ()), reference, tmp_path / "s") == []
    assert not (tmp_path / "s").exists()


def test_every_row_says_what_does_not_fit(sheets: dict[str, Path]) -> None:
    for path in sheets.values():
        for row in rows(path):
            assert row["不符之处"] not in (PLEASE_VERIFY, DIFFERS_FROM_TOTAL, UNLIKE_PEERS), (path.stem, row)
    asked = [row["不符之处"] for row in rows(sheets["张店区税务局"])]
    assert asked and not any("没有区县单位" in told for told in asked), "a remark is no question to a unit"


def test_a_name_is_not_shown_without_its_brackets_either(real: QuarterData, reference: Reference) -> None:
    other = "某某集团（2部）"
    table = real.city_departments.copy()
    table.loc[0, "department"] = other
    cell_index = CellIndex(real.with_table("city_departments", table), reference)
    mine = cell("districts", "evaluations", district="周村区")
    doubt = finding(mine, f"附件1“周村区”评价数 67,199，与{other}不同。")
    told = Redaction(cell_index, Owners(cell_index, reference), reference).message(
        doubt, ("district", "周村区")
    )
    assert "某某集团" not in told


def test_a_title_that_names_another_unit_is_not_shown(
    real: QuarterData, reference: Reference, tmp_path: Path
) -> None:
    rules = (reference.folder / "rules.toml").read_text(encoding="utf-8")
    named = rules.replace("同一数量在两个附件中一致", "张店区的数在两个附件中一致")
    (tmp_path / "rules.toml").write_text(named, encoding="utf-8")
    at = cell("districts", "evaluations", district="张店区")
    mine = cell("districts", "evaluations", district="周村区")
    doubt = finding(at, "附件1“张店区”列为 1,200,000。", suspects=(mine,), cells=(at, mine))
    elsewhere = replace(reference, folder=tmp_path)
    cell_index = CellIndex(real, elsewhere)
    redaction = Redaction(cell_index, Owners(cell_index, elsewhere), elsewhere)
    assert redaction.message(doubt, ("district", "周村区")) == DIFFERS_FROM_TOTAL


def test_answered_findings_are_not_asked_again(
    real: QuarterData, real_report: CheckReport, reference: Reference, tmp_path: Path
) -> None:
    answered = replace(
        real_report, findings=tuple(replace(f, status="explained") for f in real_report.findings)
    )
    assert write_sheets(real, answered, reference, tmp_path) == []


@pytest.mark.slow
def test_same_content_same_bytes_and_nothing_is_overwritten(
    real: QuarterData, real_report: CheckReport, reference: Reference, tmp_path: Path
) -> None:
    first = write_sheets(real, real_report, reference, tmp_path / "a")
    again = write_sheets(real, real_report, reference, tmp_path / "b")
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in again]
    beside = write_sheets(real, real_report, reference, tmp_path / "a")
    assert beside[0].name == f"{first[0].stem}.new.xlsx"


@pytest.mark.parametrize(
    ("unit", "name"),
    [
        ("周村区", "周村区"),
        ("a/b\\c:d*e?", "a_b_c_d_e_"),
        ("../../etc", "_.._etc"),
        ("con", "_con"),
        ("LPT1.局", "_LPT1.局"),
        ("局. ", "局"),
        ("~$局", "_~$局"),
        ("...", "_"),
        ("局" * 200, "局" * 70),
    ],
)
def test_file_names_are_safe_everywhere(unit: str, name: str) -> None:
    assert file_name(unit) == name


def test_names_that_look_like_formulas_stay_text(
    real: QuarterData, reference: Reference, tmp_path: Path
) -> None:
    import zipfile

    table = real.districts.copy()
    table.loc[table["district"] == "周村区", "district"] = "=1+1"
    at = cell("districts", "evaluations", district="=1+1")
    doubt = finding(at, "=HYPERLINK(0)", expected="=0")
    [path] = write_sheets(real.with_table("districts", table), CheckReport((doubt,), ()), reference, tmp_path)
    assert path.name == "=1+1.xlsx"
    xml = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml and "hyperlink" not in xml
    assert "单位：=1+1" in texts(path)


def test_it_prints_on_a4_with_the_columns_for_people_only(sheets: dict[str, Path]) -> None:
    sheet = load_workbook(sheets["周村区"])[SHEET]
    assert sheet.page_setup.paperSize == 9 and sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.page_setup.fitToHeight == 0
    assert str(sheet.print_area).startswith("'核实单'!$A$1:$J$")


def test_neutral_words_blame_nobody() -> None:
    for words in (DIFFERS_FROM_TOTAL, UNLIKE_PEERS, PLEASE_VERIFY):
        assert words.endswith("请核实。") and "异常" not in words

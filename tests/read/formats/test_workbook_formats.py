"""Workbooks saved as .xls and .ods say the same as the .xlsx they were made from, and hide as little."""

import re
import shutil
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from haochaping.core.errors import InputRefused
from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.read.formats.workbook_details import percent_decimals
from haochaping.read.raw_folder import read_raw
from haochaping.reference.reference import Reference
from tests.read.formats.test_office_files import same_tables
from tests.read.office_files import write_workbook

Edit = Callable[[Worksheet], object]
Converted = dict[str, Path]
"""A folder for each kind; in it the files, named after their case."""
KINDS = ("xlsx", "xls", "ods")
LAYOUTS: dict[str, dict[str, bool]] = {
    "percent formats": {"percent_formats": True},
    "numbers as text": {"as_text": True},
    "one sheet": {"one_sheet": True, "percent_formats": True},
}
FORMATS = {
    "0%": ["99%", "100%"],
    "0.00%": ["99.00%", "99.97%"],
    "0.0%;[Red]-0.0%": ["99.0%", "100.0%"],
    "General": ["99%", "99.967%"],
}


def small(path: Path, edit: Edit) -> Path:
    """A city's annex 1 with two districts, edited."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "表1"
    for row in (
        ["序号", "区县", "办件数", "评价数", "评价率", "差评数"],
        [1, "甲区", 1000, 990, 0.99, 3],
        [2, "乙县", 3000, 2999, 0.99967, 0],
    ):
        sheet.append(row)
    edit(sheet)
    workbook.save(path)
    return path


def put(cell: str, value: object, code: str = "") -> Edit:
    def edit(sheet: Worksheet) -> None:
        sheet[cell] = value
        if code:
            sheet[cell].number_format = code

    return edit


def show_rates(code: str) -> Edit:
    def edit(sheet: Worksheet) -> None:
        for row in (2, 3):
            sheet.cell(row, 5).number_format = code

    return edit


def hidden_row(sheet: Worksheet) -> None:
    sheet.row_dimensions[3].hidden = True


def filtered(sheet: Worksheet) -> None:
    sheet.auto_filter.ref = "A1:F3"
    sheet.auto_filter.add_filter_column(1, ["甲区"])
    sheet.row_dimensions[3].hidden = True


def hidden_column(sheet: Worksheet) -> None:
    sheet.column_dimensions["F"].hidden = True


def hidden_sheet(sheet: Worksheet) -> None:
    draft = sheet.parent.create_sheet("底稿")
    draft["A1"] = "甲区"
    draft.sheet_state = "hidden"


def hidden_and_empty(sheet: Worksheet) -> None:
    sheet.row_dimensions[9].hidden = True
    sheet.column_dimensions["H"].hidden = True
    sheet.parent.create_sheet("空").sheet_state = "hidden"
    sheet["D2"] = "=C2-10"


REFUSED: dict[str, tuple[Edit, list[str]]] = {
    "hidden row": (hidden_row, ["工作表“表1” 第 3 行", "隐藏的行", "取消筛选"]),
    "filtered": (filtered, ["第 3 行", "隐藏的行"]),
    "hidden column": (hidden_column, ["工作表“表1” F 列", "隐藏的列"]),
    "hidden sheet": (hidden_sheet, ["工作表“底稿”", "隐藏的工作表"]),
    "error": (put("D3", "=1/0"), ["工作表“表1” D3", "#DIV/0!", "公式"]),
    "not available": (put("D3", "=NA()"), ["D3", "#N/A"]),
    "date for a count": (
        put("D3", date(2023, 1, 2), "m-d"),
        ["工作表“表1” 第 3 行 D 列", "2023-01-02", "评价数应为整数"],
    ),
    "date for a name": (put("B3", date(2023, 1, 2), "m-d"), ["第 3 行 B 列", "2023-01-02", "单位名称"]),
    "merged down": (lambda sheet: sheet.merge_cells("D2:D3"), ["第 3 行 D 列", "合并单元格"]),
    "two lines": (put("D3", "12\n34"), ["第 3 行 D 列", "12⏎34"]),
    "merged across": (lambda sheet: sheet.merge_cells("C3:D3"), ["第 3 行 D 列", "合并单元格"]),
}
ACCEPTED: dict[str, Edit] = {
    **{f"shown {i}": show_rates(code) for i, code in enumerate(FORMATS)},
    "conditional": show_rates("[>=0.9999]100%;0.00%"),
    "hidden and empty": hidden_and_empty,
    "formula": put("D3", "=C3-1"),
}


@pytest.fixture(scope="module")
def converted(real: QuarterData, tmp_path_factory, convert) -> Converted:
    """Every case of this module in every kind of workbook; formulas have their results."""
    folder = tmp_path_factory.mktemp("cases")
    edits = {**{name: edit for name, (edit, _) in REFUSED.items()}, **ACCEPTED}
    paths = [small(folder / f"{name}.xlsx", edit) for name, edit in edits.items()]
    for name, layout in LAYOUTS.items():
        paths.append(folder / f"{name}.xlsx")
        write_workbook(real, paths[-1], **layout)
    return {kind: convert(paths, kind) for kind in KINDS}


@pytest.fixture
def office(converted: Converted, tmp_path: Path) -> Callable[[str, str], Path]:
    """A quarter's folder with one case in it."""

    def alone(name: str, kind: str) -> Path:
        shutil.copy(converted[kind] / f"{name}.{kind}", tmp_path)
        return tmp_path

    return alone


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_real_bulletin(real: QuarterData, reference: Reference, office, kind: str, layout: str) -> None:
    same_tables(read_raw(office(layout, kind), real.quarter, reference), real)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", range(len(FORMATS)))
def test_a_percentage_as_its_cell_shows_it(reference: Reference, office, kind: str, number: int) -> None:
    found = read_raw(office(f"shown {number}", kind), Period(2023, 1), reference)
    assert found.districts["evaluation_rate_printed"].tolist() == list(FORMATS.values())[number]


@pytest.mark.parametrize("kind", KINDS)
def test_a_format_that_depends_on_the_value_never_rounds_up_to_100(
    reference: Reference, office, kind: str
) -> None:
    found = read_raw(office("conditional", kind), Period(2023, 1), reference)
    assert found.districts["evaluation_rate_printed"].tolist()[1] in ("99.967%", "99.97%")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_read(reference: Reference, office, kind: str, case: str) -> None:
    with pytest.raises(InputRefused) as refusal:
        read_raw(office(case, kind), Period(2023, 1), reference)
    for text in [f"{case}.{kind}", *REFUSED[case][1]]:
        assert text in refusal.value.message, refusal.value.message


@pytest.mark.parametrize("kind", KINDS)
def test_hidden_and_empty_is_no_matter_and_a_formula_counts_by_its_result(
    reference: Reference, office, kind: str
) -> None:
    found = read_raw(office("hidden and empty", kind), Period(2023, 1), reference)
    assert found.districts["evaluations"].tolist() == [990, 2999]


@pytest.mark.parametrize(
    ("code", "decimals"),
    [
        ("0%", 0),
        ("#,##0.00%", 2),
        ("0.000%_ ;[Red]\\-0.000%\\ ", 3),
        ("[$-804]0.0%", 1),
        ("[=1]100%;0.00%", None),
        ("0.0#%", None),
        ('0.00"%"', None),
        ("0.00\\%", None),
        ("General", None),
    ],
)
def test_decimals_of_a_number_format(code: str, decimals: int | None) -> None:
    assert percent_decimals(code) == decimals


def without_results(path: Path) -> None:
    """Take the results of formulas out of an .ods, as programs leave them that cannot calculate."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    text = parts["content.xml"].decode()
    text, count = re.subn(
        r"(<table:table-cell[^>]*? table:formula=\"[^\"]*\")[^>]*>.*?</table:table-cell>", r"\1/>", text
    )
    assert count == 1
    parts["content.xml"] = text.encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_a_formula_without_result_in_ods(reference: Reference, office) -> None:
    folder = office("formula", "ods")
    without_results(folder / "formula.ods")
    with pytest.raises(InputRefused, match=r"formula\.ods 工作表“表1” D3：公式没有结果"):
        read_raw(folder, Period(2023, 1), reference)


def test_formulas_that_were_never_calculated(reference: Reference, tmp_path: Path) -> None:
    """A program that writes formulas stores 0 for each and asks for a calculation on loading."""
    workbook = xlsxwriter.Workbook(tmp_path / "附件.xlsx")
    sheet = workbook.add_worksheet("表1")
    sheet.write_row(0, 0, ["区县", "办件数", "评价数"])
    sheet.write_row(1, 0, ["甲区", 1000])
    sheet.write_formula(1, 2, "=B2-10")
    workbook.close()
    with pytest.raises(InputRefused, match="工作表“表1” C2：公式没有结果"):
        read_raw(tmp_path, Period(2023, 1), reference)


def test_an_xls_formula_marked_for_calculation(reference: Reference, office) -> None:
    folder = office("formula", "xls")
    path = folder / "formula.xls"
    assert read_raw(folder, Period(2023, 1), reference).districts["evaluations"].tolist() == [990, 2999]
    content = path.read_bytes()
    records = list(re.finditer(rb"\x06\x00..\x02\x00\x03\x00", content, re.DOTALL))  # a formula in D3
    assert len(records) == 1
    flags = records[0].start() + 4 + 14
    path.write_bytes(content[:flags] + bytes([content[flags] | 2]) + content[flags + 1 :])
    with pytest.raises(InputRefused, match="D3：公式没有结果"):
        read_raw(folder, Period(2023, 1), reference)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "corner"), [("xlsx", "XFD1048576"), ("xls", "IV65536"), ("ods", "AMJ1048576")]
)
def test_a_far_cell_is_refused_before_it_costs_memory(
    reference: Reference, tmp_path: Path, convert, kind: str, corner: str
) -> None:
    """A cell at the far corner would make a dense table of millions of cells."""
    path = small(tmp_path / "附件.xlsx", put(corner, "x"))
    folder = tmp_path if kind == "xlsx" else convert([path], kind)
    with pytest.raises(InputRefused, match="不应超过 5000 行 300 列"):
        read_raw(folder, Period(2023, 1), reference)


@pytest.mark.slow
def test_a_raised_mark_in_ods(reference: Reference, tmp_path: Path, convert) -> None:
    workbook = xlsxwriter.Workbook(tmp_path / "附件.xlsx")
    sheet = workbook.add_worksheet("表1")
    for r, row in enumerate([["区县", "评价数"], ["甲区", 5], ["乙县"]]):
        sheet.write_row(r, 0, row)
    sheet.write_rich_string(2, 1, "2122", workbook.add_format({"font_script": 1}), "1")
    workbook.close()
    folder = convert([tmp_path / "附件.xlsx"], "ods")
    with pytest.raises(InputRefused, match="第 3 行 B 列.*：2122〔1〕"):  # noqa: RUF043
        read_raw(folder, Period(2023, 1), reference)


def test_a_workbook_older_than_excel_97(reference: Reference, office) -> None:
    folder = office("formula", "xls")
    content = (folder / "formula.xls").read_bytes()
    first = content.index(b"\x09\x08\x10\x00\x00\x06\x05\x00")
    (folder / "formula.xls").write_bytes(content[: first + 5] + b"\x05" + content[first + 6 :])
    with pytest.raises(InputRefused, match=r"formula\.xls：Excel 95"):
        read_raw(folder, Period(2023, 1), reference)


@pytest.mark.parametrize("length", [520, 1500, 3000, 4500])
def test_a_truncated_xls(reference: Reference, office, length: int) -> None:
    folder = office("formula", "xls")
    path = folder / "formula.xls"
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(InputRefused, match=r"formula\.xls"):
        read_raw(folder, Period(2023, 1), reference)


def test_unused_rows_hidden_by_default_are_no_matter(reference: Reference, tmp_path: Path) -> None:
    """Offices hide all rows below a form; its own rows are written without a word and are shown."""

    def edit(sheet: Worksheet) -> None:
        sheet.sheet_format.zeroHeight = True

    small(tmp_path / "附件.xlsx", edit)
    assert len(read_raw(tmp_path, Period(2023, 1), reference).districts) == 2

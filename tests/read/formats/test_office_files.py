"""The real bulletin in every kind of file an office keeps ends in the same model."""

import copy
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from docx import Document

from haochaping.core.errors import InputRefused
from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.read.formats.workbook import read_sheets
from haochaping.read.raw_folder import read_raw
from haochaping.reference.reference import Reference
from tests.read.office_files import write_csv_files, write_webpage, write_word, write_workbook


def same_tables(found: QuarterData, wanted: QuarterData) -> None:
    for name in wanted.declaration.annexes:
        pd.testing.assert_frame_equal(found.table(name), wanted.table(name), obj=name)
    totals = ["table", "row", "member", "column", "value"]
    assert sorted(map(str, found.printed_totals[totals].to_numpy().tolist())) == sorted(
        map(str, wanted.printed_totals[totals].to_numpy().tolist())
    )
    empty = ["table", "row", "member", "column", "printed", "reason"]
    assert sorted(map(str, found.unreported[empty].to_numpy().tolist())) == sorted(
        map(str, wanted.unreported[empty].to_numpy().tolist())
    )


WRITERS: dict[str, Callable[[QuarterData, Path], None]] = {
    "word": lambda data, folder: write_word(data, folder / "通报.docx"),
    "webpage": lambda data, folder: write_webpage(data, folder / "a.html"),
    "webpage gb18030": lambda data, folder: write_webpage(data, folder / "a.htm", "gb18030"),
    "workbook": lambda data, folder: write_workbook(data, folder / "a.xlsx"),
    "workbook, numbers as text": lambda data, folder: write_workbook(data, folder / "a.xlsx", as_text=True),
    "workbook, one sheet": lambda data, folder: write_workbook(data, folder / "a.xlsx", one_sheet=True),
    "csv": write_csv_files,
    "csv gb18030": lambda data, folder: write_csv_files(data, folder, "gb18030"),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", WRITERS)
def test_the_real_bulletin_in_another_file(
    real: QuarterData, reference: Reference, tmp_path: Path, kind: str
) -> None:
    WRITERS[kind](real, tmp_path)
    found = read_raw(tmp_path, real.quarter, reference)
    same_tables(found, real)
    if kind.startswith("w") and "workbook" not in kind:
        assert found == real
        for fact in ("title", "issuer", "issue_date", "addressees", "period_start", "extraction_date"):
            assert found.fact(fact) == real.fact(fact), fact


def test_a_systems_own_summary_export(reference: Reference, tmp_path: Path) -> None:
    """Columns that nobody declared are kept as printed; what the export does not say stays missing."""
    text = "部门,总评价数,满意数,不满意数,好评率\n市教育局,120,118,2,98.33%\n市民政局,40,40,0,100%\n合计,160,158,2,98.75%\n"
    (tmp_path / "市直部门.csv").write_bytes(text.encode("gb18030"))
    found = read_raw(tmp_path, Period(2023, 1), reference)
    assert found.city_departments["evaluations"].tolist() == [120, 40]
    assert found.city_departments["negative_evaluations"].tolist() == [2, 0]
    assert found.city_departments["cases"].isna().all()
    totals = found.printed_totals[["column", "value"]].to_numpy().tolist()
    assert totals == [["evaluations", 160.0], ["negative_evaluations", 2.0], ["positive_rate", 0.9875]]
    assert found.undeclared[["row", "column", "value"]].to_numpy().tolist() == [
        ["市教育局", "满意数", 118],
        ["市民政局", "满意数", 40],
        ["合计", "满意数", 158],
    ]


@pytest.mark.parametrize(("name", "is_read"), [("填写说明", True), ("附件1 各区县", False)])
def test_an_error_on_the_help_sheet_of_a_form_does_no_harm(tmp_path: Path, name: str, is_read: bool) -> None:
    """Its checks look at annexes, which may be deleted."""
    from openpyxl import Workbook

    workbook = Workbook()
    sheet = workbook.active
    sheet.title = name
    sheet.append(["序号", "区县", "评价数"])
    sheet.append([1, "甲区", "#REF!"])
    sheet["C2"].data_type = "e"
    workbook.save(tmp_path / "annexes.xlsx")
    if is_read:
        assert [grid.name for grid in read_sheets(tmp_path / "annexes.xlsx")] == [name]
    else:
        with pytest.raises(InputRefused, match="C2"):
            read_sheets(tmp_path / "annexes.xlsx")


def _cut_in_two(path: Path, table: int, at: int) -> None:
    """The rows of a table from `at` on in a table of their own, as where a page ends."""
    document = Document(str(path))
    above = document.tables[table]._tbl
    below = copy.deepcopy(above)
    above.addnext(below)
    rows = list(above.tr_lst)
    for tr in rows[at:]:
        above.remove(tr)
    for tr in list(below.tr_lst)[:at]:
        below.remove(tr)
    document.save(str(path))


def test_a_total_alone_on_the_next_page_is_read(
    real: QuarterData, reference: Reference, tmp_path: Path
) -> None:
    """Annex 5 has one figure in its total; its row is a table of its own after a page's end."""
    path = tmp_path / "通报.docx"
    write_word(real, path)
    _cut_in_two(path, 4, len(Document(str(path)).tables[4].rows) - 1)
    same_tables(read_raw(tmp_path, real.quarter, reference), real)


def test_a_row_again_on_the_next_page_is_no_header(
    real: QuarterData, reference: Reference, tmp_path: Path
) -> None:
    path = tmp_path / "通报.docx"
    write_word(real, path)
    document = Document(str(path))
    row = document.tables[0].rows[3]._tr
    row.addnext(copy.deepcopy(row))
    document.save(str(path))
    _cut_in_two(path, 0, 4)
    with pytest.raises(InputRefused, match="序号应为"):
        read_raw(tmp_path, real.quarter, reference)


def test_a_row_of_signs_on_the_next_page_is_a_row_of_its_own(tmp_path: Path, reference: Reference) -> None:
    """A row that was cut at the end of a page lacks cells; a header may be repeated more than once."""
    head = ["窗口", "排队", "等候"]
    document = Document()
    document.add_paragraph("2022年第四季度各窗口情况")
    for rows in ([head, ["一号", "3", "4"]], [["二号", "/", "/"]], [head, head, ["三号", "5", "6"]]):
        table = document.add_table(len(rows), 3)
        for row, texts in zip(table.rows, rows, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    document.save(str(tmp_path / "a.docx"))
    found = read_raw(tmp_path, Period(2022, 4), reference)
    assert found.cells[["row", "printed"]].to_numpy().tolist() == [
        ["一号", "3"],
        ["一号", "4"],
        ["二号", "/"],
        ["二号", "/"],
        ["三号", "5"],
        ["三号", "6"],
    ]

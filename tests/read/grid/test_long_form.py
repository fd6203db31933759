"""Tables with one row a combination, as systems export them."""

from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from haochaping.core.errors import InputRefused
from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.read.raw_folder import read_raw
from haochaping.reference.reference import Reference
from tests.read.formats.test_office_files import same_tables
from tests.read.office_files import write_workbook

TIERS = {"town": "镇级", "village": "村级"}
FIRST = Period(2023, 1)


def write(folder: Path, *sheets: Sequence[Sequence[object]], merged: str = "") -> Path:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for rows in sheets:
        sheet = workbook.create_sheet()
        for row in rows:
            sheet.append(row)
    if merged:
        workbook.active.merge_cells(merged)
    workbook.save(folder / "导出.xlsx")
    return folder


def long_rows(data: QuarterData, name: str) -> list[list[object]]:
    """Annex 3 or 4 with one row a combination, totals last."""
    cells = data.cells[data.cells["annex"] == name].sort_values("is_total", kind="stable")
    rows: dict[tuple[str, str], list[object]] = {}
    for cell in cells.to_dict("records"):
        member = TIERS.get(cell["member"], cell["member"])
        row = rows.setdefault((cell["row"], member), [cell["row"], member])
        row.append(cell["printed"] if cell["status"] == "missing" else int(cell["value"]))
    return list(rows.values())


@pytest.mark.parametrize("by", [0, 1])
def test_the_real_bulletin_in_long_form(
    real: QuarterData, reference: Reference, tmp_path: Path, by: int
) -> None:
    """Sorted by department or by district (by district or by tier): the same tables, in the printed order."""
    write_workbook(real, tmp_path / "导出.xlsx")
    workbook = openpyxl.load_workbook(tmp_path / "导出.xlsx")
    headers = {
        "district_departments": ["部门", "区县", "总评价数"],
        "towns_and_villages": ["区县", "层级", "评价总数", "差评数量", "按时整改数量"],
    }
    for name, header in headers.items():
        del workbook[f"表{real.declaration.annexes[name].number}"]
        sheet = workbook.create_sheet(name)
        rows = long_rows(real, name)
        order = list(dict.fromkeys(row[by] for row in rows))
        for row in [header, *sorted(rows, key=lambda row: order.index(row[by]))]:
            sheet.append(row)
    workbook.save(tmp_path / "导出.xlsx")
    same_tables(read_raw(tmp_path, real.quarter, reference), real)


def test_a_missing_combination_is_missing(reference: Reference, tmp_path: Path) -> None:
    rows = [["区县", "部门", "评价数"], ["甲区", "教育局", 5], ["乙县", "教育局", 0], ["乙县", "民政局", "/"]]
    found = read_raw(write(tmp_path, rows), FIRST, reference)
    table = found.district_departments
    assert table[["department", "district"]].to_numpy().tolist() == [
        ["教育局", "甲区"],
        ["教育局", "乙县"],
        ["民政局", "甲区"],
        ["民政局", "乙县"],
    ]
    assert table["evaluations"].isna().tolist() == [False, False, True, True]
    assert table["evaluations"].tolist()[:2] == [5, 0]
    reasons = {(row.member, row.printed): row.reason for row in found.unreported.itertuples()}
    assert reasons["甲区", ""] == "原表无此行"
    assert "含义未注明" in reasons["乙县", "/"]


def test_serial_numbers_and_merged_districts(reference: Reference, tmp_path: Path) -> None:
    """A merged district stands for all its rows; serial numbers may count districts or rows."""
    rows = [
        ["序号", "区县", "级别", "评价总数", "差评数量"],
        [1, "甲区", "镇（街道）", 5, 1],
        [None, None, "村（社区）", 6, 0],
        [2, "乙县", "镇（街道）", 7, 0],
        [2, "乙县", "村（社区）", 8, 0],
        ["合计", None, "镇（街道）", 12, 1],
    ]
    folder = write(tmp_path, rows, merged="B2:B3")
    found = read_raw(folder, FIRST, reference)
    assert found.towns_and_villages[["district", "tier", "evaluations"]].to_numpy().tolist() == [
        ["甲区", "town", 5],
        ["甲区", "village", 6],
        ["乙县", "town", 7],
        ["乙县", "village", 8],
    ]
    assert found.printed_totals[["row", "member", "column", "value"]].to_numpy().tolist() == [
        ["合计", "town", "evaluations", 12],
        ["合计", "town", "negative_evaluations", 1],
    ]


def test_totals_of_departments_and_districts(reference: Reference, tmp_path: Path) -> None:
    rows = [
        ["部门", "区县", "评价数"],
        ["教育局", "甲区", 5],
        ["教育局", "合计", 5],
        ["合计", "甲区", 5],
        ["合计", None, 5],
    ]
    found = read_raw(write(tmp_path, rows), FIRST, reference)
    assert found.printed_totals[["row", "member"]].to_numpy().tolist() == [
        ["教育局", "合计"],
        ["合计", "甲区"],
        ["合计", "合计"],
    ]
    assert len(found.district_departments) == 1 and found.unreported.empty


DEPARTMENTS = ["部门", "区县", "评价数"]
TOWNS = ["区县", "层级", "评价总数", "差评数量"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            [DEPARTMENTS, ["教育局", "甲区", 5], ["民政局", "甲区", 5], ["教育局", "甲区", 5]],
            ["第 4 行 A 列", "教育局 甲区（第 2 行已有）", "只应有一行"],
        ),
        ([DEPARTMENTS, ["教育局", "甲区", 5], ["教育局", None, 6]], ["第 3 行 B 列", "应有区县"]),
        ([DEPARTMENTS, ["教育局", "甲区", 5], [None, "乙县", 6]], ["第 3 行 A 列", "应有名称"]),
        ([DEPARTMENTS, ["教育局", "甲区", 5], ["教育局", "乙县", "5a"]], ["第 3 行 C 列", "5a", "应为整数"]),
        (
            [TOWNS, ["甲区", "镇级", 5, 0], ["甲区", "合计", 6, 0]],
            ["第 3 行 B 列", "合计", "镇级或村级"],
        ),
        (
            [TOWNS, ["甲区", "镇级", 5, 0], ["甲区", "县级", 6, 0]],
            ["第 3 行 B 列", "县级", "镇级或村级"],
        ),
        ([TOWNS, ["甲区", "镇级", 5, 0], ["甲区", "镇", 6, 0]], ["第 3 行", "第 2 行已有"]),
        (
            [["序号", *DEPARTMENTS], [1, "教育局", "甲区", 5], [3, "教育局", "乙县", 6]],
            ["第 3 行 A 列：3", "序号应为 2"],
        ),
    ],
)
def test_what_is_not_certain(
    reference: Reference, tmp_path: Path, rows: list[list[object]], said: list[str]
) -> None:
    with pytest.raises(InputRefused) as refusal:
        read_raw(write(tmp_path, rows), FIRST, reference)
    for text in ["导出.xlsx 工作表“Sheet”", *said]:
        assert text in refusal.value.message, refusal.value.message

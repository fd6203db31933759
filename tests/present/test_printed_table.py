"""What a person sees of a table: rows, columns, header and totals, also of what nobody declared."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from haochaping.core.annex_numbers import printed_table_names
from haochaping.core.declaration import AnnexSpec, Declaration, Group, Measure, Member
from haochaping.core.model import AS_PRINTED, MISSING, NUMBER, QuarterData, frame
from haochaping.core.period import Period
from haochaping.core.text import normalize_for_comparison
from haochaping.present.annex_grid import annex_grids
from haochaping.present.header_tree import Heading, column_paths, header_rows
from haochaping.present.printed_table import (
    NAME_HEADING,
    PrintedTable,
    printed_table,
    sheet_name,
    standard_columns,
)
from haochaping.reference.reference import Reference
from haochaping.simulate.simulated_quarter import simulate

_UNIT = re.compile(r"（(件|条)）$")
DISTRICT = Group("district", "区县", "district", ("区县", "地区"), is_registered=True)
DEPARTMENT = Group("department", "部门", "department", ("部门", "单位"), is_registered=True)
CHANNEL = Group(
    "channel",
    "渠道",
    "channel",
    ("渠道",),
    members=(Member("web", "网上渠道", ("网上", "网络")), Member("desk", "窗口渠道", ("窗口",))),
)
CASES = Measure("cases", "办件数", unit="件")
SCORE = Measure("score", "得分", "score", unit="分")
RATE = Measure("rate", "评价率", "rate", unit="%")
SHARE = Measure("share", "占比", "share", unit="%")


def annex(
    name: str, groups: Sequence[Group], columns_by: Group | None, *measures: Measure, number: int = 1
) -> AnnexSpec:
    by_name = {measure.name: measure for measure in measures}
    return AnnexSpec(
        name, number, "短名", (), tuple(groups), columns_by, by_name, optional=frozenset({"share"})
    )


def period(
    spec: AnnexSpec, cells: list[dict[str, Any]], annexes: Sequence[dict[str, Any]] = ()
) -> QuarterData:
    """A period with one annex of `spec`; a cell is given with what differs from the usual."""
    groups = {group.name: group for group in (*spec.groups, *([spec.columns_by] if spec.columns_by else []))}
    declaration = Declaration(groups, dict(spec.measures_by_name), {spec.name: spec})
    usual = {"table": 1, "annex": spec.name, "group": spec.groups[0].name, "status": NUMBER}
    rows = [usual | cell | {"printed": cell.get("printed", str(cell.get("value", "")))} for cell in cells]
    return QuarterData(
        Period(2024, 1),
        declaration,
        cells=frame("cells", rows),
        annexes=frame("annexes", annexes),
    )


def count(row: str, value: int, **others: Any) -> dict[str, Any]:
    return {"row": row, "column": "办件数", "measure": "cases", "value": value} | others


def undeclared(row: str, column: str, printed: str, **others: Any) -> dict[str, Any]:
    return {"row": row, "column": column, "printed": printed, "status": AS_PRINTED} | others


def texts(table: PrintedTable) -> list[list[str]]:
    return [[row.name, *(cell.text for cell in row.cells)] for row in (*table.rows, *table.totals)]


def test_every_heading_is_one_that_the_readers_know(real: QuarterData, reference: Reference) -> None:
    for name in reference.declaration.annexes:
        table = printed_table(real, name)
        assert len(set(table.headings)) == len(table.headings)
        for heading in table.headings:
            plain = re.sub(r"^(镇级|村级)", "", _UNIT.sub("", heading))
            known = normalize_for_comparison(plain) in reference.headings
            assert known or reference.unit("district", heading), heading


def test_totals_stand_last_with_the_printed_label(real: QuarterData) -> None:
    matrix, services = printed_table(real, "district_departments"), printed_table(real, "public_services")
    assert [row.name for row in matrix.totals] == ["汇总"] and matrix.totals[0].cells[0].value == 768240
    assert [row.name for row in services.totals] == ["总数"]
    assert [(c.value, c.text) for c in services.totals[0].cells] == [(1989842, "1989842"), (None, "")]
    assert not printed_table(real, "districts").totals


def test_tiers_stand_above_their_measures(real: QuarterData) -> None:
    table = printed_table(real, "towns_and_villages")
    assert table.header[0] == [
        Heading("序号", rows=2, first_column=0),
        Heading("区县", rows=2, first_column=1),
        Heading("镇级", columns=3, first_column=2),
        Heading("村级", columns=3, first_column=5),
    ]
    first = table.columns[0]
    assert (first.heading, first.words, first.unit) == ("镇级评价数（条）", ("镇（街道）", "评价数"), "条")
    assert table.sheet_name == "附件4 镇村" and table.number == 4 and table.words == "附件4"


def test_a_number_has_its_text_decimals_and_reason(real: QuarterData) -> None:
    table = printed_table(real, "city_departments")
    cells = {
        (row.name, column.name): cell
        for row in table.rows
        for column, cell in zip(table.columns, row.cells, strict=True)
    }
    assert {cell.status for cell in cells.values()} == {NUMBER, MISSING}
    for (_, measure), cell in cells.items():
        assert (cell.value is None) == bool(cell.reason) == (cell.status == MISSING)
        if cell.value is not None and measure == "evaluation_rate":
            assert cell.decimals == len(cell.text.rstrip("%").partition(".")[2])
        elif cell.value is not None:
            assert cell.decimals is None and cell.text == str(cell.value)
    corrected = frame("corrections", [{"table": table.name, "row": table.rows[0].name, "column": "cases"}])
    again = printed_table(replace(real, corrections=corrected), "city_departments")
    assert [cell.corrected for cell in again.rows[0].cells] == [True, False, False, False, False]


def test_a_column_of_row_totals_stands_where_it_is_printed() -> None:
    spec = annex("matrix", [DEPARTMENT], DISTRICT, CASES)
    total = {"is_total": True, "member": "合计", "column": "合计"}
    data = period(
        spec,
        [
            count("甲局", 1, member="东区"),
            count("甲局", 3, **total),
            count("甲局", 2, member="西区"),
            count("合计", 1, member="东区", is_total=True, group=""),
            count("合计", 3, **total, group=""),
        ],
    )
    table = printed_table(data, "matrix")
    assert table.headings == ["序号", "部门", "东区", "合计", "西区"]
    assert [column.is_total for column in table.columns] == [False, True, False]
    assert [[cell.value for cell in row.cells] for row in (*table.rows, *table.totals)] == [
        [1, 3, 2],
        [1, 3, None],
    ]
    assert [row.is_total for row in (*table.rows, *table.totals)] == [False, True]
    assert table.columns[0].cell("matrix", "甲局").path == "matrix/甲局/东区/cases"


def test_measures_under_free_and_under_fixed_members() -> None:
    free = annex("matrix", [DEPARTMENT], DISTRICT, CASES, SCORE)
    score = {"column": "得分", "measure": "score", "value": 98.5}
    data = period(free, [count("甲局", 1, member="东区"), count("甲局", 0, member="东区") | score])
    table = printed_table(data, "matrix")
    assert [column.path for column in table.columns] == [("东区", "办件数"), ("东区", "得分")]
    assert table.headings[2:] == ["东区办件数（件）", "东区得分（分）"]
    assert (table.rows[0].cells[1].value, table.rows[0].cells[1].decimals) == (98.5, 1)
    fixed = annex("channels", [DISTRICT], CHANNEL, CASES)
    channels = printed_table(period(fixed, [count("东区", 1, member="web")]), "channels")
    assert channels.columns[0].path == ("网上", "办件数") and channels.columns[0].words[0] == "网上渠道"


def test_a_declared_path_of_headings_is_a_header_of_several_rows() -> None:
    web, desk = (Measure(name, f"渠道/{word}") for name, word in (("web", "网上"), ("desk", "窗口")))
    cells = [count("东区", 1, measure=measure, column=f"渠道/{measure}") for measure in ("web", "desk")]
    data = period(annex("channels", [DISTRICT], None, web, desk), cells)
    assert [[heading.text for heading in row] for row in printed_table(data, "channels").header] == [
        ["序号", "区县", "渠道"],
        ["网上", "窗口"],
    ]
    [grid] = annex_grids(data)
    assert grid.lowest_headings == ["序号", "区县", "网上", "窗口"]


def test_undeclared_columns_stand_in_their_printed_place() -> None:
    spec = annex("districts", [DISTRICT], None, CASES, RATE)
    data = period(
        spec,
        [
            undeclared("东区", "评价情况/渠道/网上", "5"),
            count("东区", 1000, printed="1,000"),
            undeclared("东区", "评价情况/渠道/窗口", "约 7"),
            {
                "row": "东区",
                "column": "评价率",
                "measure": "rate",
                "status": MISSING,
                "printed": "/",
                "reason": "无",
            },
            undeclared("西区", "评价情况/渠道/网上", ""),
        ],
    )
    table = printed_table(data, "districts")
    assert texts(table) == [["东区", "5", "1000", "约 7", "/"], ["西区", "", "", "", ""]]
    assert [column.name for column in table.columns] == [
        "评价情况/渠道/网上",
        "cases",
        "评价情况/渠道/窗口",
        "rate",
    ]
    assert [column.is_declared for column in table.columns] == [False, True, False, True]
    assert [[heading.text for heading in row] for row in table.header] == [
        ["序号", "区县", "评价情况", "办件数", "评价情况", "评价率"],
        ["渠道", "渠道"],
        ["网上", "窗口"],
    ]
    assert column_paths(table.header)[2:] == [column.path for column in table.columns]
    [grid] = annex_grids(data)
    assert grid.headings[2] == "评价情况渠道网上" and grid.rows[0][1:] == texts(table)[0]


def test_several_row_groups_are_rows_of_one_table() -> None:
    spec = annex("all", [DISTRICT, DEPARTMENT], None, CASES)
    data = period(
        spec,
        [
            count("东区", 1),
            count("区县小计", 1, is_total=True, group=""),
            count("税务局", 2, group="department"),
            count("东区", 3, group="department"),
        ],
    )
    table = printed_table(data, "all")
    assert [(row.name, row.group) for row in table.rows] == [
        ("东区", "district"),
        ("税务局", "department"),
        ("东区", "department"),
    ]
    assert [row.name for row in table.totals] == ["区县小计"]
    assert table.key_heading == NAME_HEADING
    assert [line.name for line in table.lines] == ["东区", "区县小计", "税务局", "东区"], "as it is printed"
    [grid] = annex_grids(data)
    assert [row[:2] for row in grid.rows] == [["1", "东区"], ["", "区县小计"], ["2", "税务局"], ["3", "东区"]]


def test_an_undeclared_table_is_kept_as_printed() -> None:
    spec = annex("districts", [DISTRICT], None, CASES, number=2)
    nobody = {"table": 3, "annex": "", "group": ""}
    data = period(
        spec,
        [
            count("东区", 1, table=1),
            undeclared("第一名", "名称", "东区", **nobody),
            undeclared("第一名", "名称", "西区", **nobody),
            undeclared("共计", "名称", "两个", **nobody),
            undeclared("一", "事项", "甲", **nobody | {"table": 2}),
        ],
        [
            {"table": "districts", "position": 1, "annex": 7, "title": "各区县情况"},
            {"table": "table_2", "position": 2},
            {"table": "table_3", "position": 3, "annex": 1, "title": "先进单位", "note": "备注：略。"},
        ],
    )
    assert printed_table_names(data) == ["table_3", "districts", "table_2"]
    table = printed_table(data, "table_3")
    assert (table.spec, table.number, table.words, table.sheet_name) == (None, 1, "附件1", "附件1")
    assert texts(table) == [["第一名", "东区"], ["第一名", "西区"], ["共计", "两个"]]
    assert printed_table(data, "table_2").sheet_name == "第2个表"
    assert [(grid.number, grid.title) for grid in annex_grids(data)] == [
        (1, "先进单位"),
        (7, "各区县情况"),
        (8, "第2个表第一季度数据通报表"),
    ]


def test_a_measure_that_the_source_lacks_is_not_shown_as_blank(real: QuarterData) -> None:
    cells = real.cells[real.cells["measure"] != "rectification_satisfaction_rate"]
    assert "整改满意率" in printed_table(real, "districts").headings
    assert "整改满意率" not in printed_table(replace(real, cells=cells), "districts").headings


def test_forms_have_the_columns_of_every_period(reference: Reference) -> None:
    annexes = reference.declaration.annexes
    headings = [column.heading for column in standard_columns(annexes["districts"], ())]
    assert headings[:3] == ["办件数（件）", "评价数（条）", "评价率"] and "好评率" not in headings
    matrix = standard_columns(annexes["district_departments"], ["东区", "西区"])
    assert [column.heading for column in matrix] == ["东区", "西区"]
    assert len(standard_columns(annexes["towns_and_villages"], ())) == 6
    assert sheet_name(annexes["districts"]) == "附件1 各区县"


@pytest.mark.parametrize(
    "paths",
    [
        [("a",), ("b",)],
        [("a", "b"), ("a", "c"), ("d",)],
        [("a", "b", "c"), ("a", "b", "d"), ("a", "e"), ("a", "e"), ("a",)],
    ],
)
def test_a_header_leads_back_to_its_paths(paths: list[tuple[str, ...]]) -> None:
    assert column_paths(header_rows(paths)) == paths


def test_every_cell_of_a_simulated_quarter_is_there() -> None:
    data = simulate(Period(2024, 2), seed=5)
    for name in data.declaration.annexes:
        table = printed_table(data, name)
        assert (
            sum(len(row.cells) for row in (*table.rows, *table.totals)) == (data.cells["annex"] == name).sum()
        )

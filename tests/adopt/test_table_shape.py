"""Which columns of a table are units or fixed members, and which rows are totals of some rows."""

import pytest

from haochaping.adopt.adopt import provisional_reference
from haochaping.adopt.row_groups import GroupFinder, marked_totals
from haochaping.adopt.table_shape import TableShape, table_shape
from haochaping.reference.reference import Reference
from tests.adopt.tables import form_table


@pytest.fixture(scope="module")
def words() -> Reference:
    return provisional_reference("江川市")


def shape(text: str, words: Reference, elsewhere: tuple[str, ...] = ()) -> TableShape:
    return table_shape(form_table(text), elsewhere, words)


def test_areas_as_columns(words: Reference) -> None:
    found = shape("部门 青禾区 石桥县 白沙市 合计\n公安局 1 2 3 6\n民政局 4 5 6 15", words)
    assert found.members == ("青禾区", "石桥县", "白沙市") and found.are_units
    assert [column.path for column in found.measured.columns] == [("评价数",)]


def test_units_known_from_other_tables_as_columns(words: Reference) -> None:
    halls = ("政务大厅", "税务大厅", "社保大厅")
    assert shape("事项 政务大厅 税务大厅 社保大厅\n咨询 1 2 3", words, halls).are_units
    assert not shape("事项 政务大厅 税务大厅 社保大厅\n咨询 1 2 3", words).members


def test_the_same_columns_under_several_headings(words: Reference) -> None:
    found = shape(
        "区县 镇级/评价数 镇级/差评数 村级/评价数 村级/差评数\n甲区 10 1 20 0\n乙区 30 0 40 2", words
    )
    assert found.members == ("镇级", "村级") and not found.are_units
    assert [row.words for row in found.measured.rows] == ["甲区 镇级", "乙区 镇级", "甲区 村级", "乙区 村级"]


def test_a_total_beside_them_keeps_the_table_plain(words: Reference) -> None:
    assert not shape("单位 总数 网上/办结 网上/在办 窗口/办结 窗口/在办\n甲 10 1 2 3 4", words).members


SUBTOTALS = """
单位 受理 办结
青石镇 120 118
双桥镇 80 80
乡镇小计 200 198
县人社局 310 305
县民政局 95 95
部门小计 405 400
总计 605 598
"""


def test_subtotals_part_the_rows_into_groups() -> None:
    table, subtotals = marked_totals(form_table(SUBTOTALS))
    assert [subtotal.label for subtotal in subtotals] == ["乡镇小计", "部门小计"]
    assert table.names == ["青石镇", "双桥镇", "县人社局", "县民政局"]
    groups = GroupFinder().of_rows(table, "", subtotals)
    assert [(group.word, group.units) for group in groups] == [
        ("乡镇", ["青石镇", "双桥镇"]),
        ("部门", ["县人社局", "县民政局"]),
    ]


def test_the_same_units_are_one_group_and_others_another() -> None:
    finder = GroupFinder()
    areas = form_table("区县 评价数\n甲区 1\n乙县 2\n丙区 3")
    offices = form_table("部门 评价数\n公安局 1\n民政局 2")
    city_offices = form_table("部门 评价数\n市公安局 1\n市民政局 2")
    [one], [two], [three], [again] = (
        finder.of_rows(t, "", ()) for t in (areas, offices, city_offices, areas)
    )
    assert (
        again is one
        and two is not three
        and (one.word, two.name, three.name) == ("区县", "department", "department_2")
    )

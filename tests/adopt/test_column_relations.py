"""Relations between the columns of a table, proposed from its figures and headings."""

import pytest

from haochaping.adopt.column_relations import find_column_relations
from haochaping.adopt.draft_declaration import evidence_words, relation_words
from tests.adopt.tables import form_table


def declared(text: str, totals: int = 0) -> list[str]:
    return [relation_words(r) for r in find_column_relations(form_table(text, totals=totals)).accepted]


UNKNOWN = """
单位 来访 登记 未登记 登记比率
甲 1203 1100 103 91.44%
乙 870 802 68 92.18%
丙 455 431 24 94.73%
丁 2210 1999 211 90.45%
戊 98 90 8 91.84%
"""


def test_figures_alone_speak_for_a_sum_and_a_rate() -> None:
    assert declared(UNKNOWN) == ["来访 = 登记 + 未登记", "登记比率 = 登记 ÷ 来访"]


def test_what_fails_in_few_rows_is_declared_and_says_where() -> None:
    found = find_column_relations(form_table(UNKNOWN.replace("24 94.73%", "34 94.73%"))).accepted
    [total] = [relation for relation in found if relation.kind == "sum"]
    assert evidence_words(total.evidence) == "5 行中 4 行成立，丙不同"


def test_a_rate_beside_its_counts_is_proposed_though_no_row_fits() -> None:
    text = "单位 办件数 评价数 评价率\n甲 200 100 12%\n乙 300 240 11%\n丙 90 45 10%"
    found = find_column_relations(form_table(text)).accepted
    assert "评价率 = 评价数 ÷ 办件数" in [relation_words(relation) for relation in found]


def test_zeros_do_not_make_relations() -> None:
    text = "单位 甲类 乙类 丙类 丁类\n甲 0 0 0 0\n乙 5 5 0 0\n丙 9 9 0 0\n丁 7 7 0 0"
    assert declared(text) == []


def test_columns_add_up_to_one_total() -> None:
    """Both totals fit; the one that the field's words make a total is it."""
    text = "大厅 办件数 投票数 满意票 基本满意票 不满意票\n"
    text += "甲 3816 3816 3808 3 5\n乙 782 782 780 1 1\n丙 455 455 431 20 4\n丁 290 290 250 38 2"
    sums = [words for words in declared(text) if "+" in words]
    assert sums == ["投票数 = 满意票 + 基本满意票 + 不满意票"]


def test_the_levels_of_a_header_say_what_adds_up() -> None:
    text = "单位 件数/合计 件数/网上 件数/窗口 件数/电话\n甲 7 4 3 0\n乙 9 9 0 0\n丙 0 0 0 0"
    assert declared(text) == ["件数/合计 = 件数/网上 + 件数/窗口 + 件数/电话"]


@pytest.mark.parametrize("shares", ["50% 30% 20%", "50.0% 30.0% 20.0%"])
def test_a_share_of_the_column(shares: str) -> None:
    a, b, c = shares.split()
    assert declared(f"单位 受理 占比\n甲 500 {a}\n乙 300 {b}\n丙 200 {c}") == ["占比 = 受理 ÷ 各行受理之和"]


def test_percentages_are_held_against_the_counts_at_their_own_decimals() -> None:
    text = "单位 评价数 占比\n甲 559202 28%\n乙 4356 0.2%\n丙 1430640 71.7%"
    [share] = find_column_relations(form_table(text)).accepted
    assert share.evidence.differing == ()


def test_totals_prove_nothing() -> None:
    rows = "单位 甲类 乙类 丙类\n甲 0 0 0\n合计 905 403 502"
    assert declared(rows, totals=1) == []


def test_possible_relations_are_listed_beside() -> None:
    text = "单位 合计数 甲 乙 丙\n一 300 100 200 0\n二 705 701 4 0\n三 88 40 48 0\n四 919 419 500 0\n五 61 30 31 0"
    found = find_column_relations(form_table(text))
    assert [relation_words(r) for r in found.accepted] == ["合计数 = 甲 + 乙 + 丙"]
    assert "合计数 = 甲 + 乙" in [relation_words(r) for r in found.possible]

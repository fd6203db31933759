"""Words for measures and rows, from a declaration."""

import pytest

from haochaping.reference.reference import Reference, load_reference
from haochaping.text_numbers.vocabulary import Vocabulary
from tests.end_to_end.second_cities import CITIES


@pytest.fixture(scope="module")
def real(reference: Reference) -> Vocabulary:
    return Vocabulary(reference.declaration)


@pytest.fixture(scope="module")
def unlike() -> Vocabulary:
    return Vocabulary(load_reference(CITIES / "unlike" / "reference").declaration)


def rows(vocabulary: Vocabulary, text: str) -> list[str]:
    scopes = vocabulary.scopes_in_order(text)
    return [".".join(filter(None, (scope.annex, scope.group, scope.member))) for scope in scopes]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("各区县", ["districts"]),
        ("各区县区直部门", ["district_departments"]),
        ("村（社区）和镇（街道）", ["towns_and_villages.village", "towns_and_villages.town"]),
        ("区县镇村", ["towns_and_villages"]),
        ("城镇和农村居民", []),
        ("各部门、各单位", []),
    ],
)
def test_rows(real: Vocabulary, text: str, expected: list[str]) -> None:
    assert rows(real, text) == expected


def test_a_group_of_a_mixed_table_and_a_member_of_columns(unlike: Vocabulary) -> None:
    assert rows(unlike, "乡镇和部门") == ["offices.town", "offices.office"]
    assert rows(unlike, "大厅窗口") == ["channels.window"]
    assert rows(unlike, "各单位") == ["offices"]


def test_a_counted_noun_may_be_of_several_groups(real: Vocabulary) -> None:
    assert {scope.annex for scope in real.counted_scopes("部门")} == {
        "city_departments",
        "district_departments",
    }


def test_measures(real: Vocabulary, unlike: Vocabulary) -> None:
    assert real.measure_words("评价数、主动评价、办件量和评价率") == [
        "评价数",
        "主动评价",
        "办件量",
        "评价率",
    ]
    assert real.measures("办件") == (real.declaration.measures["cases"],)
    assert real.measures("未评率") == ()
    assert unlike.measure_words("不满意20次，满意率97.52%") == ["不满意", "满意率"]
    assert unlike.measure_right_after("次评价总数") == "评价总数"

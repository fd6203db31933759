"""Words for groups of units, of cities that are declared by data only."""

from __future__ import annotations

from pathlib import Path

import pytest

from haochaping.proofreading.changed_names import NameChecker
from haochaping.proofreading.difference import SUSPECTED
from haochaping.reference.reference import load_reference
from haochaping.text_numbers.vocabulary import Vocabulary

CITIES = Path(__file__).parents[1] / "cities"


def checker(city: str) -> NameChecker:
    reference = load_reference(CITIES / city / "reference")
    names = {name for kind in reference.registered_kinds for name in reference.names(kind)}
    return NameChecker(names, Vocabulary(reference.declaration))


@pytest.mark.parametrize(
    ("city", "own", "edited", "word", "name"),
    [
        ("similar", "4个县市，办件量合计30", "4个区县，办件量合计30", "区县", "县市"),
        ("similar", "个别县市评价率偏低", "个别县区评价率偏低", "县区", "县市"),
        ("similar", "（二）各县市情况", "（二）各区县情况", "区县", "县市"),
        ("unlike", "3个乡镇，受理2602件", "3个街道，受理2602件", "街道", "乡镇"),
        ("unlike", "2个部门，受理2件", "2个市直部门，受理2件", "市直部门", "部门"),
        ("unlike", "个别乡镇、各部门", "个别镇街、各部门", "镇街", "乡镇"),
        ("unlike", "（三）大厅分渠道情况", "（三）窗口分渠道情况", "窗口分渠道", "大厅分渠道"),
    ],
)
def test_a_word_that_is_none_of_the_groups_own(
    city: str, own: str, edited: str, word: str, name: str
) -> None:
    [found] = checker(city).changed(own, edited, "正文")
    assert (found.found, found.expected, found.kind) == (word, name, SUSPECTED)


@pytest.mark.parametrize(
    ("city", "own", "edited"),
    [
        ("unlike", "各乡镇、各部门", "各有关乡镇、各有关部门"),
        ("unlike", "2个部门，受理2件", "2个部门共受理2件"),
        ("similar", "4个县市，办件量合计30", "4个县市（开发区），办件量合计30"),
        ("similar", "个别县市评价率偏低", "岚河县评价率偏低"),
        ("similar", "4个县市，办件量", "各地办件量"),
    ],
)
def test_other_words_of_the_city_and_rewording_are_left_alone(city: str, own: str, edited: str) -> None:
    assert checker(city).changed(own, edited, "正文") == []

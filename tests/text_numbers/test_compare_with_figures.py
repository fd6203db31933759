"""Whose number a number of a sentence is."""

import pytest

from haochaping.core.model import QuarterData
from haochaping.figures.compute_figures import compute_figures
from haochaping.reference.reference import Reference
from haochaping.store.cell_index import CellIndex
from haochaping.text_numbers.compare_with_figures import FigureComparison
from tests.text_numbers.verdicts import verdicts


@pytest.fixture(scope="module")
def figures(real: QuarterData, reference: Reference) -> FigureComparison:
    return FigureComparison(CellIndex(real, reference), compute_figures(real))


@pytest.mark.parametrize(
    "text",
    [
        "全市办件6487756件，其中张店区1080786件，淄川区1148827件。",
        "镇（街道）评价229558条，村（社区）评价181192条，镇村共评价410750条。",
        "各区县镇、村评价分别为229558条、181192条。",
        "张店区和淄川区办件分别为1080786件和1148827件。",
        "区县和市直部门办件、评价分别为6487756件、6487720条。",
        "张店区区直部门评价768240条，公共服务评价625272条。",
        "沂源县医疗保障局评价197126条，人社局21977条。",
        "医疗保障局评价382089条，农村地区评价率100.00%。",
        "区县主动评价率为4.56%，低于市直部门的23.27%。",
        "最多的区县办件1373402件，1373402件办件来自高新区。",
        "市直部门36个，36家单位，11个区县，30类区直部门，5个附件。",
        "有5个市直部门没有办件，8个市直部门有评价而没有主动评价。",
        "1.加强引导。",
        "（1）加强引导。",
        "全市评价率99.9%以上，差评整改率100%，差评0条。",
        "张店区办件一百零八万件。",
    ],
)
def test_numbers_in_their_place(figures: FigureComparison, text: str) -> None:
    assert not any(verdicts(figures, text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("张店区办件1148827件。", ["1,080,786"]),
        ("全市办件6487756件，其中张店区1148827件。", ["", "1,080,786"]),
        ("张店区和淄川区办件分别为1148827件和1080786件。", ["1,080,786", "1,148,827"]),
        ("医疗保障局评价382098条。", ["382,089"]),
        ("市体育局差评0条。", ["?"]),
        ("全市差评6233908条。", ["?"]),
        ("6233908条差评。", ["?"]),
        ("全市评价229558条。", ["?"]),
        ("市直部门办件71552件。", ["?"]),
        ("村（社区）评价229558条。", ["?"]),
        ("镇、村评价分别为181192条、229558条。", ["?", "?"]),
        ("有7个部门零评价，有9个区县差评较多。", ["?", "?"]),
        ("36个市直部门没有办件。", ["5"]),
        ("本期收到8条建议，满意率100%，同比增长31%。", ["?", "?", "?"]),
        ("主动评价率提高4.56个百分点。", ["?"]),
        ("附件8所列数据。", ["?"]),
    ],
)
def test_numbers_out_of_place(figures: FigureComparison, text: str, expected: list[str]) -> None:
    assert verdicts(figures, text) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("99.68%", ""),
        ("99.681%", ""),
        ("99.684%", "100.000% 或 99.681%"),
        ("99.7%", ""),
        ("99.60%", "100.00% 或 99.68%"),
    ],
)
def test_the_right_rate_is_seen_to_differ(figures: FigureComparison, written: str, expected: str) -> None:
    """The source prints 100 % for 11,237 of 11,273."""
    assert verdicts(figures, f"市水务集团有限责任公司评价率{written}。") == [expected]

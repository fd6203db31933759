"""The numbers of sentences about cities with other annexes, groups and measures: all words come from the declaration."""

from dataclasses import replace
from pathlib import Path

import pytest

from haochaping.cleaning.quantities import plain_text
from haochaping.core.model import CellRef
from haochaping.core.period import Period
from haochaping.figures.compute_figures import compute_figures
from haochaping.read.raw_folder import read_raw
from haochaping.reference.reference import load_reference
from haochaping.store.apply_corrections import Correction, apply_corrections
from haochaping.store.cell_index import CellIndex
from haochaping.text_numbers.compare_with_figures import FigureComparison
from haochaping.text_numbers.superlatives import Superlatives
from tests.end_to_end.second_cities import SIMILAR, UNLIKE, SecondCity
from tests.shared import run_here
from tests.text_numbers.verdicts import verdicts


def comparison(city: SecondCity, root: Path) -> FigureComparison:
    city.start(root)
    result = run_here("new", city.period, "--data", root)
    assert result.returncode == 0, result.stderr
    folder = root / "raw" / city.period
    city.fill(folder / "annexes.xlsx")
    reference = load_reference(root / "reference")
    data = read_raw(folder, Period.parse(city.period), reference)
    return FigureComparison(CellIndex(data, reference), compute_figures(data, reference))


@pytest.fixture(scope="module")
def similar(tmp_path_factory: pytest.TempPathFactory) -> FigureComparison:
    return comparison(SIMILAR, tmp_path_factory.mktemp("similar"))


@pytest.fixture(scope="module")
def unlike(tmp_path_factory: pytest.TempPathFactory) -> FigureComparison:
    return comparison(UNLIKE, tmp_path_factory.mktemp("unlike"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("市级单位办件量8440件，评价量8320条。", ["", ""]),
        ("各县市办件量89500件，自主评价12340条。", ["", ""]),
        ("全市办件97940件，评价96570条。", ["", ""]),
        ("安丘县办件41000件，西陵市38200件。", ["", ""]),
        ("安丘县和西陵市不满意量分别为40条、22条。", ["", ""]),
        ("安丘县自主评价率20.20%，县市自主评价率13.98%。", ["", ""]),
        ("安丘县公安局评价9000条，县级单位评价28380条。", ["", ""]),
        ("水电气热评价9000条，其中安丘县5000条。", ["", ""]),
        ("市级单位4家，县市4个，3个县级单位，4个附件。", ["", "", "", ""]),
        ("安丘县按期整改38件，不满意40条。", ["", ""]),
        # the total of another table, another unit's number, another measure's number
        ("各县市评价量8320条。", ["?"]),
        ("安丘县办件38200件。", ["41,000"]),
        ("安丘县和西陵市不满意量分别为22条、40条。", ["40", "22"]),
        ("安丘县自主评价率13.98%。", ["20.20%"]),
        ("安丘县公安局评价8000条。", ["9,000"]),
        ("市级单位自主评价8320条。", ["?"]),
        # units counted
        ("5个县市没有按期整改。", ["0"]),
        ("5个县市不满意量都在1条以上。", ["4", ""]),
        ("4个县市不满意量都在30条以上。", ["", "?"]),
        ("2个县市不满意量在20条以上，3个县市不满意量超过40条。", ["", "", "0", "?"]),
        ("4个县市中有4个出现不满意评价。", ["", ""]),
        ("4个县市中有1个出现不满意评价。", ["", "4"]),
        # rates by a word of a part, sums of an enumeration, of a unit in all columns, of the numbers before
        ("不满意72条，按期整改率97.22%，整改率97.22%。", ["", "", ""]),
        ("不满意72条，按期整改率97.42%。", ["", "?"]),
        ("4个县市、4个市级单位共收到评价96570条，自主评价13660条。", ["", "", "", ""]),
        ("4个县市、4个市级单位共收到评价96750条。", ["", "", "?"]),
        ("自然资源局在4个县市合计2780条。", ["", ""]),
        ("自然资源局在4个县市合计2870条。", ["", "2,780"]),
        ("不满意40条，按期整改38件，合计78件。", ["?", "?", ""]),
        # shares and differences
        ("水电气热评价量9000条，安丘县占55.56%，西陵市占33.33%。", ["", "", ""]),
        ("水电气热评价量9000条，安丘县占55.65%。", ["", "55.56%"]),
        ("岚河县评价率98.90%，低于西陵市0.58个百分点。", ["", ""]),
        ("岚河县评价率98.90%，低于西陵市0.85个百分点。", ["", "?"]),
    ],
)
def test_a_city_like_zibo(similar: FigureComparison, text: str, expected: list[str]) -> None:
    assert verdicts(similar, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("各大厅评价9332次，非常满意8012次，满意1153次。", ["", "", ""]),
        ("不动产登记厅不满意20次，非常不满意9次，满意率97.52%。", ["", "", ""]),
        ("各大厅满意率99.50%。", [""]),
        ("乡镇受理200件，部门受理405件，各单位受理605件、办结598件。", ["", "", "", ""]),
        ("青石镇得分96.5分，双桥镇得分98分。", ["", ""]),
        ("县政务大厅窗口评价5000次，网上评价800次。", ["", ""]),
        ("窗口评价8015次，网上评价1223次，电话评价94次。", ["", "", ""]),
        ("3个乡镇，2个部门，5个单位，4个大厅。", ["", "", "", ""]),
        ("窗口评价总数8015次，网上1223次，电话94次。", ["", "", ""]),
        ("窗口评价总数8015次，网上1232次，电话49次。", ["", "1,223", "?"]),
        ("3个乡镇、2个部门共受理605件。", ["", "", ""]),
        ("3个乡镇、2个部门共受理650件。", ["", "", "?"]),
        ("乡镇受理405件。", ["?"]),
        ("青石镇得分98分。", ["96.5"]),
        ("县政务大厅网上评价5000次。", ["800"]),
        ("不动产登记厅满意20次。", ["200"]),
        ("网上评价8015次。", ["?"]),
    ],
)
def test_a_city_unlike_zibo(unlike: FigureComparison, text: str, expected: list[str]) -> None:
    assert verdicts(unlike, text) == expected


def with_history(city: SecondCity, root: Path) -> FigureComparison:
    """The comparison for a period that follows one with the city's figures, in which one county has a fifth more cases."""
    before = comparison(city, root).cell_index
    cells = before.data.cells.copy()
    assert before.reference is not None
    more = Correction(CellRef("counties", "西陵市", "cases"), "38200", "45840", "", "", "")
    now = replace(before.data, cells=cells, quarter=before.data.quarter.next, history=(before.data,))
    data = replace(apply_corrections(now, [more], before.reference), history=(before.data,))
    return FigureComparison(CellIndex(data, before.reference), compute_figures(data, before.reference))


def test_changes_against_the_period_before(tmp_path: Path) -> None:
    figures = with_history(SIMILAR, tmp_path)
    for text, expected in (
        ("西陵市办件量比上季度增加7640件，增长20.00%。", ["", ""]),
        ("西陵市办件量环比增长71.11%。", ["20.00%"]),
        ("西陵市办件量比上季度减少7640件。", ["增长（提高）7,640"]),
        ("西陵市办件量由38200件上升到45840件。", ["", ""]),
        ("西陵市办件量由32800件上升到45840件。", ["38,200", ""]),
        ("西陵市评价率由80%上升到92.5%，提高12.5个百分点。", ["99.48%", "?", ""]),
    ):
        assert verdicts(figures, text) == expected, text


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("西陵市评价率最低。", ["云岫开发区"]),
        ("4个县市中，评价率最高的是安丘县，为97.80%。", ["西陵市"]),
        ("岚河县评价率98.90%，在各县市中最低。", ["云岫开发区"]),
        ("云岫开发区评价率最低，西陵市评价率最高。", []),
        ("4个县市中，评价率最高的是西陵市，为99.48%。", []),
        ("各县市评价量合计88250条，安丘县最多，为40100条。", []),
        ("安丘县和西陵市办件量最多。", []),
        ("岚河县评价率为最低之一，西陵市评价率为历史最低。", []),
    ],
)
def test_which_unit_is_first_or_last(similar: FigureComparison, text: str, right: list[str]) -> None:
    found = list(Superlatives(similar.values).wrong(plain_text(text)))
    assert [unit for wrong in found for unit in wrong.right] == right

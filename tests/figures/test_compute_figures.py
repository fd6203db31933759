from dataclasses import replace
from fractions import Fraction

from haochaping.core.declaration import AnnexSpec, Declaration, Group, Measure
from haochaping.core.model import QuarterData, annex_frame
from haochaping.core.period import Period
from haochaping.figures.compute_figures import compute_figures
from haochaping.figures.figure import NOT_APPLICABLE
from haochaping.reference.reference import Reference


def test_hand_checked_totals(real: QuarterData) -> None:
    figures = compute_figures(real)
    expected = {
        "district_cases": 6_233_908,
        "district_active": 284_171,
        "department_cases": 253_848,
        "department_evaluations": 253_812,
        "department_active": 58_955,
        "cases": 6_487_756,
        "evaluations": 6_487_720,
        "active": 343_126,
        "matrix_evaluations": 3_551_467,
        "town_evaluations": 229_558,
        "village_evaluations": 181_192,
        "tier_evaluations": 410_750,
        "public_evaluations": 1_994_198,
        "public_printed_total": 1_989_842,
        "records": 9_069_695,
    }
    assert {name: figures[name].value for name in expected} == expected
    assert figures["district_active_rate"].text == "4.56%"


def test_nothing_over_nothing_is_not_applicable(reference: Reference) -> None:
    row = {
        "district": "甲区",
        "cases": 0,
        "evaluations": 0,
        "active_evaluations": 0,
        "negative_evaluations": 0,
    }
    declaration = reference.declaration
    rows = annex_frame(declaration.annexes["districts"], [row])
    figures = compute_figures(QuarterData(Period(2030, 1), declaration).with_table("districts", rows))
    assert figures["district_rate"].value is None
    assert figures["district_rate"].text == NOT_APPLICABLE


def test_a_city_with_other_annexes_has_the_general_figures(reference: Reference) -> None:
    hall = Group("hall", "大厅", "hall", ("大厅",))
    cases = Measure("cases", "办件数", unit="件")
    for name in ("halls", "districts"):
        spec = AnnexSpec(name, 1, "大厅", (), (hall,), None, {"cases": cases})
        declaration = Declaration({"hall": hall}, {"cases": cases}, {name: spec})
        rows = annex_frame(spec, [{"hall": "甲大厅", "cases": 5}])
        data = QuarterData(Period(2030, 1), declaration).with_table(name, rows)
        other_city = replace(reference, declaration=declaration)
        figures = compute_figures(data, other_city)
        assert {figure.name: figure.text for figure in figures.values()} == {
            f"{name}_cases": "5",
            f"{name}_cases_unlisted": "0",
            f"{name}_rows": "1",
        }


def test_a_missing_active_count_leaves_the_base_too(real: QuarterData) -> None:
    figures = compute_figures(real)
    base = real.city_departments.loc[real.city_departments["active_evaluations"].notna(), "evaluations"].sum()
    assert figures["department_active_rate"].value == Fraction(58_955, int(base))


def test_a_figure_of_the_text_is_shown_as_the_text_writes_it(real: QuarterData) -> None:
    figure = compute_figures(real)["claimed_rectification"]
    assert (figure.text, figure.rounding) == ("100%", "原文写法")


def test_the_rounding_says_how_many_decimals_stand_there(real: QuarterData) -> None:
    figures = compute_figures(real)
    assert (figures["rate"].text, figures["rate"].rounding) == ("99.999%", "三位小数")
    assert figures["active_rate"].rounding == "两位小数" and figures["cases"].rounding == "整数"

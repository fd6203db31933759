"""Changes against the quarter before (环比) and the same quarter a year ago (同比), and control limits of rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from haochaping.cleaning.number_format import percent_text
from haochaping.core.period import Period
from haochaping.figures.annex_content import annex_content
from haochaping.figures.figure import PERCENT, POINTS
from haochaping.figures.figure_builder import FigureBuilder
from haochaping.reference.reference import Reference
from haochaping.statistics.change import between, kitagawa
from haochaping.statistics.control_chart import xmr
from haochaping.statistics.validation import NotApplicable

COMPARED_COUNTS = (
    "cases",
    "evaluations",
    "active",
    "district_cases",
    "district_evaluations",
    "district_active",
    "department_cases",
    "department_evaluations",
    "department_active",
    "matrix_evaluations",
    "town_evaluations",
    "village_evaluations",
    "public_evaluations",
)
COMPARED_PER_TEN_THOUSAND = (
    "negatives_per",
    "district_negatives_per",
    "department_negatives_per",
    "tier_negatives_per",
)
"""Rates of rare events: the earlier value is given, not a relative change, which would be large by a few events."""
COMPARED_RATES = {
    "rate": ("evaluations", "cases"),
    "active_rate": ("active", "active_base"),
    "district_active_rate": ("district_active", "district_active_base"),
    "department_active_rate": ("department_active", "department_active_base"),
}
CONTROL_CHART_FIGURES = ("active_rate", "district_active_rate")
FEWEST_QUARTERS, MOST_QUARTERS = 5, 12


@dataclass(frozen=True)
class Comparison:
    """A comparison with an earlier quarter: its suffix in figure names and its label."""

    name: str
    label: str


QUARTER_ON_QUARTER, YEAR_ON_YEAR = Comparison("before", "环比"), Comparison("year", "同比")


def add_changes(
    builder: FigureBuilder, earlier: Mapping[Period, FigureBuilder], reference: Reference
) -> None:
    """Add changes of counts (relative) and rates (percentage points), where the earlier quarter is known.

    ``words["compared_with"]`` lists the comparisons made; ``words["<figure>_<comparison>"]`` is how the
    figure changed: ``up``, ``down``, ``none`` (smaller than what matters), ``unclear`` (the records cannot tell),
    ``from_none`` (the earlier count was 0), ``other_units`` (not the same units list the number), or blank where it
    cannot be compared.
    """
    quarter = builder.data.quarter
    builder.words["compared_with"] = []
    for comparison, earlier_quarter in (
        (QUARTER_ON_QUARTER, quarter.previous),
        (YEAR_ON_YEAR, quarter.year_ago),
    ):
        if earlier_quarter in earlier:
            builder.words["compared_with"].append(comparison.name)
            _add_comparison(builder, earlier[earlier_quarter], comparison, reference)
    if quarter.previous in earlier:
        _add_decomposition(builder, earlier[quarter.previous])
    _add_control_limits(builder, earlier)


def _add_comparison(
    builder: FigureBuilder, earlier: FigureBuilder, comparison: Comparison, reference: Reference
) -> None:
    for name in (*COMPARED_COUNTS, *builder.compared_counts):
        if _is_of_other_units(builder, earlier, name, comparison):
            continue
        if name in builder.figures and name in earlier.figures:
            _add_count_change(builder, earlier, name, comparison, reference.threshold("change_percent"))
    for name in (*COMPARED_PER_TEN_THOUSAND, *builder.compared_per_ten_thousand):
        if name in builder.figures and name in earlier.figures and earlier.figures[name].value is not None:
            _add_earlier_value(builder, earlier, name, comparison)
    for name, of_now in (COMPARED_RATES | builder.compared_rates).items():
        if _is_of_other_units(builder, earlier, name, comparison):
            continue
        of_earlier = earlier.compared_rates.get(name, of_now)
        is_known = all(part in builder.figures for part in (name, *of_now))
        if is_known and all(part in earlier.figures for part in (name, *of_earlier)):
            _add_rate_change(builder, earlier, name, comparison, reference)


def _is_of_other_units(
    builder: FigureBuilder, earlier: FigureBuilder, name: str, comparison: Comparison
) -> bool:
    """Whether a figure holds the numbers of other units than in the earlier period; then ``words`` says ``other_units``."""
    now, before = builder.units_of.get(name), earlier.units_of.get(name)
    if now is None or before is None or now == before:
        return False
    builder.words[f"{name}_{comparison.name}"] = "other_units"
    return True


def _add_count_change(
    builder: FigureBuilder, earlier: FigureBuilder, name: str, comparison: Comparison, least: float
) -> None:
    """Add the relative change of a count; none where the earlier count is 0 (``from_none``)."""
    now, before = (int(each.figures[name].value or 0) for each in (builder, earlier))
    figure, earlier_label = builder.figures[name], earlier.data.quarter.label
    key = f"{name}_{comparison.name}"
    if not before:
        builder.words[key] = "from_none" if now else "none"
        return
    change = Fraction(now - before, before)
    builder.add(
        key,
        f"{figure.label}{comparison.label}",
        change,
        PERCENT,
        f"（本期 − {earlier_label}）÷ {earlier_label}",
        f"{figure.source}；{earlier_label}同一栏 {earlier.figures[name].text}",
        figure.cells,
        of=(name,),
    )
    builder.words[key] = "none" if abs(change) * 100 < least else "up" if change > 0 else "down"


def _add_earlier_value(
    builder: FigureBuilder, earlier: FigureBuilder, name: str, comparison: Comparison
) -> None:
    """Add the value that a figure had in the earlier quarter."""
    figure = earlier.figures[name]
    earlier_label = earlier.data.quarter.label
    builder.add(
        f"{name}_{comparison.name}",
        f"{earlier_label}{figure.label}",
        figure.value,
        figure.unit,
        figure.formula,
        f"{earlier_label}{figure.source}",
    )


def _add_rate_change(
    builder: FigureBuilder, earlier: FigureBuilder, name: str, comparison: Comparison, reference: Reference
) -> None:
    """Add the difference of two rates in percentage points, with Newcombe's interval.

    It matters from ``change_points`` percentage points on or, for a low rate, from ``change_relative`` per cent of it.
    """
    paired = {"rate": ("paired_evaluations", "paired_cases")}.get(name, ("", ""))
    pairs = []
    for each in (earlier, builder):
        of = each.compared_rates.get(name) or COMPARED_RATES.get(name) or builder.compared_rates[name]
        names = paired if all(part in each.figures for part in paired) else of
        pairs.append(tuple(int(each.figures[part].value or 0) for part in names))
    (k1, n1), (k2, n2) = pairs
    key = f"{name}_{comparison.name}"
    if not n1 or not n2 or k1 > n1 or k2 > n2:
        builder.words[key] = ""
        return
    points, relative = (
        reference.threshold("change_points") / 100,
        reference.threshold("change_relative") / 100,
    )
    least = min(points, relative * k1 / n1) if k1 else points
    change = between(k1, n1, k2, n2, least=least)
    figure, earlier_label = builder.figures[name], earlier.data.quarter.label
    low, high = (f"{float(end) * 100:+.2f}".replace("-", "−") for end in (change.low, change.high))
    builder.add(
        key,
        f"{figure.label}{comparison.label}",
        Fraction(k2, n2) - Fraction(k1, n1),
        POINTS,
        f"本期比率 − {earlier_label}比率",
        f"{figure.source}；{earlier_label} {percent_text(Fraction(k1, n1))}",
        figure.cells,
        f"{low} 至 {high} 个百分点",
        of=(name,),
    )
    builder.words[key] = _direction_by_sign(str(change.direction), float(change.low), float(change.high))


def _direction_by_sign(direction: str, low: float, high: float) -> str:
    """``up`` or ``down`` instead of ``unclear`` where the interval excludes 0: the sign is certain, only the size is not."""
    if direction == "unclear" and (low > 0 or high < 0):
        return "up" if low > 0 else "down"
    return direction


def _add_decomposition(builder: FigureBuilder, earlier: FigureBuilder) -> None:
    """Split the change of the districts' active rate into the effects of rates and of weights (Kitagawa)."""
    if "district_active_rate_before" not in builder.figures:
        return
    table, counts = "districts", ("evaluations", "active_evaluations")
    frames = [
        annex_content(each.data, table, *counts).dropna(subset=list(counts)).set_index("district")
        for each in (earlier, builder)
    ]
    common = frames[0].index.intersection(frames[1].index)
    earlier_rows, current_rows = (frame.loc[common] for frame in frames)
    have_same_districts = all(len(frame) == len(common) for frame in frames)
    if (
        not have_same_districts
        or len(common) < 2
        or not all((f["evaluations"] > 0).all() for f in (earlier_rows, current_rows))
    ):
        return
    weights = [
        f["evaluations"].astype(float) / float(f["evaluations"].sum()) for f in (earlier_rows, current_rows)
    ]
    rates = [
        f["active_evaluations"].astype(float) / f["evaluations"].astype(float)
        for f in (earlier_rows, current_rows)
    ]
    if any((rate > 1).any() for rate in rates):
        return
    split = kitagawa(weights[0], rates[0], weights[1], rates[1])
    district = builder.words["called"]["district"]
    formula = f"Kitagawa（1955）：各{district}{{}}变动 × 两期平均{{}}，相加"
    for part, label, parts in (("rate", "比率", ("比率", "占比")), ("mix", "结构", ("占比", "比率"))):
        builder.add(
            f"district_active_{part}_effect",
            f"{district}主动评价率环比中的{label}影响",
            Fraction(getattr(split, part)),
            POINTS,
            formula.format(*parts),
            f"{builder.annex(table)}；{earlier.data.quarter.label}{earlier.annex(table)}",
            builder.figures["district_active_rate"].cells,
        )


def _add_control_limits(builder: FigureBuilder, earlier: Mapping[Period, FigureBuilder]) -> None:
    """Add control limits of the series that ends with this quarter, where it is long enough and without gaps."""
    for name in CONTROL_CHART_FIGURES:
        values = _values_without_gap(builder, earlier, name)
        if len(values) < FEWEST_QUARTERS:
            continue
        try:
            chart = xmr([float(value) for value in values])
        except NotApplicable:
            continue
        count = f"{name}_quarters"
        builder.add(
            count,
            f"{builder.figures[name].label}序列的{builder.data.quarter.name}数",
            len(values),
            "个",
            f"连续有数的{builder.data.quarter.name}",
            "本期和以前各期同一指标",
        )
        for end in ("lower", "upper"):
            builder.add(
                f"{name}_{end}",
                f"{builder.figures[name].label}{'下' if end == 'lower' else '上'}控制限",
                Fraction(min(1.0, max(0.0, float(getattr(chart, end))))),
                PERCENT,
                "均值 ± 2.66 × 平均移动极差（XmR，限于零与百分之百之间）",
                builder.figures[count].source,
                builder.figures[name].cells,
            )
        builder.words[f"{name}_signal"] = str(chart.rule[-1])
        builder.words[f"{name}_trial"] = bool(chart.trial)


def _values_without_gap(
    builder: FigureBuilder, earlier: Mapping[Period, FigureBuilder], name: str
) -> Sequence[Fraction]:
    """Values of a rate from this quarter back until one is missing or above 1 (at most twelve); oldest first."""
    values: list[Fraction] = []
    quarter, past = builder.data.quarter, builder
    while past is not None and len(values) < MOST_QUARTERS:
        figure = past.figures.get(name)
        if figure is None or not isinstance(figure.value, Fraction) or figure.value > 1:
            break
        values.insert(0, figure.value)
        quarter = quarter.previous
        past = earlier.get(quarter)  # type: ignore[assignment]
    return values

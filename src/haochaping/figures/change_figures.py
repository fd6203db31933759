"""Changes against the quarter before (环比) and the same quarter a year ago (同比), and the series behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from haochaping.cleaning.number_format import percent_text
from haochaping.core.model import TABLES
from haochaping.core.quarter import Quarter
from haochaping.figures.figure import PERCENT, POINTS
from haochaping.figures.figure_builder import FigureBuilder
from haochaping.reference.reference import Reference
from haochaping.statistics.change import between, kitagawa
from haochaping.statistics.control_chart import xmr
from haochaping.statistics.validation import NotApplicable

COUNTS = (
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
PER_TEN_THOUSAND = (
    "negatives_per",
    "district_negatives_per",
    "department_negatives_per",
    "tier_negatives_per",
)
"""Rates of rare things: what they were is told, not how much more they are; a few more of few are many per cent."""
RATES = {
    "rate": ("evaluations", "cases"),
    "active_rate": ("active", "active_base"),
    "district_active_rate": ("district_active", "district_active_base"),
    "department_active_rate": ("department_active", "department_active_base"),
}
SERIES = ("active_rate", "district_active_rate")
FEWEST_QUARTERS, MOST_QUARTERS = 5, 12


@dataclass(frozen=True)
class Comparison:
    """One of the two earlier quarters that are compared with: its name in figures and in words."""

    name: str
    label: str


BEFORE, YEAR_AGO = Comparison("before", "环比"), Comparison("year", "同比")


def add_changes(
    builder: FigureBuilder, earlier: Mapping[Quarter, FigureBuilder], reference: Reference
) -> None:
    """Changes of counts (relative) and rates (percentage points), where the earlier quarter is there.

    ``words["compared_with"]`` names the comparisons that there are; ``words["<figure>_<comparison>"]`` is how the
    figure changed: ``up``, ``down``, ``none`` (smaller than what matters), ``unclear`` (the records cannot tell),
    ``from_none``, or blank where it cannot be compared.
    """
    quarter = builder.data.quarter
    builder.words["compared_with"] = []
    for comparison, then in ((BEFORE, quarter.previous), (YEAR_AGO, quarter.year_ago)):
        if then in earlier:
            builder.words["compared_with"].append(comparison.name)
            _compare(builder, earlier[then], comparison, reference)
    if quarter.previous in earlier:
        _decompose(builder, earlier[quarter.previous])
    _series(builder, earlier)


def _compare(
    builder: FigureBuilder, then: FigureBuilder, comparison: Comparison, reference: Reference
) -> None:
    for name in COUNTS:
        if name in builder.figures and name in then.figures:
            _count(builder, then, name, comparison, reference.threshold("change_percent"))
    for name in PER_TEN_THOUSAND:
        if name in builder.figures and name in then.figures and then.figures[name].value is not None:
            _earlier(builder, then, name, comparison)
    for name, (k, n) in RATES.items():
        if all(one in builder.figures and one in then.figures for one in (name, k, n)):
            _rate(builder, then, name, comparison, reference)


def _count(
    builder: FigureBuilder, then: FigureBuilder, name: str, comparison: Comparison, least: float
) -> None:
    """Relative change of a count; from nothing there is none, then the count then is told."""
    now, before = (int(one.figures[name].value or 0) for one in (builder, then))
    figure, when = builder.figures[name], then.data.quarter.label
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
        f"（本期 − {when}）÷ {when}",
        f"{figure.source}；{when}同一栏 {then.figures[name].text}",
        figure.cells,
        of=(name,),
    )
    builder.words[key] = "none" if abs(change) * 100 < least else "up" if change > 0 else "down"


def _earlier(builder: FigureBuilder, then: FigureBuilder, name: str, comparison: Comparison) -> None:
    """What a rate was in the earlier quarter."""
    figure = then.figures[name]
    when = then.data.quarter.label
    builder.add(
        f"{name}_{comparison.name}",
        f"{when}{figure.label}",
        figure.value,
        figure.unit,
        figure.formula,
        f"{when}{figure.source}",
    )


def _rate(
    builder: FigureBuilder, then: FigureBuilder, name: str, comparison: Comparison, reference: Reference
) -> None:
    """Difference of two rates in percentage points, with Newcombe's interval.

    It matters from so many points on, or from such a part of a low rate.
    """
    k, n = RATES[name]
    base = {"rate": ("paired_evaluations", "paired_cases")}.get(name, (k, n))
    pairs = []
    for one in (then, builder):
        names = base if all(part in one.figures for part in base) else (k, n)
        pairs.append(tuple(int(one.figures[part].value or 0) for part in names))
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
    figure, when = builder.figures[name], then.data.quarter.label
    low, high = (f"{float(end) * 100:+.2f}".replace("-", "−") for end in (change.low, change.high))
    builder.add(
        key,
        f"{figure.label}{comparison.label}",
        Fraction(k2, n2) - Fraction(k1, n1),
        POINTS,
        f"本期比率 − {when}比率",
        f"{figure.source}；{when} {percent_text(Fraction(k1, n1))}",
        figure.cells,
        f"{low} 至 {high} 个百分点",
        of=(name,),
    )
    builder.words[key] = _direction(str(change.direction), float(change.low), float(change.high))


def _direction(direction: str, low: float, high: float) -> str:
    """A change near the smallest that matters is told as one where the records leave no doubt of its sign."""
    if direction == "unclear" and (low > 0 or high < 0):
        return "up" if low > 0 else "down"
    return direction


def _decompose(builder: FigureBuilder, then: FigureBuilder) -> None:
    """What of the change of the districts' active rate is their rates, and what their weights (Kitagawa)."""
    table = "districts"
    frames = [
        one.data.table(table).dropna(subset=["evaluations", "active_evaluations"]).set_index("district")
        for one in (then, builder)
    ]
    if "district_active_rate_before" not in builder.figures:
        return
    common = frames[0].index.intersection(frames[1].index)
    then_rows, now_rows = (frame.loc[common] for frame in frames)
    whole = all(len(frame) == len(common) for frame in frames)
    if not whole or len(common) < 2 or not all((f["evaluations"] > 0).all() for f in (then_rows, now_rows)):
        return
    weights = [f["evaluations"].astype(float) / float(f["evaluations"].sum()) for f in (then_rows, now_rows)]
    rates = [
        f["active_evaluations"].astype(float) / f["evaluations"].astype(float) for f in (then_rows, now_rows)
    ]
    if any((rate > 1).any() for rate in rates):
        return
    split = kitagawa(weights[0], rates[0], weights[1], rates[1])
    formula = "Kitagawa（1955）：各区县{}变动 × 两期平均{}，相加"
    for part, label, parts in (("rate", "比率", ("比率", "占比")), ("mix", "结构", ("占比", "比率"))):
        builder.add(
            f"district_active_{part}_effect",
            f"区县主动评价率环比中的{label}影响",
            Fraction(getattr(split, part)),
            POINTS,
            formula.format(*parts),
            f"附件{TABLES[table].annex}；{then.data.quarter.label}附件{TABLES[table].annex}",
            builder.figures["district_active_rate"].cells,
        )


def _series(builder: FigureBuilder, earlier: Mapping[Quarter, FigureBuilder]) -> None:
    """Control limits of the series that ends with this quarter, where it is long enough and without gaps."""
    for name in SERIES:
        values = _unbroken(builder, earlier, name)
        if len(values) < FEWEST_QUARTERS:
            continue
        try:
            chart = xmr([float(value) for value in values])
        except NotApplicable:
            continue
        count = f"{name}_quarters"
        builder.add(
            count,
            f"{builder.figures[name].label}序列的季度数",
            len(values),
            "个",
            "连续有数的季度",
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


def _unbroken(
    builder: FigureBuilder, earlier: Mapping[Quarter, FigureBuilder], name: str
) -> Sequence[Fraction]:
    """Values of a rate from this quarter back, until one is missing; oldest first."""
    values: list[Fraction] = []
    quarter, one = builder.data.quarter, builder
    while one is not None and len(values) < MOST_QUARTERS:
        figure = one.figures.get(name)
        if figure is None or not isinstance(figure.value, Fraction) or figure.value > 1:
            break
        values.insert(0, figure.value)
        quarter = quarter.previous
        one = earlier.get(quarter)  # type: ignore[assignment]
    return values

"""A measure over the periods, of the whole city or of one unit; with control limits where it is long enough."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd

from haochaping.analysis.all_periods import Reviewed, last_period, periods_until
from haochaping.analysis.annex_tables import MATTERS, rates_of
from haochaping.analysis.labelled_table import COUNT, PERCENT, POINTS, LabelledTable, labelled
from haochaping.analysis.loaded_period import period_words, rows_of_unit
from haochaping.cleaning.number_format import number, percent_text
from haochaping.core.annex_lookup import find_measure
from haochaping.core.declaration import AnnexSpec, Measure
from haochaping.core.errors import UnknownName, WrongArgument
from haochaping.core.labels import annex_words
from haochaping.core.model import CellRef, QuarterData
from haochaping.core.period import Period
from haochaping.figures.figure import PERCENT as PERCENT_UNIT
from haochaping.figures.series import FEWEST_QUARTERS, Point, Series
from haochaping.present.cell_places import CellPlaces
from haochaping.present.charts.series_charts import series_chart
from haochaping.statistics.rates import wilson
from haochaping.statistics.validation import NotApplicable

_SIGNALS = {
    "outside": "超出控制限",
    "trend": "连续七期同向",
    "two_in_three": "三期中两期接近限",
    "one_side": "连续七期在均值一侧",
}
_NO_ANNEX, _NO_UNIT, _NO_NUMBER, _KNOWN = "没有这张表", "没有这个单位", "没有数", "有数"


@dataclass(frozen=True)
class _Value:
    """One period of a series: numerator and denominator of a rate, or a value; and what is known of it."""

    period: Period
    value: Fraction | None
    status: str
    matters: str = ""
    k: int | None = None
    n: int | None = None


def series(
    measure: str,
    unit: str = "",
    annex: str | int = 1,
    periods: int = 8,
    data: str | os.PathLike[str] | None = None,
    until: str | Period = "",
) -> LabelledTable:
    """一列数或一个比率逐期的值，最近几期，一行一期；缺的期照列，写明缺什么。

    Parameters
    ----------
    measure : str
        列名或比率名：``"办件数"``、``"主动评价率"``。
    unit : str
        哪个单位；附件3的一格写“部门 区县”，如 ``"人社局 张店区"``；不写的，是表中各行之和（比率为合计的比率），
        没有数的行不计入，“状态”写明有几行。
    annex : str or int
        附件号、表名或英文名。
    periods : int
        最多几期。
    data : path, optional
        资料在哪个文件夹；不写的，是本项目的 ``data/``。
    until : str
        到哪一期为止，如 ``"2022Q4"``；不写的，是最近一期。

    Examples
    --------
    >>> import haochaping as hcp
    >>> hcp.series("办件数", unit="张店区").tail(1)[["时期", "办件数"]].values.tolist()
    [['2022年第四季度', 1080786]]
    """
    drawn, found, rate, latest = _series(measure, unit, annex, periods, data, until)
    heading = drawn.label
    shown = pd.DataFrame({"时期": [value.period.label for value in found]})
    values = pd.Series(
        [None if value.value is None else float(value.value) for value in found], dtype="float64"
    )
    if rate is None:
        shown[heading] = values.astype("Int64")
        shown["较上期"] = shown[heading].diff()
        kinds = {heading: COUNT, "较上期": COUNT}
    else:
        interval = wilson([value.k or 0 for value in found], [value.n or 0 for value in found])
        shown[heading] = values
        shown["95%下限"], shown["95%上限"] = (pd.Series(end, dtype="float64") for end in interval)
        shown["较上期（百分点）"] = values.diff()
        kinds = {heading: PERCENT, "95%下限": PERCENT, "95%上限": PERCENT, "较上期（百分点）": POINTS}
    shown["状态"] = [value.status for value in found]
    shown[MATTERS] = [value.matters for value in found]
    where = f"{annex_words(latest, latest.annex(annex).name)} {latest.annex(annex).title}"
    title = f"{where} {unit or '合计'} {heading}，{found[0].period.label}至{period_words(latest)}"
    described = {MATTERS: "该期核对意见的项号"} if any(value.matters for value in found) else None
    table = labelled(shown, title, kinds, keys=["时期"], columns=described)
    return table.with_chart(series_chart(drawn)) if len(drawn.known) > 1 else table


def xmr(
    measure: str,
    unit: str = "",
    annex: str | int = 1,
    periods: int = 12,
    data: str | os.PathLike[str] | None = None,
    until: str | Period = "",
) -> LabelledTable:
    """同 ``hcp.series``，另列均值、控制限和信号（XmR 图）；至少要有连续五期，不足十二期的控制限是试算。

    Raises
    ------
    NotApplicable
        最近连续有数的不足五期。
    """
    drawn, _, _, _ = _series(measure, unit, annex, periods, data, until)
    if (limits := drawn.limits) is None:
        raise NotApplicable(
            f"最近连续有数的只有 {len(drawn.unbroken)} 期，至少要有 {FEWEST_QUARTERS} 期才能计算控制限。"
        )
    table = series(measure, unit, annex, periods, data, until)
    kind = table.attrs["kinds"][drawn.label]
    is_covered = pd.Series(range(len(table))) >= len(table) - limits.size
    for heading, value in (
        ("均值", limits.centre),
        ("控制限下限", limits.lower),
        ("控制限上限", limits.upper),
    ):
        table[heading] = pd.Series(value, table.index).where(is_covered).round(0 if kind == COUNT else 15)
        table.attrs["kinds"][heading] = kind
    table["信号"] = [""] * (len(table) - limits.size) + [_SIGNALS.get(rule, "") for rule in limits.rules]
    if limits.trial:
        table.attrs["notes"].append("不足十二期，控制限是试算，今后会变")
    return table.with_chart(series_chart(drawn))


def _series(
    measure: str,
    unit: str,
    annex: str | int,
    periods: int,
    data: str | os.PathLike[str] | None,
    until: str | Period,
) -> tuple[Series, list[_Value], Measure | None, QuarterData]:
    """The series as it is drawn, its values, the rate that it is, if any, and the latest period."""
    if isinstance(measure, (list, tuple, set)):
        raise WrongArgument("一次一列；几列的，逐列各写一次 hcp.series")
    if not isinstance(measure, str) or isinstance(data, QuarterData):
        raise WrongArgument(
            '各期由函数自己读，不用给一期；应写列名，如 hcp.series("办件数", unit="…")，到某一期为止的另写 until="2022Q4"'
        )
    if not isinstance(periods, int) or periods < 1:
        raise WrongArgument(f"periods 应为一个正整数，是最多几期，收到的是 {periods!r}")
    last = Period.parse(until) if isinstance(until, str) and until else until or last_period(data)
    of_kind = {each.data.quarter: each for each in periods_until(last, data)}
    latest = of_kind[max(of_kind)].data
    spec = latest.annex(annex)
    counts = {m.name: m for m in spec.measures_by_name.values() if m.is_count}
    rates = rates_of(latest, spec)
    measured = find_measure({**counts, **rates}, measure)
    rate = measured if measured.name in rates else None
    wanted = [latest.quarter]
    while len(wanted) < periods and wanted[0] > min(of_kind):
        wanted.insert(0, wanted[0].previous)
    if unit and not any(_has_unit(each.data, spec, unit) for each in of_kind.values()):
        rows_of_unit(latest, spec, latest.table(spec.name), unit)  # names those that are there
    found = [
        _value(of_kind.get(period), period, spec, measured, unit, is_rate=rate is not None)
        for period in wanted
    ]
    points = tuple(
        Point(value.period, value.value, _text(value, is_rate=rate is not None)) for value in found
    )
    return (
        Series(measured.name, PERCENT_UNIT if rate else measured.unit, points, measured.heading),
        found,
        rate,
        latest,
    )


def _has_unit(data: QuarterData, spec: AnnexSpec, unit: str) -> bool:
    try:
        return not rows_of_unit(data, spec, data.table(spec.name), unit).empty
    except UnknownName:
        return False


def _text(value: _Value, *, is_rate: bool) -> str:
    if value.value is None:
        return value.status
    return percent_text(value.value) if is_rate else number(int(value.value))


def _value(
    reviewed: Reviewed | None, period: Period, spec: AnnexSpec, measure: Any, unit: str, *, is_rate: bool
) -> _Value:
    if (
        reviewed is None
        or spec.name not in reviewed.data.declaration.annexes
        or reviewed.data.table(spec.name).empty
    ):
        return _Value(period, None, _NO_ANNEX)
    data = reviewed.data
    try:
        rows = rows_of_unit(data, spec, data.table(spec.name), unit) if unit else data.table(spec.name)
    except UnknownName:
        return _Value(period, None, _NO_UNIT)
    names = [name for _, name in (*measure.numerator, *measure.denominator)] if is_rate else [measure.name]
    matters = "、".join(map(str, sorted({*_matters(reviewed, spec, rows, names)}))) if unit else ""
    complete = rows.dropna(subset=names) if {*names} <= {*rows.columns} else rows.head(0)
    if complete.empty:
        return _Value(period, None, _NO_NUMBER, matters)
    lacking = len(rows) - len(complete)  # a row without one of its counts is in neither of them
    status = f"{_KNOWN}，另有 {lacking} 行没有" if lacking else _KNOWN
    if not is_rate:
        return _Value(period, Fraction(int(complete[measure.name].sum())), status, matters)
    k, n = (
        sum(f * int(complete[name].sum()) for f, name in part)
        for part in (measure.numerator, measure.denominator)
    )
    if n == 0 or k > n:
        return _Value(period, None, "分母为零" if n == 0 else "分子大于分母", matters)
    return _Value(period, Fraction(k, n), status, matters, k, n)


def _matters(reviewed: Reviewed, spec: AnnexSpec, rows: pd.DataFrame, names: list[str]) -> Iterator[int]:
    """Numbers of the matters that doubt a cell of some rows and measures."""
    places = reviewed.data.derived(CellPlaces, reviewed.report)
    for row in rows.to_dict("records"):
        member = row[spec.columns_by.key] if spec.columns_by else ""
        for name in names:
            yield from places.matters_of_cell.get(CellRef(spec.name, row[spec.row_key], name, member), ())

"""Annexes as an analyst reads them: Chinese headings, official order, computed rates, intervals, shares, doubts."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

import pandas as pd

from haochaping.analysis.bars import bar
from haochaping.analysis.labelled_table import COUNT, NUMBER, PERCENT, LabelledTable, labelled
from haochaping.analysis.loaded_period import as_period, period_words, report_of, rows_of_unit
from haochaping.checks.cell_names import cell_words
from haochaping.cleaning.number_format import number, percent_text
from haochaping.core.annex_lookup import find_measure
from haochaping.core.declaration import MIXED_GROUP, AnnexSpec, Measure
from haochaping.core.errors import UnknownName
from haochaping.core.labels import annex_words, column_heading
from haochaping.core.model import COMPUTED, CellRef, QuarterData
from haochaping.figures.annex_part import AnnexPart, with_rates
from haochaping.present.cell_places import CellPlaces
from haochaping.statistics import ranks
from haochaping.statistics.rates import wilson
from haochaping.statistics.validation import NotApplicable

MATTERS = "核对意见"
"""Heading of the column with the numbers of the matters that put a row in doubt."""


_MOST_TOTALS = 8
"""Printed totals that are listed one by one, at most."""


class _Column(NamedTuple):
    """A column as shown: heading, data, kind, unit, and the measure whose cells it holds (blank for names and what is computed)."""

    heading: str
    data: Any
    kind: str = ""
    unit: str = ""
    measure: str = ""


def table(q: QuarterData, annex: str | int = 1, unit: str = "") -> LabelledTable:
    """一张附件表：中文列名，按原表次序；能算出的比率一并列出，存疑的格着色，末列是核对意见的项号。

    没有数的格显示原表印的字；百分比的原文（几位小数）在 ``q.table(…)`` 中。

    Parameters
    ----------
    q : QuarterData
        ``hcp.load`` 得到的一期。
    annex : str or int
        附件号、表名或英文名：``"附件1"``、``1``、``"各区县"``、``"districts"``。
    unit : str
        只要这个单位的各行。

    Examples
    --------
    附件3评价数最多的两格：

    >>> import haochaping as hcp
    >>> q = hcp.load("2022Q4")
    >>> hcp.table(q, "附件3").nlargest(2, "评价数")[["部门", "区县", "评价数"]].values.tolist()
    [['公共服务（水电气热通讯）', '张店区', 625272], ['公共服务（水电气热通讯）', '淄川区', 559202]]
    """
    q = as_period(q)
    spec = q.annex(annex)
    content = with_rates(q, spec.name)
    rows = rows_of_unit(q, spec, content, unit) if unit else content
    columns = list(_columns(q, spec, rows))
    result = _labelled(q, spec, rows, columns, _title(q, spec, unit))
    if not unit:
        listed, hints = _totals_in_words(q, spec)
        result.attrs["notes"] += listed
        result.attrs["hints"] += hints
    return result


def rates(q: QuarterData, annex: str | int = 1, measure: str = "", unit: str = "") -> LabelledTable:
    """各单位的一个比率，由两数相除算出，带 95% 置信区间（Wilson）和名次区间，由高到低。

    区间只反映偶然波动，不反映口径；分母不足 30 的比率不宜比较。名次区间是一段的，与段内的单位分不出先后。

    Parameters
    ----------
    measure : str
        比率的名称；不写的，取附件能算出的最后一个（一般是主动评价率）。

    Examples
    --------
    >>> import haochaping as hcp
    >>> hcp.rates(hcp.load("2022Q4"), "附件1", "主动评价率").head(1)[["区县", "主动评价率"]].round(4).values.tolist()
    [['周村区', 0.5031]]
    """
    q = as_period(q)
    spec, rate, rows, of_rows = rate_of(q, annex, measure)
    shown = rows_of_unit(q, spec, rows, unit).index if unit else rows.index  # ranked among all
    names = list(_name_columns(q, spec, rows))
    numerator, denominator = (_words(q, expression) for expression in (rate.numerator, rate.denominator))
    usable = of_rows["k"].notna() & of_rows["n"].gt(0) & of_rows["k"].le(of_rows["n"])
    if not usable.any():
        raise NotApplicable(f"{_title(q, spec, unit)}没有能计算{rate.heading}的数。")
    interval = wilson(of_rows.loc[usable, "k"], of_rows.loc[usable, "n"])
    ranking = ranks.intervals(of_rows.loc[usable, "k"], of_rows.loc[usable, "n"])
    of_rank = ranking[["rank_low", "rank_high"]].astype("str").agg("–".join, axis=1)
    columns = [
        *names,
        _Column(numerator, of_rows["k"], COUNT, measure=_single(rate.numerator)),
        _Column(denominator, of_rows["n"], COUNT, measure=_single(rate.denominator)),
        _Column(rate.heading, of_rows["rate"].astype("float64"), PERCENT),
        _Column("95%下限", pd.Series(interval.low, ranking.index).reindex(rows.index), PERCENT),
        _Column("95%上限", pd.Series(interval.high, ranking.index).reindex(rows.index), PERCENT),
        _Column("名次", ranking["rank"].reindex(rows.index), COUNT),
        _Column("名次区间", of_rank.reindex(rows.index)),
    ]
    order = of_rows.loc[shown, "rate"].sort_values(ascending=False, kind="stable").index
    columns = [column._replace(data=column.data.reindex(order)) for column in columns]
    result = _labelled(q, spec, rows.reindex(order), columns, f"{_title(q, spec, unit)}：{rate.heading}")
    result.attrs["notes"].insert(0, _whole_in_words(of_rows[usable]))
    has_bars = bool(result[rate.heading].notna().any())
    return result.with_chart(bar(result, rate.heading, base=denominator)) if has_bars else result


def shares(q: QuarterData, annex: str | int = 5, measure: str = "", unit: str = "") -> LabelledTable:
    """一列数中各行占合计的比重，由大到小。

    `unit` 指定区县（或部门）的：附件3这样它有几行的，是各行占它的合计；只有一行的，是它占全部的合计。

    Examples
    --------
    >>> import haochaping as hcp
    >>> q = hcp.load("2022Q4")
    >>> t = hcp.shares(q, "附件5")
    >>> t[t["区县"] == "张店区"]["占比"].round(4).tolist()
    [0.3135]
    """
    q = as_period(q)
    spec = q.annex(annex)
    content = q.table(spec.name)
    rows = rows_of_unit(q, spec, content, unit) if unit else content
    counts = {m.name: m for m in spec.measures_by_name.values() if m.is_count and m.name in content}
    counted = find_measure(counts, measure or next(iter(counts), ""))
    rows = rows.sort_values(counted.name, ascending=False, kind="stable")
    whole = (rows if len(rows) > 1 else content)[counted.name].sum()
    if not whole:
        raise NotApplicable(f"{_title(q, spec, unit)}的{counted.heading}合计为 0，没有占比。")
    columns = [
        *_name_columns(q, spec, rows),
        _Column(counted.heading, rows[counted.name], COUNT, counted.unit, counted.name),
        _Column("占比", rows[counted.name].astype("float64") / float(whole), PERCENT),
    ]
    return _labelled(q, spec, rows, columns, f"{_title(q, spec, unit)}：{counted.heading}占比")


def rate_of(
    q: QuarterData, annex: str | int, measure: str = "", unit: str = ""
) -> tuple[AnnexSpec, Measure, pd.DataFrame, pd.DataFrame]:
    """An annex, a rate that its counts give, its rows, and numerator, denominator and rate of each (see ``rate_of_rows``).

    Raises
    ------
    UnknownName
        There is no such annex, unit, or rate that can be computed.
    NotApplicable
        The counts of the annex give no rate.
    """
    spec = q.annex(annex)
    content = q.table(spec.name)
    rows = rows_of_unit(q, spec, content, unit) if unit else content
    part = AnnexPart(spec, spec.groups[0], rows, spec.name, spec.title)
    computable = rates_of(q, spec)
    if not computable:
        raise NotApplicable(
            f"{annex_words(q, spec.name)} {spec.title}没有能由两数相除算出的比率；占比用 hcp.shares，原表印的见 hcp.table。"
        )
    try:
        rate = find_measure(computable, measure or next(reversed(computable)))
    except UnknownName:
        declared = spec.measures_by_name.values()
        printed = next((each for each in declared if measure in (each.name, each.heading)), None)
        if printed is None:
            raise
        known = "、".join(each.heading for each in computable.values())
        raise NotApplicable(
            f"{annex_words(q, spec.name)}的“{printed.heading}”不能由两数相除算出，原表印的见 hcp.table；能算的有：{known}。"
        ) from None
    return spec, rate, rows, part.rate_of_rows(rate)


def rates_of(q: QuarterData, spec: AnnexSpec) -> dict[str, Measure]:
    """The rates that the counts of an annex give, by name; the main one comes last."""
    part = AnnexPart(spec, spec.groups[0], q.table(spec.name), spec.name, spec.title)
    return {rate.name: rate for rate in part.rates(q.declaration)}


def _whole_in_words(of_rows: pd.DataFrame) -> str:
    k, n = (int(of_rows[name].sum()) for name in ("k", "n"))
    return f"各行合计 {percent_text(Fraction(k, n))}（{number(k)} ÷ {number(n)}，只计两数都有的行）"


def _totals_in_words(q: QuarterData, spec: AnnexSpec) -> tuple[list[str], list[str]]:
    """The totals that the annex prints, which are no rows of the table: a line with the matters about them; or where they are."""
    printed = q.printed_totals[q.printed_totals["table"] == spec.name].to_dict("records")
    if len(printed) > _MOST_TOTALS:
        return [], [f"原表另有 {len(printed)} 个合计：q.printed_totals"]
    places = q.derived(CellPlaces, report_of(q))
    words = []
    for total in printed:
        cell = CellRef(spec.name, total["row"], total["column"], total["member"])
        matters = "、".join(map(str, places.matters_of_cell.get(cell, ())))
        words.append(
            f"{cell_words(q, cell)} {total['printed']}{f'（核对意见第 {matters} 项）' if matters else ''}"
        )
    return ([f"原表的合计：{'；'.join(words)}"] if words else []), []


def _title(q: QuarterData, spec: AnnexSpec, unit: str) -> str:
    return f"{period_words(q)} {annex_words(q, spec.name)} {spec.title}" + (f" {unit}" if unit else "")


def _words(q: QuarterData, expression: Any) -> str:
    return "＋".join(column_heading(q.declaration, name) for _, name in expression)


def _single(expression: Any) -> str:
    return expression[0][1] if len(expression) == 1 else ""


def _name_columns(q: QuarterData, spec: AnnexSpec, rows: pd.DataFrame) -> Iterator[_Column]:
    if spec.is_mixed:
        words = {group.name: group.word for group in spec.groups}
        yield _Column("类别", rows[MIXED_GROUP].map(words))
    yield _Column(column_heading(q.declaration, spec.row_key), rows[spec.row_key])
    if spec.columns_by:
        key = spec.columns_by.key
        yield _Column(column_heading(q.declaration, key), rows[key].map(spec.columns_by.word_of))


def _columns(q: QuarterData, spec: AnnexSpec, rows: pd.DataFrame) -> Iterator[_Column]:
    yield from _name_columns(q, spec, rows)
    for name in rows.columns:
        if (measure := spec.measures_by_name.get(name)) is not None:
            kind = COUNT if measure.is_count else PERCENT if measure.is_percentage else NUMBER
            kind = kind if rows[name].dtype.kind != "O" and rows[name].dtype != "str" else ""
            yield _Column(measure.heading, rows[name], kind, measure.unit, name)
    computed = [name for name in rows.columns if name not in spec.measures_by_name]
    for rate in q.declaration.measures.values():
        for name, heading in (
            (rate.name, rate.heading),
            (f"{rate.name}{COMPUTED}", f"{rate.heading}（计算）"),
        ):
            if name in computed:
                yield _Column(heading, rows[name], PERCENT)


def _labelled(
    q: QuarterData, spec: AnnexSpec, rows: pd.DataFrame, columns: list[_Column], title: str
) -> LabelledTable:
    """The columns as a table, with the numbers of the matters about each row in the last one."""
    places = q.derived(CellPlaces, report_of(q))
    keys = [column.heading for column in columns if not column.kind and not column.measure][: len(spec.key)]
    doubts: dict[tuple[str, ...], str] = {}
    numbers = []
    for position, row in enumerate(rows.to_dict("records")):
        member = row[spec.columns_by.key] if spec.columns_by else ""
        found: set[int] = set()
        for column in columns:
            cell = CellRef(spec.name, row[spec.row_key], column.measure, member)
            if column.measure and cell in places.matters_of_cell:
                found |= {*places.matters_of_cell[cell]}
                names = tuple(str(named.data.iloc[position]) for named in columns if named.heading in keys)
                doubts[*names, column.heading] = places.severity_of_cell.get(cell, "")
        numbers.append("、".join(map(str, sorted(found))))
    blanks = _blanks(q, spec, rows, columns, keys)
    shown = pd.DataFrame({column.heading: list(column.data) for column in columns})
    for column in columns:
        shown[column.heading] = shown[column.heading].astype(column.data.dtype)
    shown[MATTERS] = numbers
    return labelled(
        shown,
        title,
        {column.heading: column.kind for column in columns if column.kind},
        units={column.heading: column.unit for column in columns if column.unit and column.kind == COUNT},
        keys=keys,
        doubts=doubts,
        blanks=blanks,
        columns={MATTERS: "核对意见的项号"} if any(numbers) else None,
        hints=["核对意见：hcp.matters(q)"] if any(numbers) else (),
    )


def _blanks(
    q: QuarterData, spec: AnnexSpec, rows: pd.DataFrame, columns: list[_Column], keys: list[str]
) -> dict[tuple[str, ...], str]:
    """What stands in print where a cell has no number, by the names of its row and its heading."""
    printed = {
        (cell["row"], cell["member"], cell["column"]): cell["printed"]
        for cell in q.unreported[q.unreported["table"] == spec.name].to_dict("records")
    }
    found = {}
    for position, row in enumerate(rows.to_dict("records")):
        member = row[spec.columns_by.key] if spec.columns_by else ""
        for column in columns:
            if text := printed.get((row[spec.row_key], member, column.measure)):
                names = tuple(str(named.data.iloc[position]) for named in columns if named.heading in keys)
                found[*names, column.heading] = text
    return found

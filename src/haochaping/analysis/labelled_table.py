"""A frame with Chinese headings that shows itself: percentages, thousands, doubts marked, what it is, a chart above it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from numbers import Integral
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from haochaping.cleaning.number_format import number, percent_text
from haochaping.core.errors import UnknownName, WrongArgument
from haochaping.core.named_columns import NamedColumns
from haochaping.present.html_table import (
    PROSE,
    SHORT,
    Header,
    TableCell,
    TableRow,
    TableView,
    column_kind,
    table_html,
)
from haochaping.present.notebook_style import in_notebook
from haochaping.statistics.validation import NotApplicable

if TYPE_CHECKING:
    from haochaping.present.charts.chart import Chart

COUNT, PERCENT, POINTS, SPAN, NUMBER = "count", "percent", "points", "span", "number"
"""Kinds of columns: whole numbers; fractions shown as percentages; differences of fractions in percentage points; the size of such
a difference, without a sign; other numbers."""


class KindByRow(NamedTuple):
    """The kind of a column whose rows differ: what stands in another column, to the kind of the cell."""

    column: str
    by_value: Mapping[str, str]


Kind = str | KindByRow
_MOST_NAME_CHARACTERS = 60
_MOST_ROWS = 1000
"""Most rows that are shown: a frame of more is worked with, not looked at."""
_ids = itertools.count(1)


class LabelledTable(NamedColumns):
    """带中文列名的表：是普通的 pandas 表，另外知道各列是百分比还是条数、哪些格存疑，显示时照此写出。

    筛选、排序、取列以后仍然如此；汇总、透视、去掉名称列以后是另一张表，不再带原来的标题和说明。百分比存为小数（0.0545 显示为 5.45%），
    自己算的用 ``hcp.as_percent`` 声明。``attrs`` 中有 ``title`` 标题、``kinds`` 各列的种类、``units`` 单位、``notes`` 表下的说明、
    ``columns`` 各列的含义、``keys`` 名称列、``doubts`` 存疑的格。
    """

    chart: Chart | None = None
    """整张表的图；筛选得到的表没有。"""

    @property
    def _constructor(self) -> Callable[..., LabelledTable]:
        return LabelledTable

    def _arith_method(self, other: Any, op: Any) -> Any:
        """``+ - * /`` of whole tables, where pandas does them: what comes out is no longer the count or percentage it was."""
        try:
            result = super()._arith_method(other, op)
        except TypeError:
            raise WrongArgument(
                '表中有文字，不能整张计算；先取数的列，如 t[["办件数", "评价数"]] / 100'
            ) from None
        if isinstance(result, pd.DataFrame):
            result.attrs = {}
        return result

    def with_chart(self, chart: Chart) -> LabelledTable:
        """The same table with a chart above it."""
        object.__setattr__(self, "chart", chart)  # pandas would take it for a column
        return self

    def _repr_html_(self) -> str:
        if self.columns.nlevels > 1 or self.columns.empty:
            return str(super()._repr_html_())
        if self.chart is None:
            return in_notebook(table_html(_view(self, title_of(self))))
        title = title_of(self)
        below = "" if title in (self.chart.title, self.chart.subtitle) else title  # it stands above the chart
        return in_notebook(f"{self.chart.html}{table_html(_view(self, below))}")


def labelled(
    frame: pd.DataFrame,
    title: str,
    kinds: Mapping[str, Kind],
    *,
    units: Mapping[str, str] | None = None,
    keys: Sequence[str] = (),
    doubts: Mapping[tuple[str, ...], str] | None = None,
    blanks: Mapping[tuple[str, ...], str] | None = None,
    notes: Sequence[str] = (),
    hints: Sequence[str] = (),
    columns: Mapping[str, str] | None = None,
) -> LabelledTable:
    """A frame with Chinese headings as a :class:`LabelledTable`.

    Parameters
    ----------
    kinds : mapping
        Kind of each column that holds numbers.
    units : mapping
        Unit of each column that has one.
    keys : sequence of str
        The columns of names.
    doubts : mapping
        Names of a row and a heading, to the severity of what is doubted there.
    blanks : mapping
        Names of a row and a heading, to what stands in print where there is no number.
    notes : sequence of str
        Lines below the table.
    hints : sequence of str
        What to call next: lines below the table in a notebook, but not in a workbook.
    columns : mapping
        What columns hold, where their headings do not say it.
    """
    table = LabelledTable(frame.reset_index(drop=True))
    table.attrs = {
        "title": title,
        "kinds": dict(kinds),
        "units": dict(units or {}),
        "keys": list(keys),
        "doubts": dict(doubts or {}),
        "blanks": dict(blanks or {}),
        "notes": list(notes),
        "hints": list(hints),
        "columns": dict(columns or {}),
    }
    return table


def as_percent(frame: pd.DataFrame, *columns: str) -> LabelledTable:
    """声明自己算的列是百分比：照样存为小数，显示、画图、写 Excel 时都作百分比。

    Parameters
    ----------
    frame : DataFrame
        任何一张表，不改动它。
    *columns : str
        哪些列。

    Examples
    --------
    >>> import haochaping as hcp
    >>> t = hcp.table(hcp.load("2022Q4"), "附件1")
    >>> t["占全市"] = t["评价数"] / t["评价数"].sum()
    >>> hcp.bar(hcp.as_percent(t, "占全市"), "占全市").data.iloc[0].tolist()
    ['张店区', '17.34%']

    Raises
    ------
    UnknownName
        没有这一列。
    NotApplicable
        这一列不是数。
    """
    columns = tuple(name for each in columns for name in ([each] if isinstance(each, str) else each))
    for column in columns:
        if column not in frame:
            raise UnknownName("列", column, map(str, frame.columns))
        if not pd.api.types.is_numeric_dtype(frame[column]):
            raise NotApplicable(f"“{column}”一列不是数，不能作百分比。")
    table = LabelledTable(frame)
    kinds = {**frame.attrs.get("kinds", {}), **dict.fromkeys(columns, PERCENT)}
    table.attrs = {**frame.attrs, "kinds": kinds}
    return table


def title_of(frame: pd.DataFrame) -> str:
    """The title of a table; blank of what was aggregated or pivoted: its rows are no longer those that the title names."""
    return str(frame.attrs.get("title", "")) if _has_own_rows(frame) else ""


def notes_of(frame: pd.DataFrame, headings: Mapping[str, str] | None = None) -> list[str]:
    """The lines below a table, none of what was aggregated or pivoted; then what its columns hold, by their headings."""
    notes = list(frame.attrs.get("notes", ())) if _has_own_rows(frame) else []
    described = frame.attrs.get("columns", {}).items()
    return notes + [
        f"{(headings or {}).get(name, name)}：{about}" for name, about in described if name in frame
    ]


def _has_own_rows(frame: pd.DataFrame) -> bool:
    return {*frame.attrs.get("keys", ())} <= {*frame.columns, *frame.index.names}


def kinds_of_cells(table: pd.DataFrame, column: Any) -> list[str]:
    """The kind of each cell of a column: that of the column, or what another cell of its row says."""
    kind: Kind = table.attrs.get("kinds", {}).get(column, "")
    if isinstance(kind, str):
        return [kind] * len(table)
    if kind.column not in table:
        return [NUMBER] * len(table)
    return [kind.by_value.get(str(value), NUMBER) for value in table[kind.column]]


def shown_texts(table: pd.DataFrame) -> pd.DataFrame:
    """A table as it is shown: every value a text; an index of names becomes the first column."""
    content = table if table.index.dtype.kind in "iu" else table.reset_index()
    return pd.DataFrame(
        {str(name): list(map(shown_text, content[name], kinds_of_cells(content, name))) for name in content}
    )


def shown_text(value: Any, kind: str = "") -> str:
    """A value as it is shown; blank where it is missing."""
    if not isinstance(value, (list, tuple, dict, set)) and pd.isna(value):
        return ""
    if isinstance(value, float) and math.isinf(value):  # divided by zero
        return "∞" if value > 0 else "−∞"
    if kind == PERCENT:
        return percent_text(Fraction(float(value)).limit_denominator(10**12)).replace("-", "−")
    if kind == POINTS:
        shown = f"{float(value) * 100:+.2f}".replace("-", "−")
        return "0.00" if shown in ("+0.00", "−0.00") else shown
    if kind == SPAN:
        return f"{float(value) * 100:.2f}"
    if isinstance(value, Integral) and not isinstance(value, bool):
        return number(int(value))
    if kind in (COUNT, NUMBER) or isinstance(value, float):  # a mean of counts is no whole number
        return _number_text(float(value))
    return str(value)


def _number_text(value: float) -> str:
    """Whole numbers in full, others with two decimals, small ones with three digits that count."""
    if value == int(value):
        return number(int(value))
    return (f"{value:,.2f}" if abs(value) >= 1 else f"{value:.3g}").replace("-", "−")


def _view(table: pd.DataFrame, title: str) -> TableView:
    rows = table.head(_MOST_ROWS)
    texts = shown_texts(rows)
    stub, *labels = texts.columns
    kinds, units = table.attrs.get("kinds", {}), table.attrs.get("units", {})
    keys, doubts = table.attrs.get("keys", []), table.attrs.get("doubts", {})
    blanks, records = table.attrs.get("blanks", {}), texts.to_dict("records")
    names = [tuple(record.get(key, "") for key in keys) for record in records]
    hints = table.attrs.get("hints", ()) if title_of(table) else ()
    left_out = [f"共 {len(table)} 行，只显示前 {_MOST_ROWS} 行"] if len(table) > len(rows) else []
    return TableView(
        f"table-shown-{next(_ids)}",
        title,
        stub,
        [
            Header(
                label, units.get(label, ""), kind="" if label in kinds else _kind_of_texts(list(texts[label]))
            )
            for label in labels
        ],
        [
            TableRow(
                record[stub],
                [
                    TableCell(
                        record[label] or blanks.get((*name, label), ""), tint=doubts.get((*name, label), "")
                    )
                    for label in labels
                ],
            )
            for record, name in zip(records, names, strict=True)
        ],
        [*notes_of(table), *hints, *left_out],
    )


def _kind_of_texts(texts: Sequence[str]) -> str:
    """Sentences get wide columns; names wrap where they must, so that a table of many columns fits."""
    kind = column_kind(texts) if any(texts) else SHORT
    return SHORT if kind == PROSE and max(map(len, texts)) <= _MOST_NAME_CHARACTERS else kind

"""A bar chart of any table of names and numbers, in Chinese."""

from __future__ import annotations

import zlib

import numpy as np
import pandas as pd

from haochaping.analysis.labelled_table import PERCENT, POINTS, SPAN, kinds_of_cells, shown_text, title_of
from haochaping.core.errors import UnknownName, WrongArgument
from haochaping.present.charts.active_rate import draw_rate_bars, remark_on_bars, usual_rate
from haochaping.present.charts.chart import Chart, make_chart
from haochaping.present.charts.chart_parts import draw_count_bars
from haochaping.present.charts.style import NARROW, WIDE
from haochaping.present.phrase import Phrase
from haochaping.reference.reference import threshold
from haochaping.statistics.validation import NotApplicable

_MOST_BARS = 40
_VALUE = "数"


def bar(
    frame: pd.DataFrame | pd.Series, value: str = "", name: str = "", title: str = "", base: str = ""
) -> Chart:
    """任何一张表的条形图，中文、由上到下按表的次序；百分比列另画中位数。

    Parameters
    ----------
    frame : DataFrame or Series
        ``hcp.table`` 等得到的表，或任何一行一个名称的表；超过 40 条的画最大的 40 条。自己算的百分比先用 ``hcp.as_percent`` 声明。
    value : str
        画哪一列；不写的取最后一列数。
    name : str
        名称在哪一列；不写的取第一列，有两列名称的合在一起。
    title : str
        图的标题；不写的用表的标题。
    base : str
        百分比的分母在哪一列；分母不足 30 的画成空心，不计入中位数。

    Examples
    --------
    >>> import haochaping as hcp
    >>> hcp.bar(hcp.table(hcp.load("2022Q4"), "附件1"), "办件数")
    <图：2022年第四季度 附件1 各区县>
    """
    if not isinstance(value, str):
        raise WrongArgument(f"画哪一列应写一个名称，收到的是 {type(value).__name__}")
    frame = _as_frame(frame)
    value = value or _last_number(frame)
    for column in filter(None, (value, name, base)):
        if column not in frame:
            raise UnknownName("列", column, map(str, frame.columns))
    if not pd.api.types.is_numeric_dtype(frame[value]):
        raise NotApplicable(f"“{value}”一列不是数，画不成图。")
    keys = [key for key in frame.attrs.get("keys", []) if key in frame and key != value]
    names = [name] if name else keys or [frame.columns[0]]
    if names == [value]:
        raise NotApplicable(f'只有“{value}”，没有名称，画不成图；请给整张表，如 hcp.bar(t, "{value}")。')
    known = frame[np.isfinite(frame[value].astype("float64"))]  # what was divided by zero is no number either
    if known.empty:
        raise NotApplicable(f"“{value}”一列没有数，画不成图。")
    is_cut = len(known) > _MOST_BARS
    by_size = known.sort_values(value, key=abs, ascending=False, kind="stable")
    rows = by_size.head(_MOST_BARS) if is_cut else known
    labels = _labels(rows, names)
    kind, unit = kinds_of_cells(rows, value)[0], frame.attrs.get("units", {}).get(value, "")
    heading = f"{value}（{unit}）" if unit else value
    remark = f"；只画最大的 {_MOST_BARS} 条" if is_cut else ""
    texts = [shown_text(each, kind) for each in rows[value]]
    bars = pd.DataFrame({"name": labels, "value": rows[value].astype("float64").tolist()})
    if kind == PERCENT and bars["value"].min() >= 0:
        small = threshold("small_denominator") if base else 0
        bars = bars.rename(columns={"value": "rate"}).assign(is_doubtful=_is_doubtful(rows, names))
        bars["base"] = rows[base].astype("float64").tolist() if base else 1.0
        median = usual_rate(bars, small)
        drawings = [draw_rate_bars(bars, median, small, canvas) for canvas in (WIDE, NARROW)]
        hollow = f"；空心：{base}不足 {small:g}" if (bars["base"] < small).any() else ""
        remark = f"{hollow}{remark_on_bars(bars, median)}{remark}"
    else:
        if kind in (PERCENT, POINTS, SPAN):
            bars["value"] *= 100
            heading = heading if "百分点" in heading else f"{heading}（%）"
        drawings = [draw_count_bars(bars, heading, canvas, texts) for canvas in (WIDE, NARROW)]
    content = "".join([value, *labels, *texts])
    return make_chart(
        drawings[0],
        f"chart-{zlib.crc32(content.encode()):08x}",
        Phrase((title or title_of(frame),)),
        f"{heading}{remark}",
        f"条形图。依次为：{'，'.join(f'{n} {t}' for n, t in zip(labels, texts, strict=True))}。",
        pd.DataFrame({"、".join(map(str, names)): labels, heading: texts}),
        drawings[1],
    )


def _as_frame(frame: pd.DataFrame | pd.Series) -> pd.DataFrame:
    """A frame whose names are in a column; a series is one of its names and its values."""
    if isinstance(frame, pd.Series):
        frame = frame.rename(_VALUE if frame.name is None else str(frame.name)).to_frame()
    if not isinstance(frame, pd.DataFrame) or frame.empty:
        what = "是空表" if isinstance(frame, pd.DataFrame) else f"不是表，是 {type(frame).__name__}"
        raise NotApplicable(f"给的{what}，画不成图。")
    if frame.index.dtype.kind in "iu" and frame.index.name is None:
        return frame
    return frame.reset_index()


def _labels(rows: pd.DataFrame, names: list[str]) -> list[str]:
    """A name a bar; one that stands twice is numbered, or both would be one bar."""
    joined = pd.Series(
        [" ".join(map(str, each)) for each in zip(*(rows[column] for column in names), strict=True)],
        dtype="str",
    )
    earlier = joined.groupby(joined).cumcount()
    return [f"{name}（{count + 1}）" if count else name for name, count in zip(joined, earlier, strict=True)]


def _last_number(frame: pd.DataFrame) -> str:
    numbers = [str(name) for name in frame if pd.api.types.is_numeric_dtype(frame[name])]
    if not numbers:
        raise NotApplicable("表中没有一列是数，画不成图。")
    return numbers[-1]


def _is_doubtful(rows: pd.DataFrame, names: list[str]) -> list[bool]:
    """Whether a matter puts a row in doubt; of a table that was made anew nobody knows."""
    doubtful = {key[:-1] for key, severity in rows.attrs.get("doubts", {}).items() if severity}
    return [key in doubtful for key in zip(*(rows[column].astype("str") for column in names), strict=True)]

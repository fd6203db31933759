"""A funnel: the rate of each unit over its denominator, with the limits that chance and usual differences leave."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from haochaping.present.charts.chart import Chart, make_chart
from haochaping.present.charts.chart_parts import counts, format_log_counts, percent
from haochaping.present.charts.style import AMBER, BLUE, GREY, INK, NARROW, WIDE, Canvas
from haochaping.present.phrase import Phrase

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

_MOST_NAMES = 12
Limits = Callable[[Any, float], Any]
"""The limit for denominators and a cumulative probability."""


def funnel_chart(
    rows: pd.DataFrame, target: float, limits: Limits, title: str, rate: str, denominator: str
) -> Chart:
    """Draw a funnel.

    Parameters
    ----------
    rows : DataFrame
        A row a unit: ``name``, ``n`` (denominator, above 0), ``rate`` (a fraction), ``is_outside``, ``is_small``.
    target : float
        The common rate.
    limits : callable
        Limits of a denominator at a cumulative probability.
    title, rate, denominator : str
        In words.
    """
    outside = "、".join(rows.loc[rows["is_outside"], "name"])
    hollow = "；空心：基数小，不判断" if rows["is_small"].any() else ""
    named = "，".join(
        f"{r.name_} {percent(r.rate)}" for r in rows.rename(columns={"name": "name_"}).itertuples()
    )
    return make_chart(
        _draw(rows, target, limits, rate, denominator, WIDE),
        f"chart-{zlib.crc32(f'{title}{named}'.encode()):08x}",
        Phrase((title,)),
        f"{rate}与{denominator}（对数刻度）；横线为合计的{rate} {percent(target)}，虚线为 99.8% 控制限；橙色在限外{hollow}",
        f"漏斗图，{len(rows)} 个单位。限外：{outside or '无'}。依次为：{named}。",
        pd.DataFrame(
            {
                "单位": rows["name"],
                denominator: counts(rows["n"]),
                rate: [percent(value) for value in rows["rate"]],
                "限外": ["是" if is_outside else "" for is_outside in rows["is_outside"]],
            }
        ),
        _draw(rows, target, limits, rate, denominator, NARROW),
    )


def _draw(
    rows: pd.DataFrame, target: float, limits: Limits, rate: str, denominator: str, canvas: Canvas
) -> Drawing:
    figure, axes = canvas.subplots(4.0)
    n = rows["n"].astype("float64")
    sizes = np.unique(np.geomspace(max(1, n.min() * 0.7), n.max() * 1.4, 200).round())
    for probability in (0.001, 0.999):
        axes.plot(sizes, limits(sizes, probability), color=GREY, linewidth=1, linestyle="--")
    axes.axhline(target, color=INK, linewidth=1)
    colours = [AMBER if is_outside else BLUE for is_outside in rows["is_outside"]]
    faces = [
        "white" if is_small else colour for is_small, colour in zip(rows["is_small"], colours, strict=True)
    ]
    axes.scatter(n, rows["rate"], s=30, facecolor=faces, edgecolor=colours, linewidth=1.2, zorder=3)
    named = rows[rows["is_outside"]].head(_MOST_NAMES)
    for row in named.to_dict("records"):
        on_left = row["n"] > n.median()
        axes.annotate(
            row["name"],
            (row["n"], row["rate"]),
            (-6 if on_left else 6, 0),
            textcoords="offset points",
            ha="right" if on_left else "left",
            va="center",
        )
    axes.set_xscale("log")
    format_log_counts(axes.xaxis)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value * 100:g}%")
    axes.set(xlabel=f"{denominator}（对数刻度）", ylabel=rate)
    axes.margins(y=0.08)
    axes.grid(axis="y")
    return figure

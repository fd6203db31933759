"""How did the evaluations of towns and of villages change in each district?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from haochaping.cleaning.number_format import number
from haochaping.present.chart_data import TierChanges, tier_changes
from haochaping.present.chart_titles import chart_title
from haochaping.present.charts.chart import EMPTY, Chart, make_chart
from haochaping.present.charts.chart_parts import counts, format_thousands, group_word, paired_bars
from haochaping.present.charts.style import INK, NARROW, WIDE, Canvas
from haochaping.present.html_fragment import Html

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

    from haochaping.checks.check_report import CheckReport
    from haochaping.figures.figure import Figures

_COMPARED = {"before": "环比", "year": "同比"}


def chart_tiers(
    tiers: pd.DataFrame, figures: Figures | None = None, report: CheckReport | None = None
) -> Chart | Html:
    """镇、村评价数比上期（没有上期的，比上年同期）增减多少，一个区县两条；没有以前各期的，没有图。

    Parameters
    ----------
    tiers : DataFrame
        附件4：``q.towns_and_villages``。
    figures, report : Figures, CheckReport, optional
        ``hcp.compute_figures(q)``，增减由此来；``hcp.check(q)``。
    """
    changes = tier_changes(figures)
    if changes is None or figures is None or "district" not in tiers:
        return EMPTY
    rows = changes.rows[changes.rows["district"].isin(tiers["district"])]
    if rows.empty:
        return EMPTY
    words = _tier_words(figures)
    frame = rows.assign(tier=rows["tier"].map(words))
    word, kinds = group_word(figures, "district"), list(dict.fromkeys(frame["tier"]))
    compared = f"比{changes.label}增减（条，{_COMPARED[changes.comparison]}）"
    return make_chart(
        _draw(frame, kinds, compared, WIDE),
        "chart-tiers",
        chart_title("chart-tiers", figures, report),
        f"各{word}{'、'.join(kinds)}评价数{compared}；两期都列有的才画",
        f"成对条形图，评价数{compared}。{'；'.join(_in_words(frame))}。",
        _data(frame, word, changes),
        _draw(frame, kinds, compared, NARROW),
    )


def _tier_words(figures: Figures) -> dict[str, str]:
    """What the city calls the tiers."""
    called = figures.words["called"]
    return {tier: str(called[tier]) for tier in ("town", "village")}


def _in_words(frame: pd.DataFrame) -> list[str]:
    return [f"{r.district}{r.tier} {_signed(r.change)}" for r in frame.itertuples()]


def _signed(change: Any) -> str:
    """A change with its sign; no sign at zero."""
    sign = "+" if change > 0 else "−" if change < 0 else ""
    return f"{sign}{number(abs(int(change)))}"


def _data(frame: pd.DataFrame, word: str, changes: TierChanges) -> pd.DataFrame:
    return pd.DataFrame(
        {
            word: frame["district"],
            "层级": frame["tier"],
            f"{changes.label}（条）": counts(frame["before"]),
            "本期（条）": counts(frame["now"]),
            "增减（条）": list(map(_signed, frame["change"])),
        }
    )


def _draw(frame: pd.DataFrame, kinds: list[str], label: str, canvas: Canvas) -> Drawing:
    bars = frame.assign(change=frame["change"].astype(float)).rename(columns={"district": "name"})
    figure = paired_bars(bars, "change", "tier", kinds, canvas)
    [axes] = figure.axes
    axes.set_xlabel(label)
    axes.axvline(0, color=INK, linewidth=0.8)
    format_thousands(axes.xaxis)
    return figure

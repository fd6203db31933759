"""How do evaluations of towns and of villages compare in each district?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from haochaping.cleaning.number_format import number
from haochaping.present.chart_titles import chart_title
from haochaping.present.charts.chart import EMPTY, Chart, make_chart
from haochaping.present.charts.chart_parts import (
    counts,
    format_thousands,
    group_word,
    has_columns,
    paired_bars,
)
from haochaping.present.charts.style import NARROW, WIDE, Canvas
from haochaping.present.html_fragment import Html

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

    from haochaping.checks.check_report import CheckReport
    from haochaping.figures.figure import Figures


def chart_tiers(
    tiers: pd.DataFrame, figures: Figures | None = None, report: CheckReport | None = None
) -> Chart | Html:
    """Towns and villages: paired bars for each district.

    Parameters
    ----------
    tiers : pandas.DataFrame
        Annex 4.
    figures, report : Figures, CheckReport, optional
        The quarter's named figures, from which the title is made and which know the words for the tiers; the checks, by
        which the title is marked.
    """
    if not has_columns(tiers, "district", "tier", "evaluations"):
        return EMPTY
    rows = tiers.dropna(subset=["evaluations"])
    if rows.empty:
        return EMPTY
    words = _tier_words(tiers, figures)
    frame = pd.DataFrame(
        {
            "district": rows["district"],
            "层级": rows["tier"].map(words),
            "evaluations": rows["evaluations"].astype(float),
        }
    )
    word = group_word(figures, "district")
    labels = [label for label in words.values() if (frame["层级"] == label).any()]
    values = [f"{r.district}{r.层级} {number(int(r.evaluations))}" for r in frame.itertuples()]
    return make_chart(
        _draw(frame, labels, WIDE),
        "chart-tiers",
        chart_title("chart-tiers", figures, report),
        f"各{word}{'、'.join(labels)}评价数",
        f"成对条形图。{'；'.join(values)}。为零的 {int((frame['evaluations'] == 0).sum())} 项。",
        pd.DataFrame(
            {
                word: frame["district"],
                "层级": frame["层级"],
                "评价数（条）": counts(frame["evaluations"]),
            }
        ),
        _draw(frame, labels, NARROW),
    )


def _tier_words(tiers: pd.DataFrame, figures: Figures | None) -> dict[str, str]:
    """The tiers in their declared order with their words; without figures as they are named in the data."""
    names = list(dict.fromkeys(tiers["tier"]))
    group = figures.data.declaration.groups.get("tier") if figures and figures.data else None
    declared = {member.name: member.word for member in group.members} if group else {}
    return declared | {name: name for name in names if name not in declared}


def _draw(frame: pd.DataFrame, labels: list[str], canvas: Canvas) -> Drawing:
    figure = paired_bars(frame.rename(columns={"district": "name"}), "evaluations", "层级", labels, canvas)
    [axes] = figure.axes
    axes.set_xlabel("评价数（条）")
    format_thousands(axes.xaxis)
    return figure

"""How large are each district's public services in the city's public services, and in the district's evaluations?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from haochaping.core.labels import annex_words
from haochaping.present.chart_titles import chart_title
from haochaping.present.charts.chart import EMPTY, Chart, make_chart
from haochaping.present.charts.chart_parts import group_word, has_columns, paired_bars
from haochaping.present.charts.style import NARROW, WIDE, Canvas
from haochaping.present.html_fragment import Html

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

    from haochaping.checks.check_report import CheckReport
    from haochaping.figures.figure import Figures

_WORDS_WITHOUT_NUMBER = {"districts": "各单位表", "public_services": "本表"}


def chart_public_services(
    services: pd.DataFrame,
    districts: pd.DataFrame,
    figures: Figures | None = None,
    report: CheckReport | None = None,
) -> Chart | Html:
    """Public services: share of the city, and share of the district's own evaluations in annex 1.

    Parameters
    ----------
    services, districts : pandas.DataFrame
        Annex 5; annex 1, whose evaluations are the second base.
    figures, report : Figures, CheckReport, optional
        The quarter's named figures, from which the title is made; the checks, by which it is marked.
    """
    if not has_columns(services, "district", "evaluations"):
        return EMPTY
    rows = services.dropna(subset=["evaluations"])
    total = int(rows["evaluations"].sum()) if len(rows) else 0
    if total == 0:
        return EMPTY
    districts_annex, services_annex = (_annex(figures, name) for name in _WORDS_WITHOUT_NUMBER)
    word, services_word = (group_word(figures, key) for key in ("district", "public_services"))
    of_city, of_district = f"占全部{services_word}评价数", f"占本{word}评价数（{districts_annex}）"
    frame = _shares(rows, districts, total, (of_city, of_district))
    measures = [measure for measure in (of_city, of_district) if measure in frame]
    long = frame.melt("district", measures, var_name="占比", value_name="percent")
    values = [f"{r.district}{r.占比} {r.percent:.2f}%" for r in long.dropna().itertuples()]
    return make_chart(
        _draw(long, measures, WIDE),
        "chart-public",
        chart_title("chart-public", figures, report),
        f"两种占比，分母不同；{districts_annex}与{services_annex}范围的关系通报没有说明，第二种仅供参考",
        f"成对条形图。{'；'.join(values)}。",
        pd.DataFrame(
            {
                word: frame["district"],
                **{m: ["不适用" if np.isnan(v) else f"{v:.2f}%" for v in frame[m]] for m in measures},
            }
        ),
        _draw(long, measures, NARROW),
    )


def _annex(figures: Figures | None, table: str) -> str:
    """An annex by the number printed; without figures in words."""
    data = figures.data if figures else None
    return annex_words(data, table) if data else _WORDS_WITHOUT_NUMBER[table]


def _shares(
    rows: pd.DataFrame, districts: pd.DataFrame, total: int, headings: tuple[str, str]
) -> pd.DataFrame:
    """One row for each district with its percentages; of its own evaluations only where annex 1 has them."""
    of_city, of_district = headings
    evaluations = rows["evaluations"].astype(float)
    frame = pd.DataFrame({"district": rows["district"], of_city: evaluations / total * 100})
    own_evaluations = (
        districts.set_index("district")["evaluations"]
        if len(districts) and has_columns(districts, "district", "evaluations")
        else pd.Series(dtype="Int64")
    )
    base = rows["district"].map(own_evaluations).astype("float64")
    if base.gt(0).any():
        frame[of_district] = evaluations / base.where(base > 0) * 100
    return frame


def _draw(long: pd.DataFrame, measures: list[str], canvas: Canvas) -> Drawing:
    figure = paired_bars(long.rename(columns={"district": "name"}), "percent", "占比", measures, canvas)
    [axes] = figure.axes
    axes.set_xlabel("占比（%）")
    return figure

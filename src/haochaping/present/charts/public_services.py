"""How large are each district's public services in the city's public services, and in the district's evaluations?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from haochaping.core.labels import annex_words
from haochaping.present.chart_titles import chart_title
from haochaping.present.charts.chart import EMPTY, Chart, make_chart
from haochaping.present.charts.chart_parts import has_columns, paired_bars
from haochaping.present.charts.style import NARROW, WIDE, Canvas
from haochaping.present.html_fragment import Html

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

    from haochaping.checks.check_report import CheckReport
    from haochaping.figures.figure import Figures

_OF_CITY = "占全市公共服务评价数"
_WORDS_WITHOUT_NUMBER = {"districts": "区县表", "public_services": "公共服务表"}


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
    of_district = f"占本区县评价数（{districts_annex}）"
    frame = _shares(rows, districts, total, of_district)
    measures = [measure for measure in (_OF_CITY, of_district) if measure in frame]
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
                "区县": frame["district"],
                **{m: ["不适用" if np.isnan(v) else f"{v:.2f}%" for v in frame[m]] for m in measures},
            }
        ),
        _draw(long, measures, NARROW),
    )


def _annex(figures: Figures | None, table: str) -> str:
    """An annex by the number printed; without figures in words."""
    data = figures.data if figures else None
    return annex_words(data, table) if data else _WORDS_WITHOUT_NUMBER[table]


def _shares(rows: pd.DataFrame, districts: pd.DataFrame, total: int, of_district: str) -> pd.DataFrame:
    """One row for each district with its percentages; of its own evaluations only where annex 1 has them."""
    evaluations = rows["evaluations"].astype(float)
    frame = pd.DataFrame({"district": rows["district"], _OF_CITY: evaluations / total * 100})
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

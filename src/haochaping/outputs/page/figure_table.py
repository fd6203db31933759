"""The table of figures (数字表): every number of the page with formula, source, doubts and the places where it is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from haochaping.checks.check_report import CheckReport
from haochaping.figures.figure import Figures
from haochaping.present.chart_titles import SERIES_SECTION, chart_titles, charts_of, series_chart_id
from haochaping.present.doubts import Doubts
from haochaping.present.html_fragment import Html, single_tab_stop, text
from haochaping.present.html_table import frame_table, matter_links
from haochaping.present.key_figures import key_figure_names
from haochaping.present.phrase import number_names
from haochaping.present.sentences import KEY_FIGURES, compose, page_sections

_NOTE = (
    "区间为 95% 置信区间（威尔逊法，两期之差用纽科姆法）：只反映偶然波动，不反映口径、{gathering}的差错。"
    "比率四舍五入到两位小数，会成为不实的 100% 或 0% 的多留小数；语句中以万、亿计的保留两位小数。"
    "存疑：“数据核对”中尚未解决、可能使该数有明显变动的各项。"
)


@dataclass(frozen=True)
class CellLink:
    """Where a figure is shown: in words, and the id of what shows it."""

    label: str
    anchor: str


def figure_table(figures: Figures, report: CheckReport) -> Html:
    """A table with one row for each figure that the page shows, or that a shown figure is computed from.

    Parameters
    ----------
    figures : Figures
        The quarter's named figures.
    report : CheckReport
        The checks: the open matters that could change a figure are listed with it.
    """
    places, doubts = shown_places(figures, report), Doubts(figures, report)
    names = listed_figure_names(figures, places)
    rows = figures.frame().set_index("名称").loc[names]
    places_html = [
        single_tab_stop(_places_html(name, figures, names, places) + _doubts_html(doubts, name))
        for name in names
    ]
    rows["见于"] = pd.Series(places_html, names, dtype=object)
    return frame_table(
        rows[["指标", "数值", "单位", "区间", "算法", "来源", "取整", "见于"]],
        "语句、首页和图题所用数字的算法和来源",
        "table-figures",
        row_ids=[f"figure-{name}" for name in names],
        note=_NOTE.format(gathering="归集" if figures.words["gathers"] else "填报"),
    )


def shown_places(figures: Figures, report: CheckReport) -> dict[str, list[CellLink]]:
    """For each figure name the places of the page that show it, in the order of the page."""
    found: dict[str, list[CellLink]] = {}
    for name, place in _places(figures, report):
        if place not in found.setdefault(name, []):
            found[name].append(place)
    return found


def listed_figure_names(figures: Figures, places: Mapping[str, Sequence[CellLink]]) -> list[str]:
    """Names of the figures in the table: those shown at `places`, and what they are computed from."""
    needed: set[str] = set()
    pending = [name for name in places if name in figures]
    while pending:
        name = pending.pop()
        if name not in needed:
            needed.add(name)
            pending += [operand for operand in figures[name].of if operand in figures]
    return [name for name in figures if name in needed]


def _places(figures: Figures, report: CheckReport) -> Iterator[tuple[str, CellLink]]:
    for name in key_figure_names(figures):
        yield name, CellLink("首页", "head")
    for sentence in compose(KEY_FIGURES, figures, report):
        for name in number_names(sentence.parts):
            yield name, CellLink("首页", "head")
    titles = chart_titles(figures)
    sections = page_sections(figures.data.declaration) if figures.data else {}
    for section, heading in sections.items():
        for sentence in compose(section, figures, report):
            for name in number_names(sentence.parts):
                yield name, CellLink(f"{heading}第 {sentence.position} 句", sentence.id)
        if section == SERIES_SECTION:
            for name in figures.words.get("series", ()):
                yield name, CellLink(f"{heading}图题", series_chart_id(name))
        charts = [chart for chart, of_section in charts_of(figures).items() if of_section == section]
        for number, chart in enumerate(charts, start=1):
            which = f"第 {number} 幅" if len(charts) > 1 else ""
            for name in number_names(titles.get(chart, ())):
                yield name, CellLink(f"{heading}{which}图题", chart)


def _places_html(
    name: str, figures: Figures, names: Sequence[str], places: Mapping[str, Sequence[CellLink]]
) -> Html:
    """Links to every place that shows a figure; of a figure shown nowhere, the figures computed from it."""
    if shown := places.get(name):
        return Html("、".join(f'<a href="#{place.anchor}">{text(place.label)}</a>' for place in shown))
    uses = [use for use in names if name in figures[use].of]
    links = "、".join(f'<a href="#figure-{use}">{text(figures[use].label)}</a>' for use in uses)
    return Html(f"不单独列出，用于计算{links}")


def _doubts_html(doubts: Doubts, name: str) -> str:
    """Links to the open matters that could change a figure; blank without any."""
    numbers = doubts.matters_of_figure(name)
    return f"<br>存疑：第 {matter_links(numbers)} 项" if numbers else ""

"""The index as one self-contained HTML page, in the look of the briefing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, product
from pathlib import Path
from urllib.parse import quote

from haochaping.checks.verdict import Verdict
from haochaping.core.errors import InputRefused
from haochaping.core.labels import SEVERITIES
from haochaping.core.paths import Locations, quarters_in
from haochaping.core.period import KINDS, QUARTER, Period
from haochaping.figures.figure import PERCENT, Figure, Figures
from haochaping.figures.one_quarter import figures_of_one_quarter
from haochaping.figures.series import series
from haochaping.outputs.page.convert import TEMPLATE, policy, with_font
from haochaping.outputs.page.decision import VERDICT_CLASS
from haochaping.outputs.published.file_names import PAGE
from haochaping.outputs.published.published_quarters import PublishedQuarter
from haochaping.outputs.published.run_summary import KeyFigure
from haochaping.outputs.published.shelf import Item
from haochaping.present.charts.chart import EMPTY
from haochaping.present.charts.series_charts import series_chart, side_by_side
from haochaping.present.html_fragment import Html, text
from haochaping.present.key_figures import all_key_figures
from haochaping.reference.reference import load_reference
from haochaping.store.tidy_tables import read_tidy

FEWEST_QUARTERS_DRAWN = 2
_CHANGES = {"before": "环比", "year": "同比"}
TidyFigures = Mapping[Period, Mapping[str, Figure]]


@dataclass(frozen=True)
class CardFigure:
    """A key figure as its card shows it; the label has the unit."""

    label: str
    text: str
    changes: Sequence[str]


@dataclass(frozen=True)
class Link:
    """A link to a file or folder of the quarter."""

    href: str
    label: str
    remark: str


@dataclass(frozen=True)
class Card:
    """What the index shows of one quarter."""

    quarter: Period
    page: str
    verdict: str
    kind: str
    simulated: bool
    matters: str
    figures: Sequence[CardFigure]
    remarks: Sequence[str]
    shelf: Sequence[tuple[str, Sequence[Link]]]
    written: str


def index_html(
    locations: Locations,
    published: Sequence[PublishedQuarter],
    key: str,
    report_progress: Callable[[str], None],
) -> str:
    """The index page as HTML: same quarters, same tidy tables, same bytes.

    Parameters
    ----------
    locations : Locations
        Where the tidy tables and the city's reference lists are.
    published : sequence of Published
        Newest first.
    key : str
        Hash of everything the page depends on.
    report_progress : callable
        Called with a line for each quarter whose tidy tables cannot be read.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    tidy, simulated = _tidy_figures(locations, report_progress)
    simulated |= {entry.quarter for entry in published if entry.summary.simulated}
    environment = Environment(
        loader=FileSystemLoader([Path(__file__).parent / "template", TEMPLATE]),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters["shown"] = text
    charts = _charts(published, tidy)
    body = environment.get_template("index.html.j2").render(
        title=f"{load_reference(locations.reference).declaration.subject}简报目录",
        key=key,
        policy=policy(),
        facts=_facts(published),
        cards=[_card(entry, tidy.get(entry.quarter, {})) for entry in published],
        charts=charts,
        series_remarks=_series_remarks(published, tidy, simulated, bool(charts)),
    )
    return with_font(body).html


def _facts(published: Sequence[PublishedQuarter]) -> list[tuple[str, str]]:
    newest, oldest = published[0].quarter.label, published[-1].quarter.label
    span = newest if newest == oldest else f"{oldest} 至 {newest}"
    last = max(entry.summary.written for entry in published)
    return [
        ("已生成", _counted([entry.quarter for entry in published])),
        ("时间", span),
        *([("最近一次生成", last)] if last else []),
    ]


def _counted(periods: Sequence[Period]) -> str:
    """How many periods of each kind: ``4 个季度、12 个月``."""
    of_kinds = [[period for period in periods if period.kind == kind] for kind in KINDS]
    return "、".join(f"{len(group)} {group[0].counted}" for group in of_kinds if group)


# --- cards ------------------------------------------------------------------------------------------


def _card(published_quarter: PublishedQuarter, tidy: Mapping[str, Figure]) -> Card:
    summary = published_quarter.summary
    counts = "、".join(f"{SEVERITIES[name]} {count} 项" for name, count in summary.matters.items())
    return Card(
        published_quarter.quarter,
        _relative_url(published_quarter.quarter, PAGE),
        summary.verdict,
        VERDICT_CLASS[verdict] if (verdict := Verdict.of_words(summary.verdict)) else "",
        summary.simulated,
        counts + summary.answered,
        [_card_figure(figure) for figure in summary.figures.values()],
        _remarks(published_quarter, tidy),
        [
            (group, [_link(published_quarter.quarter, item) for item in items])
            for group, items in groupby(published_quarter.items, lambda item: item.group)
        ],
        summary.written,
    )


def _card_figure(figure: KeyFigure) -> CardFigure:
    changes = [
        f"{label} {figure.changes[name]}" for name, label in _CHANGES.items() if name in figure.changes
    ]
    unit = figure.unit.removeprefix(PERCENT)
    return CardFigure(f"{figure.label}（{unit}）" if unit else figure.label, figure.text, changes)


def _link(quarter: Period, item: Item) -> Link:
    return Link(_relative_url(quarter, item.path), item.label, item.remark)


def _relative_url(quarter: Period, path: str) -> str:
    return quote(f"{quarter}/{path}")


def _remarks(published_quarter: PublishedQuarter, tidy: Mapping[str, Figure]) -> list[str]:
    """Remarks on a card's figures: corrected, missing, or no longer what the tidy tables hold."""
    figures = published_quarter.summary.figures
    rerun_hint = f"请重新运行 make quarter Q={published_quarter.quarter}。"
    if not figures and not published_quarter.summary.matters:
        return [f"由以前的版本生成，没有留下关键数；{rerun_hint}"]
    if not figures:
        return ["资料不全，没有关键数。"]
    corrected = [figure.label for figure in figures.values() if figure.corrected]
    remarks = [f"{'、'.join(corrected)}含更正后的数。"] if corrected else []
    if not any(figure.changes for figure in figures.values()):
        remarks.append(f"没有可比的{published_quarter.quarter.before}和上年同期数据，不列环比、同比。")
    changed = [
        f"{figure.label} {tidy[name].text}"
        for name, figure in figures.items()
        if name in tidy and tidy[name].value != figure.value
    ]
    if changed:
        remarks.append(f"这份简报生成之后，data/tidy 中的数有改动（{'、'.join(changed)}）；{rerun_hint}")
    return remarks


# --- the back series ----------------------------------------------------------------------------------


def _tidy_figures(
    locations: Locations, report_progress: Callable[[str], None]
) -> tuple[dict[Period, dict[str, Figure]], set[Period]]:
    """The key figures of every quarter that has tidy tables, and which of the quarters are simulated."""
    reference = load_reference(locations.reference)
    found, simulated = {}, set()
    for quarter in quarters_in(locations.data / "tidy"):
        try:
            data = read_tidy(locations.tidy(quarter), quarter, reference)
            builder = figures_of_one_quarter(data, reference)
            all_figures = Figures(builder.figures, builder.words)
        except InputRefused as refusal:
            report_progress(f"各期走势没有用 {quarter.label}的数：{refusal.message}")
            continue
        names = [name for _, name, _ in all_key_figures(all_figures)]
        found[quarter] = {name: all_figures[name] for name in names}
        if data.is_simulated:
            simulated.add(quarter)
    return found, simulated


def _charts(published: Sequence[PublishedQuarter], tidy: TidyFigures) -> Html:
    """One small chart for each key figure and kind of period that two periods or more have."""
    chart_html: list[str] = []
    units = {name: figure.unit for entry in published for name, figure in entry.summary.figures.items()}
    units |= {name: figure.unit for figures in tidy.values() for name, figure in figures.items()}
    for kind, name in product(KINDS, units):
        values = _values_by_quarter(name, published, tidy)
        of_kind = {quarter: figure for quarter, figure in values.items() if quarter.kind == kind}
        back_series = series(name, units[name], of_kind)
        if len(back_series.known) < FEWEST_QUARTERS_DRAWN:
            continue
        if not chart_html:
            import matplotlib as mpl

            mpl.use("agg")  # no window, whatever the system would open
        suffix = "" if kind == QUARTER else f"-{kind}"
        chart_html.append(series_chart(back_series, id_suffix=suffix).html)
    return side_by_side(chart_html) if chart_html else EMPTY


def _values_by_quarter(
    name: str, published: Sequence[PublishedQuarter], tidy: TidyFigures
) -> dict[Period, Figure | None]:
    """A figure by quarter: from the tidy tables, or as published for a quarter without them."""
    published_values = {entry.quarter: entry.summary.figures.get(name) for entry in published}
    from_manifests = {
        quarter: Figure(name, figure.label, figure.value, figure.unit, "", "")
        for quarter, figure in published_values.items()
        if figure is not None
    }
    return {**from_manifests, **{quarter: figures.get(name) for quarter, figures in tidy.items()}}


def _series_remarks(
    published: Sequence[PublishedQuarter], tidy: TidyFigures, simulated: set[Period], has_charts: bool
) -> list[str]:
    published_set = {entry.quarter for entry in published}
    simulated_remarks = _simulated_remarks(simulated, published_set | set(tidy))
    shown = published_set | set(tidy)
    if not has_charts:
        return [
            *simulated_remarks,
            "关键数只有一期有，还不能成图；有两期后画图，有五期后计算控制限。",
        ]
    kinds = "、".join(dict.fromkeys(quarter.name for quarter in sorted(shown)))
    remarks = [
        *simulated_remarks,
        f"横轴为{kinds}。红点为变化信号：超出控制限，或连续同向、偏于一侧，不像是偶然波动，原因要由人查。"
        "控制限只说明通常波动的范围，不是考核标准。",
    ]
    if without_briefing := [quarter for quarter in tidy if quarter not in published_set]:
        names = "、".join(dict.fromkeys(quarter.name for quarter in without_briefing))
        remarks.append(f"图中还有 {len(without_briefing)} 个没有简报的{names}，数取自 data/tidy。")
    return remarks


def _simulated_remarks(simulated: set[Period], quarters: set[Period]) -> list[str]:
    """The remark that all or some quarters are simulated; none where all are real."""
    if not simulated:
        return []
    if simulated >= quarters:
        return ["全部为模拟数据，不是实际情况。"]
    named = "、".join(quarter.label for quarter in sorted(simulated))
    return [f"其中 {_counted(sorted(simulated))}为模拟数据：{named}。"]

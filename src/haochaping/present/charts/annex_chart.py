"""One fitting chart for any annex, by kind: bars of a rate, of a count, of the parts of a sum, of several columns, or a heat map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from haochaping.cleaning.number_format import number
from haochaping.figures.annex_part import AnnexPart, annex_parts
from haochaping.figures.general_figures import heading_of
from haochaping.present.chart_titles import annex_chart_id, chart_title
from haochaping.present.charts.active_rate import (
    draw_rate_bars,
    rates_in_words,
    remark_on_bars,
    usual_rate,
)
from haochaping.present.charts.chart import EMPTY, Chart, make_chart
from haochaping.present.charts.chart_parts import (
    counts,
    draw_count_bars,
    format_thousands,
    kind_colours,
    legend_above,
    paired_bars,
    percent,
)
from haochaping.present.charts.doubtful_units import doubtful_cells, doubtful_rows
from haochaping.present.charts.matrix import draw_heat_map, matrix_data, narrow_heat_map, remark_on_cells
from haochaping.present.charts.style import NARROW, WIDE, Canvas
from haochaping.present.html_fragment import Html, stack

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

    from haochaping.checks.check_report import CheckReport
    from haochaping.core.declaration import Measure
    from haochaping.figures.figure import Figures

MOST_UNITS = 40
"""Most units in one chart: the largest."""


def chart_annex(rows: pd.DataFrame, annex: str, figures: Figures, report: CheckReport | None = None) -> Html:
    """The charts of an annex, one for each group of its rows; blank where nothing is to be drawn.

    Parameters
    ----------
    rows : pandas.DataFrame
        The annex's frame, or some of its rows.
    annex : str
        Its name.
    figures, report : Figures, CheckReport
        The period's named figures, which say what chart fits and give its title; the checks, by which it is marked.
    """
    data = figures.data
    if data is None or annex not in data.declaration.annexes:
        return EMPTY
    words = {part["prefix"]: part for part in figures.words.get("parts", {}).get(annex, ())}
    charts = []
    for part in annex_parts(data, data.declaration.annexes[annex], rows):
        drawn = _PartChart(part, words.get(part.prefix, {}), figures, report).chart()
        charts += [drawn.html] if drawn else []
    return stack(*charts)


class _PartChart:
    """The chart of one part of an annex."""

    def __init__(
        self, part: AnnexPart, words: Mapping[str, Any], figures: Figures, report: CheckReport | None
    ):
        self.part, self.words, self.figures, self.report = part, words, figures, report
        self.names = part.rows[part.spec.row_key].astype(str)
        self.main = part.main_count

    def chart(self) -> Chart | None:
        """The chart that fits; None where there is nothing to draw."""
        if self.main is None or not self.words.get("chart"):
            return None
        draw = {
            "rate": self._rates,
            "composition": self._composition,
            "count": self._counts,
            "columns": self._columns,
            "matrix": self._matrix,
        }[self.words["chart"]]
        return draw(self.main)

    def _make(
        self, wide: Drawing, subtitle: str, alt: str, data: pd.DataFrame, narrow: Drawing | None
    ) -> Chart:
        chart_id = annex_chart_id(self.part.prefix)
        title = chart_title(chart_id, self.figures, self.report)
        return make_chart(wide, chart_id, title, subtitle, alt, data, narrow)

    def _largest(self, frame: pd.DataFrame, size: str) -> tuple[pd.DataFrame, str]:
        """The rows to draw, largest first, and a remark where some are left out."""
        ordered = frame.sort_values(size, ascending=False, kind="stable")
        remark = f"；只画最大的 {MOST_UNITS} 个" if len(ordered) > MOST_UNITS else ""
        return ordered.head(MOST_UNITS), remark

    def _rates(self, main: Measure) -> Chart | None:
        word, small = self.part.group.word, float(self.figures.words["small"])
        rates = {r.name: r for r in self.part.rates(self.figures.data.declaration)}  # type: ignore[union-attr]
        words = next(r for r in self.words["rates"] if r.get("has_spread"))
        rate = rates.get(words["name"].removeprefix(f"{self.part.prefix}_"))
        if rate is None:
            return None
        of_rows = self.part.rate_of_rows(rate).astype("float64")
        frame = of_rows.rename(columns={"n": "base"}).assign(name=self.names)
        frame, remark = self._largest(frame.dropna(), "base")
        if frame.empty or not frame["base"].sum() > 0:
            return None
        frame = frame.sort_values("rate", ascending=False, kind="stable")
        measures = [name for _, name in (*rate.numerator, *rate.denominator)]
        frame["is_doubtful"] = frame["name"].isin(doubtful_rows(self.report, self.part.spec.name, measures))
        median = usual_rate(of_rows.rename(columns={"n": "base"}).dropna(), small)
        hollow = f"；空心：{words['denominator']}不足 {small:g}" if (frame["base"] < small).any() else ""
        subtitle = (
            f"各{word}{words['heading']}{_in_brackets(words['numerator'], words['denominator'])}，由高到低"
            f"{hollow}{remark_on_bars(frame, median)}{remark}"
        )
        return self._make(
            draw_rate_bars(frame, median, small, WIDE),
            subtitle,
            f"条形图。{rates_in_words(frame, median)}",
            pd.DataFrame(
                {
                    word: frame["name"],
                    words["denominator"]: counts(frame["base"]),
                    words["numerator"]: counts(frame["k"]),
                    words["heading"]: [percent(value) for value in frame["rate"]],
                }
            ),
            draw_rate_bars(frame, median, small, NARROW),
        )

    def _counts(self, main: Measure) -> Chart | None:
        frame = pd.DataFrame({"name": self.names, "value": self.part.rows[main.name].astype("float64")})
        frame, remark = self._largest(frame.dropna(), "value")
        heading = _with_unit(main)
        named = "，".join(f"{r.name} {number(int(r.value))}" for r in frame.itertuples(index=False))
        return self._make(
            draw_count_bars(frame, heading, WIDE),
            f"各{self.part.group.word}{heading}{remark}",
            f"条形图。依次为：{named}。",
            pd.DataFrame({self.part.group.word: frame["name"], heading: counts(frame["value"])}),
            draw_count_bars(frame, heading, NARROW),
        )

    def _composition(self, main: Measure) -> Chart | None:
        composition = self.words["compositions"][0]
        names = [item["name"].removeprefix(f"{self.part.prefix}_") for item in composition["items"]]
        headings = [item["heading"] for item in composition["items"]]
        frame = self.part.rows[names].astype("float64").set_axis(headings, axis=1)
        frame = frame.assign(name=self.names, whole=frame.sum(axis=1, skipna=False)).dropna()
        frame, remark = self._largest(frame[frame["whole"] > 0], "whole")
        if frame.empty:
            return None
        shares = frame[headings].div(frame["whole"], axis=0)
        named = "；".join(
            f"{name}：" + "、".join(f"{h} {percent(row[h])}" for h in headings)
            for name, (_, row) in zip(frame["name"], shares.iterrows(), strict=True)
        )
        return self._make(
            _draw_shares(frame["name"], shares, WIDE),
            f"各{self.part.group.word}{composition['heading']}的构成（占各项之和），由大到小{remark}",
            f"堆叠条形图。{named}。",
            pd.DataFrame({self.part.group.word: frame["name"], **{h: counts(frame[h]) for h in headings}}),
            _draw_shares(frame["name"], shares, NARROW),
        )

    def _columns(self, main: Measure) -> Chart | None:
        columns = self.part.spec.columns_by
        assert columns is not None
        rows = self.part.rows.dropna(subset=[main.name])
        if rows.empty:
            return None
        frame = pd.DataFrame(
            {
                "name": rows[self.part.spec.row_key],
                columns.word: rows[columns.key].map(columns.word_of),
                "value": rows[main.name].astype("float64"),
            }
        )
        sizes = frame.groupby("name", sort=False)["value"].sum().sort_values(ascending=False, kind="stable")
        remark = f"；只画最大的 {MOST_UNITS} 个" if len(sizes) > MOST_UNITS else ""
        frame = frame[frame["name"].isin(sizes.head(MOST_UNITS).index)]
        kinds = [member.word for member in columns.members if (frame[columns.word] == member.word).any()]
        heading = _with_unit(main)
        named = "；".join(
            f"{name}{kind} {number(int(value))}" for name, kind, value in frame.itertuples(index=False)
        )
        return self._make(
            _draw_columns(frame, columns.word, kinds, heading, WIDE),
            f"各{self.part.group.word}{'、'.join(kinds)}{heading}{remark}",
            f"成组条形图。{named}。",
            pd.DataFrame(
                {
                    self.part.group.word: frame["name"],
                    columns.word: frame[columns.word],
                    heading: counts(frame["value"]),
                }
            ),
            _draw_columns(frame, columns.word, kinds, heading, NARROW),
        )

    def _matrix(self, main: Measure) -> Chart | None:
        columns, key = self.part.spec.columns_by, self.part.spec.row_key
        assert columns is not None
        rows = self.part.rows
        wide = rows.pivot_table(index=key, columns=columns.key, values=main.name, aggfunc="first", sort=False)
        wide = wide.reindex(index=dict.fromkeys(rows[key]), columns=dict.fromkeys(rows[columns.key]))
        wide = wide.astype("float64")
        if not wide.max().max() > 0:
            return None
        heading = _with_unit(main)
        doubtful = {
            (cell.row, cell.member)
            for cell in doubtful_cells(self.report)
            if cell.table == self.part.spec.name and cell.column == main.name
        }
        return self._make(
            draw_heat_map(wide, f"{heading}，对数刻度", doubtful),
            f"{self.part.title}{heading}，颜色为对数刻度{remark_on_cells(wide, doubtful)}",
            f"热力图，{wide.shape[0]} 行、{wide.shape[1]} 列。各数见图中数据。",
            matrix_data(wide, self.part.group.word),
            narrow_heat_map(wide, heading, doubtful),
        )


def _in_brackets(numerator: str, denominator: str) -> str:
    """How a rate is computed, in one pair of brackets at most: （投票数 ÷ 办件数）."""
    formula = f"{numerator} ÷ {denominator}"
    return f"，即{formula}" if "（" in formula else f"（{formula}）"


def _with_unit(measure: Measure) -> str:
    return heading_of(measure) + (f"（{measure.unit}）" if measure.unit else "")


def _draw_shares(names: pd.Series, shares: pd.DataFrame, canvas: Canvas) -> Drawing:
    figure, axes = canvas.subplots(canvas.rows(1.55, len(shares)) + 1.1)
    left = pd.Series(0.0, shares.index)
    places = range(len(shares))
    for heading, colour in zip(shares.columns, kind_colours(shares.shape[1]), strict=True):
        axes.barh(places, shares[heading] * 100, left=left * 100, color=[colour], height=0.66, label=heading)
        left = left + shares[heading]
    axes.set(xlim=(0, 100), ylim=(len(shares) - 0.5, -0.5), xlabel="占比（%）")
    axes.set_yticks(list(places), names)
    columns = max(1, int(canvas.width * 72 * 0.8 / (max(map(len, shares.columns)) + 4) / canvas.text))
    legend_above(axes, columns)
    return figure


def _draw_columns(frame: pd.DataFrame, kind: str, kinds: list[str], heading: str, canvas: Canvas) -> Drawing:
    figure = paired_bars(frame, "value", kind, kinds, canvas)
    [axes] = figure.axes
    axes.set_xlabel(heading)
    format_thousands(axes.xaxis)
    return figure

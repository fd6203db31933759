"""Charts, each answering one question; drawn with seaborn, titled with what they show."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from haochaping.briefing.html import Html, text
from haochaping.briefing.style import BLUE, GREY, INK, PALE, QUIET, RED, use_style
from haochaping.briefing.tables import frame_table
from haochaping.labels import TIER_LABELS
from haochaping.numbers import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

EMPTY = Html("")


@dataclass(frozen=True)
class Chart:
    """A drawing with what it says: title (the finding), subtitle (measure and unit), alternative text, data."""

    id: str
    title: str
    subtitle: str
    alt: str
    svg: str
    data: pd.DataFrame

    def _repr_html_(self) -> str:
        table = frame_table(self.data, f"图中数据：{self.subtitle}", f"data-{self.id}")
        return (
            f'<figure class="chart" id="{self.id}"><figcaption><strong>{text(self.title)}</strong>'
            f"<span>{text(self.subtitle)}</span></figcaption>"
            f'<div class="drawing" role="img" aria-label="{text(self.alt)}">{self.svg}</div>'
            f'<details class="chart-data"><summary>图中数据</summary>{table}</details></figure>'
        )


def _chart(figure: Drawing, chart_id: str, title: str, subtitle: str, alt: str, data: pd.DataFrame) -> Chart:
    return Chart(chart_id, title, subtitle, alt, _svg(figure, chart_id), data)


def _svg(figure: Drawing, chart_id: str) -> str:
    """The drawing as inline SVG: same drawing, same bytes; ids carry the chart's own prefix."""
    import matplotlib.pyplot as plt

    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="', f'id="{chart_id}-', svg)
    svg = re.sub(r"url\(#", f"url(#{chart_id}-", svg)
    svg = re.sub(r'xlink:href="#', f'xlink:href="#{chart_id}-', svg)
    svg = re.sub(
        r'<svg [^>]*?viewBox="([^"]+)"[^>]*>',
        r'<svg viewBox="\1" xmlns="http://www.w3.org/2000/svg" '
        r'xmlns:xlink="http://www.w3.org/1999/xlink" aria-hidden="true" focusable="false">',
        svg,
        count=1,
    )
    return re.sub(r"\s*\n\s*", "\n", svg)


def _subplots(height: float, width: float = 7.6, **options: Any) -> tuple[Drawing, Any]:
    import matplotlib.pyplot as plt

    use_style()
    return plt.subplots(figsize=(width, height), **options)


def _percent_text(value: float) -> str:
    return f"{value * 100:.2f}%"


def chart_active_rate(districts: pd.DataFrame) -> Chart | Html:
    """Districts by active-evaluation rate, with the rate of all districts as a line."""
    rows = districts.dropna(subset=["active_rate"])
    if rows.empty:
        return EMPTY
    import seaborn as sns

    rows = rows.sort_values("active_rate", ascending=False, kind="stable")
    overall = float(rows["active_evaluations"].sum() / rows["evaluations"].sum())
    widest = float(rows["active_rate"].max())
    figure, axes = _subplots(0.32 * len(rows) + 1.0)
    sns.barplot(data=rows, x="active_rate", y="district", color=GREY, ax=axes, width=0.66)
    for bar, rate in zip(axes.patches, rows["active_rate"], strict=True):
        if rate > overall:
            bar.set_facecolor(BLUE)
        axes.annotate(
            _percent_text(rate),
            (max(rate, overall if rate + 0.08 * widest > overall else 0), bar.get_y() + bar.get_height() / 2),
            (4, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
        )
    axes.axvline(overall, color=RED, linewidth=1)
    axes.annotate(
        f"各区县合计 {_percent_text(overall)}",
        (overall, 1),
        (3, 3),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        color=RED,
        fontsize=9,
    )
    axes.set(xlabel="", ylabel="", xlim=(0, widest * 1.12 or 1))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value * 100:.0f}%")
    highest, lowest = rows.iloc[0], rows.iloc[-1]
    table = pd.DataFrame(
        {
            "区县": rows["district"],
            "评价数（条）": [number(int(v)) for v in rows["evaluations"]],
            "主动评价数（条）": [number(int(v)) for v in rows["active_evaluations"]],
            "主动评价率": [_percent_text(v) for v in rows["active_rate"]],
        }
    )
    above = int((rows["active_rate"] > overall).sum())
    return _chart(
        figure,
        "chart-active-rate",
        f"{highest['district']}主动评价率 {_percent_text(highest['active_rate'])}，"
        f"{lowest['district']} {_percent_text(lowest['active_rate'])}",
        "各区县主动评价率（主动评价数 ÷ 评价数），由高到低",
        f"条形图。{len(rows)} 个区县中 {above} 个高于合计 {_percent_text(overall)}。依次为："
        + "，".join(
            f"{d} {_percent_text(r)}" for d, r in zip(rows["district"], rows["active_rate"], strict=True)
        )
        + "。",
        table,
    )


def chart_volume_and_active_rate(districts: pd.DataFrame) -> Chart | Html:
    """Districts: volume against active rate, so that size and quality are seen together."""
    rows = districts.dropna(subset=["active_rate", "cases"])
    rows = rows[rows["cases"] > 0]
    if len(rows) < 2:
        return EMPTY
    import seaborn as sns

    points = pd.DataFrame(
        {
            "cases": rows["cases"].astype(float),
            "rate": rows["active_rate"] * 100,
            "district": rows["district"],
        }
    )
    figure, axes = _subplots(3.9)
    sns.scatterplot(data=points, x="cases", y="rate", color=BLUE, s=46, ax=axes, linewidth=0)
    axes.set_xscale("log")
    axes.set(xlabel="办件数（件，对数刻度）", ylabel="主动评价率（%）")
    axes.margins(x=0.14, y=0.14)
    axes.set_ylim(bottom=-0.08 * float(points["rate"].max() or 1))
    axes.xaxis.set_major_formatter(lambda value, _: number(int(value)))
    axes.grid(axis="y")
    _label_points(axes, points)
    largest = points.sort_values("cases").iloc[-1]
    return _chart(
        figure,
        "chart-volume",
        f"办件最多的{largest['district']}，主动评价率 {largest['rate']:.2f}%",
        "各区县办件数与主动评价率",
        "散点图。"
        + "；".join(
            f"{p.district}办件 {number(int(p.cases))}、主动评价率 {p.rate:.2f}%" for p in points.itertuples()
        )
        + "。",
        pd.DataFrame(
            {
                "区县": points["district"],
                "办件数（件）": [number(int(v)) for v in points["cases"]],
                "主动评价率": [f"{v:.2f}%" for v in points["rate"]],
            }
        ),
    )


def _label_points(axes: Any, points: pd.DataFrame) -> None:
    """Names beside points, each in the first place around its point that covers no point and no other name."""
    axes.figure.canvas.draw()
    spots = axes.transData.transform(points[["cases", "rate"]].to_numpy(dtype=float))
    taken: list[Any] = []
    for i, point in enumerate(points.to_dict("records")):
        for dx, dy, align in _AROUND:
            label = axes.annotate(
                point["district"],
                (point["cases"], point["rate"]),
                (dx, dy),
                textcoords="offset points",
                ha=align,
                va="center",
                fontsize=9,
                color=INK,
                arrowprops={"arrowstyle": "-", "color": PALE} if max(abs(dx), abs(dy)) > 12 else None,
            )
            box = label.get_window_extent()
            covers = any(box.overlaps(other) for other in taken) or any(
                box.padded(3).contains(*spot) for j, spot in enumerate(spots) if j != i
            )
            if not covers or (dx, dy, align) == _AROUND[-1]:
                taken.append(box)
                break
            label.remove()


_AROUND = [
    (dx, dy, align)
    for reach in (0, 12, 24, 36)
    for dx, dy, align in (
        (7, reach, "left"),
        (-7, reach, "right"),
        (0, 11 + reach, "center"),
        (0, -11 - reach, "center"),
        (7, -reach, "left"),
        (-7, -reach, "right"),
    )
]
"""Places for a name around its point, nearest first."""


def chart_departments(departments: pd.DataFrame, small: float) -> Chart | Html:
    """City departments: cases on a log scale, active rate beside; hollow where the base is small.

    `small` is the city's threshold for a small denominator.
    """
    rows = departments.dropna(subset=["cases"])
    rows = rows[rows["cases"] > 0].sort_values("cases", ascending=False, kind="stable")
    if rows.empty:
        return EMPTY
    import seaborn as sns

    frame = pd.DataFrame(
        {
            "department": rows["department"],
            "cases": rows["cases"].astype(float),
            "rate": rows["active_rate"] * 100,
            "base": rows["evaluations"].astype(float),
        }
    )
    figure, (left, right) = _subplots(
        0.245 * len(frame) + 1.1, 8.4, ncols=2, sharey=True, width_ratios=[3, 2]
    )
    sns.scatterplot(data=frame, x="cases", y="department", color=BLUE, s=34, ax=left, linewidth=0)
    left.set_ylim(len(frame) - 0.4, -0.6)
    left.hlines(frame["department"], 1, frame["cases"], color=PALE, linewidth=1.2, zorder=0)
    left.set_xscale("log")
    left.xaxis.set_major_formatter(lambda value, _: number(int(value)))
    left.set(xlabel="办件数（件，对数刻度）", ylabel="")
    known = frame.dropna(subset=["rate"])
    for hollow, part in known.groupby(known["base"] < small):
        right.scatter(
            part["rate"],
            part["department"],
            s=34,
            edgecolor=BLUE,
            linewidth=1.2,
            facecolor="white" if hollow else BLUE,
            zorder=3,
        )
    right.set(xlabel="主动评价率（%）", xlim=(-4, 104))
    right.grid(axis="x")
    left.grid(axis="x")
    silent = int((rows["active_evaluations"] == 0).sum())
    largest = frame.iloc[0]
    return _chart(
        figure,
        "chart-departments",
        f"{largest['department']}办件最多" + (f"；{silent} 个有办件的部门主动评价为零" if silent else ""),
        f"市直部门办件数与主动评价率（列出办件数大于零的部门；空心点：评价数不足 {small:g} 条）",
        "点图，两栏。"
        + "；".join(
            f"{p.department}办件 {number(int(p.cases))}"
            + ("" if np.isnan(p.rate) else f"、主动评价率 {p.rate:.2f}%")
            for p in frame.itertuples()
        )
        + "。",
        pd.DataFrame(
            {
                "部门": frame["department"],
                "办件数（件）": [number(int(v)) for v in frame["cases"]],
                "主动评价率": ["未列出" if np.isnan(v) else f"{v:.2f}%" for v in frame["rate"]],
                "备注": ["基数小" if v < small else "" for v in frame["base"]],
            }
        ),
    )


def chart_matrix(cells: pd.DataFrame) -> Chart | Html:
    """Department × district: evaluations on a log colour scale; zero and unreported told apart."""
    if cells.empty:
        return EMPTY
    import seaborn as sns
    from matplotlib.colors import LogNorm

    wide = cells.pivot(index="department", columns="district", values="evaluations")
    wide = wide.loc[
        list(dict.fromkeys(cells["department"])),
        list(dict.fromkeys(cells["district"])),
    ].astype("float64")
    top = float(wide.max().max())
    if not top > 0:
        return EMPTY
    figure, axes = _subplots(0.27 * len(wide) + 1.0, max(7.6, 0.62 * wide.shape[1] + 2.2))
    sns.heatmap(
        wide.where(wide > 0),
        norm=LogNorm(1, max(top, 10)),
        cmap="Blues",
        ax=axes,
        linewidths=0.6,
        linecolor="white",
        cbar_kws={"label": "评价数（条，对数刻度）", "shrink": 0.6, "aspect": 30},
    )
    for (i, j), value in np.ndenumerate(wide.to_numpy()):
        if np.isnan(value):
            axes.text(j + 0.5, i + 0.5, "未列数", ha="center", va="center", fontsize=7, color=RED)
        elif value == 0:
            axes.text(j + 0.5, i + 0.5, "·", ha="center", va="center", fontsize=9, color=QUIET)
    axes.collections[0].colorbar.ax.yaxis.set_major_formatter(lambda value, _: number(int(value)))
    axes.set(xlabel="", ylabel="")
    axes.xaxis.tick_top()
    axes.tick_params(axis="both", length=0)
    axes.tick_params(axis="x", labelrotation=0, labelsize=8.5)
    zeros, reported = int((wide == 0).sum().sum()), int(wide.notna().sum().sum())
    department, district = wide.stack().idxmax()
    return _chart(
        figure,
        "chart-matrix",
        f"{reported} 格中 {zeros} 格为零；最大的一格是{district}{department}",
        "区直部门评价数，颜色为对数刻度；“·”为零，“未列数”为通报没有数字",
        f"热力图，{wide.shape[0]} 个部门、{wide.shape[1]} 个区县。最大值 {number(int(top))} 条，在{district}{department}。"
        f"各数见上表。",
        pd.DataFrame(
            {
                "部门": wide.index,
                **{
                    name: ["" if np.isnan(v) else number(int(v)) for v in wide[name]] for name in wide.columns
                },
            }
        ),
    )


def chart_tiers(tiers: pd.DataFrame) -> Chart | Html:
    """Towns and villages: paired bars for each district."""
    rows = tiers.dropna(subset=["evaluations"])
    if rows.empty:
        return EMPTY
    import seaborn as sns

    frame = pd.DataFrame(
        {
            "district": rows["district"],
            "层级": rows["tier"].map(TIER_LABELS),
            "evaluations": rows["evaluations"].astype(float),
        }
    )
    labels = [label for label in TIER_LABELS.values() if (frame["层级"] == label).any()]
    figure, axes = _subplots(0.42 * frame["district"].nunique() + 1.0)
    sns.barplot(
        data=frame,
        y="district",
        x="evaluations",
        hue="层级",
        hue_order=labels,
        palette=[BLUE, GREY][: len(labels)],
        ax=axes,
        width=0.74,
    )
    axes.legend(title="", frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2)
    axes.set(xlabel="评价数（条）", ylabel="")
    axes.xaxis.set_major_formatter(lambda value, _: number(int(value)))
    axes.grid(axis="x")
    empty = frame[frame["evaluations"] == 0]
    sums = frame.groupby("层级", sort=False)["evaluations"].sum()
    title = "，".join(f"{label} {number(int(sums[label]))} 条" for label in labels)
    return _chart(
        figure,
        "chart-tiers",
        title,
        "各区县镇（街道）、村（社区）评价数",
        "成对条形图。"
        + "；".join(f"{r.district}{r.层级} {number(int(r.evaluations))}" for r in frame.itertuples())
        + f"。为零的 {len(empty)} 项。",
        pd.DataFrame(
            {
                "区县": frame["district"],
                "层级": frame["层级"],
                "评价数（条）": [number(int(v)) for v in frame["evaluations"]],
            }
        ),
    )


def chart_public_services(services: pd.DataFrame, districts: pd.DataFrame) -> Chart | Html:
    """Public services: share of the city, and share of the district's own evaluations in annex 1."""
    rows = services.dropna(subset=["evaluations"])
    total = int(rows["evaluations"].sum()) if len(rows) else 0
    if total == 0:
        return EMPTY
    import seaborn as sns

    own = districts.set_index("district")["evaluations"] if not districts.empty else pd.Series(dtype="Int64")
    measures = ["占全市公共服务评价数"]
    frame = pd.DataFrame(
        {"district": rows["district"], measures[0]: rows["evaluations"].astype(float) / total * 100}
    )
    base = rows["district"].map(own).astype("float64")
    if base.gt(0).any():
        measures.append("占本区县评价数（附件1）")
        frame[measures[1]] = rows["evaluations"].astype(float) / base.where(base > 0) * 100
    long = frame.melt("district", measures, var_name="占比", value_name="percent")
    figure, axes = _subplots(0.42 * len(rows) + 1.0)
    sns.barplot(
        data=long,
        y="district",
        x="percent",
        hue="占比",
        palette=[BLUE, GREY][: len(measures)],
        ax=axes,
        width=0.74,
    )
    axes.legend(title="", frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2)
    axes.set(xlabel="%", ylabel="")
    axes.grid(axis="x")
    top = frame.sort_values(measures[0], ascending=False).iloc[0]
    return _chart(
        figure,
        "chart-public",
        f"{top['district']}占全市公共服务评价数的 {top[measures[0]]:.2f}%",
        "两种占比，分母不同；附件1与附件5范围的关系通报没有说明，第二种仅供参考",
        "成对条形图。"
        + "；".join(f"{r.district}{r.占比} {r.percent:.2f}%" for r in long.dropna().itertuples())
        + "。",
        pd.DataFrame(
            {
                "区县": frame["district"],
                **{m: ["不适用" if np.isnan(v) else f"{v:.2f}%" for v in frame[m]] for m in measures},
            }
        ),
    )

"""Two periods beside each other: differences, their intervals, and the smallest difference that matters."""

from __future__ import annotations

import os

import pandas as pd

from haochaping.analysis.annex_tables import rate_of, rates_of
from haochaping.analysis.labelled_table import COUNT, PERCENT, POINTS, SPAN, LabelledTable, labelled
from haochaping.analysis.loaded_period import as_period, period_words, reference_of, rows_of_unit
from haochaping.core.annex_lookup import find_measure
from haochaping.core.declaration import MIXED_GROUP, AnnexSpec, Measure
from haochaping.core.errors import UnknownName
from haochaping.core.labels import annex_words, column_heading
from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.statistics import change
from haochaping.statistics.validation import NotApplicable

_DIRECTIONS = {
    "up": "上升",
    "down": "下降",
    "none": "基本持平",
    "unclear": "不能判断",
    "not_applicable": "分母为零",
}
_IN_ONE_ONLY, _IMPOSSIBLE = "只有一期有数", "分子大于分母，不比较"


def compare(
    a: QuarterData | Period | str,
    b: QuarterData | Period | str,
    annex: str | int = 1,
    measure: str = "",
    unit: str = "",
    data: str | os.PathLike[str] | None = None,
) -> LabelledTable:
    """两期相比：一行一个单位，`a` 在前、`b` 在后，变化为 b − a。

    比率的变化带 95% 置信区间（Newcombe）和“最小可辨变化”：变化小于它的，或者不及本市规定的百分点，或者分不清是不是偶然。
    计数是全部记录，没有区间，只列变化和变化率。

    Parameters
    ----------
    a, b : QuarterData or str
        ``hcp.load`` 得到的，或直接写 ``"2022Q3"``、``"2022Q4"``。
    annex : str or int
        附件号、表名或英文名。
    measure : str
        比率或计数；不写的，取附件能算出的最后一个比率（一般是主动评价率）。
    unit : str
        只比这个单位。
    data : path, optional
        写期名的，资料在哪个文件夹；不写的，与另一期相同，两期都写期名的是本项目的 ``data/``。

    Examples
    --------
    >>> import haochaping as hcp
    >>> q = hcp.load("2022Q4")
    >>> hcp.compare(q, q, "附件1", "办件数")["变化"].tolist()[:2]
    [0, 0]
    """
    roots = [period.data_root for period in (a, b) if isinstance(period, QuarterData) and period.data_root]
    root = data if data is not None else next(iter(roots), None)
    earlier, later = as_period(a, root), as_period(b, root)
    spec = later.annex(annex)
    if spec.name not in earlier.declaration.annexes:
        raise UnknownName(f"附件（{earlier.quarter.label}）", spec.title, earlier.declaration.annexes)
    counted = _counted(later, spec, measure)
    title = f"{annex_words(later, spec.name)} {spec.title}：{period_words(later, earlier)}相比"
    if counted is not None:
        return _counts(earlier, later, spec, counted, unit, title)
    return _rates(earlier, later, spec, measure, unit, title)


def _counted(later: QuarterData, spec: AnnexSpec, name: str) -> Measure | None:
    """The count of a name; None where it is a rate, or blank and there is one."""
    counts = {
        m.name: m for m in spec.measures_by_name.values() if m.is_count and m.name in later.table(spec.name)
    }
    try:
        if not name and rates_of(later, spec):
            return None
        return find_measure(counts, name)
    except UnknownName:
        rates = rates_of(later, spec)
        if name and any(name in (rate.name, rate.heading, *rate.aliases) for rate in rates.values()):
            return None
        if name:
            raise UnknownName(
                "列", name, [each.heading for each in (*counts.values(), *rates.values())]
            ) from None
        return next(iter(counts.values()), None)


def _rates(
    earlier: QuarterData, later: QuarterData, spec: AnnexSpec, name: str, unit: str, title: str
) -> LabelledTable:
    _, rate, rows, of_later = rate_of(later, spec.name, name, unit)
    _, _, rows_before, of_earlier = rate_of(earlier, spec.name, rate.name)
    both = _joined(later, spec, (rows_before, of_earlier), (rows, of_later))
    least = reference_of(later).threshold("change_points") / 100
    names = [column_heading(later.declaration, key) for key in spec.key]
    before, after = _labels(earlier, later)
    has_both = both[["n", "n_before"]].notna().all(axis=1)
    is_possible = has_both & (both["k"] <= both["n"]) & (both["k_before"] <= both["n_before"])
    usable = both[is_possible].astype("float64", errors="ignore")
    if usable.empty:
        raise NotApplicable("没有一个单位两期都有数，不能相比。")
    found = change.between(usable["k_before"], usable["n_before"], usable["k"], usable["n"], least)
    changes = pd.DataFrame(found._asdict(), index=usable.index).reindex(both.index)
    half = (changes["high"] - changes["low"]) / 2
    judged = (
        changes["direction"].map(_DIRECTIONS).where(is_possible, _IMPOSSIBLE).where(has_both, _IN_ONE_ONLY)
    )
    shown = (
        both[list(spec.key)]
        .set_axis(names, axis=1)
        .assign(
            **{
                f"{before}": both["rate_before"].astype("float64"),
                f"{after}": both["rate"].astype("float64"),
                "变化（百分点）": changes["difference"],
                "95%下限": changes["low"],
                "95%上限": changes["high"],
                "最小可辨变化（百分点）": half.clip(lower=least),
                "判断": judged,
            }
        )
    )
    kinds = {before: PERCENT, after: PERCENT, "变化（百分点）": POINTS, "95%下限": POINTS, "95%上限": POINTS}
    return labelled(
        shown,
        f"{title}，{rate.heading}",
        kinds | {"最小可辨变化（百分点）": SPAN},
        keys=names,
        notes=[
            f"变化达到 {least * 100:g} 个百分点、且区间不含 0 的，才判断为上升或下降；区间只反映偶然波动，不反映口径"
        ],
    )


def _counts(
    earlier: QuarterData, later: QuarterData, spec: AnnexSpec, counted: Measure, unit: str, title: str
) -> LabelledTable:
    content = later.table(spec.name)
    rows = rows_of_unit(later, spec, content, unit) if unit else content
    before_rows = earlier.table(spec.name)
    if counted.name not in before_rows:
        raise UnknownName(f"列（{earlier.quarter.label}）", counted.heading, before_rows.columns)
    both = _joined(later, spec, (before_rows, before_rows[[counted.name]]), (rows, rows[[counted.name]]))
    names = [column_heading(later.declaration, key) for key in spec.key]
    before, after = _labels(earlier, later)
    least = reference_of(later).threshold("change_percent") / 100
    now, then = both[counted.name].astype("Int64"), both[f"{counted.name}_before"].astype("Int64")
    share = (now - then).astype("float64") / then.astype("float64").where(then > 0)
    judged = pd.Series("基本持平", both.index).mask(share >= least, "上升").mask(share <= -least, "下降")
    small = reference_of(later).threshold("small_denominator")
    judged = (
        judged.mask(share.isna(), "上期为零")
        .mask((now < small) & (then < small), "基数小，不判断")
        .mask(now.isna() | then.isna(), _IN_ONE_ONLY)
    )
    shown = (
        both[list(spec.key)]
        .set_axis(names, axis=1)
        .assign(**{before: then, after: now, "变化": now - then, "变化率": share, "判断": judged})
    )
    return labelled(
        shown,
        f"{title}，{counted.heading}",
        {before: COUNT, after: COUNT, "变化": COUNT, "变化率": PERCENT},
        units=dict.fromkeys((before, after, "变化"), counted.unit),
        keys=names,
        notes=[
            f"变动不到 {least:.0%} 的为基本持平；两期都不足 {small:g} 的不判断；计数是全部记录，没有抽样误差"
        ],
    )


def _labels(earlier: QuarterData, later: QuarterData) -> tuple[str, str]:
    """Headings of both periods; one period of two data sets, or twice, is told apart."""
    before, after = earlier.quarter.label, later.quarter.label
    return (f"{before}（前）", f"{after}（后）") if before == after else (before, after)


def _joined(
    later: QuarterData,
    spec: AnnexSpec,
    before: tuple[pd.DataFrame, pd.DataFrame],
    now: tuple[pd.DataFrame, pd.DataFrame],
) -> pd.DataFrame:
    """Values of both periods by registered names, in the order of the later one; what only the earlier one has comes last.

    Parameters
    ----------
    before, now : pair of DataFrame
        Rows of the annex, and their values with the same index.
    """
    key = list(spec.key)
    left = _with_names(later, spec, *now)
    right = _with_names(later, spec, *before, suffix="_before")
    if len(now[0]) < len(later.table(spec.name)):  # a single unit was asked for
        right = right.merge(left[key], on=key)
    if not len(left.merge(right[key], on=key)):
        raise NotApplicable(
            "两期没有相同的单位：不是同一城市的资料，或单位都改了名（可在 units.csv 中登记别名）。"
        )
    both = left.assign(order=range(len(left))).merge(right, on=key, how="outer")
    return both.sort_values("order", kind="stable", ignore_index=True)


def _with_names(
    later: QuarterData, spec: AnnexSpec, rows: pd.DataFrame, values: pd.DataFrame, suffix: str = ""
) -> pd.DataFrame:
    """Values with the columns of names: registered ones, members in words."""
    reference = reference_of(later)
    named = {spec.row_key: [reference.canonical(spec.groups[0].name, name) for name in rows[spec.row_key]]}
    if (across := spec.columns_by) is not None:
        named[across.key] = [
            across.word_of(reference.canonical(across.name, name)) for name in rows[across.key]
        ]
    if spec.is_mixed:
        words = {group.name: group.word for group in spec.groups}
        named[MIXED_GROUP] = [words[name] for name in rows[MIXED_GROUP]]
    return values.add_suffix(suffix).assign(**named)

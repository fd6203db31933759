"""What records of single cases come to, as small tables in words: for the page and for who explores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from haochaping.cleaning.number_format import number
from haochaping.core import record_counts as names
from haochaping.core.model import QuarterData
from haochaping.core.record_counts import BUCKET_WORDS, BUCKETS, KIND_WORDS, RecordCounts

NOT_SHOWN = "不显示"
_RATED_ROWS = {
    names.CHANNEL: "渠道",
    names.LEVEL: "满意度",
    names.REASON: "差评原因",
    names.WEEK: "评价日所在的一周",
    names.HOUR: "几时评价",
    names.DELAY: "办结后几天评价",
}
"""Views whose rows are counted evaluations, with the heading of their rows."""
_CASE_ROWS = {names.ITEM: "事项", names.BY_AREA: "辖区", names.BY_DEPARTMENT: "部门"}
"""Views whose rows are cases, and those of them with a step of the chain."""
_CASE_COLUMNS = {
    "cases": "办件（件）",
    "served": "有服务记录的（件）",
    "evaluations": "有评价的（件）",
    "negative": "有差评的（件）",
}
_LOOP_STEPS = {
    "negative": "有差评的办件",
    "received": "受理差评",
    "replied": "回复",
    "rectified": "整改",
    "visited": "回访",
    "satisfied": "回访满意",
    "due": "到提取日已到期或已整改（按时整改率的基数）",
    "on_time": "按时整改",
    "not_yet_due": "到提取日未到期又未整改",
}


def record_counts(data: QuarterData) -> RecordCounts:
    """The counts of a period by their names, made once."""
    return data.derived(_counts)


def _counts(data: QuarterData) -> RecordCounts:
    return RecordCounts(data.record_counts)


def record_table(data: QuarterData, view: str) -> pd.DataFrame:
    """单件记录的一张表（有记录的期才有）：一行一类，小于界限的数不显示。

    Parameters
    ----------
    data : QuarterData
        ``hcp.load`` 得到的一期。
    view : str
        哪张表：``channel`` 渠道、``level`` 评价等级、``reason`` 原因、``week`` 周、``hour`` 时、``days_to_evaluation`` 隔几天评价、
        ``item`` 事项、``area`` 区域、``department`` 部门、``loop`` 整改、``places`` 镇村、``flow`` 记录的去向。

    Returns
    -------
    DataFrame
        ``row``，有的另有 ``member``，其余一列一数（``Int64``）。

    Raises
    ------
    KeyError
        本期没有这张表；信息列出有的。
    """
    rows = data.record_counts[data.record_counts["view"] == view]
    if rows.empty:
        views = "、".join(name for name in dict.fromkeys(data.record_counts["view"]) if ":" not in name)
        raise KeyError(f"没有 {view}；有 {views}" if views else f"没有 {view}：本期没有单件记录")
    keys = ["row", "member"] if (rows["member"] != "").any() else ["row"]
    order = {tuple(key): i for i, key in enumerate(rows[keys].drop_duplicates().itertuples(index=False))}
    table = rows.pivot(index=keys, columns="measure", values="value")[list(dict.fromkeys(rows["measure"]))]
    table = table.sort_index(key=None).reset_index()
    table["order"] = [order[tuple(key)] for key in table[keys].itertuples(index=False)]
    table = table.sort_values("order").drop(columns="order").reset_index(drop=True)
    table.columns.name = None
    shares = [column for column in table.columns.difference(keys) if table[column].dropna().mod(1).any()]
    return table.astype(dict.fromkeys(table.columns.difference([*keys, *shares]), "Int64"))


def flow_table(counts: RecordCounts) -> pd.DataFrame:
    """Where every record went: a row a bucket, a column a kind of record, the rows read as the last row."""
    kinds = [kind for kind in BUCKETS if any(row == kind for row, _, _ in counts.view(names.FLOW))]
    buckets = dict.fromkeys(bucket for kind in kinds for bucket in BUCKETS[kind])
    ordered = [names.COUNTED, *(bucket for bucket in buckets if bucket != names.COUNTED)]
    rows = [
        {"去向": BUCKET_WORDS[bucket]}
        | {
            f"{KIND_WORDS[kind]}（条）": number(counts.count(names.FLOW, kind, bucket))
            if bucket in BUCKETS[kind]
            else "—"
            for kind in kinds
        }
        for bucket in ordered
    ]
    totals = {
        f"{KIND_WORDS[kind]}（条）": number(
            sum(counts.count(names.FLOW, kind, bucket) for bucket in BUCKETS[kind])
        )
        for kind in kinds
    }
    return pd.DataFrame([*rows, {"去向": "读入"} | totals])


def outside_table(counts: RecordCounts) -> pd.DataFrame:
    """Area codes and departments in no list, with their cases; empty without any."""
    codes = dict.fromkeys(row for row, _, _ in counts.view(names.OUTSIDE))
    rows = [
        {
            "不在清单": f"辖区 {code}",
            "办件（件）": number(counts.count(names.OUTSIDE, code, "", "cases")),
            "计入": "不计入各表",
        }
        for code in codes
    ]
    rows += [
        {
            "不在清单": f"部门 {row}",
            "办件（件）": shown(value),
            "计入": f"计入“{names.UNLISTED_DEPARTMENTS}”",
        }
        for (row, _, _), value in counts.view(names.UNLISTED).items()
    ]
    return pd.DataFrame(rows, columns=["不在清单", "办件（件）", "计入"])


def ratings_table(counts: RecordCounts, view: str) -> pd.DataFrame:
    """Counted evaluations by the rows of a view, with shares of all of them (reasons: of the negative ones); empty without the view."""
    whole = counts.count(
        names.TOTALS, names.ALL, "", "negative_ratings" if view == names.REASON else "ratings"
    )
    of = "占差评" if view == names.REASON else "占比"
    rows = [
        {_RATED_ROWS[view]: row, "评价（条）": shown(value), of: share(value, whole)}
        for (row, _, _), value in counts.view(view).items()
    ]
    return pd.DataFrame(rows, columns=[_RATED_ROWS[view], "评价（条）", of])


def cases_table(counts: RecordCounts, view: str) -> pd.DataFrame:
    """Cases by the rows of a view, those that reached the next steps, and the share of those evaluated."""
    cells = counts.view(view)
    measures = [m for m in _CASE_COLUMNS if any(measure == m for _, _, measure in cells)]
    rows = []
    for row in dict.fromkeys(row for row, _, _ in cells):
        values = {measure: cells.get((row, "", measure), 0) for measure in measures}
        rows.append(
            {_CASE_ROWS[view]: row}
            | {_CASE_COLUMNS[measure]: shown(value) for measure, value in values.items()}
            | {"评价关联率": share(values["evaluations"], values["cases"])}
        )
    columns = [_CASE_ROWS[view], *(_CASE_COLUMNS[m] for m in measures), "评价关联率"]
    return pd.DataFrame(rows, columns=columns)


def places_table(counts: RecordCounts, tiers: Mapping[str, str]) -> pd.DataFrame:
    """Towns and villages with cases and with evaluations by area; of those listed, how many have none.

    Parameters
    ----------
    tiers : mapping
        What the city calls ``town`` and ``village``.
    """
    cells = counts.view(names.PLACES)
    has_list = any(measure == "listed" for _, _, measure in cells)
    rows = []
    for row, tier in dict.fromkeys((row, tier) for row, tier, _ in cells):
        values = {
            measure: cells.get((row, tier, measure), float("nan")) for measure in _place_columns(has_list)
        }
        rows.append(
            {"辖区": row, "层级": tiers.get(tier, tier)}
            | {heading: shown(values[m], "—") for m, heading in _place_columns(has_list).items()}
        )
    return pd.DataFrame(rows, columns=["辖区", "层级", *_place_columns(has_list).values()])


def _place_columns(has_list: bool) -> dict[str, str]:
    columns = {"with_cases": "有办件的（个）", "with_evaluations": "有评价的（个）"}
    return columns | ({"listed": "清单（个）", "listed_without": "没有评价的（个）"} if has_list else {})


def uncovered(counts: RecordCounts) -> dict[str, list[str]]:
    """Listed towns and villages without an evaluation, by area."""
    found: dict[str, list[str]] = {}
    for row, place, _ in counts.view(names.UNCOVERED):
        found.setdefault(row, []).append(place)
    return found


def loop_table(counts: RecordCounts) -> pd.DataFrame:
    """How far negative cases went: a row a step, with its share of all negative cases."""
    cells = counts.view(names.LOOP)
    whole = counts.count(names.LOOP, "negative", "", "cases")
    rows = [
        {
            "环节": words,
            "办件（件）": shown(cells[step, "", "cases"]),
            "占差评办件": share(cells[step, "", "cases"], whole),
        }
        for step, words in _LOOP_STEPS.items()
        if (step, "", "cases") in cells
    ]
    return pd.DataFrame(rows, columns=["环节", "办件（件）", "占差评办件"])


def shown(value: float, missing: str = NOT_SHOWN) -> str:
    """A count as text, or the word for one that is not shown."""
    return missing if pd.isna(value) else number(int(value))


def share(part: float, whole: float) -> str:
    """A share as text; ``/`` of nothing, blank words where the part is not shown."""
    if pd.isna(part) or pd.isna(whole):
        return NOT_SHOWN
    return f"{part / whole:.2%}" if whole else "/"


def has_any(tables: Sequence[pd.DataFrame]) -> bool:
    """Whether one of several tables has rows."""
    return any(len(table) for table in tables)

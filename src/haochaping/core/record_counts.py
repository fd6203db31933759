"""What records of single cases come to: the names in the frame ``record_counts``.

One row is one count: in which view, of which row and member, of which measure. It holds no record: no number of a case,
no person, no text of an evaluation. A value that is missing is not shown, because so few people are behind it.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

# --- views -------------------------------------------------------------------------------------------------
FLOW, OUTSIDE, UNLISTED, CHECKS, TOTALS = "flow", "outside_areas", "unlisted_departments", "checks", "totals"
CHANNEL, LEVEL, REASON, WEEK, HOUR, DELAY, ITEM = (
    *("channel", "level", "reason", "week", "hour"),
    *("days_to_evaluation", "item"),
)
BY_AREA, BY_DEPARTMENT, PLACES, UNCOVERED = "area", "department", "places", "uncovered_places"
LOOP, LOOP_DAYS, SIGNS, ANNEX = "loop", "loop_days", "signs", "annex"
"""``ANNEX`` is followed by ``:`` and the name of an annex, and by ``@`` and a variation where another convention is tried."""

# --- where records go --------------------------------------------------------------------------------------
CASES, EVALUATIONS, RECTIFICATIONS, SERVICES = "cases", "evaluations", "rectifications", "services"
KIND_WORDS = {CASES: "办件", EVALUATIONS: "评价", RECTIFICATIONS: "整改", SERVICES: "服务"}
COUNTED, REPEATED, NO_CASE_NO, NO_TIME = "counted", "repeated", "no_case_no", "no_time"
OTHER_PERIOD, UNKNOWN_AREA, NOT_NEGATIVE = "other_period", "unknown_area", "not_negative"
VOIDED, LATE, UNKNOWN_LEVEL = "voided", "late", "unknown_level"
NO_CASE, CASE_NOT_COUNTED = "no_case", "case_not_counted"
BUCKETS = {
    CASES: (NO_CASE_NO, REPEATED, NO_TIME, OTHER_PERIOD, UNKNOWN_AREA, COUNTED),
    EVALUATIONS: (
        *(NO_CASE_NO, REPEATED, VOIDED, NO_TIME, LATE, UNKNOWN_LEVEL),
        *(NO_CASE, CASE_NOT_COUNTED, COUNTED),
    ),
    RECTIFICATIONS: (NO_CASE_NO, REPEATED, NO_CASE, NOT_NEGATIVE, COUNTED),
}
"""Where each row of each kind of record goes: exactly one of these, in the order in which it is decided."""
BUCKET_WORDS = {
    COUNTED: "计入",
    NO_CASE_NO: "没有办件编号",
    REPEATED: "重复（同一编号只计一次）",
    NO_TIME: "没有时间",
    OTHER_PERIOD: "不在本期",
    UNKNOWN_AREA: "辖区不在清单",
    NOT_NEGATIVE: "不是本期差评办件的整改",
    VOIDED: "无效",
    LATE: "晚于提取日",
    UNKNOWN_LEVEL: "满意度不在五级之内",
    NO_CASE: "没有对应的办件",
    CASE_NOT_COUNTED: "所属办件没有计入",
}

# --- what is checked ---------------------------------------------------------------------------------------
CONTRADICTING, OVERLAPS = "contradicting", "overlaps"
BEFORE_ACCEPTANCE, DETAIL_CONFLICTS, LOW_WITHOUT_DETAIL = (
    "before_acceptance",
    "detail_conflicts",
    "low_without_detail",
)

# --- words -------------------------------------------------------------------------------------------------
UNLISTED_DEPARTMENTS = "未列部门"
"""Row of departments that no list has."""
BLANK = "（空白）"
OTHER = "其他（数量很少的各项）"
"""Names and codes that few records have: a row out of place may have a person's name or number where a code should be."""
ALL = "全部"
"""Row of the view of totals."""
LEVEL_WORDS = ("非常满意", "满意", "基本满意", "不满意", "非常不满意")
"""The levels, best first."""
SAME_SECOND, SOON, NIGHT, DAY_OFF, MONTH_END, NO_DETAIL, ONE_CHANNEL = (
    *("same_second", "soon", "night", "day_off"),
    *("month_end", "no_detail", "one_channel"),
)
SIGN_WORDS = {
    SAME_SECOND: "与本单位另一条评价在同一秒",
    SOON: "办结后一分钟之内",
    NIGHT: "夜间（22时至次日6时）",
    DAY_OFF: "非工作日",
    MONTH_END: "每月最后三天",
    NO_DETAIL: "没有评价详情编码",
    ONE_CHANNEL: "来自同一渠道",
}


def annex_view(annex: str, variation: str = "") -> str:
    """Name of the view that holds the cells of an annex, under the conventions in force or a variation of them."""
    return f"{ANNEX}:{annex}@{variation}" if variation else f"{ANNEX}:{annex}"


REPRODUCED = "reproduced"
CHECK_WORDS = {
    "repeated": "重复的记录",
    CONTRADICTING: "同一编号内容不同的记录",
    NO_CASE: "没有对应办件的评价",
    BEFORE_ACCEPTANCE: "早于受理的评价",
    LATE: "晚于提取日的评价",
    "missing": "缺编号或时间的记录",
    UNKNOWN_LEVEL: "满意度不在五级之内的评价",
    UNKNOWN_AREA: "辖区不在清单的办件",
    "unlisted_department": "部门不在清单的办件",
    LOW_WITHOUT_DETAIL: "没有原因的差评",
    DETAIL_CONFLICTS: "详情编码与满意度不一的评价",
    REPRODUCED: "与通报所印之数",
    "extraction": "提取日",
}
"""What each check of records looks at."""


class RecordCounts:
    """The frame ``record_counts`` by the names in it.

    Parameters
    ----------
    frame : DataFrame
        Columns ``view``, ``row``, ``member``, ``measure``, ``value``.
    """

    def __init__(self, frame: pd.DataFrame):
        self._values: dict[str, dict[tuple[str, str, str], float]] = {}
        for view, row, member, measure, value in frame.itertuples(index=False):
            self._values.setdefault(view, {})[row, member, measure] = value

    def __bool__(self) -> bool:
        return bool(self._values)

    def view(self, view: str) -> Mapping[tuple[str, str, str], float]:
        """Values of a view by row, member and measure, in order; NaN where one is not shown."""
        return self._values.get(view, {})

    def count(self, view: str, row: str = "", member: str = "", measure: str = "rows") -> int:
        """One count; 0 where the view does not have it."""
        value = self.view(view).get((row, member, measure), 0)
        return 0 if pd.isna(value) else int(value)

    def views(self) -> list[str]:
        """Names of the views that there are."""
        return list(self._values)

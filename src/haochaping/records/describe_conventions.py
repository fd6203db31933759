"""The conventions in force, in the words in which papers print them."""

from __future__ import annotations

from collections.abc import Sequence

from haochaping.core.record_counts import BUCKET_WORDS, BUCKETS, COUNTED, KIND_WORDS, LEVEL_WORDS
from haochaping.records.definitions import Conventions


def describe_conventions(conventions: Conventions) -> list[str]:
    """Each convention as a sentence."""
    settings, period = conventions.settings, conventions.period
    time = "办结" if settings.period_by == "finished" else "受理"
    extracted = conventions.extraction_date
    negative = "、".join(
        word
        for code, word in zip(settings.levels, LEVEL_WORDS, strict=True)
        if code in settings.negative_levels
    )
    counted = (
        "评价（一件办件有几条的各计一条，因此可以多于办件数，评价率可以超过 100%）"
        if settings.counts_ratings
        else "有计入的评价的办件（一件几评的只计一次；其中有一条主动评价的计入主动评价，有一条差评的计入差评）"
    )
    lines = [
        f"办件按编号计，{time}时间在 {period.start.isoformat()} 至 {period.end.isoformat()} 之内的计入本期。",
        f"评价计到提取日（{extracted.isoformat()}）末；评价数是{counted}的个数。",
        f"满意度代码 {settings.levels[0]} 为非常满意，{settings.levels[-1]} 为非常不满意；差评为{negative}。",
    ]
    if settings.valid_flags:
        lines.append(f"“是否有效”为 {'、'.join(settings.valid_flags)} 的评价有效，其余（包括空着的）不计。")
    default = (
        [f"“是否默认”为 {'、'.join(settings.default_flags)} 的是默认评价"] if settings.default_flags else []
    )
    if settings.default_channels:
        default.append(f"渠道 {'、'.join(settings.default_channels)} 的评价视为默认评价")
    if default:
        lines.append(f"{'，'.join(default)}，其余（包括空着的）是主动评价。")
    lines.append(
        f"按时整改：第一次差评的次日起 {settings.rectification_working_days} 个工作日之内整改；"
        "到提取日未到期又未整改的另计，不入基数。整改满意率：回访满意的差评办件 ÷ 有回访结果的差评办件。"
    )
    if settings.public_service_departments:
        lines.append(
            f"公共服务单位（{'、'.join(settings.public_service_departments)}）合为“{settings.public_service_row}”一行。"
        )
    lines.append("辖区按代码：六位是市或区县，九位镇（街道），十二位村（社区）；不在清单的另列，不计入各表。")
    lines.append("同一编号的几条只计时间最晚的一条；姓名、证件、电话、文字评价不读取。")
    orders = [f"{KIND_WORDS[kind]}依次为{_order(buckets)}" for kind, buckets in BUCKETS.items()]
    lines.append(f"一条记录有几种情形的，只归入最先的一种：{'；'.join(orders)}。")
    return lines


def _order(buckets: Sequence[str]) -> str:
    return "、".join(BUCKET_WORDS[bucket].partition("（")[0] for bucket in buckets if bucket != COUNTED)

"""The head of the page and its appendix."""

from __future__ import annotations

import pandas as pd

from haochaping.briefing.checks_view import verdict_html
from haochaping.briefing.html import Html, figure_link, stack, text
from haochaping.briefing.tables import frame_table
from haochaping.checks.confront import CheckReport
from haochaping.figures import Figures
from haochaping.labels import COLUMNS, INPUT_KINDS, place
from haochaping.model import QuarterData, decode_key
from haochaping.revisions import net_revisions

_KEY_FIGURES = (
    ("办件", "cases", "件"),
    ("评价", "evaluations", "条"),
    ("评价率", "rate", ""),
    ("主动评价率", "active_rate", ""),
    ("差评", "negatives", "条"),
)


def head_html(data: QuarterData, report: CheckReport, figures: Figures) -> Html:
    """Title block: what quarter, from whom, may it be submitted, and the key figures."""
    issuer = data.fact("issuer")
    facts = [
        ("统计期", _period(data)),
        ("数据提取", data.fact("extraction_date")),
        ("通报印发", data.fact("issue_date")),
        ("通报印发单位", issuer),
    ]
    shown = "".join(f"<div><dt>{name}</dt><dd>{text(value)}</dd></div>" for name, value in facts if value)
    return Html(
        '<div class="hero"><p class="kind">内部审核稿</p>'
        f"<h1>{text(data.quarter.label)}政务服务“好差评”工作简报</h1>"
        f'<dl class="facts">{shown}</dl>{verdict_html(report)}{_strip(figures)}'
        f'<p class="comparison">{_comparison(report)}</p></div>'
    )


def _comparison(report: CheckReport) -> str:
    if report.compared:
        return "本版不列环比、同比；与上季度相比新增、消除的核对意见见“数据核对”。"
    return "没有可比的上季度和上年同期数据，本期不列环比、同比。"


def _period(data: QuarterData) -> str:
    start, end = data.fact("period_start"), data.fact("period_end")
    return f"{start} 至 {end}" if start and end else ""


def _strip(figures: Figures) -> str:
    items = [
        f"<li><span>{label}</span><strong>{figure_link(figures[name])}</strong><span>{unit}</span></li>"
        for label, name, unit in _KEY_FIGURES
        if name in figures
    ]
    rectified = "<li><span>差评整改</span><strong>不适用</strong><span>列出的差评为零</span></li>"
    if "negatives" in figures and not figures["negatives"]:
        items.append(rectified)
    corrected = [label for label, name, _ in _KEY_FIGURES if name in figures and figures[name].corrected]
    remark = f"{'、'.join(corrected)}含更正后的数。" if corrected else ""
    note = f"<p>区县与市直部门两表合计；点击数字可看算法和来源。{remark}</p>" if items else ""
    return f'<ul class="key-figures">{"".join(items)}</ul>{note}' if items else ""


def appendix_html(data: QuarterData, figures: Figures) -> Html:
    """Definitions, table of figures, sources, sign-off lines."""
    return stack(
        frame_table(
            pd.DataFrame(_DEFINITIONS, columns=["指标", "算法", "分母为零时", "依据"]),
            "指标定义",
            "table-definitions",
        ),
        "<h3>数字表</h3>",
        frame_table(
            figures.frame()[["指标", "数值", "单位", "算法", "来源"]],
            "本简报语句中每个数字的算法和来源",
            "table-figures",
            row_ids=[f"figure-{name}" for name in figures],
        ),
        _corrections(data),
        _revisions(data),
        "<h3>资料来源</h3>",
        frame_table(
            pd.DataFrame(
                {
                    "文件": data.inputs["file"],
                    "种类": data.inputs["kind"].map(INPUT_KINDS),
                    "SHA-256": data.inputs["sha256"],
                    "字节": data.inputs["bytes"].astype("str"),
                }
            ),
            "所读文件",
            "table-inputs",
        ),
        _source_used(data),
        f"<p>通报标题：{text(data.fact('title') or '未见标题')}。</p>",
        f"<details><summary>通报正文（所读）</summary><p>{text(data.fact('text'))}</p></details>"
        if data.fact("text")
        else "",
        '<h3>签署</h3><div class="sign-off"><p>经办人：</p><p>审核人：</p><p>签发人：</p><p>日期：</p></div>',
    )


def _source_used(data: QuarterData) -> str:
    """Which of several sources the figures come from."""
    if not data.fact("source_used"):
        return ""
    differing = f"有 {len(data.second)} 格不同，见“数据核对”" if len(data.second) else "各格相同"
    return f"<p>本简报用 {text(data.fact('source_used'))}（{text(data.fact('source_reason'))}），与另一份资料{differing}。</p>"


def _corrections(data: QuarterData) -> Html:
    """What the office corrected, with the printed value beside it."""
    if data.corrections.empty:
        return Html("")
    rows = [
        {
            "单元格": place(row["table"], decode_key(row["key"])) + COLUMNS.get(row["column"], ""),
            "通报所列": row["printed"],
            "更正为": row["corrected"],
            "依据": row["basis"],
            "经办人": row["by"],
            "日期": row["on"],
        }
        for row in data.corrections.to_dict("records")
    ]
    return stack(
        "<h3>更正</h3>",
        frame_table(pd.DataFrame(rows), "已采用的更正（本简报各表用更正后的数）", "table-corrections"),
    )


def _revisions(data: QuarterData) -> Html:
    """What changed in the tidy tables since this quarter was first read."""
    revisions = net_revisions(data)
    if revisions.empty:
        return Html("")
    rows = [
        {
            "单元格": place(row["table"], decode_key(row["key"])) + COLUMNS.get(row["column"], ""),
            "原为": row["before"] or "（无）",
            "改为": row["after"] or "（无）",
            "日期": row["on"],
        }
        for row in revisions.to_dict("records")
    ]
    return stack(
        "<h3>修订</h3>",
        frame_table(pd.DataFrame(rows), "本季度资料首次读入以后的改动（更正另列）", "table-revisions"),
    )


_OURS = "通报没有载明，本工具采用"
_DEFINITIONS = [
    ("评价率", "评价数 ÷ 办件数", "不适用", _OURS),
    ("主动评价率", "主动评价数 ÷ 评价数", "不适用", _OURS),
    ("差评", "不满意与非常不满意两级之和", "—", "国办发〔2019〕51号"),
    ("差评整改率", "已整改差评数 ÷ 有效差评数", "不适用", _OURS),
    ("整改满意率", "回访满意数 ÷ 回访数", "不适用", _OURS),
    ("总量占比", "该区县评价数 ÷ 各行评价数之和", "不适用", _OURS),
]

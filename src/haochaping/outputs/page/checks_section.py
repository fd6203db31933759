"""How the figures were checked: each rule's result, how much was covered, what changed since the period before."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from haochaping.checks.check_report import CheckReport, RuleResult
from haochaping.cleaning.number_format import number
from haochaping.core.labels import RULE_STATES, STATUSES
from haochaping.core.model import QuarterData
from haochaping.present.html_fragment import Html, text
from haochaping.present.html_table import frame_table
from haochaping.present.printed_text import display_printed


def checks_html(report: CheckReport, data: QuarterData) -> Html:
    """All of it behind one line to open: who signs needs it seldom, who doubts needs it whole."""
    inside = coverage_html(report, data) + rules_html(report)
    ran = sum(result.state != "not applicable" for result in report.results)
    summary = f"怎样核对的：{len(report.results)} 条规则（本期涉及 {ran} 条）、核对覆盖"
    return Html(
        f'{memory_html(report)}<details class="checks"><summary>{summary}</summary>{inside}</details>'
    )


def coverage_html(report: CheckReport, data: QuarterData) -> Html:
    """How many printed numbers of each table a rule could check, which columns none could, and which were left out."""
    left_out = data.fact("left_out")
    note = f"<p>本市设置不读的列：{text(left_out)}。</p>" if left_out else ""
    if report.figures_not_found:
        note += f"<p>正文中没有找到登记过的数：{text('、'.join(report.figures_not_found))}；用到这些数的关系没有核对。</p>"
    if all(
        table.covered == table.printed and not table.undeclared and not table.lacking
        for table in report.coverage
    ):
        return Html(f"<p>各表印出的数都与别的数有算术关系，都核对过；正文中的数另见各条规则。</p>{note}")
    rows = [
        {
            "表": table.words,
            "印出的数": number(table.printed),
            "核对过的": number(table.covered),
            "占比": f"{table.share:.0%}",
            "没有核对的": "、".join(table.unchecked) or "无",
            "程序不知道含义的列": "、".join(table.undeclared) or "无",
            "登记了、表中没有的列": "、".join(table.lacking) or "无",
        }
        for table in report.coverage
    ]
    caption = "核对覆盖：印出的数有多少与别的数核对过"
    note = (
        "<p>“核对过”指至少有一条规则把这个数与别的数比较（相加、相除、相等、不大于）；核对过不等于没有错，"
        f"只有“不大于”可比的数，录错也可能看不出来。正文中的数不在此表。</p>{note}"
    )
    return Html(f"{frame_table(pd.DataFrame(rows), caption, 'table-coverage')}{note}")


def memory_html(report: CheckReport) -> Html:
    """Comparison with the findings of the quarter before: how many are new, known, gone."""
    if not report.compared:
        return Html("<p>没有上一期数据，不比较新增与消除。</p>")
    states = Counter(finding.state for finding in report.findings)
    counts = "，".join(f"{_state_words(name)} {states[name]} 条" for name in STATUSES if states[name])
    gone = "".join(f"<li>{text(finding.message)}</li>" for finding in report.gone)
    gone_html = f"<p>上一期有而本期没有的 {len(report.gone)} 条：</p><ul>{gone}</ul>" if gone else ""
    return Html(
        f'<div class="memory"><p>与上一期相比：{counts}。</p>{gone_html}{_revised_table(report)}</div>'
    )


def _revised_table(report: CheckReport) -> Html | str:
    """The table of figures of earlier quarters that were revised; blank without any."""
    if not report.revised:
        return ""
    rows = [
        {
            "时段": revision.quarter,
            "单元格": revision.place,
            "原为": display_printed(revision.before) if revision.before else "（无）",
            "改为": display_printed(revision.after) if revision.after else "（无）",
            "日期": revision.on,
        }
        for revision in report.revised
    ]
    return frame_table(pd.DataFrame(rows), "以前各期数字的修订（比较用改后的数）", "table-revised")


def _state_words(state: str) -> str:
    """A finding's state in words that fit every kind of period."""
    return STATUSES[state].replace("上季度", "上一期")


def _result_text(result: RuleResult) -> str:
    """Result of a rule; one that could be evaluated nowhere is distinguished from one that had nothing to check."""
    only_unknown = result.state == "not applicable" and result.not_evaluable
    return "无法核对" if only_unknown else RULE_STATES[result.state]


def rules_html(report: CheckReport) -> Html:
    """A table of all rules with how often each held, failed or could not be evaluated; rules that could not run last."""
    rows = []
    for result in report.results:
        rows.append(
            {
                "规则": result.title,
                "结果": _result_text(result),
                "相符": str(result.held),
                "不符": str(result.failed),
                "无法核对": str(result.not_evaluable),
                "说明": result.error or "；".join(result.reasons),
            }
        )
    order = sorted(rows, key=lambda row: row["结果"] == RULE_STATES["could not run"])
    return frame_table(pd.DataFrame(order), "各条规则的核对结果", "table-rules")

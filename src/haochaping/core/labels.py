"""Chinese names of tables, columns, tiers and figures, as the page, the checks and the workbooks show them."""

from __future__ import annotations

from collections.abc import Mapping

from haochaping.core.model import TABLES, TEXT_CLAIMS

COLUMNS = {
    "district": "区县",
    "department": "部门",
    "tier": "层级",
    "cases": "办件数",
    "evaluations": "评价数",
    "evaluation_rate": "评价率",
    "active_evaluations": "主动评价数",
    "active_rate": "主动评价率",
    "negative_evaluations": "差评数",
    "rectification_satisfaction_rate": "整改满意率",
    "rectified_on_time": "按时整改数",
    "share": "总量占比",
    "title": "标题",
    "period": "统计范围",
    "extraction_date": "数据提取时间",
}
UNITS = {
    "cases": "件",
    "evaluations": "条",
    "active_evaluations": "条",
    "negative_evaluations": "条",
    "rectified_on_time": "件",
    "evaluation_rate": "%",
    "active_rate": "%",
    "rectification_satisfaction_rate": "%",
    "share": "%",
}
TIER_LABELS = {"town": "镇（街道）", "village": "村（社区）"}
FIGURES = {
    "records": "归集上传数据",
    "evaluation_rate": "评价率",
    "rectification_rate": "差评整改率",
    "rectification_satisfaction_rate": "整改满意率",
    "on_time_rectification_rate": "按时整改率",
    "active_evaluation_rate": "主动评价率",
    "positive_rate": "好评率",
    "extraction_date": "数据提取时间",
    "names": "单位名称",
    "period": "统计时段",
    "measures": "各附件列的设置",
}
_TEXT_ENTRIES = {"claim": "表述", "word": "符号", "note": "文字说明"}
"""Entries of the text that are no figures: ``claim:channel``, ``word:/``, and ``note:各区县`` for a section of the notes."""
INPUT_KINDS = {
    "bulletin text": "通报（纯文本）",
    "bulletin word": "通报（Word）",
    "bulletin webpage": "通报（网页）",
    "bulletin pdf": "通报（PDF）",
    "workbook": "附件表格",
    "csv": "附件表格（CSV）",
    "answers": "答复",
    "notes": "文字说明",
    "simulated": "模拟数据",
}
RULE_STATES = {
    "passed": "全部相符",
    "failed": "有不符",
    "not applicable": "本期不涉及",
    "could not run": "未能运行",
}
STATUSES = {
    "new": "新发现",
    "known": "上季度已有",
    "explained": "已说明",
    "corrected": "已更正",
    "followed": "因其他更正消除",
}
SEVERITIES = {"correct": "须更正", "verify": "需核实", "note": "提示"}


def key_label(key: Mapping[str, str]) -> str:
    """A row's key as a reader names it: ``周村区 镇（街道）``, ``住房公积金 张店区``."""
    if "figure" in key:
        kind, _, rest = key["figure"].partition(":")
        shown = rest if kind in ("word", "note") else ""
        return FIGURES.get(kind) or f"{_TEXT_ENTRIES.get(kind, '')} {shown}".strip()
    return " ".join(TIER_LABELS.get(value, value) for value in key.values())


def place(table: str, key: Mapping[str, str]) -> str:
    """A cell's table and row in words: ``附件2“市水务集团有限责任公司”``; for a figure of the text ``正文“评价率”``."""
    table_words = "正文" if table == TEXT_CLAIMS else f"附件{TABLES[table].annex}"
    return f"{table_words}“{key_label(key)}”"

"""The sheet 正文与日期 of a workbook: figures of the text and dates, one a row."""

from __future__ import annotations

from datetime import date
from typing import Any

from haochaping.cleaning.cells import read_count, read_rate
from haochaping.cleaning.dates import iso_date
from haochaping.cleaning.text import fold
from haochaping.errors import Problem
from haochaping.quarter import Quarter
from haochaping.sources.grid import Grid
from haochaping.sources.narrative import Narrative

SHEET, HELP_SHEET = "正文与日期", "填写说明"
PROSE_SHEETS = (HELP_SHEET, "封面", "目录", "说明")
"""Sheets of our own workbooks that hold no figures of the quarter."""
QUARTER_ITEM = "季度"
DATES = {
    "统计期起": "period_start",
    "统计期止": "period_end",
    "数据提取时间": "extraction_date",
    "印发日期": "issue_date",
}
TEXTS = {
    "通报标题": "title",
    "印发单位": "issuer",
    "主送": "addressees",
    "正文": "text",
    "下一步工作": "planned_work",
}
FIGURES = {
    "归集上传数据（条）": "records",
    "评价率": "evaluation_rate",
    "差评整改率": "rectification_rate",
    "整改满意率": "rectification_satisfaction_rate",
    "按时整改率": "on_time_rectification_rate",
    "主动评价率": "active_evaluation_rate",
    "好评率": "positive_rate",
}
"""Labels in the first column of the sheet: entries of ``about`` (dates, texts), figures of ``headline``."""
ITEMS = {QUARTER_ITEM: "quarter", **DATES, **TEXTS, **FIGURES}


def read_entries(grid: Grid | None, quarter: Quarter) -> tuple[Narrative, list[Problem]]:
    """What the sheet says, as a bulletin's text would; a workbook need not have it.

    Blank entries are left out. Labels the sheet does not know are problems, for nothing may be
    passed over in silence.
    """
    facts: dict[str, str] = {}
    headline: list[dict[str, Any]] = []
    problems: list[Problem] = []
    labels = {fold(label): name for label, name in ITEMS.items()}
    for number, row in zip(grid.numbers, grid.rows, strict=True) if grid else ():
        label, value = fold(row[0]), row[1].strip() if len(row) > 1 else ""
        if not label or label == "项目" or not value:
            continue
        where = f"{grid.place} 第 {number} 行"  # type: ignore[union-attr]
        name = labels.get(label)
        if name is None:
            problems.append(Problem(where, row[0], f"项目应为 {'、'.join(ITEMS)} 之一"))
        elif name == "quarter":
            if value not in (str(quarter), quarter.label):
                problems.append(Problem(where, value, f"文件夹是 {quarter}，季度应为 {quarter}"))
        elif name in DATES.values():
            day = iso_date(value)
            facts[name] = day or ""
            if not day:
                problems.append(Problem(where, value, "应为日期，如 2023-01-05"))
        elif name in TEXTS.values():
            facts[name] = value
        else:
            try:
                headline.append(_figure(name, value))
            except ValueError as error:
                problems.append(Problem(where, value, f"{row[0]}{error}"))
    start = facts.get("period_start", "")
    found = Quarter(int(start[:4]), (int(start[5:7]) + 2) // 3) if start else None
    if found and found.start != date.fromisoformat(start):
        found = quarter  # a period that begins within a quarter is a finding, not another quarter
    return Narrative(found, None, facts, headline), problems


def _figure(name: str, text: str) -> dict[str, Any]:
    """A row of ``headline``; a percentage may be followed by 以上 or 以下."""
    qualifier = next((word for word in ("以上", "以下", "左右") if text.endswith(word)), "")
    bare = text.removesuffix(qualifier).removesuffix("条").strip()
    cell = read_count(bare, {}) if name == "records" else read_rate(bare, {})
    return {
        "figure": name,
        "value": float(cell.value or 0),
        "unit": "条" if name == "records" else "%",
        "printed": f"{bare}条" if name == "records" else bare,
        "qualifier": qualifier,
        "sentence": "",
    }

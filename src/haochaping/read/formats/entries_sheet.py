"""Read the sheet 正文与日期 of a workbook: figures of the text, dates, titles and notes of the annexes, by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from haochaping.cleaning.dates import iso_date
from haochaping.core.declaration import Declaration, TextFigure
from haochaping.core.errors import InputRefused, Problem
from haochaping.core.period import KINDS, QUARTER, Period, kind_name
from haochaping.core.text import normalize_for_comparison
from haochaping.read.grid.annex_table import AnnexTable
from haochaping.read.grid.grid import Grid
from haochaping.read.text.declared_figures import declared_figures
from haochaping.read.text.lines import split_lines
from haochaping.read.text.narrative import Narrative, read_narrative
from haochaping.reference.reference import Reference

SHEET, HELP_SHEET = "正文与日期", "填写说明"
PROSE_SHEETS = (HELP_SHEET, "封面", "目录", "说明")
"""Sheets of the kit's own workbooks without figures of the quarter."""
QUARTER_ITEM = "季度"
PERIOD_ITEMS = (QUARTER_ITEM, *(kind_name(kind) for kind in KINDS if kind != QUARTER))
"""Labels of the row that says of which period the sheet is, by its kind: 季度, 月份, 半年, 年度."""
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


def annex_items(declaration: Declaration) -> dict[str, tuple[str, str]]:
    """Labels of the rows for title and note of an annex: annex and field of the frame ``annexes``."""
    return {
        f"{spec.words if spec.number is None else f'附件{spec.number}'}{label}": (spec.name, field)
        for spec in declaration.annexes.values()
        for label, field in (("标题", "title"), ("备注", "note"))
    }


def read_entries(grid: Grid | None, quarter: Period, reference: Reference) -> tuple[Narrative, list[Problem]]:
    """Read the sheet, which a workbook need not have, into the form of a bulletin's text; and report problems.

    Blank entries are left out. Unknown labels are problems, because nothing may be ignored silently.
    """
    facts: dict[str, str] = {}
    headline: list[dict[str, Any]] = []
    problems: list[Problem] = []
    declared = _declared_items(reference.declaration)
    labels = {
        normalize_for_comparison(label): label
        for label in [*PERIOD_ITEMS, *ITEMS, *annex_items(reference.declaration), *declared]
    }
    for cell_place, written, value in _filled_rows(grid):
        label = labels.get(normalize_for_comparison(written), "")
        name = ITEMS.get(label, "")
        if not label:
            first = "、".join([*annex_items(reference.declaration)][:2])
            expected = f"项目应为 {'、'.join(items_of(quarter, reference.declaration))} 或 {first} 等之一"
            problems.append(Problem(cell_place, written, expected))
        elif label in PERIOD_ITEMS:
            if not _is_period(value, quarter):
                problems.append(Problem(cell_place, value, f"文件夹是 {quarter}，{label}应为 {quarter}"))
        elif label in DATES:
            day = iso_date(value)
            facts[name] = day or ""
            if not day:
                problems.append(Problem(cell_place, value, "应为日期，如 2023-01-05"))
        elif label in TEXTS:
            facts[name] = value
        elif label in declared:
            row = _declared_figure(declared[label], value, reference.declaration)
            headline += [row] if row else []
            if not row:
                problems.append(Problem(cell_place, value, f"{label}应为一个数，如 230、约2.3万"))
        elif label in FIGURES:
            figure = _figure(label, value)
            headline += [figure] if figure else []
            if not figure:
                problems.append(Problem(cell_place, value, f"{label}{_EXPECTED[name == 'records']}"))
    return Narrative(facts.get("title", ""), facts, headline, _dated(facts, quarter)), problems


def with_annex_entries(
    tables: Sequence[AnnexTable], grid: Grid | None, reference: Reference
) -> tuple[list[AnnexTable], list[Problem]]:
    """Add the titles and notes of the sheet to `tables`; report those that contradict the annex's own sheet."""
    items = annex_items(reference.declaration)
    labels = {normalize_for_comparison(label): label for label in items}
    entries = {
        items[labels[normalize_for_comparison(written)]]: (cell_place, value)
        for cell_place, written, value in _filled_rows(grid)
        if normalize_for_comparison(written) in labels
    }
    problems: list[Problem] = []

    def combine(table: AnnexTable, field: str, own: str) -> str:
        cell_place, value = entries.get((table.spec.name if table.spec else "", field), ("", ""))
        if value and own and normalize_for_comparison(value) != normalize_for_comparison(own):
            problems.append(Problem(cell_place, value, f"{table.place}写的是“{own}”，请只保留一处"))
        return own or value

    completed = [
        replace(t, title=combine(t, "title", t.title), note=combine(t, "note", t.note)) for t in tables
    ]
    return completed, problems


def _filled_rows(grid: Grid | None) -> Iterator[tuple[str, str, str]]:
    """Yield place, label and text of every row that has both."""
    for number, row in zip(grid.numbers, grid.rows, strict=True) if grid else ():
        label, value = row[0].strip(), row[1].strip() if len(row) > 1 else ""
        if label and normalize_for_comparison(label) != "项目" and value:
            yield f"{grid.place} 第 {number} 行", label, value  # type: ignore[union-attr]


def items_of(period: Period, declaration: Declaration) -> dict[str, str]:
    """The items of a city's sheet: label and name of each.

    The row that says the period has the label of its kind (月份). The figures of the text are those that the city declares, and
    the usual ones where it has annexes of its own sentences, which tell them.
    """
    has_usual = any(spec.is_particular for spec in declaration.annexes.values())
    usual = {
        period.name if label == QUARTER_ITEM else label: name
        for label, name in ITEMS.items()
        if has_usual or label not in FIGURES
    }
    return usual | {label: figure.name for label, figure in _declared_items(declaration).items()}


def _declared_items(declaration: Declaration) -> dict[str, TextFigure]:
    """Labels of the declared figures of the text: 交办件数（件）."""
    return {f"{figure.word}（{figure.unit}）": figure for figure in declaration.text_figures.values()}


def _declared_figure(figure: TextFigure, written: str, declaration: Declaration) -> dict[str, Any] | None:
    """A row of ``headline`` for a declared figure; None where the entry is not exactly one number."""
    number = normalize_for_comparison(written).removesuffix(figure.unit)
    found = declared_figures(f"{figure.words_before[0]}{number}{figure.unit}", declaration)
    row = next((row for row in found if row["figure"] == figure.name), None)
    if row is None:
        return None
    rest = number.replace(row["printed"].removesuffix(figure.unit), "", 1)
    return row | {"sentence": ""} if rest == row["qualifier"] else None


def _is_period(written: str, period: Period) -> bool:
    """Whether an entry says `period`, in any form that is read."""
    try:
        return Period.parse(written) == period
    except InputRefused:
        return False


def _dated(facts: dict[str, str], quarter: Period) -> Period | None:
    """Return the period that begins as the dates say; if they begin within a period, `quarter`: a rule tells of it."""
    start = facts.get("period_start", "")
    found = Period.containing(date.fromisoformat(start), quarter.kind) if start else None
    return quarter if found and found.start.isoformat() != start else found


_EXPECTED = {
    True: "应为条数，如 9069695、约907万、907万余、900万以上",
    False: "应为百分数，如 99.9%、99.9%以上、约99.9%、超过99%",
}


def _figure(label: str, text: str) -> dict[str, Any] | None:
    """Return a row of ``headline`` as if read from a bulletin's text; None if `text` is not exactly one figure."""
    claimed = (
        normalize_for_comparison(text).removesuffix("条")
        if FIGURES[label] == "records"
        else normalize_for_comparison(text)
    )
    sentence = f"归集数据{_with_unit(claimed)}" if FIGURES[label] == "records" else f"其中，{label}{claimed}"
    try:
        found = read_narrative(split_lines(f"关于情况的通报\n各单位：\n{sentence}。", {}), SHEET).headline
    except InputRefused:  # two figures in one entry
        return None
    if len(found) != 1:
        return None
    figure = found[0] | {"figure": FIGURES[label], "sentence": ""}
    rest = claimed.replace(figure["printed"].removesuffix("条"), "", 1)
    for word in ("达", "(含)", "条"):
        rest = rest.replace(word, "", 1)
    return figure if rest == figure["qualifier"] else None


def _with_unit(claimed: str) -> str:
    """Insert 条 after a number of records, where a text has it: before 以上 and 左右."""
    after = next((word for word in ("以上", "左右") if claimed.endswith(word)), "")
    return f"{claimed.removesuffix(after).removesuffix('条')}条{after}"

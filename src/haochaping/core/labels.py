"""Chinese names of figures, states and places, as the page, the checks and the workbooks show them."""

from __future__ import annotations

from haochaping.core.annex_numbers import paper_number, printed_table_names
from haochaping.core.declaration import Declaration
from haochaping.core.model import RECORD_TABLE, TEXT_CLAIMS, CellRef, QuarterData
from haochaping.core.period import Period
from haochaping.core.record_counts import CHECK_WORDS

NOTE_HEADINGS = {"title": "标题", "period": "统计范围", "extraction_date": "数据提取时间"}
FIGURES = {
    "records": "归集上传数据",
    "evaluation_rate": "评价率",
    "rectification_rate": "差评整改率",
    "rectification_satisfaction_rate": "整改满意率",
    "on_time_rectification_rate": "按时整改率",
    "active_evaluation_rate": "主动评价率",
    "positive_rate": "好评率",
    "extraction_date": "数据提取时间",
    "issue_date": "印发日期",
    "period": "数据时段",
    "names": "单位名称",
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
    "records": "单件记录",
    "record settings": "单件记录的约定",
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


def column_heading(declaration: Declaration, column: str) -> str:
    """Heading of a column of cells: a measure, a column of names, or title and dates of a note."""
    return NOTE_HEADINGS.get(column) or declaration.heading(column)


def row_words(declaration: Declaration, cell: CellRef) -> str:
    """A cell's row as a reader names it: ``周村区 镇（街道）``, ``住房公积金 张店区``; a figure of the text by its name."""
    if cell.table == TEXT_CLAIMS:
        kind, _, rest = cell.row.partition(":")
        shown = rest if kind in ("word", "note") else ""
        if cell.row in declaration.text_figures:
            return declaration.text_figures[cell.row].word
        return FIGURES.get(kind) or f"{_TEXT_ENTRIES.get(kind, '')} {shown}".strip()
    if cell.table == RECORD_TABLE:
        return CHECK_WORDS[cell.row.partition(":")[0]]
    return " ".join(declaration.word_of(name) for name in cell.names)


def annex_words(data: QuarterData, table: str) -> str:
    """A table in words: ``附件2`` by its number in the papers, ``各大厅表`` where a period lacks it, ``正文`` for the text.

    One without a printed or usual number is called as the bulletin numbers it; one that nobody declared by its place.
    """
    if table == TEXT_CLAIMS:
        return "正文"
    if table == RECORD_TABLE:
        return "单件记录"
    spec = data.declaration.annexes.get(table)
    number = data.annex_number(table)
    if number is None and spec:
        number = paper_number(data, table)
    if number is not None:
        return f"附件{number}"
    if spec:
        return spec.words
    position = data.annexes.loc[data.annexes["table"] == table, "position"]
    return f"第{position.iloc[0]}个表" if len(position) else table


def numbering_words(data: QuarterData) -> str:
    """Which annex is called by which number, where the source prints none and the city declares none; else blank."""
    names = [name for name in printed_table_names(data) if name in data.declaration.annexes]
    if all(data.annex_number(name) is not None for name in names):
        return ""
    listed = "、".join(f"{annex_words(data, name)} {data.declaration.annexes[name].title}" for name in names)
    return f"资料没有印附件编号的，按通报中的次序编号：{listed}"


def page_title(quarter: Period, declaration: Declaration) -> str:
    """The title of a period's page: ``2022年第四季度政务服务“好差评”工作简报``."""
    return f"{quarter.label}{declaration.subject}工作简报"


def bulletin_title(quarter: Period, declaration: Declaration) -> str:
    """The title of a bulletin whose source prints none: ``关于2022年第四季度政务服务“好差评”工作情况的通报``."""
    return f"关于{quarter.label}{declaration.subject}工作情况的通报"


def annex_titles(data: QuarterData) -> dict[str, str]:
    """Names of the city's annexes with their titles in texts, in declared order; also of those that a period lacks."""
    return {spec.name: spec.title for spec in data.declaration.annexes.values()}


def after_annex(heading: str) -> str:
    """A heading right after the words of an annex: 附件3的12345热线, so that the annex's number does not run into it."""
    return f"的{heading}" if heading[:1].isdigit() else heading


def place(data: QuarterData, cell: CellRef) -> str:
    """A cell's table and row in words: ``附件2“市水务集团有限责任公司”``; for a figure of the text ``正文“评价率”``."""
    return f"{annex_words(data, cell.table)}“{row_words(data.declaration, cell)}”"

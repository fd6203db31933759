"""A quarter as the text of a bulletin."""

from __future__ import annotations

from haochaping.core.model import QuarterData
from haochaping.present.printed_table import PrintedTable, printed_table
from haochaping.simulate.simulated_quarter import chinese_date


def print_bulletin(data: QuarterData) -> str:
    """A quarter as the text of a bulletin, in the layout of a published one."""
    figures = {row["figure"]: row for row in data.headline.to_dict("records")}
    rectification = figures["rectification_rate"]["printed"]
    lines = [
        data.fact("title"),
        f"{data.fact('addressees')}：",
        f"{data.quarter.label}，全市归集并上传省平台办件评价数据 {figures['records']['printed']}，"
        f"评价率 {figures['evaluation_rate']['printed']}{figures['evaluation_rate']['qualifier']}"
        + (f"，差评整改率 {rectification}。" if rectification != "/" else "。"),
        data.fact("issuer"),
        chinese_date(data.fact("issue_date")),
    ]
    for annex in data.annexes.to_dict("records"):
        table = printed_table(data, annex["table"])
        lines += [f"附件 {table.number}：", annex["title"], *_header(table)]
        lines += [
            " ".join([str(number), row.name, *(cell.text for cell in row.cells)])
            for number, row in enumerate(table.rows, start=1)
        ]
        lines += [
            " ".join([row.name, *(cell.text for cell in row.cells if cell.text)]) for row in table.totals
        ]
        lines.append(annex["note"])
    return "\n".join(lines) + "\n"


def _header(table: PrintedTable) -> list[str]:
    """The header's lines: one, or names, tiers and the measures of each tier as a two-level header is copied."""
    names = [table.serial_heading, table.key_heading]
    if all(len(column.path) == 1 for column in table.columns):
        return [" ".join([*names, *(column.path[0] for column in table.columns)])]
    tiers = dict.fromkeys(column.path[0] for column in table.columns)
    measures = [
        " ".join(column.path[-1] for column in table.columns if column.path[0] == tier) for tier in tiers
    ]
    return [" ".join(names), " ".join(tiers), *measures]

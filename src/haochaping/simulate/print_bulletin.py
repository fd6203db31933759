"""A quarter as the text of a bulletin."""

from __future__ import annotations

from haochaping.core.labels import COLUMNS
from haochaping.core.model import TABLES, QuarterData
from haochaping.present.annex_layout import SERIAL, TIER_HEADINGS, AnnexLayout, lay_out_annex
from haochaping.simulate.simulated_quarter import chinese_date


def print_bulletin(data: QuarterData) -> str:
    """A quarter as the text of a bulletin, in the layout of a published one."""
    figures = {row["figure"]: row for row in data.headline.to_dict("records")}
    lines = [
        data.fact("title"),
        f"{data.fact('addressees')}：",
        f"{data.quarter.label}，全市归集并上传省平台办件评价数据 {figures['records']['printed']}，"
        f"评价率 {figures['evaluation_rate']['printed']}{figures['evaluation_rate']['qualifier']}，"
        f"差评整改率 {figures['rectification_rate']['printed']}。",
        data.fact("issuer"),
        chinese_date(data.fact("issue_date")),
    ]
    for annex in data.annexes.to_dict("records"):
        layout = lay_out_annex(data, annex["table"])
        lines += [f"附件 {TABLES[annex['table']].annex}：", annex["title"], *_header(layout)]
        lines += [
            " ".join([str(number), row.name, *(cell.text for cell in row.cells)])
            for number, row in enumerate(layout.rows, start=1)
        ]
        lines += [
            " ".join([row.name, *(cell.text for cell in row.cells if cell.text)]) for row in layout.totals
        ]
        lines.append(annex["note"])
    return "\n".join(lines) + "\n"


def _header(layout: AnnexLayout) -> list[str]:
    """The header's lines: one, or names, tiers and the measures of each tier as a two-level header is copied."""
    names = [SERIAL, layout.key_heading]
    tiers = dict.fromkeys(column.key_part["tier"] for column in layout.columns if "tier" in column.key_part)
    if not tiers:
        return [
            " ".join(
                [
                    *names,
                    *(
                        column.key_part.get("district") or COLUMNS[column.measure]
                        for column in layout.columns
                    ),
                ]
            )
        ]
    measures = [
        " ".join(COLUMNS[column.measure] for column in layout.columns if column.key_part["tier"] == tier)
        for tier in tiers
    ]
    return [" ".join(names), " ".join(TIER_HEADINGS[tier] for tier in tiers), *measures]

"""Print a quarter as the plain text of a bulletin."""

from __future__ import annotations

from typing import Any

from haochaping.core.model import TABLES, QuarterData, encode_key
from haochaping.simulate.simulated_quarter import chinese_date


def print_bulletin(data: QuarterData) -> str:
    """Return a quarter as the plain text of a bulletin, in the layout of a published one."""
    from haochaping.core.labels import COLUMNS

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
    unreported_texts = {
        (r["table"], r["key"], r["column"]): r["printed"] for r in data.unreported.to_dict("records")
    }
    for annex in data.annexes.to_dict("records"):
        spec = TABLES[annex["table"]]
        lines += [f"附件 {spec.annex}：", annex["title"]]
        rows = data.table(spec.name).to_dict("records")
        columns = _columns(spec.name, rows)
        headings = ["序号", COLUMNS[spec.key[0]]]
        if spec.name == "towns_and_villages":
            lines += [
                " ".join(headings),
                "镇级 村级",
                *(" ".join(COLUMNS[m] for m in spec.measures) for _ in range(2)),
            ]
        else:
            lines.append(
                " ".join([*headings, *(key_rest.get("district") or COLUMNS[c] for key_rest, c in columns)])
            )
        by_key = {tuple(row[k] for k in spec.key): row for row in rows}
        names = list(dict.fromkeys(row[spec.key[0]] for row in rows))
        for number, name in enumerate(names, start=1):
            cells = []
            for key_rest, column in columns:
                row = by_key[(name, *key_rest.values())]
                key = encode_key({spec.key[0]: name, **key_rest})
                text = (
                    unreported_texts.get((spec.name, key, column))
                    or row.get(f"{column}_printed")
                    or str(int(row[column]))
                )
                cells.append(text)
            lines.append(" ".join([str(number), name, *cells]))
        totals = data.printed_totals[data.printed_totals["table"] == spec.name]
        if len(totals):
            lines.append(" ".join([totals["label"].iloc[0], *totals["printed"]]))
        lines.append(annex["note"])
    return "\n".join(lines) + "\n"


def _columns(table: str, rows: list[dict[str, Any]]) -> list[tuple[dict[str, str], str]]:
    """Return for each printed column its measure and the key columns that are not in the row (none or a district or tier)."""
    spec = TABLES[table]
    if len(spec.key) == 2:
        key_rests = list(dict.fromkeys(row[spec.key[1]] for row in rows))
        return [({spec.key[1]: key_rest}, column) for key_rest in key_rests for column in spec.measures]
    return [({}, column) for column in spec.columns if column in spec.measures]

"""The quarter as a data package: CSV files and ``datapackage.json`` (Frictionless Tabular Data Package)."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from haochaping.core.labels import COLUMNS, UNITS
from haochaping.core.model import TABLES, QuarterData, dtypes
from haochaping.store.tidy_tables import guard_formula, quoting_for

DESCRIPTOR = "datapackage.json"
SUPPLEMENTARY_FRAMES = ("printed_totals", "headline", "unreported", "corrections")
"""Frames other than the five tables that are part of the package when they are not empty."""
_FACTS = (
    "quarter",
    "period_start",
    "period_end",
    "extraction_date",
    "source_kind",
    "title",
    "issuer",
    "issue_date",
    "addressees",
)
_KEYS = {
    "printed_totals": ("table", "key", "column"),
    "headline": ("figure",),
    "unreported": ("table", "key", "column"),
    "corrections": ("table", "key", "column"),
}
_TITLES = {
    "printed_totals": "通报列出的合计",
    "headline": "通报正文中的数",
    "unreported": "没有数字的格",
    "corrections": "更正",
}
_FIELD_TITLES = {
    **COLUMNS,
    "table": "表",
    "key": "行",
    "column": "列",
    "value": "数值",
    "printed": "原文",
    "label": "原文所用名称",
    "figure": "指标",
    "unit": "单位",
    "qualifier": "限定词",
    "sentence": "所在语句",
    "reason": "原因",
    "corrected": "更正为",
    "basis": "依据",
    "by": "经办人",
    "on": "日期",
}
_FIELD_MEANINGS = {
    "tier": "town 为镇（街道），village 为村（社区）",
    "table": "本数据包中资源的名称；headline 为通报正文",
    "key": "该行的主键，JSON 对象；合计行以原文所用名称代替单位名称",
    "column": "该表中的列名",
    "qualifier": "如“以上”“约”",
    "value": "比率为小数，1 即 100%",
}
_FIELD_TYPES = {"str": "string", "Int64": "integer", "float64": "number"}
_ABOUT_CSV = (
    "UTF-8 编码的 CSV。计数为整数，比率为小数（1 即 100%），空白为没有数字，原因见 unreported。"
    "以 = + - @ 或其全角形式开头的文字前加了一个撇号，以免被电子表格当作公式。"
)


def write_package(data: QuarterData, folder: Path) -> None:
    """Write the five tables, the supplementary frames, and ``datapackage.json`` into `folder`.

    A table that the source does not contain has its header row only. The same data give the same bytes;
    files of an earlier package that this one does not have are removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    resources = []
    for name in (*TABLES, *SUPPLEMENTARY_FRAMES):
        content, path = getattr(data, name), folder / f"{name}.csv"
        if name in SUPPLEMENTARY_FRAMES and content.empty:
            path.unlink(missing_ok=True)
            continue
        csv_bytes = _format_csv(content)
        path.write_bytes(csv_bytes)
        resources.append(_resource(name, csv_bytes, data))
    text = json.dumps(_descriptor(data, resources), ensure_ascii=False, indent=2) + "\n"
    (folder / DESCRIPTOR).write_text(text, encoding="utf-8", newline="\n")


# --- the descriptor ---------------------------------------------------------------------------------


def _descriptor(data: QuarterData, resources: list[dict[str, Any]]) -> dict[str, Any]:
    facts = [{"field": name, "value": fact} for name in _FACTS if (fact := data.fact(name))]
    return {
        "profile": "tabular-data-package",
        "name": f"haochaping-{str(data.quarter).lower()}",
        "title": f"{data.quarter.label}政务服务“好差评”数据",
        "description": _ABOUT_CSV,
        "quarter": str(data.quarter),
        "about": facts,
        "sources": _sources(data),
        "resources": resources,
    }


def _sources(data: QuarterData) -> list[dict[str, str]]:
    """The bulletin's title, then the files it was read from with their hashes."""
    title = data.fact("title") or f"{data.quarter.label}政务服务“好差评”工作情况的通报"
    files = [
        {"title": str(row.file), "hash": f"sha256:{row.sha256}"}
        for row in data.inputs.itertuples()
        if row.sha256
    ]
    return [{"title": title}, *files]


def _resource(name: str, content: bytes, data: QuarterData) -> dict[str, Any]:
    spec = TABLES.get(name)
    resource: dict[str, Any] = {
        "name": name,
        "path": f"{name}.csv",
        "profile": "tabular-data-resource",
        "title": f"附件{spec.annex} {spec.title}" if spec else _TITLES[name],
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": {
            "fields": list(_fields(name)),
            "missingValues": [""],
            "primaryKey": list(spec.key if spec else _KEYS[name]),
        },
    }
    if spec and data.table(name).empty:
        resource["description"] = "本期资料没有此附件。"
    if spec:
        annex = data.annexes[data.annexes["table"] == name].to_dict("records")
        if annex:
            resource["annex"] = {key: int(v) if key == "annex" else v for key, v in annex[0].items()}
    return resource


def _fields(name: str) -> Iterator[dict[str, Any]]:
    spec = TABLES.get(name)
    for column, kind in dtypes(name).items():
        base_column = column.removesuffix("_printed")
        is_printed_text = spec is not None and base_column != column
        field: dict[str, Any] = {
            "name": column,
            "title": f"{COLUMNS[base_column]}（原文）" if is_printed_text else _FIELD_TITLES[column],
            "type": _FIELD_TYPES[kind],
        }
        if is_printed_text:
            field["description"] = f"{COLUMNS[base_column]}在通报中的写法"
        elif spec and column in spec.rates:
            field |= {"description": "小数，1 即 100%", "unit": "1"}
        elif spec and column in spec.counts:
            field |= {"description": f"计数，单位：{UNITS[column]}", "unit": UNITS[column]}
        elif column in _FIELD_MEANINGS:
            field["description"] = _FIELD_MEANINGS[column]
        if column in (spec.key if spec else _KEYS[name]):
            field["constraints"] = {"required": True}
        yield field


# --- CSV ----------------------------------------------------------------------------------------------


def _format_csv(content: pd.DataFrame) -> bytes:
    buffer = io.StringIO(newline="")
    rows = [[_csv_text(value) for value in row] for row in content.itertuples(index=False)]
    quoting = quoting_for(text for row in rows for text in row)
    csv.writer(buffer, lineterminator="\n", quoting=quoting).writerows([content.columns, *rows])
    return buffer.getvalue().encode("utf-8")


def _csv_text(value: Any) -> str:
    """A whole number without a point, a fraction in its shortest exact form, text guarded against formulas."""
    if isinstance(value, str):
        return guard_formula(value)
    if pd.isna(value):
        return ""
    return str(int(value)) if float(value).is_integer() else repr(float(value))

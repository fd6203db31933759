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

from haochaping.core.declaration import MIXED_GROUP, MIXED_KEY, AnnexSpec, Declaration, Group
from haochaping.core.labels import annex_words, bulletin_title
from haochaping.core.model import NAME_HEADING, QuarterData, annex_dtypes, dtypes
from haochaping.core.record_counts import SIGNS
from haochaping.store.tidy_tables import guard_formula, quoting_for

DESCRIPTOR = "datapackage.json"
SUPPLEMENTARY_FRAMES = ("cells", "headline", "corrections", "record_counts")
"""Frames other than the annexes that are part of the package when they are not empty."""
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
    "cells": ("table", "group", "row", "member", "column"),
    "headline": ("figure",),
    "corrections": ("table", "row", "member", "column"),
    "record_counts": ("view", "row", "member", "measure"),
}
_MAY_BE_BLANK = ("group", "member")
"""Parts of a key that many rows leave blank."""
_TITLES = {
    "cells": "通报所印的每一格",
    "headline": "通报正文中的数",
    "corrections": "更正",
    "record_counts": "由单件记录汇总的数",
}
_FIELD_TITLES = {
    "table": "表",
    "annex": "附件",
    "group": "行的类别",
    "row": "行",
    "member": "列所属",
    "is_total": "是否合计",
    "column": "列",
    "measure": "指标",
    "value": "数值",
    "printed": "原文",
    "status": "状态",
    "reason": "原因",
    "place": "出处",
    "view": "哪一张表",
    "figure": "指标",
    "unit": "单位",
    "qualifier": "限定词",
    "sentence": "所在语句",
    "corrected": "更正为",
    "basis": "依据",
    "by": "经办人",
    "on": "日期",
}
_FIELD_MEANINGS = {
    ("cells", "table"): "表在资料中的次序，从 1 起",
    ("cells", "annex"): "该附件在本数据包中的资源名称；空白的是本市设置没有说明的表",
    ("cells", "group"): "该行是什么单位（登记的组的名称）；合计行空白",
    ("cells", "row"): "单位名称；合计行为原文所用名称",
    ("cells", "member"): "同一指标分列时，该列属于谁；合计列为原文所用名称",
    ("cells", "column"): "原文的列名，多层表头以 / 连接",
    ("cells", "measure"): "指标在该附件中的列名；空白的是本市设置没有说明的列",
    ("cells", "value"): "比率为小数，1 即 100%；空白的没有数字",
    ("cells", "status"): "number 为数字，missing 为没有数字，as_printed 为照原文保留、不核对",
    ("cells", "reason"): "没有数字的原因",
    ("cells", "place"): "所读文件和位置",
    (
        "record_counts",
        "view",
    ): "flow 记录的去向，annex:… 附件各格（@ 后是另一种口径），channel 渠道，level 满意度，"
    "reason 差评原因，week、hour、days_to_evaluation 评价时间，item 事项，area、department 关联，places 镇村，loop 整改闭环",
    ("record_counts", "value"): "空白的是数量很少、不显示的",
    ("headline", "qualifier"): "如“以上”“约”",
    ("headline", "value"): "比率为小数，1 即 100%",
    ("corrections", "table"): "该附件在本数据包中的资源名称；headline 为通报正文",
    ("corrections", "row"): "单位名称；合计行为原文所用名称；通报正文为指标",
    ("corrections", "member"): "同一指标分列时，该列属于谁",
    ("corrections", "column"): "该附件中的列名",
}
_FIELD_TYPES = {
    "str": "string",
    "Int64": "integer",
    "int64": "integer",
    "float64": "number",
    "bool": "boolean",
}
_ABOUT_CSV = (
    "UTF-8 编码的 CSV。cells 一行为通报所印的一格，各附件的表由它整理而成，合计只在 cells 中。"
    "计数为整数，比率为小数（1 即 100%），空白为没有数字，原因见 cells。"
    "以 = + - @ 或其全角形式开头的文字前加了一个撇号，以免被电子表格当作公式。"
)


def write_package(data: QuarterData, folder: Path) -> None:
    """Write the table of every annex, the supplementary frames, and ``datapackage.json`` into `folder`.

    An annex that the source does not contain has its header row only. The same data give the same bytes;
    files of an earlier package that this one does not have are removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    resources = []
    annexes = data.declaration.annexes
    for name in (*annexes, *SUPPLEMENTARY_FRAMES):
        content = data.table(name) if name in annexes else _published(data, name)
        path = folder / f"{name}.csv"
        if name in SUPPLEMENTARY_FRAMES and content.empty:
            path.unlink(missing_ok=True)
            continue
        csv_bytes = _format_csv(content)
        path.write_bytes(csv_bytes)
        resources.append(_resource(name, csv_bytes, data))
    text = json.dumps(_descriptor(data, resources), ensure_ascii=False, indent=2) + "\n"
    (folder / DESCRIPTOR).write_text(text, encoding="utf-8", newline="\n")


def _published(data: QuarterData, name: str) -> pd.DataFrame:
    """A frame as it is published; signs about a unit's evaluations are for that unit alone."""
    content: pd.DataFrame = getattr(data, name)
    return content[content["view"] != SIGNS] if name == "record_counts" else content


# --- the descriptor ---------------------------------------------------------------------------------


def _descriptor(data: QuarterData, resources: list[dict[str, Any]]) -> dict[str, Any]:
    facts = [{"field": name, "value": fact} for name in _FACTS if (fact := data.fact(name))]
    undeclared = data.annexes[~data.annexes["table"].isin(data.declaration.annexes)]
    others = [
        {key: _json_value(value) for key, value in row.items()} for row in undeclared.to_dict("records")
    ]
    return {
        "profile": "tabular-data-package",
        "name": f"haochaping-{str(data.quarter).lower()}",
        "title": f"{data.quarter.label}{data.declaration.subject}数据",
        "description": _ABOUT_CSV,
        "quarter": str(data.quarter),
        "about": facts,
        **({"undeclared": others} if others else {}),
        "sources": _sources(data),
        "resources": resources,
    }


def _sources(data: QuarterData) -> list[dict[str, str]]:
    """The bulletin's title, then the files it was read from with their hashes."""
    title = data.fact("title") or bulletin_title(data.quarter, data.declaration)
    files = [
        {"title": str(row.file), "hash": f"sha256:{row.sha256}"}
        for row in data.inputs.itertuples()
        if row.sha256
    ]
    return [{"title": title}, *files]


def _resource(name: str, content: bytes, data: QuarterData) -> dict[str, Any]:
    spec = data.declaration.annexes.get(name)
    resource: dict[str, Any] = {
        "name": name,
        "path": f"{name}.csv",
        "profile": "tabular-data-resource",
        "title": f"{annex_words(data, name)} {spec.title}" if spec else _TITLES[name],
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": {
            "fields": list(_annex_fields(spec, data) if spec else _frame_fields(name)),
            "missingValues": [""],
            "primaryKey": list(spec.key if spec else _KEYS[name]),
        },
    }
    if spec and data.table(name).empty:
        resource["description"] = "本期资料没有此附件。"
    if spec:
        annex = data.annexes[data.annexes["table"] == name].to_dict("records")
        if annex:
            resource["annex"] = {
                key: _json_value(value) for key, value in annex[0].items() if key != NAME_HEADING
            }
    return resource


def _json_value(value: Any) -> Any:
    """A text or whole number of the frame ``annexes`` for JSON; None where it is missing."""
    if isinstance(value, str):
        return value
    return None if pd.isna(value) else int(value)


def _annex_fields(spec: AnnexSpec, data: QuarterData) -> Iterator[dict[str, Any]]:
    declaration, columns = data.declaration, data.table(spec.name).columns
    for column, kind in annex_dtypes(spec, columns).items():
        measure = column.removesuffix("_printed")
        heading = declaration.heading(measure)
        field: dict[str, Any] = {"name": column, "title": heading, "type": _FIELD_TYPES[kind]}
        if column in spec.key:
            field["title"] = _KEY_TITLES.get(column, heading)
            field |= {"description": words} if (words := _key_meaning(spec, column)) else {}
            field["constraints"] = {"required": True}
        elif column != measure:
            field |= {"title": f"{heading}（原文）", "description": f"{heading}在通报中的写法"}
        else:
            field |= _measure_meaning(declaration, measure)
        yield field


_KEY_TITLES = {MIXED_GROUP: "类别", MIXED_KEY: "单位"}


def _key_meaning(spec: AnnexSpec, column: str) -> str:
    """What the names in a key column mean: ``town 为镇（街道），village 为村（社区）``; blank for names of units."""
    if column == MIXED_GROUP:
        return "，".join(f"{group.name} 为{group.word}" for group in spec.groups)
    groups: list[Group] = [*spec.groups, *([spec.columns_by] if spec.columns_by else [])]
    members = [member for group in groups if group.key == column for member in group.members]
    return "，".join(f"{member.name} 为{member.word}" for member in members)


def _measure_meaning(declaration: Declaration, name: str) -> dict[str, str]:
    measure = declaration.measures[name]
    if measure.is_percentage:
        return {"description": "小数，1 即 100%", "unit": "1"}
    if measure.is_count:
        return {"description": f"计数，单位：{measure.unit}", "unit": measure.unit}
    return {"unit": measure.unit} if measure.unit else {}


def _frame_fields(name: str) -> Iterator[dict[str, Any]]:
    for column, kind in dtypes(name).items():
        field: dict[str, Any] = {
            "name": column,
            "title": _FIELD_TITLES[column],
            "type": _FIELD_TYPES[kind],
        }
        if meaning := _FIELD_MEANINGS.get((name, column)):
            field["description"] = meaning
        if column in _KEYS[name] and column not in _MAY_BE_BLANK:
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
    """``true`` or ``false``, a whole number without a point, a fraction in its shortest exact form, text guarded against formulas."""
    if isinstance(value, str):
        return guard_formula(value)
    if isinstance(value, bool):
        return str(value).lower()
    if pd.isna(value):
        return ""
    return str(int(value)) if float(value).is_integer() else repr(float(value))

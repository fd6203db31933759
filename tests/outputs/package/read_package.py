"""Reads a data package back, as another program would: what tests hold the written package to."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from haochaping.core.declaration import Declaration
from haochaping.core.errors import InputRefused, Problem, refuse
from haochaping.core.model import QuarterData, annex_dtypes, dtypes, frame
from haochaping.core.period import Period
from haochaping.outputs.package.data_package import DESCRIPTOR, SUPPLEMENTARY_FRAMES
from haochaping.store.tidy_tables import unguard_formula


def read_package(folder: Path, quarter: Period, declaration: Declaration) -> QuarterData:
    """Read a package that :func:`write_package` wrote, as an equal model of the quarter.

    The tables of the annexes are held to what the cells say.

    Raises
    ------
    InputRefused
        There is no package of that quarter, or a file was changed since or is not as described.
    """
    descriptor = _read_descriptor(folder / DESCRIPTOR)
    if descriptor.get("quarter") != str(quarter):
        raise refuse(str(folder / DESCRIPTOR), str(descriptor.get("quarter", "")), f"季度应为 {quarter}")
    frames: dict[str, pd.DataFrame] = {}
    problems: list[Problem] = []
    for resource in descriptor["resources"]:
        name, path = resource["name"], folder / f"{resource['name']}.csv"
        if name not in (*declaration.annexes, *SUPPLEMENTARY_FRAMES):
            problems.append(Problem(str(folder / DESCRIPTOR), name, "数据包中没有这种表"))
            continue
        csv_bytes = path.read_bytes() if path.is_file() else b""
        if f"sha256:{hashlib.sha256(csv_bytes).hexdigest()}" != resource.get("hash"):
            problems.append(Problem(str(path), "", f"与 {DESCRIPTOR} 所载不符，文件缺失或改动过"))
            continue
        try:
            frames[name] = _parse_csv(csv_bytes, _types(name, csv_bytes, declaration), path)
        except InputRefused as refusal:
            problems += refusal.problems
    if problems:
        raise InputRefused(problems)
    frames["about"] = frame("about", descriptor.get("about", []))
    frames["annexes"] = frame("annexes", [r["annex"] for r in descriptor["resources"] if "annex" in r])
    tables = {name: frames.pop(name) for name in declaration.annexes}
    data = QuarterData(quarter, declaration, **frames)
    differing = [name for name, table in tables.items() if not table.equals(data.table(name))]
    if differing:
        raise refuse(str(folder), "、".join(differing), "各附件的表应与 cells.csv 一致")
    return data


def _types(name: str, content: bytes, declaration: Declaration) -> dict[str, str]:
    """The columns that a file should have; of an annex those optional ones that are there."""
    if name in SUPPLEMENTARY_FRAMES:
        return dtypes(name)
    return annex_dtypes(declaration.annexes[name], content.partition(b"\n")[0].decode().split(","))


def _read_descriptor(path: Path) -> dict[str, Any]:
    try:
        descriptor = json.loads(path.read_text(encoding="utf-8"))
        well_formed = all(isinstance(resource["name"], str) for resource in descriptor["resources"])
    except FileNotFoundError:
        raise refuse(str(path), "未找到", "应为本工具写出的数据包") from None
    except (ValueError, KeyError, TypeError):
        well_formed = False
    if not well_formed:
        raise refuse(str(path), "", "应为本工具写出的数据包说明（JSON）")
    return descriptor


def _parse_csv(content: bytes, types: dict[str, str], path: Path) -> pd.DataFrame:
    reader = csv.reader(io.StringIO(content.decode("utf-8"), newline=""))
    header = next(reader, [])
    if header != list(types):
        raise refuse(str(path), "、".join(header), f"列应依次为 {'、'.join(types)}")
    convert: dict[str, Callable[[str], Any]] = {
        "str": unguard_formula,
        "Int64": _parse_count,
        "int64": int,
        "bool": {"true": True, "false": False}.__getitem__,
        "float64": _parse_fraction,
    }
    rows, problems = [], []
    for cells in reader:
        try:
            pairs = zip(types.items(), cells, strict=True)
            rows.append({column: convert[kind](text) for (column, kind), text in pairs})
        except (ValueError, KeyError):
            problems.append(
                Problem(f"{path} 第 {reader.line_num} 行", "、".join(cells)[:80], "应与说明的列和类型一致")
            )
    if problems:
        raise InputRefused(problems)
    columns = {
        column: pd.array([row[column] for row in rows], dtype=kind)  # type: ignore[call-overload]
        for column, kind in types.items()
    }
    return pd.DataFrame(columns)


def _parse_count(text: str) -> int | None:
    return int(text) if text else None


def _parse_fraction(text: str) -> float | None:
    return float(text) if text else None

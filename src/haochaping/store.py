"""The tidy back series: ``data/tidy/<quarter>/*.csv``, one file a frame of the model."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Literal

import pandas as pd

from haochaping.errors import InputRefused, Problem, refuse
from haochaping.model import QuarterData, dtypes, frame
from haochaping.quarter import Quarter
from haochaping.revisions import add_revisions

_FORMULA = re.compile(r"'*\s*[=+\-@＝＋－＠]|'*[\t\r\n]")
"""What a spreadsheet may take for a formula: blanks before the sign and its full-width form count too."""


def write_tidy(data: QuarterData, folder: Path) -> bool:
    """Write every frame of `data` that is not empty as CSV (UTF-8, line feeds), and nothing else.

    Values that differ from what the folder held are remembered in ``revisions.csv``.

    Text that a spreadsheet would take for a formula is written with an apostrophe before it, which
    :func:`read_tidy` takes away again.

    Returns
    -------
    bool
        Whether any file changed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data = with_revisions(data, folder)
    wanted = {f"{name}.csv": _to_csv(content) for name, content in data.frames() if not content.empty}
    changed = False
    for name, _ in data.frames():
        stale = folder / f"{name}.csv"
        if stale.name not in wanted and stale.exists():
            stale.unlink()
            changed = True
    for name, content in wanted.items():
        path = folder / name
        if not path.exists() or path.read_bytes() != content:
            aside = path.with_suffix(".part")
            aside.unlink(missing_ok=True)  # a link that lies there is not followed
            aside.write_bytes(content)
            aside.replace(path)
            changed = True
    return changed


def with_revisions(data: QuarterData, folder: Path) -> QuarterData:
    """`data` with the folder's revisions, and a new one for every cell that differs from what the folder holds."""
    if not (folder / "about.csv").exists():
        return data
    try:
        before = read_tidy(folder, data.quarter)
    except InputRefused:
        return data  # what is there cannot be read: nothing to compare with
    return add_revisions(before, data, date.today())


def read_tidy(folder: Path, quarter: Quarter) -> QuarterData:
    """Read back what :func:`write_tidy` wrote: an equal model.

    Raises
    ------
    InputRefused
        The folder holds no tidy data, or a file has other columns or cells than the contract.
    """
    if not (folder / "about.csv").exists():
        raise refuse(str(folder), "", f"未找到{quarter.label}整理后的数据")
    frames = {name: _from_csv(folder / f"{name}.csv", name) for name, _ in QuarterData(quarter).frames()}
    data = QuarterData(quarter, **frames)
    if data.fact("quarter") != str(quarter):
        raise refuse(str(folder / "about.csv"), data.fact("quarter"), f"季度应为 {quarter}")
    return data


def _to_csv(content: pd.DataFrame) -> bytes:
    text = content.copy()
    for column in text.columns:
        if text[column].dtype == "str":
            text[column] = [guard_formula(value) for value in text[column]]
    buffer = io.StringIO(newline="")
    quoting = quoting_for(text.select_dtypes("str").to_numpy().ravel())
    text.to_csv(buffer, index=False, lineterminator="\n", quoting=quoting)
    return buffer.getvalue().encode("utf-8")


def quoting_for(texts: Iterable[str]) -> Literal[0, 1]:
    """How fields are quoted in a CSV whose lines end with a line feed: all of them where one holds a carriage return.

    Otherwise that would stand without quotes, and what follows it would begin a line of its own.
    """
    return csv.QUOTE_ALL if any("\r" in text for text in texts) else csv.QUOTE_MINIMAL


def guard_formula(value: str) -> str:
    """`value` with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{value}" if _FORMULA.match(value) else value


def unguarded(value: str) -> str:
    """The value behind :func:`guard_formula`."""
    return value[1:] if value.startswith("'") and _FORMULA.match(value) else value


def _from_csv(path: Path, name: str) -> pd.DataFrame:
    if not path.exists():
        return frame(name, [])
    types = dtypes(name)
    raw = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    if list(raw.columns) != list(types):
        raise refuse(str(path), "、".join(raw.columns), f"列应依次为 {'、'.join(types)}")
    problems: list[Problem] = []
    columns = {}
    for column, kind in types.items():
        if kind == "str":
            columns[column] = raw[column].map(unguarded).astype("str")
            continue
        numbers = pd.to_numeric(raw[column].where(raw[column] != ""), errors="coerce")
        wrong = numbers.isna() & (raw[column] != "")
        if kind == "Int64":
            wrong |= numbers.notna() & (numbers % 1 != 0)
        problems += [
            Problem(f"{path} 第 {i + 2} 行 {column}", raw[column][i], "应为数或空白")
            for i in raw.index[wrong]
        ]
        columns[column] = pd.Series(numbers.where(~wrong), dtype=kind)
    if problems:
        raise InputRefused(problems)
    return pd.DataFrame(columns)

"""The tidy back series: ``data/tidy/<quarter>/*.csv``, one file a frame of the model."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Literal

import pandas as pd

from haochaping.cleaning.csv_cell_limit import csv_cell_limit
from haochaping.cleaning.number_or_missing import MOST_DIGITS
from haochaping.core.errors import InputRefused, Problem, refuse
from haochaping.core.model import FRAMES, QuarterData, dtypes, frame
from haochaping.core.period import Period
from haochaping.files.exclusive_lock import exclusive_lock
from haochaping.files.swap_folder import stage_and_swap_in
from haochaping.store.revisions import add_revisions

LONGEST_TEXT = 10_000_000
"""Most characters of one cell: the whole text of a bulletin is in one."""
_FORMULA = re.compile(r"'*\s*[=+\-@＝＋－＠]|'*[\t\r\n]")
"""Text that a spreadsheet may take for a formula; blanks before the sign and its full-width form count too."""


def write_tidy(data: QuarterData, folder: Path) -> bool:
    """Write every frame of `data` that is not empty as CSV (UTF-8, line feeds); the folder changes in one step.

    Values that differ from those in the folder are recorded in ``revisions.csv``. Text that a spreadsheet would take
    for a formula gets an apostrophe before it, which :func:`read_tidy` removes.

    Returns
    -------
    bool
        Whether any file changed.
    """
    if _read_files(folder) == _csv_files(with_revisions(data, folder)):
        return False
    with exclusive_lock(folder), stage_and_swap_in(folder) as staging:
        content = _csv_files(with_revisions(data, folder))
        if folder.is_dir():
            shutil.copytree(folder, staging, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.part"))
        for name in _read_files(staging):
            (staging / name).unlink()
        _write_files(content, staging)
    return True


def write_frames(data: QuarterData, folder: Path) -> None:
    """Write the files of :func:`write_tidy` to a new folder, to hand a quarter over to another process."""
    folder.mkdir(parents=True)
    _write_files(_csv_files(data), folder)


def _csv_files(data: QuarterData) -> dict[str, bytes]:
    return {f"{name}.csv": _to_csv(content) for name, content in data.frames() if not content.empty}


def _read_files(folder: Path) -> dict[str, bytes]:
    paths = [folder / f"{name}.csv" for name in FRAMES]
    return {path.name: path.read_bytes() for path in paths if path.exists()}


def _write_files(files: Mapping[str, bytes], folder: Path) -> None:
    for name, content in files.items():
        (folder / name).write_bytes(content)


def with_revisions(data: QuarterData, folder: Path) -> QuarterData:
    """Return `data` with the folder's revisions and a new one for every cell that differs from the folder's tables."""
    if not (folder / "about.csv").exists():
        return data
    try:
        before = read_tidy(folder, data.quarter)
    except InputRefused:
        return data  # the folder cannot be read: nothing to compare with
    return add_revisions(before, data, date.today())


def read_tidy(folder: Path, quarter: Period) -> QuarterData:
    """Read the files of :func:`write_tidy`; the result equals the data written.

    Raises
    ------
    InputRefused
        The folder holds no tidy data, or a file has other columns or cells than the contract.
    """
    if not (folder / "about.csv").exists():
        raise refuse(str(folder), "", f"未找到{quarter.label}整理后的数据")
    frames = {name: _from_csv(folder / f"{name}.csv", name) for name in FRAMES}
    data = QuarterData(quarter, **frames)
    if data.fact("quarter") != str(quarter):
        raise refuse(str(folder / "about.csv"), data.fact("quarter"), f"{quarter.name}应为 {quarter}")
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
    """The ``quoting`` of a CSV whose lines end with a line feed: all fields where one holds a carriage return.

    ``csv`` would not quote that field for it, and readers would take the carriage return for the end of a line.
    """
    return csv.QUOTE_ALL if any("\r" in text for text in texts) else csv.QUOTE_MINIMAL


def guard_formula(value: str) -> str:
    """`value`, with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{value}" if _FORMULA.match(value) else value


def unguard_formula(value: str) -> str:
    """The inverse of :func:`guard_formula`."""
    return value[1:] if value.startswith("'") and _FORMULA.match(value) else value


def _from_csv(path: Path, name: str) -> pd.DataFrame:
    if not path.exists():
        return frame(name, [])
    types = dtypes(name)
    raw = _read_cells(path, list(types))
    problems: list[Problem] = []
    columns = {}
    for column, kind in types.items():
        if kind == "str":
            columns[column] = raw[column].map(unguard_formula).astype("str")
            if column == "key":
                problems += _invalid_keys(path, columns[column])
            continue
        numbers = pd.to_numeric(raw[column].where(raw[column] != ""), errors="coerce")
        wrong = numbers.isna() & (raw[column] != "")
        wrong |= numbers.abs() >= 10**MOST_DIGITS
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


def _read_cells(path: Path, columns: list[str]) -> pd.DataFrame:
    """The cells of a CSV as text; every row must have as many as there are columns."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        with csv_cell_limit(LONGEST_TEXT):
            reader = csv.reader(io.StringIO(text, newline=""), strict=True)
            head, *rows = [row for row in reader if row] or [[]]
    except (UnicodeDecodeError, csv.Error) as error:
        raise refuse(str(path), type(error).__name__, "应为本工具写出的 CSV 文件（UTF-8）") from None
    if head != columns:
        raise refuse(str(path), "、".join(head)[:200], f"列应依次为 {'、'.join(columns)}")
    wrong = [
        Problem(f"{path} 第 {i} 行", ",".join(row)[:80], f"应有 {len(columns)} 格，读到 {len(row)} 格")
        for i, row in enumerate(rows, start=2)
        if len(row) != len(columns)
    ]
    if wrong:
        raise InputRefused(wrong)
    return pd.DataFrame(rows, columns=columns, dtype="str")


def _invalid_keys(path: Path, keys: pd.Series) -> list[Problem]:
    """Problems with keys that are no JSON object of texts."""
    expected = '应为 JSON，如 {"district": "某区"}'
    return [
        Problem(f"{path} 第 {i + 2} 行 key", text, expected)
        for i, text in keys.items()
        if not _is_valid_key(text)
    ]


def _is_valid_key(text: str) -> bool:
    try:
        key = json.loads(text)
    except ValueError:
        return False
    return isinstance(key, dict) and all(isinstance(value, str) for value in key.values())

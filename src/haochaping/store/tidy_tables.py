"""The tidy back series: ``data/tidy/<quarter>/*.csv``.

``cells.csv`` and the frames beside it are what a quarter is read back from; the file of each annex is for people.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Literal

import pandas as pd

from haochaping.cleaning.csv_cell_limit import csv_cell_limit
from haochaping.cleaning.number_or_missing import MOST_DIGITS
from haochaping.core.declaration import Declaration
from haochaping.core.errors import InputRefused, Problem, refuse
from haochaping.core.model import (
    AS_PRINTED,
    AUXILIARY_FRAMES,
    MISSING,
    NAME_HEADING,
    NUMBER,
    QuarterData,
    dtypes,
    frame,
)
from haochaping.core.period import Period
from haochaping.files.exclusive_lock import exclusive_lock
from haochaping.files.free_path import free_path
from haochaping.files.swap_folder import stage_and_swap_in
from haochaping.reference.reference import Reference
from haochaping.store.cells_csv import COLUMNS, TEXT_ROWS, cell_records, cells_of
from haochaping.store.revisions import add_revisions

LONGEST_TEXT = 10_000_000
"""Most characters of one cell: the whole text of a bulletin is in one."""
CELLS, ABOUT, CHECKSUMS = "cells.csv", "about.csv", "checksums.csv"
CHANGED = "changed"
"""Folder for tables that were changed by hand, below a tidy folder."""
_MAKE_AGAIN = "请重新运行 python -m haochaping tidy {}"
_NUMBER_COLUMNS = ("table", "value")
"""Columns of ``cells.csv`` that hold numbers."""
_FORMER = ("printed_totals.csv", "unreported.csv", "origins.csv")
"""Files of earlier versions, which are removed: their content is in ``cells.csv``."""
_OPTIONAL = {"annexes": (NAME_HEADING,)}
"""Columns of frames that their files have only where they say something."""
_FORMULA = re.compile(r"'*\s*[=+\-@＝＋－＠]|'*[\t\r\n]")
"""Text that a spreadsheet may take for a formula; blanks before the sign and its full-width form count too."""


def write_tidy(data: QuarterData, folder: Path, report_progress: Callable[[str], None] | None = None) -> bool:
    """Write cells, annexes and the other frames of `data` as CSV (UTF-8, line feeds); the folder changes in one step.

    Files that people changed there go to :data:`CHANGED`, which is told; what else they keep there stays.
    Values that differ from those in the folder are recorded in ``revisions.csv``. Text that a spreadsheet would take
    for a formula gets an apostrophe before it, which :func:`read_tidy` removes.

    Returns
    -------
    bool
        Whether any file changed.
    """
    if not differing_files(data, folder):
        return False
    with exclusive_lock(folder), stage_and_swap_in(folder, _keep_rest) as staging:
        content = _csv_files(with_revisions(data, folder))
        changed = _changed_by_hand(folder)
        if folder.is_dir():
            shutil.copytree(folder, staging, dirs_exist_ok=True, symlinks=True, ignore=_special_files)
        for name in changed:
            (staging / CHANGED).mkdir(exist_ok=True)
            shutil.copy2(folder / name, free_path(staging / CHANGED, name))
        for name in _read_files(staging, data.declaration):
            (staging / name).unlink()
        _write_files(content, staging)
    if changed and report_progress:
        report_progress(
            f"{folder} 中的 {'、'.join(changed)} 整理以后改动过，已重新写出；原来的在 {CHANGED}/ 中"
        )
    return True


def _changed_by_hand(folder: Path) -> list[str]:
    """Files of a tidy folder that are there and no longer as they were written; none where that is not known."""
    try:
        return [name for name in changed_files(folder) if (folder / name).is_file()]
    except InputRefused:
        return []


def _special_files(folder: str, names: Sequence[str]) -> list[str]:
    """Names in a folder that are not copied: no files, folders or links (moved after the swap), and half-written tables."""
    paths = {name: Path(folder, name) for name in names}
    return [
        name
        for name, path in paths.items()
        if path.suffix == ".part" or not (path.is_symlink() or path.is_file() or path.is_dir())
    ]


def _keep_rest(old: Path, new: Path) -> None:
    """Move what is in the folder that was replaced alone, and none of its tables, to the one in its place."""
    known = _checksum_names(old)
    for path in old.iterdir():
        is_ours = path.name in known or path.suffix == ".part"
        if not is_ours and not os.path.lexists(new / path.name):
            path.rename(new / path.name)


def _checksum_names(folder: Path) -> set[str]:
    content = _content(folder / CHECKSUMS) or b""
    return {line.partition(",")[0] for line in content.decode("utf-8", "replace").splitlines()} | {
        CHECKSUMS,
        *_FORMER,
    }


def differing_files(data: QuarterData, folder: Path) -> list[str]:
    """Names of the files of :func:`write_tidy` that would be written anew, or removed, if `data` were written."""
    before, now = _read_files(folder, data.declaration), _csv_files(with_revisions(data, folder))
    return sorted(name for name in {*before, *now} if before.get(name) != now.get(name))


def write_frames(data: QuarterData, folder: Path) -> None:
    """Write the files of :func:`write_tidy` to a new folder, to hand a quarter over to another process."""
    folder.mkdir(parents=True)
    _write_files(_csv_files(data), folder)


def _csv_files(data: QuarterData) -> dict[str, bytes]:
    """Every file by its name; a frame that is empty has none, but the cells always have one."""
    tables = {name: data.table(name) for name in data.declaration.annexes}
    frames = {name: _without_blank_optional(name, getattr(data, name)) for name in AUXILIARY_FRAMES}
    files = {
        CELLS: _to_csv(pd.DataFrame(cell_records(data), columns=COLUMNS, dtype="str"), _NUMBER_COLUMNS),
        **{f"{name}.csv": _to_csv(content) for name, content in (tables | frames).items() if len(content)},
    }
    return {**files, CHECKSUMS: _checksums(files)}


def _checksums(files: Mapping[str, bytes]) -> bytes:
    """The SHA-256 of every file, as CSV with columns ``file`` and ``sha256``."""
    lines = (f"{name},{hashlib.sha256(content).hexdigest()}" for name, content in sorted(files.items()))
    return "\n".join(("file,sha256", *lines, "")).encode("utf-8")


def changed_files(folder: Path) -> list[str]:
    """Names of the files of a tidy folder that are no longer as they were written: changed or gone.

    Raises
    ------
    InputRefused
        The folder has no checksums, as those of earlier versions.
    """
    try:
        lines = (folder / CHECKSUMS).read_text("utf-8").split()[1:]
        known: dict[str, str] = dict(line.split(",") for line in lines)
        if not {CELLS, ABOUT} <= {*known}:
            raise ValueError(folder)
    except (OSError, ValueError):
        raise refuse(str(folder), f"没有 {CHECKSUMS}，或不完整", _MAKE_AGAIN.format(folder.name)) from None
    now = {name: content for name in known if (content := _content(folder / name)) is not None}
    changed = {n for n in known if n not in now or hashlib.sha256(now[n]).hexdigest() != known[n]}
    frames = {f"{name}.csv" for name in AUXILIARY_FRAMES}
    return sorted(changed | {name for name in frames - {*known} if (folder / name).exists()})


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _without_blank_optional(name: str, content: pd.DataFrame) -> pd.DataFrame:
    """A frame without columns that files need not have and that say nothing."""
    blank = [column for column in _OPTIONAL.get(name, ()) if not (content[column] != "").any()]
    return content.drop(columns=blank)


def _read_files(folder: Path, declaration: Declaration) -> dict[str, bytes]:
    """The files of :func:`write_tidy` that are in the folder, and those of earlier versions."""
    names = dict.fromkeys([*declaration.annexes, *AUXILIARY_FRAMES, *_former_annexes(folder)])
    frames = [f"{name}.csv" for name in names]
    paths = [folder / name for name in (CELLS, *frames, *_FORMER, CHECKSUMS)]
    return {path.name: path.read_bytes() for path in paths if path.is_file()}


def _former_annexes(folder: Path) -> list[str]:
    """Names of the annexes that the folder was written with: its cells name them, whatever is declared by now."""
    try:
        cells = _read_cells(folder / CELLS, COLUMNS)
    except (InputRefused, OSError):
        return []
    return [name for name in cells["annex"].unique() if name.isidentifier() and name != TEXT_ROWS]


def _write_files(files: Mapping[str, bytes], folder: Path) -> None:
    for name, content in files.items():
        (folder / name).write_bytes(content)


def with_revisions(data: QuarterData, folder: Path) -> QuarterData:
    """Return `data` with the folder's revisions and a new one for every cell that differs from the folder's tables."""
    if not (folder / ABOUT).exists():
        return data
    try:  # which cells are totals makes no difference to their texts
        before = _read(folder, data.quarter, data.declaration, frozenset())
    except InputRefused:
        return data  # the folder cannot be read: nothing to compare with
    return add_revisions(before, data, date.today())


def read_tidy(folder: Path, quarter: Period, reference: Reference) -> QuarterData:
    """Read the files of :func:`write_tidy`; the result equals the data written.

    Raises
    ------
    InputRefused
        The folder holds no tidy data, or those of an earlier version; or a file has other columns or cells than it
        should.
    """
    return _read(folder, quarter, reference.declaration, reference.totals)


def _read(folder: Path, quarter: Period, declaration: Declaration, totals: frozenset[str]) -> QuarterData:
    if not (folder / ABOUT).exists():
        raise refuse(str(folder), "", f"未找到{quarter.label}整理后的数据")
    if special := [path.name for path in folder.glob("*.csv") if not path.is_file()]:
        raise refuse(str(folder), "、".join(special), "不是文件，或是断开的链接；请移走")
    if changed := changed_files(folder):
        expected = (
            f"应为整理时写出的内容；数有更正的，写在 raw/{quarter}/review.xlsx，不改这里；"
            f"有原始资料的，{_MAKE_AGAIN.format(quarter)}"
        )
        raise refuse(str(folder), f"整理以后改动或删去了 {'、'.join(changed)}", expected)
    frames = {name: _from_csv(folder / f"{name}.csv", name) for name in AUXILIARY_FRAMES}
    cells = _cells_from_csv(folder / CELLS, declaration, totals)
    data = QuarterData(quarter, declaration, cells=cells, **frames)
    if data.fact("quarter") != str(quarter):
        raise refuse(str(folder / ABOUT), data.fact("quarter"), f"季度应为 {quarter}")
    return data


def _to_csv(content: pd.DataFrame, numbers: Iterable[str] = ()) -> bytes:
    """A frame as CSV; `numbers` are columns of text that hold numbers, whose minus sign makes no formula."""
    text = content.copy()
    for column in text.columns:
        if text[column].dtype == "str" and column not in numbers:
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
    raw = _read_cells(path, list(types), _OPTIONAL.get(name, ()))
    problems: list[Problem] = []
    columns = {}
    for column, kind in types.items():
        if kind == "str":
            columns[column] = raw[column].map(unguard_formula).astype("str")
            continue
        numbers, wrong = _numbers(path, raw[column], is_whole=kind == "Int64")
        problems += wrong
        columns[column] = pd.Series(numbers, dtype=kind)
    if problems:
        raise InputRefused(problems)
    return pd.DataFrame(columns)


def _numbers(path: Path, texts: pd.Series, *, is_whole: bool) -> tuple[pd.Series, list[Problem]]:
    """A column of numbers (missing where blank), and what is wrong with its texts."""
    numbers = pd.to_numeric(texts.where(texts != ""), errors="coerce")
    wrong = numbers.isna() & (texts != "")
    wrong |= numbers.abs() >= 10**MOST_DIGITS
    if is_whole:
        wrong |= numbers.notna() & (numbers % 1 != 0)
    problems = [
        Problem(f"{path} 第 {i + 2} 行 {texts.name}", texts[i], "应为数或空白") for i in texts.index[wrong]
    ]
    return numbers.where(~wrong), problems


def _cells_from_csv(path: Path, declaration: Declaration, totals: frozenset[str]) -> pd.DataFrame:
    raw = _read_cells(path, COLUMNS)
    counts = raw["measure"].isin([name for name, m in declaration.measures.items() if m.is_count])
    problems = [
        *_numbers(path, raw["table"], is_whole=True)[1],
        *_numbers(path, raw["value"][counts], is_whole=True)[1],
        *_numbers(path, raw["value"][~counts], is_whole=False)[1],
    ]
    for column in raw.columns.difference(_NUMBER_COLUMNS):
        raw[column] = raw[column].map(unguard_formula).astype("str")
    rows = raw.to_dict("records")
    for line, row in enumerate(rows, start=2):
        problems += _wrong_words(f"{path} 第 {line} 行", row, declaration)
    if problems:
        raise InputRefused(problems)
    return frame("cells", cells_of(rows, declaration, totals))


def _wrong_words(place: str, row: Mapping[str, str], declaration: Declaration) -> Iterator[Problem]:
    """What is wrong with annex, measure and status of one row of ``cells.csv``."""
    if row["annex"] == TEXT_ROWS:
        return
    spec = declaration.annexes.get(row["annex"])
    if row["annex"] and spec is None:
        yield Problem(f"{place} annex", row["annex"], f"应为 {'、'.join(declaration.annexes)} 之一，或空白")
    elif row["measure"] and not (spec and row["measure"] in spec.measures_by_name):
        yield Problem(f"{place} measure", row["measure"], "应为这个附件声明的列，或空白")
    if not row["table"]:
        yield Problem(f"{place} table", "", "应为整数")
    may_have_value = {NUMBER: (True,), MISSING: (False,), AS_PRINTED: (True, False)}.get(row["status"], ())
    if bool(row["value"]) not in may_have_value:
        yield Problem(
            f"{place} status", row["status"], "有数的格应为 number，其他格应为 missing 或 as_printed"
        )


def _read_cells(path: Path, columns: list[str], optional: Sequence[str] = ()) -> pd.DataFrame:
    """The cells of a CSV as text; every row must have as many as there are columns. Optional ones may be absent: blank."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        with csv_cell_limit(LONGEST_TEXT):
            reader = csv.reader(io.StringIO(text, newline=""), strict=True)
            head, *rows = [row for row in reader if row] or [[]]
    except (UnicodeDecodeError, csv.Error) as error:
        raise refuse(str(path), type(error).__name__, "应为本工具写出的 CSV 文件（UTF-8）") from None
    absent = [column for column in optional if column not in head]
    columns = [column for column in columns if column not in absent]
    if head != columns:
        raise refuse(str(path), "、".join(head)[:200], f"列应依次为 {'、'.join(columns)}")
    wrong = [
        Problem(f"{path} 第 {i} 行", ",".join(row)[:80], f"应有 {len(columns)} 格，读到 {len(row)} 格")
        for i, row in enumerate(rows, start=2)
        if len(row) != len(columns)
    ]
    if wrong:
        raise InputRefused(wrong)
    return pd.DataFrame(rows, columns=columns, dtype="str").assign(**dict.fromkeys(absent, ""))

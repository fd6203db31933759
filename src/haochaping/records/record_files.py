"""The files of an export: of which kind of record each is, by its columns; where its columns stand."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haochaping.core.errors import InputRefused, Problem, refuse
from haochaping.core.paths import RECORDS
from haochaping.core.text import normalize_for_comparison
from haochaping.read.formats.file_format import DAMAGED
from haochaping.reference.record_settings import RecordKind

CSV, EXCEL, PARQUET = "CSV", "Excel", "Parquet"
_ENDINGS = {".csv": CSV, ".txt": CSV, ".tsv": CSV, ".xlsx": EXCEL, ".xls": EXCEL, ".parquet": PARQUET}
_SAMPLE = 1_000_000
"""Bytes by which the encoding of a CSV is told."""
_LONGEST_HEADER = 100_000


@dataclass(frozen=True)
class RecordFile:
    """One file of an export.

    Attributes
    ----------
    kind : RecordKind
        What its rows are.
    headings : tuple of str
        All headings in order.
    columns : mapping
        Name of each field that it has to its heading.
    encoding, delimiter : str
        Of a CSV.
    """

    path: Path
    format: str
    kind: RecordKind
    headings: tuple[str, ...]
    columns: Mapping[str, str]
    encoding: str = ""
    delimiter: str = ""

    @property
    def place(self) -> str:
        """The file's name in messages."""
        return f"{RECORDS}/{self.path.name}"

    @property
    def header(self) -> str:
        """Its first line in messages."""
        return f"{self.place} 第 1 行"


def recognise(paths: Sequence[Path], kinds: Mapping[str, RecordKind]) -> list[RecordFile]:
    """Tell of which kind each file is, by its headings, never by its name.

    Raises
    ------
    InputRefused
        A file is of no kind that is known, lacks a column, or cannot be opened: all files with their problems.
    """
    found, problems = [], []
    for path in paths:
        try:
            found.append(_recognise(path, kinds))
        except InputRefused as refusal:
            problems += refusal.problems
    if problems:
        raise InputRefused(problems)
    return found


def _recognise(path: Path, kinds: Mapping[str, RecordKind]) -> RecordFile:
    place = f"{RECORDS}/{path.name}"
    if any(char in path.name for char in "*?["):
        raise refuse(place, "", "文件名不应有 * ? [ 这几个符号，请改名")
    format_ = _ENDINGS.get(path.suffix.lower())
    if format_ is None:
        raise refuse(place, path.suffix, f"单件记录应为 {'、'.join(_ENDINGS)} 文件；不是记录的请移走")
    encoding = delimiter = ""
    if format_ == CSV:
        encoding = _encoding(path, place)
        headings, delimiter = _csv_header(path, place, encoding)
    elif format_ == PARQUET:
        headings = _parquet_header(path, place)
    else:
        headings = [str(heading) for heading in excel_rows(path, place)[1][0]]
    repeated = {h for h in headings if headings.count(h) > 1 and h}
    kind, columns = _kind_of(headings, kinds, place)
    if clash := repeated & {*columns.values()}:
        raise refuse(f"{place} 第 1 行", "、".join(sorted(clash)), "同名的列只应有一列")
    return RecordFile(path, format_, kind, tuple(headings), columns, encoding, delimiter)


def kind_columns(headings: Sequence[str], kind: RecordKind) -> dict[str, str]:
    """The heading of each field of a kind that is among some headings."""
    known = {normalize_for_comparison(heading).lower(): heading for heading in reversed(headings)}
    return {
        field.name: known[alias]
        for field in kind.fields.values()
        for alias in reversed([normalize_for_comparison(alias).lower() for alias in field.aliases])
        if alias in known
    }


def _kind_of(
    headings: Sequence[str], kinds: Mapping[str, RecordKind], place: str
) -> tuple[RecordKind, dict[str, str]]:
    """The kind whose marks most headings bear, and the heading of each of its fields.

    Raises
    ------
    InputRefused
        No heading is the mark of a kind, or a required field has none.
    """
    columns = {kind.name: kind_columns(headings, kind) for kind in kinds.values()}
    marks = {
        name: sum(kinds[name].fields[field].is_mark for field in fields) for name, fields in columns.items()
    }
    has_all = {
        name: all(field.name in columns[name] for field in kind.fields.values() if field.is_required)
        for name, kind in kinds.items()
    }
    best = max(marks, key=lambda name: (marks[name], has_all[name]))
    if not marks[best]:
        words = "、".join(kind.word for kind in kinds.values())
        # The line is not quoted: where headings are missing it is a record, with names and numbers of people.
        expected = f"第 1 行应为列名，由列名认不出是哪一种记录（{words}）；各列可用的名称见 docs/records.md"
        raise refuse(f"{place} 第 1 行", f"{len(headings)} 列没有一列认得", expected)
    kind = kinds[best]
    missing = [f for f in kind.fields.values() if f.is_required and f.name not in columns[best]]
    if missing:
        raise InputRefused(
            Problem(
                f"{place} 第 1 行",
                f"没有{field.word}",
                f"{kind.word}记录应有这一列，列名可为 {'、'.join(field.aliases)}，"
                f'别的列名请在 records.toml 写 [columns] {field.name} = "…"',
            )
            for field in missing
        )
    return kind, columns[best]


def _encoding(path: Path, place: str) -> str:
    """``utf-8`` or ``gb18030``, by the file's beginning."""
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    if not sample.strip():
        raise refuse(place, "空文件", "应有一行列名和各条记录")
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\x00" in sample:
        raise refuse(place, "不是文本文件", "应为 UTF-8 或 GB18030 编码的 CSV")
    whole = sample[: sample.rfind(b"\n") + 1] or sample
    for encoding in ("utf-8", "gb18030"):
        try:
            whole.decode(encoding)
            return encoding
        except UnicodeDecodeError:
            if encoding == "utf-8" and _is_nearly_utf8(whole):
                break
    raise refuse(place, "文字编码不明", "应为 UTF-8 或 GB18030 编码的 CSV")


def _is_nearly_utf8(sample: bytes) -> bool:
    """Whether a few bytes alone keep it from being UTF-8: as GB18030 it may be read too, and every name be another."""
    text = sample.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    return wrong * 10 < sum(not char.isascii() for char in text)


def _csv_header(path: Path, place: str, encoding: str) -> tuple[list[str], str]:
    with path.open(encoding=encoding.replace("utf-8", "utf-8-sig"), errors="replace", newline="") as file:
        line = file.readline(_LONGEST_HEADER)
    delimiter = max(",\t;|", key=line.count)
    try:
        headings = next(csv.reader(io.StringIO(line), delimiter=delimiter, strict=True), [])
    except csv.Error:
        raise refuse(f"{place} 第 1 行", "引号没有收尾", "应为列名；引号应成对") from None
    return [heading.strip() for heading in headings], delimiter


def _parquet_header(path: Path, place: str) -> list[str]:
    import pyarrow as pa
    import pyarrow.parquet

    try:
        return list(pyarrow.parquet.read_schema(path).names)
    except (pa.ArrowException, OSError):
        raise refuse(place, "文件已损坏或不完整", "应为完整的 Parquet 文件，请重新导出") from None


def excel_rows(path: Path, place: str) -> tuple[int, list[list[Any]]]:
    """The rows of a workbook's first sheet, the header first, and the number of the row in which it stands.

    Raises
    ------
    InputRefused
        The file is damaged, or its first sheet is blank.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
        rows: list[list[Any]] = sheet.to_python(skip_empty_area=True)
        start = sheet.start
    except (CalamineError, *DAMAGED):
        raise refuse(place, "文件已损坏", "请用表格软件打开并另存为 .xlsx，或导出为 CSV") from None
    if not rows or start is None:
        raise refuse(place, "空文件", "应有一行列名和各条记录")
    return start[0] + 1, [[str(cell).strip() for cell in rows[0]], *rows[1:]]

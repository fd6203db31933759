"""Read an export into the embedded engine: only the fields that are needed, as text and times, one table a kind of record."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet

from haochaping.core.errors import InputRefused, refuse
from haochaping.core.paths import RECORDS
from haochaping.records.csv_quotes import UnclosedQuote
from haochaping.records.duckdb_keys import KEY, KEY_SQL, row_key
from haochaping.records.duckdb_memory import MEMORY, kept_table
from haochaping.records.file_sources import (
    LOST_DIGITS,
    WRONG_TIME,
    has_lost_digits,
    is_uneven,
    parquet_columns,
    parquet_source,
    source,
    text_value,
    value,
)
from haochaping.records.load_progress import LoadProgress
from haochaping.records.record_files import PARQUET, RecordFile
from haochaping.records.records import ReportProgress
from haochaping.records.row_keys import PART
from haochaping.reference.record_settings import RecordField, RecordKind

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend


_LARGE = 1 << 28
ValueOf = Callable[[str, bool], str]
"""SQL for a field, by its name and whether it is a time."""
_LOADED = "_loaded"
"""End of the name of a table into which files are read."""
_ROW = re.compile(r"Row #(\d+)")


class FileRecords:
    """The files of an export in the embedded engine: see :class:`haochaping.records.records.Records`.

    A Parquet file whose times are times is read where it lies, each time only what is asked for; every other file is read
    once into the engine's own file.
    """

    key: Sequence[str] = KEY

    def __init__(self, connection: Backend, files: Sequence[RecordFile]):
        self._connection, self._files = connection, files
        self.is_large = sum(file.path.stat().st_size for file in files) > _LARGE

    def table(self, kind: str) -> ibis.Table | None:
        """The table of a kind; a field that no file has is missing in every row."""
        return self._connection.table(kind) if self.parts(kind) else None

    def parts(self, kind: str) -> Sequence[RecordFile]:
        """The files of a kind."""
        return [file for file in self._files if file.kind.name == kind]

    def row_key(self, table: ibis.Table, columns: Sequence[str]) -> Mapping[str, ir.Value]:
        """One hash in place of the columns."""
        return row_key(table, columns)

    def kept(self, name: str, expression: ibis.Table, *, is_summary: bool = False) -> ibis.Table:
        """The rows of an expression, written to the engine's file."""
        return kept_table(self._connection, name, expression)


@contextmanager
def file_records(
    files: Sequence[RecordFile], report_progress: ReportProgress | None = None
) -> Iterator[FileRecords]:
    """Make the files of an export readable for the length of a block; what does not fit into memory goes to a folder that is removed.

    Raises
    ------
    InputRefused
        A file is damaged, in another encoding, has a row with more or fewer fields than headings, a quote that is not closed,
        or something else in place of a time: file, row, what was expected. No text of a record is in the message. Or the
        disk is full.
    """
    with tempfile.TemporaryDirectory(prefix="haochaping-") as folder:
        connection = ibis.duckdb.connect(
            Path(folder) / "records.duckdb", temp_directory=folder, memory_limit=MEMORY
        )
        try:
            connection.con.execute("SET preserve_insertion_order = false")
            _load(connection, files, report_progress)
            yield FileRecords(connection, files)
        except (duckdb.OutOfMemoryException, duckdb.IOException, duckdb.InvalidInputException) as error:
            raise _refusal_while_counting(error, folder) from None
        finally:
            connection.disconnect()


def _refusal_while_counting(error: duckdb.Error, folder: str) -> InputRefused:
    """What ended a count of files that could be read before: no space, or a file that is not as it was."""
    is_full = "space" in str(error).lower() or "could not write" in str(error).lower()
    if is_full or isinstance(error, duckdb.OutOfMemoryException):
        found = f"汇总记录时磁盘或内存不足（临时文件夹尚余 {shutil.disk_usage(folder).free / 1e9:.1f} GB）"
        return refuse(folder, found, "请腾出空间，或用 TMPDIR 指定别的临时文件夹")
    return refuse(f"{RECORDS}/", "有文件已损坏，或读取期间改动过", "应为完整的文件，请重新导出，再运行一次")


def _load(connection: Backend, files: Sequence[RecordFile], report_progress: ReportProgress | None) -> None:
    """Make a view of each kind of record."""
    con = connection.con
    progress, loaded = LoadProgress(files, report_progress), set()
    for kind in {file.kind.name: file.kind for file in files}.values():
        in_place: dict[tuple[str, ...], list[tuple[int, RecordFile, ValueOf]]] = {}
        for part, file in enumerate(file for file in files if file.kind == kind):
            if (value_in_place := _value_in_place(con, file)) is not None:
                alike = (*_fields(file, value_in_place), *parquet_columns(file))
                in_place.setdefault(alike, []).append((part, file, value_in_place))
                progress.skip(file)
                continue
            if kind.name not in loaded:
                con.execute(_create(kind))
            progress.begin(file)
            _insert(connection, file, part, progress)
            loaded.add(kind.name)
            progress.end(sum(_rows(con, name) for name in loaded))
        selections = [_selection_in_place(parts) for parts in in_place.values()]
        if kind.name in loaded:
            selections.append(f"SELECT {', '.join([*kind.fields, PART])} FROM {kind.name}{_LOADED}")
        con.execute(f"CREATE VIEW {kind.name} AS SELECT *, {KEY_SQL} FROM ({' UNION ALL '.join(selections)})")


def _create(kind: RecordKind) -> str:
    columns = [f"{field.name} {_type(field)}" for field in kind.fields.values()]
    return f"CREATE TABLE {kind.name}{_LOADED} ({', '.join(columns)}, {PART} INTEGER)"


def _value_in_place(con: duckdb.DuckDBPyConnection, file: RecordFile) -> ValueOf | None:
    """SQL for a field of a file that is asked where it lies; None where its values cost too much to make time and again.

    Such are times that are texts, and case numbers with blanks around them.
    """
    if file.format != PARQUET:
        return None
    of_field = {f.name: f for f in file.kind.fields.values() if f.name in file.columns}
    types = {name: pyarrow.parquet.read_schema(file.path).field(file.columns[name]).type for name in of_field}
    times = [kind for name, kind in types.items() if of_field[name].is_time]
    if any(not pa.types.is_timestamp(kind) or kind.tz for kind in times):
        return None
    texts = [name for name in of_field if not of_field[name].is_time and not pa.types.is_integer(types[name])]
    uneven = _uneven(con, file, texts)
    if "case_no" in uneven:
        return None

    def value_of(name: str, is_time: bool) -> str:
        if is_time:
            return f"CAST({name} AS TIMESTAMP)"
        return value(name, False) if name in uneven else f"CAST({name} AS VARCHAR)"

    return value_of


def _uneven(con: duckdb.DuckDBPyConnection, file: RecordFile, names: Sequence[str]) -> set[str]:
    """Those of some fields with a text that is not as it should be; the whole file is read for it.

    Raises
    ------
    InputRefused
        The file is damaged, or a number has lost its last digits.
    """
    rows = parquet_source(file)
    try:
        uneven = set()
        for name in names:  # most have few values, and there are as many case numbers as rows
            values = rows if name == "case_no" else f"(SELECT DISTINCT {name} FROM {rows})"
            if con.execute(f"SELECT bool_or({is_uneven(name)}) FROM {values}").fetchone()[0]:
                uneven.add(name)
        lost = [f"bool_or({has_lost_digits(text_value(name))})" for name in uneven]
        if lost and any(con.execute(f"SELECT {', '.join(lost)} FROM {rows}").fetchone()):
            raise _lost_digits(con, file)
    except (pa.ArrowInvalid, duckdb.Error) as error:
        raise _refusal(con, file, error) from None
    return uneven


def _selection_in_place(parts: Sequence[tuple[int, RecordFile, ValueOf]]) -> str:
    """SQL for files of one kind with the same columns, read as one: each would hold memory of its own in a large grouping."""
    numbers, files, values_of = zip(*parts, strict=True)
    fields = ", ".join(_fields(files[0], values_of[0]))
    part = f"[{', '.join(map(str, numbers))}][CAST(file_index AS BIGINT) + 1]"
    return f"SELECT {fields}, {part} AS {PART} FROM {parquet_source(*files)}"


def _fields(file: RecordFile, value_of: ValueOf) -> list[str]:
    """SQL for the fields of a file's kind from the columns of a file."""
    columns = [
        value_of(f.name, f.is_time) if f.name in file.columns else f"CAST(NULL AS {_type(f)})"
        for f in file.kind.fields.values()
    ]
    return [f"{column} AS {name}" for column, name in zip(columns, file.kind.fields, strict=True)]


def _type(field: RecordField) -> str:
    return "TIMESTAMP" if field.is_time else "VARCHAR"


def _rows(con: duckdb.DuckDBPyConnection, kind: str) -> int:
    return con.execute(f"SELECT count(*) FROM {kind}{_LOADED}").fetchall()[0][0]


def _insert(connection: Backend, file: RecordFile, part: int, progress: LoadProgress) -> None:
    con = connection.con
    try:
        with source(con, file, progress) as rows:
            names = ", ".join([*file.kind.fields, PART])
            con.execute(
                f"INSERT INTO {file.kind.name}{_LOADED} ({names}) "
                f"SELECT {', '.join(_fields(file, value))}, {part} FROM {rows}"
            )
    except UnclosedQuote as error:
        raise refuse(
            f"{file.place} 第 {error.line} 行", "引号没有收尾", "引号应成对，一条记录占一行"
        ) from None
    except (UnicodeDecodeError, pa.ArrowInvalid, duckdb.Error) as error:
        raise _refusal(con, file, error) from None


def _refusal(con: duckdb.DuckDBPyConnection, file: RecordFile, error: Exception) -> InputRefused:
    """What is wrong with a file that could not be read, without any of its text: names and numbers may stand in it."""
    message = str(error)
    if WRONG_TIME in message:
        return _first_wrong(con, file, WRONG_TIME, "不是时间", "应写作 2023-03-10 17:23:32，或空白")
    if LOST_DIGITS in message:
        return _lost_digits(con, file)
    if file.format == PARQUET:
        return refuse(file.place, "文件已损坏或不完整", "应为完整的 Parquet 文件，请重新导出")
    row = f" 第 {found[1]} 行" if (found := _ROW.search(message)) else ""
    if isinstance(error, UnicodeDecodeError) or re.search("utf-?8|codec|decode", message, re.IGNORECASE):
        return refuse(f"{file.place}{row}", "文字编码前后不一", "应为 UTF-8 或 GB18030 编码的 CSV")
    expected = f"应有 {len(file.headings)} 格，与第 1 行的列名一样多；引号应成对"
    return refuse(f"{file.place}{row}", "格数不符", expected)


def _lost_digits(con: duckdb.DuckDBPyConnection, file: RecordFile) -> InputRefused:
    expected = "末几位已经丢失；请按文本重新导出，不要用表格软件另存"
    return _first_wrong(con, file, LOST_DIGITS, "存成了科学记数的数", expected)


def _first_wrong(
    con: duckdb.DuckDBPyConnection, file: RecordFile, marker: str, found: str, expected: str
) -> InputRefused:
    """Find the first row with the fault that a marker stands for."""
    places: list[tuple[int, str]] = []
    con.execute("SET preserve_insertion_order = true")
    for name, heading in file.columns.items():
        field_value = value(name, file.kind.fields[name].is_time)
        condition = f"error('{marker}')"
        if condition not in field_value:
            continue
        other = "TIMESTAMP 'infinity'" if file.kind.fields[name].is_time else f"'{marker}'"
        with source(con, file) as rows:
            row = con.execute(
                f"SELECT min(row) FROM (SELECT row_number() OVER () AS row, {field_value.replace(condition, other)} AS value "
                f"FROM {rows}) WHERE value = {other}"
            ).fetchall()[0][0]
        if row is not None:
            places.append((row, heading))
    row, heading = min(places)
    return refuse(f"{file.place} 第 {row + 1} 行 {heading}", found, expected)

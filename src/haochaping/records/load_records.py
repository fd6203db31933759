"""Read an export into the embedded engine: only the fields that are needed, as text and times, one table a kind of record."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import duckdb
import ibis
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from haochaping.core.errors import InputRefused, refuse
from haochaping.records.csv_quotes import QuoteChecked, UnclosedQuote
from haochaping.records.definitions import PART
from haochaping.records.record_files import CSV, PARQUET, RecordFile, excel_rows
from haochaping.reference.record_settings import RecordKind

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend


_BLOCK = 1 << 24
_LARGEST_WHOLE = 2**53
"""Whole numbers above are not exact in a spreadsheet's cell."""
_TIME_FORMATS = (
    *("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y%m%d%H%M%S", "%Y%m%d"),
    *("%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日%H:%M:%S", "%Y年%m月%d日 %H:%M", "%Y年%m月%d日"),
)
_TIME_PATTERN = r"\d{4}([-/年]\d{1,2}[-/月]\d{1,2}日?|\d{4})([ T]*\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?|\d{6})?"
"""Shapes of a time, without a time zone."""
_WRONG_TIME, _LOST_DIGITS = "no time", "lost digits"
_SCIENTIFIC = r"\d(\.\d+)?[eE]\+?\d+"
_ROW = re.compile(r"Row #(\d+)")
_SECONDS_BETWEEN_REPORTS = 2.0

ReportProgress = Callable[[str], None]


@dataclass(frozen=True)
class LoadedRecords:
    """An export in the engine: a table for each kind of record that it has.

    Each has the fields of its kind, as text (blank is missing) or as times, and ``PART``; a field that no file has is
    missing in every row.
    """

    connection: Backend
    files: Sequence[RecordFile]

    def table(self, kind: str) -> ibis.Table | None:
        """The table of a kind; None where the export has no such records."""
        return self.connection.table(kind) if any(file.kind.name == kind for file in self.files) else None

    def kept(self, name: str, expression: ibis.Table) -> ibis.Table:
        """The rows of an expression, computed once and kept in the engine under a name."""
        return self.connection.create_table(name, expression)


@contextmanager
def loaded_records(
    files: Sequence[RecordFile], report_progress: ReportProgress | None = None
) -> Iterator[LoadedRecords]:
    """Read the files of an export for the length of a block; what does not fit into memory goes to a folder that is removed.

    Raises
    ------
    InputRefused
        A file is damaged, in another encoding, has a row with more or fewer fields than headings, a quote that is not closed,
        or something else in place of a time: file, row, what was expected. No text of a record is in the message.
    """
    with tempfile.TemporaryDirectory(prefix="haochaping-") as folder:
        connection = ibis.duckdb.connect(temp_directory=folder)
        try:
            progress = _Progress(files, report_progress)
            for kind in {file.kind.name: file.kind for file in files}.values():
                connection.con.execute(_create(kind))
            for part, file in enumerate(files):
                progress.begin(file)
                _insert(connection, file, part, progress)
                progress.end(_rows(connection, files[: part + 1]))
            yield LoadedRecords(connection, files)
        finally:
            connection.disconnect()


def _create(kind: RecordKind) -> str:
    columns = [f"{f.name} {'TIMESTAMP' if f.is_time else 'VARCHAR'}" for f in kind.fields.values()]
    return f"CREATE TABLE {kind.name} ({', '.join(columns)}, {PART} INTEGER)"


def _rows(connection: Backend, files: Sequence[RecordFile]) -> int:
    names = {file.kind.name for file in files}
    return sum(connection.con.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0] for name in names)


def _insert(connection: Backend, file: RecordFile, part: int, progress: _Progress) -> None:
    con = connection.con
    columns = [
        f"{_value(field.name, field.is_time) if field.name in file.columns else 'NULL'} AS {field.name}"
        for field in file.kind.fields.values()
    ]
    try:
        with _source(con, file, progress) as source:
            con.execute(f"INSERT INTO {file.kind.name} SELECT {', '.join(columns)}, {part} FROM {source}")
    except UnclosedQuote as error:
        raise refuse(
            f"{file.place} 第 {error.line} 行", "引号没有收尾", "引号应成对，一条记录占一行"
        ) from None
    except (UnicodeDecodeError, pa.ArrowInvalid, duckdb.Error) as error:
        raise _refusal(con, file, error) from None


def _value(name: str, is_time: bool) -> str:
    """SQL for a field of the source: text without blanks around it, or a time; the marker is raised for anything else."""
    text = f"nullif(trim(CAST({name} AS VARCHAR)), '')"
    if not is_time:
        # A spreadsheet writes 370303 as 370303.0, and a long number as 3.70303E+18: then its last digits are lost.
        is_lost = f"regexp_full_match({text}, '{_SCIENTIFIC}')"
        plain = f"regexp_replace({text}, '^(\\d+)\\.0$', '\\1')"
        return f"CASE WHEN {is_lost} THEN error('{_LOST_DIGITS}') ELSE {plain} END"
    formats = ", ".join(f"'{item}'" for item in _TIME_FORMATS)
    # An engine takes "epoch" or "infinity" for a time, and drops a zone; a person writes neither.
    text_of_time = f"regexp_full_match({text}, '{_TIME_PATTERN}')"
    parsed = f"coalesce(try_cast({text} AS TIMESTAMP), try_strptime({text}, [{formats}]))"
    is_none = f"NOT {text_of_time} OR {parsed} IS NULL"
    return f"CASE WHEN {text} IS NULL THEN NULL WHEN {is_none} THEN error('{_WRONG_TIME}') ELSE {parsed} END"


@contextmanager
def _source(
    con: duckdb.DuckDBPyConnection, file: RecordFile, progress: _Progress | None = None
) -> Iterator[str]:
    """A name in the engine under which the file's needed columns are read, in the file's order, as fields."""
    if file.format == PARQUET:
        shown = ", ".join(_parquet_columns(file))
        yield f"(SELECT {shown} FROM read_parquet('{str(file.path).replace(chr(39), chr(39) * 2)}'))"
        return
    reader = _csv_batches(file, progress) if file.format == CSV else _excel_table(file)
    con.register("source", reader)
    try:
        yield "source"
    finally:
        con.unregister("source")


def _parquet_columns(file: RecordFile) -> Iterator[str]:
    """SQL for the needed columns of a Parquet file; a code that was stored as 5.0, true or a categorical is 5, 1 or its text.

    Raises
    ------
    InputRefused
        A time has a time zone: local time is what counts.
    """
    schema = pyarrow.parquet.read_schema(file.path)
    for name, heading in file.columns.items():
        kind, column = schema.field(heading).type, f'"{heading.replace(chr(34), chr(34) * 2)}"'
        if pa.types.is_timestamp(kind) and kind.tz:
            raise refuse(
                f"{file.place} {heading}", f"时间带时区 {kind.tz}", "应为不带时区的当地时间，请重新导出"
            )
        if pa.types.is_floating(kind) or pa.types.is_boolean(kind):
            column = f"CAST({column} AS BIGINT)"
        yield f"{column} AS {name}"


def _csv_batches(file: RecordFile, progress: _Progress | None) -> pa.RecordBatchReader:
    """The needed columns of a CSV, batch by batch; no other column becomes a value."""
    on_disk = file.path.open("rb")
    raw: Any = on_disk
    if file.encoding != "utf-8":
        raw = pa.transcoding_input_stream(pa.PythonFile(raw, mode="r"), file.encoding, "utf-8")
    stream = QuoteChecked(raw, file.delimiter, len(file.headings))
    names = [f"column{i}" for i in range(len(file.headings))]
    wanted = {name: names[file.headings.index(heading)] for name, heading in file.columns.items()}
    schema = pa.schema([(name, pa.string()) for name in wanted])
    try:
        reader = pyarrow.csv.open_csv(
            stream,
            read_options=pyarrow.csv.ReadOptions(
                use_threads=False, block_size=_BLOCK, skip_rows=1, column_names=names
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=file.delimiter, newlines_in_values=True, ignore_empty_lines=True
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                include_columns=list(wanted.values()),
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        if "Could not skip" not in str(error):
            raise
        reader = ()  # headings without a line feed, and nothing below them

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in reader:
            if progress:
                progress.within(batch.num_rows, on_disk.tell())
            yield pa.RecordBatch.from_arrays(batch.columns, schema=schema)

    return pa.RecordBatchReader.from_batches(schema, batches())


def _excel_table(file: RecordFile) -> pa.Table:
    """The needed columns of a workbook's first sheet, as text."""
    first, (_header, *rows) = excel_rows(file.path, file.place)
    columns = {}
    for name, heading in file.columns.items():
        at = file.headings.index(heading)
        columns[name] = pa.array(
            [_excel_text(row[at], file, heading, i) for i, row in enumerate(rows, start=first + 1)],
            pa.string(),
        )
    return pa.table(columns)


def _excel_text(cell: Any, file: RecordFile, heading: str, row: int) -> str:
    """A cell as an export in text would write it."""
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, float):
        if abs(cell) >= _LARGEST_WHOLE:
            expected = "编号在表格中存成了数，末几位已经丢失；请按文本导出，或导出为 CSV"
            raise refuse(f"{file.place} 第 {row} 行 {heading}", "", expected)
        return str(int(cell)) if cell.is_integer() else str(cell)
    return cell.isoformat(sep=" ") if isinstance(cell, datetime) else str(cell)


def _refusal(con: duckdb.DuckDBPyConnection, file: RecordFile, error: Exception) -> InputRefused:
    """What is wrong with a file that could not be read, without any of its text: names and numbers may stand in it."""
    message = str(error)
    if _WRONG_TIME in message:
        return _first_wrong(con, file, _WRONG_TIME, "不是时间", "应写作 2023-03-10 17:23:32，或空白")
    if _LOST_DIGITS in message:
        return _first_wrong(
            con,
            file,
            _LOST_DIGITS,
            "存成了科学记数的数",
            "末几位已经丢失；请按文本重新导出，不要用表格软件另存",
        )
    if file.format == PARQUET:
        return refuse(file.place, "文件已损坏或不完整", "应为完整的 Parquet 文件，请重新导出")
    row = f" 第 {found[1]} 行" if (found := _ROW.search(message)) else ""
    if isinstance(error, UnicodeDecodeError) or re.search("utf-?8|codec|decode", message, re.IGNORECASE):
        return refuse(f"{file.place}{row}", "文字编码前后不一", "应为 UTF-8 或 GB18030 编码的 CSV")
    expected = f"应有 {len(file.headings)} 格，与第 1 行的列名一样多；引号应成对"
    return refuse(f"{file.place}{row}", "格数不符", expected)


def _first_wrong(
    con: duckdb.DuckDBPyConnection, file: RecordFile, marker: str, found: str, expected: str
) -> InputRefused:
    """Find the first row with the fault that a marker stands for."""
    places: list[tuple[int, str]] = []
    for name, heading in file.columns.items():
        value = _value(name, file.kind.fields[name].is_time)
        condition = f"error('{marker}')"
        if condition not in value:
            continue
        other = "TIMESTAMP 'infinity'" if file.kind.fields[name].is_time else f"'{marker}'"
        with _source(con, file) as source:
            row = con.execute(
                f"SELECT min(row) FROM (SELECT row_number() OVER () AS row, {value.replace(condition, other)} AS value "
                f"FROM {source}) WHERE value = {other}"
            ).fetchall()[0][0]
        if row is not None:
            places.append((row, heading))
    row, heading = min(places)
    return refuse(f"{file.place} 第 {row + 1} 行 {heading}", found, expected)


class _Progress:
    """Tells how far the reading of a long export is: rows, share of all bytes, time left."""

    def __init__(self, files: Sequence[RecordFile], report: ReportProgress | None):
        self._total = max(sum(file.path.stat().st_size for file in files), 1)
        self._report, self._start, self._last = report, time.monotonic(), time.monotonic()
        self._place, self._size, self._before, self._rows = "", 0, 0, 0

    def begin(self, file: RecordFile) -> None:
        """A file is read from here on."""
        self._place, self._size = file.place, file.path.stat().st_size

    def within(self, rows: int, at: int) -> None:
        """So many more rows of the file were read, and so many of its bytes altogether."""
        self._rows += rows
        self._tell(self._before + min(at, self._size))

    def end(self, rows: int) -> None:
        """The file is read; so many rows of all files are."""
        self._before += self._size
        self._rows = rows
        self._tell(self._before)

    def _tell(self, read: int) -> None:
        """Tell it, unless something was told a moment ago."""
        now = time.monotonic()
        if self._report is None or now - self._last < _SECONDS_BETWEEN_REPORTS or not read:
            return
        self._last = now
        share = read / self._total
        left = (now - self._start) * (1 - share) / share
        self._report(f"读取记录 {self._place}：已读 {self._rows:,} 条（{share:.0%}），约剩 {left:.0f} 秒")

"""The needed columns of one file of an export, for the embedded engine: as they stand in it, and as fields."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from haochaping.core.errors import refuse
from haochaping.records.csv_quotes import QuoteChecked
from haochaping.records.load_progress import LoadProgress
from haochaping.records.record_files import CSV, PARQUET, RecordFile, excel_rows

_BLOCK = 1 << 24
_LARGEST_WHOLE = 2**53
"""Whole numbers above are not exact in a spreadsheet's cell."""
_TIME_FORMATS = (
    *("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y%m%d%H%M%S", "%Y%m%d"),
    *("%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日%H:%M:%S", "%Y年%m月%d日 %H:%M", "%Y年%m月%d日"),
)
_TIME_PATTERN = r"\d{4}([-/年]\d{1,2}[-/月]\d{1,2}日?|\d{4})([ T]*\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?|\d{6})?"
"""Shapes of a time, without a time zone."""
WRONG_TIME, LOST_DIGITS = "no time", "lost digits"
"""Markers of an error."""
_SCIENTIFIC = r"\d(\.\d+)?[eE]\+?\d+"


def text_value(name: str) -> str:
    """SQL for a text of the source without blanks around it; blank is missing."""
    return f"nullif(trim(CAST({name} AS VARCHAR)), '')"


def plain_text(text: str) -> str:
    """SQL for a text as it was before a spreadsheet wrote 370303 as 370303.0."""
    return (
        f"CASE WHEN suffix({text}, '.0') THEN regexp_replace({text}, '^(\\d+)\\.0$', '\\1') ELSE {text} END"
    )


def is_uneven(name: str) -> str:
    """SQL for whether :func:`value` may make something else of a text."""
    return f"regexp_matches(CAST({name} AS VARCHAR), '^$|^ | $|\\.0$|[eE]')"


def has_lost_digits(text: str) -> str:
    """SQL for whether a spreadsheet wrote a long number as 3.70303E+18: then its last digits are lost."""
    may_be = f"(contains({text}, 'E') OR contains({text}, 'e'))"
    return f"({may_be} AND regexp_full_match({text}, '{_SCIENTIFIC}'))"


def value(name: str, is_time: bool) -> str:
    """SQL for a field of the source: text, or a time; a marker is raised for anything else."""
    text = text_value(name)
    if not is_time:
        return f"CASE WHEN {has_lost_digits(text)} THEN error('{LOST_DIGITS}') ELSE {plain_text(text)} END"
    formats = ", ".join(f"'{item}'" for item in _TIME_FORMATS)
    # An engine takes "epoch" or "infinity" for a time, and drops a zone; a person writes neither.
    text_of_time = f"regexp_full_match({text}, '{_TIME_PATTERN}')"
    parsed = f"coalesce(try_cast({text} AS TIMESTAMP), try_strptime({text}, [{formats}]))"
    is_none = f"NOT {text_of_time} OR {parsed} IS NULL"
    return f"CASE WHEN {text} IS NULL THEN NULL WHEN {is_none} THEN error('{WRONG_TIME}') ELSE {parsed} END"


@contextmanager
def source(
    con: duckdb.DuckDBPyConnection, file: RecordFile, progress: LoadProgress | None = None
) -> Iterator[str]:
    """A name in the engine under which the file's needed columns are read, in the file's order, as fields."""
    if file.format == PARQUET:
        yield parquet_source(file)
        return
    reader = _csv_batches(file, progress) if file.format == CSV else _excel_table(file)
    con.register("source", reader)
    try:
        yield "source"
    finally:
        con.unregister("source")


def parquet_source(*files: RecordFile) -> str:
    """SQL for the needed columns of Parquet files with the same columns, and ``file_index``: which of them a row is from."""
    shown = ", ".join(_parquet_columns(files[0]))
    paths = ", ".join("'{}'".format(str(file.path).replace("'", "''")) for file in files)
    return f"(SELECT {shown}, file_index FROM read_parquet([{paths}]))"


def parquet_columns(file: RecordFile) -> tuple[str, ...]:
    """The same for files that :func:`parquet_source` may read together: needed columns as read, and their types."""
    schema = pyarrow.parquet.read_schema(file.path)
    types = (f"{heading} {schema.field(heading).type}" for heading in sorted(file.columns.values()))
    return (*_parquet_columns(file), *types)


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


def _csv_batches(file: RecordFile, progress: LoadProgress | None) -> pa.RecordBatchReader:
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

"""Fields of a table of a database as the definitions take them: texts without blanks around them, times in local time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from haochaping.core.errors import InputRefused, Problem, refuse
from haochaping.records.record_files import kind_columns
from haochaping.records.row_keys import PART
from haochaping.reference.record_settings import RecordKind

_DAY = r"[0-9]{4}[-/年](0?[1-9]|1[0-2])[-/月](0?[1-9]|[12][0-9]|3[01])日?"
_CLOCK = r"([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?"
_TIME = rf"^{_DAY}([ T]*{_CLOCK})?$"
_HOURS_AHEAD = 8
"""China's time before that of UTC, in which every session is set; since 1991 no summer time."""
_DIGITS = r"^[0-9]{8}([0-9]{6})?$"


@dataclass(frozen=True)
class TablePart:
    """A table of a database: see :class:`haochaping.records.records.RecordPart`."""

    name: str
    columns: Mapping[str, str]

    @property
    def place(self) -> str:
        """The table in messages."""
        return f"数据表 {self.name}"

    @property
    def header(self) -> str:
        """Its columns in messages."""
        return self.place


def table_part(name: str, table: ir.Table, kind: RecordKind) -> TablePart:
    """Find the column of each field.

    Raises
    ------
    InputRefused
        A required column is missing: which table, which columns it has.
    """
    columns = kind_columns(table.columns, kind)
    missing = [f for f in kind.fields.values() if f.is_required and f.name not in columns]
    if missing:
        shown = "、".join(table.columns[:12])
        raise InputRefused(
            Problem(
                f"数据表 {name}",
                f"没有{field.word}（表中的列是 {shown}）",
                f"{kind.word}记录应有这一列，列名可为 {'、'.join(field.aliases)}，"
                f'别的列名请在 records.toml 写 [columns] "{kind.name}.{field.name}" = "…"',
            )
            for field in missing
        )
    return TablePart(name, columns)


def fields_of(table: ir.Table, part: TablePart, kind: RecordKind) -> ir.Table:
    """The fields of a kind, missing where the table has no such column, and ``PART``."""
    values = {}
    for field in kind.fields.values():
        if field.name not in part.columns:
            values[field.name] = ibis.null("timestamp" if field.is_time else "string")
        elif field.is_time:
            values[field.name] = _time(table[part.columns[field.name]])
        else:
            values[field.name] = _text(table[part.columns[field.name]])
    return table.select(**values, **{PART: ibis.literal(0)})


def refuse_wrong_times(table: ir.Table, part: TablePart, kind: RecordKind) -> None:
    """Refuse a table with texts in place of times, by counting them."""
    counts = {}
    for field in kind.fields.values():
        if field.is_time and field.name in part.columns:
            column = table[part.columns[field.name]]
            if column.type().is_string():
                text = column.strip()
                is_time = (text == "") | text.re_search(_TIME) | text.re_search(_DIGITS)
                counts[field.name] = (~is_time).fill_null(False).sum()
            elif not (column.type().is_timestamp() or column.type().is_date()):
                raise refuse(
                    f"{part.place} {part.columns[field.name]}", f"类型是 {column.type()}", "应为时间或文字"
                )
    found = table.agg(**counts).execute().iloc[0] if counts else {}
    for name, wrong in dict(found).items():
        if wrong and wrong > 0:
            expected = "应写作 2023-03-10 17:23:32，或空白"
            raise refuse(f"{part.place} {part.columns[name]}", f"{int(wrong):,} 行不是时间", expected)


def _text(column: ir.Value) -> ir.StringValue:
    kind = column.type()
    if kind.is_boolean():
        return ibis.cases((column, "1"), (~column, "0"))
    if kind.is_floating() or kind.is_decimal():
        column = column.cast("int64")
    text = column.cast("string").strip()
    return text.nullif("")


def _time(column: ir.Value) -> ir.TimestampValue:
    kind = column.type()
    if not kind.is_string():
        time = column.cast("timestamp")
        return time + ibis.interval(hours=_HOURS_AHEAD) if kind.is_timestamp() and kind.timezone else time
    text = column.strip().nullif("")
    iso = text.replace("年", "-").replace("月", "-").replace("/", "-").replace("日", " ").replace("T", " ")
    day = text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6, 2)
    clock = text.substr(8, 2) + ":" + text.substr(10, 2) + ":" + text.substr(12, 2)
    from_digits = ibis.ifelse(text.length() > 8, day + " " + clock, day)
    return ibis.ifelse(text.re_search(_DIGITS), from_digits, iso.strip()).cast("timestamp")

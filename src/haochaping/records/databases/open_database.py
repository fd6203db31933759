"""Open a database for counting, whatever its engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol

import ibis.expr.types as ir
from ibis.common.exceptions import IbisError, TableNotFound

from haochaping.core.errors import InputRefused, Problem, refuse
from haochaping.core.record_counts import CASES, EVALUATIONS, RECTIFICATIONS
from haochaping.records.databases.database import DUCKDB, POSTGRES, Database, is_path
from haochaping.records.databases.table_fields import TablePart, fields_of, refuse_wrong_times, table_part
from haochaping.records.packages import ENGINE_PACKAGES, refuse_without
from haochaping.records.records import ReportProgress
from haochaping.reference.record_settings import RecordKind

_NOT_FOUND = ("NOT_FOUND", "No files found", "does not exist")
"""What engines say where there is no such table, or no file."""


class Engine(Protocol):
    """What differs from engine to engine.

    Attributes
    ----------
    key : sequence of str
        Columns by which records of one case are brought together.
    """

    key: Sequence[str]

    def table(self, name: str) -> ir.Table:
        """A table, or files of the engine's storage."""

    def case_key(self, fields: ir.Table) -> Mapping[str, ir.Value]:
        """The columns of `key`."""

    def row_key(self, table: ir.Table, columns: Sequence[str]) -> Mapping[str, ir.Value]:
        """See :class:`haochaping.records.records.Records`."""

    def kept(self, name: str, expression: ir.Table, *, is_summary: bool = False) -> ir.Table:
        """See :class:`haochaping.records.records.Records`."""

    def refusal(self, error: Exception) -> tuple[str, str] | None:
        """What an error of the engine means and what to do, without any of its text; None where it is no such error."""

    def close(self) -> None:
        """End the connection."""


class DatabaseRecords:
    """Records in a database: see :class:`haochaping.records.records.Records`."""

    is_large = True

    def __init__(self, engine: Engine, tables: Mapping[str, ir.Table], parts: Mapping[str, TablePart]):
        self.key, self._engine, self._tables, self._parts = engine.key, engine, tables, parts

    def table(self, kind: str) -> ir.Table | None:
        """The table of a kind; None where the settings name none."""
        return self._tables.get(kind)

    def parts(self, kind: str) -> list[TablePart]:
        """The table of a kind."""
        return [self._parts[kind]] if kind in self._parts else []

    def row_key(self, table: ir.Table, columns: Sequence[str]) -> Mapping[str, ir.Value]:
        """What the engine finds rows with equal columns by."""
        return self._engine.row_key(table, columns)

    def kept(self, name: str, expression: ir.Table, *, is_summary: bool = False) -> ir.Table:
        """The rows of an expression, kept by the engine until the connection ends."""
        return self._engine.kept(name, expression, is_summary=is_summary)


@contextmanager
def database_records(
    database: Database, kinds: Mapping[str, RecordKind], report_progress: ReportProgress | None = None
) -> Iterator[DatabaseRecords]:
    """Connect to a database for the length of a block.

    Raises
    ------
    InputRefused
        It is not there or goes away, refuses the user, lacks a table or column: where, what, what to do. No text of the
        engine is in the message: it may hold what stands in a record, or a password.
    """
    engine: Engine | None = None
    try:
        engine = _engine(database)
        tables, parts = {}, {}
        for kind_name, name in database.tables.items():
            kind = kinds[kind_name]
            table = _table(engine, database, kind, name)
            if table is None:
                if kind_name == RECTIFICATIONS and report_progress:
                    report_progress(f"没有数据表 {name}：没有{kind.word}记录，按时整改、整改满意率等空着")
                continue
            parts[kind_name] = table_part(name, table, kind)
            refuse_wrong_times(table, parts[kind_name], kind)
            fields = fields_of(table, parts[kind_name], kind)
            tables[kind_name] = fields.mutate(**engine.case_key(fields))
        yield DatabaseRecords(engine, tables, parts)
    except InputRefused:
        raise
    except Exception as error:
        found = engine.refusal(error) if engine else None
        if found is None:
            raise
        raise refuse(place_of(database), *found) from None
    finally:
        if engine:
            engine.close()


def place_of(database: Database) -> str:
    """The database in messages: its engine and host, never more of the address."""
    address = database.parts
    where = (
        address.path
        if database.engine == DUCKDB
        else f"{address.hostname}:{address.port or ''}{address.path}"
    )
    return f"records.toml source（{database.engine}，{where}）"


def _engine(database: Database) -> Engine:
    if database.engine == DUCKDB:
        from haochaping.records.databases.duckdb_engine import DuckDBEngine

        return DuckDBEngine(database, place_of(database))
    refuse_without(
        ENGINE_PACKAGES[database.engine], place_of(database), "连接这种数据库", "make setup-engines"
    )
    if database.engine == POSTGRES:
        from haochaping.records.databases.postgres_engine import PostgresEngine

        return PostgresEngine(database, place_of(database))
    from haochaping.records.databases.spark_engine import SparkEngine

    return SparkEngine(database, place_of(database))


def _table(engine: Engine, database: Database, kind: RecordKind, name: str) -> ir.Table | None:
    """The table of a kind; None where an optional kind has none under its usual name.

    Raises
    ------
    InputRefused
        There is no such table.
    """
    try:
        table = engine.table(name)
        if table.columns:
            return table
    except Exception as error:
        if not isinstance(error, (IbisError, TableNotFound)) and not any(w in str(error) for w in _NOT_FOUND):
            raise
    if kind.name == name and kind.name not in (CASES, EVALUATIONS):
        return None
    found = f"路径下没有文件 {name}" if is_path(name) else f"没有数据表 {name}"
    expected = f'应有{kind.word}记录的表；表名写在 records.toml 的 [tables] {kind.name} = "…"，并应有权读取'
    raise InputRefused([Problem(place_of(database), found, expected)])

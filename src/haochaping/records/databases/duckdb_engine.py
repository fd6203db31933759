"""A database file of DuckDB, or files that it reads: opened for reading alone."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir

from haochaping.core.errors import refuse
from haochaping.records import duckdb_keys
from haochaping.records.databases.database import Database, is_path
from haochaping.records.duckdb_memory import MEMORY, kept_table


class DuckDBEngine:
    """The embedded engine on a database that it may not change: see :class:`open_database.Engine`."""

    key: Sequence[str] = duckdb_keys.KEY

    def __init__(self, database: Database, place: str):
        path = Path(database.parts.path)
        if path.name and not path.is_file():
            raise refuse(place, "没有这个文件", "应写作 duckdb:///文件夹/文件.duckdb")
        self._folder = tempfile.TemporaryDirectory(prefix="haochaping-")
        self._connection = ibis.duckdb.connect(
            Path(self._folder.name) / "records.duckdb",
            temp_directory=self._folder.name,
            memory_limit=MEMORY,
        )
        self._connection.con.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
        self._catalog = "source" if path.name else ""
        if self._catalog:
            name = str(path).replace("'", "''")
            try:
                self._connection.con.execute(f"ATTACH '{name}' AS {self._catalog} (READ_ONLY)")
            except duckdb.Error:
                self.close()
                raise refuse(
                    place, "打不开", "应为 DuckDB 的数据库文件；别的程序正在写它的，请先关闭那个程序"
                ) from None

    def table(self, name: str) -> ir.Table:
        """A table of the database, or Parquet files."""
        if is_path(name):
            return self._connection.read_parquet(name)
        schema, _, table = name.rpartition(".")
        return self._connection.table(table, database=(self._catalog, schema or "main"))

    def case_key(self, fields: ir.Table) -> Mapping[str, ir.Value]:
        """Hashes of the case number."""
        return duckdb_keys.case_key(fields)

    def row_key(self, table: ir.Table, columns: Sequence[str]) -> Mapping[str, ir.Value]:
        """A hash in place of the columns."""
        return duckdb_keys.row_key(table, columns)

    def kept(self, name: str, expression: ir.Table, *, is_summary: bool = False) -> ir.Table:
        """A table of a database of its own, which is removed."""
        return kept_table(self._connection, name, expression)

    def refusal(self, error: Exception) -> tuple[str, str] | None:
        """What an error means."""
        if isinstance(error, (duckdb.OutOfMemoryException, duckdb.IOException)):
            return (
                "磁盘或内存不足，或文件已损坏",
                "请腾出空间，或用 TMPDIR 指定别的临时文件夹；文件请重新导出",
            )
        if isinstance(error, duckdb.Error):
            return "数据库没有完成汇总，可能有的时间不成立（如 2 月 30 日）", "请核对各列的内容和类型"
        return None

    def close(self) -> None:
        """End the connection and remove what was kept."""
        self._connection.disconnect()
        self._folder.cleanup()

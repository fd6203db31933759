"""PostgreSQL: the user and password are those of libpq's environment (PGUSER, PGPASSWORD, PGPASSFILE)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir
import psycopg

from haochaping.core.errors import refuse
from haochaping.records import row_keys
from haochaping.records.databases.database import Database

_CONNECT_SECONDS = 15
_MEMORY = "256MB"
"""For each sort or hash of a query, before the server writes to its disk."""


class PostgresEngine:
    """A connection that writes nothing but temporary tables of its own: see :class:`open_database.Engine`."""

    key: Sequence[str] = ("case_key",)

    def __init__(self, database: Database, place: str):
        address = database.parts
        try:
            self._connection = ibis.postgres.connect(
                host=address.hostname,
                port=address.port or 5432,
                database=address.path.strip("/") or None,
                connect_timeout=_CONNECT_SECONDS,
            )
        except psycopg.Error as error:
            raise refuse(place, *_refusal(error)) from None
        with self._connection.con.cursor() as cursor:
            cursor.execute(f"SET work_mem = '{_MEMORY}'")
            # Whole tables are joined; a planner without statistics of them would look up row after row for hours.
            cursor.execute("SET enable_nestloop = off")

    def table(self, name: str) -> ir.Table:
        """A table or view."""
        schema, _, table = name.rpartition(".")
        return self._connection.table(table, database=schema or None)

    def case_key(self, fields: ir.Table) -> Mapping[str, ir.Value]:
        """The case number."""
        return row_keys.case_key(fields)

    def row_key(self, table: ir.Table, columns: Sequence[str]) -> Mapping[str, ir.Value]:
        """The columns."""
        return row_keys.comparable(table, columns)

    def kept(self, name: str, expression: ir.Table, *, is_summary: bool = False) -> ir.Table:
        """A temporary table, counted so that the server plans well."""
        table = self._connection.create_table(name, expression, temp=True)
        with self._connection.con.cursor() as cursor:
            cursor.execute(f'ANALYZE "{name}"')
        return table

    def refusal(self, error: Exception) -> tuple[str, str] | None:
        """What an error means."""
        return _refusal(error) if isinstance(error, psycopg.Error) else None

    def close(self) -> None:
        """End the connection; the server removes the temporary tables."""
        self._connection.disconnect()


def _refusal(error: psycopg.Error) -> tuple[str, str]:
    """What is wrong and what to do, by the server's code; its text may hold a record or an account."""
    state = error.sqlstate or ""
    if state == "42501":
        if "temporary" in str(error):
            return (
                "这个用户没有建立临时表的权限",
                "请数据库管理员授予 TEMPORARY（程序不改动任何表，断开后什么都不留下）",
            )
        of = re.search(r"permission denied for \w+ ([\w.\"]+)", str(error))
        return f"这个用户没有读取{f' {of[1]} ' if of else ''}的权限", "请数据库管理员授予 SELECT"
    if state in ("22007", "22008"):
        return "有的时间不成立（如 2 月 30 日）", "请核对各时间列的内容"
    if state in ("53100", "53200", "57014"):
        return "数据库的磁盘或内存不足，或中止了查询", "请数据库管理员查看，或换一个时候再运行"
    if state.startswith(("08", "57P")) or isinstance(error, psycopg.OperationalError):
        if state.startswith("28") or "password" in str(error) or "role" in str(error):
            return (
                "用户名或口令不对，或没有给出",
                "用环境变量 PGUSER、PGPASSWORD（或 PGPASSFILE）给出，不写在文件中",
            )
        if "does not exist" in str(error):
            return "没有这个数据库", "请核对 source 中的数据库名"
        return (
            "连接不上，或中途断开",
            "请核对地址、端口，数据库是否在运行；以前的输出没有改动，恢复以后再运行一次即可",
        )
    return f"数据库没有完成汇总（代码 {state or '不明'}）", "请把这个代码告诉数据库管理员"

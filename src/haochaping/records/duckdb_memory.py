"""How much memory DuckDB may use before it writes to its folder, and tables that are made all the same where that was too little."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

MEMORY = "1GB"
_TRIES = ((MEMORY, 1), ("1500MB", 4), ("2GB", 8))
"""Memory, and threads a processor, of each try. A grouping of a hundred million rows is cut into pieces, more of them the more
threads there are; now and then pieces that are handled at once leave no memory. More and smaller ones fit, and take a fifth longer."""


def kept_table(connection: Backend, name: str, expression: ir.Table) -> ir.Table:
    """Make a table of the rows of an expression.

    Raises
    ------
    duckdb.OutOfMemoryException
        Memory is too little every time, or the disk is full.
    """
    connection.con.execute("RESET threads")
    processors = connection.con.execute("SELECT current_setting('threads')").fetchall()[0][0]
    *others, last = _TRIES
    try:
        for memory, threads in others:
            try:
                return _created(connection, name, expression, memory, threads * processors)
            except duckdb.OutOfMemoryException:
                connection.con.execute(f"DROP TABLE IF EXISTS {name}")
        return _created(connection, name, expression, last[0], last[1] * processors)
    finally:
        connection.con.execute("RESET threads")


def _created(connection: Backend, name: str, expression: ir.Table, memory: str, threads: int) -> ir.Table:
    connection.con.execute(f"SET memory_limit = '{memory}'; SET threads = {threads}")
    return connection.create_table(name, expression)

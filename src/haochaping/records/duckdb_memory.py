"""How much memory DuckDB may use before it writes to its folder, and tables that are made all the same where that was too little."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

MEMORY = "1GB"
_LIMITS = (MEMORY, "1500MB", "2GB", "2GB")
"""Of each try. What writes to the folder still holds some memory for each thread, and now and then two threads at once find none
left: it happens to one table of ten with a hundred million rows, hardly twice. (One thread needs more at once, not less.)"""


def kept_table(connection: Backend, name: str, expression: ir.Table) -> ir.Table:
    """Make a table of the rows of an expression.

    Raises
    ------
    duckdb.OutOfMemoryException
        Memory is too little every time, or the disk is full.
    """
    *limits, last = _LIMITS
    for limit in limits:
        try:
            return _created(connection, name, expression, limit)
        except duckdb.OutOfMemoryException:
            connection.con.execute(f"DROP TABLE IF EXISTS {name}")
    return _created(connection, name, expression, last)


def _created(connection: Backend, name: str, expression: ir.Table, limit: str) -> ir.Table:
    connection.con.execute(f"SET memory_limit = '{limit}'")
    return connection.create_table(name, expression)

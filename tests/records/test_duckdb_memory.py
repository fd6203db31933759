"""Tables that are made although memory was too little at first."""

from __future__ import annotations

import pytest

duckdb = pytest.importorskip("duckdb")
ibis = pytest.importorskip("ibis")

from haochaping.records.duckdb_memory import kept_table  # noqa: E402


@pytest.fixture
def connection(tmp_path):
    opened = ibis.duckdb.connect(tmp_path / "kept.duckdb")
    yield opened
    opened.disconnect()


def fail(monkeypatch, connection, times):
    """Let the engine run out of memory for some tries, each leaving half a table; its limit and threads at each try."""
    create, limits = connection.create_table, []

    def create_or_fail(name, expression):
        settings = "SELECT current_setting('memory_limit'), current_setting('threads')"
        limits.append(connection.con.execute(settings).fetchone())
        table = create(name, expression)
        if len(limits) <= times:
            raise duckdb.OutOfMemoryException("failed to allocate")
        return table

    monkeypatch.setattr(connection, "create_table", create_or_fail)
    return limits


@pytest.mark.parametrize("times", [0, 1, 2])
def test_a_table_is_made_though_memory_ran_out(monkeypatch, connection, times):
    limits = fail(monkeypatch, connection, times)

    table = kept_table(connection, "kept", ibis.memtable({"a": [1, 2]}))

    assert sorted(table.execute()["a"]) == [1, 2]
    processors = limits[0][1]
    expected = [("953.6 MiB", processors), ("1.3 GiB", 4 * processors), ("1.8 GiB", 8 * processors)]
    assert limits == expected[: times + 1]
    [(after,)] = connection.con.execute("SELECT current_setting('threads')").fetchall()
    assert after == processors


def test_the_next_table_has_the_usual_memory_again(monkeypatch, connection):
    limits = fail(monkeypatch, connection, 2)
    kept_table(connection, "first", ibis.memtable({"a": [1]}))

    kept_table(connection, "second", ibis.memtable({"a": [1]}))

    assert limits[-1] == limits[0]


def test_memory_that_is_too_little_every_time_is_told(monkeypatch, connection):
    fail(monkeypatch, connection, 3)

    with pytest.raises(duckdb.OutOfMemoryException):
        kept_table(connection, "kept", ibis.memtable({"a": [1]}))

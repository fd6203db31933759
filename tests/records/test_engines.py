"""One definition, every engine: each counts the same of the same records, with every fault planted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from pytest import param

from haochaping.records.aggregates import Aggregates, aggregate
from haochaping.records.databases.database import Database
from haochaping_dev import engines
from haochaping_dev.engines import Server, load_parquet, missing, running
from tests.records.simulated import SimulatedExport, assert_as_expected, simulated_export

CASES = 10_000
ENGINES = [
    param(name, marks=[pytest.mark.engine(name), pytest.mark.slow]) for name in ("postgres", "sail", "spark")
]
KINDS = ("cases", "evaluations", "rectifications")


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> SimulatedExport:
    root = tmp_path_factory.mktemp("simulated")
    root.chmod(0o755)
    return simulated_export(root / "data", CASES)


@pytest.fixture(scope="module")
def of_files(export: SimulatedExport) -> Aggregates:
    """What the embedded engine counts from the files."""
    return aggregate(export.files, export.conventions, **export.options)


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    if lacks := missing(request.param):
        pytest.skip(f"{request.param} is not installed: {lacks}")
    with running(request.param) as server, pytest.MonkeyPatch.context() as patch:
        for name, value in server.environment.items():
            patch.setenv(name, value)
        yield server


def paths(records: Path) -> dict[str, str]:
    """Each kind as files that an engine reads."""
    return {kind: f"{records}/{kind}-*.parquet" for kind in KINDS}


def assert_same(found: Aggregates, expected: Aggregates) -> None:
    """Every aggregate is the same; a table of a database has no parts, so no key stands in several."""
    assert found.keys() == expected.keys()
    for name, frame in expected.items():
        wanted = frame.assign(overlaps=0) if name == "keys" else frame
        pd.testing.assert_frame_equal(found[name], wanted, check_dtype=False, obj=name)


def test_files_come_to_what_the_simulator_planned(export: SimulatedExport, of_files: Aggregates) -> None:
    assert_as_expected(export, of_files)
    assert (of_files["keys"]["contradicting"] > 0).all()
    assert (of_files["fates"].query("bucket != 'counted'")["rows"] > 0).all(), "a fault is missing"


def test_csv_comes_to_the_same(export: SimulatedExport, of_files: Aggregates, tmp_path: Path) -> None:
    of_csv = simulated_export(tmp_path / "data", CASES, "csv")
    assert_same(
        aggregate(of_csv.files, of_csv.conventions, **of_csv.options)
        | {"keys": of_files["keys"].assign(overlaps=0)},
        of_files,
    )


def test_a_database_of_duckdb(export: SimulatedExport, of_files: Aggregates, tmp_path: Path) -> None:
    import duckdb

    file = tmp_path / "records.duckdb"
    with duckdb.connect(file) as connection:
        connection.execute("CREATE SCHEMA office")
        for kind, path in paths(export.records).items():
            connection.execute(f"CREATE TABLE office.{kind} AS SELECT * FROM read_parquet('{path}')")
    before = file.read_bytes()
    database = Database(f"duckdb://{file}", {kind: f"office.{kind}" for kind in KINDS})
    assert_same(aggregate(database, export.conventions, **export.options), of_files)
    assert file.read_bytes() == before


def test_files_that_duckdb_reads_as_a_database(export: SimulatedExport, of_files: Aggregates) -> None:
    database = Database("duckdb:///", paths(export.records))
    assert_same(aggregate(database, export.conventions, **export.options), of_files)


@pytest.mark.parametrize("server", ENGINES, indirect=True)
def test_an_engine_counts_the_same(server: Server, export: SimulatedExport, of_files: Aggregates) -> None:
    tables = paths(export.records)
    if server.url.startswith("postgres"):
        load_parquet(server, export.records)
        tables = {kind: kind for kind in KINDS}
    found = aggregate(Database(server.url, tables), export.conventions, **export.options)
    assert_same(found, of_files)
    assert_as_expected(export, found)


@pytest.mark.parametrize("server", ENGINES[:1], indirect=True)
def test_other_types_come_to_the_same(server: Server, export: SimulatedExport, of_files: Aggregates) -> None:
    """Flags as booleans, levels as numbers, texts padded, times as texts of several shapes or with a time zone."""
    import psycopg

    load_parquet(server, export.records)
    host, port = server.url.removeprefix("postgres://").partition("/")[0].split(":")
    statements = (
        "ALTER TABLE evaluations ALTER isdefault TYPE boolean USING isdefault = '1'",
        "ALTER TABLE evaluations ALTER satisfaction TYPE smallint USING satisfaction::smallint",
        'ALTER TABLE evaluations ALTER "effectivEvalua" TYPE char(4)',
        'ALTER TABLE cases ALTER "areaCode" TYPE char(20)',
        'ALTER TABLE cases ALTER "resultDate" TYPE timestamptz USING "resultDate" AT TIME ZONE \'Asia/Shanghai\'',
        'ALTER TABLE cases ALTER "acceptDate" TYPE text USING to_char("acceptDate", \'YYYY/MM/DD HH24:MI:SS\')',
        'ALTER TABLE evaluations ALTER "assessTime" TYPE text USING to_char("assessTime", \'YYYYMMDDHH24MISS\')',
        'ALTER TABLE rectifications ALTER "reformTime" TYPE text '
        'USING to_char("reformTime", \'YYYY"年"FMMM"月"FMDD"日" HH24:MI\')',
    )
    with psycopg.connect(host=host, port=int(port), dbname="postgres") as connection:
        for statement in statements:
            connection.execute(statement)
    tables = {kind: kind for kind in KINDS}
    found = aggregate(Database(server.url, tables), export.conventions, **export.options)
    assert_same(found, of_files)


def test_what_an_engine_lacks_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda _name: None)
    assert all("make setup-engines" in missing(name) for name in ("postgres", "sail", "spark"))

"""Databases that cannot be used: each ends with one clear message, nothing is published, and no password is in any text."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pytest import param

from haochaping.records.databases import open_database
from haochaping_dev.engines import Server, load_parquet, missing, running
from tests.records.simulated import PERIOD, simulated_export
from tests.shared import run_here

NEVER_SHOWN = "not-for-any-text"
"""In the place of an account's password."""
TABLES = {kind: kind for kind in ("cases", "evaluations", "rectifications")}


@dataclass
class Office:
    """A data root whose period is counted in a database."""

    root: Path
    parquet: Path
    capture: pytest.CaptureFixture[str]

    def settings(self, source: str, tables: dict[str, str] | None = None, more: str = "") -> None:
        """Write the period's settings."""
        named = "".join(f'{kind} = "{table}"\n' for kind, table in (tables or TABLES).items())
        text = f'source = "{source}"\nextraction_date = "2023-04-24"\n{more}[tables]\n{named}'
        (self.raw / "records.toml").write_text(text, "utf-8")

    @property
    def raw(self) -> Path:
        return self.root / "data" / "raw" / str(PERIOD)

    def run(self, command: str) -> tuple[int, str]:
        """Exit code and all that is said."""
        done = run_here(
            command, "--data", self.root / "data", "--output", self.root / "output", "--", str(PERIOD)
        )
        beneath = self.capture.readouterr()
        return done.returncode, done.stdout + done.stderr + beneath.out + beneath.err

    def refusal(self, command: str = "tidy") -> str:
        """What is said of a command that must be refused and leaves everything as it was."""
        before = self.written()
        code, said = self.run(command)
        assert code == 2, said
        assert "Traceback" not in said and NEVER_SHOWN not in said and " FROM " not in said, said
        assert os.environ.get("PGPASSWORD", NEVER_SHOWN) not in said
        assert self.written() == before
        return said

    def written(self) -> dict[str, bytes]:
        """Everything that a run may have written."""
        return {
            str(path): path.read_bytes()
            for path in self.root.rglob("*")
            if path.is_file() and not path.name.endswith(".lock")
        }


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("simulated")
    simulated_export(root / "data", 1_000)
    return root


@pytest.fixture
def office(simulated: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Office:
    """The simulated city with its bulletin, its records elsewhere."""
    import shutil

    shutil.copytree(
        simulated / "data", tmp_path / "data", ignore=shutil.ignore_patterns("records", "expected")
    )
    return Office(tmp_path, simulated / "data" / "raw" / str(PERIOD) / "records", capfd)


def _server(name: str) -> Iterator[Server]:
    if lacks := missing(name):
        pytest.skip(f"{name} is not installed: {lacks}")
    with running(name) as server, pytest.MonkeyPatch.context() as patch:
        for variable, value in server.environment.items():
            patch.setenv(variable, value)
        yield server


@pytest.fixture
def postgres(office: Office) -> Iterator[Server]:
    for server in _server("postgres"):
        load_parquet(server, office.parquet)
        office.settings(server.url)
        yield server


@pytest.fixture
def sail(office: Office) -> Iterator[Server]:
    for server in _server("sail"):
        office.settings(server.url, {kind: f"{office.parquet}/{kind}-*.parquet" for kind in TABLES})
        yield server


def execute(server: Server, *statements: str) -> None:
    """Run statements on a server of PostgreSQL."""
    import psycopg

    host, port = server.url.removeprefix("postgres://").partition("/")[0].split(":")
    with psycopg.connect(host=host, port=int(port), dbname="postgres") as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.mark.engine("postgres")
@pytest.mark.slow
@pytest.mark.parametrize(
    ("statement", "told"),
    [
        param("DROP TABLE evaluations", ("没有数据表 evaluations", "[tables]"), id="no table"),
        param(
            'ALTER TABLE cases DROP "areaCode"', ("数据表 cases", "没有辖区编码", "[columns]"), id="no column"
        ),
        param(
            'ALTER TABLE evaluations DROP "effectivEvalua"',
            ("数据表 evaluations", "没有是否有效", "valid_flags = []"),
            id="no flag",
        ),
        param(
            'ALTER TABLE cases ALTER "resultDate" TYPE text; UPDATE cases SET "resultDate" = \'某某1234\' '
            'WHERE "projectNo" IN (SELECT "projectNo" FROM cases LIMIT 2)',
            ("数据表 cases resultDate", " 行不是时间", "2023-03-10"),
            id="no times",
        ),
        param(
            'ALTER TABLE cases ALTER "resultDate" TYPE text; UPDATE cases SET "resultDate" = \'2023-02-30\'',
            ("有的时间不成立",),
            id="30 February",
        ),
        param(
            'ALTER TABLE cases ALTER "resultDate" TYPE integer USING 1',
            ("数据表 cases resultDate", "应为时间或文字"),
            id="numbers in place of times",
        ),
        param("DELETE FROM cases", ("0 条办件记录",), id="nothing of the period"),
    ],
)
def test_a_table_that_is_not_as_it_should_be(
    statement: str, told: tuple[str, ...], postgres: Server, office: Office
) -> None:
    execute(postgres, *statement.split("; "))
    said = office.refusal()
    assert all(part in said for part in told), said
    assert "某某1234" not in said
    assert office.refusal("quarter")


def _become(patch: pytest.MonkeyPatch, account: Mapping[str, str]) -> None:
    for name, value in account.items():
        patch.setenv(name, value)


@pytest.mark.engine("postgres")
@pytest.mark.slow
def test_users_without_rights(postgres: Server, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    execute(
        postgres,
        f"CREATE ROLE guest LOGIN PASSWORD '{NEVER_SHOWN}'",
        "CREATE SCHEMA closed",
        "CREATE TABLE closed.cases AS SELECT * FROM cases",
    )
    own, guest = postgres.environment, {"PGUSER": "guest", "PGPASSWORD": NEVER_SHOWN}
    _become(monkeypatch, guest)
    said = office.refusal()
    assert "没有读取 cases 的权限" in said and "SELECT" in said
    _become(monkeypatch, own)
    execute(postgres, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest")
    _become(monkeypatch, guest)
    assert office.run("tidy")[0] == 0, "reading is right enough"
    office.settings(postgres.url, TABLES | {"cases": "closed.cases"})
    said = office.refusal()
    assert "closed" in said and ("没有数据表" in said or "的权限" in said)
    office.settings(postgres.url)
    _become(monkeypatch, own)
    execute(postgres, "REVOKE TEMPORARY ON DATABASE postgres FROM PUBLIC")
    _become(monkeypatch, guest)
    assert "TEMPORARY" in office.refusal()
    monkeypatch.setenv("PGPASSWORD", "wrong" + NEVER_SHOWN)
    said = office.refusal()
    assert "用户名或口令不对" in said and "PGPASSWORD" in said


@pytest.mark.engine("postgres")
@pytest.mark.slow
def test_a_database_that_goes_away_in_the_middle(
    postgres: Server, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert office.run("quarter")[0] == 0
    kept = open_database.DatabaseRecords.kept

    def stops(self: Any, name: str, *args: Any, **options: Any) -> Any:
        if name == "groups":
            postgres.stop()
        return kept(self, name, *args, **options)

    monkeypatch.setattr(open_database.DatabaseRecords, "kept", stops)
    said = office.refusal("tidy")
    assert "连接不上，或中途断开" in said and "以前的输出没有改动" in said
    # What was read is still there: words can be changed without the database.
    code, said = office.run("quarter")
    assert code == 0 and "沿用" in said and "没有变化" in said
    office.settings(postgres.url, more="rectification_working_days = 3\n")
    assert "连接不上" in office.refusal("quarter")
    assert "约定" in office.refusal("check")


@pytest.mark.engine("sail")
@pytest.mark.slow
def test_a_cluster_that_goes_away_in_the_middle(
    sail: Server, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = open_database.DatabaseRecords.kept

    def stops(self: Any, name: str, *args: Any, **options: Any) -> Any:
        if name == "groups":
            sail.stop()
        return kept(self, name, *args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(open_database.DatabaseRecords, "kept", stops)
        assert "中途断开" in office.refusal()
    assert "连接不上" in office.refusal("quarter")


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("postgres://127.0.0.1:9/office", "连接不上"),
        ("sc://127.0.0.1:9", "连接不上"),
        ("duckdb:///no/such/file.duckdb", "没有这个文件"),
        (f"postgres://reader:{NEVER_SHOWN}@127.0.0.1/office", "口令不写在文件中"),
        (f"sc://127.0.0.1:9/;token={NEVER_SHOWN}", "口令不写在文件中"),
        (f"postgres://127.0.0.1/office?password={NEVER_SHOWN}", "口令不写在文件中"),
        ("oracle://127.0.0.1/office", "应为 duckdb:///"),
        ("postgres:///office", "应为 duckdb:///"),
        ("sc://127.0.0.1:port", "应为 duckdb:///"),
    ],
)
def test_an_address_that_leads_nowhere(source: str, told: str, office: Office) -> None:
    office.settings(source)
    said = office.refusal()
    assert told in said and "source" in said, said


@pytest.mark.parametrize(
    ("source", "package"), [("postgres://127.0.0.1/office", "psycopg"), ("sc://127.0.0.1", "pyspark")]
)
def test_without_the_packages_the_command_that_installs_them_is_told(
    source: str, package: str, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from haochaping.records import packages

    find_spec = packages.find_spec
    monkeypatch.setattr(packages, "find_spec", lambda name: None if name == package else find_spec(name))
    office.settings(source)
    assert "make setup-engines" in office.refusal()


def test_a_file_that_is_no_database(office: Office) -> None:
    file = office.root / "records.duckdb"
    file.write_text("no database", "utf-8")
    office.settings(f"duckdb://{file}")
    assert "打不开" in office.refusal()


def test_no_files_under_a_path(office: Office) -> None:
    office.settings("duckdb:///", {kind: f"{office.parquet}/no-{kind}-*.parquet" for kind in TABLES})
    said = office.refusal()
    assert "路径下没有文件" in said and "no-cases" in said


def test_tables_that_the_settings_leave_out(office: Office) -> None:
    """The usual name is looked for; without evaluations nothing is counted, without rectifications that is told."""
    paths = {kind: f"{office.parquet}/{kind}-*.parquet" for kind in TABLES}
    office.settings("duckdb:///", {"cases": paths["cases"]})
    assert "没有数据表 evaluations" in office.refusal()
    office.settings("duckdb:///", {kind: paths[kind] for kind in ("cases", "evaluations")})
    code, said = office.run("tidy")
    assert code == 0 and "没有整改记录" in said


def test_an_address_below_a_heading(office: Office) -> None:
    office.settings("")
    with (office.raw / "records.toml").open("a", encoding="utf-8") as file:
        file.write('source = "duckdb:///"\n')
    said = office.refusal()
    assert "应写在文件开头" in said


def test_no_database_for_one_period(office: Office) -> None:
    """A blank address, or no settings of its own: a period with files is counted from these."""
    import shutil

    city = office.root / "data" / "reference" / "records.toml"
    city.write_text('source = "duckdb:///no/such/file.duckdb"\n' + city.read_text("utf-8"), "utf-8")
    shutil.copytree(office.parquet, office.raw / "records")
    (office.raw / "records.toml").write_text('source = ""\nextraction_date = "2023-04-24"\n', "utf-8")
    assert office.run("tidy")[0] == 0
    (office.raw / "records.toml").unlink()  # the bulletin says when they were extracted
    assert office.run("tidy")[0] == 0
    (office.raw / "records.toml").write_text("", "utf-8")
    assert "只用一种" in office.refusal()


def test_a_new_period_of_a_city_with_a_database(office: Office) -> None:
    city = office.root / "data" / "reference" / "records.toml"
    city.write_text('source = "duckdb:///"\n' + city.read_text("utf-8"), "utf-8")
    done = run_here("new", "--data", office.root / "data", "--output", office.root / "output", "--", "2023Q2")
    assert done.returncode == 0, done.stderr
    folder = office.raw.with_name("2023Q2")
    assert sorted(path.name for path in folder.iterdir()) == ["notes.md", "records.toml"]
    done = run_here(
        "tidy", "--data", office.root / "data", "--output", office.root / "output", "--", "2023Q2"
    )
    assert done.returncode == 2 and "没有 extraction_date" in done.stderr


def test_a_kind_of_record_that_is_not_known(office: Office) -> None:
    office.settings("duckdb:///", {"people": "people"})
    assert "people" in office.refusal() and "evaluations" in office.refusal()


def test_an_export_beside_a_database(office: Office) -> None:
    office.settings("duckdb:///")
    (office.raw / "records").mkdir()
    (office.raw / "records" / "cases.csv").write_text("projectNo\n", "utf-8")
    said = office.refusal()
    assert "只用一种" in said and "cases.csv" in said


def test_counts_that_were_changed_by_hand(office: Office) -> None:
    office.settings("duckdb:///", {kind: f"{office.parquet}/{kind}-*.parquet" for kind in TABLES})
    assert "还没有从数据库读取" in office.refusal("check")
    assert office.run("tidy")[0] == 0
    file = office.raw / "records" / "database.json"
    whole = file.read_text("utf-8")
    file.write_text(whole.replace('"rows"', '"rowz"', 1), "utf-8")
    assert "已损坏或改动过" in office.refusal("check")
    code, said = office.run("quarter")
    assert code == 0 and "已损坏或改动过，重新读取" in said
    assert office.run("check")[0] == 0


def test_other_periods_are_not_counted_from_the_database(office: Office) -> None:
    """An address in the city's settings is that of periods with settings of their own."""
    city = office.root / "data" / "reference" / "records.toml"
    city.write_text('source = "duckdb:///no/such/file.duckdb"\n' + city.read_text("utf-8"), "utf-8")
    (office.raw / "records.toml").unlink()
    assert office.run("tidy")[0] == 0

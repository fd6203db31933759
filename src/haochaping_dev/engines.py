"""Engines on a free port of this machine, for tests and measurements: started from nothing, gone afterwards."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

POSTGRES_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
_STARTS_WITHIN = 120.0


@dataclass(frozen=True)
class Server:
    """A running engine: its address for ``records.toml``, what its clients need in the environment, and its process."""

    url: str
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """End it at once, as a crash would."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def missing(engine: str) -> str:
    """What to install for an engine; blank where everything is there."""
    if engine == "postgres" and not (POSTGRES_BINARIES and find_spec("psycopg")):
        return "apt-get install postgresql, make setup-engines"
    if engine in ("sail", "spark") and not (find_spec("pyspark") and find_spec("pysail")):
        return "make setup-engines"
    if engine == "spark" and not shutil.which("java"):
        return "apt-get install openjdk-17-jre-headless"
    return ""


@contextmanager
def running(engine: str) -> Iterator[Server]:
    """Run an engine for the length of a block: ``postgres``, ``sail`` or ``spark``."""
    with tempfile.TemporaryDirectory(prefix="engine-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = {"postgres": _postgres, "sail": _sail, "spark": _spark}[engine](folder)
        try:
            yield server
        finally:
            server.stop()


def _postgres(folder: Path) -> Server:
    """A throw-away cluster with one user and password; a server of PostgreSQL does not run as root."""
    binaries, port = POSTGRES_BINARIES[-1], _free_port()
    as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    account = {"PGUSER": "reader", "PGPASSWORD": secrets.token_urlsafe()}
    password, cluster = folder / "password", folder / "cluster"
    password.write_text(account["PGPASSWORD"], "utf-8")
    cluster.mkdir()
    if as_user:
        shutil.chown(cluster, "postgres")
        shutil.chown(password, "postgres")
    options = [
        "-U",
        account["PGUSER"],
        "-A",
        "scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    ]
    subprocess.run(
        [*as_user, binaries / "initdb", "-D", cluster, *options, f"--pwfile={password}"],
        check=True,
        capture_output=True,
        cwd="/",
    )
    settings = ["-c", "fsync=off", "-c", "shared_buffers=512MB", "-c", "listen_addresses=127.0.0.1"]
    settings += ["-c", f"unix_socket_directories={cluster}", "-c", "max_wal_size=4GB"]
    process = _start([*as_user, binaries / "postgres", "-D", cluster, "-p", str(port), *settings], folder)

    def answers() -> bool:
        import psycopg

        try:
            psycopg.connect(
                host="127.0.0.1",
                port=port,
                user=account["PGUSER"],
                password=account["PGPASSWORD"],
                dbname="postgres",
            ).close()
        except psycopg.OperationalError:
            return False
        return True

    _wait(process, answers, folder)
    return Server(f"postgres://127.0.0.1:{port}/postgres", account, process)


def _sail(folder: Path) -> Server:
    port = _free_port()
    command = [
        Path(sys.executable).with_name("sail"),
        "spark",
        "server",
        "--ip",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    process = _start(command, folder)
    _wait(process, lambda: _listens(port), folder)
    return Server(f"sc://127.0.0.1:{port}", {}, process)


def _spark(folder: Path) -> Server:
    """Apache Spark itself, on two cores of this machine."""
    import pyspark

    port, home = _free_port(), Path(pyspark.__file__).parent
    settings = {
        "spark.connect.grpc.binding.port": port,
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": 8,
        "spark.sql.warehouse.dir": folder / "warehouse",
        "spark.local.dir": folder / "local",
    }
    options = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
    service = "org.apache.spark.sql.connect.service.SparkConnectServer"
    command = [
        home / "bin" / "spark-submit",
        "--class",
        service,
        "--master",
        "local[2]",
        "--driver-memory",
        "4g",
    ]
    process = _start([*command, *options, "spark-internal"], folder, SPARK_HOME=str(home))
    _wait(process, lambda: _listens(port), folder)
    return Server(f"sc://127.0.0.1:{port}", {}, process)


def _start(command: Sequence[object], folder: Path, **environment: str) -> subprocess.Popen[bytes]:
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [str(part) for part in command],
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={**os.environ, **environment},
            start_new_session=True,
        )


def _wait(process: subprocess.Popen[bytes], is_ready: Callable[[], bool], folder: Path) -> None:
    """Wait until a server answers.

    Raises
    ------
    RuntimeError
        It ended, or took too long: with the end of its log.
    """
    until = time.monotonic() + _STARTS_WITHIN
    while not is_ready():
        if process.poll() is not None or time.monotonic() > until:
            os.killpg(process.pid, signal.SIGKILL)
            raise RuntimeError((folder / "log").read_text("utf-8", "replace")[-2000:])
        time.sleep(0.2)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def load_parquet(server: Server, folder: Path) -> None:
    """Copy the Parquet files of simulated records into tables of a PostgreSQL server, types as they are."""
    import psycopg
    import pyarrow as pa
    import pyarrow.parquet

    address = server.url.removeprefix("postgres://").partition("/")[0].split(":")
    with psycopg.connect(
        host=address[0],
        port=int(address[1]),
        dbname="postgres",
        user=server.environment["PGUSER"],
        password=server.environment["PGPASSWORD"],
    ) as connection:
        for kind in ("cases", "evaluations", "rectifications"):
            files = sorted(folder.glob(f"{kind}-*.parquet"))
            schema = pyarrow.parquet.read_schema(files[0])
            columns = [
                f'"{field.name}" {"timestamp" if pa.types.is_timestamp(field.type) else "text"}'
                for field in schema
            ]
            connection.execute(f"DROP TABLE IF EXISTS {kind}")
            connection.execute(f"CREATE UNLOGGED TABLE {kind} ({', '.join(columns)})")
            with connection.cursor().copy(f"COPY {kind} FROM STDIN (FORMAT csv)") as copy:
                for file in files:
                    for batch in pyarrow.parquet.ParquetFile(file).iter_batches(1 << 18):
                        copy.write(_csv(batch))
            connection.execute(f"ANALYZE {kind}")


def _csv(batch: object) -> bytes:
    import pyarrow as pa
    import pyarrow.csv

    sink = pa.BufferOutputStream()
    options = pyarrow.csv.WriteOptions(include_header=False)
    pyarrow.csv.write_csv(batch, sink, options)
    return sink.getvalue().to_pybytes()

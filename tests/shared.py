"""What tests share: made once a session, whichever worker of pytest-xdist comes first; commands without a new process."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from filelock import FileLock

from haochaping.checks.check_report import CheckReport
from haochaping.checks.finding import Finding
from haochaping.commands.command_line import main
from haochaping.core.model import NUMBER, QuarterData, frame
from haochaping.present.bulletin_text import RECTIFICATION_RATES

SIGNALS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that `make` fills once a session; tests of all workers read it and none may change it."""
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # that of the session; each worker has its own below it
    folder, made = base / f"shared-{name}", base / f"shared-{name}.made"
    with FileLock(base / f"shared-{name}.lock"):
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of an attempt that failed
            folder.mkdir()
            make(folder)
            made.touch()
    return folder


def without_annexes(data: QuarterData, *names: str) -> QuarterData:
    """The quarter as if its source did not contain some annexes; what it says about them is left."""
    return replace(data, cells=data.cells[~data.cells["annex"].isin(names)].reset_index(drop=True))


def with_total(
    data: QuarterData, table: str, row: str, measure: str, value: float, member: str = "", group: str = ""
) -> QuarterData:
    """The quarter with one more printed total: in a row of totals, or with a group in a unit's row."""
    spec = data.declaration.annexes[table]
    cell = {
        "table": data.cells.loc[data.cells["annex"] == table, "table"].iloc[0],
        "annex": table,
        "group": group,
        "row": row,
        "member": member,
        "is_total": True,
        "column": member or spec.measures_by_name[measure].heading,
        "measure": measure,
        "printed": f"{value:g}",
        "value": value,
        "status": NUMBER,
    }
    return replace(data, cells=pd.concat([data.cells, frame("cells", [cell])], ignore_index=True))


def run_here(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """``python -m haochaping …`` without a new process: the same exit code, output and messages."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    command = [str(argument) for argument in arguments]
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        contextlib.chdir(cwd or Path.cwd()),
        _signals_kept(),
    ):
        code = main(command)
    said = [stream.buffer.getvalue().decode("utf-8") for stream in (out, err)]  # type: ignore[attr-defined]
    return subprocess.CompletedProcess(command, code, *said)


@contextlib.contextmanager
def _signals_kept() -> Iterator[None]:
    """The command sets what a request to end does; here that is pytest's own."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def sign(folder: Path) -> None:
    """Write the checksums of a tidy folder anew, as if what a test changed in it had been written so."""
    files = sorted(path for path in folder.glob("*.csv") if path.name != "checksums.csv")
    lines = [f"{path.name},{hashlib.sha256(path.read_bytes()).hexdigest()}" for path in files]
    (folder / "checksums.csv").write_text("\n".join(("file,sha256", *lines, "")), encoding="utf-8")


def without_rates_of_nothing(data: QuarterData) -> QuarterData:
    """A quarter without the rates of negative ratings that its text states although there are none."""
    stated = data.headline[~data.headline["figure"].isin(RECTIFICATION_RATES)]
    return replace(data, headline=stated.reset_index(drop=True))


def with_findings(report: CheckReport, findings: Sequence[Finding]) -> CheckReport:
    """A report with some of its findings alone, and what is left of its matters."""
    ids = {finding.id for finding in findings}
    kept = [(m, tuple(name for name in m.findings if name in ids)) for m in report.matters]
    matters = tuple(replace(matter, findings=names) for matter, names in kept if names)
    return replace(report, findings=tuple(findings), matters=matters)

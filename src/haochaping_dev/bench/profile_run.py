"""Where the time of one run goes: parts of the run, cells of the notebook, imports of both processes.

``make profile Q=2022Q4`` prints the tables. Parts of the run are those of the runner; the kernel works in parallel.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from haochaping.pipeline.kernel_process import PRELOADED_MODULES

ROWS_SHOWN = 12
_MICROSECONDS_PER_SECOND = 1_000_000


def _run(output: Path, quarter: str) -> str:
    """Run once and return the standard error with the import times."""
    command = [sys.executable, "-X", "importtime", "-m", "haochaping", "quarter"]
    completed = subprocess.run(
        [*command, "--output", str(output), "--", quarter], capture_output=True, text=True, check=False
    )
    if completed.returncode:
        sys.exit(completed.stderr)
    return completed.stderr


def _import_seconds(import_times: str) -> list[tuple[str, float]]:
    """Return packages by the seconds that their modules took themselves, from the output of ``-X importtime``."""
    rows = (
        line.split("|")
        for line in import_times.splitlines()
        if line.startswith("import time:") and "self" not in line
    )
    module_seconds = [
        (name.strip(), int(us.removeprefix("import time:")) / _MICROSECONDS_PER_SECOND)
        for us, _, name in rows
    ]
    return _sum_by_package(module_seconds)


def _sum_by_package(module_seconds: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    """Sum seconds by top-level package, slowest first."""
    sums: dict[str, float] = {}
    for name, seconds in module_seconds:
        package = name.split(".")[0]
        sums[package] = sums.get(package, 0.0) + seconds
    return sorted(sums.items(), key=lambda row: -row[1])[:ROWS_SHOWN]


def _cell_seconds(notebook: Path) -> list[tuple[str, float]]:
    """Return code cells, named by their last line, with their seconds, slowest first."""
    cells = [
        cell
        for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code"
    ]
    timed = [
        ("".join(cell["source"]).splitlines()[-1], cell["metadata"]["papermill"]["duration"])
        for cell in cells
    ]
    return sorted(timed, key=lambda row: -row[1])[:ROWS_SHOWN]


def _print(title: str, rows: Sequence[tuple[str, float]]) -> None:
    print(f"\n{title}\n")
    for name, seconds in rows:
        print(f"  {seconds:7.3f} s  {name[:90]}")


def main() -> None:
    """Run once (after a warm-up) and print."""
    quarter = sys.argv[1] if len(sys.argv) > 1 and sys.argv[1] else "2022Q4"
    with tempfile.TemporaryDirectory() as folder:
        _run(Path(folder) / "warm-up", quarter)
        import_times = _run(Path(folder) / "output", quarter)
        published = Path(folder) / "output" / quarter
        manifest = json.loads((published / "manifest.json").read_text(encoding="utf-8"))
        cells = _cell_seconds(published / "briefing.ipynb")
    kernel = [
        sys.executable,
        "-X",
        "importtime",
        "-c",
        "\n".join(f"import {name}" for name in PRELOADED_MODULES),
    ]
    _print("Parts of the run, in order", list(manifest["seconds"].items()))
    _print("Slowest cells, in the kernel", cells)
    _print("Imports of the runner, by package", _import_seconds(import_times))
    imported = subprocess.run(kernel, capture_output=True, text=True, check=True).stderr
    _print("Imports of the kernel, by package", _import_seconds(imported))


if __name__ == "__main__":
    main()

"""Where the time of one run goes: parts of the run, cells of the notebook, imports of either process.

``make profile Q=2022Q4`` prints three tables. Parts follow one another in the runner while the kernel works beside it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from haochaping.pipeline.kernel_process import PRELOADED_MODULES

SLOWEST = 12
_MILLION = 1_000_000


def _run(output: Path, quarter: str) -> str:
    """One full run with import times on standard error."""
    command = [sys.executable, "-X", "importtime", "-m", "haochaping", "quarter"]
    done = subprocess.run(
        [*command, "--output", str(output), "--", quarter], capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stderr)
    return done.stderr


def _imports(told: str) -> list[tuple[str, float]]:
    """Modules by the seconds they took themselves, from ``-X importtime``."""
    rows = (
        line.split("|")
        for line in told.splitlines()
        if line.startswith("import time:") and "self" not in line
    )
    own = [(name.strip(), int(us.removeprefix("import time:")) / _MILLION) for us, _, name in rows]
    return _grouped(own)


def _grouped(own: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    """Summed by top-level package, dearest first."""
    sums: dict[str, float] = {}
    for name, seconds in own:
        package = name.split(".")[0]
        sums[package] = sums.get(package, 0.0) + seconds
    return sorted(sums.items(), key=lambda one: -one[1])[:SLOWEST]


def _cells(notebook: Path) -> list[tuple[str, float]]:
    """Code cells by seconds, dearest first, named by their last line."""
    cells = [
        cell
        for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code"
    ]
    timed = [
        ("".join(cell["source"]).splitlines()[-1], cell["metadata"]["papermill"]["duration"])
        for cell in cells
    ]
    return sorted(timed, key=lambda one: -one[1])[:SLOWEST]


def _print(title: str, rows: Sequence[tuple[str, float]]) -> None:
    print(f"\n{title}\n")
    for name, seconds in rows:
        print(f"  {seconds:7.3f} s  {name[:90]}")


def main() -> None:
    """Run once (after a warm-up) and print."""
    quarter = sys.argv[1] if len(sys.argv) > 1 and sys.argv[1] else "2022Q4"
    with tempfile.TemporaryDirectory() as folder:
        _run(Path(folder) / "warm-up", quarter)
        told = _run(Path(folder) / "output", quarter)
        published = Path(folder) / "output" / quarter
        manifest = json.loads((published / "manifest.json").read_text(encoding="utf-8"))
        cells = _cells(published / "briefing.ipynb")
    kernel = [
        sys.executable,
        "-X",
        "importtime",
        "-c",
        "\n".join(f"import {name}" for name in PRELOADED_MODULES),
    ]
    _print("Parts of the run, in order", list(manifest["seconds"].items()))
    _print("Slowest cells, in the kernel", cells)
    _print("Imports of the runner, by package", _imports(told))
    imported = subprocess.run(kernel, capture_output=True, text=True, check=True).stderr
    _print("Imports of the kernel, by package", _imports(imported))


if __name__ == "__main__":
    main()

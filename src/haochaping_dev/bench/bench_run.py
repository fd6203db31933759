"""Time a run, compared with two ways of running the notebook by standard tools alone.

``make bench-run`` prints the tables of ``docs/performance.md``: full runs, interleaved in one session,
each in a process of its own; the floor under them; an unchanged run; twelve quarters at once and one by one.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from haochaping.core.paths import project_root
from haochaping.core.period import Period
from haochaping.pipeline.kernel_process import PRELOADED_MODULES

RUNS = 5
MANY_QUARTERS = 12
OVERHEAD_TARGET, TWO_COMMANDS_TARGET, ONE_COMMAND_TARGET, MANY_TARGET = 0.5, 0.6, 0.8, 0.55
_NOTEBOOK = Path("notebooks") / "briefing.ipynb"
_BIN = Path(sys.executable).parent


_Command = Sequence[str | Path]


def _wall_seconds(*commands: _Command, folder: Path) -> float:
    started = time.perf_counter()
    for command in commands:
        completed = subprocess.run(
            [str(part) for part in command], cwd=folder, check=False, capture_output=True, text=True
        )
        if completed.returncode:
            sys.exit(f"{' '.join(map(str, command))}\n{completed.stderr}")
    return time.perf_counter() - started


def _kit_command(name: str, *arguments: str | Path) -> list[str | Path]:
    return [sys.executable, "-m", "haochaping", name, *arguments]


def _kernel_seconds(executed: Path) -> float:
    """Return the seconds that the cells of an executed notebook took, from papermill's metadata; 0 without it."""
    cells = json.loads(executed.read_text(encoding="utf-8"))["cells"]
    return sum(cell["metadata"].get("papermill", {}).get("duration") or 0.0 for cell in cells)


def _time_kit(folder: Path, quarter: str) -> tuple[float, float]:
    """Return wall seconds of a full run, and the part of them that cells took."""
    output = folder / "output"
    wall = _wall_seconds(_kit_command("quarter", "--output", output, "--", quarter), folder=folder)
    return wall, _kernel_seconds(output / quarter / "briefing.ipynb")


def _time_two_commands(folder: Path, quarter: str) -> tuple[float, float]:
    executed = folder / "executed.ipynb"
    notebook = project_root() / _NOTEBOOK
    run: _Command = [_BIN / "papermill", "--no-progress-bar", "-p", "QUARTER", quarter, notebook, executed]
    convert: _Command = [_BIN / "jupyter", "nbconvert", "--to", "html", executed]
    wall = _wall_seconds(run, convert, folder=folder)
    return wall, _kernel_seconds(executed)


def _time_one_command(folder: Path, quarter: str) -> tuple[float, float]:
    """Time nbconvert, which takes no parameters: the quarter is written into a copy of the notebook."""
    notebook = folder / "copy.ipynb"
    content = json.loads((project_root() / _NOTEBOOK).read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if "parameters" in cell["metadata"].get("tags", []):
            cell["source"] = [f'QUARTER = "{quarter}"']
    notebook.write_text(json.dumps(content), encoding="utf-8")
    command: _Command = [_BIN / "jupyter", "nbconvert", "--execute", "--to", "html", notebook]
    return _wall_seconds(command, folder=folder), float("nan")


def _time_kernel_and_imports() -> float:
    """Return the seconds until a standard kernel is ready and has imported what the notebook needs."""
    from jupyter_client.manager import start_new_kernel

    started = time.perf_counter()
    manager, client = start_new_kernel(kernel_name="python3")
    client.execute_interactive("\n".join(f"import {name}" for name in PRELOADED_MODULES), timeout=120)
    seconds = time.perf_counter() - started
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    return seconds


def _time_all_ways(quarter: str, root: Path) -> Mapping[str, list[Any]]:
    """Time every way in turn, so that changes in the load of the machine affect all alike."""
    ways: dict[str, Callable[[Path, str], tuple[float, float]]] = {
        "kit": _time_kit,
        "two": _time_two_commands,
        "one": _time_one_command,
    }
    timings: dict[str, list[Any]] = {name: [] for name in ways}
    timings["floor"], timings["unchanged"] = [], []
    for number in range(RUNS + 1):  # the first is a warm-up
        for name, way in ways.items():
            folder = root / f"{name}-{number}"
            folder.mkdir()
            timings[name].append(way(folder, quarter))
        output = root / f"kit-{number}" / "output"
        timings["unchanged"].append(
            _wall_seconds(_kit_command("quarter", "--output", output, "--", quarter), folder=root)
        )
        timings["floor"].append(_time_kernel_and_imports())
    return {name: values[1:] for name, values in timings.items()}


def _time_many_quarters(root: Path) -> tuple[float, float]:
    """Return wall seconds of twelve simulated quarters in one command with two jobs, and in one command each."""
    last = Period(2024, 4)
    quarters = [last]
    while len(quarters) < MANY_QUARTERS:
        quarters.insert(0, quarters[0].previous)
    names = [str(quarter) for quarter in quarters]
    data = root / "simulated"
    _wall_seconds(_kit_command("simulate", *names, "--out", data), folder=root)
    ways = "many", "single"
    roots = {
        way: ["--data", str(root / f"{way}-data"), "--output", str(root / f"{way}-output")] for way in ways
    }
    for way in ways:
        shutil.copytree(data, root / f"{way}-data")
    many = _wall_seconds(_kit_command("quarters", "--jobs", "2", *roots["many"]), folder=root)
    single = sum(
        _wall_seconds(_kit_command("quarter", *roots["single"], "--", name), folder=root) for name in names
    )
    return many, single


def _print_tables(timings: Mapping[str, list[Any]]) -> None:
    def median(values: Sequence[float]) -> float:
        return statistics.median(values)

    wall = {
        name: median([wall_seconds for wall_seconds, _ in timings[name]]) for name in ("kit", "two", "one")
    }
    in_kernel = {
        name: median([kernel_seconds for _, kernel_seconds in timings[name]]) for name in ("kit", "two")
    }
    overhead = {
        name: median([wall_seconds - kernel_seconds for wall_seconds, kernel_seconds in timings[name]])
        for name in ("kit", "two")
    }
    floor = median(timings["floor"]) + in_kernel["kit"]
    print("| way | whole, s | inside the kernel, s | overhead, s |\n|---|---|---|---|")
    print(
        f"| the kit: one command, with papers and index | {wall['kit']:.2f} | {in_kernel['kit']:.2f} | {overhead['kit']:.2f} |"
    )
    print(
        f"| (a) papermill, then jupyter nbconvert | {wall['two']:.2f} | {in_kernel['two']:.2f} | {overhead['two']:.2f} |"
    )
    print(f"| (b) jupyter nbconvert --execute | {wall['one']:.2f} | | |")
    print("\n| ratio | measured | to reach |\n|---|---|---|")
    print(f"| overhead, kit : (a) | {overhead['kit'] / overhead['two']:.2f} | {OVERHEAD_TARGET} |")
    print(f"| whole, kit : (a) | {wall['kit'] / wall['two']:.2f} | {TWO_COMMANDS_TARGET} |")
    print(f"| whole, kit : (b) | {wall['kit'] / wall['one']:.2f} | {ONE_COMMAND_TARGET} |")
    print(
        f"\nFloor (a kernel, its imports, the notebook's own work, one after the other): {floor:.2f} s; "
        f"the kit takes {wall['kit'] / floor:.2f} times that."
    )
    print(f"Unchanged run: {median(timings['unchanged']):.2f} s.")


def main() -> None:
    """Print medians of interleaved runs, and the twelve quarters."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("quarter", nargs="?", default="2022Q4")
    parser.add_argument("--no-many", action="store_true", help="leave out the twelve quarters")
    options = parser.parse_args()
    print(
        f"Medians of {RUNS} after a warm-up, interleaved; load before: {os.getloadavg()[0]:.1f}.\n",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        _print_tables(_time_all_ways(options.quarter, Path(folder).resolve()))
        if not options.no_many:
            many, single = _time_many_quarters(Path(folder).resolve())
            print(
                f"Twelve simulated quarters: {many:.0f} s with two jobs, {single:.0f} s one by one; "
                f"ratio {many / single:.2f}, to reach {MANY_TARGET}."
            )


if __name__ == "__main__":
    main()

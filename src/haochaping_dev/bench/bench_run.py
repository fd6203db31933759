"""What a run costs, beside the two ways that the tools themselves offer.

``make bench-run`` prints the tables that stand in ``docs/performance.md``: full runs, interleaved in one session,
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
from haochaping.core.quarter import Quarter
from haochaping.pipeline.kernel_process import PRELOADED_MODULES

RUNS = 5
MANY = 12
OVERHEAD_TARGET, TWO_COMMANDS_TARGET, ONE_COMMAND_TARGET, MANY_TARGET = 0.5, 0.6, 0.8, 0.55
_NOTEBOOK = Path("notebooks") / "briefing.ipynb"
_BIN = Path(sys.executable).parent


_Command = Sequence[str | Path]


def _wall(*commands: _Command, folder: Path) -> float:
    started = time.perf_counter()
    for command in commands:
        done = subprocess.run(
            [str(part) for part in command], cwd=folder, check=False, capture_output=True, text=True
        )
        if done.returncode:
            sys.exit(f"{' '.join(map(str, command))}\n{done.stderr}")
    return time.perf_counter() - started


def _ours(name: str, *arguments: str | Path) -> list[str | Path]:
    return [sys.executable, "-m", "haochaping", name, *arguments]


def _in_kernel(executed: Path) -> float:
    """Seconds that an executed notebook's cells took, as papermill noted them."""
    cells = json.loads(executed.read_text(encoding="utf-8"))["cells"]
    return sum(cell["metadata"].get("papermill", {}).get("duration") or 0.0 for cell in cells)


def _kit(folder: Path, quarter: str) -> tuple[float, float]:
    """Wall seconds of a full run, and of them inside the kernel."""
    output = folder / "output"
    wall = _wall(_ours("quarter", "--output", output, "--", quarter), folder=folder)
    return wall, _in_kernel(output / quarter / "briefing.ipynb")


def _two_commands(folder: Path, quarter: str) -> tuple[float, float]:
    executed = folder / "executed.ipynb"
    notebook = project_root() / _NOTEBOOK
    run: _Command = [_BIN / "papermill", "--no-progress-bar", "-p", "QUARTER", quarter, notebook, executed]
    convert: _Command = [_BIN / "jupyter", "nbconvert", "--to", "html", executed]
    wall = _wall(run, convert, folder=folder)
    return wall, _in_kernel(executed)


def _one_command(folder: Path, quarter: str) -> tuple[float, float]:
    """nbconvert has no parameters: the quarter is written into a copy."""
    notebook = folder / "copy.ipynb"
    content = json.loads((project_root() / _NOTEBOOK).read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if "parameters" in cell["metadata"].get("tags", []):
            cell["source"] = [f'QUARTER = "{quarter}"']
    notebook.write_text(json.dumps(content), encoding="utf-8")
    command: _Command = [_BIN / "jupyter", "nbconvert", "--execute", "--to", "html", notebook]
    return _wall(command, folder=folder), float("nan")


def _kernel_and_imports() -> float:
    """Seconds until a plain kernel is there and has imported what the notebook cannot do without."""
    from jupyter_client.manager import start_new_kernel

    started = time.perf_counter()
    manager, client = start_new_kernel(kernel_name="python3")
    client.execute_interactive("\n".join(f"import {name}" for name in PRELOADED_MODULES), timeout=120)
    seconds = time.perf_counter() - started
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    return seconds


def _compared(quarter: str, root: Path) -> Mapping[str, list[Any]]:
    """Runs of every way in turn, so that the machine's moods fall on all alike."""
    ways: dict[str, Callable[[Path, str], tuple[float, float]]] = {
        "kit": _kit,
        "two": _two_commands,
        "one": _one_command,
    }
    taken: dict[str, list[Any]] = {name: [] for name in ways}
    taken["floor"], taken["unchanged"] = [], []
    for number in range(RUNS + 1):  # the first is a warm-up
        for name, way in ways.items():
            folder = root / f"{name}-{number}"
            folder.mkdir()
            taken[name].append(way(folder, quarter))
        output = root / f"kit-{number}" / "output"
        taken["unchanged"].append(_wall(_ours("quarter", "--output", output, "--", quarter), folder=root))
        taken["floor"].append(_kernel_and_imports())
    return {name: values[1:] for name, values in taken.items()}


def _many(root: Path) -> tuple[float, float]:
    """Wall seconds of twelve simulated quarters in one command with two jobs, and one command each."""
    last = Quarter(2024, 4)
    quarters = [last]
    while len(quarters) < MANY:
        quarters.insert(0, quarters[0].previous)
    names = [str(quarter) for quarter in quarters]
    data = root / "simulated"
    _wall(_ours("simulate", *names, "--out", data), folder=root)
    ways = "many", "single"
    roots = {
        way: ["--data", str(root / f"{way}-data"), "--output", str(root / f"{way}-output")] for way in ways
    }
    for way in ways:
        shutil.copytree(data, root / f"{way}-data")
    many = _wall(_ours("quarters", "--jobs", "2", *roots["many"]), folder=root)
    single = sum(_wall(_ours("quarter", *roots["single"], "--", name), folder=root) for name in names)
    return many, single


def _report(taken: Mapping[str, list[Any]]) -> None:
    def middle(values: Sequence[float]) -> float:
        return statistics.median(values)

    wall = {name: middle([whole for whole, _ in taken[name]]) for name in ("kit", "two", "one")}
    inside = {name: middle([kernel for _, kernel in taken[name]]) for name in ("kit", "two")}
    over = {name: middle([whole - kernel for whole, kernel in taken[name]]) for name in ("kit", "two")}
    floor = middle(taken["floor"]) + inside["kit"]
    print("| way | whole, s | inside the kernel, s | overhead, s |\n|---|---|---|---|")
    print(
        f"| the kit: one command, with papers and index | {wall['kit']:.2f} | {inside['kit']:.2f} | {over['kit']:.2f} |"
    )
    print(
        f"| (a) papermill, then jupyter nbconvert | {wall['two']:.2f} | {inside['two']:.2f} | {over['two']:.2f} |"
    )
    print(f"| (b) jupyter nbconvert --execute | {wall['one']:.2f} | | |")
    print("\n| ratio | measured | to reach |\n|---|---|---|")
    print(f"| overhead, kit : (a) | {over['kit'] / over['two']:.2f} | {OVERHEAD_TARGET} |")
    print(f"| whole, kit : (a) | {wall['kit'] / wall['two']:.2f} | {TWO_COMMANDS_TARGET} |")
    print(f"| whole, kit : (b) | {wall['kit'] / wall['one']:.2f} | {ONE_COMMAND_TARGET} |")
    print(
        f"\nFloor (a kernel, its imports, the notebook's own work, one after the other): {floor:.2f} s; "
        f"the kit takes {wall['kit'] / floor:.2f} times that."
    )
    print(f"Unchanged run: {middle(taken['unchanged']):.2f} s.")


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
        _report(_compared(options.quarter, Path(folder).resolve()))
        if not options.no_many:
            many, single = _many(Path(folder).resolve())
            print(
                f"Twelve simulated quarters: {many:.0f} s with two jobs, {single:.0f} s one by one; "
                f"ratio {many / single:.2f}, to reach {MANY_TARGET}."
            )


if __name__ == "__main__":
    main()

"""What a run costs: medians of full runs, part by part, and of an unchanged run.

``make bench`` prints the table that stands in ``docs/performance.md``.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from haochaping.locations import project_root

RUNS = 5


def _run(output: Path, quarter: str) -> float:
    """Wall seconds of one ``quarter`` command in a process of its own."""
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "haochaping", "quarter", quarter, "--output", str(output)],
        cwd=project_root(),
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - started


def main(quarter: str = "2022Q4") -> None:
    """Print medians of five full runs and of five unchanged ones."""
    full: list[float] = []
    unchanged: list[float] = []
    parts: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        _run(Path(folder) / "warm-up", quarter)
        for number in range(RUNS):
            output = Path(folder) / str(number)
            full.append(_run(output, quarter))
            unchanged.append(_run(output, quarter))
            manifest = json.loads((output / quarter / "manifest.json").read_text(encoding="utf-8"))
            for name, seconds in manifest["seconds"].items():
                parts.setdefault(name, []).append(seconds)
    whole = statistics.median(full)
    print(f"| part | median of {RUNS}, seconds | share |\n|---|---|---|")
    for name, seconds in parts.items():
        print(f"| {name} | {statistics.median(seconds):.2f} | {statistics.median(seconds) / whole:.0%} |")
    rest = whole - sum(statistics.median(seconds) for seconds in parts.values())
    print(f"| interpreter start and exit, key, swap | {rest:.2f} | {rest / whole:.0%} |")
    print(f"| **whole run** | {whole:.2f} | 100% |")
    print(
        f"| unchanged run | {statistics.median(unchanged):.2f} | {statistics.median(unchanged) / whole:.0%} |"
    )


if __name__ == "__main__":
    main()

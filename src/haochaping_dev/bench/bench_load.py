"""``make bench-load Q=2022Q4``: what loading a published quarter costs an analyst, beside pandas reading the same CSV files."""

from __future__ import annotations

import subprocess
import sys
from statistics import median

from haochaping.core.paths import find_locations
from haochaping.core.period import Period

_REPEATS = 7
_IMPORT = "import haochaping"
_LOAD = "import haochaping as hcp; hcp.load({quarter!r})"
_CSV = "import glob, pandas; [pandas.read_csv(path) for path in glob.glob({pattern!r})]"


def main() -> None:
    """Print medians of processor seconds of new processes, in turns, and their ratio."""
    quarter = Period.parse(sys.argv[1] if len(sys.argv) > 1 else "2022Q4")
    pattern = str(find_locations().tidy(quarter) / "*.csv")
    programs = {
        "import haochaping": _IMPORT,
        "pandas.read_csv": _CSV.format(pattern=pattern),
        "hcp.load": _LOAD.format(quarter=str(quarter)),
    }
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(_REPEATS):
        for name, program in programs.items():
            seconds[name].append(_processor_seconds(program))
    medians = {name: median(values) for name, values in seconds.items()}
    for name, value in medians.items():
        print(f"{name:20s} {value:.3f} s")
    print(f"hcp.load : pandas.read_csv  {medians['hcp.load'] / medians['pandas.read_csv']:.2f}")


def _processor_seconds(program: str) -> float:
    told = subprocess.run(
        [sys.executable, "-c", f"{program}; import time; print(time.process_time())"],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(told.stdout)


if __name__ == "__main__":
    main()

"""The kernel's own process: it dies with the runner, and has imported what a briefing needs before it is asked.

Run as ``python -m haochaping.pipeline.kernel_process -f CONNECTION_FILE``.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import haochaping
from haochaping.pipeline.platform_shortcuts import (
    collect_seldom,
    die_with_parent,
    import_seaborn_alone,
    skip_slow_imports,
)

PARENT_VARIABLE = "HAOCHAPING_RUNNER"
"""Environment variable: the runner's process, Python and package, which must be the kernel's own."""

NEEDED = (
    "pandas",
    "seaborn",
    "matplotlib.backends.backend_svg",
    "haochaping.pipeline.load_and_check",
    "haochaping.figures.compute_figures",
    "haochaping.present.sentences",
    "haochaping.outputs.page.annex_table",
    "haochaping.present.charts",
    "haochaping.present.charts.series_charts",
    "haochaping.outputs.page.appendix",
    "haochaping.outputs.page.findings_section",
    "haochaping.outputs.page.notes_section",
    "haochaping.outputs.page.head",
)
"""What the notebook imports anyway, in the time in which the runner still reads and checks."""


def own_python(parent: int) -> str:
    """The runner's process number, the environment and the place of the package, as one text."""
    return os.pathsep.join((str(parent), sys.prefix, str(Path(haochaping.__file__).parent)))


def import_needed() -> None:
    """Import what the notebook will ask for; an error belongs to its cell, where it is told with the heading."""
    collect_seldom()
    skip_slow_imports()
    with suppress(Exception):
        import_seaborn_alone()
    for name in NEEDED:
        with suppress(Exception):
            import_module(name)


def main() -> None:
    """Hold to the runner (where one is named), import, serve."""
    if expected := os.environ.get(PARENT_VARIABLE):
        _hold_to(expected)
    import_needed()
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance()


def _hold_to(expected: str) -> None:
    parent = int(expected.split(os.pathsep)[0])
    if own_python(parent) != expected:
        sys.exit(f"内核的 Python 环境是 {own_python(parent)}，运行程序的是 {expected}，两者应当相同")
    die_with_parent(parent)


if __name__ == "__main__":
    main()

"""Entry point of the kernel process: it dies with the runner and imports what the notebook needs in advance.

Run as ``python -m haochaping.pipeline.kernel_process -f CONNECTION_FILE``.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import haochaping
from haochaping.pipeline.platform_shortcuts import (
    collect_garbage_rarely,
    die_with_parent,
    import_seaborn_without_scipy,
    skip_slow_imports,
)

PARENT_VARIABLE = "HAOCHAPING_RUNNER"
"""Environment variable with :func:`runtime_identity` of the runner, which the kernel must share."""

PRELOADED_MODULES = (
    "pandas",
    "seaborn",
    "matplotlib.backends.backend_svg",
    "matplotlib.font_manager",
    "haochaping.pipeline.load_and_check",
    "haochaping.figures.compute_figures",
    "haochaping.present.sentences",
    "haochaping.outputs.page.annex_html",
    "haochaping.present.charts.active_rate",
    "haochaping.present.charts.headline_gap",
    "haochaping.present.charts.departments",
    "haochaping.present.charts.matrix",
    "haochaping.present.charts.tiers",
    "haochaping.present.charts.district_coverage",
    "haochaping.present.charts.series_charts",
    "haochaping.present.charts.record_charts",
    "haochaping.outputs.page.record_sections",
    "haochaping.outputs.page.appendix",
    "haochaping.outputs.page.matters_section",
    "haochaping.outputs.page.checks_section",
    "haochaping.outputs.page.notes_section",
    "haochaping.outputs.page.head",
)
"""Imported in advance, while the runner still reads and checks, because the notebook imports them anyway."""


def runtime_identity(parent: int) -> str:
    """Return process number of the runner, Python environment and path of the package, joined to one text."""
    return os.pathsep.join((str(parent), sys.prefix, str(Path(haochaping.__file__).parent)))


def preload_modules() -> None:
    """Import `PRELOADED_MODULES`; errors are ignored, since the notebook raises them again in the cell they belong to."""
    collect_garbage_rarely()
    skip_slow_imports()
    with suppress(Exception):
        import_seaborn_without_scipy()
    for name in PRELOADED_MODULES:
        with suppress(Exception):
            import_module(name)


def main() -> None:
    """Bind to the runner (if the variable names one), preload modules, run the kernel."""
    if expected := os.environ.get(PARENT_VARIABLE):
        _bind_to_runner(expected)
    preload_modules()
    _isolated_kernel().launch_instance()


def _isolated_kernel() -> Any:
    """The application class of a kernel that reads nothing of the user's: no configuration, no start-up file.

    Either could change what cells print; a run must depend on its inputs alone.
    """
    from ipykernel.kernelapp import IPKernelApp

    class IsolatedKernel(IPKernelApp):
        def load_config_file(self, *_: Any, **__: Any) -> None:
            """Configuration of the user and of the machine is not read."""

        def init_code(self) -> None:
            """Start-up files of profiles and ``PYTHONSTARTUP`` are not run."""
            sys.stdout.flush()
            sys.stderr.flush()

    return IsolatedKernel


def _bind_to_runner(expected: str) -> None:
    """Exit unless this is the Python of the runner; die when the runner dies."""
    parent = int(expected.split(os.pathsep)[0])
    if runtime_identity(parent) != expected:
        sys.exit(f"内核的 Python 环境是 {runtime_identity(parent)}，运行程序的是 {expected}，两者应当相同")
    die_with_parent(parent)


if __name__ == "__main__":
    main()

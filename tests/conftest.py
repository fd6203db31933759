"""Fixtures that all tests share."""

from pathlib import Path

import pytest
from hypothesis import settings

from haochaping.checks.check_report import CheckReport
from haochaping.checks.run_rules import run_rules
from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.pipeline.platform_shortcuts import skip_slow_imports
from haochaping.read.raw_folder import read_raw
from haochaping.reference.reference import Reference, load_reference

pytest_plugins = ["tests.records.fixtures"]
ROOT = Path(__file__).parents[1]
settings.register_profile("kit", deadline=None)  # these machines are shared: a slow example is no failure
settings.load_profile("kit")
skip_slow_imports()  # as a run does, before any test imports nbformat


@pytest.fixture(scope="session")
def reference() -> Reference:
    """The reference data that comes with the kit."""
    return load_reference(ROOT / "data" / "reference")


@pytest.fixture(scope="session")
def real(reference: Reference) -> QuarterData:
    """The real bulletin of 2022 Q4, read; nobody may change its frames."""
    return read_raw(ROOT / "data" / "raw" / "2022Q4", Period(2022, 4), reference)


@pytest.fixture(scope="session")
def real_report(real: QuarterData, reference: Reference) -> CheckReport:
    """The checks on the real bulletin."""
    return run_rules(real, reference)


LONGEST_FIRST = ("end_to_end/test_offline.py", "end_to_end/test_quarters.py", "end_to_end/")
"""Workers take file after file: what takes longest may not come last. The first two need nothing that others make."""
SLOW_FIXTURES = {"built", "series", "browser", "convert"}
"""A built quarter, Chromium, LibreOffice: what asks for one of them is slow."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The order of files (within a file nothing changes), and the mark of what asks for something slow."""

    def place(item: pytest.Item) -> int:
        path = item.path.relative_to(ROOT / "tests").as_posix()
        return next(
            (n for n, start in enumerate(LONGEST_FIRST) if path.startswith(start)), len(LONGEST_FIRST)
        )

    items.sort(key=place)
    for item in items:
        if SLOW_FIXTURES & {*getattr(item, "fixturenames", ())}:
            item.add_marker("slow")

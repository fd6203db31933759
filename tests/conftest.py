"""Fixtures that all tests share."""

from pathlib import Path

import pytest

from haochaping.checks.check_report import CheckReport
from haochaping.checks.run_rules import run_rules
from haochaping.core.model import QuarterData
from haochaping.core.quarter import Quarter
from haochaping.read.raw_folder import read_raw
from haochaping.reference.reference import Reference, load_reference

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def reference() -> Reference:
    """The reference data that comes with the kit."""
    return load_reference(ROOT / "data" / "reference")


@pytest.fixture(scope="session")
def real(reference: Reference) -> QuarterData:
    """The real bulletin of 2022 Q4, read; nobody may change its frames."""
    return read_raw(ROOT / "data" / "raw" / "2022Q4", Quarter(2022, 4), reference)


@pytest.fixture(scope="session")
def real_report(real: QuarterData, reference: Reference) -> CheckReport:
    """The checks on the real bulletin."""
    return run_rules(real, reference)

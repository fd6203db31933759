"""Fixtures that all tests share."""

from pathlib import Path

import pytest

from haochaping.checks.confront import CheckReport, confront
from haochaping.model import QuarterData
from haochaping.quarter import Quarter
from haochaping.reference import Reference, load_reference
from haochaping.sources import read_raw

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
    return confront(real, reference)

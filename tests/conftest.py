"""Fixtures that all tests share."""

from pathlib import Path

import pytest

from haochaping.reference import Reference, load_reference

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def reference() -> Reference:
    """The reference data that comes with the kit."""
    return load_reference(ROOT / "data" / "reference")

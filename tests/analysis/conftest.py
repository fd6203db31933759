"""The real quarter, and a simulated city with eight."""

from __future__ import annotations

from pathlib import Path

import pytest

import haochaping as hcp
from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.simulate.data_root import write_data_root

ROOT = Path(__file__).parents[2]
PERIODS = [Period(2021 + i // 4, i % 4 + 1) for i in range(8)]


@pytest.fixture(scope="session")
def q() -> QuarterData:
    return hcp.load("2022Q4", ROOT / "data")


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated city with eight quarters."""
    root = tmp_path_factory.mktemp("city")
    write_data_root(root, PERIODS, 3, ROOT / "data" / "reference")
    return root

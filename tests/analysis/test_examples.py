"""The example in the description of everything an analyst calls runs, and the description is in Chinese."""

from __future__ import annotations

import doctest
import re

import pytest

import haochaping as hcp
from haochaping.core.model import QuarterData

WITHOUT_EXAMPLE = ["xmr", "take_note", "explore", "chart_tiers", "chart_series"]
"""These need several periods, a front end, or write to the data."""
_NO_FUNCTIONS = ["statistics", "Period", "InputRefused"]
CALLED_BY_ANALYSTS = [name for name in dir(hcp) if name not in (*WITHOUT_EXAMPLE, *_NO_FUNCTIONS)]


@pytest.mark.parametrize("name", [*CALLED_BY_ANALYSTS, *WITHOUT_EXAMPLE])
def test_what_analysts_call_is_described_in_chinese(name: str) -> None:
    description = getattr(hcp, name).__doc__
    first = description.strip().splitlines()[0]
    assert len(re.findall(r"[\u4e00-\u9fff]", first)) >= 5
    assert (">>>" in description) == (name not in WITHOUT_EXAMPLE)


@pytest.mark.parametrize("name", CALLED_BY_ANALYSTS)
def test_the_example_runs(name: str) -> None:
    _run(getattr(hcp, name))


def test_the_example_of_a_period_runs() -> None:
    _run(QuarterData.table)


def _run(described: object) -> None:
    [found] = doctest.DocTestFinder(recurse=False).find(described, "example")
    results = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(found)
    assert results.attempted > 0 and results.failed == 0

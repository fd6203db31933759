"""A published quarter loads from its tidy tables exactly as it would be read anew, and only while nothing changed."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from haochaping.core.paths import Locations
from haochaping.core.period import Period
from haochaping.pipeline.assess import assess
from haochaping.pipeline.load_and_check import check
from haochaping.pipeline.published_quarter import load_published
from tests.end_to_end.conftest import build

ROOT = Path(__file__).parents[2]
NEWEST = Period(2023, 2)


@pytest.fixture
def locations(series: Path, tmp_path: Path) -> Locations:
    """A simulated city with two earlier quarters, published."""
    shutil.copytree(series, tmp_path / "city", symlinks=True)
    return Locations(data=tmp_path / "city" / "data", output=tmp_path / "city" / "output")


@pytest.mark.slow
def test_it_is_what_would_be_read_anew(locations: Locations) -> None:
    kept = load_published(locations, NEWEST)
    anew = assess(locations, NEWEST, date.today()).data
    assert kept is not None and kept == anew
    for name, frame in anew.frames():
        assert frame.equals(getattr(kept, name)), name
    assert [past.quarter for past in kept.history] == [past.quarter for past in anew.history]
    assert all(one == other for one, other in zip(kept.history, anew.history, strict=True))
    assert check(kept, locations.data) == check(anew, locations.data)


@pytest.mark.slow
@pytest.mark.parametrize("change", ["source", "notes", "past", "settings", "manifest", "tidy"])
def test_whatever_changed_is_read_anew(locations: Locations, change: str) -> None:
    assert load_published(locations, NEWEST) is not None
    raw = locations.raw(NEWEST)
    if change == "source":
        next(raw.glob("*.txt")).open("a").write("\n")
    if change == "notes":
        (raw / "notes.md").write_text("## 要点\n\n一句话。\n", "utf-8")
    if change == "past":
        (locations.raw(Period(2023, 1)) / "notes.md").write_text("## 要点\n\n一句话。\n", "utf-8")
        next(locations.tidy(Period(2023, 1)).glob("cells.csv")).open("a").write("\n")
    if change == "settings":
        (locations.reference / "city.toml").open("a").write("\n")
    if change == "manifest":
        (locations.published(NEWEST) / "manifest.json").write_text("{}", "utf-8")
    if change == "tidy":
        (locations.tidy(NEWEST) / "cells.csv").open("a").write("\n")
    assert load_published(locations, NEWEST) is None


@pytest.mark.slow
def test_corrections_and_notes_of_the_analyst_are_there(tmp_path: Path) -> None:
    for name in ("reference", "raw"):
        shutil.copytree(ROOT / "data" / name, tmp_path / "data" / name)
    locations = Locations(data=tmp_path / "data", output=tmp_path / "output")
    quarter = Period(2022, 4)
    (locations.raw(quarter) / "notes.md").write_text("## 要点\n\n一句话。\n", "utf-8")
    assert build(locations.data, locations.output).returncode == 0
    kept = load_published(locations, quarter)
    assert kept is not None and kept.notes["text"].tolist() == ["一句话。"]
    assert set(kept.inputs["kind"]) == {"bulletin text", "notes"}

"""What is told of earlier quarters: which could not be read, which were changed since they were tidied."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from haochaping.checks.report_json import dump_report, load_report
from haochaping.commands.findings_text import findings_text
from haochaping.core.paths import Locations
from haochaping.core.period import Period
from haochaping.pipeline.assess import assess, changed_source_files
from haochaping.read.raw_folder import read_raw
from haochaping.reference.reference import load_reference
from haochaping.simulate.data_root import write_data_root
from haochaping.store.tidy_tables import read_tidy, write_tidy
from tests.shared import sign

REFERENCE = Path(__file__).parents[2] / "data" / "reference"
EARLIER, QUARTER = Period(2023, 4), Period(2024, 1)
DAY = date(2024, 4, 20)


@pytest.fixture
def where(tmp_path: Path) -> Locations:
    """Two quarters, the earlier one tidied."""
    where = Locations(tmp_path / "data", tmp_path / "output")
    write_data_root(where.data, [EARLIER, QUARTER], 1, REFERENCE)
    printed = read_raw(where.raw(EARLIER), EARLIER, load_reference(where.reference))
    write_tidy(printed, where.tidy(EARLIER))
    return where


def about_past(where: Locations) -> tuple[str, ...]:
    return assess(where, QUARTER, DAY).report.about_past


@pytest.mark.slow
def test_nothing_is_said_of_a_past_that_is_as_it_was(where: Locations) -> None:
    assert about_past(where) == ()
    for name in ("notes.md", "review.csv", ".DS_Store"):  # not what the figures come from
        (where.raw(EARLIER) / name).write_text("编号\n" if name == "review.csv" else "", encoding="utf-8")
    assert about_past(where) == ()
    shutil.rmtree(where.raw(EARLIER))
    assert about_past(where) == (), "without its source the tidy tables are all there is"


def test_a_source_that_was_changed_since_it_was_tidied_is_named(where: Locations) -> None:
    source = where.raw(EARLIER) / "bulletin.txt"
    source.write_text(source.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    reviewed = assess(where, QUARTER, DAY)
    [told] = reviewed.report.about_past
    assert "2023年第四季度" in told and "bulletin.txt" in told and "make quarter Q=2023Q4" in told
    assert told in findings_text(reviewed.report, QUARTER)
    assert load_report(dump_report(reviewed.report)) == reviewed.report, "the notebook hears of it"


def test_new_and_lost_sources_count(where: Locations) -> None:
    reference = load_reference(where.reference)
    tidy, raw = read_tidy(where.tidy(EARLIER), EARLIER, reference), where.raw(EARLIER)
    assert changed_source_files(tidy, raw) == []
    (raw / "annexes.xlsx").write_bytes(b"new")
    assert changed_source_files(tidy, raw) == ["annexes.xlsx"]
    (raw / "bulletin.txt").unlink()
    assert changed_source_files(tidy, raw) == ["annexes.xlsx", "bulletin.txt"]


def test_an_earlier_quarter_that_cannot_be_read_is_named_with_the_reason(where: Locations) -> None:
    (where.tidy(EARLIER) / "about.csv").write_text("field,value\nquarter,2020Q1\n", encoding="utf-8")
    sign(where.tidy(EARLIER))
    [told] = about_past(where)
    assert told.startswith("2023年第四季度整理过的数据没有用，改用原始资料") and "about.csv" in told
    shutil.rmtree(where.raw(EARLIER))
    [told] = about_past(where)
    assert told.startswith("2023年第四季度未能读取，没有用于比较") and "about.csv" in told

"""What records count as, against an independent recomputation in pandas, on exports with every fault planted."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from haochaping.core.paths import project_root, record_files
from haochaping.core.period import Period
from haochaping.core.record_counts import CASES
from haochaping.core.working_days import is_working_day
from haochaping.records.aggregates import Aggregates, aggregate
from haochaping.records.annex_counts import AnnexCounter
from haochaping.records.common_names import CommonNames
from haochaping.records.counting import Counting
from haochaping.records.definitions import Conventions
from haochaping.records.open_records import opened
from haochaping.records.record_files import recognise
from haochaping.records.single_rows import SingleRows
from haochaping.records.variations import VARIATIONS, varied_conventions
from haochaping.reference.record_settings import RecordSettings, load_record_settings, record_kinds
from haochaping.reference.reference import load_reference
from tests.records.exports import Export, make_export, settings_toml, write_export
from tests.records.oracle import (
    annex_tables,
    before_acceptance,
    flow,
    ratings_with_cases,
    registered_departments,
    views,
)

REFERENCE = project_root() / "data" / "reference"
PERIOD = Period.parse("2023Q1")
UNITS = ["area", "tier", "department"]


def counted(export: Export, folder: Path, **form: object) -> tuple[Aggregates, RecordSettings]:
    """The aggregates of an export written to files and read back, and the settings."""
    write_export(export, folder / "records", **form)  # type: ignore[arg-type]
    (folder / "records.toml").write_text(settings_toml(export), "utf-8")
    settings = load_record_settings(REFERENCE, folder, load_reference(REFERENCE).declaration)
    files = recognise(record_files(folder), record_kinds(settings))
    assert settings.extraction_date is not None
    conventions = Conventions(settings, PERIOD, settings.extraction_date)
    return aggregate(files, conventions, with_variations=True), settings


def annexes(aggregates: Aggregates, settings: RecordSettings) -> dict[str, pd.DataFrame]:
    counter = AnnexCounter(settings, load_reference(REFERENCE), PERIOD.end)
    return counter.annexes(aggregates["units"])


def assert_same_tables(found: dict[str, pd.DataFrame], expected: dict[str, pd.DataFrame]) -> None:
    """Every row of the oracle is there with its counts; every other row counts nothing."""
    for name, table in expected.items():
        keys = [column for column in ("district", "department", "tier") if column in table]
        counts = [column for column in table.columns if column in found[name] and column not in keys]
        assert "evaluations" in counts
        mine = found[name].set_index(keys)[counts].astype(int)
        right = table.set_index(keys)[counts].astype(int).reindex(mine.index, fill_value=0)
        pd.testing.assert_frame_equal(mine, right, check_dtype=False)
        assert set(table.set_index(keys).index) <= set(mine.index)


@pytest.mark.parametrize(
    ("seed", "form", "levels_best"),
    [
        (1, {}, 5),
        (2, {"encoding": "gb18030"}, 5),
        (3, {"form": "parquet", "parts": 5}, 5),
        (4, {"form": "xlsx"}, 5),
        (5, {"parts": 3, "encoding": "utf-8-sig"}, 1),
    ],
)
def test_tables_and_flow_equal_the_independent_ones(
    seed: int, form: dict[str, object], levels_best: int, tmp_path: Path
) -> None:
    export = make_export(seed, levels_best=levels_best)
    aggregates, settings = counted(export, tmp_path, **form)
    known = registered_departments(REFERENCE / "units.csv")
    assert_same_tables(annexes(aggregates, settings), annex_tables(export, known_departments=known))
    found = {
        kind: dict(zip(rows["bucket"], rows["rows"], strict=True))
        for kind, rows in aggregates["fates"].groupby("kind")
    }
    expected = flow(export)
    for kind, buckets in expected.items():
        assert found[kind] == {bucket: n for bucket, n in buckets.items() if bucket != "rows"}
        assert sum(found[kind].values()) == buckets["rows"] > 0


@pytest.mark.parametrize("seed", [11, 12])
def test_views_equal_the_independent_ones(seed: int, tmp_path: Path) -> None:
    export = make_export(seed)
    aggregates, _ = counted(export, tmp_path)
    expected = views(export)
    cube = aggregates["evaluations"]
    for column, view in (("channel", "channel"), ("level", "level"), ("hour", "hour")):
        mine = cube.groupby(column)["ratings"].sum()
        assert {str(k): v for k, v in mine.items()} == {
            str(k): v for k, v in expected[view].items() if str(k) not in ("", "nan")
        }
    weeks = pd.to_datetime(cube["day"]).dt.isocalendar()
    by_week = cube.groupby([weeks["year"], weeks["week"]])["ratings"].sum()
    assert {f"{year}-W{week:02d}": n for (year, week), n in by_week.items()} == dict(expected["week"])
    details = aggregates["details"].dropna(subset=["detail"])
    by_code: dict[str, int] = {}
    for row in details.itertuples():
        for code in re.findall(r"\d{3}", row.detail):
            by_code[code] = by_code.get(code, 0) + row.ratings
    assert by_code == {code: n for code, n in expected["detail"].items() if code}
    delays = {int(row.days): row.ratings for row in aggregates["delays"].itertuples()}
    assert delays == {int(day): n for day, n in expected["days"].items()}
    items = {row.item: row.cases for row in aggregates["items"].itertuples()}
    assert items == dict(expected["task_type"])


def test_evaluations_counted_in_place_of_cases(tmp_path: Path) -> None:
    export = make_export(21)
    export.settings["count"] = "ratings"
    aggregates, settings = counted(export, tmp_path)
    assert settings.counts_ratings
    known = registered_departments(REFERENCE / "units.csv")
    tables = annexes(aggregates, settings)
    assert_same_tables(tables, annex_tables(export, known_departments=known))
    assert (tables["districts"]["evaluations"] > annex_tables_of_cases(export, known)).any()


def annex_tables_of_cases(export: Export, known: dict[str, dict[str, str]]) -> pd.Series:
    of_cases = annex_tables(export, count="cases", known_departments=known)["districts"]
    return (
        of_cases.set_index("district")["evaluations"]
        .reindex([*export.settings["areas"].values()])
        .reset_index(drop=True)
    )


def test_cases_evaluated_before_they_were_accepted_count_and_are_told(tmp_path: Path) -> None:
    export = make_export(1)
    aggregates, _ = counted(export, tmp_path)
    told = aggregates["units"]["before_acceptance"].sum()
    assert 0 < told <= before_acceptance(export)


def test_deadline_counts_chinese_working_days() -> None:
    from haochaping.records.definitions import deadline

    assert deadline(date(2023, 1, 18), 5) == date(
        2023, 1, 30
    )  # 21 to 27 January is New Year, the 28th and 29th are worked
    assert deadline(date(2023, 3, 29), 5) == date(2023, 4, 6)  # 5 April is Tomb-Sweeping Day
    assert deadline(date(2062, 1, 2), 5) == date(2062, 1, 9)  # no calendar of holidays yet: Monday to Friday


def test_signs_equal_a_count_of_single_evaluations(tmp_path: Path) -> None:
    """The counted evaluations of the export, one by one in pandas: the sums over all units."""
    export = make_export(31)
    aggregates, _ = counted(export, tmp_path)
    signs = aggregates["signs"]
    rated = ratings_with_cases(export, "2023Q1")
    given, finished = pd.to_datetime(rated["assessTime"]), pd.to_datetime(rated["resultDate"])
    seconds = (given - finished).dt.total_seconds()
    expected = {
        "ratings": len(rated),
        "soon": int(seconds.between(0, 60).sum()),
        "night": int(((given.dt.hour < 6) | (given.dt.hour >= 22)).sum()),
        "day_off": sum(not is_working_day(day) for day in given.dt.date),
        "month_end": int((given.dt.days_in_month - given.dt.day < 3).sum()),
        "no_detail": int((rated["evalDetail"].str.strip() == "").sum()),
    }
    assert {name: int(signs[name].sum()) for name in expected} == expected
    assert 0 <= signs["same_second"].sum() <= len(rated)


def test_the_loop_equals_a_count_of_single_cases(tmp_path: Path) -> None:
    export = make_export(32)
    aggregates, _ = counted(export, tmp_path)
    tables, loop = annex_tables(export), aggregates["loop"]
    units = aggregates["units"]
    negative = sum(tables[name]["negative_evaluations"].sum() for name in ("districts", "city_departments"))
    assert loop["cases"].sum() == units["negative"].sum() == negative > 10
    own = units[units["tier"] != "city"]
    for measure in ("visited", "satisfied"):
        assert own[measure].sum() == tables["districts"][measure].sum()
    in_towns = units[units["tier"].isin(["town", "village"])]
    for measure in ("due", "rectified_on_time"):
        assert in_towns[measure].sum() == tables["towns_and_villages"][measure].sum()


@pytest.mark.parametrize("name", list(VARIATIONS))
def test_another_convention_gives_what_counting_everything_by_it_gives(name: str, tmp_path: Path) -> None:
    export = make_export(31)
    write_export(export, tmp_path / "records")
    (tmp_path / "records.toml").write_text(settings_toml(export), "utf-8")
    settings = load_record_settings(REFERENCE, tmp_path, load_reference(REFERENCE).declaration)
    assert settings.extraction_date is not None
    conventions = Conventions(settings, PERIOD, settings.extraction_date)
    files = recognise(record_files(tmp_path), record_kinds(settings))
    found = aggregate(files, conventions, with_variations=True)

    varied = varied_conventions(conventions)[name]
    with opened(files, record_kinds(settings)) as records:
        single = SingleRows(records)
        tables = single.all_rows if name == "repeated" else single.tables
        named = CommonNames(settings, (), 1)
        named.find("department", single.all_rows[CASES].mutate(records=1))
        counting = Counting(records, single, named, varied)
        everything = counting.units_of(tables, varied)

    pd.testing.assert_frame_equal(found[f"units@{name}"], everything, check_dtype=False)
    assert not found[f"units@{name}"].equals(found["units"])

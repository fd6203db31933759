"""A period from records: its cells, its cache, its conventions; beside a bulletin."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from haochaping.core import record_counts as names
from haochaping.core.errors import InputRefused
from haochaping.core.model import QuarterData
from haochaping.core.record_counts import RecordCounts
from haochaping.records import read_records
from haochaping.records.read_records import read_places, with_records
from haochaping.reference.reference import Reference
from haochaping.store.data_contract import validate
from haochaping.store.tidy_tables import read_tidy, write_tidy
from tests.records.exports import Export
from tests.records.fixtures import PERIOD
from tests.records.oracle import annex_tables, flow, registered_departments


def test_cells_are_the_counts_with_rates_as_papers_print_them(
    counted: QuarterData, record_export: Export, reference: Reference
) -> None:
    validate(counted)
    known = registered_departments(reference.folder / "units.csv")
    right = annex_tables(record_export, known_departments=known)["districts"].set_index("district")
    for row in counted.table("districts").to_dict("records"):
        expected = right.loc[row["district"]]
        assert row["evaluations"] == expected["evaluations"]
        if row["cases"]:
            rate = 100 * expected["evaluations"] / expected["cases"]
            assert float(row["evaluation_rate_printed"].rstrip("%")) == pytest.approx(rate, abs=0.0101)
        else:
            assert row["evaluation_rate_printed"] == "/"
    assert counted.is_from_records
    registered = {u.canonical for u in reference.units if u.kind == "city_department"}
    assert registered <= set(counted.table("city_departments")["department"])


def test_shares_add_up_and_belong_to_the_districts(counted: QuarterData) -> None:
    annex = counted.table("public_services")
    assert annex["share"].sum() == pytest.approx(1, abs=0.002)
    assert list(annex["district"]) == list(counted.table("districts")["district"])


def test_records_in_are_records_counted_and_buckets(counted: QuarterData, record_export: Export) -> None:
    counts = RecordCounts(counted.record_counts)
    for kind, buckets in flow(record_export).items():
        found = {bucket: counts.count(names.FLOW, kind, bucket) for bucket in names.BUCKETS[kind]}
        assert sum(found.values()) == buckets["rows"] == len(getattr(record_export, kind))


def test_small_counts_are_not_in_the_views(counted: QuarterData, reference: Reference) -> None:
    threshold = reference.threshold("disclosure")
    views = [names.CHANNEL, names.LEVEL, names.REASON, names.WEEK, names.HOUR, names.DELAY, names.ITEM]
    rows = counted.record_counts[
        counted.record_counts["view"].isin([*views, names.BY_AREA, names.BY_DEPARTMENT])
    ]
    shown = rows["value"].dropna()
    assert len(rows) > 50 and rows["value"].isna().any()
    assert not ((shown > 0) & (shown < threshold)).any()
    for view, of_view in rows.groupby("view"):
        for _, of_measure in of_view.groupby("measure"):
            assert of_measure["value"].isna().sum() != 1, view  # the single one could be worked out


def test_aggregates_are_kept_under_the_content_of_records_and_conventions(
    record_raw: Path, reference: Reference, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, cache = tmp_path / "raw", tmp_path / "cache"
    shutil.copytree(record_raw, folder)
    first = with_records(None, folder, PERIOD, reference, cache)
    calls: list[object] = []
    original = read_records.aggregate
    monkeypatch.setattr(read_records, "aggregate", lambda *a, **k: calls.append(a) or original(*a, **k))
    again = with_records(None, folder, PERIOD, reference, cache)
    assert not calls and again == first and again.record_counts.equals(first.record_counts)
    [kept] = cache.glob("*.json")
    kept.write_text(kept.read_text("utf-8").replace("370303", "370302", 1), "utf-8")
    assert with_records(None, folder, PERIOD, reference, cache) == first and len(calls) == 1
    settings = folder / "records.toml"
    settings.write_text(settings.read_text("utf-8").replace("2023-04-06", "2023-04-05"), "utf-8")
    with_records(None, folder, PERIOD, reference, cache)
    assert len(calls) == 2
    with (folder / "records" / "cases-01.csv").open("a", encoding="utf-8") as file:
        file.write("X1,,,370303,人社局,01,2023-03-01 08:00:00,2023-03-02 08:00:00,3\n")
    with_records(None, folder, PERIOD, reference, cache)
    assert len(calls) == 3


def test_a_folder_that_cannot_be_written_keeps_nothing(
    record_raw: Path, reference: Reference, tmp_path: Path
) -> None:
    (tmp_path / "cache").write_text("a file")
    assert with_records(None, record_raw, PERIOD, reference, tmp_path / "cache").is_from_records


def test_without_an_extraction_day_the_bulletin_says_it_or_it_is_asked_for(
    record_raw: Path, counted: QuarterData, reference: Reference, tmp_path: Path
) -> None:
    folder = tmp_path / "raw"
    shutil.copytree(record_raw, folder)
    settings = folder / "records.toml"
    kept = [line for line in settings.read_text("utf-8").splitlines() if "extraction_date" not in line]
    settings.write_text("\n".join(kept), "utf-8")
    with pytest.raises(InputRefused, match="extraction_date"):
        with_records(None, folder, PERIOD, reference, tmp_path / "cache")
    data = with_records(counted, folder, PERIOD, reference, tmp_path / "cache")
    assert data.fact("record_extraction") == counted.fact("extraction_date") == "2023-04-06"


def test_tidy_tables_hold_the_counts(counted: QuarterData, reference: Reference, tmp_path: Path) -> None:
    write_tidy(counted, tmp_path / "2023Q1")
    again = read_tidy(tmp_path / "2023Q1", PERIOD, reference)
    assert again == counted and again.record_counts.equals(counted.record_counts)
    assert again.fact("record_conventions") == counted.fact("record_conventions")


def test_a_list_of_places_tells_which_have_none(
    record_raw: Path, reference: Reference, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = {"370303001": "甲街道", "370303999": "乙镇", "370303001999": "丙村"}
    monkeypatch.setattr(read_records, "read_places", lambda _folder: listed)
    data = with_records(None, record_raw, PERIOD, reference, tmp_path)
    view = RecordCounts(data.record_counts).view(names.UNCOVERED)
    assert {place for _, place, _ in view} >= {"乙镇", "丙村"}


def test_a_wrong_list_of_places_is_refused(tmp_path: Path) -> None:
    assert read_places(tmp_path) == {}
    (tmp_path / "places.csv").write_text("code,name\n370303001,甲街道\n3703,乙\n", "utf-8")
    with pytest.raises(InputRefused, match="第 3 行"):
        read_places(tmp_path)
    (tmp_path / "places.csv").write_text("名称\n", "utf-8")
    with pytest.raises(InputRefused, match="code,name"):
        read_places(tmp_path)


def test_a_long_export_tells_rows_share_and_time_left(
    record_raw: Path, reference: Reference, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from haochaping.records import load_progress

    said: list[str] = []
    monkeypatch.setattr(load_progress, "_SECONDS_BETWEEN_REPORTS", 0.0)
    with_records(None, record_raw, PERIOD, reference, tmp_path, said.append)
    shares = [int(line.partition("（")[2].partition("%")[0]) for line in said if line.startswith("读取记录")]
    assert shares == sorted(shares) and shares[-1] == 100 and len(shares) > 6
    assert all("records/" in line and "约剩" in line for line in said if line.startswith("读取记录"))


def test_one_channel_is_that_of_the_whole_unit_not_of_its_parts(
    counted: QuarterData, reference: Reference
) -> None:
    """Two departments of a district that each use one channel, another one, do not make the district use one."""
    from haochaping.records.count_rows import CountRows
    from haochaping.records.definitions import Conventions
    from haochaping.reference.record_settings import load_record_settings

    settings = load_record_settings(reference.folder, reference.folder, reference.declaration)
    conventions = Conventions(settings, PERIOD, PERIOD.end)
    unit = {"area": "370303", "tier": "district"}
    signs = ("same_second", "soon", "night", "day_off", "month_end", "no_detail")
    parts = [unit | {"department": name} for name in ("人社局", "教体局")]
    aggregates = {
        "signs": pd.DataFrame([part | {"ratings": 50} | dict.fromkeys(signs, 0) for part in parts]),
        "unit_channels": pd.DataFrame(
            [part | {"channel": code, "ratings": 50} for part, code in zip(parts, "12", strict=True)]
        ),
    }
    assert list(CountRows(aggregates, conventions, reference, {})._signs()) == []
    aggregates["unit_channels"]["channel"] = "1"
    rows = {
        row["measure"]: row["value"] for row in CountRows(aggregates, conventions, reference, {})._signs()
    }
    assert rows == {"ratings": 100, names.ONE_CHANNEL: 100}

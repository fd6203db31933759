"""Simulated records: the same for a seed, however they are made; what they come to, counted again in plain pandas."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from haochaping.core.model import SIMULATED
from haochaping.core.paths import project_root
from haochaping.core.period import Period
from haochaping.core.record_counts import BUCKETS, CASES, COUNTED, EVALUATIONS, RECTIFICATIONS
from haochaping.reference.record_settings import CITY
from haochaping.simulate import simulated_records
from haochaping.simulate.data_root import write_data_root
from haochaping.simulate.record_faults import PlantedFaults
from haochaping.simulate.record_plan import COUNTS, RecordOptions, plan_records
from haochaping.simulate.simulated_quarter import CitySize, SimulatedCity
from haochaping.simulate.simulated_records import SimulatedRecords, extraction_day
from tests.shared import run_here

PERIOD = Period(2024, 1)


def records_of(cases: int, seed: int = 3) -> SimulatedRecords:
    city = SimulatedCity(PERIOD, seed, CitySize())
    return SimulatedRecords(plan_records(city, cases), PERIOD, seed)


def whole(tables: object) -> pd.DataFrame:
    return pa.concat_tables(list(tables)).to_pandas()  # type: ignore[call-overload]


@pytest.mark.parametrize("cases", [1_000, 20_011])
def test_a_plan_divides_all_cases_and_its_parts_are_parts(cases: int) -> None:
    units = records_of(cases).plan.units
    assert units["cases"].sum() == cases
    for part, of in zip(COUNTS[1:], COUNTS[:-1], strict=True):
        assert (units[part] <= units[of]).all() and (units[part] >= 0).all()
    assert units["negative"].sum() >= units["rectified_on_time"].sum() > 0


def test_records_come_to_the_plan_when_counted_again() -> None:
    records = records_of(20_011)
    cases, evaluations = whole(records.cases()), whole(records.evaluations())
    rectifications = whole(records.rectifications())
    assert cases["projectNo"].is_unique and len(cases) == 20_011
    assert not evaluations.duplicated(["projectNo", "assessNumber"]).any()
    assert len(evaluations) > evaluations["projectNo"].nunique()

    code = cases["areaCode"]
    tier = code.str.len().map({6: "district", 9: "town", 12: "village"})
    cases["tier"] = tier.mask(code == "990100", CITY)
    cases["code"], cases["department"] = code.str[:6], cases["deptName"]
    negative = evaluations[evaluations["satisfaction"].isin(["1", "2"])]
    on_time = rectifications["reformTime"] - rectifications["assessTime"] < pd.Timedelta(days=3)
    of = {
        "evaluated": evaluations,
        "active": evaluations[evaluations["isdefault"] == "0"],
        "negative": negative,
        "rectified_on_time": rectifications[on_time],
    }
    cases["cases"] = 1
    for name, rows in of.items():
        cases[name] = cases["projectNo"].isin(rows["projectNo"]).astype(int)
    keys = ["code", "tier", "department"]
    found = cases.groupby(keys)[list(COUNTS)].sum()
    planned = records.plan.units.query("cases > 0").set_index(keys)[list(COUNTS)]
    pd.testing.assert_frame_equal(found.sort_index(), planned.sort_index(), check_dtype=False)

    assert cases["resultDate"].between("2024-01-01", "2024-04-01", inclusive="left").all()
    assert (cases["acceptDate"] < cases["resultDate"]).all()
    given = evaluations.merge(cases, on="projectNo")
    assert (given["assessTime"] > given["resultDate"]).all()
    assert given["assessTime"].max() < pd.Timestamp(extraction_day(PERIOD))


def test_blocks_of_any_size_make_the_same_records(monkeypatch: pytest.MonkeyPatch) -> None:
    makers = ("cases", "evaluations", "rectifications")
    key = ["projectNo", "assessTime", "resultDate"]

    def made() -> list[pd.DataFrame]:
        frames = [whole(getattr(records_of(5_000), name)()) for name in makers]
        return [f.sort_values([k for k in key if k in f], ignore_index=True) for f in frames]

    at_once = made()
    monkeypatch.setattr(simulated_records, "BLOCK", 777)
    for one, other in zip(at_once, made(), strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_another_seed_or_period_makes_other_records() -> None:
    first = whole(records_of(1_000).cases())
    assert not first.equals(whole(records_of(1_000, seed=4).cases()))


def test_every_bucket_has_a_planted_fault() -> None:
    faults = PlantedFaults(records_of(5_000))
    for kind in (CASES, EVALUATIONS, RECTIFICATIONS):
        for bucket in set(BUCKETS[kind]) - {COUNTED}:
            assert faults.flow[kind, bucket] > 0, (kind, bucket)
        planted = sum(rows for (of, _), rows in faults.flow.items() if of == kind)
        assert planted == sum(len(table) for table in faults.tables[kind])


def test_a_period_of_records_is_clean_and_equals_its_bulletin(tmp_path: Path) -> None:
    reference = project_root() / "data" / "reference"
    write_data_root(tmp_path / "data", [PERIOD], 5, reference, RecordOptions(30_000))
    done = run_here(
        "check", "--json", "--data", tmp_path / "data", "--output", tmp_path / "output", "--", str(PERIOD)
    )
    assert done.returncode == 0, done.stderr
    assert '"须更正": 0' in done.stdout or '"须更正"' not in done.stdout
    for path in (tmp_path / "data").rglob("*.toml"):
        if path.name == "records.toml":
            assert SIMULATED in path.read_text("utf-8")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--faults"], "--faults 只与 --cases 同用"),
        (["--tables", "--cases", "5000"], "--tables 不与 --cases 同用"),
        (["--cases", "10"], "应在 1,000 至"),
        (["--cases", "viele"], "应为整数"),
    ],
)
def test_options_that_do_not_fit(options: list[str], told: str, tmp_path: Path) -> None:
    done = run_here("simulate", "--out", tmp_path / "out", *options, "--", "2024Q1")
    assert done.returncode == 2 and told in done.stderr
    assert not (tmp_path / "out").exists()

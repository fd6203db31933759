"""What an export of single records counts, once more and in plain pandas: tests compare the kit with it.

Nothing here comes from the code it is compared with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from tests.records.exports import TIME, VERSION_TIME, Export, last_working_day

UNLISTED = "未列部门"
"""The row of departments that no registry has."""
KEYS = {
    "cases": ["projectNo"],
    "evaluations": ["projectNo", "assessNumber"],
    "rectifications": ["projectNo", "assessNumber"],
}
"""Rows of one kind with the same key are copies or versions of one record."""
LEVELS = ["1", "2", "3", "4", "5"]

Departments = Mapping[str, Mapping[str, str]]
"""For each kind of department (city_department, district_department): every name and alias with its canonical name."""


def registered_departments(units: Path) -> dict[str, dict[str, str]]:
    """The departments of a registry (units.csv), as `annex_tables` takes them."""
    known: dict[str, dict[str, str]] = {"city_department": {}, "district_department": {}}
    for row in pd.read_csv(units, dtype="str", keep_default_na=False).to_dict("records"):
        if row["kind"] in known:
            for name in (row["canonical"], *row["aliases"].split(";")):
                if name.strip():
                    known[row["kind"]][name.strip()] = row["canonical"]
    return known


def annex_tables(
    export: Export,
    count: str | None = None,
    known_departments: Departments | None = None,
    quarter: str = "2023Q1",
) -> dict[str, pd.DataFrame]:
    """The five tables; only rows with records, numbers as whole numbers, columns as named here.

    `count`: "cases" (a case counts once however often it was rated) or "ratings"; None: the setting, "cases" if none.
    `known_departments`: None leaves every name as it is; otherwise a name that it lacks goes to 未列部门.
    A row of `districts`: one district; of `city_departments`: one department of the city itself;
    of `district_departments`: one department in one district; of `towns_and_villages`: the towns or the villages of
    one district; of `public_services`: the public-service companies of one district.
    """
    count = count or export.settings.get("count", "cases")
    cases = _cases_with_counts(export, count, quarter)
    services = cases["deptName"].isin(export.settings["public_service_departments"])
    in_district, in_city = cases["tier"] == "district", cases["tier"] == "city"
    local = cases["tier"].isin(["town", "village"])
    city = cases[in_city].assign(
        department=_department_rows(cases[in_city], "city_department", known_departments)
    )
    district = cases[in_district].assign(
        department=_department_rows(cases[in_district], "district_department", known_departments)
    )
    district.loc[services[in_district], "department"] = export.settings["public_service_row"]
    shared = [
        "cases",
        "evaluations",
        "active_evaluations",
        "negative_evaluations",
        "visited",
        "satisfied",
    ]
    rectified = ["evaluations", "negative_evaluations", "rectified_on_time", "due"]
    return {
        "districts": _sums(cases[cases["area"] != export.settings["city_area"]], ["district"], shared),
        "city_departments": _sums(city, ["department"], shared),
        "district_departments": _sums(district, ["department", "district"], ["evaluations"]),
        "towns_and_villages": _sums(cases[local], ["district", "tier"], rectified),
        "public_services": _sums(cases[in_district & services], ["district"], ["evaluations"]),
    }


def flow(export: Export, quarter: str = "2023Q1") -> dict[str, dict[str, int]]:
    """For each kind of record how many rows there are, and how many went where; the first reason that applies."""
    return _sort_out(export, quarter).flow


def before_acceptance(export: Export, quarter: str = "2023Q1") -> int:
    """How many of the counted ratings were given before their case was accepted."""
    ratings = ratings_with_cases(export, quarter)
    return int((_times(ratings["assessTime"]) < _times(ratings["acceptDate"])).sum())


def views(export: Export, quarter: str = "2023Q1") -> dict[str, pd.Series]:
    """How the counted records divide; a value is a number of records, only what occurs is listed.

    Ratings by `channel`, `level` and `detail` (codes as written; a rating with two codes counts at both), `week`
    ("2023-W05", ISO), `hour` (0 … 23) and `days` (whole days from finishing to rating, rounded down: before finishing
    they are negative); cases by `task_type`.
    """
    ratings = ratings_with_cases(export, quarter)
    given = _times(ratings["assessTime"])
    codes = ratings["evalDetail"].str.split(r"[,|]", regex=True).explode().str.strip()
    days = (given - _times(ratings["resultDate"])).dropna() // pd.Timedelta(days=1)
    columns = {
        "channel": ratings["pf"],
        "level": ratings["satisfaction"],
        "detail": codes[codes != ""],
        "week": given.dt.strftime("%G-W%V"),
        "hour": given.dt.hour,
        "days": days,
        "task_type": _sort_out(export, quarter).cases["taskType"],
    }
    return {name: column.value_counts().sort_index().rename(name) for name, column in columns.items()}


@dataclass
class _Sorted:
    """The counted records of an export, one row each, and where all rows went."""

    cases: pd.DataFrame
    evaluations: pd.DataFrame
    rectifications: pd.DataFrame
    flow: dict[str, dict[str, int]]


def _sort_out(export: Export, quarter: str) -> _Sorted:
    """Decide for every row whether it counts, and if not, why."""
    settings = export.settings
    single, numbers = {}, {}
    for kind, rows in export.kinds().items():
        single[kind], numbers[kind] = _single_records(rows, KEYS[kind], VERSION_TIME[kind])
    cases, ratings, rectifications = single["cases"], single["evaluations"], single["rectifications"]

    codes = cases["areaCode"].str.ljust(12, "0")
    cases = cases.assign(area=codes.str[:6], tier=[_tier(code, settings["city_area"]) for code in codes])
    finished = _times(cases[settings["period_by"]])
    cases["bucket"] = _first_reason(
        cases,
        no_time=finished.isna(),
        other_period=finished.dt.to_period("Q") != pd.Period(quarter),
        unknown_area=~cases["area"].isin([settings["city_area"], *settings["areas"]]),
    )
    counted_cases = cases[cases["bucket"] == "counted"]

    given = _times(ratings["assessTime"])
    ratings["bucket"] = _first_reason(
        ratings,
        voided=~ratings["effectivEvalua"].isin(settings["valid_flags"]),
        no_time=given.isna(),
        late=given.dt.normalize() > pd.Timestamp(settings["extraction_date"]),
        unknown_level=~ratings["satisfaction"].isin(LEVELS),
        no_case=~ratings["projectNo"].isin(cases["projectNo"]),
        case_not_counted=~ratings["projectNo"].isin(counted_cases["projectNo"]),
    )
    counted_ratings = ratings[ratings["bucket"] == "counted"]

    bad = counted_ratings[counted_ratings["satisfaction"].isin(_bad_levels(settings))]
    rectifications["bucket"] = _first_reason(
        rectifications,
        no_case=~rectifications["projectNo"].isin(cases["projectNo"]),
        not_negative=~rectifications["projectNo"].isin(bad["projectNo"]),
    )
    counted_rectifications = rectifications[rectifications["bucket"] == "counted"]

    for kind, records in (("cases", cases), ("evaluations", ratings), ("rectifications", rectifications)):
        numbers[kind] |= {
            str(bucket): int(number) for bucket, number in records["bucket"].value_counts(sort=False).items()
        }
        assert numbers[kind]["rows"] == sum(numbers[kind].values()) - numbers[kind]["rows"]
    return _Sorted(counted_cases, counted_ratings, counted_rectifications, numbers)


def _single_records(rows: pd.DataFrame, key: list[str], time: str) -> tuple[pd.DataFrame, dict[str, int]]:
    """One row for each key, the version with the latest time (a blank one is the earliest); what was left out."""
    rows = rows.apply(lambda column: column.str.strip())
    numbered = rows[rows["projectNo"] != ""]
    # Times are written so that their order as text is their order in time.
    kept = numbered.sort_values(time, kind="stable").drop_duplicates(key, keep="last").sort_index()
    numbers = {
        "rows": len(rows),
        "no_case_no": len(rows) - len(numbered),
        "repeated": len(numbered) - len(kept),
    }
    return kept.reset_index(drop=True), numbers


def _first_reason(records: pd.DataFrame, **reasons: pd.Series) -> pd.Series:
    """For each record the first of the reasons that applies, or "counted"; a categorical, so that zeros are listed."""
    bucket = pd.Series("counted", index=records.index, dtype="object")
    for name, applies in reversed(reasons.items()):
        bucket[applies] = name
    return bucket.astype(pd.CategoricalDtype([*reasons, "counted"]))


def ratings_with_cases(export: Export, quarter: str) -> pd.DataFrame:
    """The counted ratings, one row each, with what is known of their cases."""
    counted = _sort_out(export, quarter)
    return counted.evaluations.merge(counted.cases, on="projectNo", validate="many_to_one")


def _cases_with_counts(export: Export, count: str, quarter: str) -> pd.DataFrame:
    """The counted cases, one row each, with what each adds to the columns of the tables."""
    settings, counted = export.settings, _sort_out(export, quarter)
    cases = counted.cases.set_index("projectNo")
    is_default = counted.evaluations["isdefault"].isin(settings["default_flags"])
    is_default |= counted.evaluations["pf"].isin(settings.get("default_channels", []))
    is_bad = counted.evaluations["satisfaction"].isin(_bad_levels(settings))
    chosen = {
        "evaluations": counted.evaluations,
        "active_evaluations": counted.evaluations[~is_default],
        "negative_evaluations": counted.evaluations[is_bad],
    }
    for column, ratings in chosen.items():
        number = ratings.groupby("projectNo").size().reindex(cases.index, fill_value=0)
        cases[column] = number if count == "ratings" else number.clip(upper=1)
    cases["cases"] = 1
    cases["district"] = cases["area"].map(settings["areas"])

    # One row for each case with a bad rating: its last day for rectifying, and what was done.
    bad = counted.evaluations[is_bad].groupby("projectNo")["assessTime"].min().to_frame("first")
    days = settings["rectification_working_days"]
    bad["last_day"] = [last_working_day(day, days) for day in _times(bad["first"]).dt.date]
    done = counted.rectifications
    done_first = done[(done["rectification"] == "1") & (done["reformTime"] != "")].groupby("projectNo")[
        "reformTime"
    ]
    done_day = _times(done_first.min().reindex(bad.index).fillna("")).dt.date
    bad["rectified_on_time"] = [
        pd.notna(day) and day <= last for day, last in zip(done_day, bad["last_day"], strict=True)
    ]
    extraction = date.fromisoformat(settings["extraction_date"])
    was_due = pd.Series([last <= extraction for last in bad["last_day"]], index=bad.index, dtype="bool")
    bad["due"] = bad.index.isin(done.loc[done["rectification"] == "1", "projectNo"]) | was_due
    bad["visited"] = bad.index.isin(done.loc[done["revisitSatisfied"] != "", "projectNo"])
    bad["satisfied"] = bad.index.isin(done.loc[done["revisitSatisfied"] == "1", "projectNo"])
    for column in ("rectified_on_time", "due", "visited", "satisfied"):
        cases[column] = bad[column].astype("int64").reindex(cases.index, fill_value=0)
    return cases


def _department_rows(cases: pd.DataFrame, kind: str, known: Departments | None) -> pd.Series:
    """In which row of its table each case stands."""
    names = cases["deptName"].replace("", UNLISTED)
    return names if known is None else names.map(known[kind]).fillna(UNLISTED)


def _sums(cases: pd.DataFrame, by: list[str], columns: list[str]) -> pd.DataFrame:
    """A table: the sums of `columns` over the cases of each row."""
    return cases.groupby(by)[columns].sum().astype("int64").reset_index()


def _tier(code: str, city: str) -> str:
    """Village, town, city or district, by which digits of the twelve are not zero."""
    if code[9:12] != "000":
        return "village"
    if code[6:9] != "000":
        return "town"
    return "city" if code[:6] == city else "district"


def _bad_levels(settings: Mapping[str, Any]) -> list[str]:
    """The two lowest levels, as written."""
    return ["1", "2"] if settings["levels_best"] == 5 else ["4", "5"]


def _times(column: pd.Series) -> pd.Series:
    """Times as times; blank ones are missing."""
    return pd.to_datetime(column.where(column != ""), format=TIME)

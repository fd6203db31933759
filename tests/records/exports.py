"""Small exports of single records for the first quarter of 2023, with every fault planted that real ones have had."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count, cycle
from pathlib import Path
from typing import Any

import pandas as pd
from chinese_calendar import is_workday

Row = dict[str, str]
"""One row of one kind of record, as the interface system writes it."""

COLUMNS = {
    "cases": (
        "projectNo",
        "userName",
        "certKey",
        "areaCode",
        "deptName",
        "taskType",
        "acceptDate",
        "resultDate",
        "proStatus",
    ),
    "evaluations": (
        "projectNo",
        "assessNumber",
        "pf",
        "mobile",
        "satisfaction",
        "assessTime",
        "isdefault",
        "effectivEvalua",
        "sbsign",
        "evalDetail",
        "writingEvaluation",
    ),
    "rectifications": (
        "projectNo",
        "assessNumber",
        "assessTime",
        "reformTime",
        "rectification",
        "revisitSatisfied",
    ),
}
VERSION_TIME = {"cases": "resultDate", "evaluations": "assessTime", "rectifications": "reformTime"}
"""Of several rows with one key the one with the latest of this time counts."""
PERSONAL = ("userName", "certKey", "mobile", "writingEvaluation")
"""Columns that nothing may read; `personal_values` lists what stands in them."""

QUARTER = "2023Q1"
FIRST_SECOND, LAST_SECOND = datetime(2023, 1, 1), datetime(2023, 3, 31, 23, 59, 59)
EXTRACTION = date(2023, 4, 6)
LAST_MOMENT = datetime(2023, 4, 6, 23, 59, 59)
"""The last second at which a rating counts."""
TIME = "%Y-%m-%d %H:%M:%S"

CITY = "370300"
AREAS = {
    "370303": "张店区",
    "370302": "淄川区",
    "370304": "博山区",
    "370306": "周村区",
    "370305": "临淄区",
    "370321": "桓台县",
    "370322": "高青县",
    "370323": "沂源县",
    "370371": "高新区",
    "370372": "经开区",
    "370373": "文昌湖区",
}
PUBLIC_SERVICES = ("国网供电公司", "华润燃气公司", "自来水公司")
CITY_DEPARTMENTS = (
    "市公安局",
    "市人社局",
    "市住建局",
    "市司法局",
    "市医疗保障局",
    "市住房公积金",
    "市行政审批服务局",
)
DISTRICT_DEPARTMENTS = ("人社局", "卫健委", "教体局", "民政局", "行政审批服务局", "市场监管局", "医疗保障局")
UNKNOWN_DEPARTMENT = "某某办公室"

CODES = {
    5: ("510", "513", "517"),
    4: ("406", "413"),
    3: ("307", "314"),
    2: ("209", "214"),
    1: ("110", "115"),
}
"""Detail codes by what the rating means: 5 very satisfied … 1 very dissatisfied."""
TEXTS = ("服务很好，电话{}", '他说"好的",再打{}', "第一行\n第二行 {}", "")
"""Texts of raters: with a comma, quotes and a line break, as people write them."""


@dataclass
class Export:
    """What an interface system gives for one quarter: text exactly as it stands in the files, rows in file order.

    `cases`: a row is one case or a further copy or version of one; `evaluations`: one rating, copies and versions too;
    `rectifications`: what was done about one rating. `settings`: the keys of records.toml.
    """

    cases: pd.DataFrame
    evaluations: pd.DataFrame
    rectifications: pd.DataFrame
    settings: dict[str, Any]

    def kinds(self) -> dict[str, pd.DataFrame]:
        """The rows of each kind of record, by the word its files begin with."""
        return {kind: getattr(self, kind) for kind in COLUMNS}


def make_export(seed: int, cases: int = 400, levels_best: int = 5) -> Export:
    """A random export in which every fault stands at least once; `cases` clean ones to begin with, 150 at least."""
    if cases < 150:
        raise ValueError("the faults alone need 150 cases")
    return _Maker(seed, cases).export(levels_best)


def write_export(
    export: Export, folder: Path, form: str = "csv", encoding: str = "utf-8", parts: int = 2
) -> list[Path]:
    """Write each kind of record in `parts` files of `form` (csv, parquet or xlsx); of two csv parts rows overlap."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for kind, rows in export.kinds().items():
        size = -(-len(rows) // parts)
        for part in range(parts):
            piece = rows.iloc[part * size : (part + 1) * size].reset_index(drop=True)
            path = folder / f"{kind}-{part + 1:02d}.{form}"
            if form == "csv":
                piece.to_csv(path, index=False, encoding=encoding, lineterminator="\n")
            elif form == "parquet":
                piece.to_parquet(path, index=False)
            elif form == "xlsx":
                piece.to_excel(path, index=False, engine="xlsxwriter")
            else:
                raise ValueError(form)
            written.append(path)
    return written


def settings_toml(export: Export) -> str:
    """The text of records.toml: the settings of the export."""
    return "".join(f"{key} = {_toml(value)}\n" for key, value in export.settings.items())


def personal_values(export: Export) -> set[str]:
    """Every value in a column that nothing may read; none may turn up in any output."""
    return {
        value
        for rows in export.kinds().values()
        for column in PERSONAL
        if column in rows
        for value in rows[column]
        if value
    }


def last_working_day(day: date, working_days: int) -> date:
    """The last of so many Chinese working days after `day`."""
    while working_days:
        day += timedelta(days=1)
        working_days -= is_workday(day)
    return day


class _Maker:
    """Draws the records of one export. Every case that is given a fault is taken from `untouched` and used once."""

    def __init__(self, seed: int, cases: int) -> None:
        self.random = random.Random(seed)
        self.serial = count(1)
        self.places = cycle(self._places())
        self.cases = [self._case() for _ in range(cases)]
        self.evaluations: list[Row] = []
        self.rectifications: list[Row] = []
        self.untouched = list(self.cases)
        self.random.shuffle(self.untouched)

    def export(self, levels_best: int) -> Export:
        """Plant all faults, rate the cases that are left, shuffle, and let the parts overlap."""
        self._plant_cases()
        self._plant_versions_of_cases()
        self._plant_evaluations()
        self._plant_versions_of_evaluations()
        self._plant_rectifications()
        for case in self.untouched:
            self._rate_at_random(case)
        self._plant_contradictions()
        if levels_best == 1:
            for row in self.evaluations:
                if row["satisfaction"] in set("12345"):
                    row["satisfaction"] = str(6 - int(row["satisfaction"]))
        settings = {
            "city_area": CITY,
            "areas": dict(AREAS),
            "period_by": "resultDate",
            "extraction_date": EXTRACTION.isoformat(),
            "levels_best": levels_best,
            "default_flags": ["1"],
            "valid_flags": ["1"],
            "rectification_working_days": 5,
            "public_service_departments": list(PUBLIC_SERVICES),
            "public_service_row": "公共服务（水电气热通讯）",
        }
        kinds = {kind: self._in_parts(kind) for kind in COLUMNS}
        return Export(kinds["cases"], kinds["evaluations"], kinds["rectifications"], settings)

    # Single records.

    def _places(self) -> list[tuple[str, str]]:
        """Area code and department of the clean cases, by turns: every area and tier has some."""
        places = []
        for code in AREAS:
            for department in (*DISTRICT_DEPARTMENTS, *PUBLIC_SERVICES):
                places.append((self.random.choice((code, code, code, f"{code}000000")), department))
            town, village = f"{code}{self.random.randint(1, 9):03d}", f"{code}{self.random.randint(101, 109)}"
            places += [(town, "行政审批服务局"), (f"{town}000", "人社局")]
            places += [(f"{village}{self.random.randint(201, 240)}", "行政审批服务局") for _ in range(2)]
        places += [(self.random.choice((CITY, f"{CITY}000000")), name) for name in CITY_DEPARTMENTS * 3]
        places += [(f" {CITY}", "市公安局"), ("370304 ", "卫健委"), ("370305000201", "人社局")]
        self.random.shuffle(places)
        return places

    def _case(self) -> Row:
        """A case finished in the quarter, early enough that everything later fits before the extraction."""
        number = next(self.serial)
        area, department = next(self.places)
        finished = _between(self.random, FIRST_SECOND, datetime(2023, 3, 26))
        accepted = finished - timedelta(seconds=self.random.randint(3600, 15 * 86400))
        return {
            "projectNo": f"{area.strip()[:6]}2023{number:09d}",
            "userName": f"某某{number}",
            "certKey": f"0000001900{number:08d}",
            "areaCode": area,
            "deptName": department,
            "taskType": self.random.choice(("01", "01", "05", "07", "20", "99")),
            "acceptDate": accepted.strftime(TIME),
            "resultDate": finished.strftime(TIME),
            "proStatus": "3",
        }

    def _rating(self, case: Row, meaning: int = 5, at: datetime | None = None, **values: str) -> Row:
        """Add a counted rating of `case`: `meaning` 5 best … 1 worst, given `at` or some days after finishing."""
        number = next(self.serial)
        given = at or _finished(case) + timedelta(seconds=self.random.randint(60, 6 * 86400))
        row = {
            "projectNo": case["projectNo"],
            "assessNumber": "1",
            "pf": self.random.choice("12345"),
            "mobile": f"199{number:08d}",
            "satisfaction": str(meaning),
            "assessTime": given.strftime(TIME),
            "isdefault": "0",
            "effectivEvalua": "1",
            "sbsign": "1",
            "evalDetail": self._codes(meaning),
            "writingEvaluation": self.random.choice(TEXTS).format(f"199{number:08d}"),
        }
        row.update(values)
        self.evaluations.append(row)
        return row

    def _codes(self, meaning: int) -> str:
        """No detail code, one, or two with either separator."""
        codes = CODES[meaning]
        return self.random.choice(
            ("", "", codes[0], codes[-1], f"{codes[0]},{codes[1]}", f"{codes[1]}|{codes[0]}")
        )

    def _rectified(self, rating: Row, at: datetime | None, **values: str) -> Row:
        """Add a rectification of `rating`, finished `at`; None: the time is blank."""
        row = {
            "projectNo": rating["projectNo"],
            "assessNumber": rating["assessNumber"],
            "assessTime": rating["assessTime"],
            "reformTime": at.strftime(TIME) if at else "",
            "rectification": "1",
            "revisitSatisfied": self.random.choice(("1", "1", "0", "")),
        }
        row.update(values)
        self.rectifications.append(row)
        return row

    def _take(self, number: int) -> Iterator[Row]:
        """So many cases that have no fault and no rating yet."""
        for _ in range(number):
            yield self.untouched.pop()

    def _take_at(self, tier: str) -> Row:
        """Such a case at `city`, `district` or `local` (towns and villages); of another tier if none is left."""
        chosen = next((case for case in self.untouched if _tier_of(case) == tier), self.untouched[-1])
        self.untouched.remove(chosen)
        return chosen

    def _rate_at_random(self, case: Row) -> None:
        """No rating, a default one, or one or two of the citizen's; now and then a bad one."""
        chance = self.random.random()
        if chance < 0.12:
            return
        if chance < 0.55:
            self._rating(case, isdefault="1", pf="6")
            return
        rating = self._rating(case, self.random.choice((5, 5, 5, 5, 4, 4, 3, 2, 1)))
        if chance > 0.9:
            later = _given(rating) + timedelta(hours=1)
            self._rating(case, self.random.choice((5, 4, 1)), later, assessNumber="2")
        if rating["satisfaction"] in "12" and chance < 0.8:
            done = _given(rating) + timedelta(days=self.random.randint(0, 12))
            self._rectified(rating, min(done, LAST_MOMENT))

    # Faults.

    def _plant_cases(self) -> None:
        """Cases that do not count, stand at the edge, or belong to an area or department in no list."""
        for number in ("", "", " "):
            case = self._case()
            self.cases.append(case)
            case["projectNo"] = number
        for case in self._take(2):
            self._rating(case)
            case["resultDate"] = ""
        for case in self._take(3):
            self._rating(case)
            case["acceptDate"] = ""
        for finished in (
            "2022-11-02 08:00:00",
            "2022-12-31 23:59:59",
            "2023-04-01 00:00:00",
            "2023-04-05 10:00:00",
        ):
            (case,) = self._take(1)
            _finish(case, finished)
            self._rating(case, at=datetime(2023, 4, 5, 12))
        for moment in (FIRST_SECOND, LAST_SECOND, LAST_SECOND):
            (case,) = self._take(1)
            _finish(case, moment.strftime(TIME))
            self._rating(case, at=moment + timedelta(hours=5))  # 1 January 2023 lies in a week of 2022
        for area in ("370399", "370399", "370399001", "", "371002", "371002", "371002001"):
            (case,) = self._take(1)
            case["areaCode"] = area
            self._rating(case)
        for department in (UNKNOWN_DEPARTMENT, UNKNOWN_DEPARTMENT, "某某中心", ""):
            case = self._take_at("district")
            case["deptName"] = department
            self._rating(case)
        for department in (UNKNOWN_DEPARTMENT, "", PUBLIC_SERVICES[0], "市场监管局", "贸促会"):
            case = self._take_at("city")
            case["deptName"] = department
            self._rating(case)

    def _plant_versions_of_cases(self) -> None:
        """Copies and versions of one case: the version finished last counts, wherever it stands in the files."""
        for case in self._take(5):
            self._rating(case)
            self.cases.append(dict(case))
        newer: list[Row] = [
            {"areaCode": "370323", "resultDate": "2023-02-21 09:00:00"},
            {"areaCode": "370302001", "resultDate": "2023-02-20 10:00:01"},
            {"areaCode": "370399", "resultDate": "2023-02-22 09:00:00"},
            {"deptName": "卫健委", "resultDate": "2023-02-22 10:00:00"},
            {"taskType": "20", "resultDate": "2023-03-31 23:59:59"},
            {"resultDate": "2023-04-01 00:00:00"},
        ]
        for change in newer:
            (case,) = self._take(1)
            _finish(case, "2023-02-20 10:00:00")
            self._rating(case)
            self.cases.append({**case, **change})
        (into_period, from_blank) = self._take(2)
        _finish(into_period, "2022-12-20 10:00:00")
        self.cases.append({**into_period, "resultDate": "2023-01-05 09:00:00"})
        self._rating(into_period, at=datetime(2023, 1, 6, 10))
        self._rating(from_blank)
        self.cases.append({**from_blank, "resultDate": "", "areaCode": "370399"})

    def _plant_evaluations(self) -> None:
        """Ratings that do not count, stand at the edge, or say something of their own."""
        for case in self._take(3):
            self._rating(case, projectNo=self.random.choice(("", " ")))
        for flag in ("0", "0", "0", ""):
            (case,) = self._take(1)
            self._rating(case, self.random.choice((1, 5)), effectivEvalua=flag)
        for case in self._take(2):  # the bad one is void, the good one counts
            self._rating(case, 5)
            self._rating(case, 1, assessNumber="2", effectivEvalua="0")
        for moment in ("2023-04-07 00:00:00", "2023-04-07 09:00:00", "2023-05-02 10:00:00"):
            (case,) = self._take(1)
            self._rating(case, self.random.choice((1, 5)), datetime.strptime(moment, TIME))
        for meaning in (5, 5, 1):
            (case,) = self._take(1)
            self._rating(case, meaning, LAST_MOMENT)
        orphans: list[Row] = [{}, {}, {"effectivEvalua": "0"}, {"satisfaction": "0"}]
        for number, values in enumerate(orphans):
            (case,) = self._take(1)
            self._rating(case, projectNo=f"3703032023999999{number:03d}", **values)
        for case in self._take(3):
            self._rating(case, assessTime="")
        for level in ("0", "0", "7", "7", ""):
            (case,) = self._take(1)
            self._rating(case, satisfaction=level)
        together: list[Row] = [
            {"effectivEvalua": "0", "satisfaction": "7", "assessTime": "2023-04-08 10:00:00"},
            {"effectivEvalua": "0", "assessTime": ""},
            {"satisfaction": "0", "assessTime": "2023-04-08 10:00:00"},
        ]
        for values in together:
            (case,) = self._take(1)
            self._rating(case, **values)
        for first, second in ((5, 1), (5, 2), (1, 5), (4, 3), (3, 5), (1, 2)):
            (case,) = self._take(1)
            rating = self._rating(case, first)
            self._rating(case, second, _given(rating) + timedelta(hours=2), assessNumber="2")
        for case in self._take(2):  # a default one and the citizen's own
            self._rating(case, isdefault="1", pf="6")
            self._rating(case, assessNumber="2")
        for meaning, flag in ((2, "1"), (5, "")):
            (case,) = self._take(1)
            self._rating(case, meaning, isdefault=flag)
        for case in self._take(4):
            self._rating(case, at=_accepted(case) - timedelta(seconds=self.random.randint(1, 3 * 86400)))
        for case in self._take(1):  # in the second of acceptance: not before it
            self._rating(case, at=_accepted(case))
        for case in self._take(3):  # accepted, not finished
            self._rating(case, at=_finished(case) - timedelta(seconds=self.random.randint(1, 3599)))
        for meaning in (1, 2, 2):
            (case,) = self._take(1)
            self._rating(case, meaning, evalDetail="")

    def _plant_versions_of_evaluations(self) -> None:
        """Copies and versions of one rating: the version given last counts."""
        for case in self._take(5):
            self.evaluations.append(dict(self._rating(case)))
        versions: list[tuple[int, Row, Row]] = [
            (5, {}, {"satisfaction": "1", "evalDetail": "115"}),
            (1, {}, {"satisfaction": "5", "evalDetail": "510"}),
            (5, {}, {"effectivEvalua": "0"}),
            (2, {"effectivEvalua": "0"}, {"effectivEvalua": "1"}),
            (5, {}, {"isdefault": "1", "pf": "6"}),
            (5, {}, {"assessTime": "2023-04-07 08:00:00"}),
            (5, {"assessTime": ""}, {}),
        ]
        for meaning, older, newer in versions:
            (case,) = self._take(1)
            rating = self._rating(case, meaning)
            later = (_given(rating) + timedelta(minutes=30)).strftime(TIME)
            self.evaluations.append({**rating, "assessTime": later, **newer})
            rating.update(older)

    def _plant_rectifications(self) -> None:
        """Rectifications on both sides of the deadline, open ones, and those that belong to no bad rating."""

        def bad(at: datetime | None = None) -> tuple[Row, datetime]:
            """A bad rating of a case of its own, and midnight of the last day for its rectification.

            At a town or village, whose table shows rectifications, while there are any.
            """
            case = self._take_at("local")
            finished = (
                at - timedelta(days=1) if at else _between(self.random, FIRST_SECOND, datetime(2023, 3, 20))
            )
            _finish(case, finished.strftime(TIME))
            rating = self._rating(case, self.random.choice((1, 2)), at)
            day = last_working_day(_given(rating).date(), 5)
            return rating, datetime(day.year, day.month, day.day)

        festival = datetime(
            2023, 1, 18, 10
        )  # with the working Saturday and Sunday after it the last day is 30 January
        for at in (None, None, festival):
            rating, last = bad(at)
            self._rectified(rating, last + timedelta(hours=23, minutes=59, seconds=59), revisitSatisfied="1")
            rating, last = bad(at)
            self._rectified(rating, last + timedelta(days=1), revisitSatisfied="0")
        for satisfied in ("", "0", "1"):
            rating, _ = bad()
            self._rectified(rating, _given(rating) + timedelta(hours=3), revisitSatisfied=satisfied)
            rating, _ = bad()
            self._rectified(
                rating, _given(rating) + timedelta(hours=3), rectification="0", revisitSatisfied=""
            )
        bad()  # nothing was done
        for moment in (datetime(2023, 3, 29, 9), datetime(2023, 3, 30, 9), datetime(2023, 3, 31, 9)):
            bad(moment)  # due on the day of extraction, and not yet due
            rating, _ = bad(moment)
            self._rectified(rating, None, rectification="0", revisitSatisfied="")
        rating, _ = bad(datetime(2023, 3, 31, 9))
        self._rectified(rating, datetime(2023, 4, 4, 9))  # not yet due, but done
        rating, last = bad(datetime(2023, 3, 31, 9))
        self._rectified(rating, last)  # done in time, after the extraction
        rating, _ = bad()
        self._rectified(rating, None)  # done, nobody says when

        # The first bad rating that counts sets the deadline, the first rectification meets it.
        rating, last = bad(datetime(2023, 2, 6, 9))
        self._rating(rating, 1, datetime(2023, 2, 9, 9), assessNumber="2")
        self._rectified(rating, last + timedelta(days=1), revisitSatisfied="0")
        rating, last = bad(datetime(2023, 2, 6, 9))
        self._rating(rating, 1, datetime(2023, 2, 1, 9), assessNumber="2", effectivEvalua="0")
        self._rectified(rating, last)
        rating, last = bad(datetime(2023, 2, 6, 9))
        self._rectified(rating, last, assessNumber="2", revisitSatisfied="0")
        self._rectified(rating, last + timedelta(days=3), revisitSatisfied="1")

        # Copies and versions.
        for _ in range(2):
            rating, last = bad()
            self.rectifications.append(dict(self._rectified(rating, last)))
        for earlier, later in (("0", "1"), ("1", "1"), ("1", "0")):
            rating, last = bad(datetime(2023, 2, 6, 9))
            self._rectified(rating, last - timedelta(days=2), rectification=earlier, revisitSatisfied="")
            self._rectified(rating, last + timedelta(days=2), rectification=later, revisitSatisfied="1")

        # No bad rating that counts.
        some_time = datetime(2023, 2, 8, 15)
        for _ in range(2):
            self._rectified(bad()[0], some_time, projectNo=f"3703032023888888{next(self.serial) % 1000:03d}")
        self._rectified(bad()[0], some_time, projectNo="")
        for case in self._take(3):
            self._rectified(self._rating(case, 5), some_time)
        (void, foreign) = self._take(2)
        self._rectified(self._rating(void, 1, effectivEvalua="0"), some_time)
        foreign["areaCode"] = "371002"
        self._rectified(self._rating(foreign, 1), some_time)

    def _plant_contradictions(self) -> None:
        """A detail code of the opposite meaning in about one of thirty ratings that have one, two at least."""
        times = Counter((row["projectNo"], row["assessNumber"]) for row in self.evaluations)
        coded = [
            row
            for row in self.evaluations
            if row["evalDetail"]
            and row["satisfaction"] in ("1", "5")
            and times[row["projectNo"], row["assessNumber"]] == 1  # copies stay identical
        ]
        for row in self.random.sample(coded, max(2, len(coded) // 30)):
            row["evalDetail"] = self.random.choice(CODES[6 - int(row["satisfaction"])])

    def _in_parts(self, kind: str) -> pd.DataFrame:
        """The rows of one kind, shuffled; cut in halves, the second begins with the last five rows of the first."""
        rows: list[Row] = list(getattr(self, kind))
        self.random.shuffle(rows)
        overlap = 5
        half = -(-(len(rows) + overlap) // 2)
        rows = rows[:half] + rows[half - overlap : half] + rows[half:]
        return pd.DataFrame(rows, columns=list(COLUMNS[kind]), dtype="str")


def _tier_of(case: Row) -> str:
    """Where a clean case was dealt with: `city`, `district` or `local` (a town or a village)."""
    code = case["areaCode"].strip().ljust(12, "0")
    if not code.endswith("000000"):
        return "local"
    return "city" if code.startswith(CITY) else "district"


def _between(source: random.Random, first: datetime, last: datetime) -> datetime:
    """A whole second between two times."""
    return first + timedelta(seconds=source.randint(0, int((last - first).total_seconds())))


def _finished(case: Row) -> datetime:
    """When a case was finished."""
    return datetime.strptime(case["resultDate"], TIME)


def _accepted(case: Row) -> datetime:
    """When a case was accepted."""
    return datetime.strptime(case["acceptDate"], TIME)


def _given(rating: Row) -> datetime:
    """When a rating was given."""
    return datetime.strptime(rating["assessTime"], TIME)


def _finish(case: Row, finished: str) -> None:
    """Let a case be finished at this time, accepted two days before."""
    case["resultDate"] = finished
    case["acceptDate"] = (_finished(case) - timedelta(days=2)).strftime(TIME)


def _toml(value: Any) -> str:
    """A setting as TOML."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_toml(key)} = {_toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return str(value) if isinstance(value, int) else f'"{value}"'

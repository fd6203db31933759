"""DuckDB written by hand for these columns and this city, with every trick that the kit uses: the floor.

Repeated rows are sought by a hash and compared only where it occurs twice; records of a case meet by two hashes of its
number; units are counted by the columns as they stand, and placed afterwards; texts are looked over once before they are used.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import duckdb

from haochaping_dev.bench.records.work import (
    AREAS,
    CITY,
    END,
    EXTRACTED,
    LEVELS,
    NEGATIVE,
    START,
    Counted,
    due_days,
    run,
)

_COLUMNS = {
    "cases": {
        "case_no": "projectNo",
        "area": "areaCode",
        "department": "deptName",
        "item": "taskName",
        "accepted": "acceptDate",
        "finished": "resultDate",
    },
    "evaluations": {
        "case_no": "projectNo",
        "number": "assessNumber",
        "channel": "pf",
        "level": "satisfaction",
        "detail": "evalDetail",
        "given": "assessTime",
        "is_default": "isdefault",
        "is_valid": "effectivEvalua",
    },
    "rectifications": {
        "case_no": "projectNo",
        "number": "assessNumber",
        "rectified": "reformTime",
        "is_rectified": "rectification",
    },
}
_TIMES = {"accepted", "finished", "given", "rectified"}
_KEYS = {
    "cases": (["case_no"], "finished"),
    "evaluations": (["case_no", "number"], "given"),
    "rectifications": (["case_no", "number"], "rectified"),
}
_UNEVEN = r"regexp_matches({0}, '^$|^ | $|\.0$|[eE]')"


def _strings(values: Any) -> str:
    return ", ".join(f"'{value}'" for value in values)


class _ByHand:
    """One connection; every method runs a step."""

    def __init__(self, folder: Path, form: str, temporary: str):
        self.folder, self.form = folder / "raw" / "2023Q1" / "records", form
        self.con = duckdb.connect(f"{temporary}/hand.duckdb")
        self.con.execute(f"SET temp_directory = '{temporary}'; SET memory_limit = '1GB'")
        self.con.execute("SET preserve_insertion_order = false")
        self.fates: dict[tuple[str, str], int] = {}

    def all(self, sql: str) -> list[tuple[Any, ...]]:
        return self.con.execute(sql).fetchall()

    def open(self, kind: str) -> None:
        """A view of the files of a kind, cleaned where they need it."""
        selections = []
        for number, path in enumerate(sorted(self.folder.glob(f"{kind}-*.{self.form}"))):
            source, columns = f"read_parquet('{path}')", _COLUMNS[kind]
            if self.form == "csv":
                source = f"read_csv('{path}', all_varchar = true, header = true)"
            texts = [name for name in columns if name not in _TIMES]
            uneven = self.form == "csv" or any(
                self.all(
                    f"SELECT bool_or({_UNEVEN.format(columns[name])}) FROM "
                    + (source if name == "case_no" else f"(SELECT DISTINCT {columns[name]} FROM {source})")
                )[0][0]
                for name in texts
            )
            values = {
                name: f"nullif(trim({heading}), '')" if uneven and name in texts else heading
                for name, heading in columns.items()
            }
            shown = ", ".join(
                f"{value}::TIMESTAMP AS {name}" if name in _TIMES else f"{value} AS {name}"
                for name, value in values.items()
            )
            if uneven:
                self.con.execute(f"CREATE TABLE {kind}_{number} AS SELECT {shown} FROM {source}")
                selections.append(f"SELECT * FROM {kind}_{number}")
            else:
                selections.append(f"SELECT {shown} FROM {source}")
        rows = " UNION ALL ".join(selections)
        self.con.execute(
            f"CREATE VIEW all_{kind} AS SELECT *, hash(case_no) k, hash('k' || case_no) k2 FROM ({rows})"
        )

    def single(self, kind: str) -> None:
        """A view with one row a key, and the buckets of what is left out."""
        key, latest = _KEYS[kind]
        rows, with_key = self.all(f"SELECT count(*), count(case_no) FROM all_{kind}")[0]
        row_hash = "k" if len(key) == 1 else "hash(case_no, coalesce(number, ''))"
        self.con.execute(
            f"CREATE TABLE s_{kind} AS SELECT {row_hash} h FROM all_{kind} WHERE case_no IS NOT NULL "
            "GROUP BY h HAVING count(*) > 1"
        )
        repeated = 0
        rows_of = f"(SELECT *, {row_hash} h FROM all_{kind} WHERE case_no IS NOT NULL)"
        view = f"SELECT * FROM all_{kind} WHERE case_no IS NOT NULL"
        if self.all(f"SELECT count(*) FROM s_{kind}")[0][0]:
            columns = ", ".join(f"{name} NULLS LAST" for name in _COLUMNS[kind] if name not in (*key, latest))
            self.con.execute(f"CREATE TABLE r_{kind} AS SELECT * FROM {rows_of} SEMI JOIN s_{kind} USING (h)")
            self.con.execute(
                f"CREATE TABLE l_{kind} AS SELECT * FROM r_{kind} QUALIFY row_number() OVER (PARTITION BY "
                f"{', '.join(key)} ORDER BY {latest} DESC NULLS LAST{', ' + columns if columns else ''}) = 1"
            )
            found = self.all(f"SELECT (SELECT count(*) FROM r_{kind}) - (SELECT count(*) FROM l_{kind})")
            repeated = found[0][0]
            view = f"SELECT * FROM {rows_of} ANTI JOIN s_{kind} USING (h) UNION ALL SELECT * FROM l_{kind}"
        self.con.execute(f"CREATE VIEW {kind} AS {view}")
        self.fates |= {(kind, "no_case_no"): rows - with_key, (kind, "repeated"): repeated}

    def count(self) -> Counted:
        """Units and buckets."""
        for kind in _COLUMNS:
            self.open(kind)
            self.single(kind)
        reason = (
            "CASE WHEN NOT coalesce(is_valid = '1', false) THEN 'voided' WHEN given IS NULL THEN 'no_time' "
            f"WHEN given >= TIMESTAMP '{EXTRACTED}' THEN 'late' "
            f"WHEN NOT coalesce(level IN ({_strings(LEVELS)}), false) THEN 'unknown_level' ELSE 'valid' END"
        )
        valid = (
            f"coalesce(is_valid = '1', false) AND given < TIMESTAMP '{EXTRACTED}' "
            f"AND coalesce(level IN ({_strings(LEVELS)}), false)"
        )
        in_period = f"finished >= TIMESTAMP '{START}' AND finished < TIMESTAMP '{END}'"
        self.con.execute(
            f"""CREATE TABLE groups AS
            SELECT coalesce(area, '') area_code, department,
              CASE WHEN finished IS NULL THEN 'no_time' WHEN {in_period} THEN 'counted' ELSE 'other_period' END fate,
              count(*) cases, count(ratings) evaluations, count(*) FILTER (active > 0) active,
              count(*) FILTER (negative > 0) negative, sum(ratings) ratings
            FROM cases LEFT JOIN (
              SELECT k, k2, count(*) ratings, count(*) FILTER (NOT coalesce(is_default = '1', false)) active,
                count(*) FILTER (level IN ({_strings(NEGATIVE)})) negative
              FROM evaluations WHERE {valid} GROUP BY k, k2) e USING (k, k2)
            GROUP BY ALL"""
        )
        places = (
            "SELECT area_code, rpad(area_code, 12, '0')[:6] area, CASE "
            f"WHEN rpad(area_code, 12, '0')[:6] = '{CITY}' THEN 'city' "
            "WHEN rpad(area_code, 12, '0')[10:] <> '000' THEN 'village' "
            "WHEN rpad(area_code, 12, '0')[7:9] <> '000' THEN 'town' ELSE 'district' END tier, "
            f"rpad(area_code, 12, '0')[:6] IN ({_strings(AREAS)}) is_known FROM (SELECT DISTINCT area_code FROM groups)"
        )
        self.con.execute(f"CREATE TABLE places AS {places}")
        due = ", ".join(f"(DATE '{day}', DATE '{last}')" for day, last in due_days().items())
        self.con.execute(
            f"""CREATE TABLE negative AS
            SELECT k, k2, area, tier, department, due, done, coalesce(done <= due, false) on_time, steps
            FROM (SELECT k, k2, coalesce(area, '') area_code, department FROM cases WHERE {in_period})
            JOIN (SELECT k, k2, min(given)::DATE AS day FROM evaluations
                  WHERE {valid} AND level IN ({_strings(NEGATIVE)}) GROUP BY k, k2) USING (k, k2)
            JOIN places USING (area_code)
            JOIN (VALUES {due}) d(day, due) USING (day)
            LEFT JOIN (SELECT k, k2, min(rectified) FILTER (is_rectified = '1')::DATE done, count(*) steps
                       FROM rectifications GROUP BY k, k2) USING (k, k2)
            WHERE is_known"""
        )
        self._fates(reason)
        units = self.con.execute(
            """SELECT area, tier, department, cases, evaluations, active, negative, coalesce(on_time, 0) rectified_on_time
            FROM (SELECT area, tier, department, sum(cases) cases, sum(evaluations) evaluations, sum(active) active,
                    sum(negative) negative FROM groups JOIN places USING (area_code)
                  WHERE fate = 'counted' AND is_known GROUP BY ALL)
            LEFT JOIN (SELECT area, tier, department, sum(on_time::INT) on_time FROM negative GROUP BY ALL)
              USING (area, tier, department)"""
        ).df()
        return Counted(units, self.fates)

    def _fates(self, reason: str) -> None:
        by_fate = self.all(
            "SELECT CASE WHEN fate = 'counted' AND NOT is_known THEN 'unknown_area' ELSE fate END f, sum(cases), "
            "sum(ratings) FROM groups JOIN places USING (area_code) GROUP BY f"
        )
        self.fates |= {("cases", fate): rows for fate, rows, _ in by_fate}
        reasons = dict(self.all(f"SELECT {reason} r, count(*) FROM evaluations GROUP BY r"))
        rated = {fate: int(ratings or 0) for fate, _, ratings in by_fate}
        known = sum(rated.values())
        self.fates |= {("evaluations", name): rows for name, rows in reasons.items() if name != "valid"}
        self.fates |= {
            ("evaluations", "no_case"): reasons.get("valid", 0) - known,
            ("evaluations", "counted"): rated.get("counted", 0),
            ("evaluations", "case_not_counted"): known - rated.get("counted", 0),
        }
        rows = self.all("SELECT count(*) FROM rectifications")[0][0]
        counted = int(self.all("SELECT sum(steps) FROM negative")[0][0] or 0)
        of_cases = rows
        if counted < rows:
            of_cases = self.all("SELECT count(*) FROM rectifications SEMI JOIN cases USING (k, k2)")[0][0]
        self.fates |= {
            ("rectifications", "no_case"): rows - of_cases,
            ("rectifications", "not_negative"): of_cases - counted,
            ("rectifications", "counted"): counted,
        }


def count(folder: Path, form: str) -> Counted:
    """Count by hand."""
    with tempfile.TemporaryDirectory() as temporary:
        return _ByHand(folder, form, temporary).count()


if __name__ == "__main__":
    run(count)

"""pandas, everything in memory, columns chosen when read, texts in Arrow."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from haochaping_dev.bench.records.work import (
    AREAS,
    CITY,
    END,
    EXTRACTED,
    LEVELS,
    NEGATIVE,
    START,
    UNIT,
    Counted,
    due_days,
    run,
)

_COLUMNS = {
    "cases": ["projectNo", "areaCode", "deptName", "resultDate"],
    "evaluations": ["projectNo", "assessNumber", "satisfaction", "assessTime", "isdefault", "effectivEvalua"],
    "rectifications": ["projectNo", "assessNumber", "reformTime", "rectification"],
}
_KEYS = {
    "cases": (["projectNo"], "resultDate"),
    "evaluations": (["projectNo", "assessNumber"], "assessTime"),
    "rectifications": (["projectNo", "assessNumber"], "reformTime"),
}
Fates = dict[tuple[str, str], int]


def _read(folder: Path, kind: str, form: str, fates: Fates) -> pd.DataFrame:
    """One row a key, the latest."""
    key, latest = _KEYS[kind]
    parts = []
    for path in sorted(folder.glob(f"{kind}-*.{form}")):
        if form == "parquet":
            part = pd.read_parquet(path, columns=_COLUMNS[kind])
        else:
            part = pd.read_csv(path, usecols=_COLUMNS[kind], dtype="str", engine="pyarrow")[_COLUMNS[kind]]
            part[latest] = pd.to_datetime(part[latest], format="%Y-%m-%d %H:%M:%S")
        for name in part.columns.drop(latest):
            text = part[name].str.strip()
            part[name] = text.where(text != "")
        parts.append(part)
    rows = pd.concat(parts, ignore_index=True)
    keyed = rows[rows["projectNo"].notna()]
    is_repeated = keyed.duplicated(key, keep=False)
    single = keyed[~is_repeated]
    if is_repeated.any():
        last = keyed[is_repeated].sort_values(latest, na_position="first").drop_duplicates(key, keep="last")
        single = pd.concat([single, last])
    fates[kind, "no_case_no"], fates[kind, "repeated"] = len(rows) - len(keyed), len(keyed) - len(single)
    return single


def count(folder: Path, form: str) -> Counted:
    """Count with pandas."""
    folder = folder / "raw" / "2023Q1" / "records"
    fates: Fates = {}
    cases, evaluations, rectifications = (_read(folder, kind, form, fates) for kind in _COLUMNS)

    code = cases["areaCode"].fillna("").str.pad(12, "right", "0")
    area = code.str[:6]
    tier = pd.Series("district", index=cases.index)
    tier[code.str[6:9] != "000"] = "town"
    tier[code.str[9:] != "000"] = "village"
    tier[area == CITY] = "city"
    cases = cases.assign(area=area, tier=tier, department=cases["deptName"], fate="counted")
    at = cases["resultDate"]
    cases.loc[~cases["area"].isin(AREAS), "fate"] = "unknown_area"
    cases.loc[(at < START) | (at >= END), "fate"] = "other_period"
    cases.loc[at.isna(), "fate"] = "no_time"
    cases = cases.set_index("projectNo")[[*UNIT, "fate"]]
    fates |= {("cases", fate): rows for fate, rows in cases["fate"].value_counts().items()}

    fate = pd.Series("valid", index=evaluations.index)
    fate[~evaluations["satisfaction"].isin(LEVELS)] = "unknown_level"
    fate[evaluations["assessTime"] >= EXTRACTED] = "late"
    fate[evaluations["assessTime"].isna()] = "no_time"
    fate[evaluations["effectivEvalua"] != "1"] = "voided"
    fates |= {("evaluations", name): rows for name, rows in fate[fate != "valid"].value_counts().items()}
    valid = evaluations[fate == "valid"]
    valid = valid.assign(
        is_active=valid["isdefault"] != "1",
        is_negative=valid["satisfaction"].isin(NEGATIVE),
        first=valid["assessTime"].where(valid["satisfaction"].isin(NEGATIVE)),
    )
    by_case = valid.groupby("projectNo").agg(
        ratings=("is_active", "size"),
        active=("is_active", "sum"),
        negative=("is_negative", "sum"),
        first=("first", "min"),
    )
    joined = cases.join(by_case)
    rated = joined.groupby("fate")["ratings"].sum()
    fates |= {
        ("evaluations", "no_case"): len(valid) - int(rated.sum()),
        ("evaluations", "counted"): int(rated.get("counted", 0)),
        ("evaluations", "case_not_counted"): int(rated.drop("counted", errors="ignore").sum()),
    }

    counted = joined[joined["fate"] == "counted"]
    negative = counted[counted["negative"] > 0]
    done = rectifications[rectifications["rectification"] == "1"].groupby("projectNo")["reformTime"].min()
    due = pd.to_datetime(negative["first"].dt.date.map(due_days()))
    on_time = done.reindex(negative.index).dt.normalize() <= due
    is_counted = rectifications["projectNo"].isin(negative.index)
    is_case = rectifications["projectNo"].isin(cases.index)
    fates |= {
        ("rectifications", "no_case"): int((~is_case).sum()),
        ("rectifications", "not_negative"): int((is_case & ~is_counted).sum()),
        ("rectifications", "counted"): int(is_counted.sum()),
    }
    flags = counted[UNIT].assign(
        cases=1,
        evaluations=counted["ratings"] > 0,
        active=counted["active"] > 0,
        negative=counted["negative"] > 0,
        rectified_on_time=on_time.reindex(counted.index, fill_value=False),
    )
    return Counted(flags.groupby(UNIT, dropna=False).sum().reset_index(), fates)


if __name__ == "__main__":
    run(count)

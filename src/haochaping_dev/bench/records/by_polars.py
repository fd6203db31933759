"""Polars, lazily and with its streaming engine."""

from __future__ import annotations

from pathlib import Path

import polars as pl

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
    "cases": {"k": "projectNo", "area": "areaCode", "department": "deptName", "at": "resultDate"},
    "evaluations": {
        "k": "projectNo",
        "number": "assessNumber",
        "level": "satisfaction",
        "at": "assessTime",
        "is_default": "isdefault",
        "is_valid": "effectivEvalua",
    },
    "rectifications": {
        "k": "projectNo",
        "number": "assessNumber",
        "at": "reformTime",
        "done": "rectification",
    },
}
Fates = dict[tuple[str, str], int]


def _collect(frame: pl.LazyFrame) -> pl.DataFrame:
    return frame.collect(engine="streaming")


def _single(folder: Path, kind: str, form: str, fates: Fates) -> pl.LazyFrame:
    """One row a key, the latest."""
    columns = _COLUMNS[kind]
    if form == "parquet":
        rows = pl.scan_parquet(str(folder / f"{kind}-*.parquet"))
    else:
        rows = pl.scan_csv(str(folder / f"{kind}-*.csv"), infer_schema=False).with_columns(
            pl.col(columns["at"]).str.to_datetime("%Y-%m-%d %H:%M:%S")
        )
    texts = [name for name in columns if name != "at"]
    rows = rows.select(
        at=columns["at"],
        **{name: pl.col(columns[name]).str.strip_chars(" ").replace("", None) for name in texts},
    )
    key = ["k", "number"] if "number" in columns else ["k"]
    total, with_key = _collect(rows.select(pl.len(), pl.col("k").count().alias("k"))).row(0)
    keyed = rows.filter(pl.col("k").is_not_null())
    repeated = _collect(keyed.group_by(key).len().filter(pl.col("len") > 1).select(key)).lazy()
    several = _collect(keyed.join(repeated, on=key, how="semi"))
    latest = several.sort("at", nulls_last=False).unique(key, keep="last", maintain_order=True)
    fates[kind, "no_case_no"], fates[kind, "repeated"] = total - with_key, len(several) - len(latest)
    if not len(several):
        return keyed
    return pl.concat(
        [keyed.join(repeated, on=key, how="anti"), latest.lazy().select(keyed.collect_schema().names())]
    )


def count(folder: Path, form: str) -> Counted:
    """Count with Polars."""
    folder = folder / "raw" / "2023Q1" / "records"
    fates: Fates = {}
    cases, evaluations, rectifications = (_single(folder, kind, form, fates) for kind in _COLUMNS)
    col = pl.col
    by_time = (
        pl.when(col("at").is_null())
        .then(pl.lit("no_time"))
        .when((col("at") < START) | (col("at") >= END))
        .then(pl.lit("other_period"))
        .otherwise(pl.lit("counted"))
    )
    is_valid = (
        (col("is_valid") == "1").fill_null(False)
        & (col("at") < EXTRACTED).fill_null(False)
        & col("level").is_in(LEVELS).fill_null(False)
    )
    reason = (
        pl.when((col("is_valid") != "1").fill_null(True))
        .then(pl.lit("voided"))
        .when(col("at").is_null())
        .then(pl.lit("no_time"))
        .when(col("at") >= EXTRACTED)
        .then(pl.lit("late"))
        .when(~col("level").is_in(LEVELS).fill_null(False))
        .then(pl.lit("unknown_level"))
        .otherwise(pl.lit("valid"))
    )
    is_negative = col("level").is_in(NEGATIVE)
    by_case = (
        evaluations.filter(is_valid)
        .group_by("k")
        .agg(
            ratings=pl.len(),
            active=(col("is_default") != "1").fill_null(True).sum(),
            negative=is_negative.sum(),
        )
    )
    groups = _collect(
        cases.with_columns(fate=by_time, area=col("area").fill_null(""))
        .join(by_case, on="k", how="left")
        .group_by("area", "department", "fate")
        .agg(
            cases=pl.len(),
            evaluations=col("ratings").count(),
            active=(col("active") > 0).sum(),
            negative=(col("negative") > 0).sum(),
            ratings=col("ratings").sum(),
        )
    )
    padded = col("area").str.pad_end(12, "0")
    place = {
        "is_known": padded.str.slice(0, 6).is_in(AREAS),
        "tier": pl.when(padded.str.slice(0, 6) == CITY)
        .then(pl.lit("city"))
        .when(padded.str.slice(9, 3) != "000")
        .then(pl.lit("village"))
        .when(padded.str.slice(6, 3) != "000")
        .then(pl.lit("town"))
        .otherwise(pl.lit("district")),
        "area": padded.str.slice(0, 6),
    }
    unknown = (col("fate") == "counted") & ~col("is_known")
    groups = groups.with_columns(**place).with_columns(
        fate=pl.when(unknown).then(pl.lit("unknown_area")).otherwise(col("fate"))
    )
    by_fate = groups.group_by("fate").agg(col("cases").sum(), col("ratings").sum())
    rated = dict(by_fate.select("fate", "ratings").iter_rows())
    fates |= {("cases", fate): rows for fate, rows in by_fate.select("fate", "cases").iter_rows()}
    reasons = dict(_collect(evaluations.group_by(reason.alias("r")).len()).iter_rows())
    fates |= {("evaluations", name): rows for name, rows in reasons.items() if name != "valid"}
    fates |= {
        ("evaluations", "no_case"): reasons.get("valid", 0) - sum(rated.values()),
        ("evaluations", "counted"): rated.get("counted", 0),
        ("evaluations", "case_not_counted"): sum(rated.values()) - rated.get("counted", 0),
    }
    first = evaluations.filter(is_valid & is_negative).group_by("k").agg(day=col("at").min().dt.date())
    in_period = cases.filter((col("at") >= START) & (col("at") < END)).with_columns(
        area=col("area").fill_null("")
    )
    due = pl.LazyFrame(list(due_days().items()), schema={"day": pl.Date, "due": pl.Date}, orient="row")
    done = rectifications.group_by("k").agg(
        finished=col("at").filter(col("done") == "1").min().dt.date(), steps=pl.len()
    )
    negative = _collect(
        in_period.join(first, on="k")
        .with_columns(**place)
        .filter(col("is_known"))
        .join(due, on="day")
        .join(done, on="k", how="left")
        .with_columns(on_time=(col("finished") <= col("due")).fill_null(False))
    )
    rows = _collect(rectifications.select(pl.len())).item()
    counted = int(negative["steps"].sum())
    of_cases = rows if counted == rows else len(_collect(rectifications.join(cases, on="k", how="semi")))
    fates |= {
        ("rectifications", "no_case"): rows - of_cases,
        ("rectifications", "not_negative"): of_cases - counted,
        ("rectifications", "counted"): counted,
    }
    sums = ("cases", "evaluations", "active", "negative")
    units = groups.filter(col("fate") == "counted").group_by(UNIT).agg(*(col(name).sum() for name in sums))
    on_time = negative.group_by(UNIT).agg(rectified_on_time=col("on_time").sum())
    units = units.join(on_time, on=UNIT, how="left", nulls_equal=True).fill_null(0)
    return Counted(units.to_pandas(), fates)


if __name__ == "__main__":
    run(count)

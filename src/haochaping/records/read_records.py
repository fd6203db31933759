"""A period's export of records: what it comes to, as cells where nothing is printed, and beside what a bulletin prints."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from haochaping.cleaning.decode_text import decode
from haochaping.core.errors import refuse
from haochaping.core.labels import bulletin_title
from haochaping.core.model import RECORD_TABLE, QuarterData, cell_rows, frame
from haochaping.core.paths import RECORDS, record_files
from haochaping.core.period import Period
from haochaping.core.record_counts import CASES, EVALUATIONS
from haochaping.records.aggregate_cache import cache_key, cached
from haochaping.records.aggregates import aggregate
from haochaping.records.annex_counts import AnnexCounter
from haochaping.records.count_rows import CountRows
from haochaping.records.database_counts import counts_file, kept_counts, read_database
from haochaping.records.databases.database import database_of
from haochaping.records.definitions import Conventions
from haochaping.records.describe_conventions import describe_conventions
from haochaping.records.record_files import recognise
from haochaping.records.records import ReportProgress
from haochaping.reference.record_settings import (
    RECORD_SETTINGS,
    RecordSettings,
    load_record_settings,
    record_kinds,
    setting_place,
)
from haochaping.reference.reference import Reference

_LATEST_EXTRACTION = timedelta(days=366)
PLACES = "places.csv"
"""A city's list of towns and villages among its settings: columns ``code`` and ``name``; it need not have one."""


def with_records(
    printed: QuarterData | None,
    raw: Path,
    period: Period,
    reference: Reference,
    cache: Path,
    report_progress: ReportProgress | None = None,
) -> QuarterData:
    """A period with what its records come to; its cells are theirs where nothing was printed.

    Parameters
    ----------
    printed : QuarterData or None
        What the bulletin prints; None where the period has records alone.
    raw : Path
        The period's raw folder, with the export.
    cache : Path
        Folder for aggregates, which are computed only where the records or conventions changed.

    Raises
    ------
    InputRefused
        The export or the settings cannot be used.
    """
    conventions, options = _conventions(printed, raw, period, reference)
    kinds = record_kinds(conventions.settings)
    database = database_of(conventions.settings)
    exported = [path for path in record_files(raw) if path != counts_file(raw)]
    described = describe_conventions(conventions)
    if database is None:
        files = recognise(exported, kinds)
        key = cache_key(files, conventions, **options)
        aggregates = cached(
            cache, key, lambda: aggregate(files, conventions, **options, report_progress=report_progress)
        )
    else:
        _refuse_both(exported, reference, raw)
        aggregates, read_at = kept_counts(raw, database, conventions, options, period)
        tables = "、".join(database.tables[kind] for kind in (CASES, EVALUATIONS))
        described.append(f"记录在数据库中汇总（{database.engine}；{tables} 等），{read_at} 读取")
    rows = CountRows(aggregates, conventions, reference, read_places(reference.folder)).rows()
    if printed is None:
        printed = _from_records(aggregates["units"], conventions, reference)
    about = [
        *printed.about.to_dict("records"),
        {"field": "record_conventions", "value": "\n".join(described)},
        {"field": "record_extraction", "value": conventions.extraction_date.isoformat()},
        *(
            [{"field": "may_exceed", "value": exceeding}]
            if (exceeding := _may_exceed(conventions.settings))
            else []
        ),
    ]
    return replace(printed, record_counts=frame("record_counts", rows), about=frame("about", about))


def read_records_of_database(
    printed: QuarterData | None,
    raw: Path,
    period: Period,
    reference: Reference,
    report_progress: ReportProgress,
    again: bool = False,
) -> None:
    """Count the records of a period in the database that its settings name, and keep the counts; see :func:`read_database`.

    Raises
    ------
    InputRefused
        The settings or the database cannot be used, or an export lies in the raw folder too.
    """
    conventions, options = _conventions(printed, raw, period, reference)
    database = database_of(conventions.settings)
    assert database is not None
    _refuse_both([path for path in record_files(raw) if path != counts_file(raw)], reference, raw)
    read_database(raw, database, conventions, options, report_progress, again)


def _conventions(
    printed: QuarterData | None, raw: Path, period: Period, reference: Reference
) -> tuple[Conventions, dict[str, Any]]:
    """The conventions in force, and the options of the count.

    Raises
    ------
    InputRefused
        The settings cannot be used, or no file says until when evaluations count.
    """
    settings = load_record_settings(reference.folder, raw, reference.declaration)
    extracted = settings.extraction_date or _printed_extraction(printed)
    if extracted is None:
        example = (period.end + timedelta(days=6)).isoformat()
        expected = f'应写明记录是哪一天从平台提取的，例如 extraction_date = "{example}"；以后的评价不计入'
        raise refuse(str(raw / RECORD_SETTINGS), "没有 extraction_date", expected)
    if not period.end <= extracted <= period.end + _LATEST_EXTRACTION:
        expected = f"提取日应在本期末日 {period.end.isoformat()} 至 {(period.end + _LATEST_EXTRACTION).isoformat()} 之间"
        raise refuse(setting_place("extraction_date", reference.folder, raw), extracted.isoformat(), expected)
    options: dict[str, Any] = {
        "departments": sorted(name for unit in reference.units for name in (unit.canonical, *unit.aliases)),
        "least": max(int(reference.threshold("disclosure")), 1),
        "with_variations": printed is not None,
    }
    return Conventions(settings, period, extracted), options


def _refuse_both(exported: Sequence[Path], reference: Reference, raw: Path) -> None:
    """Refuse an export beside a database: which of the two counts would be a guess."""
    if exported:
        place = setting_place("source", reference.folder, raw)
        expected = (
            f'只用一种：用数据库的请移走 {RECORDS}/ 中的文件，用文件的在本期 records.toml 写 source = ""'
        )
        raise refuse(place, f"写了数据库，{RECORDS}/ 中又有 {exported[0].name}", expected)


def _may_exceed(settings: RecordSettings) -> str:
    """Pairs of measures of which the first may be larger, as ``evaluations>cases``: where evaluations count one by one."""
    if not settings.counts_ratings:
        return ""
    of = {counts[0]: name for name, counts in settings.measures.items() if len(counts) == 1}
    pairs = [(of.get(part), of.get("cases")) for part in ("evaluations", "active", "negative")]
    return " ".join(f"{part}>{whole}" for part, whole in pairs if part and whole)


def _printed_extraction(printed: QuarterData | None) -> date | None:
    text = printed.fact("extraction_date") if printed is not None else ""
    return date.fromisoformat(text) if text else None


def _from_records(units: pd.DataFrame, conventions: Conventions, reference: Reference) -> QuarterData:
    """A period whose cells are counted from records."""
    period, declaration = conventions.period, reference.declaration
    counter = AnnexCounter(conventions.settings, reference, period.end)
    dates = {
        "period_start": period.start.isoformat(),
        "period_end": period.end.isoformat(),
        "extraction_date": conventions.extraction_date.isoformat(),
    }
    cells: list[dict[str, Any]] = []
    annexes: list[dict[str, Any]] = []
    for number, (name, content) in enumerate(counter.annexes(units).items(), start=1):
        spec = declaration.annexes[name]
        place = "由单件记录汇总"
        cells += [{**cell, "place": place} | _reason(cell) for cell in cell_rows(spec, content, number)]
        annexes.append(
            {
                "table": name,
                "position": number,
                "annex": spec.number,
                "title": f"{spec.title}{period.label_in_year}{declaration.subject}数据表",
                "note": f"由单件记录汇总，数据统计范围 {_day(period.start)}至{_day(period.end)}，"
                f"数据提取时间：{_day(conventions.extraction_date)}。",
                **dates,
            }
        )
    facts = {
        "quarter": str(period),
        "source_kind": RECORD_TABLE,
        **dates,
        "title": bulletin_title(period, declaration),
    }
    about = [{"field": name, "value": value} for name, value in facts.items()]
    return QuarterData(
        period,
        declaration,
        cells=frame("cells", cells),
        annexes=frame("annexes", annexes),
        about=frame("about", about),
    )


def _reason(cell: Mapping[str, Any]) -> dict[str, str]:
    """Why a cell counted from records holds no number."""
    if cell["status"] != "missing":
        return {}
    return {"reason": "分母为零，不适用" if cell["printed"] == "/" else "记录中没有这一项"}


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def read_places(reference: Path) -> dict[str, str]:
    """Code to name of a city's towns and villages; empty without the list.

    Raises
    ------
    InputRefused
        It has other columns, or a code that is not of 9 or 12 digits.
    """
    path = reference / PLACES
    if not path.is_file():
        return {}
    reader = csv.DictReader(decode(path.read_bytes(), str(path)).splitlines())
    if reader.fieldnames != ["code", "name"]:
        raise refuse(f"{path} 第 1 行", ",".join(reader.fieldnames or []), "首行应为 code,name")
    places = {}
    for line, row in enumerate(reader, start=2):
        code = (row["code"] or "").strip()
        if not (code.isascii() and code.isdecimal() and len(code) in (9, 12) and row["name"]):
            raise refuse(
                f"{path} 第 {line} 行", code, "代码应为九位（镇、街道）或十二位（村、社区），并写名称"
            )
        places[code] = row["name"].strip()
    return places

"""Rules on the text and the annexes' notes: dates, lists of annexes, unsupported claims, words without a meaning."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, timedelta

from haochaping.checks.outcome import ALL_ROWS, Outcome, claim_cell, not_evaluable, state
from haochaping.checks.rule import Rule
from haochaping.cleaning.decode_text import decode
from haochaping.cleaning.period_mentions import PeriodMention, period_mentions
from haochaping.core.labels import COLUMNS, key_label
from haochaping.core.model import TABLES, CellRef, decode_key, note_text
from haochaping.core.period import Period
from haochaping.core.text import normalize_for_comparison
from haochaping.read.stated_period import other_period
from haochaping.store.cell_index import CellIndex, note_cell

_COMPARES = re.compile("累计|同期|同比|环比|截至|相比|以来")
"""Words of a sentence that tells of other periods too."""


def period(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """The period stated in an annex's note, and in what the text says of its figures, is that of the quarter."""
    yield from _text_period(cell_index)
    quarter = cell_index.data.quarter
    for annex in cell_index.data.annexes.to_dict("records"):
        at = note_cell(annex["table"], "period")
        if not annex["period_start"]:
            continue
        printed = note_text(annex, "period")
        expected = f"{quarter.start.isoformat()} 至 {quarter.end.isoformat()}"
        yield Outcome(
            at,
            (at,),
            state(printed == expected),
            f"{printed} 与 {expected}",
            values={"annex": annex["annex"], "printed": printed, "expected": expected},
            expected=expected,
        )


def _text_period(cell_index: CellIndex) -> Iterator[Outcome]:
    """An outcome where the opening of the text, or a sentence with figures, names another period; else none."""
    data = cell_index.data
    opening = re.match("[^。]*。?", data.fact("text"))
    sentences = dict.fromkeys([opening.group() if opening else "", *data.headline["sentence"]])
    slips = [slip for sentence in sentences if (slip := _other_period_in(sentence, data.quarter)) is not None]
    if slips:
        at = claim_cell("period")
        printed, expected = "、".join(dict.fromkeys(slip.text for slip in slips)), data.quarter.label
        values = {"annex": "", "printed": printed, "expected": expected}
        yield Outcome(at, (at,), state(False), f"{printed} 与 {expected}", values=values)


def _other_period_in(sentence: str, quarter: Period) -> PeriodMention | None:
    """The period that a sentence is about where it is neither the quarter's, nor within it, nor around it."""
    if _COMPARES.search(normalize_for_comparison(sentence)):
        return None
    mentions = [m for m in period_mentions(sentence, quarter.year) if not m.is_bare_year]
    if not mentions or any(mention.is_of(quarter) for mention in mentions):
        return None
    first = mentions[0]
    is_part = quarter.start <= first.start and first.end <= quarter.end
    return None if is_part or first.holds(quarter) else first


def titles(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """The period named in an annex's title, if any, is the right one.

    The reader refuses files with another; tidy tables without their files may hold one.
    """
    quarter = cell_index.data.quarter
    expected = quarter.label_in_year
    for annex in cell_index.data.annexes.to_dict("records"):
        if any(not mention.is_bare_year for mention in period_mentions(annex["title"], quarter.year)):
            at = note_cell(annex["table"], "title")
            yield Outcome(
                at,
                (at,),
                state(other_period(annex["title"], quarter) is None),
                f"“{annex['title']}”与{expected}",
                values={"annex": annex["annex"], "printed": annex["title"], "expected": expected},
                expected=f"标题写{expected}",
            )


def annex_list(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """Every annex in the text's list of annexes is there."""
    listed = {
        int(n)
        for n in re.findall(
            r"(?<![0-9])([1-5])[.、．:]", normalize_for_comparison(cell_index.data.fact("annex_list"))
        )
    }
    for name, spec in TABLES.items():
        if spec.annex in listed:
            at = CellRef.of(name, {spec.key[0]: ALL_ROWS}, spec.measures[0])
            there = not cell_index.data.table(name).empty
            values = {"annex": spec.annex, "title": spec.title}
            yield Outcome(at, (), state(there), f"附件目录列有附件{spec.annex}", values=values)


def same_extraction(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """All annexes were extracted on one day."""
    dates = {
        a["annex"]: a["extraction_date"]
        for a in cell_index.data.annexes.to_dict("records")
        if a["extraction_date"]
    }
    if len(dates) > 1:
        tables = {spec.annex: name for name, spec in TABLES.items()}
        shown = "、".join(f"附件{annex} {day}" for annex, day in dates.items())
        cells = tuple(note_cell(tables[annex], "extraction_date") for annex in dates)
        yield Outcome(cells[0], cells, state(len(set(dates.values())) == 1), shown, values={"dates": shown})


def window(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """Extraction is not before the evaluation window of the last working day has closed.

    The window (working days after the day of service) is the city's setting. Working days are those
    of the State Council's calendar, from the package chinesecalendar.
    """
    extracted, end = cell_index.data.fact("extraction_date"), cell_index.data.fact("period_end")
    if not extracted or not end:
        return
    at = claim_cell("extraction_date")
    days = (
        int(cell_index.reference.threshold("evaluation_window_working_days")) if cell_index.reference else 0
    )
    day = date.fromisoformat(end)
    try:
        last = _last_working_day(day)
        closes = _working_days_after(last, days)
    except NotImplementedError:
        yield not_evaluable(at, (), f"工作日历没有{day.year + 1}年的安排，请更新 chinesecalendar")
        return
    yield Outcome(
        at,
        (),
        state(extracted >= closes.isoformat()),
        f"{last.isoformat()} 的办件，{days} 个工作日之后是 {closes.isoformat()}；提取于 {extracted}",
        values={"printed": extracted, "closes": closes.isoformat(), "days": days},
    )


def extracted_early(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """Extraction is not before the end of the quarter: later cases would be missing."""
    extracted = cell_index.data.fact("extraction_date")
    end = cell_index.data.quarter.end.isoformat()
    if extracted:
        at = claim_cell("extraction_date")
        values = {"printed": extracted, "end": end}
        yield Outcome(at, (), state(extracted >= end), f"{extracted} 与 {end}", values=values)


def _last_working_day(day: date) -> date:
    from chinese_calendar import is_workday

    while not is_workday(day):
        day -= timedelta(days=1)
    return day


def _working_days_after(day: date, count: int) -> date:
    from chinese_calendar import is_workday

    while count:
        day += timedelta(days=1)
        count -= is_workday(day)
    return day


def claims(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """The text makes no claim that no table supports (``claims.csv``: pattern, and what the claim would need)."""
    text = normalize_for_comparison(cell_index.data.fact("text"))
    if not text or cell_index.reference is None:
        return
    path = cell_index.reference.folder / "claims.csv"
    for row in csv.DictReader(io.StringIO(decode(path.read_bytes(), str(path)))):
        if row["severity"] != rule.severity:
            continue
        if found := re.search(row["pattern"], text):
            yield Outcome(
                claim_cell(f"claim:{row['name']}"),
                (),
                state(False),
                f"正文：“{found.group(0)}”；{row['needs']}",
                values={"claim": found.group(0), "needs": row["needs"]},
            )


def two_sources(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """A second source of the quarter has the same text in every cell."""
    for row in cell_index.data.second.to_dict("records"):
        at = CellRef.of(row["table"], decode_key(row["key"]), row["column"])
        here, there = cell_index.printed(at), row["printed"]
        used = cell_index.data.fact("source_used")
        yield Outcome(
            at,
            (at,),
            state(False),
            f"{used}：{here or '没有此数'}；{row['file']}：{there or '没有此数'}",
            values={
                "column": COLUMNS.get(row["column"], ""),
                "printed": here or "空白",
                "other": there or "空白",
                "file": row["file"],
            },
            suspects=(at,),
        )
    if cell_index.data.fact("source_used") and cell_index.data.second.empty:
        yield Outcome(claim_cell("names"), (), state(True), "各格相同")


def no_cases(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """Every annex prints cases: without them no evaluation rate can be checked."""
    without_cases = [
        spec
        for name, spec in TABLES.items()
        if "cases" not in spec.counts and not cell_index.data.table(name).empty
    ]
    if without_cases:
        at = claim_cell("measures")
        annexes = "、".join(str(spec.annex) for spec in without_cases)
        yield Outcome(at, (), state(False), f"附件{annexes}没有办件数一列", values={"annexes": annexes})


def printed_words(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """The meaning of every word for "no value" in the tables is stated in a note."""
    words: dict[str, list[CellRef]] = {}
    for item in cell_index.data.unreported.to_dict("records"):
        if item["printed"] and "含义未注明" in item["reason"]:
            cell = CellRef.of(item["table"], decode_key(item["key"]), item["column"])
            words.setdefault(item["printed"], []).append(cell)
    notes = normalize_for_comparison("".join(cell_index.data.annexes["note"]))
    for word, cells in words.items():
        is_explained = (
            f"“{normalize_for_comparison(word)}”" in notes or f'"{normalize_for_comparison(word)}"' in notes
        )
        at = claim_cell(f"word:{word}")
        shown = "、".join(key_label(cell.names) for cell in cells[:3])
        yield Outcome(
            at,
            tuple(cells),
            state(is_explained),
            f"“{word}”共 {len(cells)} 格，如{shown}",
            values={"word": word, "count": len(cells)},
        )


KINDS = {
    "period": period,
    "titles": titles,
    "annex_list": annex_list,
    "same_extraction": same_extraction,
    "window": window,
    "extracted_early": extracted_early,
    "claims": claims,
    "two_sources": two_sources,
    "no_cases": no_cases,
    "printed_words": printed_words,
}

"""Rules on the text and the annexes' notes: dates, lists of annexes, unsupported claims, words without a meaning."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from haochaping.checks.cell_sum import bounded, rates_with_base
from haochaping.checks.outcome import ALL_ROWS, Outcome, not_evaluable, state
from haochaping.checks.rule import Rule
from haochaping.cleaning.extraction_dates import written_extraction
from haochaping.cleaning.number_format import number
from haochaping.cleaning.number_or_missing import read_number
from haochaping.cleaning.period_mentions import period_mentions, periods_of_data
from haochaping.core.labels import after_annex, row_words
from haochaping.core.model import TEXT_CLAIMS, CellRef, note_text
from haochaping.core.text import normalize_for_comparison
from haochaping.core.working_days import add_working_days, last_working_day
from haochaping.read.stated_period import other_period
from haochaping.store.cell_index import CellIndex, cell_of, claim_cell, note_cell

MOST_RATES_NAMED = 3
"""Up to this many rates are named as not final; 等 says that there are more."""


def _declared_annexes(cell_index: CellIndex) -> list[dict[str, Any]]:
    """Rows of frame ``annexes`` that are of declared annexes: other tables are kept and not checked."""
    rows: list[dict[str, Any]] = cell_index.data.annexes.to_dict("records")
    return [row for row in rows if row["table"] in cell_index.declaration.annexes]


def period(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """The period stated in an annex's note, as dates or in words (统计范围为10月至12月), is that of the quarter."""
    quarter = cell_index.data.quarter
    expected = f"{quarter.start.isoformat()} 至 {quarter.end.isoformat()}"
    for annex in _declared_annexes(cell_index):
        at = note_cell(annex["table"], "period")
        printed = note_text(annex, "period")
        is_right = printed == expected
        if not printed:
            stated = periods_of_data(annex["note"], quarter.year)
            if not stated:
                continue
            # A sentence that names the right period too names others beside it.
            wrong = [
                m for sentence in stated if not any(m.is_of(quarter) for m in sentence) for m in sentence
            ]
            is_right = not wrong
            printed = "、".join(dict.fromkeys(m.text for m in wrong or stated[0]))
        yield Outcome(
            at,
            (at,),
            state(is_right),
            f"{printed} 与 {expected}",
            values={
                "annex": cell_index.annex_words(annex["table"]),
                "printed": printed,
                "expected": expected,
            },
            expected=expected,
        )


def titles(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """The period named in an annex's title, if any, is the right one.

    The reader refuses files with another; tidy tables without their files may hold one.
    """
    quarter = cell_index.data.quarter
    expected = quarter.label_in_year
    for annex in _declared_annexes(cell_index):
        if any(not mention.is_bare_year for mention in period_mentions(annex["title"], quarter.year)):
            at = note_cell(annex["table"], "title")
            yield Outcome(
                at,
                (at,),
                state(other_period(annex["title"], quarter) is None),
                f"“{annex['title']}”与{expected}",
                values={
                    "annex": cell_index.annex_words(annex["table"]),
                    "printed": annex["title"],
                    "expected": expected,
                },
                expected=f"标题写{expected}",
            )


def annex_list(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """Every annex in the text's list of annexes is there."""
    listed = {
        int(n)
        for n in re.findall(
            r"(?<![0-9])([0-9]{1,2})[.、．:]", normalize_for_comparison(cell_index.data.fact("annex_list"))
        )
    }
    printed = {cell_index.data.annex_number(table) for table in cell_index.data.annexes["table"]}
    for name, spec in cell_index.declaration.annexes.items():
        number, there = cell_index.data.annex_number(name), bool(cell_index.rows(name))
        # The usual number of an annex that is not there may be printed above another one.
        if number in listed and (there or number not in printed):
            at = CellRef(name, ALL_ROWS, spec.measures[0])
            values = {"annex": cell_index.annex_words(name), "title": spec.title}
            yield Outcome(at, (), state(there), f"附件目录列有附件{number}", values=values)


def same_extraction(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """All annexes were extracted on one day, which is that of a form's own sheet."""
    dates = {
        note_cell(annex["table"], "extraction_date"): annex["extraction_date"]
        for annex in _declared_annexes(cell_index)
        if annex["extraction_date"]
    }
    words = {cell: cell_index.annex_words(cell.table) for cell in dates}
    own = cell_index.data.fact("extraction_date")
    if dates and own and own not in dates.values():
        dates[claim_cell("extraction_date")], words[claim_cell("extraction_date")] = own, "填报表所填"
    if len(dates) > 1:
        shown = "、".join(f"{words[cell]} {day}" for cell, day in dates.items())
        cells = tuple(dates)
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
        last = last_working_day(day)
        closes = add_working_days(last, days)
    except NotImplementedError:
        yield not_evaluable(at, (), f"工作日历没有{day.year + 1}年的安排，请更新 chinesecalendar")
        return
    yield Outcome(
        at,
        (),
        state(extracted >= closes.isoformat()),
        f"最后一个工作日 {last.isoformat()}，{days} 个工作日之后是 {closes.isoformat()}；提取于 {extracted}",
        values={
            "printed": extracted,
            "closes": closes.isoformat(),
            "days": days,
            "figures": _printed_rates(cell_index) or "各数",
        },
    )


def _printed_rates(cell_index: CellIndex) -> str:
    """The headings of the rates that the annexes print, as the city declares them; blank without any."""
    headings = dict.fromkeys(
        cell_index.heading(measure.name)
        for spec in cell_index.declaration.annexes.values()
        for measure in rates_with_base(spec)
        if any(cell_index.value(row.cell(measure.name)) is not None for row in cell_index.rows(spec.name))
    )
    return "、".join(list(headings)[:MOST_RATES_NAMED]) + ("等" if len(headings) > MOST_RATES_NAMED else "")


def extracted_early(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """Extraction is not before the end of the quarter: later cases would be missing.

    Of the annexes those are looked at whose note has another day than the bulletin as a whole.
    """
    own = cell_index.data.fact("extraction_date")
    end = cell_index.data.quarter.end.isoformat()
    places = [(claim_cell("extraction_date"), own, own)] if own else []
    for annex in _declared_annexes(cell_index):
        if (day := annex["extraction_date"]) and day != own:
            shown = f"{day}（{cell_index.annex_words(annex['table'])}备注）"
            places.append((note_cell(annex["table"], "extraction_date"), day, shown))
    for at, day, shown in places:
        cells = () if at.table == TEXT_CLAIMS else (at,)
        values = {"printed": shown, "end": end}
        yield Outcome(at, cells, state(day >= end), f"{day} 与 {end}", values=values)


def issued_early(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """The bulletin is not dated before the end of its period, nor before its data were extracted."""
    issued, end = cell_index.data.fact("issue_date"), cell_index.data.quarter.end.isoformat()
    if not issued:
        return
    days = [annex["extraction_date"] for annex in _declared_annexes(cell_index)]
    extracted = max(days, default="") or cell_index.data.fact("extraction_date")
    later = {"统计期末": end, "数据提取时间": extracted}
    missed = {word: day for word, day in later.items() if day and issued < day}
    yield Outcome(
        claim_cell("issue_date"),
        (),
        state(not missed),
        f"{issued} 与 {'、'.join(filter(None, later.values()))}",
        values={"printed": issued, "later": "、".join(f"{word} {day}" for word, day in missed.items())},
    )


def extraction_day(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """A note that says when its data were extracted says the day; else nothing can be checked about it."""
    without_day: dict[str, list[str]] = {}
    is_said = False
    for annex in cell_index.data.annexes.to_dict("records"):
        written = written_extraction(annex["note"])
        is_said = is_said or written is not None or bool(annex["extraction_date"])
        if written is not None and not annex["extraction_date"]:
            without_day.setdefault(written.words, []).append(annex["table"])
    if is_said:
        shown = "；".join(
            f"{cell_index.annexes_words(tables)}“{words}”" for words, tables in without_day.items()
        )
        yield Outcome(
            claim_cell("extraction_date"), (), state(not without_day), shown, values={"shown": shown}
        )


def claims(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """The text makes no claim that no table supports (``claims.csv``: pattern, and what the claim would need)."""
    text = normalize_for_comparison(cell_index.data.fact("text"))
    if not text or cell_index.reference is None:
        return
    for row in cell_index.reference.optional_rows("claims.csv"):
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
        at = cell_of(row)
        here, there = cell_index.printed(at), row["printed"]
        used = cell_index.data.fact("source_used")
        yield Outcome(
            at,
            (at,),
            state(False),
            f"{used}：{here or '没有此数'}；{row['file']}：{there or '没有此数'}",
            values={
                "column": "" if at.table == TEXT_CLAIMS else cell_index.heading(at.column),
                "printed": here or "空白",
                "other": there or "空白",
                "file": row["file"],
            },
            suspects=(at,),
            affected=_counts_apart(at, row["printed"], cell_index),
        )
    if cell_index.data.fact("source_used") and cell_index.data.second.empty:
        yield Outcome(claim_cell("names"), (), state(True), "各格相同")


def _counts_apart(at: CellRef, printed: str, cell_index: CellIndex) -> float | None:
    """By how much two sources differ about a count; None where one of them has no number."""
    here, there = cell_index.count(at), read_number(printed).value
    if here is None or there is None or not cell_index.declaration.is_count(at.table, at.column):
        return None
    return abs(here - there)


def no_cases(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """Every annex prints cases: without them no evaluation rate can be checked."""
    without_cases = [
        spec
        for name, spec in cell_index.declaration.annexes.items()
        if "cases" not in spec.counts and cell_index.rows(name)
    ]
    if without_cases:
        at = claim_cell("measures")
        annexes = cell_index.annexes_words([spec.name for spec in without_cases])
        yield Outcome(at, (), state(False), f"{annexes}没有办件数一列", values={"annexes": annexes})


MOST_USES_TOLD, MOST_SIZES_TOLD, MOST_ROWS_TOLD = 2, 8, 3


def unlike_uses(word: str, cells: Sequence[CellRef], cell_index: CellIndex) -> list[str]:
    """Columns in which no size of the unit tells where a word stands and where a number: one sentence each.

    The size is a rate's denominator, or the count that another one is part of. Either rows of the same size have both,
    or smaller ones have numbers.
    """
    columns = Counter((cell.table, cell.column) for cell in cells)
    sentences = [
        sentence
        for (table, column), _ in columns.most_common()
        for base in _bases(cell_index, table, column)[:1]
        if (sentence := _unlike_use(word, table, column, base, cell_index))
    ]
    return sentences[:MOST_USES_TOLD]


def _bases(cell_index: CellIndex, table: str, column: str) -> list[str]:
    """Counts of an annex that say how much there was behind a column: a single denominator, or what it is part of."""
    spec = cell_index.spec(table)
    denominators = [rate.denominator for rate in rates_with_base(spec) if rate.name == column]
    parts_of = [larger for smaller, larger in bounded(spec) if smaller == column]
    return [terms[0][1] for terms in denominators if len(terms) == 1] + parts_of


def _unlike_use(word: str, table: str, column: str, base: str, cell_index: CellIndex) -> str:
    """The sizes of the rows that have the word, and rows as large or smaller that have a number; blank without these."""
    words: list[int] = []
    numbers: dict[int, list[str]] = {}
    for row in cell_index.rows(table):
        at, size = row.cell(column), cell_index.count(row.cell(base))
        if size is not None and cell_index.value(at) is not None:
            numbers.setdefault(size, []).append(cell_index.row_words(at))
        elif size is not None and cell_index.printed(at) == word:
            words.append(size)
    like = {size: numbers[size] for size in sorted({*words} & {*numbers}, reverse=True)}
    told = like or {size: numbers[size] for size in sorted(numbers) if words and 0 < size < max(words)}
    if not told:
        return ""
    shown = "、".join(number(size) for size in _ends(sorted(words)))
    rows = "、".join(
        f"{'同' if like else ''}为 {number(size)} 的{names[0]}{f'等 {len(names)} 行' if len(names) > 1 else ''}"
        for size, names in [*told.items()][:MOST_ROWS_TOLD]
    )
    headings = [cell_index.heading(name) for name in (column, base)]
    return (
        f"{cell_index.annex_words(table)}{after_annex(headings[0])}列为“{word}”的各行{headings[1]}为 {shown}，"
        f"而{headings[1]}{rows}列出了数"
    )


def _ends(sizes: Sequence[int]) -> Iterator[int]:
    """Sizes in their order, of many the first ones and the last."""
    yield from sizes if len(sizes) <= MOST_SIZES_TOLD else [*sizes[: MOST_SIZES_TOLD - 1], sizes[-1]]


def printed_words(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """The meaning of every word for "no value" in the tables is stated in a note."""
    words: dict[str, list[CellRef]] = {}
    for item in cell_index.data.unreported.to_dict("records"):
        if item["printed"] and "含义未注明" in item["reason"]:
            cell = cell_of(item)
            words.setdefault(item["printed"], []).append(cell)
    notes = normalize_for_comparison("".join(cell_index.data.annexes["note"]))
    for word, cells in words.items():
        is_explained = (
            f"“{normalize_for_comparison(word)}”" in notes or f'"{normalize_for_comparison(word)}"' in notes
        )
        at = claim_cell(f"word:{word}")
        shown = "、".join(row_words(cell_index.declaration, cell) for cell in cells[:3])
        yield Outcome(
            at,
            tuple(cells),
            state(is_explained),
            "；".join([f"“{word}”共 {len(cells)} 格，如{shown}", *unlike_uses(word, cells, cell_index)]),
            values={"word": word, "count": len(cells)},
        )

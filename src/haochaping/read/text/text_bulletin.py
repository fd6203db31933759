"""Reader for a published bulletin (通报) as text: narrative and annexes 1 to 5."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from haochaping.cleaning.decode_text import decode
from haochaping.cleaning.number_or_missing import LONGEST_CELL, Cell, read_count, read_rate
from haochaping.cleaning.period_mentions import mentions_of_kind
from haochaping.core.errors import InputRefused, Problem, refuse
from haochaping.core.labels import COLUMNS
from haochaping.core.model import (
    AUXILIARY_FRAMES,
    NOT_IN_SOURCE,
    TABLES,
    QuarterData,
    encode_key,
    frame,
    printed_column,
)
from haochaping.core.period import Period
from haochaping.core.text import normalize_for_comparison
from haochaping.read.stated_period import Heading, bare_year, expected_period, names, refuse_other_period
from haochaping.read.text.lines import split_lines
from haochaping.read.text.narrative import Narrative, read_narrative, read_note
from haochaping.read.text.text_header import Column
from haochaping.read.text.text_rows import TextRow
from haochaping.read.text.text_tables import AnnexTable, split_annexes
from haochaping.reference.reference import IGNORED, Reference

LARGEST_FILE = 10_000_000
"""Bytes. A bulletin's text has some ten thousand."""

Rows = dict[str, list[dict[str, Any]]]


def read_bulletin(path: Path, quarter: Period, reference: Reference) -> QuarterData:
    """Read a bulletin saved as plain text.

    Parameters
    ----------
    path : Path
        ``data/raw/<quarter>/….txt``; UTF-8, UTF-16 or GB18030.
    quarter : Period
        The period its folder is named after; the bulletin must be of that period.
    reference : Reference
        Headings, words and units of the city.

    Raises
    ------
    InputRefused
        Something cannot be read with certainty; the message names file, line and what was expected.
    """
    place = path.name
    if path.stat().st_size > LARGEST_FILE:
        raise refuse(place, f"{path.stat().st_size} 字节", f"通报文本不应超过 {LARGEST_FILE} 字节")
    return read_text(decode(path.read_bytes(), place), quarter, reference, place)


def read_text(text: str, quarter: Period, reference: Reference, place: str) -> QuarterData:
    """Read a bulletin's plain text; `place` names it in messages.

    Raises
    ------
    InputRefused
        As :func:`read_bulletin`.
    """
    lines = split_lines(text, reference.no_value)
    narrative_lines, annexes = split_annexes(lines, reference, place)
    narrative = read_narrative(narrative_lines, place)
    return assemble(narrative, annexes, quarter, reference, place)


def assemble(
    narrative: Narrative,
    annexes: Sequence[AnnexTable],
    quarter: Period,
    reference: Reference,
    place: str,
    source_kind: str = "published bulletin",
) -> QuarterData:
    """Assemble the quarter from a narrative and annex tables.

    Raises
    ------
    InputRefused
        A cell is not a value of its column's kind, or the bulletin is of another period.
    """
    rows: Rows = {name: [] for name in [*TABLES, *AUXILIARY_FRAMES]}
    problems: list[Problem] = []
    for annex in annexes:
        start, end, extracted = read_note(
            annex.note, f"{annex.place or place}（{TABLES[annex.table].title}表备注）"
        )
        rows["annexes"].append(
            {
                "table": annex.table,
                "annex": TABLES[annex.table].annex,
                "title": annex.title,
                "note": annex.note,
                "period_start": start,
                "period_end": end,
                "extraction_date": extracted,
            }
        )
        _AnnexToRows(annex, reference, rows, problems, place).fill()
    problems += _drop_repeated_totals(rows, place)
    _SourcePeriod(narrative, annexes, rows["annexes"], quarter, place).check(
        must_say=source_kind == "published bulletin"
    )
    if problems:
        raise InputRefused(problems)
    rows["headline"] = narrative.headline
    rows["about"] = [
        {"field": name, "value": value} for name, value in _about(narrative, rows, quarter, source_kind)
    ]
    return QuarterData(quarter, **{name: frame(name, content) for name, content in rows.items()})


def _drop_repeated_totals(rows: Rows, place: str) -> list[Problem]:
    """Keep a total that is printed twice only once; report different ones, since nobody knows which one counts."""
    problems: list[Problem] = []
    distinct: dict[tuple[str, str, str], dict[str, Any]] = {}
    for total in rows["printed_totals"]:
        first = distinct.setdefault((total["table"], total["key"], total["column"]), total)
        if first["value"] != total["value"]:
            full_place = (
                f"{place}（{TABLES[total['table']].title}表 {total['label']} {COLUMNS[total['column']]}）"
            )
            found = f"{first['printed']} 与 {total['printed']}"
            problems.append(Problem(full_place, found, "同一合计出现两次而不同，请保留一个"))
    rows["printed_totals"] = list(distinct.values())
    return problems


class _SourcePeriod:
    """Holds what a source says of its period against the folder's."""

    def __init__(
        self,
        narrative: Narrative,
        annexes: Sequence[AnnexTable],
        annex_rows: Sequence[dict[str, Any]],
        period: Period,
        place: str,
    ):
        self.narrative, self.annexes, self.annex_rows = narrative, annexes, annex_rows
        self.period, self.place = period, place

    def check(self, *, must_say: bool) -> None:
        """Refuse a source of another period.

        No title and no name of a sheet may name another one. If none names the folder's with its year, the periods in
        the notes decide, else what the text mentions, else a year alone. Exports and workbooks need not name their
        period (`must_say`): then the folder decides.

        Raises
        ------
        InputRefused
            Names the text, the period found and the one expected.
        """
        headings = self._headings()
        refuse_other_period(headings, self.period)
        texts = [heading.text for heading in headings]
        if names(texts, self.period, with_year=True) or self._is_settled_by_dates():
            return
        if must_say and (mentioned := self._mentioned_in_text()) is not None:
            if mentioned != self.period:
                raise self._refusal(mentioned.label)
            return
        year = bare_year(texts, self.period)
        if year is not None and not names(texts, self.period):
            raise self._refusal(year.label)
        if must_say:
            raise refuse(
                self.place, "", f"标题、正文或备注中应写明{self.period.name}（如“{self.period.label}”）"
            )

    def _headings(self) -> list[Heading]:
        found = {Heading(f"{self.place} 标题", self.narrative.heading): None}
        for annex in self.annexes:
            place = annex.place or self.place
            title = annex.heading if annex.heading.strip() else annex.title
            found[Heading(f"{place}（{TABLES[annex.table].title}表标题）", title)] = None
            found[Heading(f"{place} 名称", annex.sheet)] = None
            if annex.title != title:  # a workbook may state its titles on a sheet of their own
                found[Heading(f"{place}（{TABLES[annex.table].title}表标题）", annex.title)] = None
        return list(found)

    def _is_settled_by_dates(self) -> bool:
        """Whether the notes, or the dates of a form, are of the folder's period; refuse those of another.

        Dates that begin within the period and end elsewhere are a slip of the note: a rule tells of it.
        """
        dates = [(row["period_start"], row["period_end"]) for row in self.annex_rows if row["period_start"]]
        facts = self.narrative.facts
        dates += [(facts["period_start"], facts.get("period_end", ""))] if facts.get("period_start") else []
        if self.narrative.dated is not None:
            found, label = self.narrative.dated, self.narrative.dated.label
        elif dates:
            start, end = (date.fromisoformat(day) if day else None for day in dates[0])
            found = Period.containing(start, self.period.kind)  # type: ignore[arg-type]
            exact = Period.spanning(start, end) if start and end else None
            label = (exact or found).label
        else:
            return False
        if found != self.period:
            raise self._refusal(label)
        return True

    def _mentioned_in_text(self) -> Period | None:
        """The first period of the folder's kind that the text names with its year; it may do so in passing."""
        mentions = mentions_of_kind(self.narrative.facts.get("text", ""), self.period.kind)
        return next((mention.period for mention in mentions), None)

    def _refusal(self, label: str) -> InputRefused:
        return refuse(self.place, f"内容是{label}", expected_period(self.period))


def _about(narrative: Narrative, rows: Rows, quarter: Period, source_kind: str) -> list[tuple[str, str]]:
    def first(name: str) -> str:
        return next((a[name] for a in rows["annexes"] if a[name]), "")

    from_notes = {name: first(name) for name in ("period_start", "period_end", "extraction_date")}
    from_text = {name: value for name, value in narrative.facts.items() if value or name not in from_notes}
    return list({"quarter": str(quarter), "source_kind": source_kind, **from_notes, **from_text}.items())


class _AnnexToRows:
    """Converts the cells of one annex to rows of the quarter's frames."""

    def __init__(
        self, annex: AnnexTable, reference: Reference, rows: Rows, problems: list[Problem], place: str
    ):
        self.annex, self.reference, self.rows = annex, reference, rows
        self.problems, self.place = problems, place
        self.spec = TABLES[annex.table]
        self.values = [column for column in annex.columns if not column.is_key]

    def fill(self) -> None:
        for row in self.annex.body.rows:
            if len(row.name) > LONGEST_CELL:
                self._problem(row, row.name[:40] + "…", f"名称不应超过 {LONGEST_CELL} 个字符")
            self.rows["origins"].append(
                {
                    "table": self.spec.name,
                    "key": encode_key({self.spec.key[0]: row.name}),
                    "file": self.annex.place or self.place,
                    "line": row.line,
                }
            )
            self._fill_row(row)
        for row in self.annex.body.totals:
            for i, (column, printed) in enumerate(zip(self.values, row.cells, strict=True)):
                if column.field == IGNORED or i in row.absent:
                    continue
                self._total(row, column, self._key(row.name, column), printed)

    def _fill_row(self, row: TextRow) -> None:
        by_key: dict[str, dict[str, Any]] = {}
        for i, (column, printed) in enumerate(zip(self.values, row.cells, strict=True)):
            if column.field == IGNORED:
                continue
            key = self._key(row.name, column)
            if column.total:
                if i not in row.absent:
                    self._total(row, column, key, printed)
                continue
            record = by_key.setdefault(encode_key(key), dict(key))
            if not printed:
                record[column.field] = None
                self._unreported(key, column.field, "", "原表无此行" if i in row.absent else "原表空白")
                continue
            cell = self._cell(row, column, printed)
            record[column.field] = cell.value
            if column.is_rate:
                record[printed_column(column.field)] = cell.printed
            if cell.value is None:
                self._unreported(key, column.field, cell.printed, cell.reason)
        for record in by_key.values():
            for absent in [measure for measure in self.spec.measures if measure not in record]:
                self._unreported({k: record[k] for k in self.spec.key}, absent, "", NOT_IN_SOURCE)
            self.rows[self.spec.name].append(record)

    def _key(self, name: str, column: Column) -> dict[str, str]:
        key = {self.spec.key[0]: name}
        if "district" in self.spec.key[1:]:
            key["district"] = column.total or column.district
        if "tier" in self.spec.key:
            key["tier"] = column.tier
        return key

    def _cell(self, row: TextRow, column: Column, printed: str) -> Cell:
        read: Callable[[], Cell] = (
            (lambda: read_rate(printed, self.reference.no_value, in_percent=column.in_percent))
            if column.is_rate
            else (lambda: read_count(printed, self.reference.no_value))
        )
        try:
            return read()
        except ValueError as error:
            self._problem(row, printed, f"{COLUMNS[column.field]}{error}", column)
            return Cell(printed)

    def _total(self, row: TextRow, column: Column, key: dict[str, str], printed: str | None) -> None:
        if printed is None:
            self._unreported(key, column.field, "", "原表空白")
            return
        cell = self._cell(row, column, printed)
        if cell.value is None:
            self._unreported(key, column.field, cell.printed, cell.reason)
            return
        self.rows["printed_totals"].append(
            {
                "table": self.spec.name,
                "key": encode_key(key),
                "column": column.field,
                "value": float(cell.value),
                "printed": cell.printed,
                "label": column.total or row.name,
            }
        )

    def _unreported(self, key: dict[str, str], column: str, printed: str, reason: str) -> None:
        self.rows["unreported"].append(
            {
                "table": self.spec.name,
                "key": encode_key(key),
                "column": column,
                "printed": printed,
                "reason": reason,
            }
        )

    def _problem(self, row: TextRow, found: str, expected: str, column: Column | None = None) -> None:
        letter = (
            f" {self.annex.letters[self.values.index(column)]} 列" if column and self.annex.letters else ""
        )
        place = self.annex.place or self.place
        full_place = (
            f"{place} 第 {row.line} 行{letter}（{self.spec.title}表 {normalize_for_comparison(row.name)[:40]}"
        )
        full_place += (
            f" {column.district or column.tier}）" if column and (column.district or column.tier) else "）"
        )
        self.problems.append(Problem(full_place, found, expected))

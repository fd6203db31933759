"""Assemble a period from what its source holds: the text's facts, and tables whose texts become cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from haochaping.cleaning.number_or_missing import (
    LONGEST_CELL,
    Cell,
    explained_by_note,
    read_measure,
    read_number,
)
from haochaping.core.declaration import AnnexSpec
from haochaping.core.errors import InputRefused, Problem
from haochaping.core.model import (
    AS_PRINTED,
    MISSING,
    NAME_HEADING,
    NO_ROW,
    NUMBER,
    QuarterData,
    frame,
    undeclared_table,
)
from haochaping.core.period import Period
from haochaping.core.text import normalize_for_comparison
from haochaping.read.grid.annex_table import AnnexTable, TableColumn, TableRow
from haochaping.read.grid.read_grids import spec_title
from haochaping.read.source_period import SourcePeriod
from haochaping.read.text.declared_figures import declared_figures
from haochaping.read.text.narrative import Narrative, read_note
from haochaping.reference.reference import Reference

CellRow = dict[str, Any]
"""A row of ``cells`` as a dictionary."""


def assemble(
    narrative: Narrative,
    tables: Sequence[AnnexTable],
    quarter: Period,
    reference: Reference,
    place: str,
    source_kind: str = "published bulletin",
) -> QuarterData:
    """Assemble the period from a narrative and tables.

    Raises
    ------
    InputRefused
        A cell is not a value of its column's kind, one annex is printed twice with different content, or the bulletin is
        of another period.
    """
    problems: list[Problem] = []
    distinct = _without_repeated(tables, problems)
    problems += _broken_serials(distinct)
    cells: list[CellRow] = []
    annexes: list[dict[str, Any]] = []
    for number, table in enumerate(distinct, start=1):
        reader = _CellReader(table, number, reference, problems)
        cells += reader.rows()
        if not any(row["table"] == _table_name(table, number) for row in annexes):
            parts = [part for part in distinct if part is table or (table.spec and part.spec is table.spec)]
            annexes.append(_annex_row(parts, number))
    problems += _repeated_rows(cells)
    cells = _without_repeated_totals(cells, problems)
    SourcePeriod(narrative, distinct, annexes, quarter, place).check(
        must_say=source_kind == "published bulletin"
    )
    if problems:
        raise InputRefused(problems)
    return QuarterData(
        quarter,
        reference.declaration,
        cells=frame("cells", cells),
        annexes=frame("annexes", annexes),
        headline=frame("headline", _headline(narrative, reference)),
        about=frame("about", _about(narrative, annexes, distinct, reference, quarter, source_kind)),
    )


# --- tables ---------------------------------------------------------------------------------------------


def _without_repeated(tables: Sequence[AnnexTable], problems: list[Problem]) -> list[AnnexTable]:
    """Drop tables that are printed a second time; report an annex that is printed twice with different content.

    Several tables may make up one annex, as long as no row stands in two of them.
    """
    distinct: list[AnnexTable] = []
    for table in tables:
        alike = [other for other in distinct if _same_annex(other, table)]
        if any(other.content == table.content for other in alike):
            continue
        first = next((other for other in alike if _row_names(other) & _row_names(table)), None)
        if first is None:
            distinct.append(table)
            continue
        where = f"{first.place} 第 {first.line} 行与第 {table.line} 行"
        problems.append(
            Problem(where, spec_title(table.spec, table.title), "同一附件出现两次而内容不同，请保留一个")
        )
    return distinct


def _broken_serials(tables: Sequence[AnnexTable]) -> list[Problem]:
    """Problems with serial numbers that begin neither at 1 nor where the same annex left off in the table before."""
    problems = []
    last: dict[str, int] = {}
    for table in tables:
        if table.serials is None or table.spec is None:
            continue
        first, end = table.serials
        before = last.get(table.spec.name, 0)
        if first not in (1, before + 1):
            at = table.rows[0].line
            expected = f"序号应为 {before + 1}" if before else "序号应为 1"
            problems.append(Problem(f"{table.place} 第 {at} 行", str(first), expected))
        last[table.spec.name] = end
    return problems


def _same_annex(one: AnnexTable, two: AnnexTable) -> bool:
    if one.spec is None or two.spec is None:
        return one.spec is two.spec and one.content == two.content
    return one.spec is two.spec


def _row_names(table: AnnexTable) -> set[tuple[str, str, str]]:
    """Cells of a table: name, member of the row or column, measure."""
    return {
        (normalize_for_comparison(row.name), row.member or column.member, column.measure.name)
        for row in table.rows
        for column in table.meaning.values
        if column.measure
    }


def _table_name(table: AnnexTable, number: int) -> str:
    return table.spec.name if table.spec else undeclared_table(number)


def _annex_row(parts: Sequence[AnnexTable], number: int) -> dict[str, Any]:
    """The row of the frame ``annexes`` for an annex, which may be printed in several tables."""
    table, note = parts[0], "".join(dict.fromkeys(part.note for part in parts))
    spec = table.spec
    start, end, extracted = read_note(note, f"{table.place}（{spec_title(spec, table.title)}备注）")
    return {
        "table": _table_name(table, number),
        "position": number,
        "annex": table.number if table.number is not None else (spec.number if spec else None),
        "title": table.title,
        "note": note,
        "period_start": start,
        "period_end": end,
        "extraction_date": extracted,
        NAME_HEADING: table.meaning.name_heading,
    }


def _repeated_rows(cells: Sequence[CellRow]) -> list[Problem]:
    """Problems with names that stand in two rows of an annex: nobody knows whose figures these are."""
    first: dict[tuple[str, ...], CellRow] = {}
    found: dict[str, Problem] = {}
    for cell in cells:
        if cell["is_total"] or not cell["measure"]:
            continue
        key = (cell["annex"], normalize_for_comparison(cell["row"]), cell["member"], cell["measure"])
        earlier = first.setdefault(key, cell)
        if earlier is not cell:
            expected = f"同一附件中此名称已有一行（{earlier['place']}），请保留一行"
            found.setdefault(cell["place"], Problem(cell["place"], cell["row"], expected))
    return list(found.values())


def _without_repeated_totals(cells: Sequence[CellRow], problems: list[Problem]) -> list[CellRow]:
    """Keep a total that is printed twice only once; report different ones, since nobody knows which one counts."""
    first: dict[tuple[str, ...], CellRow] = {}
    kept: list[CellRow] = []
    for cell in cells:
        if not cell["is_total"] or not cell["annex"]:
            kept.append(cell)
            continue
        label = normalize_for_comparison(cell["row"])
        key = (cell["annex"], label, cell["member"], cell["measure"] or cell["column"])
        earlier = first.setdefault(key, cell)
        if (
            earlier["place"] == cell["place"]
        ):  # itself, or a column under the same heading that nobody declared
            kept.append(cell)
        elif _figure(earlier) != _figure(cell):
            found = f"{earlier['printed']} 与 {cell['printed']}"
            expected = "同一合计出现两次而不同，请保留一个"
            problems.append(Problem(f"{cell['place']} {cell['row']} {cell['column']}", found, expected))
    return kept


def _figure(cell: CellRow) -> object:
    """What a cell says: its number; its text in a column that holds none."""
    has_number = cell["value"] is not None or cell["status"] != AS_PRINTED
    return cell["value"] if has_number else cell["printed"]


class _CellReader:
    """Turns the texts of one table into rows of ``cells``."""

    def __init__(self, table: AnnexTable, number: int, reference: Reference, problems: list[Problem]):
        self.table, self.number, self.reference, self.problems = table, number, reference, problems
        self.spec: AnnexSpec | None = table.spec
        self.columns = table.meaning.values

    def rows(self) -> list[CellRow]:
        """One row a cell, in printed order; combinations that a table in long form lacks are blank."""
        cells = [cell for row in self.table.rows for cell in self._row(row)]
        return self._with_absent_rows(cells) if self.table.meaning.member_at is not None else cells

    def _with_absent_rows(self, cells: Sequence[CellRow]) -> list[CellRow]:
        """The cells of a table in long form with those of absent rows among them, where a matrix would print them."""
        names = [row.name for row in self.table.rows]
        by_line = sorted(self.table.rows, key=lambda row: row.line)
        members = [self._member_of(row) for row in by_line]
        return sorted(
            [*cells, *self._absent_rows()],
            key=lambda cell: (names.index(cell["row"]), members.index(cell["member"])),
        )

    def _row(self, row: TableRow) -> Iterator[CellRow]:
        if len(row.name) > LONGEST_CELL:
            self._problem(row, row.name[:40] + "…", f"名称不应超过 {LONGEST_CELL} 个字符")
        for column, printed in zip(self.columns, row.cells, strict=True):
            cell = self._cell(row, column, printed or "")
            status = NUMBER if cell.value is not None else MISSING
            if column.measure is None or column.measure.kind == "as_printed":
                status = AS_PRINTED
            yield {
                **self._place_of(row, column),
                "printed": cell.printed,
                "value": cell.value,
                "status": status,
                "reason": cell.reason,
                "place": f"{self.table.place} 第 {row.line} 行",
            }

    def _place_of(self, row: TableRow, column: TableColumn) -> CellRow:
        """Table, row and column of a cell."""
        member = column.member if self.table.meaning.member_at is None else self._member_of(row)
        return {
            "table": self.number,
            "annex": self.spec.name if self.spec else "",
            "group": "" if row.is_total else row.group,
            "row": row.name,
            "member": member,
            "is_total": row.is_total or column.is_total or self._is_total(row.member),
            "column": column.heading,
            "measure": column.measure.name if column.measure else "",
        }

    def _member_of(self, row: TableRow) -> str:
        """The member of a row in long form; a total of everything is one of the members too."""
        return row.name if row.is_total and not row.member else self._member(row.member)

    def _member(self, text: str) -> str:
        """The member of a row in long form: the declared name of a fixed one, else as printed."""
        group = self.spec.columns_by if self.spec else None
        fixed = group.members_by_heading.get(normalize_for_comparison(text)) if group else None
        return fixed.name if fixed else text

    def _is_total(self, text: str) -> bool:
        return bool(text) and normalize_for_comparison(text).rstrip(":") in self.reference.totals

    def _cell(self, row: TableRow, column: TableColumn, printed: str) -> Cell:
        if not printed:
            return Cell("", None, "原表空白")
        if column.measure is None:
            return read_number(printed, in_percent=column.in_percent)
        try:
            cell = read_measure(
                printed, column.measure, self.reference.no_value, in_percent=column.in_percent
            )
        except ValueError as error:
            self._problem(row, printed, f"{column.measure.heading}{error}", column)
            return Cell(printed)
        is_explained = f"“{printed.strip()}”" in self.table.note
        return explained_by_note(cell) if is_explained else cell

    def _absent_rows(self) -> list[CellRow]:
        """Blank cells for each name and member that has no row while others of the same name or member have."""
        rows = [row for row in self.table.rows if not row.is_total]
        present = {(row.name, row.member) for row in rows}
        members = [m for m in dict.fromkeys(row.member for row in rows) if not self._is_total(m)]
        first = {row.name: row for row in reversed(rows)}
        return [
            {
                **self._place_of(TableRow(first[name].line, name, (), first[name].group, member), column),
                "printed": "",
                "status": MISSING,
                "reason": NO_ROW,
                "place": f"{self.table.place} 第 {first[name].line} 行",
            }
            for name in dict.fromkeys(row.name for row in rows)
            for member in members
            if (name, member) not in present
            for column in self.columns
            if column.measure
        ]

    def _problem(self, row: TableRow, found: str, expected: str, column: TableColumn | None = None) -> None:
        letters = self.table.letters
        letter = f" {letters[self.columns.index(column)]} 列" if column and letters else ""
        title = spec_title(self.spec, self.table.title)
        name = normalize_for_comparison(row.name)[:40]
        member = row.member or (column.member if column else "")
        member = self.reference.declaration.word_of(member)
        place = (
            f"{self.table.place} 第 {row.line} 行{letter}（{title} {name}{f' {member}' if member else ''}）"
        )
        self.problems.append(Problem(place, found, expected))


# --- the period and facts about it ------------------------------------------------------------------------


def _about(
    narrative: Narrative,
    annexes: Sequence[dict[str, Any]],
    tables: Sequence[AnnexTable],
    reference: Reference,
    quarter: Period,
    source_kind: str,
) -> list[dict[str, str]]:
    def first(name: str) -> str:
        return next((a[name] for a in annexes if a[name]), "")

    from_notes = {name: first(name) for name in ("period_start", "period_end", "extraction_date")}
    from_text = {name: value for name, value in narrative.facts.items() if value or name not in from_notes}
    facts = {"quarter": str(quarter), "source_kind": source_kind, **from_notes, **from_text}
    if left_out := _left_out(tables, reference):
        facts["left_out"] = left_out
    return [{"field": name, "value": value} for name, value in facts.items()]


def _headline(narrative: Narrative, reference: Reference) -> list[dict[str, Any]]:
    """The figures of the text: those that every bulletin of ratings may state, and those that the city declares."""
    declared = declared_figures(narrative.facts.get("text", ""), reference.declaration)
    names = {row["figure"] for row in declared}
    return [*(row for row in narrative.headline if row["figure"] not in names), *declared]


def _left_out(tables: Sequence[AnnexTable], reference: Reference) -> str:
    """Columns that were not read because the city does not want them, with its reasons; blank without any."""
    reasons = {
        normalize_for_comparison(entry.heading): entry.reason for entry in reference.declaration.unwanted
    }
    found = [
        f"{spec_title(table.spec, table.title)}“{heading}”列：{reasons.get(normalize_for_comparison(heading.split('/')[-1]), '')}"
        for table in tables
        for heading in table.meaning.unwanted
    ]
    return "；".join(found)

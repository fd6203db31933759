"""The annexes as tables of the page: as printed, doubtful cells tinted, the numbers of their matters in the last column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from haochaping.checks.check_report import CheckReport
from haochaping.cleaning.number_format import number, percent_text
from haochaping.core.annex_numbers import printed_table_names
from haochaping.core.declaration import RATE, AnnexSpec, Measure
from haochaping.core.labels import annex_words
from haochaping.core.model import QuarterData
from haochaping.outputs.cell_words import BLANK
from haochaping.present.cell_places import CellPlaces, column_of
from haochaping.present.html_fragment import Html, text
from haochaping.present.html_table import Header, TableCell, TableRow, TableView, matter_links, table_html
from haochaping.present.printed_table import (
    PrintedCell,
    PrintedColumn,
    PrintedRow,
    PrintedTable,
    printed_table,
)
from haochaping.store.cell_index import cell_of

MOST_UPRIGHT_COLUMNS = 8
LEAST_ALIKE_ROWS = 3
"""A column that says one thing in so many rows, or more, is a note."""
MOST_LISTED_COLUMNS = 3
TOTAL, NOT_COMPUTABLE = "合计", "—"
CHECK, CHECK_KIND = "核对", "check"


def annex_table(data: QuarterData, name: str, report: CheckReport) -> Html:
    """One annex as printed, with totals, reasons for empty cells and doubtful cells tinted.

    What this kit computes is marked as its own: a total row where none is printed, declared rates that are not printed.
    A column that says one thing in every row is told in a note under the table.

    Parameters
    ----------
    data : QuarterData
        The quarter.
    name : str
        Name of an annex; blank is returned for one that the city does not have.
    report : CheckReport
        The matters: every cell that one doubts has its number in the last column.
    """
    if name in printed_table_names(data):
        return table_html(_AnnexView(data, name, report).view())
    spec = data.declaration.annexes.get(name)
    if spec is None:
        return Html("")
    return Html(f'<p class="absent">本期资料没有{annex_words(data, name)}（{spec.title}）。</p>')


def folded_annex_table(data: QuarterData, name: str, report: CheckReport) -> Html:
    """:func:`annex_table` behind a line to open it, for an annex that a chart shows whole."""
    table = annex_table(data, name, report)
    if name not in printed_table_names(data):
        return table
    caption = text(_caption(printed_table(data, name)))
    return Html(f'<details class="table-fold"><summary>全表：{caption}</summary>{table}</details>')


def other_tables(data: QuarterData, report: CheckReport, shown: Sequence[str] = ()) -> Html:
    """The printed tables that the page shows nowhere else, undeclared ones among them.

    Parameters
    ----------
    data : QuarterData
        The period.
    report : CheckReport
        The matters, as in :func:`annex_table`.
    shown : sequence of str
        Names of the annexes that have a place of their own.
    """
    names = [name for name in printed_table_names(data) if name not in shown]
    return Html("".join(annex_table(data, name, report) for name in names))


@dataclass(frozen=True)
class _OwnRate:
    """A declared rate that the annex does not print, with the columns (by member) that it divides."""

    measure: Measure
    member: str
    numerators: tuple[int, ...]
    denominators: tuple[int, ...]


class _AnnexView:
    """Gathers one annex's cells for :func:`table_html`."""

    def __init__(self, data: QuarterData, name: str, report: CheckReport):
        self.table: PrintedTable = printed_table(data, name)
        self._is_from_records = data.is_from_records
        self.printed_before = {
            cell_of(row): str(row["printed"]) for row in data.corrections.to_dict("records")
        }
        self.places = data.derived(CellPlaces, report)
        self.rates = [
            rate for rate in _own_rates(self.table, data.declaration.measures) if self._has_numerators(rate)
        ]

    def _has_numerators(self, rate: _OwnRate) -> bool:
        """Whether a rate says more than that there is none of it."""
        return any(line.cells[at].value for line in self.table.rows for at in rate.numerators)

    def view(self) -> TableView:
        table = self.table
        alike = self._columns_alike()
        shown = [at for at in range(len(table.columns)) if at not in alike]
        rows = [self._row(line, shown) for line in table.lines]
        own_total = self._own_total(shown)
        has_checks = any(cell.matters for row in rows for cell in row.cells)
        if has_checks:
            rows = [_with_check(row) for row in [*rows, *own_total]]
        else:
            rows += own_total
        return TableView(
            id=f"table-{table.name}",
            caption=_caption(table),
            stub=table.key_heading,
            headers=[
                *(self._header(table.columns[at]) for at in shown),
                *(
                    Header(f"{rate.measure.heading}*", group=self._words_of(rate.member))
                    for rate in self.rates
                ),
                *([Header(CHECK, kind=CHECK_KIND)] if has_checks else []),
            ],
            rows=rows,
            notes=[*self._notes(alike, bool(own_total))],
            wide=len(shown) > MOST_UPRIGHT_COLUMNS,
            sortable=not any(row.is_total for row in table.lines[: len(table.rows)]),
        )

    def _notes(self, alike: Mapping[int, str], has_own_total: bool) -> Iterator[str]:
        """Under the table: columns that say one thing, what is ours, matters about whole columns, the annex's own note."""
        if alike:
            yield Html(f"{'；'.join(self._alike_html(at, said) for at, said in alike.items())}。")
        ours = [TOTAL] if has_own_total else []
        ours += dict.fromkeys(rate.measure.heading for rate in self.rates)
        if ours:
            yield f"* {'、'.join(ours)}由本简报按表列各数计算{self._not_printed}。"
        if listed := "、".join(self._column_matters()):
            yield Html(f"全列存疑：{listed}，括号内为“数据核对”的序号。")
        if self.table.note:
            own = "附注" if self._is_from_records else "原表附注"
            yield f"{own}：{self.table.note.removeprefix('备注：')}"

    @property
    def _not_printed(self) -> str:
        """What to add where there is a table that does not print it."""
        return "" if self._is_from_records else "，原表没有"

    def _alike_html(self, at: int, said: str) -> str:
        column = self.table.columns[at]
        anchor = self.places.column_id(self._ref_of_column(column))
        identity = f' id="{anchor}"' if anchor else ""
        return f"<span{identity}>{text(''.join(column.words))}各行均为“{text(said)}”</span>"

    def _column_matters(self) -> Iterator[str]:
        """Columns that matters are about as a whole, with the numbers of these; all columns of a matrix as one."""
        columns: dict[tuple[int, ...], list[str]] = {}
        for column in self.table.columns:
            if matters := self.places.matters_of_column.get(self._ref_of_column(column)):
                columns.setdefault(tuple(matters), []).append("".join(column.words))
        for numbers, words in columns.items():
            listed = (
                "、".join(words) if len(words) <= MOST_LISTED_COLUMNS else f"{words[0]}等 {len(words)} 列"
            )
            yield f"{text(listed)}（{matter_links(numbers)}）"

    def _words_of(self, member: str) -> tuple[str, ...]:
        """What stands above the columns of a member, such as a tier; nothing where columns have none."""
        first = next(column for column in self.table.columns if column.member == member)
        return tuple(first.words[:1]) if member else ()

    def _ref_of_column(self, column: PrintedColumn) -> tuple[str, str, str]:
        return column_of(column.cell(self.table.name, ""))

    def _columns_alike(self) -> dict[int, str]:
        """Declared columns in whose every row the same is printed, and no cell is in doubt or corrected, with that text."""
        lines = self.table.lines
        found = {}
        if len(self.table.rows) >= LEAST_ALIKE_ROWS and not any(line.is_total for line in lines):
            for at, column in enumerate(self.table.columns):
                texts = {line.cells[at].text for line in lines}
                refs = [column.cell(self.table.name, line.name) for line in lines]
                marked = any(r in self.places.matters_of_cell or r in self.printed_before for r in refs)
                if column.is_declared and len(texts) == 1 and not marked and (said := texts.pop()):
                    found[at] = said
        return found if len(found) < len(self.table.columns) else {}

    def _row(self, line: PrintedRow, shown: Sequence[int]) -> TableRow:
        cells = [self._cell(line.name, self.table.columns[at], line.cells[at]) for at in shown]
        cells += [TableCell(_rate_text(rate, [line])) for rate in self.rates]
        return TableRow(line.name, cells, line.is_total)

    def _cell(self, name: str, column: PrintedColumn, cell: PrintedCell) -> TableCell:
        ref, reason = column.cell(self.table.name, name), cell.reason
        shown = number(cell.value) if isinstance(cell.value, int) else cell.text
        if ref in self.printed_before:
            shown, reason = f"{shown}〔更正〕", f"通报列为 {self.printed_before[ref] or BLANK}"
        matters = self.places.matters_of_cell.get(ref, ())
        tint = self.places.severity_of_cell.get(ref, "")
        return TableCell(shown, reason, tint, matters, self.places.cell_id(ref))

    def _own_total(self, shown: Sequence[int]) -> list[TableRow]:
        """A total row of the counts, marked as ours; none where one is printed, or there is nothing to add up."""
        table = self.table
        groups = {line.group for line in table.rows}
        if table.spec is None or table.totals or len(table.rows) < 2 or len(groups) > 1:
            return []
        cells = [TableCell(self._sum_text(at)) for at in shown]
        if not any(cell.text for cell in cells):
            return []
        cells += [TableCell(_rate_text(rate, table.rows)) for rate in self.rates]
        return [TableRow(f"{TOTAL}*", cells, is_total=True)]

    def _sum_text(self, at: int) -> str:
        column, spec = self.table.columns[at], self.table.spec
        if not spec or not column.measure or not spec.measures_by_name[column.measure].is_count:
            return ""
        values = [line.cells[at].value for line in self.table.rows]
        listed = [int(value) for value in values if value is not None]
        return number(sum(listed)) if listed else ""

    def _header(self, column: PrintedColumn) -> Header:
        """Heading with its unit; what several columns have in common, such as a tier, spans them."""
        *shared, heading = [level for word in column.words for level in word.split("/")]
        return Header(
            heading, column.unit, tuple(shared), id=self.places.column_id(self._ref_of_column(column))
        )


def _own_rates(table: PrintedTable, measures: Mapping[str, Measure]) -> list[_OwnRate]:
    """The declared rates that the annex has the counts of, but does not print; one for each member of its columns."""
    spec = table.spec
    if spec is None:
        return []
    members = list(dict.fromkeys(column.member for column in table.columns if not column.is_total))
    return [
        rate
        for measure in measures.values()
        if measure.kind == RATE and measure.name not in spec.measures_by_name
        for member in members
        if (rate := _own_rate(table, spec, measure, member))
    ]


def _own_rate(table: PrintedTable, spec: AnnexSpec, measure: Measure, member: str) -> _OwnRate | None:
    columns = {
        column.measure: at
        for at, column in enumerate(table.columns)
        if column.member == member and column.measure
    }
    sides = [[name for _, name in side] for side in (measure.numerator, measure.denominator)]
    is_plain = all(sign == 1 for side in (measure.numerator, measure.denominator) for sign, _ in side)
    if not is_plain or not all(side and set(side) <= columns.keys() for side in sides):
        return None
    numerators, denominators = (tuple(columns[name] for name in side) for side in sides)
    return _OwnRate(measure, member, numerators, denominators)


def _rate_text(rate: _OwnRate, lines: Sequence[PrintedRow]) -> str:
    """The rate over the lines that list all its counts; a dash where there is nothing to divide by."""
    numerator = denominator = 0
    for line in lines:
        above, below = (
            [line.cells[at].value for at in side] for side in (rate.numerators, rate.denominators)
        )
        if None not in above and None not in below:
            numerator += sum(int(value or 0) for value in above)
            denominator += sum(int(value or 0) for value in below)
    return percent_text(Fraction(numerator, denominator)) if denominator else NOT_COMPUTABLE


def _with_check(row: TableRow) -> TableRow:
    """The row with the numbers of its cells' matters in a last cell."""
    numbers = sorted({matter for cell in row.cells for matter in cell.matters})
    return TableRow(row.name, [*row.cells, TableCell(matter_links(numbers))], row.is_total, row.id)


def _caption(table: PrintedTable) -> str:
    """``附件1 各区县…通报表``."""
    return f"{table.words} {table.printed_title or table.title}"

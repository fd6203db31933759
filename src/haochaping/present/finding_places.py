"""The place of a finding in the source, linked to the page, and who is asked to verify it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from haochaping.checks.check_report import CheckReport
from haochaping.checks.finding import Finding
from haochaping.checks.owners import Owners, cells_to_verify
from haochaping.core.annex_numbers import paper_number, printed_table_names
from haochaping.core.labels import after_annex, annex_words, column_heading, place
from haochaping.core.model import NOTE, TEXT_CLAIMS, CellRef, QuarterData
from haochaping.core.text import normalize_for_comparison
from haochaping.present.cell_places import CellPlaces, ColumnRef
from haochaping.present.html_fragment import Html, single_tab_stop, text
from haochaping.reference.reference import Reference
from haochaping.store.cell_index import CellIndex

OFFICE = "编制单位"
MOST_UNITS = 3
_QUOTED, _ANNEXES = re.compile("“([^”]+)”"), re.compile(r"附件((?:\d+、)*\d+)")
_NOTE_PREFIX = "note:"


class FindingPlaces:
    """Place and addressee of each finding of a quarter.

    Parameters
    ----------
    data : QuarterData
        The quarter.
    report : CheckReport
        What the checks say.
    reference : Reference
        The city: which unit a name means.
    """

    def __init__(self, data: QuarterData, report: CheckReport, reference: Reference):
        self._data = data
        self._places = data.derived(CellPlaces, report)
        self._owners = Owners(data.derived(CellIndex), reference)
        self._office = data.fact("issuer") or OFFICE
        self._tables_on_page = frozenset(printed_table_names(data))

    def place_html(self, finding: Finding, listed: Collection[CellRef] = ()) -> Html:
        """Links to annex, row and column of every cell that a finding is about, and to the words of the text.

        Cells that are `listed` elsewhere in the finding are left out; blank where nothing else is left.
        """
        cells, columns = self._places.cells_and_columns(finding)
        unlisted = [cell for cell in cells if cell not in listed]
        found = [*self._row_places(unlisted), *map(self._column_place, columns), *self._text_places(finding)]
        if not found and not cells:
            found = list(self._annex_places(finding))
        return single_tab_stop("；".join(dict.fromkeys(found)))

    def cell(self, cell: CellRef, words: str) -> str:
        """`words` about a cell, linked to the cell, its table or the bulletin's text."""
        if cell.table == TEXT_CLAIMS:
            return _link("bulletin-text" if self._data.fact("text") else "", words)
        return _link(self._places.anchor(cell), words)

    def request_text(self, finding: Finding) -> str:
        """The sentence that asks someone to verify.

        Units are asked about their own figures, the office about totals, whole columns, the text and every 须更正.
        """
        owners = (self._owners.of(cell) for cell in cells_to_verify(finding, self._owners))
        units = list(dict.fromkeys(owner[1] for owner in owners if owner))
        is_office_concerned = finding.severity == "correct" or any(
            self._owners.of(cell) is None for cell in (finding.at, *finding.suspects)
        )
        if not units:
            return f"请{self._office}核实"
        unit_names = "、".join(units) if len(units) <= MOST_UNITS else "有关单位"
        return f"请{self._office}会同{unit_names}核实" if is_office_concerned else f"请{unit_names}核实"

    def _row_places(self, cells: Iterable[CellRef]) -> Iterator[str]:
        """``附件2“市教育局”主动评价数、评价数``: the cells of a row together."""
        for row, row_cells in groupby(cells, key=lambda cell: replace(cell, column="")):
            links = "、".join(
                _link(self._places.anchor(cell), column_heading(self._data.declaration, cell.column))
                for cell in row_cells
            )
            yield f"{text(place(self._data, row))}{links}"

    def _column_place(self, column: ColumnRef) -> str:
        table, measure, member = column
        declaration = self._data.declaration
        measure_words = f"{declaration.word_of(member)}{column_heading(declaration, measure)}"
        label = f"{annex_words(self._data, table)}{after_annex(measure_words)}列"
        return _link(self._places.column_id(column) or f"table-{table}", label)

    def _text_places(self, finding: Finding) -> Iterator[str]:
        """The sentence of the text, the notes under the annexes, or the analyst's words that a finding is about."""
        if finding.at.table != TEXT_CLAIMS:
            return
        figure = finding.at.row
        rows = self._data.headline
        if figure.startswith(_NOTE_PREFIX):
            yield f"分析人员说明“{text(figure.removeprefix(_NOTE_PREFIX))}”"
        elif figure == "extraction_date":
            for annex in self._data.annexes.to_dict("records"):
                if annex["extraction_date"] and annex["table"] in self._tables_on_page:
                    words = annex_words(self._data, annex["table"])
                    yield _link(f"table-{annex['table']}", f"{words}附注")
        elif len(sentences := rows.loc[rows["figure"] == figure, "sentence"]):
            yield self._quoted_link("bulletin-text", "正文", str(sentences.iloc[0]))
        else:
            yield from self._quoted_places(finding)

    def _quoted_places(self, finding: Finding) -> Iterator[str]:
        sources = {"addressees": ("bulletin-addressees", "主送机关"), "text": ("bulletin-text", "正文")}
        for words in dict.fromkeys(_QUOTED.findall(finding.arithmetic)):
            for fact, (anchor, label) in sources.items():
                if normalize_for_comparison(words) in normalize_for_comparison(self._data.fact(fact)):
                    yield self._quoted_link(anchor, label, words)
                    break

    def _quoted_link(self, anchor: str, label: str, words: str) -> str:
        fact = {"bulletin-addressees": "addressees", "bulletin-text": "text"}[anchor]
        return _link(anchor if self._data.fact(fact) else "", f"{label}“{words}”")

    def _annex_places(self, finding: Finding) -> Iterator[str]:
        """The annexes that a finding is about as a whole: its own, or those that its message names."""
        numbers = {number for found in _ANNEXES.findall(finding.message) for number in found.split("、")}
        for name in dict.fromkeys([*self._data.declaration.annexes, *printed_table_names(self._data)]):
            is_named = finding.at.table == TEXT_CLAIMS and str(paper_number(self._data, name)) in numbers
            if finding.at.table == name or is_named:
                anchor = f"table-{name}" if name in self._tables_on_page else ""
                part = "标题和附注" if finding.at.row == NOTE else ""
                yield _link(anchor, f"{annex_words(self._data, name)}{part}")


def _link(anchor: str, label: str) -> str:
    return f'<a href="#{anchor}">{text(label)}</a>' if anchor else str(text(label))

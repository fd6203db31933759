"""Verification sheets (核实单): one workbook for each unit with the cells it is asked to verify, to be returned."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from haochaping.checks.check_report import CheckReport
from haochaping.checks.finding import Finding
from haochaping.checks.owners import Owner, Owners, cells_to_verify
from haochaping.core.declaration import AnnexSpec
from haochaping.core.labels import annex_words
from haochaping.core.model import CellRef, QuarterData
from haochaping.files.free_path import free_path
from haochaping.outputs.cell_words import cell_words
from haochaping.outputs.excel.workbook_style import Styles, fit_row, open_workbook, set_page, write_text
from haochaping.outputs.exchange.column_units import column_cells, unit_of_column_total
from haochaping.outputs.exchange.rating_signs import SIGNS_HEADING, rating_signs
from haochaping.outputs.exchange.redaction import Redaction
from haochaping.reference.reference import Reference
from haochaping.store.answers import period_line
from haochaping.store.apply_corrections import undo_corrections
from haochaping.store.cell_index import CellIndex, cell_of

SHEET = "核实单"
DISTRICT = "district"
"""Key of the units to which rows and columns of several annexes belong."""
FILLED_COLUMNS = ("核实值", "说明或依据", "经办人", "日期")
_COLUMNS: tuple[tuple[str, float], ...] = (
    ("序号", 8),
    ("位置", 23),
    ("原值", 10),
    ("应为", 9),
    ("不符之处", 38),
    ("算式", 24),
    ("核实值", 11),
    ("说明或依据", 24),
    ("经办人", 9),
    ("日期", 11),
    ("编号", 12),
    ("单元格", 12),
)
_PRINTED_COLUMNS = 10
"""Columns that are printed; those after them are for reading the sheet back."""
_INSTRUCTIONS = (
    "原值有误的，在核实值填正确的数（不写约、余），并写明依据；原值无误的，在说明或依据写明原因；"
    "经办人、日期（如 2023-01-12）请一并填写。编号、单元格、原值三栏请勿改动。"
)
_RESERVED_FILE_NAMES = {
    "CON",
    "PRN",
    "AUX",
    "NUL",
    *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10)),
}
_LONGEST_FILE_NAME = 70


@dataclass(frozen=True)
class _Request:
    """One cell that a unit is asked to verify, and the finding it is asked for."""

    finding: Finding
    cell: CellRef


def write_sheets(data: QuarterData, report: CheckReport, reference: Reference, folder: Path) -> list[Path]:
    """Write one workbook for each unit that has something to verify, without any other unit's name or figure.

    Parameters
    ----------
    data : QuarterData
        The quarter, with its corrections applied.
    report : CheckReport
        Its findings; units are asked about those that are open and must be corrected or verified.
    reference : Reference
        The city.
    folder : Path
        Where the sheets go; created when there is one to write. An existing sheet is not overwritten.

    Returns
    -------
    list of Path
        The sheets, in the order of the units in the annexes.
    """
    cell_index = CellIndex(undo_corrections(data, reference), reference)
    owners = Owners(cell_index, reference)
    redaction = Redaction(cell_index, owners, reference)
    written: list[Path] = []
    names: set[str] = set()
    asked = {f.id: unit_of_column_total(f, cell_index, owners, reference) for f in report.findings}
    columns = column_cells(cell_index, owners, reference)
    for owner in dict.fromkeys((*owners.cells, *columns)):
        requests = [
            *_requests([f for f in report.findings if not asked[f.id]], owners, owner),
            *_requests_of_column([f for f in report.findings if asked[f.id] == owner], columns, owner),
        ]
        if requests or rating_signs(data, owner, reference):
            folder.mkdir(parents=True, exist_ok=True)
            path = free_path(folder, _unique_file_name(owner[1], names))
            signs = rating_signs(data, owner, reference)
            _Sheet(data, cell_index, redaction, owner).write(requests, path, signs)
            written.append(path)
    return written


def finding_code(finding: Finding) -> str:
    """A code in place of a finding's id, for sheets on which the id would name another unit."""
    return "核实-" + hashlib.sha256(finding.id.encode()).hexdigest()[:12]


def file_name(unit: str) -> str:
    """A unit's name as a file name that every system accepts, without its ending."""
    name = re.sub(r'[<>:"/\\|?*\x00-\x1f\x7f]', "_", unit)[:_LONGEST_FILE_NAME].strip(" .")
    reserved = name.partition(".")[0].strip().upper() in _RESERVED_FILE_NAMES
    return f"_{name}" if reserved or not name or name.startswith("~") else name


def _unique_file_name(unit: str, taken: set[str]) -> str:
    """The file name of a unit's sheet, added to `taken`; a second unit of the same name (ignoring case) gets a number."""
    stem = file_name(unit)
    names = [f"{stem}.xlsx", *(f"{stem}.{number}.xlsx" for number in range(2, len(taken) + 3))]
    name = next(candidate for candidate in names if candidate.lower() not in taken)
    taken.add(name.lower())
    return name


def _requests(findings: Sequence[Finding], owners: Owners, owner: Owner) -> Iterator[_Request]:
    for finding in filter(_is_asked_about, findings):
        for cell in cells_to_verify(finding, owners):
            if owners.of(cell) == owner:
                yield _Request(finding, cell)


def _requests_of_column(
    findings: Sequence[Finding], columns: Mapping[Owner, Sequence[CellRef]], owner: Owner
) -> Iterator[_Request]:
    """Requests about the total of a unit's column: to that unit, not to those of the rows, who do not see the total."""
    for finding in filter(_is_asked_about, findings):
        for cell in dict.fromkeys((finding.at, *finding.suspects)):
            if cell in columns[owner]:
                yield _Request(finding, cell)


def _is_asked_about(finding: Finding) -> bool:
    return finding.severity in ("correct", "verify") and finding.status in ("new", "known")


class _Sheet:
    """One unit's sheet."""

    def __init__(self, data: QuarterData, cell_index: CellIndex, redaction: Redaction, owner: Owner):
        self._data, self._cell_index, self._owner = data, cell_index, owner
        self._cells, self._redaction = redaction.own_cells(owner), redaction

    def write(self, requests: Sequence[_Request], path: Path, signs: Sequence[str] = ()) -> None:
        """Write the sheet: heading, own figures, signs in its records, one row for each cell to verify, a line to sign."""
        title = f"{self._data.quarter.label}{self._data.declaration.subject}数据核实单"
        workbook = open_workbook(path, title)
        styles = Styles(workbook)
        sheet = workbook.add_worksheet(SHEET)
        for column, (_, width) in enumerate(_COLUMNS):
            sheet.set_column(column, column, width)
        row = self._write_heading(sheet, styles, title)
        row = self._write_own_figures(sheet, styles, row)
        row = self._write_signs(sheet, styles, row, signs)
        header_row = row
        row = self._write_requests(sheet, styles, requests, header_row)
        sheet.set_row(row + 1, 26)
        for column, label in ((0, "填报人："), (4, "负责人（签字）："), (5, "日期：")):
            sheet.write_string(row + 1, column, label, styles.get(bold=True))
        set_page(sheet, landscape=True, header_row=header_row)
        sheet.print_area(0, 0, row + 1, _PRINTED_COLUMNS - 1)
        sheet.set_footer("&C第 &P 页，共 &N 页")
        workbook.close()

    def _write_heading(self, sheet: Any, styles: Styles, title: str) -> int:
        """Write title, quarter, unit and instructions; return the next free row."""
        sheet.set_row(0, 30)
        sheet.write_string(0, 0, title, styles.get(bold=True, font_size=16))
        lines = (
            period_line(self._data.quarter),
            f"单位：{self._owner[1]}",
            "请于　　　　年　　月　　日前核实并寄回。",
            _INSTRUCTIONS,
        )
        for row, line in enumerate(lines, start=1):
            sheet.set_row(row, 19)
            sheet.write_string(row, 0, line, styles.get())
        return len(lines) + 2

    def _write_own_figures(self, sheet: Any, styles: Styles, row: int) -> int:
        """Write one line for each annex: what it lists for the unit, as printed; return the next free row."""
        sheet.write_string(row, 0, "本单位在各附件中所列的数", styles.get(bold=True))
        width = sum(width for _, width in _COLUMNS[2:_PRINTED_COLUMNS])
        for spec in self._data.declaration.annexes.values():
            rows = dict.fromkeys((c.row, c.member) for c in self._cells if c.table == spec.name)
            cells = [
                CellRef(spec.name, name, measure, member)
                for name, member in rows
                for measure in spec.measures_by_name
            ]
            cells = [cell for cell in cells if cell in self._cells]
            if text := "；".join(self._figure_text(cell, cells) for cell in cells):
                row += 1
                sheet.merge_range(row, 0, row, 1, "", styles.prose)
                write_text(sheet, row, 0, self._annex_label(spec), styles.prose)
                sheet.merge_range(row, 2, row, _PRINTED_COLUMNS - 1, "", styles.prose)
                write_text(sheet, row, 2, text, styles.prose)
                fit_row(sheet, row, [text], [width])
        return row + 2

    def _write_signs(self, sheet: Any, styles: Styles, row: int, signs: Sequence[str]) -> int:
        """Write what in the unit's records of evaluations needs a look; return the next free row."""
        if not signs:
            return row
        sheet.write_string(row, 0, SIGNS_HEADING, styles.get(bold=True))
        width = sum(width for _, width in _COLUMNS[:_PRINTED_COLUMNS])
        for line in signs:
            row += 1
            sheet.merge_range(row, 0, row, _PRINTED_COLUMNS - 1, "", styles.prose)
            write_text(sheet, row, 0, line, styles.prose)
            fit_row(sheet, row, [line], [width])
        return row + 2

    def _annex_label(self, spec: AnnexSpec) -> str:
        only_measure = spec.measures[0] if len(spec.measures) == 1 else ""
        heading = f"（{self._data.declaration.heading(only_measure)}）" if only_measure else ""
        return f"{annex_words(self._data, spec.name)} {spec.title}{heading}"

    def _figure_text(self, cell: CellRef, own: Sequence[CellRef]) -> str:
        """``村（社区）差评数 0``, ``人社局 1234``: the rest of the row's name, measure, printed text."""
        declaration = self._data.declaration
        spec = declaration.annexes[cell.table]
        name = declaration.word_of(_other_name(spec, cell, own))
        measure = declaration.heading(cell.column) if len(spec.measures) > 1 else ""
        printed = self._cell_index.printed(cell) or "（空白）"
        return f"{name}{measure} {printed}{self._correction_remarks.get(cell, '')}".strip()

    @cached_property
    def _correction_remarks(self) -> dict[CellRef, str]:
        return {
            cell_of(row): f"（已更正为 {row['corrected']}）"
            for row in self._data.corrections.to_dict("records")
        }

    def _write_requests(
        self, sheet: Any, styles: Styles, requests: Sequence[_Request], header_row: int
    ) -> int:
        for column, (heading, _) in enumerate(_COLUMNS):
            sheet.write_string(header_row, column, heading, styles.head)
        widths = [width for _, width in _COLUMNS[:_PRINTED_COLUMNS]]
        fill_style = styles.get(text_wrap=True, valign="top", border=1, num_format="@", bg_color="#FFF9E5")
        code_style = styles.get(valign="top", num_format="@", font_size=8, font_color="#7F7F7F")
        for number, request in enumerate(requests, start=1):
            texts = self._request_texts(request) | {"序号": str(number)}
            fit_row(
                sheet,
                header_row + number,
                [texts.get(name, "") for name, _ in _COLUMNS[:_PRINTED_COLUMNS]],
                widths,
            )
            for column, (heading, _) in enumerate(_COLUMNS):
                style = (
                    fill_style
                    if heading in FILLED_COLUMNS
                    else styles.prose
                    if column < _PRINTED_COLUMNS
                    else code_style
                )
                write_text(sheet, header_row + number, column, texts.get(heading, ""), style)
        return header_row + len(requests)

    def _request_texts(self, request: _Request) -> dict[str, str]:
        finding, cell, owner = request.finding, request.cell, self._owner
        expected = finding.expected if cell == finding.at else ""
        is_other_named = self._redaction.names_others(finding.id, owner)
        return {
            "位置": cell_words(self._data, cell),
            "原值": self._cell_index.printed(cell),
            "应为": expected if self._redaction.may_show(expected, finding, owner) else "",
            "不符之处": self._redaction.message(finding, owner),
            "算式": self._redaction.arithmetic(finding, owner),
            "编号": finding_code(finding) if is_other_named else finding.id,
            "单元格": cell.path,
        }


def _other_name(spec: AnnexSpec, cell: CellRef, own: Sequence[CellRef]) -> str:
    """The name beside the unit's in the place of a cell: its department, its tier, its county; blank without one.

    The unit's own name is the one that all its cells of the annex have in common.
    """
    if spec.columns_by is None:
        return ""
    rows, members = {c.row for c in own}, {c.member for c in own}
    if len(rows) == 1 and len(members) > 1:
        return cell.member
    if len(members) == 1 and len(rows) > 1:
        return cell.row
    if spec.row_key == DISTRICT:
        return cell.member
    return cell.row if spec.columns_by.key == DISTRICT else cell.member

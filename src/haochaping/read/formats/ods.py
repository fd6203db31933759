"""OpenDocument workbooks (.ods), read as a stream; repeated cells are expanded only if they have content.

Percentages are read with the decimals that the file shows.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from xml.parsers import expat

from haochaping.cleaning.number_or_missing import MOST_DIGITS, percent
from haochaping.core.errors import refuse
from haochaping.read.formats.file_format import DAMAGED
from haochaping.read.formats.workbook_details import DATE_SHOWN, Sheet, number_text
from haochaping.read.grid.grid import MOST_COLUMNS, MOST_ROWS, SET_APART

_SKIPPED = {"annotation", "tracked-changes", "shapes", "ruby-text", "dde-links"}
"""Elements that are not content of cells, such as comments and tracked changes."""
_SHOWN_PERCENT = re.compile(r"[\d,]+(?:\.(\d+))?%")


@dataclass
class _Cell:
    text: str
    repeat: int
    numeric: bool = False
    has_no_result: bool = False
    error: str = ""
    span: tuple[int, int] = (1, 1)


def read_ods(path: Path) -> list[Sheet]:
    """Read every sheet, in order.

    Raises
    ------
    InputRefused
        It is encrypted or damaged.
    """
    reader = _Reader()
    try:
        with zipfile.ZipFile(path) as archive:
            if b"encryption-data" in archive.read("META-INF/manifest.xml"):
                raise refuse(path.name, "已加密", "请解除密码后放入")
            with archive.open("content.xml") as file:
                reader.parser.ParseFile(file)
    except DAMAGED:
        raise refuse(path.name, "文件已损坏", "请用表格软件打开并另存为 .xlsx") from None
    return reader.sheets


class _Reader:
    """XML handlers for content.xml; namespaces are ignored, since no two names used here collide."""

    def __init__(self) -> None:
        self.sheets: list[Sheet] = []
        self._hidden_styles: set[str] = set()
        self._marked_styles: set[str] = set()
        self._spans: list[str] = []
        self._style = ""
        self._skip_depth = self._table_depth = 0
        self._row = self._column = self._repeat = 0
        self._cells: list[_Cell] = []
        self._cell: dict[str, str] | None = None
        self._lines: list[str] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._data

    @property
    def _sheet(self) -> Sheet:
        return self.sheets[-1]

    def _start(self, tag: str, raw: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if self._skip_depth or name in _SKIPPED:
            self._skip_depth += 1
            return
        attributes = {k.rpartition(" ")[2]: value for k, value in raw.items() if "calcext" not in k}
        # Only the office suite's own kind of value (calcext) knows errors; the standard one knows the rest.
        attributes["error"] = "1" if any("calcext" in k and v == "error" for k, v in raw.items()) else ""
        if name == "style":
            self._style = attributes.get("name", "")
        elif name == "table-properties" and attributes.get("display") == "false":
            self._hidden_styles.add(self._style)
        elif name == "text-properties":
            raised = attributes.get("text-position", "0%").split()[:1] not in (["0%"], [])
            if raised or attributes.get("text-line-through-style", "none") != "none":
                self._marked_styles.add(self._style)
        elif name == "table":
            self._table_depth += 1
            if self._table_depth == 1:
                sheet = Sheet(attributes.get("name", ""))
                sheet.details.hidden = attributes.get("style-name") in self._hidden_styles
                self.sheets.append(sheet)
                self._row = self._column = 0
        elif self._table_depth != 1:
            return
        elif name == "table-column":
            repeat = int(attributes.get("number-columns-repeated", 1))
            if attributes.get("visibility", "visible") != "visible":
                self._sheet.details.hidden_columns.append((self._column, self._column + repeat - 1))
            self._column += repeat
        elif name == "table-row":
            self._repeat, self._cells = int(attributes.get("number-rows-repeated", 1)), []
            if attributes.get("visibility", "visible") != "visible" and self._row < MOST_ROWS:
                last = min(self._row + self._repeat, MOST_ROWS)
                self._sheet.details.hidden_rows.update(range(self._row, last))
        elif name in ("table-cell", "covered-table-cell"):
            self._cell, self._lines = attributes, []
        elif self._cell is not None:
            self._text(name, attributes)

    def _text(self, name: str, attributes: dict[str, str]) -> None:
        if name == "p":
            self._lines.append("")
        elif name == "span" and self._lines:
            marked = attributes.get("style-name") in self._marked_styles
            self._lines[-1] += SET_APART[0] * marked
            self._spans.append(SET_APART[1] * marked)
        elif name == "line-break" and self._lines:
            self._lines[-1] += "\n"
        elif name in ("s", "tab") and self._lines:
            self._lines[-1] += " " * min(int(attributes.get("c", 1)), 100)

    def _data(self, text: str) -> None:
        if self._cell is not None and self._lines and not self._skip_depth:
            self._lines[-1] += text

    def _end(self, tag: str) -> None:
        if self._skip_depth:
            self._skip_depth -= 1
            return
        name = tag.rpartition(" ")[2]
        if name == "table":
            self._table_depth -= 1
        elif self._table_depth != 1:
            return
        elif name == "span" and self._spans:
            self._lines[-1] += self._spans.pop()
        elif name in ("table-cell", "covered-table-cell") and self._cell is not None:
            self._cells.append(_read_cell(self._cell, self._lines))
            self._cell = None
        elif name == "table-row":
            self._add_row()
            self._row += self._repeat

    def _add_row(self) -> None:
        """Add the row's cells to the sheet, as often as the row is repeated, without blank cells at its end."""
        while self._cells and not (
            self._cells[-1].text or self._cells[-1].has_no_result or self._cells[-1].error
        ):
            if self._cells[-1].span != (1, 1):
                break
            self._cells.pop()
        if not self._cells:
            return
        details, width = self._sheet.details, sum(cell.repeat for cell in self._cells)
        details.record_content(self._row + self._repeat - 1, width - 1)
        if width > MOST_COLUMNS or self._row + self._repeat > MOST_ROWS:
            return  # refused later, by its size
        rows = self._sheet.rows
        rows += [[] for _ in range(self._row + self._repeat - len(rows))]
        for row in range(self._row, self._row + self._repeat):
            at = 0
            for cell in self._cells:
                for column in range(at, at + cell.repeat):
                    self._record_details(cell, row, column)
                rows[row] += [cell.text] * cell.repeat
                at += cell.repeat

    def _record_details(self, cell: _Cell, row: int, column: int) -> None:
        if cell.numeric:
            self._sheet.numeric.add((row, column))
        if cell.has_no_result:
            self._sheet.details.without_value.append((row, column))
        if cell.error:
            self._sheet.details.errors.append((row, column, cell.error))
        if cell.span != (1, 1):
            down, across = cell.span
            self._sheet.merged.append((row, column, row + down - 1, column + across - 1))


def _read_cell(attributes: dict[str, str], lines: list[str]) -> _Cell:
    shown = "\n".join(lines).strip()
    repeat = int(attributes.get("number-columns-repeated", 1))
    down, across = (int(attributes.get(f"number-{what}-spanned", 1)) for what in ("rows", "columns"))
    kind = attributes.get("value-type", "")
    cell = _Cell(shown, repeat, span=(min(down, MOST_ROWS), min(across, MOST_COLUMNS)))
    if attributes["error"]:
        cell.error = shown or "#N/A"
        cell.text = cell.error
    elif kind in ("float", "currency", "percentage"):
        value = Decimal(attributes["value"])
        if value.adjusted() > MOST_DIGITS:
            raise ValueError(value)
        match = _SHOWN_PERCENT.fullmatch(shown)
        if kind == "percentage" and match:
            cell.text = f"{percent(Fraction(value), len(match[1] or ''))}%"
        else:
            cell.text, cell.numeric = number_text(value), True
    elif kind == "date":
        cell.text = attributes["date-value"][:10]
    elif kind == "time":
        cell.text = DATE_SHOWN.format(shown)
    elif kind == "boolean":
        cell.text = attributes["boolean-value"].upper()
    elif not kind and "formula" in attributes and not lines:
        # A formula whose result is blank text has an empty line of text.
        cell.has_no_result = True
    elif not shown:
        cell.text = attributes.get("string-value", "")
    return cell

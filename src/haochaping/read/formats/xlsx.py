"""Read the details of an .xlsx, as a stream, because a sheet may have a million formatted rows."""

from __future__ import annotations

import posixpath
import re
import zipfile
from pathlib import Path
from typing import IO, Any
from xml.etree import ElementTree
from xml.parsers import expat

from haochaping.core.errors import refuse
from haochaping.read.formats.file_format import DAMAGED
from haochaping.read.formats.workbook_details import SheetDetails, percent_styles

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_TRUE = ("1", "true")
_CHUNK = 4_000_000
_EMPTY_CELL = re.compile(rb'<c r="[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]+")?(?: t="[a-z]+")?(?:/>|></c>)')
_EMPTY_ROW = re.compile(rb'<row r="[0-9]{1,7}"[^<>]*(?:/>|></row>)')


def xlsx_details(path: Path) -> dict[str, SheetDetails]:
    """Return the details by name of sheet.

    Raises
    ------
    InputRefused
        The parts of the file do not fit together.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _details(archive)
    except DAMAGED:
        raise refuse(path.name, "文件已损坏", "请用表格软件打开并另存为 .xlsx") from None


def _details(archive: zipfile.ZipFile) -> dict[str, SheetDetails]:
    parts = {name.lower(): name for name in archive.namelist()}
    styles: dict[int, int] = {}
    if "xl/styles.xml" in parts:
        root = ElementTree.fromstring(archive.read(parts["xl/styles.xml"]))
        codes = [(str(n.get("numFmtId")), str(n.get("formatCode"))) for n in root.findall(".//{*}numFmt")]
        used = root.find("{*}cellXfs")
        styles = percent_styles(codes, [str(xf.get("numFmtId")) for xf in (() if used is None else used)])
    relations = list(ElementTree.fromstring(archive.read(parts["xl/_rels/workbook.xml.rels"])))
    targets = {
        str(item.get("Id")): posixpath.normpath(posixpath.join("/xl", str(item.get("Target")))).lstrip("/")
        for item in relations
    }
    if len(targets) < len(relations):
        raise ValueError("two relations of one name")
    workbook = ElementTree.fromstring(archive.read(parts["xl/workbook.xml"]))
    marked = _marked_texts(archive, parts)
    sheet_scans: dict[str, _SheetScan] = {}
    sheet_elements = workbook.findall(".//{*}sheets/{*}sheet")
    if len({sheet.get("name") for sheet in sheet_elements}) < len(sheet_elements):
        raise ValueError(
            "a sheet is listed twice"
        )  # no office program does; thousands of times would take minutes
    for sheet in sheet_elements:
        scan = _SheetScan(styles, marked)
        scan.details.hidden = sheet.get("state", "visible") != "visible"
        part = targets[str(sheet.get(_RELATION) or sheet.get(_STRICT_RELATION))]
        with archive.open(parts[part.lower()]) as file:
            scan.read(file)
        if str(sheet.get("name")) in sheet_scans:
            raise ValueError("two sheets of one name")
        sheet_scans[str(sheet.get("name"))] = scan
    if any(item.get("fullCalcOnLoad") in _TRUE for item in workbook.findall(".//{*}calcPr")):
        _record_uncalculated_formulas(list(sheet_scans.values()))
    return {name: scan.details for name, scan in sheet_scans.items()}


def _marked_texts(archive: zipfile.ZipFile, parts: dict[str, str]) -> set[str]:
    """Return the numbers of shared texts with raised or struck-out digits: 2122¹ would be read as 21221."""
    part = parts.get("xl/sharedstrings.xml")
    content = archive.read(part) if part else b""
    if b"vertAlign" not in content and b"strike" not in content:
        return set()
    marked = set()
    for number, item in enumerate(ElementTree.fromstring(content)):
        pieces = ["".join(run.itertext()) for run in item.findall("{*}r") if _is_marked(run)]
        if any(char.isdigit() for piece in pieces for char in piece):
            marked.add(str(number))
    return marked


def _is_marked(run: ElementTree.Element) -> bool:
    raised, struck = run.find("{*}rPr/{*}vertAlign"), run.find("{*}rPr/{*}strike")
    return (raised is not None and raised.get("val") in ("superscript", "subscript")) or (
        struck is not None and struck.get("val", "1") in _TRUE
    )


def _record_uncalculated_formulas(sheet_scans: list[_SheetScan]) -> None:
    """Record formulas without a result in a workbook that asks to be calculated on loading.

    Programs that write formulas without calculating them store 0 for each; one other result proves a calculation.
    """
    if not any(scan.nonzero_results for scan in sheet_scans):
        for scan in sheet_scans:
            scan.details.without_value += scan.zero_results


class _SheetScan:
    """XML handlers that collect the details of one sheet."""

    def __init__(self, styles: dict[int, int], marked: set[str]):
        self.details = SheetDetails()
        self._marked = marked
        self.zero_results: list[tuple[int, int]] = []
        self.nonzero_results = 0
        self._styles = styles
        self._row, self._column = -1, -1
        self._in_cell = self._formula = self._in_value = self._has_marks = False
        self._type = ""
        self._text: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._data

    def read(self, file: IO[bytes]) -> None:
        """Scan the sheet; formatted but empty rows, of which there may be a million, are cut out before parsing."""
        rest = b""
        while chunk := file.read(_CHUNK):
            chunk = rest + chunk
            end = max(chunk.rfind(b"<"), 0)
            chunk, rest = chunk[:end], chunk[end:]
            self.parser.Parse(_EMPTY_ROW.sub(b"", _EMPTY_CELL.sub(b"", chunk)))
        self.parser.Parse(rest, True)

    def _start(self, tag: str, attributes: dict[str, Any]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            self._begin_cell(attributes)
        elif self._in_cell:
            self._formula = self._formula or name == "f"
            self._in_value = name in ("v", "t")
            self.details.record_extent(self._row, self._column)
            self._has_marks = self._has_marks or name in ("vertAlign", "strike")
        elif name == "row":
            self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
            self._column = -1
            if attributes.get("hidden") in _TRUE or _is_zero(attributes.get("ht")):
                self.details.hidden_rows.add(self._row)
        elif name == "col" and (attributes.get("hidden") in _TRUE or _is_zero(attributes.get("width"))):
            self.details.hidden_columns.append((int(attributes["min"]) - 1, int(attributes["max"]) - 1))

    def _begin_cell(self, attributes: dict[str, Any]) -> None:
        match = _CELL.fullmatch(attributes.get("r", ""))
        if match:
            self._row, self._column = int(match[2]) - 1, _column_index(match[1])
        elif "r" in attributes:
            raise ValueError(attributes["r"])  # another reader might understand it otherwise
        else:
            self._column += 1
        self._in_cell, self._formula, self._has_marks, self._text = True, False, False, []
        self._type = attributes.get("t", "")
        decimals = self._styles.get(int(attributes.get("s", 0)))
        if decimals is not None:
            self.details.percents[self._row, self._column] = decimals

    def _data(self, text: str) -> None:
        if self._in_value:
            self._text.append(text)

    def _end(self, tag: str) -> None:
        self._in_value = False
        if not self._in_cell or tag.rpartition(":")[2] != "c":
            return
        self._in_cell = False
        at, text = (self._row, self._column), "".join(self._text)
        if text:
            self.details.record_content(*at)
        if self._has_marks or (self._type == "s" and text in self._marked):
            self.details.marked.append(at)
        if self._type == "e":
            self.details.errors.append((*at, text or "#N/A"))
        elif self._formula and text == "0":
            self.zero_results.append(at)
        elif self._formula and not text and self._type != "str":
            # A formula whose result is blank text stores nothing, and says so by its type.
            self.details.without_value.append(at)
            self.details.record_content(*at)
        elif self._formula:
            self.nonzero_results += 1


def _column_index(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def _is_zero(size: str | None) -> bool:
    return size is not None and float(size) == 0

"""Read the details of an old workbook (.xls).

The file is a small file system (MS-CFB, read by olefile) with one stream of records (MS-XLS). Of the records only
those are looked at that say formats, hidden rows and columns, formulas and errors: calamine gives values alone, and
xlrd does not say which formula has never been calculated, which would let a blank pass for a missing figure.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import olefile

from haochaping.core.errors import refuse
from haochaping.read.formats.file_format import DAMAGED
from haochaping.read.formats.workbook_details import SheetDetails, percent_styles

_BIFF8 = 0x0600
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_BOF, _EOF, _ENCRYPTED, _SHEET, _FORMAT, _STYLE = 0x0809, 0x000A, 0x002F, 0x0085, 0x041E, 0x00E0
_ROW, _COLUMNS, _FORMULA, _NUMBER, _SHORT_NUMBER, _NUMBERS = 0x0208, 0x007D, 0x0006, 0x0203, 0x027E, 0x00BD
_TEXTS, _LOGICAL = (0x00FD, 0x0204, 0x00D6), 0x0205
_HIDDEN_ROW, _CALCULATE_ON_LOAD = 0x20, 0x02
_ERROR_RESULT, _BLANK_RESULT = 2, 3


def xls_details(path: Path) -> dict[str, SheetDetails]:
    """Return the details by name of sheet.

    Raises
    ------
    InputRefused
        It is encrypted, damaged, or older than Excel 97.
    """
    try:
        stream = _workbook_stream(path)
        version = struct.unpack_from("<H", stream, 4)[0]
        if version == _BIFF8:
            return _details(stream, path.name)
    except DAMAGED:
        raise refuse(path.name, "文件已损坏", "请用表格软件打开并另存为 .xlsx") from None
    raise refuse(path.name, "Excel 95 或更早的表格", "请用表格软件打开并另存为 .xlsx")


def _workbook_stream(path: Path) -> bytes:
    """The stream of records inside the file system: ``Workbook``, in Excel 5 and 95 ``Book``."""
    with olefile.OleFileIO(BytesIO(path.read_bytes())) as file_system:
        stream = file_system.openstream("Workbook" if file_system.exists("Workbook") else "Book")
        return bytes(stream.read())


# --- the records -------------------------------------------------------------------------------------


def _records(stream: bytes, at: int = 0) -> Iterator[tuple[int, bytes]]:
    """Yield kind and content of the records of one part, without those of nested parts."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth == 1:
            yield kind, stream[at + 4 : at + 4 + length]
        if depth == 0:
            return
        at += 4 + length
    raise ValueError(at)


def _details(stream: bytes, place: str) -> dict[str, SheetDetails]:
    sheets: list[tuple[str, int, bool]] = []
    codes: list[tuple[str, str]] = []
    styles: list[str] = []
    for kind, content in _records(stream):
        if kind == _ENCRYPTED:
            raise refuse(place, "已加密", "请解除密码后放入")
        if kind == _SHEET:
            start, state, sheet_type = struct.unpack_from("<IBB", content)
            if sheet_type == 0:
                sheets.append((_text(content, content[6], 7), start, bool(state & 3)))
        elif kind == _FORMAT:
            number, length = struct.unpack_from("<HH", content)
            codes.append((str(number), _text(content, length, 4)))
        elif kind == _STYLE:
            styles.append(str(struct.unpack_from("<H", content, 2)[0]))
    percents = percent_styles(codes, styles)
    found = {}
    for name, start, hidden in sheets:
        details = found[name] = SheetDetails(hidden=hidden)
        for kind, content in _records(stream, start):
            _record_details(kind, content, details, percents)
    return found


def _text(content: bytes, length: int, flag_at: int) -> str:
    """Read a string of `length` characters of one or two bytes each, as its flag says."""
    wide = content[flag_at] & 1
    begin = flag_at + 1
    raw = content[begin : begin + length * (2 if wide else 1)]
    return raw.decode("utf-16-le" if wide else "latin-1")


def _record_details(kind: int, content: bytes, details: SheetDetails, percents: dict[int, int]) -> None:
    if kind == _ROW:
        row, flags = struct.unpack_from("<H10xH", content)
        if flags & _HIDDEN_ROW:
            details.hidden_rows.add(row)
    elif kind == _COLUMNS:
        first, last, width, _, flags = struct.unpack_from("<5H", content)
        if flags & 1 or not width:
            details.hidden_columns.append((first, last))
    elif kind == _NUMBERS:
        row, first = struct.unpack_from("<HH", content)
        for i in range((len(content) - 6) // 6):
            style = struct.unpack_from("<H", content, 4 + 6 * i)[0]
            _cell(details, row, first + i, percents.get(style))
    elif kind in (_NUMBER, _SHORT_NUMBER, _FORMULA, _LOGICAL, *_TEXTS):
        row, column, style = struct.unpack_from("<HHH", content)
        _cell(details, row, column, percents.get(style))
        if kind == _LOGICAL and content[7]:
            details.errors.append((row, column, _ERRORS.get(content[6], "#N/A")))
        elif kind == _FORMULA:
            _formula(content, row, column, details)


def _cell(details: SheetDetails, row: int, column: int, decimals: int | None) -> None:
    details.record_content(row, column)
    if decimals is not None:
        details.percents[row, column] = decimals


def _formula(content: bytes, row: int, column: int, details: SheetDetails) -> None:
    """Record errors, and formulas without a result: to be calculated on loading, or with a blank one."""
    result, flags = content[6:14], struct.unpack_from("<H", content, 14)[0]
    special = result[6:] == b"\xff\xff"
    if special and result[0] == _ERROR_RESULT:
        details.errors.append((row, column, _ERRORS.get(result[2], "#N/A")))
    elif flags & _CALCULATE_ON_LOAD or (special and result[0] == _BLANK_RESULT):
        details.without_value.append((row, column))

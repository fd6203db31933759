"""Tables in plain text without serial numbers: each line is a name and its cells, so the numbers can be put in.

Only a table of which every row is one whole line is numbered; all others are left as they are and refused as before.
"""

from __future__ import annotations

from collections.abc import Sequence

from haochaping.core.text import normalize_for_comparison
from haochaping.read.grid.table_meaning import fold_heading
from haochaping.read.text.lines import Line, make_line
from haochaping.reference.reference import Reference

_FEWEST_COLUMNS = 2


def number_rows(lines: Sequence[Line], reference: Reference) -> list[Line]:
    """The lines, with 序号 before the header and 1, 2, 3 … before the rows of tables that have none."""
    names = {
        fold_heading(heading) for group in reference.declaration.groups.values() for heading in group.headings
    }
    numbered: list[Line] = []
    i = 0
    while i < len(lines):
        rows = _rows_below(lines, i, reference) if _is_header(lines[i], names, reference) else []
        if not rows:
            numbered.append(lines[i])
            i += 1
            continue
        numbered.append(_with_token(reference.declaration.serial_headings[0], lines[i], reference))
        count = 0
        for row in rows:
            is_unit = not _is_total(row, reference)
            count += is_unit
            numbered.append(_with_token(str(count), row, reference) if is_unit else row)
        i += 1 + len(rows)
    return numbered


def _is_header(line: Line, names: set[str], reference: Reference) -> bool:
    """Whether a line is a heading of names followed by headings, one of them known."""
    if len(line.tokens) < _FEWEST_COLUMNS or fold_heading(line.tokens[0].text) not in names:
        return False
    known = {fold_heading(heading) for heading in reference.headings} - names
    return line.is_text and any(fold_heading(token.text) in known for token in line.tokens[1:])


def _rows_below(lines: Sequence[Line], header: int, reference: Reference) -> list[Line]:
    """The lines after a header that are a name and one value for each further column."""
    cells = len(lines[header].tokens) - 1
    rows: list[Line] = []
    for line in lines[header + 1 :]:
        kinds = [token.kind for token in line.tokens]
        if len(kinds) != cells + 1 or kinds[0] != "text" or set(kinds[1:]) != {"value"}:
            break
        rows.append(line)
    return rows if any(not _is_total(row, reference) for row in rows) else []


def _is_total(line: Line, reference: Reference) -> bool:
    return normalize_for_comparison(line.tokens[0].text).rstrip(":") in reference.totals


def _with_token(text: str, line: Line, reference: Reference) -> Line:
    return make_line(line.number, f"{text} {line.text}", reference.no_value)

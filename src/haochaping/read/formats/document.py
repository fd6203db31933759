"""Read a document of text lines and tables: the common form of Word files, web pages and ruled PDF pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from haochaping.cleaning.number_or_missing import is_number
from haochaping.core.errors import InputRefused, refuse
from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.core.text import normalize_for_comparison
from haochaping.read.assemble import assemble
from haochaping.read.grid.grid import Grid
from haochaping.read.grid.header_rows import HeaderFinder
from haochaping.read.grid.read_grids import read_grids
from haochaping.read.grid.titles import NOTE_BEGINS, UNIT_LINE, annex_heading
from haochaping.read.text.lines import Line, make_line
from haochaping.read.text.narrative import read_narrative
from haochaping.reference.reference import Reference

DocumentBlock = str | Grid
"""A line of text or a table, in the order of the document."""
MOST_HEADING_LINES = 4


def read_document(
    blocks: Sequence[DocumentBlock],
    quarter: Period,
    reference: Reference,
    place: str,
    source_kind: str = "published bulletin",
) -> QuarterData:
    """Read the quarter from a document's text and tables.

    The text before the first annex is the narrative; text between two tables is the note of the upper one and heading
    and title of the lower one.

    Raises
    ------
    InputRefused
        There is no annex table, a table cannot be read with certainty, or there are figures outside the tables.
    """
    annexes, texts_between = _annex_grids(blocks, reference)
    if not annexes:
        raise refuse(
            place,
            "没有附件表格",
            f"应有带{reference.declaration.first_headings}表头的表格（图片中的表格不能读取）",
        )
    lines = [
        make_line(number, text, reference.no_value) for number, text in enumerate(texts_between[0], start=1)
    ]
    grids = _with_surrounding_text(annexes, texts_between[1:], reference, lines)
    tables, problems, _ = read_grids(grids, reference)
    if problems:
        raise InputRefused(problems)
    narrative = read_narrative(lines, place)
    return assemble(narrative, tables, quarter, reference, place, source_kind)


def _annex_grids(blocks: Sequence[DocumentBlock], reference: Reference) -> tuple[list[Grid], list[list[str]]]:
    """Return the grids that hold annexes, and the texts before, between and after; other tables count as text."""
    grids: list[Grid] = []
    texts: list[list[str]] = [[]]
    finder = HeaderFinder(reference)
    for block in blocks:
        if isinstance(block, str):
            texts[-1] += [line for line in block.splitlines() if line.split()]
            continue
        if grids and not texts[-1] and (rest := _without_repeated_header(grids[-1], block)):
            grids[-1] = _join_grids(grids[-1], rest)
        elif finder.holds_annex(block):
            grids.append(block)
            texts.append([])
        elif grids and not texts[-1] and _is_continuation(grids[-1], block):
            grids[-1] = _join_grids(grids[-1], block)
        elif finder.holds_table(block):
            grids.append(block)
            texts.append([])
        elif _holds_figures(block):
            raise refuse(
                f"{block.place} 第 {block.numbers[0]} 行",
                " ".join(block.texts(0))[:80],
                "表格有数据而没有表头",
            )
        else:
            texts[-1] += [" ".join(block.texts(row)) for row in range(len(block.rows)) if block.texts(row)]
    return grids, texts


def _without_repeated_header(above: Grid, below: Grid) -> Grid | None:
    """Return `below` without the header that it repeats from `above`; None if it repeats none."""
    if not below.rows or below.rows[0] not in above.rows:
        return None
    first = above.rows.index(below.rows[0])
    size = 0
    while (
        size < len(below.rows)
        and above.rows[first + size : first + size + 1] == below.rows[size : size + 1]
        and not any(map(is_number, below.rows[size]))  # a row of figures twice is no header
    ):
        size += 1
    if not size:
        return None
    if size == len(below.rows):
        return None
    covered_cells = {(row - size, column) for row, column in below.covered if row >= size}
    rest = replace(
        below, rows=below.rows[size:], numbers=below.numbers[size:], covered=frozenset(covered_cells)
    )
    return _without_repeated_header(above, rest) or rest


def _is_continuation(above: Grid, below: Grid) -> bool:
    """Whether a table without a header continues one of the page before: it has the same number of columns.

    A single row without a figure counts too: it may be a total, or a unit whose cells are all ``/``.
    """
    return bool(below.rows) and len(above.rows[0]) == len(below.rows[0])


def _join_grids(above: Grid, below: Grid) -> Grid:
    """Join two grids; a row that was cut at the page end (no figure in its lower part, not all cells) is joined too."""
    if not any(is_number(text) for text in below.rows[0]) and not all(below.rows[0]):
        last = tuple(one + two for one, two in zip(above.rows[-1], below.rows[0], strict=True))
        above = replace(above, rows=(*above.rows[:-1], last))
        below = replace(below, rows=below.rows[1:], numbers=below.numbers[1:])
    size = len(above.rows)
    covered = {(row + size, column) for row, column in below.covered}
    return replace(
        above,
        rows=above.rows + below.rows,
        numbers=above.numbers + tuple(range(above.numbers[-1] + 1, above.numbers[-1] + 1 + len(below.rows))),
        covered=above.covered | covered,
    )


def _holds_figures(grid: Grid) -> bool:
    return any(sum(is_number(text) for text in grid.texts(row)) > 1 for row in range(len(grid.rows)))


def _with_surrounding_text(
    grids: Sequence[Grid], between: Sequence[Sequence[str]], reference: Reference, lines: list[Line]
) -> list[Grid]:
    """Add heading and title above and the note below to each grid; these lines are removed from `lines`."""
    heading_lines = [_heading_lines(lines)]
    del lines[len(lines) - len(heading_lines[0]) :]
    notes: list[list[str]] = []
    for number, texts in enumerate(between):
        lines_between = [make_line(i, text, reference.no_value) for i, text in enumerate(texts, start=1)]
        if number + 1 < len(grids):
            head = _heading_lines(lines_between)
            notes.append(texts[: len(lines_between) - len(head)])  # type: ignore[arg-type]
            heading_lines.append(head)
        else:
            notes.append(list(texts))
    return [
        replace(grid, above=tuple(line.text for line in head), below=tuple(_note_only(note, grid)))
        for grid, head, note in zip(grids, heading_lines, notes, strict=True)
    ]


def _heading_lines(lines: Sequence[Line]) -> list[Line]:
    """Return the last lines of `lines`, which are heading and title of the table below."""
    last = list(lines[-MOST_HEADING_LINES:])
    for i in range(len(last) - 1, -1, -1):
        if annex_heading(last[i].text) and not _lists_annexes(last[i]):
            return last[i:]
    title: list[Line] = []
    for line in reversed(last):
        if NOTE_BEGINS.match(line.folded) or line.folded.endswith(("。", ";", ":", "日")) or len(title) > 1:
            break
        title.insert(0, line)
        if not UNIT_LINE.fullmatch(line.folded):
            break
    return title


def _lists_annexes(line: Line) -> bool:
    """Whether the line is the list of annexes (附件：1.…2.…) rather than a heading."""
    return normalize_for_comparison(line.text).startswith("附件:1.") or "2." in line.folded


def _note_only(texts: Sequence[str], grid: Grid) -> list[str]:
    """Return the lines below a table; refuse lines of figures among them, which belong to no table."""
    for text in texts:
        pieces = text.split()
        figures = sum(is_number(piece) for piece in pieces)
        if figures > 2 and figures * 2 > len(pieces):
            raise refuse(f"{grid.place} 之后", text[:80], "备注之后不应再有数据；另有表格的应有表头")
    return list(texts)

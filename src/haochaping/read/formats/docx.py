"""Word files (.docx) as text lines and tables.

Read from the document's own XML through python-docx: text that was deleted in a revision is left out,
text that was inserted is in, as a reader of the document sees it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from haochaping.core.errors import refuse
from haochaping.read.formats.document import DocumentBlock
from haochaping.read.grid.grid import MOST_COLUMNS, MOST_ROWS, SET_APART, make_grid

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_LEFT_OUT = {f"{_W}del", f"{_W}moveFrom", f"{_W}txbxContent", f"{_MC}Fallback", f"{_W}pPr", f"{_W}rPr"}
"""Deleted or moved text, text boxes (page furniture), and fallback copies of newer kinds of content."""
_LONGEST_SPAN = 9
"""Digits; a longer number means too many columns anyway, so the rest is cut off."""


MOST_PARAGRAPHS = 20_000
"""A bulletin has a few hundred."""


def read_word(path: Path) -> list[DocumentBlock]:
    """Return the paragraphs and tables of a Word file, in order.

    Raises
    ------
    InputRefused
        It is not a Word document that can be opened, or is too large.
    """
    from docx import Document

    try:
        body = Document(str(path)).element.body
    except Exception as error:  # python-docx raises many kinds for files that are no documents
        raise refuse(path.name, type(error).__name__, "应为未加密、未损坏的 Word 文件（.docx）") from None
    count = 0
    blocks: list[DocumentBlock] = []
    for element in _paragraphs_and_tables(body):
        if len(blocks) >= MOST_PARAGRAPHS:
            raise refuse(path.name, f"超过 {MOST_PARAGRAPHS} 个段落", "不是一份通报；请只保留通报正文和附件")
        if element.tag == f"{_W}p":
            blocks.append(_text(element))
        else:
            count += 1
            blocks.append(_table(element, f"{path.name} 表 {count}"))
    return blocks


def _paragraphs_and_tables(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables in order, also those inside content controls and revisions."""
    for child in parent:
        if child.tag in (f"{_W}p", f"{_W}tbl"):
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml"):
            yield from _paragraphs_and_tables(child)


def _text(element: Any, *, in_cell: bool = False) -> str:
    """Return the text of a paragraph; in a cell, raised, struck-out or hidden text is put into `SET_APART` brackets."""
    pieces: list[str] = []

    def walk(node: Any) -> None:
        for child in node:
            if child.tag in _LEFT_OUT:
                continue
            if in_cell and child.tag == f"{_W}r" and _is_marked(child) and (text := _text(child)):
                pieces.append(f"{SET_APART[0]}{text}{SET_APART[1]}")
                continue
            if child.tag == f"{_W}t":
                pieces.append(child.text or "")
            elif child.tag == f"{_W}noBreakHyphen":
                pieces.append("-")
            elif child.tag in (f"{_W}tab", f"{_W}br", f"{_W}cr"):
                pieces.append("\n" if child.tag != f"{_W}tab" else " ")
            else:
                walk(child)

    walk(element)
    return "".join(pieces)


def _is_marked(run: Any) -> bool:
    """Whether a run is raised (a footnote mark), struck out or hidden."""
    properties = run.find(f"{_W}rPr")
    if properties is None:
        return False
    for name in ("strike", "dstrike", "vanish"):
        switch = properties.find(f"{_W}{name}")
        if switch is not None and switch.get(f"{_W}val", "1") not in ("0", "false", "off"):
            return True
    raised = properties.find(f"{_W}vertAlign")
    return raised is not None and raised.get(f"{_W}val") in ("superscript", "subscript")


def _cell_text(cell: Any, place: str, row: int) -> str:
    lines = []
    for element in _paragraphs_and_tables(cell):
        if element.tag == f"{_W}p":
            lines.append(_text(element, in_cell=True).strip())
        elif text := "".join(_text(element).split()):
            raise refuse(f"{place} 第 {row} 行", text[:80], "单元格中套有另一个表格；请把它移到外面")
    return "\n".join(filter(None, lines))


def _table(element: Any, place: str) -> Any:
    """Return a table as a grid; merged cells are recognised by gridSpan and vMerge."""
    rows: list[list[str]] = []
    merged: list[tuple[int, int, int, int]] = []
    open_below: dict[int, tuple[int, int, int]] = {}
    for r, tr in enumerate(_rows(element)):
        if tr.find(f"{_W}trPr/{_W}hidden") is not None and (text := "".join(_text(tr).split())):
            raise refuse(f"{place} 第 {r + 1} 行", text[:80], "隐藏的行；请取消隐藏并核对，或删去")
        row = [""] * _number(tr, "trPr/gridBefore")
        if r >= MOST_ROWS:
            raise refuse(place, "表格过大", f"不应超过 {MOST_ROWS} 行 {MOST_COLUMNS} 列")
        for tc in _cells(tr):
            at, span = len(row), _number(tc, "tcPr/gridSpan") or 1
            if at + span > MOST_COLUMNS:
                raise refuse(place, "表格过大", f"不应超过 {MOST_ROWS} 行 {MOST_COLUMNS} 列")
            vertical = tc.find(f"{_W}tcPr/{_W}vMerge")
            text = _cell_text(tc, place, r + 1)
            is_continuation = vertical is not None and vertical.get(f"{_W}val", "continue") == "continue"
            if is_continuation and at in open_below:
                top, left, right = open_below[at]
                merged.append((top, left, r, right))
                text = ""
            elif vertical is not None:
                open_below[at] = (r, at, at + span - 1)
            else:
                open_below.pop(at, None)
            if span > 1:
                merged.append((r, at, r, at + span - 1)) if not is_continuation else None
            row += [text, *[""] * (span - 1)]
        rows.append(row)
    merged.sort(key=lambda area: (area[0], area[1], area[2]))
    return make_grid(rows, place, merged=merged)


def _rows(table: Any) -> Iterator[Any]:
    for child in table:
        if child.tag == f"{_W}tr":
            if child.find(f"{_W}trPr/{_W}del") is None:  # a row deleted in a revision
                yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins"):
            yield from _rows(child)


def _cells(row: Any) -> Iterator[Any]:
    for child in row:
        if child.tag == f"{_W}tc":
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent"):
            yield from _cells(child)


def _number(element: Any, path: str) -> int:
    found = element.find("/".join(f"{_W}{part}" for part in path.split("/")))
    text = str(found.get(f"{_W}val", 0)) if found is not None else ""
    return min(int(text[:_LONGEST_SPAN]), MOST_COLUMNS + 1) if text.isdecimal() else 0

"""Saved web pages (.html) as text lines and tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from haochaping.cleaning.decode import decode
from haochaping.errors import refuse
from haochaping.sources.document import Block
from haochaping.sources.grid import MOST_COLUMNS, Grid, make_grid

_LEFT_OUT = {"script", "style", "noscript", "template", "head", "select", "nav", "svg"}
_LINES = {
    "p",
    "div",
    "br",
    "li",
    "tr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "section",
    "article",
    "td",
    "th",
    "table",
}


def read_webpage(path: Path) -> list[Block]:
    """Text and tables of a saved page, in order; a table that only lays out others counts as text.

    Raises
    ------
    InputRefused
        It holds no text.
    """
    from lxml import html

    text = decode(path.read_bytes(), path.name)
    try:
        root = html.document_fromstring(text.encode("utf-8"), parser=html.HTMLParser(encoding="utf-8"))
    except Exception as error:  # lxml raises several kinds for what is no page
        raise refuse(path.name, type(error).__name__, "应为保存下来的网页（.html）") from None
    body = root.find("body")
    blocks = list(_blocks(root if body is None else body, path.name, [0]))
    return _from_title(_joined(blocks))


def _from_title(blocks: list[Block]) -> list[Block]:
    """Blocks from the bulletin's title on: what stands above belongs to the site."""
    for i, block in enumerate(blocks):
        if isinstance(block, Grid):
            break
        if "季度" in block or block.startswith("关于"):
            return blocks[i - 1 :] if i and block.startswith("关于") else blocks[i:]
    return blocks


def _blocks(element: Any, place: str, count: list[int]) -> Iterator[Block]:
    """Pieces of text (a line break is a piece of its own) and tables."""
    if not isinstance(element.tag, str) or element.tag in _LEFT_OUT:
        return
    if element.tag == "table" and element.find(".//table") is None:
        count[0] += 1
        yield _table(element, f"{place} 表 {count[0]}")
        return
    is_line = element.tag in _LINES
    if is_line:
        yield "\n"
    if element.text:
        yield element.text
    for child in element:
        yield from _blocks(child, place, count)
        if child.tail:
            yield child.tail
    if is_line:
        yield "\n"


def _joined(pieces: list[Block]) -> list[Block]:
    """Lines of text put together from pieces; blanks inside a line fold."""
    blocks: list[Block] = []
    text = ""

    def flush() -> None:
        nonlocal text
        blocks.extend(" ".join(line.split()) for line in text.split("\n") if line.split())
        text = ""

    for piece in pieces:
        if isinstance(piece, Grid):
            flush()
            blocks.append(piece)
        else:
            text += piece if piece == "\n" else " ".join(piece.split("\n"))
    flush()
    return blocks


def _table(table: Any, place: str) -> Grid:
    rows: list[list[str]] = []
    merged: list[tuple[int, int, int, int]] = []
    taken: dict[tuple[int, int], bool] = {}
    for r, tr in enumerate(table.iter("tr")):
        row: list[str] = []
        for cell in tr:
            if cell.tag not in ("td", "th"):
                continue
            while taken.get((r, len(row))):
                row.append("")
            down, across = _span(cell, "rowspan"), _span(cell, "colspan")
            at = len(row)
            if down > 1 or across > 1:
                merged.append((r, at, r + down - 1, at + across - 1))
                for below in range(1, down):
                    for right in range(across):
                        taken[r + below, at + right] = True
            row += ["".join(" ".join(cell.itertext()).split()), *[""] * (across - 1)]
        rows.append(row)
    return make_grid(rows, place, merged=merged)


def _span(cell: Any, name: str) -> int:
    value = str(cell.get(name, "1")).strip()
    return min(int(value), MOST_COLUMNS) if value.isdecimal() and int(value) else 1

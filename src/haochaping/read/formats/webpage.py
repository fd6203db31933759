"""Read saved web pages (.html, .mht) as text lines and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from haochaping.cleaning.decode_text import decode
from haochaping.cleaning.period_mentions import period_mentions
from haochaping.core.errors import InputRefused, Problem, refuse
from haochaping.core.period import HALF_YEAR, MONTH
from haochaping.read.formats.archived_webpage import is_archived_page, page_of
from haochaping.read.formats.document import DocumentBlock
from haochaping.read.grid.grid import MOST_COLUMNS, MOST_ROWS, SET_APART, Grid, make_grid

LONGEST_PAGE = 10_000_000
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
_SET_APART = {"sup", "sub", "s", "strike", "del"}
"""Elements for footnote marks and struck-out text, which are not part of a number."""
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CHARSET = re.compile(r"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_READ_CHARSETS = ("utf-8", "utf8", "gb2312", "gbk", "gb18030", "x-gbk", "unicode", "utf-16", "us-ascii")
_BLANKS = re.compile(r"\s+")
_LONGEST_SPAN = 9
"""Digits; more are as many columns as too many."""
_RATINGS = re.compile(r"好差评|评价|通报|办理情况")
_SEVERAL_SHEETS = re.compile(r"<frameset|<x:worksheetsource", re.IGNORECASE)


def page_text(path: Path) -> str:
    """Return the HTML of a saved page.

    Raises
    ------
    InputRefused
        It is not text, or declares an encoding that is not supported.
    """
    content = path.read_bytes()
    text = decode(content, path.name)
    if is_archived_page(text[:4000].lstrip()):
        return page_of(content.lstrip(), path.name)
    declared = _CHARSET.search(text[:5000])
    if declared and declared[1].lower() not in _READ_CHARSETS:
        raise refuse(path.name, f"网页编码 {declared[1]}", "应为 UTF-8 或 GB18030（gb2312、gbk）编码")
    return text


def read_webpage(path: Path) -> list[DocumentBlock]:
    """Read text and tables of a saved page, in order; a table around other tables is treated as text.

    Raises
    ------
    InputRefused
        It is too large, not a page, or has figures that the page does not show.
    """
    from lxml import html

    text = page_text(path)
    if len(text) > LONGEST_PAGE:
        raise refuse(
            path.name, f"{len(text)} 个字符", f"网页不应超过 {LONGEST_PAGE} 个字符；请另存为“网页，仅 HTML”"
        )
    if _SEVERAL_SHEETS.search(text):
        raise refuse(path.name, "多个工作表的网页", "各表在另外的文件中；请用表格软件打开并另存为 .xlsx")
    try:
        root = html.document_fromstring(text.encode("utf-8"), parser=html.HTMLParser(encoding="utf-8"))
    except Exception as error:  # lxml raises several kinds for what is no page
        raise refuse(path.name, type(error).__name__, "应为保存下来的网页（.html）") from None
    body = root.find("body")
    blocks = list(_blocks(root if body is None else body, path.name, [0]))
    return _drop_before_title(_join_lines(blocks))


def _drop_before_title(blocks: list[DocumentBlock]) -> list[DocumentBlock]:
    """Return the blocks from the bulletin's title on; those before belong to the web site."""
    for i, block in enumerate(blocks):
        if isinstance(block, Grid):
            break
        if "季度" in block or block.startswith("关于") or _names_period(block):
            return blocks[i - 1 :] if i and block.startswith("关于") else blocks[i:]
    return blocks


def _names_period(line: str) -> bool:
    """Whether a line is the title of a month's or half-year's bulletin; other pages of the site name years too."""
    mentions = period_mentions(line) if _RATINGS.search(line) else []
    return any(
        mention.period is not None and mention.period.kind in (MONTH, HALF_YEAR) for mention in mentions
    )


def _blocks(element: Any, place: str, count: list[int]) -> Iterator[DocumentBlock]:
    """Yield pieces of text (a line break is a piece of its own) and tables."""
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


def _join_lines(pieces: list[DocumentBlock]) -> list[DocumentBlock]:
    """Join pieces to lines of text; runs of blanks become one."""
    blocks: list[DocumentBlock] = []
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


# --- tables ------------------------------------------------------------------------------------------


def _table(table: Any, place: str) -> Grid:
    rows: list[list[str]] = []
    merged: list[tuple[int, int, int, int]] = []
    covered: set[tuple[int, int]] = set()
    problems: list[Problem] = []
    hidden_columns = _hidden_columns(table)
    for r, tr in enumerate(table.iter("tr")):
        row: list[str] = []
        for cell in tr:
            if cell.tag not in ("td", "th"):
                continue
            while (r, len(row)) in covered:
                row.append("")
            down, across = _span(cell, "rowspan"), _span(cell, "colspan")
            at = len(row)
            if down > 1 or across > 1:
                merged.append((r, at, r + down - 1, at + across - 1))
                covered.update((r + below, at + right) for below in range(1, down) for right in range(across))
            row += [_cell_text(cell), *[""] * (across - 1)]
            if hidden := _hidden_text(tr, cell) or (row[at] if at in hidden_columns else ""):
                problems.append(
                    Problem(f"{place} 第 {r + 1} 行", hidden[:80], "此处有网页上不显示的内容；请核对并删去")
                )
            if r >= MOST_ROWS or len(row) > MOST_COLUMNS or len(covered) > MOST_ROWS * MOST_COLUMNS:
                raise refuse(place, "表格过大", f"不应超过 {MOST_ROWS} 行 {MOST_COLUMNS} 列")
        rows.append(row)
    if problems and any(any(text.isdecimal() for text in row) for row in rows):
        raise InputRefused(problems)
    return make_grid(rows, place, merged=merged)


def _hidden_columns(table: Any) -> set[int]:
    hidden: set[int] = set()
    at = 0
    for column in table.iter("col"):
        span = _span(column, "span")
        if _is_hidden(column):
            hidden.update(range(at, at + span))
        at += span
    return hidden


def _hidden_text(row: Any, cell: Any) -> str:
    """What stands in a cell and is not shown."""
    for element in (row, *cell.iter()):
        if isinstance(element.tag, str) and element.tag not in _LEFT_OUT and _is_hidden(element):
            return " ".join("".join((cell if element is row else element).itertext()).split())
    return ""


def _is_hidden(element: Any) -> bool:
    return element.get("hidden") is not None or bool(_HIDDEN.search(element.get("style", "")))


def _cell_text(cell: Any) -> str:
    """A cell's text with single blanks; where the page breaks the line, the line is broken."""
    pieces: list[str] = []

    def walk(element: Any) -> None:
        if not isinstance(element.tag, str) or element.tag in _LEFT_OUT:
            return
        is_marked = element.tag in _SET_APART and "".join(element.itertext()).split()
        is_line = element.tag in _LINES and element is not cell
        pieces.append("\n" if is_line else SET_APART[0] if is_marked else "")
        pieces.append(_BLANKS.sub(" ", element.text or ""))
        for child in element:
            walk(child)
            pieces.append(_BLANKS.sub(" ", child.tail or ""))
        pieces.append("\n" if is_line else SET_APART[1] if is_marked else "")

    walk(cell)
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)


def _span(cell: Any, name: str) -> int:
    value = str(cell.get(name, "1")).strip()
    return min(int(value[:_LONGEST_SPAN]), MOST_COLUMNS) or 1 if value.isdecimal() else 1

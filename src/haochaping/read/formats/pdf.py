"""Read PDF files: ruled tables and the lines outside them, or only lines if no table is ruled.

A scanned PDF, which has images and no text, is refused, since reading images would be guessing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from haochaping.core.errors import InputRefused, refuse
from haochaping.read.formats.document import DocumentBlock
from haochaping.read.formats.memory_limit import memory_limited
from haochaping.read.grid.grid import Grid, make_grid
from haochaping.read.text.lines import is_decorated_mark, make_line

MOST_PAGES = 300
MARK_RATIO = 1.2
"""Ratio of sizes from which digits count as different; raised ones have some two thirds of the normal size."""
MAX_EXTRA_MEMORY = 600_000_000
"""Bytes. A compressed page can expand to any size, and every character on it is an object."""
FEWEST_COLUMNS = 3
"""A frame with fewer columns is a box around text and not an annex."""


def read_pdf(path: Path) -> list[DocumentBlock]:
    """Read lines and tables of a PDF, page by page, without page numbers.

    If no page has a ruled table, there are only lines, which the caller reads as plain text.

    Raises
    ------
    InputRefused
        It is encrypted, damaged, has too many pages, or pages without text (scanned).
    """
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect

    try:
        with memory_limited(MAX_EXTRA_MEMORY), pdfplumber.open(path) as document:
            if len(document.pages) > MOST_PAGES:
                raise refuse(path.name, f"{len(document.pages)} 页", f"通报不应超过 {MOST_PAGES} 页")
            blocks: list[DocumentBlock] = []
            for page in document.pages:
                blocks += _page(page, path.name, len([b for b in blocks if isinstance(b, Grid)]))
                page.close()
    except PDFPasswordIncorrect:
        raise refuse(path.name, "已加密", "请解除密码后放入") from None
    except InputRefused:
        raise
    except Exception as error:  # pdfminer raises many kinds for damaged files
        if isinstance(error, MemoryError) or isinstance(next(iter(error.args), None), MemoryError):
            raise refuse(path.name, "内容过多", "不是一份通报；请放入 Word 或表格文件") from None
        raise refuse(path.name, type(error).__name__, "应为未损坏的 PDF 文件") from None
    return blocks


def _page(page: Any, place: str, tables: int) -> list[DocumentBlock]:
    if not page.chars:
        if page.images:
            raise refuse(
                f"{place} 第 {page.page_number} 页",
                "只有图片，没有文字",
                "扫描件不能读取；请放入可以选取文字的 PDF、Word 或表格文件",
            )
        return []
    found = [
        table
        for table in page.find_tables()
        if len(table.rows) > 1 and len(table.rows[0].cells) >= FEWEST_COLUMNS
    ]
    found.sort(key=lambda table: table.bbox[1])
    blocks: list[DocumentBlock] = []
    top = 0.0
    for number, table in enumerate(found, start=tables + 1):
        blocks += _lines(page, top, table.bbox[1])
        name = f"{place} 表 {number}（第 {page.page_number} 页）"
        _refuse_marks(page, table, name)
        blocks.append(_grid(table, name))
        top = table.bbox[3]
    return _without_page_number([*blocks, *_lines(page, top, page.height)])


def _refuse_marks(page: Any, table: Any, place: str) -> None:
    """Refuse a cell with digits of two sizes: a raised footnote mark would be read as the last digit."""
    digits = [char for char in page.chars if char["text"].isdecimal()]
    if not digits or not _differ_in_size(digits):
        return
    for number, row in enumerate(table.rows, start=1):
        for cell in filter(None, row.cells):
            inside = [char for char in digits if _is_inside(char, cell)]
            if inside and _differ_in_size(inside):
                shown = "".join(char["text"] for char in inside)
                expected = "其中有大小不同的数字（可能是脚注标记）；请放入 Word、表格或删去标记后的文件"
                raise refuse(f"{place} 第 {number} 行", shown[:80], expected)


def _differ_in_size(chars: list[dict[str, Any]]) -> bool:
    sizes = [char["size"] for char in chars]
    return max(sizes) > min(sizes) * MARK_RATIO


def _is_inside(char: dict[str, Any], area: tuple[float, float, float, float]) -> bool:
    left, top, right, bottom = area
    return (
        left <= (char["x0"] + char["x1"]) / 2 < right and top <= (char["top"] + char["bottom"]) / 2 < bottom
    )


def _without_page_number(blocks: list[DocumentBlock]) -> list[DocumentBlock]:
    """Drop the page number (decorated, or digits alone in a line) at the top or bottom of a page."""

    def is_mark(block: DocumentBlock) -> bool:
        if not isinstance(block, str):
            return False
        stripped = block.strip()
        return is_decorated_mark(make_line(1, block, {})) or (stripped.isdecimal() and len(stripped) <= 3)

    if blocks and is_mark(blocks[-1]):
        blocks = blocks[:-1]
    return blocks[1:] if blocks and is_mark(blocks[0]) else blocks


def _lines(page: Any, top: float, bottom: float) -> list[DocumentBlock]:
    """Return the lines of text between two heights of the page; the middle of a character decides."""

    def is_between(thing: dict[str, Any]) -> bool:
        return thing["object_type"] != "char" or top <= (thing["top"] + thing["bottom"]) / 2 < bottom

    text = page.filter(is_between).extract_text() or ""
    return [line for line in text.split("\n") if line.split()]


def _grid(table: Any, place: str) -> Grid:
    """Read a ruled table; text wrapped inside a cell is joined, merged cells are filled."""
    texts = [["".join((text or "").split()) for text in row] for row in table.extract()]
    return make_grid(texts, place, merged=_merged(table))


def _merged(table: Any) -> list[tuple[int, int, int, int]]:
    """Return merged areas, for which pdfplumber has None in all cells but the first."""
    columns = sorted({round(cell[0]) for row in table.rows for cell in row.cells if cell})
    tops = sorted({round(cell[1]) for row in table.rows for cell in row.cells if cell})
    areas = []
    for r, row in enumerate(table.rows):
        for c, cell in enumerate(row.cells):
            if cell is None:
                continue
            right = sum(x < round(cell[2]) - 2 for x in columns) - 1
            bottom = sum(y < round(cell[3]) - 2 for y in tops) - 1
            if right > c or bottom > r:
                areas.append((r, c, max(r, bottom), max(c, right)))
    return areas

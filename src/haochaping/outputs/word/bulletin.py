"""The official bulletin (通报) as a Word file, laid out by GB/T 9704-2012: the paper to be circulated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from math import ceil
from pathlib import Path
from typing import Any

from haochaping.checks.check_report import CheckReport
from haochaping.core.labels import bulletin_title
from haochaping.core.model import QuarterData
from haochaping.figures.figure import Figures
from haochaping.outputs.published.file_names import DRAFT, FINAL
from haochaping.outputs.word import official_layout as word
from haochaping.outputs.word.official_layout import Style, element, paragraph, run
from haochaping.present.annex_grid import AnnexGrid, annex_grids, chinese_date
from haochaping.present.bulletin_text import HEADING, SUBHEADING, bulletin_text
from haochaping.reference.reference import Reference

DRAFT_HEADING = "草稿：以下各处须更正后方可印发，印发前删去本页"
TABLE_SIZES = (12, 10.5, 9, 7.5, 6.5, 5.5)
SMALLEST_UPRIGHT, SMALLEST_WITH_ONE_LINE = 7.5, 7.5
"""Sizes in points below which a table stands on a landscape page, and below which its headings take two lines."""
TITLE_SIZES = (22, 18, 16)
MOST_NAME_CHARACTERS = 18
"""Characters of a unit's name on one line of a table; longer names wrap."""
_RED = "FF0000"

_MARK, _REFERENCE_NUMBER, _TITLE, _ADDRESSEES = "发文机关标志", "发文字号", "公文标题", "主送机关"
_BODY, _HEADING, _SUBHEADING, _LIST, _SIGNATURE = "公文正文", "一级标题", "二级标题", "附件说明", "落款"
_ANNEX, _ANNEX_TITLE, _CELL, _CELL_HEAD, _NOTE = "附件序号", "附件标题", "表格文字", "表头文字", "表格备注"
_IMPRINT, _ODD_PAGE_NUMBER, _EVEN_PAGE_NUMBER, _DRAFT_TITLE, _DRAFT_ITEM = (
    "版记",
    "单页码",
    "双页码",
    "草稿标题",
    "草稿条目",
)
STYLES = (
    Style(_MARK, word.TITLE_FONT, 22, "center", before=3.42, colour=_RED),
    Style(_REFERENCE_NUMBER, align="center", before=2),
    Style(_TITLE, word.TITLE_FONT, 22, "center", before=2, line=700, outline=0),
    Style(_ADDRESSEES, align="left", before=1),
    Style(_BODY, first_line=2),
    Style(_HEADING, word.HEITI, first_line=2, outline=1, keep_with_next=True),
    Style(_SUBHEADING, word.KAITI, first_line=2, outline=2, keep_with_next=True),
    Style(_LIST, align="left"),
    Style(_SIGNATURE, align="right"),
    Style(_ANNEX, word.HEITI, align="left", outline=1, keep_with_next=True),
    Style(_ANNEX_TITLE, word.TITLE_FONT, 22, "center", before=1, after=0.5, line=700, keep_with_next=True),
    Style(_CELL, size=12, align="center", line=0, on_grid=False),
    Style(_CELL_HEAD, word.HEITI, 12, "center", line=0, on_grid=False),
    Style(_NOTE, size=12, before=0.3, after=0.7, line=360, on_grid=False),
    Style(_IMPRINT, size=14, align="left", on_grid=False),
    Style(_ODD_PAGE_NUMBER, word.SONG, 14, "right", line=280, latin=word.SONG, on_grid=False),
    Style(_EVEN_PAGE_NUMBER, word.SONG, 14, "left", line=280, latin=word.SONG, on_grid=False),
    Style(_DRAFT_TITLE, word.HEITI, 16, "left", after=0.5),
    Style(_DRAFT_ITEM, size=14, line=480, on_grid=False),
)


def bulletin_name(report: CheckReport) -> str:
    """``bulletin.draft.docx`` while something must be corrected, else ``bulletin.docx``."""
    return DRAFT if report.uncorrected else FINAL


def write_bulletin(
    data: QuarterData, report: CheckReport, figures: Figures, reference: Reference, path: Path
) -> None:
    """Write the bulletin of a quarter; same input, same bytes.

    The paper itself reports no finding and ranks nobody. While something must be corrected, a page before
    the text lists it, to be deleted. What only the office knows (发文机关标志, 发文字号, 版记) is left to fill in.

    Parameters
    ----------
    data : QuarterData
        The quarter, corrections applied.
    report : CheckReport
        Decides whether it is a draft.
    figures : Figures
        Numbers of the text.
    reference : Reference
        ``city.toml``: ``office`` signs where the source names no issuer; ``[bulletin] name_units``.
    path : Path
        The file; :func:`bulletin_name` says how it should be called.
    """
    _Bulletin(data, report, figures, reference).write(path)


class _Bulletin:
    """Assembles the bulletin, from the first page to the last."""

    def __init__(self, data: QuarterData, report: CheckReport, figures: Figures, reference: Reference):
        self.data, self.report, self.figures, self.reference = data, report, figures, reference
        self.issuer = data.fact("issuer") or str(reference.city.get("office", ""))
        self.title = data.fact("title") or bulletin_title(data.quarter, data.declaration)
        self.grids = annex_grids(data)
        self.document = word.new_document()
        self.end = self.document.element.body[-1]  # the last section's properties; everything stands before

    def write(self, path: Path) -> None:
        word.add_styles(self.document, STYLES)
        word.number_pages(self.document, _ODD_PAGE_NUMBER, _EVEN_PAGE_NUMBER)
        word.set_page(self.end)
        word.set_properties(self.document, self.title, self.issuer)
        self._add(*self._draft_page(), *self._opening(), *self._text_to_signature())
        self._annexes()
        self._add(*_imprint_pieces())
        word.save(self.document, path)

    def _add(self, *pieces: Any) -> None:
        for piece in pieces:
            self.end.addprevious(piece)

    # --- before and in the text ---

    def _draft_page(self) -> list[Any]:
        to_correct = self.report.matters_to_correct
        if not to_correct:
            return []
        items = [paragraph(_DRAFT_ITEM, f"{number}. {matter.title}") for number, matter in to_correct]
        pages = [paragraph(_DRAFT_TITLE, DRAFT_HEADING), *items, paragraph(_DRAFT_ITEM, word.page_break())]
        return [word.to_fill_in("草稿页（印发前删去）", *pages)]

    def _opening(self) -> list[Any]:
        line = element("bottom", val="single", sz=18, space=11, color=_RED)
        number = self.data.fact("document_number")
        addressees = self.data.fact("addressees").rstrip("：:")
        return [
            word.to_fill_in(_MARK, paragraph(_MARK, f"（{_MARK}）")),
            word.to_fill_in(
                _REFERENCE_NUMBER,
                paragraph(
                    _REFERENCE_NUMBER,
                    number or run(f"（{_REFERENCE_NUMBER}）", placeholder=True),
                    properties=[element("pBdr", line)],
                ),
            ),
            paragraph(_TITLE, run(_break_title(self.title, self.issuer, self.data.quarter.label))),
            paragraph(_ADDRESSEES, f"{addressees}：")
            if addressees
            else _placeholder_paragraph(_ADDRESSEES, "主送机关", "："),
        ]

    def _text(self) -> list[Any]:
        styles = {HEADING: _HEADING, SUBHEADING: _SUBHEADING}
        blocks = bulletin_text(self.data, self.figures, self.reference)
        return [paragraph(styles.get(block.kind, _BODY), block.text) for block in blocks]

    def _text_to_signature(self) -> list[Any]:
        """Text, list of annexes, signature; no page may begin with the signature or a part of the list."""
        text, annexes, signature = self._text(), self._annex_list(), self._signature()
        word.keep_with_next(*text[-1:], *annexes, *signature[:-1])
        return [*text, *annexes, *signature]

    def _annex_list(self) -> list[Any]:
        """附件：1.… with the titles one under another; the numbers are the annexes' own."""
        pieces = []
        for i, grid in enumerate(self.grids):
            number = f"{grid.number}."
            label = f"附件：{number}" if not i else number
            at = word.indent(left=5 + word.em(number), hanging=word.em(label))
            first = [] if i else [element("spacing", before=word.LINE_TWIPS)]
            pieces.append(paragraph(_LIST, f"{label}{grid.title}", properties=[*first, at]))
        return pieces

    def _signature(self) -> list[Any]:
        """Issuer centred over the date, the date four characters from the right."""
        day = chinese_date(self.data.fact("issue_date"))
        overhang = (word.em(self.issuer) - word.em(day or "（成文日期）")) / 2
        above = [element("spacing", before=2 * word.LINE_TWIPS), word.indent(right=max(0.0, 4 - overhang))]
        below = [word.indent(right=max(4.0, overhang))]
        return [
            paragraph(_SIGNATURE, self.issuer, properties=above)
            if self.issuer
            else _placeholder_paragraph(_SIGNATURE, "发文机关", properties=above),
            paragraph(_SIGNATURE, day, properties=below)
            if day
            else _placeholder_paragraph(_SIGNATURE, "成文日期", properties=below),
        ]

    # --- annexes ---

    def _annexes(self) -> None:
        """Each annex on a new page; wide ones in sections of their own, the last page upright."""
        wide = False
        for grid in self.grids:
            changes_orientation = self._is_wide(grid) != wide
            if changes_orientation:
                word.end_section(self.document, landscape=wide)
                wide = not wide
            self._add(*_annex_pieces(grid, starts_page=not changes_orientation, wide=wide))
        if wide:
            word.end_section(self.document, landscape=True)

    def _is_wide(self, grid: AnnexGrid) -> bool:
        """Whether an annex needs a landscape page.

        It has a column for each unit of a group, such as each district, or its text would be too small upright.
        """
        spec = self.data.declaration.annexes.get(grid.table)
        has_column_of_units = spec is not None and spec.columns_by is not None and not spec.columns_by.members
        return has_column_of_units or _fit_columns(grid, word.TEXT_WIDTH)[0] < SMALLEST_UPRIGHT


def _placeholder_paragraph(style: str, label: str, after: str = "", properties: Sequence[Any] = ()) -> Any:
    """A labelled placeholder for what the source does not say."""
    content = run(f"（{label}）{after}", placeholder=True)
    return word.to_fill_in(label, paragraph(style, content, properties=properties))


def _break_title(title: str, issuer: str, quarter: str) -> str:
    """Break the title into lines at phrases only: after the issuer, after the quarter."""
    phrases = [title]
    for mark in (issuer, quarter):
        head, mark_found, rest = phrases[-1].partition(mark) if mark else ("", "", "")
        if mark_found and rest:
            phrases[-1:] = [head + mark_found, rest]
    most_characters = (
        word.TEXT_WIDTH / 20 / TITLE_SIZES[0] - 1
    )  # fonts differ: half-width digits may be wider
    lines = [""]
    for phrase in phrases:
        if lines[-1] and word.em(lines[-1] + phrase) > most_characters:
            lines.append("")
        lines[-1] += phrase
    return "\n".join(line.replace("\n", " ") for line in lines)


def _imprint_pieces() -> list[Any]:
    """版记 at the foot of the last page: copies, printing office, printing date, all to be filled in.

    A table at the lower edge of the text block, as offices make it; in a content control, so
    that no reader of the annexes takes it for one of them.
    """
    copies = paragraph(_IMPRINT, run("　抄送："), run("（抄送机关）", placeholder=True))
    printed = paragraph(
        _IMPRINT,
        run("　（印发机关）", placeholder=True),
        element("r", element("tab")),
        run("（印发日期）", placeholder=True),
        run("印发　"),
        properties=[element("tabs", element("tab", val="right", pos=word.TEXT_WIDTH))],
    )
    after = element("p", element("pPr", element("spacing", line=20, lineRule="exact")))
    return [word.to_fill_in("版记", word.foot_table([copies, printed])), after]


# --- one annex ----------------------------------------------------------------------------------------------


def _annex_pieces(grid: AnnexGrid, *, starts_page: bool, wide: bool) -> list[Any]:
    """Heading, title, table and note of one annex, each a piece of its own so that our reader finds them."""
    width = word.TEXT_HEIGHT if wide else word.TEXT_WIDTH
    size = next((s for s in TITLE_SIZES if word.em(grid.title) * s * 20 <= width), TITLE_SIZES[-1])
    new_page = [element("pageBreakBefore")] if starts_page else []
    pieces = [
        paragraph(_ANNEX, f"附件{grid.number}", properties=new_page),
        paragraph(_ANNEX_TITLE, run(grid.title, size=size)),
        _table(grid, width, word.TEXT_WIDTH if wide else word.TEXT_HEIGHT),
    ]
    return [*pieces, paragraph(_NOTE, grid.note)] if grid.note else pieces


def _table(grid: AnnexGrid, width: int, height: int) -> Any:
    size, widths = _fit_columns(grid, width)
    row_height = _row_height(grid, size, height)
    header = [
        word.row(cells, height=row_height, is_header=True) for cells in _header_cells(grid, widths, size)
    ]
    body = [
        word.row(
            [
                word.cell(paragraph(_CELL, run(text, size=size)), width)
                for text, width in zip(row, widths, strict=True)
            ],
            height=row_height,
        )
        for row in grid.rows
    ]
    return word.table(widths, [*header, *body])


def _header_cells(grid: AnnexGrid, widths: Sequence[int], size: float) -> Iterable[list[Any]]:
    """Cells of each header row; a heading over two rows is continued in the second."""
    continued_columns: list[int] = []
    for row_number, headings in enumerate(grid.header):
        cells, column = [], 0
        headings_left = list(headings)
        while column < grid.columns:
            if row_number and column in continued_columns:
                cells.append(word.cell(paragraph(_CELL_HEAD), widths[column], merge="continue"))
                column += 1
                continue
            heading = headings_left.pop(0)
            if heading.rows > 1:
                continued_columns.append(column)
            cells.append(
                word.cell(
                    paragraph(_CELL_HEAD, run(heading.text, size=size)),
                    sum(widths[column : column + heading.columns]),
                    columns=heading.columns,
                    merge="restart" if heading.rows > 1 else "",
                )
            )
            column += heading.columns
        yield cells


def _fit_columns(grid: AnnexGrid, available: int) -> tuple[float, list[int]]:
    """The largest of `TABLE_SIZES` in which every column holds its texts on one line, and the widths in twips.

    Where that would be small, headings may take two lines; a number never does.
    """
    natural = _natural_widths(grid)
    if sum(natural) * SMALLEST_WITH_ONE_LINE * 20 > available:
        natural = _natural_widths(grid, heading_lines=2)
    size = next((s for s in TABLE_SIZES if sum(natural) * s * 20 <= available), TABLE_SIZES[-1])
    spare = available - sum(natural) * size * 20
    if spare < 0:
        return size, [int(width / sum(natural) * available) for width in natural]
    # the spare room goes to the columns alike, the serial number's apart
    share = spare / max(1, len(natural) - 1)
    return size, [int(width * size * 20 + (share if i else 0)) for i, width in enumerate(natural)]


def _natural_widths(grid: AnnexGrid, heading_lines: int = 1) -> list[float]:
    """Width of each column's longest text in characters, plus one; what a heading above them lacks is spread over them."""
    columns = list(zip_longest(*grid.rows, fillvalue=""))
    widths = [
        1 + max(_heading_width(heading, heading_lines), *(word.em(text) for text in texts))
        for heading, texts in zip(grid.lowest_headings, columns, strict=True)
    ]
    widths[1] = min(widths[1], 1 + MOST_NAME_CHARACTERS)
    for heading in (heading for headings in grid.header for heading in headings):
        below = range(heading.first_column, heading.first_column + heading.columns)
        lacking = 1 + _heading_width(heading.text, heading_lines) - sum(widths[at] for at in below)
        for at in below:
            if lacking > 0 and at != 1:
                widths[at] += lacking / heading.columns
    return widths


def _heading_width(heading: str, lines: int) -> float:
    """Characters that a heading needs on a line; two at least, so that none is set one character a line."""
    width = word.em(heading)
    return max(ceil(width / lines), min(width, 2))


def _row_height(grid: AnnexGrid, size: float, page: int) -> int:
    """Height of a row in twips: as high as one page allows, or comfortable where the table needs several pages."""
    rows = len(grid.header) + len(grid.rows)
    room = page - 9 * word.LINE_TWIPS  # heading, title, note; the imprint on the last page
    least, comfortable, most = (round(size * 20 * factor) for factor in (1.4, 1.6, 2.4))
    return comfortable if room / rows < least else min(most, int(room / rows))

"""Pieces of a Word document in the layout of GB/T 9704-2012: page, styles, paragraphs, tables, fields.

Everything is written as the elements of WordprocessingML, in the order the standard asks for; Word
repairs or refuses a file whose elements stand in another order.
"""

from __future__ import annotations

import io
import math
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from haochaping.core.text import printable

TWIPS_PER_MM = 1440 / 25.4
BODY_SIZE = 16
LINES_PER_PAGE, CHARACTERS_PER_LINE = 22, 28
TEXT_WIDTH_MM, TEXT_HEIGHT_MM = 156, 225
TOP_MM, LEFT_MM = 37, 28
PAGE_WIDTH_MM, PAGE_HEIGHT_MM = 210, 297
PAGE_NUMBER_MM = 7
"""From the text block's lower edge to the page number."""
LINE_TWIPS = int(TEXT_HEIGHT_MM * TWIPS_PER_MM / LINES_PER_PAGE)
TEXT_WIDTH = round(TEXT_WIDTH_MM * TWIPS_PER_MM)
TEXT_HEIGHT = round(TEXT_HEIGHT_MM * TWIPS_PER_MM)
CHARACTER_SPACING_TWIPS = math.floor(TEXT_WIDTH / CHARACTERS_PER_LINE - BODY_SIZE * 20)
"""Twips (negative) added between characters: 28 of 16 pt would be wider than the text block."""
SONG, FANGSONG, HEITI, KAITI = "宋体", "仿宋_GB2312", "黑体", "楷体_GB2312"
TITLE_FONT = "方正小标宋简体"
LATIN = "Times New Roman"
MOST_PROPERTY_CHARACTERS = 255
"""Characters that a property of a file may have."""
_FIXED_DATE = datetime(2000, 1, 1)


# --- elements -----------------------------------------------------------------------------------------------


def element(tag: str, *children: Any, **attributes: Any) -> Any:
    """``<w:tag w:name="value">`` with children; None children are left out, names without ``w:``."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    node = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        node.set(qn(f"w:{name}"), str(value))
    node.extend([child for child in children if child is not None])
    return node


def em(value: str) -> float:
    """Width of a text in characters: Chinese ones are one wide, Latin letters and digits half."""
    return sum(1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.5 for char in value)


def font(name: str, latin: str = LATIN) -> Any:
    """Fonts of a run; the hint gives “ ” and — to the Chinese font."""
    return element("rFonts", ascii=latin, hAnsi=latin, eastAsia=name, cs=latin, hint="eastAsia")


def run(value: str, *, size: float | None = None, colour: str = "", placeholder: bool = False) -> Any:
    """A run of text in its paragraph's font; ``\\n`` inside is a line break."""
    properties = element(
        "rPr",
        element("rFonts", hint="eastAsia"),
        element("color", val="808080" if placeholder else colour) if placeholder or colour else None,
        element("sz", val=round(size * 2)) if size else None,
        element("szCs", val=round(size * 2)) if size else None,
    )
    node = element("r", properties)
    for number, line in enumerate(value.split("\n")):
        if number:
            node.append(element("br"))
        if line:
            node.append(_text_node(printable(line)))
    return node


def _text_node(value: str) -> Any:
    node = element("t")
    node.text = value
    node.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return node


def field_runs(instruction: str) -> list[Any]:
    """A field that Word fills in, such as PAGE."""
    code = element("instrText")
    code.text = instruction
    kinds = [element("fldChar", fldCharType=kind) for kind in ("begin", "separate", "end")]
    inside = [kinds[0], code, kinds[1], _text_node("1"), kinds[2]]
    return [element("r", piece) for piece in inside]


def paragraph(style: str, *content: Any, properties: Sequence[Any] = ()) -> Any:
    """A paragraph of a style; strings become runs. `properties` must be in the order of the standard."""
    runs = [run(piece) if isinstance(piece, str) else piece for piece in content]
    return element("p", element("pPr", element("pStyle", val=style), *properties), *runs)


def keep_with_next(*pieces: Any) -> None:
    """Keep at least the last two lines of each paragraph on the page of what follows it."""
    for piece in pieces:
        for node in piece.iter(_qualified("p")):
            # the standard's order: style, keepNext, …, widowControl, …, spacing
            node.find(_qualified("pPr")).insert(1, element("keepNext"))
            node.find(_qualified("pPr")).insert(2, element("widowControl", val=1))


def page_break() -> Any:
    """A run that ends the page."""
    return element("r", element("br", type="page"))


def indent(*, left: float = 0, right: float = 0, hanging: float = 0, size: float = BODY_SIZE) -> Any:
    """Indents in characters of `size`."""
    sizes = {"left": left, "right": right, "hanging": hanging}
    return element("ind", **{name: round(value * size * 20) for name, value in sizes.items() if value})


def to_fill_in(label: str, *content: Any) -> Any:
    """A content control around paragraphs or runs, which the office fills in or deletes as a whole."""
    return element(
        "sdt",
        element("sdtPr", element("alias", val=label), element("tag", val=label)),
        element("sdtContent", *content),
    )


# --- styles -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Style:
    """A paragraph style; indents in characters, space in lines, ``line`` in twips (0: by the font)."""

    name: str
    font: str = FANGSONG
    size: float = BODY_SIZE
    align: str = "both"
    first_line: int = 0
    before: float = 0
    after: float = 0
    line: int = LINE_TWIPS
    outline: int | None = None
    keep_with_next: bool = False
    latin: str = LATIN
    colour: str = ""
    on_grid: bool = True


def add_styles(document: Any, styles: Iterable[Style]) -> None:
    """Define `styles`, and make the bulletin's body text the default."""
    defaults = document.styles.element.find(_qualified("docDefaults"))
    defaults.getparent().replace(defaults, _default_properties())
    normal = document.styles["Normal"].element
    for part in ("rPr", "pPr"):
        for old in normal.findall(_qualified(part)):
            normal.remove(old)
    for style in styles:
        document.styles.element.append(_style_node(style))


def _default_properties() -> Any:
    size = BODY_SIZE * 2
    characters = element(
        "rPr",
        font(FANGSONG),
        element("sz", val=size),
        element("szCs", val=size),
        element("lang", val="en-US", eastAsia="zh-CN", bidi="ar-SA"),
    )
    spacing = element("spacing", before=0, after=0, line=LINE_TWIPS, lineRule="exact")
    return element(
        "docDefaults",
        element("rPrDefault", characters),
        element("pPrDefault", element("pPr", element("widowControl", val=0), spacing)),
    )


def _style_node(style: Style) -> Any:
    spacing: dict[str, Any] = {
        "before": round(style.before * LINE_TWIPS),
        "after": round(style.after * LINE_TWIPS),
        "line": style.line or 240,
        "lineRule": "exact" if style.line else "auto",
    }
    first = {"firstLineChars": 100 * style.first_line, "firstLine": round(style.first_line * style.size * 20)}
    paragraph_properties = element(
        "pPr",
        element("keepNext") if style.keep_with_next else None,
        element("autoSpaceDE", val=0),
        element("autoSpaceDN", val=0),
        None if style.on_grid else element("snapToGrid", val=0),
        element("spacing", **spacing),
        element("ind", **first) if style.first_line else None,
        element("jc", val=style.align),
        None if style.outline is None else element("outlineLvl", val=style.outline),
    )
    run_properties = element(
        "rPr",
        font(style.font, style.latin),
        element("color", val=style.colour) if style.colour else None,
        element("spacing", val=CHARACTER_SPACING_TWIPS) if style.size == BODY_SIZE else None,
        element("sz", val=round(style.size * 2)),
        element("szCs", val=round(style.size * 2)),
    )
    return element(
        "style",
        element("name", val=style.name),
        element("basedOn", val="Normal"),
        element("qFormat"),
        paragraph_properties,
        run_properties,
        type="paragraph",
        customStyle=1,
        styleId=style.name,
    )


def _qualified(tag: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(f"w:{tag}"))


# --- page ---------------------------------------------------------------------------------------------------


def new_document() -> Any:
    """An empty document without the preview image and the language of python-docx's template."""
    import docx

    document = docx.Document()
    package = document.part.package
    for key, relation in list(package.rels.items()):
        if relation.reltype.endswith("/thumbnail"):
            package.rels.pop(key)
    settings = document.settings.element
    settings.find(_qualified("themeFontLang")).set(_qualified("eastAsia"), "zh-CN")
    for setting in settings.iter(_qualified("compatSetting")):
        if setting.get(_qualified("name")) == "compatibilityMode":
            setting.set(_qualified("val"), "15")  # otherwise Word opens it in 兼容模式
    document.settings.odd_and_even_pages_header_footer = True
    return document


def set_properties(document: Any, title: str, author: str) -> None:
    """Properties of the file, with fixed times: same input, same bytes."""
    core = document.core_properties
    core.title, core.author = (printable(text)[:MOST_PROPERTY_CHARACTERS] for text in (title, author))
    core.last_modified_by = core.comments = ""
    core.language = "zh-CN"
    core.created = core.modified = _FIXED_DATE


def set_page(section: Any, *, landscape: bool = False) -> None:
    """Paper, margins and grid of a section, given as its ``sectPr``.

    A landscape page is the upright one turned: its top is the bound edge, so its text block is the same.
    """
    right, bottom = PAGE_WIDTH_MM - LEFT_MM - TEXT_WIDTH_MM, PAGE_HEIGHT_MM - TOP_MM - TEXT_HEIGHT_MM
    edges = {"top": TOP_MM, "right": right, "bottom": bottom, "left": LEFT_MM}
    width, height = PAGE_WIDTH_MM, PAGE_HEIGHT_MM
    size: dict[str, Any] = {}
    if landscape:
        edges = {"top": LEFT_MM, "right": TOP_MM, "bottom": right, "left": bottom}
        width, height = height, width
        size = {"orient": "landscape"}
    for tag in ("type", "pgSz", "pgMar", "cols", "docGrid"):
        for old in section.findall(_qualified(tag)):
            section.remove(old)
    number = edges["bottom"] - PAGE_NUMBER_MM - 14 / 72 * 25.4
    margins = {name: round(value * TWIPS_PER_MM) for name, value in edges.items()}
    margins |= {"header": round(15 * TWIPS_PER_MM), "footer": round(number * TWIPS_PER_MM), "gutter": 0}
    section.extend(
        [
            element("type", val="nextPage"),
            element("pgSz", w=round(width * TWIPS_PER_MM), h=round(height * TWIPS_PER_MM), **size),
            element("pgMar", **margins),
            # a grid of characters too is shown wider by other programs than Word; the styles are tightened instead
            element("docGrid", type="lines", linePitch=LINE_TWIPS),
        ]
    )


def number_pages(document: Any, odd_style: str, even_style: str) -> None:
    """Put page numbers (— 1 —) at the foot, on the outer side."""
    section = document.sections[0]
    for footer, style in ((section.footer, odd_style), (section.even_page_footer, even_style)):
        footer.is_linked_to_previous = False
        body = footer._element
        for old in list(body):
            body.remove(old)
        body.append(paragraph(style, "— ", *field_runs("PAGE"), " —"))


def end_section(document: Any, *, landscape: bool) -> None:
    """End a section after what was written so far: its last paragraph carries the section's properties."""
    body = document.element.body
    last = body[-2]
    if last.tag != _qualified("p"):
        last = element("p", element("pPr", element("spacing", line=20, lineRule="exact")))
        body.insert(len(body) - 1, last)
    properties = deepcopy(body[-1])
    set_page(properties, landscape=landscape)
    last.find(_qualified("pPr")).append(properties)


def save(document: Any, path: Path) -> None:
    """Write the file; the entries of its archive carry no time, so that same input gives same bytes."""
    written = io.BytesIO()
    document.save(written)
    with (
        zipfile.ZipFile(written) as source,
        zipfile.ZipFile(path, "w", compression=zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))


# --- tables -------------------------------------------------------------------------------------------------


def table(widths: Sequence[int], rows: Iterable[Any]) -> Any:
    """A centred table with borders; `widths` of its columns in twips."""
    lines = ("top", "left", "bottom", "right", "insideH", "insideV")
    borders = [element(line, val="single", sz=4, space=0, color="000000") for line in lines]
    margins = [element(side, w=57, type="dxa") for side in ("left", "right")]
    properties = element(
        "tblPr",
        element("tblW", w=sum(widths), type="dxa"),
        element("jc", val="center"),
        element("tblBorders", *borders),
        element("tblLayout", type="fixed"),
        element("tblCellMar", *margins),
    )
    grid = element("tblGrid", *(element("gridCol", w=width) for width in widths))
    return element("tbl", properties, grid, *rows)


def row(cells: Iterable[Any], *, height: int, is_header: bool = False) -> Any:
    """A row that is never split over pages; a header row is repeated on every page."""
    properties = element(
        "trPr",
        element("cantSplit"),
        element("trHeight", val=height, hRule="atLeast"),
        element("tblHeader") if is_header else None,
    )
    return element("tr", properties, *cells)


def cell(content: Any, width: int, *, columns: int = 1, merge: str = "") -> Any:
    """A cell with one paragraph; `merge` is ``restart`` or ``continue`` where cells are merged vertically."""
    properties = element(
        "tcPr",
        element("tcW", w=width, type="dxa"),
        element("gridSpan", val=columns) if columns > 1 else None,
        element("vMerge", val=merge) if merge else None,
        element("vAlign", val="center"),
    )
    return element("tc", properties, content)


def foot_table(paragraphs: Sequence[Any]) -> Any:
    """A table of one column at the foot of the text block: paragraphs between lines over the whole width."""
    at_foot = {"vertAnchor": "margin", "horzAnchor": "margin", "tblpXSpec": "center", "tblpYSpec": "bottom"}
    lines = {"top": 8, "bottom": 8, "insideH": 6}
    borders = [element(side, val="single", sz=size, space=0, color="000000") for side, size in lines.items()]
    properties = element(
        "tblPr",
        element("tblpPr", **at_foot),
        element("tblW", w=TEXT_WIDTH, type="dxa"),
        element("tblBorders", *borders),
        element("tblLayout", type="fixed"),
        element("tblCellMar", *(element(side, w=0, type="dxa") for side in ("left", "right"))),
    )
    rows = [row([cell(content, TEXT_WIDTH)], height=LINE_TWIPS) for content in paragraphs]
    return element("tbl", properties, element("tblGrid", element("gridCol", w=TEXT_WIDTH)), *rows)

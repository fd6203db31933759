"""Print an invented city as the text of a bulletin, in every layout that an office's text may have.

`Layout` says how the figures are printed, `print_bulletin` returns the file. Nothing here uses the readers under test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from haochaping_dev.fuzz.bulletin_layout import Layout, arrange, cell_text, full_width
from haochaping_dev.fuzz.invented_city import TIER_HEADINGS, Annex, InventedCity, PrintedValue

LONGEST_UNBROKEN_NAME = 8
"""Characters; longer names may be broken over two lines."""


class PrintedLine(str):
    """A line of the text and its role in it.

    ``role`` is text, furniture (page number, running head, repeated header), heading, title, header, row, total or
    note; ``annex`` is the annex's number (0 before the first) and ``row`` the index of the row in it.
    """

    role: str
    annex: int
    row: int

    def __new__(cls, text: str, role: str, annex: int = 0, row: int = -1) -> PrintedLine:
        """Make a line with its role in the text."""
        line = super().__new__(cls, text)
        line.role, line.annex, line.row = role, annex, row
        return line

    def with_text(self, text: str) -> PrintedLine:
        """Return a line with the same role and another text."""
        return PrintedLine(text, self.role, self.annex, self.row)


@dataclass
class _TextBuilder:
    """The lines of the text so far; inserts page numbers and running heads between them."""

    layout: Layout
    random: Random
    lines: list[PrintedLine] = field(default_factory=list)
    page: int = 1
    lines_on_page: int = 0

    def add(self, texts: Sequence[str], role: str, annex: int = 0, row: int = -1) -> None:
        self.lines += [PrintedLine(text, role, annex, row) for text in texts]

    def end_page(self, header: Sequence[str] = ()) -> None:
        """End a page: print its number, then the running head and the repeated header of the next."""
        self.lines_on_page = 0
        if self.layout.page_mark:
            self.add([self.layout.page_mark.format(page=self.page)], "furniture")
            self.page += 1
        if self.layout.running_head:
            self.add([self.layout.running_head], "furniture")
        if header and self.layout.repeated_headers:
            self.add(header, "furniture")

    def add_rows(self, rows: Sequence[Sequence[PrintedLine]], header: Sequence[str]) -> None:
        """Add the rows of a table; pages end after about every third line."""
        for n, row in enumerate(rows):
            for i, line in enumerate(row):
                may_end_page = n and (i == 0 or self.layout.furniture == "anywhere")
                if may_end_page and self.lines_on_page >= 3 and self.random.random() < 0.7:
                    self.end_page(header)
                self.lines.append(line)
                self.lines_on_page += 1


def print_bulletin(city: InventedCity, layout: Layout) -> bytes:
    """Return the bulletin as the content of a file."""
    return encode(print_text(city, layout), layout)


def encode(text: str, layout: Layout) -> bytes:
    """Encode `text` with the encoding and line ends of `layout`."""
    return text.replace("\n", layout.newline).encode(layout.encoding)


def print_text(city: InventedCity, layout: Layout) -> str:
    """Return the bulletin as text with line feeds."""
    return join_lines(print_lines(city, layout), layout)


def join_lines(lines: Sequence[str], layout: Layout) -> str:
    """Join lines to one text with line feeds, with blank lines between them if `layout` says so."""
    pieces = [piece for line in lines for piece in ((line, "") if layout.blank_lines else (line,))]
    return "\n".join(pieces) + "\n"


def print_lines(city: InventedCity, layout: Layout) -> list[PrintedLine]:
    """Return the lines of the bulletin, each with its role."""
    city = arrange(city, layout)
    page = _TextBuilder(layout, Random(f"text {layout.seed}"))
    digits = full_width if layout.full_width else str
    records, rate = digits(str(city.records)), digits(f"{city.evaluation_rate}%")
    opening = [
        "青禾市政务服务管理局",
        "关于2022年第四季度政务服务“好差评”工作情况的通报",
        "各区县行政审批服务局，市直各部门：",
        "2022年第四季度，各级窗口认真开展办件评价，各项工作有序推进。",
        "10-12月，全市归集并上传省平台办件评价",
        f"数据{records}条，评价率{rate}以上，差评整改率100%。",
        "同时，部分部门的办件不能及时自动推送。2023年，将按照省工作要求进一步提升质效。",
    ]
    page.add(opening, "text")
    page.end_page()
    closing = [
        "附件：1.各区县第四季度“好差评”数据通报表",
        "2.市直部门第四季度“好差评”数据通报表",
        "青禾市政务服务管理局",
        "2023年1月18日",
    ]
    page.add(closing, "text")
    by_number = {annex.number: annex for annex in city.annexes}
    for number in layout.annexes:
        page.end_page()
        _print_annex(by_number[number], layout, page)
    return page.lines


def _print_annex(annex: Annex, layout: Layout, page: _TextBuilder) -> None:
    random = page.random
    movable = layout.columns == "all" and not any(measure.key for measure in annex.measures)
    name_index = random.randint(1, len(annex.measures)) if movable else 0
    header = _header(annex, layout, name_index, random)
    rows = []
    for n, (name, values) in enumerate(annex.rows):
        lines = _row([str(n + 1)], name, _texts(annex, values, layout), name_index, layout, random)
        rows.append([PrintedLine(line, "row", annex.number, n) for line in lines])
    if layout.total_label:
        cells = _texts(annex, annex.total, layout)
        text = layout.separator.join([layout.total_label, *cells])
        total = [PrintedLine(text, "total", annex.number)]
        rows = [total, *rows] if layout.total_at == "top" else [*rows, total]
    page.add([layout.heading.format(number=annex.number)], "heading", annex.number)
    page.add([annex.title], "title", annex.number)
    page.add(header, "header", annex.number)
    page.add_rows(rows, header)
    page.add([layout.note] if layout.note else [], "note", annex.number)


def _texts(annex: Annex, values: tuple[PrintedValue, ...], layout: Layout) -> list[str]:
    return [cell_text(v, m, layout) for v, m in zip(values, annex.measures, strict=True)]


def _header(annex: Annex, layout: Layout, name_index: int, random: Random) -> list[str]:
    names = [measure.heading for measure in annex.measures]
    if annex.number == 4:
        tiers = list(dict.fromkeys(TIER_HEADINGS[dict(m.key)["tier"]] for m in annex.measures))
        names = [*tiers, *names]
    headings = ["序号", *names[:name_index], annex.key_heading, *names[name_index:]]
    if layout.header == "each":
        return headings
    if layout.header == "side":
        return _split_headings(headings, layout)
    line = layout.separator.join(headings)
    if layout.header == "wrapped":
        cuts = sorted(random.sample(range(2, len(line) - 1), 2))
        pieces = [line[a:b].strip() for a, b in zip([0, *cuts], [*cuts, len(line)], strict=True)]
        return [piece for piece in pieces if piece]
    return [line]


def _split_headings(headings: list[str], layout: Layout) -> list[str]:
    """Break long headings in two: all first halves on one line, all second halves on the next."""
    first = [h[:2] if len(h) > 3 else h for h in headings]
    second = [h[2:] for h in headings if len(h) > 3]
    return [layout.separator.join(part) for part in (first, second) if part]


def _row(
    serial: list[str], name: str, cells: list[str], name_index: int, layout: Layout, random: Random
) -> list[str]:
    """Return the lines of one row."""
    before, after = cells[:name_index], cells[name_index:]
    is_glued = layout.glued_serials and not before
    leading = [*serial, *before]
    if layout.names == "centred" and len(name) > LONGEST_UNBROKEN_NAME:
        cut = random.randint(1, len(name) - 1)
        return [name[:cut], *_lay_out_tokens([*leading, *after], layout, random), name[cut:]]
    if layout.names == "trailing" and len(name) > LONGEST_UNBROKEN_NAME:
        cut = random.randint(1, len(name) - 1)
        return [*_lay_out_tokens([*leading, name[:cut], *after], layout, random), name[cut:]]
    pieces = [name]
    if layout.names in ("wrapped", "alone") and len(name) > 1:
        cuts = sorted(random.sample(range(1, len(name)), min(len(name) - 1, random.randint(1, 2))))
        pieces = [name[a:b] for a, b in zip([0, *cuts], [*cuts, len(name)], strict=True)]
    if is_glued:
        leading, pieces = [], [serial[0] + pieces[0], *pieces[1:]]
    lines = [layout.separator.join(leading)] if layout.names == "alone" and leading else []
    first = ([] if lines else leading) + [pieces[0]]
    if len(pieces) > 1:
        lines += [layout.separator.join(first), *pieces[1:-1]]
        first = [pieces[-1]]
    return [*lines, *_lay_out_tokens([*first, *after], layout, random)]


def _lay_out_tokens(tokens: list[str], layout: Layout, random: Random) -> list[str]:
    """Print the tokens of one row on one line or more."""
    if layout.cells == "each":
        return tokens
    if layout.cells == "wrapped" and len(tokens) > 2:
        cuts = sorted(random.sample(range(1, len(tokens)), random.randint(1, 2)))
        bounds = list(zip([0, *cuts], [*cuts, len(tokens)], strict=True))
        return [layout.separator.join(tokens[a:b]) for a, b in bounds]
    if layout.cells == "broken" and random.random() < 0.5:
        long = [i for i, token in enumerate(tokens[1:], start=1) if len(token) > 2 and token[0].isdigit()]
        if long:
            at = random.choice(long)
            cut = random.randint(1, len(tokens[at]) - 1)
            first, second = [*tokens[:at], tokens[at][:cut]], [tokens[at][cut:], *tokens[at + 1 :]]
            return [layout.separator.join(first), layout.separator.join(second)]
    return [layout.separator.join(tokens)]

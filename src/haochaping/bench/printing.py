"""A printer of bulletins as text: an invented city, printed in every way an office's text can be bent.

`Layout` says how the figures are printed, `print_bulletin` gives the text and `expected` what a person would
read in it. Nothing here calls the reader.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from haochaping.bench.invented import Annex, City, Measure, Printed, Value

TIER_HEADINGS = {"town": "镇级", "village": "村级"}
WITHOUT_A_NUMBER = (
    "/",
    "—",
    "-",
    "－",
    "–",
    "——",
    "--",
    "暂无",
    "无",
    "未统计",
    "归市",
    "归省",
    "不适用",
    "",
)
"""Texts of a cell that holds no number."""


@dataclass(frozen=True)
class Layout:
    """How a bulletin is printed; the defaults are the plain way."""

    seed: int = 0
    blank_lines: bool = False
    separator: str = " "
    names: str = "whole"
    """whole | wrapped | alone (serial on its own line too) | centred | trailing (rest under the cells)"""
    cells: str = "line"
    """line | wrapped (between cells) | each (its own line) | broken (inside a number)"""
    glued_serials: bool = False
    columns: str = "usual"
    """usual | measures (in another order) | all (the name's column too)"""
    rows: str = "usual"
    """usual | shuffled (each table on its own)"""
    total_label: str = "合计"
    total_at: str = "bottom"
    no_value: str = "/"
    full_width: bool = False
    commas: bool = False
    percent_decimals: bool = False
    page_mark: str = ""
    """A format with ``{page}``."""
    running_head: str = ""
    repeated_headers: bool = False
    furniture: str = "between rows"
    """between rows | anywhere"""
    header: str = "line"
    """line | wrapped (anywhere) | each (heading on its own line) | side (wrapped side by side)"""
    annexes: tuple[int, ...] = (1, 2, 3, 4, 5)
    heading: str = "附件 {number}："
    note: str = "备注：数据统计范围 2022 年 10 月 1 日至 12 月 31 日，数据提取时间：2023 年 1 月 5 日。"
    encoding: str = "utf-8"
    newline: str = "\n"


LONGEST_ON_ONE_LINE = 8
"""Characters; longer names are broken in a column as narrow as that."""


# --- one arrangement of the figures ------------------------------------------------------------------


def arrange(city: City, layout: Layout) -> City:
    """`city` with rows and columns in the order in which `layout` prints them."""
    random = Random(f"arrange {layout.seed}")
    return replace(city, annexes=tuple(_arranged(annex, layout, random) for annex in city.annexes))


def _arranged(annex: Annex, layout: Layout, random: Random) -> Annex:
    rows = list(annex.rows)
    order = list(range(len(annex.measures)))
    if layout.rows == "shuffled":
        random.shuffle(rows)
    if layout.columns != "usual":
        order = _tiers_together(order, random) if annex.number == 4 else random.sample(order, len(order))
    return replace(
        annex,
        measures=tuple(annex.measures[i] for i in order),
        rows=tuple((name, tuple(values[i] for i in order)) for name, values in rows),
        total=tuple(annex.total[i] for i in order),
    )


def _tiers_together(order: list[int], random: Random) -> list[int]:
    """Villages may come before towns, and measures in another order, but a tier's columns stay together."""
    half = len(order) // 2
    tiers = [random.sample(order[:half], half), random.sample(order[half:], half)]
    return [i for tier in random.sample(tiers, 2) for i in tier]


# --- what a person reads -----------------------------------------------------------------------------


def expected(city: City, layout: Layout) -> dict[str, Any]:
    """The content of the printed bulletin in the form of `reading.plain`."""
    city = arrange(city, layout)
    content: dict[str, Any] = {
        "printed_totals": [],
        "unreported": [],
        "headline": {
            "records": (float(city.records), "条", f"{city.records}条", ""),
            "evaluation_rate": (_fraction(city.evaluation_rate), "%", f"{city.evaluation_rate}%", "以上"),
            "rectification_rate": (1.0, "%", "100%", ""),
        },
    }
    for annex in city.annexes:
        records = [r for row in annex.rows for r in _records(annex, *row, layout, content)]
        content[annex.table] = records if annex.number in layout.annexes else []
    content["unreported"].sort()
    content["printed_totals"].sort()
    return content


def _records(
    annex: Annex, name: str, values: tuple[Value, ...], layout: Layout, content: dict[str, Any]
) -> list[dict[str, Any]]:
    """The records of one row of the model; what is not reported and the total go into `content`."""
    records: dict[tuple[Any, ...], dict[str, Any]] = {}
    if annex.number not in layout.annexes:
        return []
    for measure, value in zip(annex.measures, values, strict=True):
        key = {annex.key: name, **dict(measure.key)}
        record = records.setdefault(tuple(key.items()), dict(key))
        printed = cell_text(value, measure, layout)
        record[measure.field] = by_eye(printed, measure)
        if measure.is_rate:
            record[f"{measure.field}_printed"] = printed
        if record[measure.field] is None:
            content["unreported"].append((annex.table, tuple(key.items()), measure.field, printed))
    if layout.total_label and name == annex.rows[0][0]:
        _expect_total(annex, layout, content)
    return list(records.values())


def _expect_total(annex: Annex, layout: Layout, content: dict[str, Any]) -> None:
    for measure, value in zip(annex.measures, annex.total, strict=True):
        place = (
            annex.table,
            tuple({annex.key: layout.total_label, **dict(measure.key)}.items()),
            measure.field,
        )
        printed = cell_text(value, measure, layout)
        number = by_eye(printed, measure)
        if number is None:
            content["unreported"].append((*place, printed))
        else:
            content["printed_totals"].append((*place, number, printed, layout.total_label))


class Unreadable(ValueError):
    """A text that nobody can read as a cell of its column."""


def by_eye(text: str, measure: Measure) -> float | int | None:
    """The number that a person reads in a cell: a whole number, or a fraction where the column holds rates.

    Raises
    ------
    Unreadable
        It is neither that nor a word for "no number".
    """
    plain = half_width(text)
    if plain in WITHOUT_A_NUMBER:
        return None
    if measure.is_rate and re.fullmatch(r"[0-9]+(\.[0-9]+)?%", plain) and len(plain) < 16:
        return _fraction(plain[:-1])
    if not measure.is_rate and re.fullmatch(r"([0-9]{1,3}(,[0-9]{3})+|[0-9]{1,15})(\.0+)?", plain):
        return int(plain.partition(".")[0].replace(",", ""))
    raise Unreadable(text)


def _fraction(percent: str | int) -> float:
    return round(float(percent) / 100, 10)


def cell_text(value: Value, measure: Measure, layout: Layout) -> str:
    """A value as `layout` prints it."""
    if value is None:
        return layout.no_value
    if isinstance(value, Printed):
        return value.text
    if measure.is_rate:
        text = f"{float(value):.2f}%" if layout.percent_decimals else f"{value}%"
    else:
        text = f"{value:,}" if layout.commas else str(value)
    return full_width(text) if layout.full_width else text


_HALF = "0123456789,.%"
_WIDER = str.maketrans(_HALF, "".join(chr(ord(c) + 0xFEE0) for c in _HALF))
_NARROWER = {wide: narrow for narrow, wide in _WIDER.items()}


def full_width(text: str) -> str:
    """Full-width forms of digits, comma, point and percent sign."""
    return text.translate(_WIDER)


def half_width(text: str) -> str:
    """The opposite of :func:`full_width`."""
    return text.translate(_NARROWER)


# --- the text ----------------------------------------------------------------------------------------


class PrintedLine(str):
    """A line of the text that knows what it is.

    ``role`` is text, furniture, heading, title, header, row, total or note; ``annex`` the annex's number (0 before
    the first) and ``row`` the row's place in it, from 0.
    """

    role: str
    annex: int
    row: int

    def __new__(cls, text: str, role: str, annex: int = 0, row: int = -1) -> PrintedLine:
        """A line with its part in the text."""
        line = super().__new__(cls, text)
        line.role, line.annex, line.row = role, annex, row
        return line

    def saying(self, text: str) -> PrintedLine:
        """The same part of the text with other words."""
        return PrintedLine(text, self.role, self.annex, self.row)


@dataclass
class _Page:
    """Lines of the text so far, and the furniture between them."""

    layout: Layout
    random: Random
    lines: list[PrintedLine] = field(default_factory=list)
    page: int = 1
    since: int = 0

    def add(self, texts: Sequence[str], role: str, annex: int = 0, row: int = -1) -> None:
        self.lines += [PrintedLine(text, role, annex, row) for text in texts]

    def turn(self, header: Sequence[str] = ()) -> None:
        """The end of a page: its number, then the running head and the header of the next."""
        self.since = 0
        if self.layout.page_mark:
            self.add([self.layout.page_mark.format(page=self.page)], "furniture")
            self.page += 1
        if self.layout.running_head:
            self.add([self.layout.running_head], "furniture")
        if header and self.layout.repeated_headers:
            self.add(header, "furniture")

    def put(self, rows: Sequence[Sequence[PrintedLine]], header: Sequence[str]) -> None:
        """Rows of a table, with a page ending after about every third line."""
        for n, row in enumerate(rows):
            for i, line in enumerate(row):
                may_turn = n and (i == 0 or self.layout.furniture == "anywhere")
                if may_turn and self.since >= 3 and self.random.random() < 0.7:
                    self.turn(header)
                self.lines.append(line)
                self.since += 1


def print_bulletin(city: City, layout: Layout) -> bytes:
    """The bulletin as a file."""
    return encode(print_text(city, layout), layout)


def encode(text: str, layout: Layout) -> bytes:
    """`text` in the encoding and with the line ends of `layout`."""
    return text.replace("\n", layout.newline).encode(layout.encoding)


def print_text(city: City, layout: Layout) -> str:
    """The bulletin as text with line feeds."""
    return joined(print_lines(city, layout), layout)


def joined(lines: Sequence[str], layout: Layout) -> str:
    """Lines as one text with line feeds."""
    pieces = [piece for line in lines for piece in ((line, "") if layout.blank_lines else (line,))]
    return "\n".join(pieces) + "\n"


def print_lines(city: City, layout: Layout) -> list[PrintedLine]:
    """The lines of the bulletin, each with its part in it."""
    city = arrange(city, layout)
    page = _Page(layout, Random(f"text {layout.seed}"))
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
    page.turn()
    closing = [
        "附件：1.各区县第四季度“好差评”数据通报表",
        "2.市直部门第四季度“好差评”数据通报表",
        "青禾市政务服务管理局",
        "2023年1月18日",
    ]
    page.add(closing, "text")
    by_number = {annex.number: annex for annex in city.annexes}
    for number in layout.annexes:
        page.turn()
        _print_annex(by_number[number], layout, page)
    return page.lines


def _print_annex(annex: Annex, layout: Layout, page: _Page) -> None:
    random = page.random
    movable = layout.columns == "all" and not any(measure.key for measure in annex.measures)
    name_at = random.randint(1, len(annex.measures)) if movable else 0
    header = _header(annex, layout, name_at, random)
    rows = []
    for n, (name, values) in enumerate(annex.rows):
        lines = _row([str(n + 1)], name, _texts(annex, values, layout), name_at, layout, random)
        rows.append([PrintedLine(line, "row", annex.number, n) for line in lines])
    if layout.total_label:
        cells = _texts(annex, annex.total, layout)
        text = layout.separator.join([layout.total_label, *cells])
        total = [PrintedLine(text, "total", annex.number)]
        rows = [total, *rows] if layout.total_at == "top" else [*rows, total]
    page.add([layout.heading.format(number=annex.number)], "heading", annex.number)
    page.add([annex.title], "title", annex.number)
    page.add(header, "header", annex.number)
    page.put(rows, header)
    page.add([layout.note] if layout.note else [], "note", annex.number)


def _texts(annex: Annex, values: tuple[Value, ...], layout: Layout) -> list[str]:
    return [cell_text(v, m, layout) for v, m in zip(values, annex.measures, strict=True)]


def _header(annex: Annex, layout: Layout, name_at: int, random: Random) -> list[str]:
    names = [measure.heading for measure in annex.measures]
    if annex.number == 4:
        tiers = list(dict.fromkeys(TIER_HEADINGS[dict(m.key)["tier"]] for m in annex.measures))
        names = [*tiers, *names]
    headings = ["序号", *names[:name_at], annex.key_heading, *names[name_at:]]
    if layout.header == "each":
        return headings
    if layout.header == "side":
        return _side_by_side(headings, layout)
    line = layout.separator.join(headings)
    if layout.header == "wrapped":
        cuts = sorted(random.sample(range(2, len(line) - 1), 2))
        pieces = [line[a:b].strip() for a, b in zip([0, *cuts], [*cuts, len(line)], strict=True)]
        return [piece for piece in pieces if piece]
    return [line]


def _side_by_side(headings: list[str], layout: Layout) -> list[str]:
    """Long headings broken in two, all first halves on one line and all second halves on the next."""
    first = [h[:2] if len(h) > 3 else h for h in headings]
    second = [h[2:] for h in headings if len(h) > 3]
    return [layout.separator.join(part) for part in (first, second) if part]


def _row(
    serial: list[str], name: str, cells: list[str], name_at: int, layout: Layout, random: Random
) -> list[str]:
    """The lines of one row."""
    before, after = cells[:name_at], cells[name_at:]
    glue = layout.glued_serials and not before
    lead = [*serial, *before]
    if layout.names == "centred" and len(name) > LONGEST_ON_ONE_LINE:
        cut = random.randint(1, len(name) - 1)
        return [name[:cut], *_flow([*lead, *after], layout, random), name[cut:]]
    if layout.names == "trailing" and len(name) > LONGEST_ON_ONE_LINE:
        cut = random.randint(1, len(name) - 1)
        return [*_flow([*lead, name[:cut], *after], layout, random), name[cut:]]
    pieces = [name]
    if layout.names in ("wrapped", "alone") and len(name) > 1:
        cuts = sorted(random.sample(range(1, len(name)), min(len(name) - 1, random.randint(1, 2))))
        pieces = [name[a:b] for a, b in zip([0, *cuts], [*cuts, len(name)], strict=True)]
    if glue:
        lead, pieces = [], [serial[0] + pieces[0], *pieces[1:]]
    lines = [layout.separator.join(lead)] if layout.names == "alone" and lead else []
    first = ([] if lines else lead) + [pieces[0]]
    if len(pieces) > 1:
        lines += [layout.separator.join(first), *pieces[1:-1]]
        first = [pieces[-1]]
    return [*lines, *_flow([*first, *after], layout, random)]


def _flow(tokens: list[str], layout: Layout, random: Random) -> list[str]:
    """Tokens of one row on one line or more."""
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

"""A printer of bulletins: a small known city, printed in every way an office's text can be bent.

`small_city` makes the figures, `Layout` says how they are printed, `print_bulletin` gives the text and
`expected` what a person would read in it. Nothing here calls the reader.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

QUARTER = "2022Q4"
DISTRICTS = ["青禾区", "石桥县", "白沙市", "云岭旗", "双塔经济技术开发区", "高新区", "市北区", "南滨新区"]
CITY_DEPARTMENTS = [
    "市教育局", "市公安局（出入境、治安、交警）", "市大数据中心有限责任公司", "贸促会",
    "市行政审批服务局", "省通信行业协会青禾办事处", "市残联", "市供水集团有限责任公司",
]  # fmt: skip
DISTRICT_DEPARTMENTS = [
    "人社局", "自然资源局（含不动产）", "卫健委", "退役军人事务局", "公共服务（水电气热通讯）", "统计局",
]  # fmt: skip

Value = int | str | None
"""A count, a rate as printed without its sign (``"99.68"``), or None where there is no number."""


@dataclass(frozen=True)
class Measure:
    """One column of numbers: its heading, the field it fills, and the part of the key it carries."""

    heading: str
    field: str
    key: tuple[tuple[str, str], ...] = ()

    @property
    def is_rate(self) -> bool:
        return self.field.endswith("_rate") or self.field == "share"


@dataclass(frozen=True)
class Annex:
    """One table: rows are a name and one value a measure."""

    table: str
    number: int
    title: str
    key: str
    key_heading: str
    measures: tuple[Measure, ...]
    rows: tuple[tuple[str, tuple[Value, ...]], ...]
    total: tuple[Value, ...] = ()


@dataclass(frozen=True)
class City:
    """What one bulletin says."""

    annexes: tuple[Annex, ...]
    records: int
    evaluation_rate: str = "99.9"


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


def small_city(seed: int = 0) -> City:
    """An invented city with every table, a total in each, and some cells without a number."""
    random = Random(seed)
    districts = random.sample(DISTRICTS, random.randint(3, 5))
    counts = [_count(random) for _ in districts]

    def measured(name: str, cases: int) -> tuple[str, tuple[Value, ...]]:
        missing = random.random() < 0.25
        rate = None if missing else random.choice(["100", "99.68", "87.5"])
        return name, (cases, cases, rate, None if missing else _count(random), 0)

    def annex_1() -> Annex:
        rows = tuple(
            (name, (*measured(name, cases)[1], random.choice([None, "100", "66.67"])))
            for name, cases in zip(districts, counts, strict=True)
        )
        return Annex("districts", 1, "各区县第四季度“好差评”数据通报表", "district", "区县", MEASURES_1, rows)

    def annex_2() -> Annex:
        names = random.sample(CITY_DEPARTMENTS, random.randint(4, 6))
        rows = tuple(measured(name, _count(random)) for name in names)
        measures = MEASURES_1[:-1]
        return Annex(
            "city_departments", 2, "市直部门第四季度“好差评”数据通报表", "department", "部门", measures, rows
        )

    def annex_3() -> Annex:
        measures = tuple(Measure(name, "evaluations", (("district", name),)) for name in districts)
        rows = tuple(
            (name, tuple(None if random.random() < 0.1 else _count(random) for _ in districts))
            for name in random.sample(DISTRICT_DEPARTMENTS, random.randint(3, 5))
        )
        title = "区直部门第四季度“好差评”评价数据通报表"
        return Annex("district_departments", 3, title, "department", "部门", measures, rows)

    def annex_4() -> Annex:
        rows = tuple((name, tuple(_count(random) for _ in MEASURES_4)) for name in districts)
        title = "各区县镇村第四季度“好差评”数据通报表"
        return Annex("towns_and_villages", 4, title, "district", "区县", MEASURES_4, rows)

    def annex_5() -> Annex:
        rows = tuple((name, (_count(random), random.choice(["31", "0.2", "0"]))) for name in districts)
        title = "各区县公共服务领域第四季度“好差评”数据通报表"
        return Annex("public_services", 5, title, "district", "区县", MEASURES_5, rows)

    annexes = [make() for make in (annex_1, annex_2, annex_3, annex_4, annex_5)]
    return City(tuple(_with_total(annex) for annex in annexes), records=sum(counts))


def _count(random: Random) -> int:
    return random.choice(
        [0, 3, 12, random.randrange(100), random.randrange(10_000), random.randrange(5_000_000)]
    )


MEASURES_1 = (
    Measure("办件数", "cases"),
    Measure("评价数", "evaluations"),
    Measure("评价率", "evaluation_rate"),
    Measure("主动评价数", "active_evaluations"),
    Measure("差评数", "negative_evaluations"),
    Measure("整改满意率", "rectification_satisfaction_rate"),
)
MEASURES_4 = tuple(
    Measure(heading, name, (("tier", tier),))
    for tier in ("town", "village")
    for heading, name in [
        ("评价总数", "evaluations"),
        ("差评数量", "negative_evaluations"),
        ("按时整改数量", "rectified_on_time"),
    ]
)
MEASURES_5 = (Measure("评价数", "evaluations"), Measure("总量占比", "share"))
TIER_HEADINGS = {"town": "镇级", "village": "村级"}


def _with_total(annex: Annex) -> Annex:
    columns = list(zip(*(values for _, values in annex.rows), strict=True))
    total = tuple(
        "100" if measure.is_rate else sum(v for v in column if isinstance(v, int))
        for measure, column in zip(annex.measures, columns, strict=True)
    )
    return replace(annex, total=total)


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
        record[measure.field] = _number(value, measure)
        if measure.is_rate:
            record[f"{measure.field}_printed"] = cell_text(value, measure, layout)
        if value is None:
            printed = cell_text(value, measure, layout)
            content["unreported"].append((annex.table, tuple(key.items()), measure.field, printed))
    if layout.total_label and name == annex.rows[0][0]:
        for measure, value in zip(annex.measures, annex.total, strict=True):
            key = {annex.key: layout.total_label, **dict(measure.key)}
            number, printed = _number(value, measure), cell_text(value, measure, layout)
            content["printed_totals"].append(
                (annex.table, tuple(key.items()), measure.field, number, printed, layout.total_label)
            )
    return list(records.values())


def _number(value: Value, measure: Measure) -> float | int | None:
    if value is None:
        return None
    return _fraction(value) if measure.is_rate else int(value)


def _fraction(percent: str | int) -> float:
    return round(float(percent) / 100, 10)


def cell_text(value: Value, measure: Measure, layout: Layout) -> str:
    """A value as `layout` prints it."""
    if value is None:
        return layout.no_value
    if measure.is_rate:
        text = f"{float(value):.2f}%" if layout.percent_decimals else f"{value}%"
    else:
        text = f"{value:,}" if layout.commas else str(value)
    return full_width(text) if layout.full_width else text


def full_width(text: str) -> str:
    """Full-width forms of digits, comma, point and percent sign."""
    return "".join(chr(ord(c) + 0xFEE0) if c in "0123456789,.%" else c for c in text)


# --- small texts written by hand ---------------------------------------------------------------------

NARRATIVE = """青禾市政务服务管理局
关于2022年第四季度政务服务“好差评”工作情况的通报
各区县：
2022年第四季度，全市归集并上传省平台办件评价数据900条，评价率99.9%以上。
附件：1.数据通报表
青禾市政务服务管理局
2023年1月18日
"""
NOTE = "备注：数据统计范围2022年10月1日至12月31日，数据提取时间：2023年1月5日。\n"
DISTRICT_HEAD = "附件1：\n各区县第四季度数据通报表\n序号 区县 办件数 评价数 差评数\n"
DEPARTMENT_HEAD = "附件2：\n市直部门第四季度数据通报表\n序号 部门 办件数 评价数 差评数\n"
MATRIX_HEAD = "附件3：\n区直部门第四季度评价数据通报表\n序号 部门 {}\n"
SERVICE_HEAD = "附件5：\n各区县公共服务领域第四季度数据通报表\n序号 区县 评价数 总量占比\n"


# --- the text ----------------------------------------------------------------------------------------


@dataclass
class _Page:
    """Lines of the text so far, and the furniture between them."""

    layout: Layout
    random: Random
    lines: list[str] = field(default_factory=list)
    page: int = 1
    since: int = 0

    def turn(self, header: list[str] | None = None) -> None:
        """The end of a page: its number, then the running head and the header of the next."""
        self.since = 0
        if self.layout.page_mark:
            self.lines.append(self.layout.page_mark.format(page=self.page))
            self.page += 1
        if self.layout.running_head:
            self.lines.append(self.layout.running_head)
        if header and self.layout.repeated_headers:
            self.lines += header

    def put(self, rows: list[list[str]], header: list[str]) -> None:
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
    city = arrange(city, layout)
    page = _Page(layout, Random(f"text {layout.seed}"))
    digits = full_width if layout.full_width else str
    records, rate = digits(str(city.records)), digits(f"{city.evaluation_rate}%")
    page.lines += [
        "青禾市政务服务管理局",
        "关于2022年第四季度政务服务“好差评”工作情况的通报",
        "各区县行政审批服务局，市直各部门：",
        "2022年第四季度，各级窗口认真开展办件评价，各项工作有序推进。",
        "10-12月，全市归集并上传省平台办件评价",
        f"数据{records}条，评价率{rate}以上，差评整改率100%。",
        "同时，部分部门的办件不能及时自动推送。2023年，将按照省工作要求进一步提升质效。",
    ]
    page.turn()
    page.lines += [
        "附件：1.各区县第四季度“好差评”数据通报表",
        "2.市直部门第四季度“好差评”数据通报表",
        "青禾市政务服务管理局",
        "2023年1月18日",
    ]
    by_number = {annex.number: annex for annex in city.annexes}
    for number in layout.annexes:
        page.turn()
        _print_annex(by_number[number], layout, page)
    lines = [piece for line in page.lines for piece in ((line, "") if layout.blank_lines else (line,))]
    return "\n".join(lines) + "\n"


def _print_annex(annex: Annex, layout: Layout, page: _Page) -> None:
    random = page.random
    movable = layout.columns == "all" and not any(measure.key for measure in annex.measures)
    name_at = random.randint(1, len(annex.measures)) if movable else 0
    header = _header(annex, layout, name_at, random)
    rows = [
        _row([str(n)], name, _texts(annex, values, layout), name_at, layout, random)
        for n, (name, values) in enumerate(annex.rows, start=1)
    ]
    if layout.total_label:
        cells = _texts(annex, annex.total, layout)
        total = [layout.separator.join([layout.total_label, *cells])]
        rows = [total, *rows] if layout.total_at == "top" else [*rows, total]
    page.lines += [layout.heading.format(number=annex.number), annex.title, *header]
    page.put(rows, header)
    page.lines += [layout.note] if layout.note else []


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

"""Invented bulletins of places that declared nothing, with the relations that their tables have by construction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random

SUM, RATE, SHARE, TOTAL, SAME = "sum", "rate", "share", "total", "same"
KINDS = (SUM, RATE, SHARE, TOTAL, SAME)
"""Kinds of relation: columns that add up, a rate, a share, a row of totals, equal quantities in two tables."""
Terms = frozenset[tuple[int, str]]
_AREAS = (
    "青禾区", "石桥县", "白沙市", "云岭旗", "高新区", "市北区", "南滨新区", "清水县", "双塔县", "东湖区", "西关区", "银杏县",
)  # fmt: skip
_OFFICES = (
    "教育局", "公安局", "民政局", "司法局", "财政局", "人社局", "卫健委", "税务局", "医保局", "统计局", "气象局", "残联", "档案馆",
    "水利局",
    "交通运输局", "市场监管局", "自然资源局", "住建局", "文旅局", "应急管理局",
)  # fmt: skip
_HALLS = (
    "政务服务大厅",
    "税务大厅",
    "不动产登记大厅",
    "车管大厅",
    "出入境大厅",
    "婚姻登记大厅",
    "社保大厅",
    "公积金大厅",
)
_LEVELS = (
    ("评价总数", ("非常满意", "满意", "基本满意", "不满意", "非常不满意"), "满意率", 3),
    ("投票总数", ("满意票", "基本满意票", "不满意票"), "", 2),
    ("问卷总数", ("很好", "较好", "一般", "较差"), "良好率", 2),
    ("总次数", ("五星", "四星", "三星", "二星", "一星"), "", 3),
)
_PAIRS = (
    ("办件量", "评价量", "评价率"),
    ("办件总数", "参评数", "参评率"),
    ("来访人次", "登记人次", "登记率"),
    ("诉求总量", "回复量", "回复率"),
)
_HANDLING = (
    ("受理数", ("办结数", "在办数"), "办结率"),
    ("总件数", ("已办结", "处理中"), "办结率"),
    ("收件总数", ("通过件数", "退回件数"), "通过率"),
)


@dataclass(frozen=True)
class Relation:
    """A relation that a table has; headings as printed, the table by its number."""

    kind: str
    table: int
    result: str
    terms: Terms = frozenset()
    denominator: Terms = frozenset()
    alternatives: tuple[Terms, ...] = ()
    """Other numerators that are the same by another relation."""


@dataclass
class Table:
    """A table to print: cells as texts, the last row of totals if it has any."""

    title: str
    name_heading: str
    headings: list[str]
    rows: list[list[str]]
    has_total: bool = False


@dataclass
class Bulletin:
    """An invented bulletin with its relations; ``planted`` is the row and table of an error, with its kind."""

    city: str
    tables: list[Table] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    planted: tuple[str, int, str] | None = None

    def html(self) -> str:
        """The bulletin as a page."""
        shown = "".join(f"<h3>附件{n}：{t.title}</h3>{_html(t)}" for n, t in enumerate(self.tables, start=1))
        head = (
            f"<h1>关于2024年第一季度{self.city}政务服务评价工作情况的通报</h1><p>现将有关情况通报如下。</p>"
        )
        return f"<html><head><meta charset='utf-8'></head><body>{head}{shown}</body></html>"


def invent(seed: int) -> Bulletin:
    """A bulletin of two to four tables."""
    random = Random(seed)
    bulletin = Bulletin(random.choice(("江川市", "沙湾市", "云亭市")))
    areas = random.sample(_AREAS, random.randint(5, len(_AREAS)))
    makers: list[Callable[[Bulletin, Random, list[str]], None]] = [_pairs, _levels, _handling, _shares]
    for maker in random.sample(makers, random.randint(2, 3)):
        maker(bulletin, random, areas)
    if random.random() < 0.6:
        _matrix(bulletin, random, areas)
    return bulletin


def plant(bulletin: Bulletin, kind: str, random: Random) -> bool:
    """Change one figure so that a relation of a kind fails in one row; False where the bulletin has none."""
    of_kind = [relation for relation in bulletin.relations if relation.kind == kind]
    random.shuffle(of_kind)
    for relation in of_kind:
        table = bulletin.tables[relation.table]
        at = len(table.rows) - 1 if kind == TOTAL else random.randrange(len(table.rows) - table.has_total)
        column = table.headings.index(relation.result) + 1
        text = table.rows[at][column]
        if not text.rstrip("%").replace(".", "").isdecimal() or text.strip("0.%") == "":
            continue
        wrong = (
            f"{float(text[:-1]) * 0.7:.{len(text[:-1].partition('.')[2])}f}%"
            if text.endswith("%")
            else str(int(text) + 10 + int(text) // 7)
        )
        table.rows[at][column] = wrong
        bulletin.planted = (kind, relation.table, table.rows[at][0])
        return True
    return False


# --- tables ---------------------------------------------------------------------------------------------


def _pairs(bulletin: Bulletin, random: Random, areas: list[str]) -> None:
    """Cases, evaluations, their rate; a count beside them."""
    cases, evaluations, rate = random.choice(_PAIRS)
    decimals = random.choice((1, 2))
    rows = []
    for area in areas:
        n = random.choice((0, random.randrange(5, 90), random.randrange(1000, 90_000)))
        k = random.randint(n // 2, n)
        rows.append([area, str(n), str(k), _percent(k, n, decimals), str(random.randint(0, k // 3))])
    headings = [cases, evaluations, rate, f"主动{evaluations}"]
    table = Table("各区县情况表", "区县", headings, rows)
    number = _add(bulletin, table, random, summed=(1, 2, 4))
    bulletin.relations.append(Relation(RATE, number, rate, _terms(evaluations), _terms(cases)))


def _levels(bulletin: Bulletin, random: Random, areas: list[str]) -> None:
    total, levels, rate, good = random.choice(_LEVELS)
    rows = []
    for hall in random.sample(_HALLS, random.randint(5, len(_HALLS))):
        counts = [random.randrange(10, 9000) // (1 + 8 * at) for at in range(len(levels))]
        row = [hall, str(sum(counts)), *map(str, counts)]
        rows.append([*row, _percent(sum(counts[:good]), sum(counts), 2)] if rate else row)
    headings = [total, *levels, *([rate] if rate else [])]
    number = _add(
        bulletin, Table("各大厅评价情况表", "大厅", headings, rows), random, summed=range(1, len(levels) + 2)
    )
    bulletin.relations.append(Relation(SUM, number, total, _terms(*levels)))
    if rate:
        rest = frozenset({(1, total), *((-1, level) for level in levels[good:])})
        bulletin.relations.append(
            Relation(RATE, number, rate, _terms(*levels[:good]), _terms(total), (rest,))
        )


def _handling(bulletin: Bulletin, random: Random, areas: list[str]) -> None:
    total, (done, rest), rate = random.choice(_HANDLING)
    rows = []
    for office in random.sample(_OFFICES, random.randint(6, len(_OFFICES))):
        k, r = random.randrange(3, 4000), random.choice((0, 0, random.randrange(90)))
        rows.append([f"市{office}", str(k + r), str(k), str(r), _percent(k, k + r, 1)])
    number = _add(
        bulletin,
        Table("市直部门办理情况表", "部门", [total, done, rest, rate], rows),
        random,
        summed=(1, 2, 3),
    )
    bulletin.relations.append(Relation(SUM, number, total, _terms(done, rest)))
    bulletin.relations.append(Relation(RATE, number, rate, _terms(done), _terms(total)))


def _shares(bulletin: Bulletin, random: Random, areas: list[str]) -> None:
    counts = [random.randrange(100, 90_000) for _ in areas]
    decimals = random.choice((1, 2))
    rows = [[area, str(n), _percent(n, sum(counts), decimals)] for area, n in zip(areas, counts, strict=True)]
    heading = random.choice(("服务量", "评价数", "缴费笔数"))
    number = _add(
        bulletin, Table("各区县公共服务情况表", "区县", [heading, "占比"], rows), random, summed=(1,)
    )
    bulletin.relations.append(Relation(SHARE, number, "占比", _terms(heading)))


def _matrix(bulletin: Bulletin, random: Random, areas: list[str]) -> None:
    """Offices by areas; its columns add up to a column of its own table, or to one of the table of areas."""
    offices = random.sample(_OFFICES, random.randint(6, 14))
    cells = [[random.choice((0, random.randrange(9000))) for _ in areas] for _ in offices]
    rows = [[office, *map(str, row)] for office, row in zip(offices, cells, strict=True)]
    number = _add(
        bulletin, Table("区直部门情况表", "部门", list(areas), rows), random, summed=range(1, len(areas) + 1)
    )
    if random.random() < 0.5:
        sums = [[area, str(sum(row[at] for row in cells))] for at, area in enumerate(areas)]
        other = _add(
            bulletin, Table("各区县部门评价汇总情况表", "区县", ["部门评价数"], sums), random, summed=()
        )
        bulletin.relations.append(Relation(SAME, other, "部门评价数", frozenset({(number, "")})))


def _add(bulletin: Bulletin, table: Table, random: Random, summed: Sequence[int]) -> int:
    """Add a table, mostly with a row of totals; gives its number."""
    number = len(bulletin.tables)
    if summed and random.random() < 0.7:
        total = ["合计", *("" for _ in table.headings)]
        for at in summed:
            total[at] = str(sum(int(row[at]) for row in table.rows))
        table = replace(table, rows=[*table.rows, total], has_total=True)
        bulletin.relations += [Relation(TOTAL, number, table.headings[at - 1]) for at in summed]
    bulletin.tables.append(table)
    return number


def _terms(*headings: str) -> Terms:
    return frozenset((1, heading) for heading in headings)


def _percent(k: int, n: int, decimals: int) -> str:
    """A rate, halves up; a stroke without a base."""
    if not n:
        return "/"
    scale = 10**decimals
    steps = (2 * 100 * scale * k + n) // (2 * n)
    return f"{steps // scale}.{steps % scale:0{decimals}d}%"


def _html(table: Table) -> str:
    head = "".join(f"<th>{text}</th>" for text in (table.name_heading, *table.headings))
    rows = "".join(f"<tr>{''.join(f'<td>{text}</td>' for text in row)}</tr>" for row in table.rows)
    return f"<table><tr>{head}</tr>{rows}</table>"

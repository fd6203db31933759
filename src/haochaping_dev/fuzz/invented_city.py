"""A small invented city with known figures, which is printed in many layouts to test the readers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

QUARTER = "2022Q4"
DISTRICTS = ["青禾区", "石桥县", "白沙市", "云岭旗", "双塔经济技术开发区", "高新区", "市北区", "南滨新区"]
CITY_DEPARTMENTS = [
    "市教育局", "市公安局（出入境、治安、交警）", "市大数据中心有限责任公司", "贸促会",
    "市行政审批服务局", "省通信行业协会青禾办事处", "市残联", "市供水集团有限责任公司",
]  # fmt: skip
DISTRICT_DEPARTMENTS = [
    "人社局", "自然资源局（含不动产）", "卫健委", "退役军人事务局", "公共服务（水电气热通讯）", "统计局",
]  # fmt: skip


@dataclass(frozen=True)
class PrintedText:
    """A cell that is printed as `text`, whatever the layout: a slip, a blank, a word of its own."""

    text: str


PrintedValue = int | str | PrintedText | None
"""A count, a rate as printed without its sign (``"99.68"``), a text, or None where there is no number."""


@dataclass(frozen=True)
class Measure:
    """One column of numbers: its heading, the field it fills, and the part of the key it carries."""

    heading: str
    field: str
    key: tuple[tuple[str, str], ...] = ()

    @property
    def member(self) -> str:
        """The district or tier whose column it is; blank where a column has no such name."""
        return next((name for _, name in self.key), "")

    @property
    def is_rate(self) -> bool:
        return self.field.endswith("_rate") or self.field == "share"


@dataclass(frozen=True)
class Annex:
    """One table; each row is a name and one value for each measure."""

    table: str
    number: int
    title: str
    key: str
    key_heading: str
    measures: tuple[Measure, ...]
    rows: tuple[tuple[str, tuple[PrintedValue, ...]], ...]
    total: tuple[PrintedValue, ...] = ()


@dataclass(frozen=True)
class InventedCity:
    """The content of one bulletin."""

    annexes: tuple[Annex, ...]
    records: int
    evaluation_rate: str = "99.9"


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
MATRIX = 3
"""Number of the annex with a column for each district."""
TIER_HEADINGS = {"town": "镇级", "village": "村级"}


def small_city(seed: int = 0, count: Callable[[Random], int] | None = None) -> InventedCity:
    """Make an invented city with every table, a total in each, and some cells without a number.

    `count` draws the figures; the default is :func:`random_count`.
    """
    random = Random(seed)
    draw = count or random_count
    districts = random.sample(DISTRICTS, random.randint(3, 5))
    counts = [draw(random) for _ in districts]

    def service_row(name: str, cases: int) -> tuple[str, tuple[PrintedValue, ...]]:
        missing = random.random() < 0.25
        rate = None if missing else random.choice(["100", "99.68", "87.5"])
        return name, (cases, cases, rate, None if missing else draw(random), 0)

    def annex_1() -> Annex:
        rows = tuple(
            (name, (*service_row(name, cases)[1], random.choice([None, "100", "66.67"])))
            for name, cases in zip(districts, counts, strict=True)
        )
        return Annex("districts", 1, "各区县第四季度“好差评”数据通报表", "district", "区县", MEASURES_1, rows)

    def annex_2() -> Annex:
        names = random.sample(CITY_DEPARTMENTS, random.randint(4, 6))
        rows = tuple(service_row(name, draw(random)) for name in names)
        measures = MEASURES_1[:-1]
        return Annex(
            "city_departments", 2, "市直部门第四季度“好差评”数据通报表", "department", "部门", measures, rows
        )

    def annex_3() -> Annex:
        measures = tuple(Measure(name, "evaluations", (("district", name),)) for name in districts)
        rows = tuple(
            (name, tuple(None if random.random() < 0.1 else draw(random) for _ in districts))
            for name in random.sample(DISTRICT_DEPARTMENTS, random.randint(3, 5))
        )
        title = "区直部门第四季度“好差评”评价数据通报表"
        return Annex("district_departments", 3, title, "department", "部门", measures, rows)

    def annex_4() -> Annex:
        rows = tuple((name, tuple(draw(random) for _ in MEASURES_4)) for name in districts)
        title = "各区县镇村第四季度“好差评”数据通报表"
        return Annex("towns_and_villages", 4, title, "district", "区县", MEASURES_4, rows)

    def annex_5() -> Annex:
        rows = tuple((name, (draw(random), random.choice(["31", "0.2", "0"]))) for name in districts)
        title = "各区县公共服务领域第四季度“好差评”数据通报表"
        return Annex("public_services", 5, title, "district", "区县", MEASURES_5, rows)

    annexes = [make() for make in (annex_1, annex_2, annex_3, annex_4, annex_5)]
    return InventedCity(tuple(_with_total(annex) for annex in annexes), records=sum(counts))


def random_count(random: Random) -> int:
    """Draw a count as annexes hold them: many zeros, some small, some large."""
    return random.choice(
        [0, 3, 12, random.randrange(100), random.randrange(10_000), random.randrange(5_000_000)]
    )


def _with_total(annex: Annex) -> Annex:
    columns = list(zip(*(values for _, values in annex.rows), strict=True))
    total = tuple(
        "100" if measure.is_rate else sum(v for v in column if isinstance(v, int))
        for measure, column in zip(annex.measures, columns, strict=True)
    )
    return replace(annex, total=total)

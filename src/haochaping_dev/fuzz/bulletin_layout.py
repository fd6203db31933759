"""How an invented bulletin is laid out, and what a person reads in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from haochaping_dev.fuzz.invented_city import Annex, InventedCity, Measure, Printed, PrintedValue

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


# --- one arrangement of the figures ------------------------------------------------------------------


def arrange(city: InventedCity, layout: Layout) -> InventedCity:
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


def expected(city: InventedCity, layout: Layout) -> dict[str, Any]:
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
    annex: Annex, name: str, values: tuple[PrintedValue, ...], layout: Layout, content: dict[str, Any]
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


_DASHES = re.compile("[-－–—]{1,2}")
"""Two dashes are seen as one, whichever they are."""


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
    if plain in WITHOUT_A_NUMBER or _DASHES.fullmatch("".join(plain.split())):
        return None
    if measure.is_rate and re.fullmatch(r"[0-9]+(\.[0-9]+)?%", plain) and len(plain) < 16:
        return _fraction(plain[:-1])
    if not measure.is_rate and re.fullmatch(r"([0-9]{1,3}(,[0-9]{3})+|[0-9]{1,15})(\.0+)?", plain):
        return int(plain.partition(".")[0].replace(",", ""))
    raise Unreadable(text)


def _fraction(percent: str | int) -> float:
    return round(float(percent) / 100, 10)


def cell_text(value: PrintedValue, measure: Measure, layout: Layout) -> str:
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

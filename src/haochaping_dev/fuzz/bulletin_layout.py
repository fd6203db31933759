"""The layout of an invented bulletin, and what a person reads in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from haochaping_dev.fuzz.invented_city import Annex, InventedCity, Measure, PrintedText, PrintedValue

MISSING_VALUE_TEXTS = (
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
    """How a bulletin is printed; the defaults are the simplest way."""

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


# --- order of rows and columns -----------------------------------------------------------------------


def arrange(city: InventedCity, layout: Layout) -> InventedCity:
    """Return `city` with rows and columns in the order in which `layout` prints them."""
    random = Random(f"arrange {layout.seed}")
    return replace(city, annexes=tuple(_arrange_annex(annex, layout, random) for annex in city.annexes))


def _arrange_annex(annex: Annex, layout: Layout, random: Random) -> Annex:
    rows = list(annex.rows)
    order = list(range(len(annex.measures)))
    if layout.rows == "shuffled":
        random.shuffle(rows)
    if layout.columns != "usual":
        order = (
            _shuffle_within_tiers(order, random) if annex.number == 4 else random.sample(order, len(order))
        )
    return replace(
        annex,
        measures=tuple(annex.measures[i] for i in order),
        rows=tuple((name, tuple(values[i] for i in order)) for name, values in rows),
        total=tuple(annex.total[i] for i in order),
    )


def _shuffle_within_tiers(order: list[int], random: Random) -> list[int]:
    """Shuffle the two tiers (towns, villages) and the columns within each; a tier's columns stay together."""
    half = len(order) // 2
    tiers = [random.sample(order[:half], half), random.sample(order[half:], half)]
    return [i for tier in random.sample(tiers, 2) for i in tier]


# --- what a person reads -----------------------------------------------------------------------------


def expected_content(city: InventedCity, layout: Layout) -> dict[str, Any]:
    """Return the content of the printed bulletin in the form of :func:`.model_content.plain_values`."""
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
    """Return the records of one printed row; add unreported cells and, once per annex, the total to `content`."""
    records: dict[tuple[Any, ...], dict[str, Any]] = {}
    if annex.number not in layout.annexes:
        return []
    for measure, value in zip(annex.measures, values, strict=True):
        key = {annex.key: name, **dict(measure.key)}
        record = records.setdefault(tuple(key.items()), dict(key))
        printed = cell_text(value, measure, layout)
        record[measure.field] = read_by_eye(printed, measure)
        if measure.is_rate:
            record[f"{measure.field}_printed"] = printed
        if record[measure.field] is None:
            content["unreported"].append((annex.table, name, measure.member, measure.field, printed))
    if layout.total_label and name == annex.rows[0][0]:
        _add_expected_total(annex, layout, content)
    return list(records.values())


def _add_expected_total(annex: Annex, layout: Layout, content: dict[str, Any]) -> None:
    for measure, value in zip(annex.measures, annex.total, strict=True):
        place = (annex.table, layout.total_label, measure.member, measure.field)
        printed = cell_text(value, measure, layout)
        number = read_by_eye(printed, measure)
        if number is None:
            content["unreported"].append((*place, printed))
        else:
            content["printed_totals"].append((*place, number, printed, layout.total_label))


_DASHES = re.compile("[-－–—]{1,2}")
"""One or two dashes of any kind mean the same to a person."""


class UnreadableCell(ValueError):
    """The text cannot be read as a value of its column."""


def read_by_eye(text: str, measure: Measure) -> float | int | None:
    """Return the number that a person reads in a cell: a count, or for a rate a fraction; None for no number.

    Raises
    ------
    Unreadable
        It is neither a number nor one of `MISSING_VALUE_TEXTS`.
    """
    half_width_text = half_width(text)
    if half_width_text in MISSING_VALUE_TEXTS or _DASHES.fullmatch("".join(half_width_text.split())):
        return None
    if measure.is_rate and re.fullmatch(r"[0-9]+(\.[0-9]+)?%", half_width_text) and len(half_width_text) < 16:
        return _fraction(half_width_text[:-1])
    if measure.is_rate and re.fullmatch(r"0+(\.0+)?", half_width_text):
        return 0.0  # zero is zero in any unit
    if not measure.is_rate and re.fullmatch(r"([0-9]{1,3}(,[0-9]{3})+|[0-9]{1,15})(\.0+)?", half_width_text):
        return int(half_width_text.partition(".")[0].replace(",", ""))
    raise UnreadableCell(text)


def _fraction(percent: str | int) -> float:
    return round(float(percent) / 100, 10)


def cell_text(value: PrintedValue, measure: Measure, layout: Layout) -> str:
    """Return a value as `layout` prints it."""
    if value is None:
        return layout.no_value
    if isinstance(value, PrintedText):
        return value.text
    if measure.is_rate:
        text = f"{float(value):.2f}%" if layout.percent_decimals else f"{value}%"
    else:
        text = f"{value:,}" if layout.commas else str(value)
    return full_width(text) if layout.full_width else text


_HALF = "0123456789,.%"
_TO_FULL_WIDTH = str.maketrans(_HALF, "".join(chr(ord(c) + 0xFEE0) for c in _HALF))
_TO_HALF_WIDTH = {wide: narrow for narrow, wide in _TO_FULL_WIDTH.items()}


def full_width(text: str) -> str:
    """Replace digits, comma, point and percent sign by their full-width forms."""
    return text.translate(_TO_FULL_WIDTH)


def half_width(text: str) -> str:
    """The opposite of :func:`full_width`."""
    return text.translate(_TO_HALF_WIDTH)

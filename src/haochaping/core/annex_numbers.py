"""The tables of a period in their order, and the numbers that page and bulletin call them by."""

from __future__ import annotations

from haochaping.core.model import QuarterData, undeclared_table


def printed_table_names(data: QuarterData) -> list[str]:
    """Names of the tables that a period has, by their printed numbers; one without number stands where it was printed."""
    return list(data.derived(_names))


def paper_number(data: QuarterData, table: str) -> int | None:
    """The number of a table in every paper: the printed one; the first free one where none is printed; None if absent."""
    return data.derived(_numbers).get(table, data.annex_number(table))


def _names(data: QuarterData) -> list[str]:
    found = data.cells[["table", "annex"]].drop_duplicates().sort_values("table")
    positions: dict[str, int] = {}
    for position, annex in zip(found["table"], found["annex"], strict=True):
        positions.setdefault(annex or undeclared_table(position), position)
    places: dict[str, tuple[int, int]] = {}
    number = 0
    for name, position in positions.items():
        printed = data.annex_number(name)
        number = number if printed is None else printed
        places[name] = number, position
    return sorted(places, key=lambda name: places[name])


def _numbers(data: QuarterData) -> dict[str, int]:
    names = printed_table_names(data)
    numbers: dict[str, int] = {}
    for name in names:
        printed = data.annex_number(name)
        if printed is not None and printed not in numbers.values():
            numbers[name] = printed
    for name in names:
        numbers.setdefault(name, max(numbers.values(), default=0) + 1)
    return numbers

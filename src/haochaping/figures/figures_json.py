"""Figures as JSON and back: how the runner hands them to the notebook's kernel."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from fractions import Fraction
from typing import Any

from haochaping.core.model import CellRef, QuarterData
from haochaping.figures.figure import Figure, Figures
from haochaping.figures.unit_name import UnitName
from haochaping.reference.reference import Reference


def dump_figures(figures: Figures) -> str:
    """Everything in `figures` but their quarter, as JSON text."""
    cells = _Cells()
    written = {
        "figures": [_figure(one, cells) for one in figures.values()],
        "words": {name: _word(value, cells) for name, value in figures.words.items()},
    }
    rows = [[cell.table, cell.row, cell.column, cell.member] for cell in cells.places]
    return json.dumps(written | {"cells": rows}, ensure_ascii=False)


def load_figures(text: str, data: QuarterData, reference: Reference) -> Figures:
    """The figures behind :func:`dump_figures`, of `data` and of a city."""
    read = json.loads(text)
    cells = [CellRef(*names) for names in read["cells"]]
    made = [_read_figure(one, cells) for one in read["figures"]]
    words = {name: _read_word(value, cells) for name, value in read["words"].items()}
    return Figures({one.name: one for one in made}, words, data, reference)


class _Cells:
    """Cells by number: each is written once, however many figures rest on it."""

    def __init__(self) -> None:
        self.places: dict[CellRef, int] = {}

    def numbers(self, cells: Iterable[CellRef]) -> list[int]:
        return [self.places.setdefault(cell, len(self.places)) for cell in cells]


def _figure(figure: Figure, cells: _Cells) -> dict[str, Any]:
    plain = {item.name: getattr(figure, item.name) for item in fields(figure)}
    value = str(figure.value) if isinstance(figure.value, Fraction) else figure.value
    return plain | {"value": value, "cells": cells.numbers(figure.cells)}


def _read_figure(data: Mapping[str, Any], cells: list[CellRef]) -> Figure:
    value = Fraction(data["value"]) if isinstance(data["value"], str) else data["value"]
    rests_on = frozenset(cells[number] for number in data["cells"])
    return Figure(**{**data, "value": value, "cells": rests_on, "of": tuple(data["of"])})


def _word(value: Any, cells: _Cells) -> Any:
    """A name with cells and a mapping as objects of their own, so that each is told from a plain text."""
    if isinstance(value, UnitName):
        return {"unit": str(value), "cells": cells.numbers(value.cells)}
    if isinstance(value, list | tuple):
        return [_word(one, cells) for one in value]
    if isinstance(value, dict):
        return {"words": {name: _word(one, cells) for name, one in value.items()}}
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"{type(value).__name__} cannot be handed over")


def _read_word(value: Any, cells: list[CellRef]) -> Any:
    if isinstance(value, dict) and "words" in value:
        return {name: _read_word(one, cells) for name, one in value["words"].items()}
    if isinstance(value, dict):
        return UnitName(value["unit"], [cells[number] for number in value["cells"]])
    return [_read_word(one, cells) for one in value] if isinstance(value, list) else value

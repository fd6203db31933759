"""The tables of other places in ``tests/forms/``: their cells as published, and the settings those places would have."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from haochaping.core.paths import project_root
from haochaping.core.period import Period
from haochaping.reference.reference import Reference, load_reference

FOLDER = project_root() / "tests" / "forms"
TOTAL_LABELS = ("合计", "合 计", "总计", "汇总")
"""Labels that a person knows for totals."""
CellPlace = tuple[str, str, str]
"""Number of the table, label of the row, path of headings."""


@dataclass(frozen=True)
class FormTable:
    """One table: what is printed above it, the heading of its names, the paths of its other headings, its rows."""

    titles: tuple[str, ...]
    names: str
    has_serials: bool
    columns: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def depth(self) -> int:
        """Number of header rows."""
        return max(map(len, self.columns))


@dataclass(frozen=True)
class Form:
    """One bulletin: title, sentences, tables."""

    name: str
    title: str
    sentences: tuple[str, ...]
    tables: tuple[FormTable, ...]

    @property
    def folder(self) -> Path:
        """Where its settings and cells are kept."""
        return FOLDER / self.name

    @property
    def period(self) -> Period:
        """Its period, by the name of its folder."""
        return Period.parse(self.name.rpartition("-")[2])

    @property
    def reference(self) -> Reference:
        """The settings of its place."""
        return _reference(self.name)


@cache
def _reference(name: str) -> Reference:
    return load_reference(FOLDER / name / "reference")


def form_names() -> tuple[str, ...]:
    """Names of the forms, in order."""
    return tuple(sorted(path.name for path in FOLDER.iterdir() if path.is_dir()))


def published_cells(name: str) -> dict[CellPlace, str]:
    """Every cell of a form's ``cells.csv`` as published."""
    with (FOLDER / name / "cells.csv").open(encoding="utf-8-sig", newline="") as file:
        return {(row["table"], row["row"], row["column"]): row["printed"] for row in csv.DictReader(file)}


@cache
def load_form(name: str) -> Form:
    """A form from its folder."""
    settings = tomllib.loads((FOLDER / name / "form.toml").read_text(encoding="utf-8"))
    cells = published_cells(name)
    tables = [
        _table(str(number), table, settings.get("serial", False), cells)
        for number, table in enumerate(settings["table"], start=1)
    ]
    return Form(name, settings["title"], tuple(settings["sentences"]), tuple(tables))


def _table(
    number: str, settings: dict[str, str], has_serials: bool, cells: dict[CellPlace, str]
) -> FormTable:
    own = [(row, column) for table, row, column in cells if table == number]
    columns = list(dict.fromkeys(column for _, column in own))
    rows = [
        (row, tuple(cells[number, row, column] for column in columns))
        for row in dict.fromkeys(row for row, _ in own)
    ]
    heading = (f"附件{settings['number']}",) if "number" in settings else ()
    return FormTable(
        (*heading, settings["title"]),
        settings["names"],
        has_serials,
        tuple(tuple(column.split("/")) for column in columns),
        tuple(rows),
    )

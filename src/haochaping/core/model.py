"""The quarter's data: five tables and the frames that supplement them.

Counts are whole numbers in nullable ``Int64`` columns, rates and shares are fractions in ``float64``
columns with the text as printed beside them. A cell that holds no number is missing and has a row in
``unreported`` with its printed text and a reason. Missing is never zero; printed is never
overwritten by computed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

import pandas as pd

from haochaping.core.derived_values import DerivedValues
from haochaping.core.period import Period

_Derived = TypeVar("_Derived")

TEXT_CLAIMS = "headline"
"""Name under which a figure of the text is a cell: key ``{"figure": name}``, column ``value``."""
SIMULATED = "模拟数据"
"""Word in the title of every bulletin that this kit generated."""


@dataclass(frozen=True)
class TableSpec:
    """The columns of one of the five tables.

    ``key`` columns identify a row, ``counts`` are whole numbers, ``rates`` are fractions.
    ``unit_kind`` maps each key column to its kind in the units registry (blank: none).
    """

    name: str
    annex: int
    title: str
    key: tuple[str, ...]
    counts: tuple[str, ...]
    rates: tuple[str, ...]
    unit_kinds: Mapping[str, str]

    @property
    def measures(self) -> tuple[str, ...]:
        """Columns that hold numbers, in the order of the contract."""
        return (*self.counts, *self.rates)

    @property
    def columns(self) -> list[str]:
        """All columns in order; each rate is followed by its printed text."""
        order = _PRINT_ORDER[self.name]
        return [*self.key, *(c for name in order for c in _column_and_printed(name, self.rates))]


NOT_IN_SOURCE = "原表无此列"
"""Reason of an empty cell whose column the source does not have."""
NOTE = "备注"
"""Name under which an annex's title and note are cells: key ``{<first key column>: NOTE}``."""
NOTE_COLUMNS = ("title", "period", "extraction_date")


def note_text(annex: Mapping[str, Any], column: str) -> str:
    """The title of an annex or a date of its note, from a row of ``annexes``; a period as ``2022-10-01 至 2022-12-31``."""
    if column == "period":
        start, end = str(annex["period_start"]), str(annex["period_end"])
        return f"{start} 至 {end}" if start else ""
    return str(annex[column])


def printed_column(rate: str) -> str:
    """Name of the column that holds a rate's text as printed."""
    return f"{rate}_printed"


def _column_and_printed(name: str, rates: tuple[str, ...]) -> tuple[str, ...]:
    return (name, printed_column(name)) if name in rates else (name,)


_PRINT_ORDER: dict[str, tuple[str, ...]] = {
    "districts": (
        "cases",
        "evaluations",
        "evaluation_rate",
        "active_evaluations",
        "negative_evaluations",
        "rectification_satisfaction_rate",
    ),
    "city_departments": (
        "cases",
        "evaluations",
        "evaluation_rate",
        "active_evaluations",
        "negative_evaluations",
    ),
    "district_departments": ("evaluations",),
    "towns_and_villages": ("evaluations", "negative_evaluations", "rectified_on_time"),
    "public_services": ("evaluations", "share"),
}


def _spec(name: str, annex: int, title: str, unit_kinds: dict[str, str], rates: tuple[str, ...]) -> TableSpec:
    counts = tuple(column for column in _PRINT_ORDER[name] if column not in rates)
    return TableSpec(name, annex, title, tuple(unit_kinds), counts, rates, unit_kinds)


TABLES: dict[str, TableSpec] = {
    spec.name: spec
    for spec in (
        _spec(
            "districts",
            1,
            "各区县",
            {"district": "district"},
            ("evaluation_rate", "rectification_satisfaction_rate"),
        ),
        _spec("city_departments", 2, "市直部门", {"department": "city_department"}, ("evaluation_rate",)),
        _spec(
            "district_departments",
            3,
            "区直部门",
            {"department": "district_department", "district": "district"},
            (),
        ),
        _spec("towns_and_villages", 4, "镇村", {"district": "district", "tier": ""}, ()),
        _spec("public_services", 5, "公共服务", {"district": "district"}, ("share",)),
    )
}
TIERS = ("town", "village")


@dataclass(frozen=True)
class CellRef:
    """One printed cell: table, key as pairs in the table's order, column."""

    table: str
    key: tuple[tuple[str, str], ...]
    column: str

    @classmethod
    def of(cls, table: str, key: Mapping[str, str], column: str) -> CellRef:
        """Make a reference from a key as a dictionary, whose order must be the table's."""
        return cls(table, tuple(key.items()), column)

    @property
    def names(self) -> dict[str, str]:
        """The key as a dictionary."""
        return dict(self.key)

    @property
    def path(self) -> str:
        """``table/key/column``: the part of a finding's id that names the cell."""
        return "/".join([self.table, *(value.replace("/", "／") for _, value in self.key), self.column])


AUXILIARY_FRAMES: dict[str, list[str]] = {
    "printed_totals": ["table", "key", "column", "value", "printed", "label"],
    "headline": ["figure", "value", "unit", "printed", "qualifier", "sentence"],
    "unreported": ["table", "key", "column", "printed", "reason"],
    "corrections": ["table", "key", "column", "printed", "corrected", "basis", "by", "on"],
    "revisions": ["on", "table", "key", "column", "before", "after"],
    "second": ["table", "key", "column", "printed", "file"],
    "notes": ["section", "kind", "text", "line"],
    "annexes": ["table", "annex", "title", "note", "period_start", "period_end", "extraction_date"],
    "origins": ["table", "key", "file", "line"],
    "about": ["field", "value"],
    "inputs": ["file", "kind", "sha256", "bytes"],
}
"""Frames that supplement the five tables, with their columns.

``key`` is a JSON object of the row's key columns; in a printed total the label as printed takes the place of
the name.

- ``printed_totals``: a row a total that the source prints.
- ``headline``: a row a figure of the bulletin's text; ``value`` in records or as a fraction, ``printed`` as in the
  text, ``qualifier`` such as 以上.
- ``unreported``: a row a cell without a number.
- ``corrections``: a row a cell that the office corrected.
- ``revisions``: a row a cell that changed in the tidy tables since they were first written.
- ``second``: a row a cell in which a second source of the quarter differs.
- ``notes``: a row a paragraph, list item or heading of the analyst's ``notes.md``.
- ``annexes``: a row an annex with its title, note and dates.
- ``origins``: a row a table row, with the file and line it was read from.
- ``about``: a row a fact about the quarter (its dates, its issuer, the text).
- ``inputs``: a row an input file.
"""
_FLOAT_COLUMNS = {"printed_totals": ["value"], "headline": ["value"]}
_INTEGER_COLUMNS = {"annexes": ["annex"], "origins": ["line"], "inputs": ["bytes"], "notes": ["line"]}


def dtypes(frame: str) -> dict[str, str]:
    """pandas dtype of each column of one of the frames of the model."""
    if frame in TABLES:
        spec = TABLES[frame]
        return {
            column: "Int64" if column in spec.counts else "float64" if column in spec.rates else "str"
            for column in spec.columns
        }
    return {
        column: "float64"
        if column in _FLOAT_COLUMNS.get(frame, ())
        else "Int64"
        if column in _INTEGER_COLUMNS.get(frame, ())
        else "str"
        for column in AUXILIARY_FRAMES[frame]
    }


def frame(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """A frame of the model from rows as dictionaries; absent values are missing, absent text is blank."""
    types = dtypes(name)
    data = {
        column: pd.array([row.get(column, "" if kind == "str" else None) for row in rows], dtype=kind)
        for column, kind in types.items()
    }
    return pd.DataFrame(data, columns=list(types))


def encode_key(key: Mapping[str, str]) -> str:
    """A row's key as the JSON text in column ``key`` of the supplementary frames."""
    return json.dumps(dict(key), ensure_ascii=False)


def decode_key(text: str) -> dict[str, str]:
    """The inverse of :func:`encode_key`."""
    return dict(json.loads(text))


def _empty(name: str) -> Any:
    return field(default_factory=lambda: frame(name, []))


@dataclass(frozen=True, eq=False)
class QuarterData:
    """One quarter, read and cleaned.

    Two quarters' data are equal when tables, totals, headline and unreported cells are. Their provenance (`about`,
    `inputs`, `origins`, `annexes`), the analyst's notes (`notes`) and earlier quarters (`history`) may differ.
    """

    quarter: Period
    districts: pd.DataFrame = _empty("districts")
    city_departments: pd.DataFrame = _empty("city_departments")
    district_departments: pd.DataFrame = _empty("district_departments")
    towns_and_villages: pd.DataFrame = _empty("towns_and_villages")
    public_services: pd.DataFrame = _empty("public_services")
    printed_totals: pd.DataFrame = _empty("printed_totals")
    headline: pd.DataFrame = _empty("headline")
    unreported: pd.DataFrame = _empty("unreported")
    corrections: pd.DataFrame = _empty("corrections")
    revisions: pd.DataFrame = _empty("revisions")
    second: pd.DataFrame = _empty("second")
    notes: pd.DataFrame = _empty("notes")
    annexes: pd.DataFrame = _empty("annexes")
    origins: pd.DataFrame = _empty("origins")
    about: pd.DataFrame = _empty("about")
    inputs: pd.DataFrame = _empty("inputs")
    history: tuple[QuarterData, ...] = ()
    """Earlier quarters, oldest first, corrections applied: what changes are measured against."""

    def frames(self) -> Iterator[tuple[str, pd.DataFrame]]:
        """Every frame of the model with its name, tables first."""
        for name in FRAMES:
            yield name, getattr(self, name)

    def derived(self, derive: Callable[..., _Derived], *args: object) -> _Derived:
        """``derive(self, *args)``, computed at the first call and handed out at later ones with the same objects.

        It is computed anew once a frame was changed in place; :func:`dataclasses.replace` gives a quarter without any.
        """
        values = self._derived_values()
        value: _Derived | None = values.find(derive, *args)
        if value is None:
            value = derive(self, *args)
            values.set(value, derive, *args)
        return value

    def set_derived(self, derive: Callable[..., _Derived], value: _Derived) -> None:
        """Keep what another process derived from this quarter already."""
        self._derived_values().set(value, derive)

    def find_derived(self, derive: Callable[..., _Derived]) -> _Derived | None:
        """What was given to :meth:`set_derived`; None where nothing was, and once a frame was changed."""
        found: _Derived | None = self._derived_values().find(derive)
        return found

    def _derived_values(self) -> DerivedValues:
        frames = [frame for _, frame in self.frames()]
        values: DerivedValues | None = self.__dict__.get("_values")
        if values is None or not values.are_of(frames):
            values = self.__dict__["_values"] = DerivedValues(frames)
        return values

    def __getstate__(self) -> dict[str, Any]:
        """What a copy or another process gets: not the values derived here."""
        return {name: value for name, value in self.__dict__.items() if name != "_values"}

    def table(self, name: str) -> pd.DataFrame:
        """One of the five tables by name."""
        if name not in TABLES:
            raise KeyError(name)
        return getattr(self, name)

    @property
    def absent(self) -> list[str]:
        """Names of the tables that the source does not contain."""
        return [name for name in TABLES if self.table(name).empty]

    def figure(self, name: str) -> pd.Series | None:
        """The row of `headline` for one figure of the text, or None."""
        rows = self.headline[self.headline["figure"] == name]
        return None if rows.empty else rows.iloc[0]

    @property
    def is_simulated(self) -> bool:
        """Whether this kit generated the quarter's data; also true when it was read back from a generated bulletin."""
        return self.fact("source_kind") == "simulated" or SIMULATED in self.fact("title")

    def fact(self, field_name: str) -> str:
        """One entry of `about`; blank when the source does not say."""
        rows = self.about.loc[self.about["field"] == field_name, "value"]
        return "" if rows.empty else str(rows.iloc[0])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, QuarterData):
            return NotImplemented
        names = [*TABLES, "printed_totals"]
        return (
            self.quarter == other.quarter
            and self.headline.drop(columns="sentence").equals(other.headline.drop(columns="sentence"))
            and all(getattr(self, name).equals(getattr(other, name)) for name in names)
            and _as_set(self.unreported) == _as_set(other.unreported)
        )

    __hash__ = None  # type: ignore[assignment]

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th scope='row'>{spec.title}</th><td>{len(self.table(name))}</td><td><code>q.{name}</code></td></tr>"
            for name, spec in TABLES.items()
        )
        return (
            f"<table><caption>{self.quarter.label}</caption>"
            f"<thead><tr><th>表</th><th>行数</th><th>取用</th></tr></thead><tbody>{rows}</tbody></table>"
        )


def _as_set(rows: pd.DataFrame) -> set[tuple[Any, ...]]:
    """The rows of a frame regardless of order: the order of unreported cells carries no meaning."""
    return set(rows.itertuples(index=False, name=None))


FRAMES = tuple(item.name for item in fields(QuarterData) if item.name not in ("quarter", "history"))
"""Names of the frames of a quarter, tables first."""

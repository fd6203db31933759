"""The quarter's data: five tables and what stands beside them.

Counts are whole numbers in nullable ``Int64`` columns, rates and shares are fractions in ``float64``
columns with the text as printed beside them. A cell that holds no number is missing and stands in
``unreported`` with its printed text and a reason. Missing is never zero; printed is never
overwritten by computed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

import pandas as pd

from haochaping.core.quarter import Quarter

_Made = TypeVar("_Made")

TEXT_CLAIMS = "headline"
"""Name under which a figure of the text is a cell: key ``{"figure": name}``, column ``value``."""
SIMULATED = "模拟数据"
"""What stands in the title of a bulletin that this kit made up."""


@dataclass(frozen=True)
class TableSpec:
    """What one table holds.

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
        return [*self.key, *(c for name in order for c in _with_printed(name, self.rates))]


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


def _with_printed(name: str, rates: tuple[str, ...]) -> tuple[str, ...]:
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
        """From a key as a dictionary."""
        return cls(table, tuple(key.items()), column)

    @property
    def names(self) -> dict[str, str]:
        """The key as a dictionary."""
        return dict(self.key)

    @property
    def path(self) -> str:
        """``table/key/column``: the part of a finding's id that says where."""
        return "/".join([self.table, *(value.replace("/", "／") for _, value in self.key), self.column])


BESIDE: dict[str, list[str]] = {
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
"""Frames beside the five tables and their columns.

``key`` is a JSON object of the row's key columns; in a printed total the label as printed stands in
place of the name. ``headline`` has one row a figure of the text: ``value`` in records or as a
fraction, ``printed`` as it stands there, ``qualifier`` such as 以上. ``origins`` says where a row was
read, ``second`` the cells in which a second source of the quarter differs, ``revisions`` what changed in
the tidy tables since they were first written, ``notes`` the analyst's words. ``about`` holds the quarter, its dates and its issuer.
"""
_NUMBERS_BESIDE = {"printed_totals": ["value"], "headline": ["value"]}
_WHOLE_BESIDE = {"annexes": ["annex"], "origins": ["line"], "inputs": ["bytes"], "notes": ["line"]}


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
        if column in _NUMBERS_BESIDE.get(frame, ())
        else "Int64"
        if column in _WHOLE_BESIDE.get(frame, ())
        else "str"
        for column in BESIDE[frame]
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
    """A row's key as the JSON text that stands in the frames beside the tables."""
    return json.dumps(dict(key), ensure_ascii=False)


def decode_key(text: str) -> dict[str, str]:
    """The key behind :func:`encode_key`."""
    return dict(json.loads(text))


def _empty(name: str) -> Any:
    return field(default_factory=lambda: frame(name, []))


@dataclass(frozen=True, eq=False)
class QuarterData:
    """One quarter, read and cleaned.

    Two quarters' data are equal when tables, totals, headline and unreported cells are; where they
    came from (`about`, `inputs`, `origins`, `annexes`) and what the analyst says (`notes`) and earlier quarters (`history`) may differ.
    """

    quarter: Quarter
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
    """Earlier quarters, oldest first, with what was corrected in them: what changes are measured against."""

    def frames(self) -> Iterator[tuple[str, pd.DataFrame]]:
        """Every frame of the model with its name, tables first."""
        for name in FRAMES:
            yield name, getattr(self, name)

    def once(self, make: Callable[..., _Made], *args: object) -> _Made:
        """``make(self, *args)``, made at the first call and handed out again at later ones with the same objects.

        Made anew once a frame was changed in place; a quarter from :func:`dataclasses.replace` has made nothing yet.
        """
        made, key = self._made_of_this(), (make, *map(id, args))
        if key not in made:
            made[key] = args, make(self, *args)
        return made[key][1]

    def keep(self, make: Callable[..., _Made], made: _Made) -> None:
        """Keep what `make` would make of this quarter and another process has made already."""
        self._made_of_this()[(make,)] = (), made

    def kept(self, make: Callable[..., _Made]) -> _Made | None:
        """What was given to :meth:`keep`; None where nothing was, and once a frame was changed."""
        return self._made_of_this().get((make,), ((), None))[1]

    def _made_of_this(self) -> dict[tuple[object, ...], tuple[tuple[object, ...], Any]]:
        kept = self.__dict__.get("_kept")
        if kept is None or kept.arrays != _arrays(self):
            kept = self.__dict__["_kept"] = _Kept(self)
        return kept.made

    def __getstate__(self) -> dict[str, Any]:
        """What a copy or another process gets: not what was made of it here."""
        return {name: value for name, value in self.__dict__.items() if name != "_kept"}

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
        """Whether this kit made the quarter up: its title says so, whatever paper it is read from."""
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
    """Rows without their order: empty cells have none."""
    return set(rows.itertuples(index=False, name=None))


class _Kept:
    """What was made of a quarter (with the arguments, so that their ids stay theirs), and of which arrays.

    Shallow copies are held: pandas then puts new arrays into a frame that is written to, instead of changing those
    that it has. So arrays that are the same objects hold the same values.
    """

    def __init__(self, data: QuarterData):
        self.made: dict[tuple[object, ...], tuple[tuple[object, ...], Any]] = {}
        self._held = [frame.copy(deep=False) for _, frame in data.frames()]
        self.arrays = _arrays(data)


def _arrays(data: QuarterData) -> list[int]:
    """Which arrays the frames of a quarter consist of."""
    return [
        id(part)
        for _, frame in data.frames()
        for part in (frame, frame.index, frame.columns, *frame._mgr.arrays)
    ]


FRAMES = tuple(item.name for item in fields(QuarterData) if item.name not in ("quarter", "history"))
"""Names of the frames of a quarter, tables first."""

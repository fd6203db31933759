"""A period's data: one long table of printed cells, and the views of it that people use.

A row of ``cells`` is one printed cell: in which table, row and column it stands, what is printed there, the number it
holds or why it holds none. The frames of the annexes, printed totals and cells without a number are views of it.
Missing is never zero; printed is never overwritten by computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from html import escape
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from haochaping.core.annex_frame import AnnexFrame
from haochaping.core.annex_lookup import find_annex
from haochaping.core.declaration import AS_PRINTED as AS_PRINTED_KIND
from haochaping.core.declaration import MIXED_GROUP, AnnexSpec, Declaration, Measure
from haochaping.core.derived_values import DerivedValues
from haochaping.core.period import Period

_Derived = TypeVar("_Derived")

TEXT_CLAIMS = "headline"
"""Table of a cell that is a figure of the text; its row is the figure's name, its column ``value``."""
RECORD_TABLE = "records"
"""Table of a finding about records of single cases; its row is what was checked, its column ``value``."""
SIMULATED = "模拟数据"
"""Word in the title of every bulletin that this kit generated."""
NOTE = "备注"
"""Row of an annex's title and note as cells."""
NOTE_COLUMNS = ("title", "period", "extraction_date")
NUMBER, MISSING, AS_PRINTED = "number", "missing", "as_printed"
"""Status of a cell: it holds a number; its measure has none there; it is text, or nobody declared what it means."""
NO_ROW = "原表无此行"
"""Reason of a cell that the source does not print, while it has others of the same row and of the same column."""


NAME_HEADING = "name_heading"
"""Column of ``annexes``: what the names of an undeclared table are called; a declared annex's stands in the declaration."""


def note_text(annex: Mapping[str, Any], column: str) -> str:
    """The title of an annex or a date of its note, from a row of ``annexes``; a period as ``2022-10-01 至 2022-12-31``."""
    if column == "period":
        start, end = str(annex["period_start"]), str(annex["period_end"])
        return f"{start} 至 {end}" if start else ""
    return str(annex[column])


def printed_column(rate: str) -> str:
    """Name of the column that holds a rate's text as printed."""
    return f"{rate}_printed"


COMPUTED = "_computed"
"""End of the name of a column with a rate as computed, beside the one as printed."""


def undeclared_table(number: int) -> str:
    """Name of a table that no annex of the declaration fits, from its number in the source's order."""
    return f"table_{number}"


@dataclass(frozen=True)
class CellRef:
    """One printed cell.

    Attributes
    ----------
    table : str
        Declared name of the annex, ``headline`` for the text, or :func:`undeclared_table`.
    row : str
        The row's name as printed; the label of a total; the name of a figure of the text.
    column : str
        Name of the measure; the printed heading where it is not declared.
    member : str
        Which of several columns of one measure: a district in a matrix, a tier; the label of a column of totals.
    """

    table: str
    row: str
    column: str
    member: str = ""

    @classmethod
    def of_record(cls, cell: Mapping[str, Any]) -> CellRef:
        """Of a row of ``cells``: by annex and measure, or by what is printed where they are not declared."""
        table = cell["annex"] or undeclared_table(cell["table"])
        return cls(table, cell["row"], cell["measure"] or cell["column"], cell["member"])

    @property
    def names(self) -> tuple[str, ...]:
        """Row and, where there is one, member."""
        return (self.row, self.member) if self.member else (self.row,)

    @property
    def path(self) -> str:
        """``table/row/member/column``: the part of a finding's id that names the cell."""
        return "/".join([self.table, *(name.replace("/", "／") for name in self.names), self.column])


CELL_TYPES = {
    "table": "int64",
    "annex": "str",
    "group": "str",
    "row": "str",
    "member": "str",
    "is_total": "bool",
    "column": "str",
    "measure": "str",
    "printed": "str",
    "value": "float64",
    "status": "str",
    "reason": "str",
    "place": "str",
}
"""Columns of ``cells`` with their dtypes.

``table`` is the number of the table in the source's order, ``column`` the path of printed headings joined by "/"; a
percentage's ``value`` is a fraction. ``row`` is a name as printed or the label of a total; ``member`` as in
:class:`CellRef`; ``is_total`` marks rows and columns of totals.
"""
AUXILIARY_FRAMES: dict[str, list[str]] = {
    "headline": ["figure", "value", "unit", "printed", "qualifier", "sentence"],
    "corrections": ["table", "row", "member", "column", "printed", "corrected", "basis", "by", "on"],
    "revisions": ["on", "table", "row", "member", "column", "before", "after"],
    "second": ["table", "row", "member", "column", "printed", "file"],
    "notes": ["section", "kind", "text", "line"],
    "annexes": [
        "table",
        "position",
        "annex",
        "title",
        "note",
        "period_start",
        "period_end",
        "extraction_date",
        NAME_HEADING,
    ],
    "about": ["field", "value"],
    "inputs": ["file", "kind", "sha256", "bytes"],
    "record_counts": ["view", "row", "member", "measure", "value"],
}
"""Frames beside the cells, with their columns.

- ``headline``: a row a figure of the bulletin's text; ``value`` in records or as a fraction, ``printed`` as in the
  text, ``qualifier`` such as 以上.
- ``corrections``: a row a cell that the office corrected.
- ``revisions``: a row a cell that changed in the tidy tables since they were first written.
- ``second``: a row a cell in which a second source of the period differs.
- ``notes``: a row a paragraph, list item or heading of the analyst's ``notes.md``.
- ``annexes``: a row a printed table: its name as in :class:`CellRef`, its number in the source's order (``position``),
  the annex number printed (missing where none is and none is declared), title, note and dates; the heading of its names
  where the table is not declared.
- ``about``: a row a fact about the period (its dates, its issuer, the text).
- ``inputs``: a row an input file.
- ``record_counts``: a row a count from records of single cases (:mod:`haochaping.core.record_counts`).
"""
_FLOAT_COLUMNS = {"headline": ["value"], "record_counts": ["value"]}
_INTEGER_COLUMNS = {"annexes": ["annex", "position"], "inputs": ["bytes"], "notes": ["line"]}
TOTAL_COLUMNS = ["table", "row", "member", "column", "value", "printed", "label"]
UNREPORTED_COLUMNS = ["table", "row", "member", "column", "printed", "reason"]


def dtypes(frame: str) -> dict[str, str]:
    """pandas dtype of each column of ``cells`` or of a frame beside them."""
    if frame == "cells":
        return dict(CELL_TYPES)
    return {
        column: "float64"
        if column in _FLOAT_COLUMNS.get(frame, ())
        else "Int64"
        if column in _INTEGER_COLUMNS.get(frame, ())
        else "str"
        for column in AUXILIARY_FRAMES[frame]
    }


def frame(name: str, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """``cells`` or a frame beside them from rows as dictionaries; absent values are missing, absent text is blank."""
    return _frame(dtypes(name), rows)


def _frame(types: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    blanks: dict[str, Any] = {"str": "", "bool": False, "int64": 0}
    data = {
        column: pd.array([row.get(column, blanks.get(kind)) for row in rows], dtype=kind)
        for column, kind in types.items()
    }
    return pd.DataFrame(data, columns=list(types))


def annex_dtypes(spec: AnnexSpec, optional: Iterable[str] = ()) -> dict[str, str]:
    """Columns of an annex's frame with their dtypes: key, then measures, each percentage followed by its printed text.

    Parameters
    ----------
    spec : AnnexSpec
        The annex.
    optional : iterable of str
        Those of its optional measures that the frame has.
    """
    types = dict.fromkeys(spec.key, "str")
    for measure in spec.measures_by_name.values():
        if measure.name in spec.optional and measure.name not in optional:
            continue
        types[measure.name] = _dtype(measure)
        if measure.has_printed_text:
            types[printed_column(measure.name)] = "str"
    return types


def _dtype(measure: Measure) -> str:
    if measure.kind == AS_PRINTED_KIND:
        return "str"
    return "Int64" if measure.is_count else "float64"


def annex_frame(
    spec: AnnexSpec, rows: Sequence[Mapping[str, Any]], optional: Iterable[str] = ()
) -> pd.DataFrame:
    """The frame of an annex from rows as dictionaries."""
    return _frame(annex_dtypes(spec, optional), rows)


def _empty(name: str) -> Any:
    return field(default_factory=lambda: frame(name, []))


@dataclass(frozen=True, eq=False)
class QuarterData:
    """One period, read and cleaned.

    Two are equal when their cells and the figures of their texts are. Where they were read from (`about`, `inputs`, `annexes`,
    places of cells), the analyst's notes (`notes`) and earlier periods (`history`) may differ.

    The frame of an annex is an attribute of its declared name: ``q.districts``.
    """

    quarter: Period
    declaration: Declaration
    cells: pd.DataFrame = _empty("cells")
    headline: pd.DataFrame = _empty("headline")
    corrections: pd.DataFrame = _empty("corrections")
    revisions: pd.DataFrame = _empty("revisions")
    second: pd.DataFrame = _empty("second")
    notes: pd.DataFrame = _empty("notes")
    annexes: pd.DataFrame = _empty("annexes")
    about: pd.DataFrame = _empty("about")
    inputs: pd.DataFrame = _empty("inputs")
    record_counts: pd.DataFrame = _empty("record_counts")
    history: Sequence[QuarterData] = ()
    """Earlier periods of the same kind, oldest first, corrections applied: what changes are measured against."""
    data_root: Path | None = None
    """The data root that an analyst loaded it from, where it is not the project's own."""

    def frames(self) -> Iterator[tuple[str, pd.DataFrame]]:
        """``cells`` and the frames beside them, with their names."""
        for name in FRAMES:
            yield name, getattr(self, name)

    def derived(self, derive: Callable[..., _Derived], *args: object) -> _Derived:
        """``derive(self, *args)``, computed at the first call and handed out at later ones with the same objects.

        It is computed anew once a frame was changed in place; :func:`dataclasses.replace` gives a period without any.
        """
        values = self._derived_values()
        value: _Derived | None = values.find(derive, *args)
        if value is None:
            value = derive(self, *args)
            values.set(value, derive, *args)
        return value

    def set_derived(self, derive: Callable[..., _Derived], value: _Derived) -> None:
        """Keep what another process derived from this period already."""
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

    def cell_records(self) -> list[dict[str, Any]]:
        """The rows of ``cells`` as dictionaries, made once; not to be changed."""
        return self.derived(_cell_records)

    # --- views -------------------------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        """The frame of an annex by its declared name."""
        if not name.startswith("_") and name in self.declaration.annexes:
            return self.table(name)
        known = "、".join(self.declaration.annexes) if "declaration" in self.__dict__ else ""
        raise AttributeError(f"没有 {name}；附件有：{known}", name=name, obj=self)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.declaration.annexes]

    def table(self, name: str | int) -> pd.DataFrame:
        """取一张附件表：一行一个单位（或单位与区县、层级），不含合计行；计数为整数，百分比为小数，旁边一列是原文。

        名称可以写附件号（``"附件1"``、``1``）、表名（``"各区县"``）或声明中的英文名（``"districts"``）。

        Examples
        --------
        >>> import haochaping as hcp
        >>> q = hcp.load("2022Q4")
        >>> q.table("附件1").equals(q.districts)
        True

        Raises
        ------
        UnknownName
            None is called so; the message lists those that are there.
        """
        return self.derived(_table_view, self.annex(name).name)

    def annex(self, name: str | int) -> AnnexSpec:
        """The declared annex that is called so; see :meth:`table`."""
        annexes = self.declaration.annexes
        return find_annex(annexes, {each: self.annex_number(each) for each in annexes}, name)

    @property
    def printed_totals(self) -> pd.DataFrame:
        """A row a printed total that holds a number: columns ``TOTAL_COLUMNS``; ``label`` is the word printed for it."""
        return self.derived(_totals_view)

    @property
    def unreported(self) -> pd.DataFrame:
        """A row a cell of a declared measure without a number: columns ``UNREPORTED_COLUMNS``."""
        return self.derived(_unreported_view)

    @property
    def undeclared(self) -> pd.DataFrame:
        """The rows of ``cells`` whose meaning nobody declared: kept as printed and never checked."""
        return self.cells[(self.cells["status"] == AS_PRINTED) & (self.cells["measure"] == "")]

    @property
    def absent(self) -> list[str]:
        """Names of the annexes that the source does not contain."""
        present = set(self.cells["annex"])
        return [name for name in self.declaration.annexes if name not in present]

    def annex_number(self, table: str) -> int | None:
        """The number of an annex as printed; its usual number where none is printed or the period lacks it."""
        printed = self.derived(_printed_numbers).get(table)
        if printed is not None:
            return printed
        spec = self.declaration.annexes.get(table)
        return spec.number if spec else None

    def figure(self, name: str) -> pd.Series | None:
        """The row of `headline` for one figure of the text, or None."""
        rows = self.headline[self.headline["figure"] == name]
        return None if rows.empty else rows.iloc[0]

    @property
    def is_simulated(self) -> bool:
        """Whether this kit generated the data; also true when it was read back from a generated bulletin."""
        return self.fact("source_kind") == "simulated" or SIMULATED in self.fact("title")

    @property
    def is_from_records(self) -> bool:
        """Whether nothing was printed: the cells were counted from records of single cases."""
        return self.fact("source_kind") == RECORD_TABLE

    @property
    def may_exceed(self) -> set[tuple[str, str]]:
        """Pairs of measures of which the first may be larger, whatever is declared: evaluations where each one counts."""
        pairs = self.fact("may_exceed").split()
        return {(pair.partition(">")[0], pair.partition(">")[2]) for pair in pairs}

    def fact(self, field_name: str) -> str:
        """One entry of `about`; blank when the source does not say."""
        rows = self.about.loc[self.about["field"] == field_name, "value"]
        return "" if rows.empty else str(rows.iloc[0])

    def with_table(self, name: str, content: pd.DataFrame) -> QuarterData:
        """A copy in which the rows of an annex are those of a frame like :meth:`table`; its printed totals stay.

        A cell that had no number and still has none keeps the word printed there (归市).
        """
        spec = self.declaration.annexes[name]
        of_annex = self.cells["annex"] == name
        kept = self.cells[~of_annex | self.cells["is_total"]]
        number = int(self.cells.loc[of_annex, "table"].min()) if of_annex.any() else self._next_table()
        missing = {
            _place_of(cell): cell
            for cell in self.cells[of_annex].to_dict("records")
            if cell["status"] == MISSING
        }
        rows = frame("cells", [_as_before(row, missing) for row in cell_rows(spec, content, number)])
        cells = pd.concat([rows, kept], ignore_index=True).sort_values("table", kind="stable")
        return replace(self, cells=cells.reset_index(drop=True))

    def _next_table(self) -> int:
        return int(self.cells["table"].max()) + 1 if len(self.cells) else 1

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, QuarterData):
            return NotImplemented
        return (
            self.quarter == other.quarter
            and self.headline.drop(columns="sentence").equals(other.headline.drop(columns="sentence"))
            and _content(self.cells).equals(_content(other.cells))
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{self.quarter.label}：{len(self.declaration.annexes) - len(self.absent)} 张附件，{len(self.cells)} 格>"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(self._annex_words(name))}</td><td>{len(self.table(name))}</td>"
            f"<td><code>hcp.table(q, {number or repr(name)})</code></td><td><code>q.{name}</code></td></tr>"
            for name in self.declaration.annexes
            for number in [self.annex_number(name)]
        )
        return (
            f"<table><caption>{escape(self.quarter.label)} · {escape(self.fact('title') or self.fact('source_kind'))}</caption>"
            f"<thead><tr><th>表</th><th>行数</th><th>中文表</th><th>原始列</th></tr></thead><tbody>{rows}</tbody></table>"
            "<p>核对意见：<code>hcp.matters(q)</code>；各比率：<code>hcp.rates(q, 1)</code>；全部用法：<code>help(hcp)</code></p>"
        )

    def _annex_words(self, name: str) -> str:
        number, title = self.annex_number(name), self.declaration.annexes[name].title
        return title if number is None else f"附件{number} {title}"


def _content(cells: pd.DataFrame) -> pd.DataFrame:
    """What two readings of one bulletin have in common: not the places, headings and order of tables in the source."""
    order = cells.sort_values(["annex", "table"], kind="stable")
    return order.drop(columns=["place", "table", "column", "reason"]).reset_index(drop=True)


def _place_of(cell: Mapping[str, Any]) -> tuple[str, ...]:
    return cell["group"], cell["row"], cell["member"], cell["measure"]


def _as_before(row: dict[str, Any], missing: Mapping[tuple[str, ...], Mapping[str, Any]]) -> dict[str, Any]:
    """A row of ``cells``, with the word and reason of the cell before where neither holds a number."""
    before = missing.get(_place_of(row))
    if before is None or row["status"] != MISSING:
        return row
    return row | {name: before[name] for name in ("printed", "reason", "place")}


def cell_rows(spec: AnnexSpec, content: pd.DataFrame, number: int) -> list[dict[str, Any]]:
    """Rows of ``cells`` for the rows of an annex's frame.

    Parameters
    ----------
    spec : AnnexSpec
        The annex.
    content : pandas.DataFrame
        As :meth:`QuarterData.table`; a missing number becomes "/".
    number : int
        Number of the table in the source's order.
    """
    rows = []
    for record in content.to_dict("records"):
        member = record[spec.columns_by.key] if spec.columns_by else ""
        for measure in spec.measures_by_name.values():
            if measure.name not in record:
                continue
            value = record[measure.name]
            is_text = measure.kind == AS_PRINTED_KIND
            printed = (
                str(value)
                if is_text
                else str(record.get(printed_column(measure.name), "")) or _printed(value)
            )
            is_missing = not is_text and pd.isna(value)
            rows.append(
                {
                    "table": number,
                    "annex": spec.name,
                    "group": record[MIXED_GROUP] if spec.is_mixed else spec.groups[0].name,
                    "row": record[spec.row_key],
                    "member": member,
                    "column": column_path(spec, measure, member),
                    "measure": measure.name,
                    "printed": printed,
                    "value": None if is_missing or is_text else float(value),
                    "status": AS_PRINTED if is_text else MISSING if is_missing else NUMBER,
                    "reason": f"原表填“{printed}”，含义未注明" if is_missing else "",
                }
            )
    return rows


def _printed(value: Any) -> str:
    if pd.isna(value):
        return "/"
    return str(int(value)) if float(value).is_integer() else str(value)


def column_path(spec: AnnexSpec, measure: Measure, member: str) -> str:
    """The headings that papers print above a column, joined by "/"; a free member alone heads the column of a matrix."""
    if not spec.columns_by or not member:
        return measure.heading
    fixed = next((m for m in spec.columns_by.members if m.name == member), None)
    if fixed:
        return f"{fixed.headings[0]}/{measure.heading}"
    return member if len(spec.measures_by_name) == 1 else f"{member}/{measure.heading}"


def _cell_records(data: QuarterData) -> list[dict[str, Any]]:
    columns = [data.cells[column].tolist() for column in CELL_TYPES]
    return [dict(zip(CELL_TYPES, row, strict=True)) for row in zip(*columns, strict=True)]


def is_attribute(name: str) -> bool:
    """Whether every period has an attribute of this name, which therefore can be no annex's."""
    return name in QuarterData.__dataclass_fields__ or hasattr(QuarterData, name)


def is_undeclared(cell: Mapping[str, Any]) -> bool:
    """Whether nobody declared what a row of ``cells`` means; a measure may be declared as text that is kept as printed."""
    return cell["status"] == AS_PRINTED and not cell["measure"]


def _table_view(data: QuarterData, name: str) -> pd.DataFrame:
    spec = data.declaration.annexes[name]
    own = [
        cell
        for cell in data.cell_records()
        if cell["annex"] == name and not cell["is_total"] and cell["measure"]
    ]
    records: dict[tuple[str, ...], dict[str, Any]] = {}
    for cell in own:
        key = (cell["group"], cell["row"], cell["member"])
        record = records.setdefault(key, _key_record(spec, cell))
        measure = spec.measures_by_name[cell["measure"]]
        has_number = cell["status"] == NUMBER
        record[measure.name] = cell["value"] if has_number else None
        if measure.kind == AS_PRINTED_KIND:
            record[measure.name] = cell["printed"]
        elif measure.has_printed_text:
            record[printed_column(measure.name)] = cell["printed"]
    return AnnexFrame(annex_frame(spec, list(records.values()), {cell["measure"] for cell in own}))


def _printed_numbers(data: QuarterData) -> dict[str, int]:
    """The annex number printed for each table that has one."""
    numbers: dict[str, int] = {}
    for table, number in zip(data.annexes["table"], data.annexes["annex"], strict=True):
        if pd.notna(number):
            numbers.setdefault(str(table), int(number))
    return numbers


def _key_record(spec: AnnexSpec, cell: Mapping[str, Any]) -> dict[str, Any]:
    record = {MIXED_GROUP: cell["group"]} if spec.is_mixed else {}
    record[spec.row_key] = cell["row"]
    if spec.columns_by:
        record[spec.columns_by.key] = cell["member"]
    return record


def _totals_view(data: QuarterData) -> pd.DataFrame:
    rows = [
        {
            "table": cell["annex"],
            "row": cell["row"],
            "member": cell["member"],
            "column": cell["measure"],
            "value": cell["value"],
            "printed": cell["printed"],
            "label": total_label(cell),
        }
        for cell in data.cell_records()
        if cell["is_total"] and cell["status"] == NUMBER and cell["annex"]
    ]
    return _frame({c: "float64" if c == "value" else "str" for c in TOTAL_COLUMNS}, rows)


def total_label(cell: Mapping[str, Any]) -> str:
    """The word printed for a total, from a row of ``cells``: the row's where the row is one, else the column's."""
    return str(cell["row"] if not cell["group"] else cell["member"])


def _unreported_view(data: QuarterData) -> pd.DataFrame:
    rows = [
        {
            "table": cell["annex"],
            "row": cell["row"],
            "member": cell["member"],
            "column": cell["measure"],
            "printed": cell["printed"],
            "reason": cell["reason"],
        }
        for cell in data.cell_records()
        if cell["status"] == MISSING
    ]
    return _frame(dict.fromkeys(UNREPORTED_COLUMNS, "str"), rows)


FRAMES = tuple(
    item.name
    for item in fields(QuarterData)
    if item.name not in ("quarter", "declaration", "history", "data_root")
)
"""Names of ``cells`` and the frames beside them."""

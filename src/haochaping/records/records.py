"""What counting asks of an engine that holds records, wherever they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import ibis.expr.types as ir

ReportProgress = Callable[[str], None]


class RecordPart(Protocol):
    """A file or table with records of one kind.

    Attributes
    ----------
    place, header : str
        What it, and the names of its columns, are called in messages.
    columns : mapping
        Name of each field that it has to its heading.
    """

    @property
    def place(self) -> str: ...
    @property
    def header(self) -> str: ...
    @property
    def columns(self) -> Mapping[str, str]: ...


class Records(Protocol):
    """The records of a period in an engine.

    Attributes
    ----------
    key : sequence of str
        Columns that every table has beside its fields, by which records of one case are brought together.
    is_large : bool
        Whether counting takes long enough to tell how far it is.
    """

    key: Sequence[str]
    is_large: bool

    def table(self, kind: str) -> ir.Table | None:
        """The table of a kind: its fields as text (blank is missing) or times, `key`, ``PART``; None where there is none."""

    def parts(self, kind: str) -> Sequence[RecordPart]:
        """The files or tables with records of a kind, as ``PART`` numbers them; none where there are no such records."""

    def row_key(self, table: ir.Table, columns: Sequence[str]) -> Mapping[str, ir.Value]:
        """Values by which rows with equal `columns` are found: equal columns give equal values, never missing ones."""

    def kept(self, name: str, expression: ir.Table, *, is_summary: bool = False) -> ir.Table:
        """The rows of an expression, computed once and kept under a name.

        Parameters
        ----------
        is_summary : bool
            Whether they are so few, and say so little of single records, that they may come here and go back.
        """


def fields(records: Records, kind: str) -> set[str]:
    """Fields of a kind that the records have; none where there are no such records."""
    return {name for part in records.parts(kind) for name in part.columns}

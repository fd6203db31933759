"""A table as read: what each column is, its rows, totals and note, before its texts become cells."""

from __future__ import annotations

from dataclasses import dataclass

from haochaping.core.declaration import AnnexSpec, Measure


@dataclass(frozen=True)
class TableColumn:
    """A column of figures.

    Attributes
    ----------
    at : int
        Its index in the grid.
    path : tuple of str
        Its headings as printed, from the top level down.
    measure : Measure or None
        What it holds; None where nobody declared it.
    member : str
        Which of several columns of the measure it is: a district, a tier; in a column of totals their label as printed.
    is_total : bool
        Whether it adds up the columns of the members.
    in_percent : bool
        Whether its heading has the percent sign, so that its cells need none.
    """

    at: int
    path: tuple[str, ...]
    measure: Measure | None = None
    member: str = ""
    is_total: bool = False
    in_percent: bool = False

    @property
    def is_percentage(self) -> bool:
        """Whether it holds percentages."""
        return self.measure is not None and self.measure.is_percentage

    @property
    def heading(self) -> str:
        """Its headings joined."""
        return "/".join(self.path)


@dataclass(frozen=True)
class TableMeaning:
    """What the columns of a table are, by their headings.

    ``spec`` is None for a table that no annex of the declaration fits; ``names_at`` are the columns of names;
    ``member_at`` is the column of members of a table in long form (one row for each name and member);
    ``unwanted`` are headings of columns that the city does not want read.
    """

    spec: AnnexSpec | None
    serial_at: int | None
    names_at: tuple[int, ...]
    values: tuple[TableColumn, ...]
    member_at: int | None = None
    unwanted: tuple[str, ...] = ()
    name_heading: str = ""
    """Of a table that no annex fits, what is printed above its names."""
    is_named: bool = False
    """Whether title, sheet name or heading say which annex it is."""


@dataclass(frozen=True)
class TableRow:
    """A row as read: its line or row in the source, its name (or label of a total), group, member and texts.

    ``cells`` has a text for each column of figures; None where the source has no cell.
    """

    line: int
    name: str
    cells: tuple[str | None, ...]
    group: str = ""
    member: str = ""
    is_total: bool = False


@dataclass(frozen=True)
class AnnexTable:
    """One table of a source: what it is, its columns, rows (totals among them) and note."""

    meaning: TableMeaning
    title: str
    rows: tuple[TableRow, ...]
    note: str
    line: int
    place: str = ""
    """File, and sheet or table within the file."""
    number: int | None = None
    """The annex number printed."""
    heading: str = ""
    """The lines above the header, which say of which period it is."""
    sheet: str = ""
    """Name of the worksheet."""
    letters: tuple[str, ...] = ()
    """Spreadsheet letters of the columns of figures, in their order."""
    serials: tuple[int, int] | None = None
    """First and last serial number; None without serial numbers."""

    @property
    def spec(self) -> AnnexSpec | None:
        """The annex that it is."""
        return self.meaning.spec

    @property
    def content(self) -> object:
        """What two prints of one table have in common."""
        columns = [(c.measure and c.measure.name, c.member, c.path) for c in self.meaning.values]
        return columns, [(row.name, row.member, row.cells) for row in self.rows]

"""A small city of its own: what it declares and a page with its tables, both given as text, and the checks of these."""

from __future__ import annotations

import shutil
from pathlib import Path

from haochaping.checks.check_report import CheckReport
from haochaping.checks.run_rules import run_rules
from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.read.raw_folder import read_raw
from haochaping.reference.reference import Reference, load_reference

QUARTER = Period(2024, 1)
REFERENCE = Path(__file__).parents[1] / "data" / "reference"
UNITS = "kind,canonical,aliases,official_order,area_code,counterpart,valid_from,valid_to\n"


class DeclaredCity:
    """A data root with ``annexes.toml`` and ``units.csv``, and a folder for the page of one quarter."""

    def __init__(self, folder: Path, annexes: str, units: tuple[tuple[str, str], ...] = ()):
        self.folder = folder / "reference"
        self.folder.mkdir(parents=True)
        for name in ("city.toml", "words.csv"):
            shutil.copy(REFERENCE / name, self.folder)
        (self.folder / "annexes.toml").write_text(annexes, encoding="utf-8")
        rows = "".join(f"{kind},{name},,{i},,,,\n" for i, (kind, name) in enumerate(units, start=1))
        (self.folder / "units.csv").write_text(UNITS + rows, encoding="utf-8")
        self.root = folder
        self.raw = folder / "raw" / str(QUARTER)

    @property
    def reference(self) -> Reference:
        """The city as read."""
        return load_reference(self.folder)

    def print(self, text: str, *, period: Period = QUARTER, **tables: str) -> Path:
        """Write a page: a text and, by their titles, tables as lines of cells divided by blanks; give its folder."""
        shown = "".join(f"<h2>{title}</h2>{_html(lines)}" for title, lines in tables.items())
        page = f"<html><head><meta charset='utf-8'></head><body><h1>某市{period.label}政务服务“好差评”情况通报</h1><p>{text}</p>{shown}"
        folder = self.root / "raw" / str(period)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "bulletin.html").write_text(f"{page}</body></html>", encoding="utf-8")
        return folder

    def read(self, text: str, *, period: Period = QUARTER, **tables: str) -> QuarterData:
        """Write a page and read it."""
        return read_raw(self.print(text, period=period, **tables), period, self.reference)

    def check(self, text: str, **tables: str) -> CheckReport:
        """Write a page, read and check it."""
        return run_rules(self.read(text, **tables), self.reference)


def _html(lines: str) -> str:
    head, *body = [line.split() for line in lines.strip().splitlines()]
    rows = [f"<tr>{''.join(f'<th>{text}</th>' for text in head)}</tr>"]
    rows += [f"<tr>{''.join(f'<td>{text}</td>' for text in row)}</tr>" for row in body]
    return f"<table>{''.join(rows)}</table>"

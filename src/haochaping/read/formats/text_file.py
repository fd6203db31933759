"""Read a bulletin saved as plain text, or the text of a file without tables."""

from __future__ import annotations

from pathlib import Path

from haochaping.cleaning.decode_text import decode
from haochaping.core.errors import InputRefused, refuse
from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.read.assemble import assemble
from haochaping.read.grid.read_grids import read_grids
from haochaping.read.text.lines import split_lines
from haochaping.read.text.narrative import read_narrative
from haochaping.read.text.text_tables import split_tables
from haochaping.read.text.unnumbered_tables import number_rows
from haochaping.reference.reference import Reference

LARGEST_FILE = 10_000_000
"""Bytes. A bulletin's text has some ten thousand."""


def read_bulletin(path: Path, quarter: Period, reference: Reference) -> QuarterData:
    """Read a bulletin saved as plain text.

    Parameters
    ----------
    path : Path
        ``data/raw/<quarter>/….txt``; UTF-8, UTF-16 or GB18030.
    quarter : Period
        The quarter its folder is named after; the bulletin must be of that quarter.
    reference : Reference
        Declaration, words and units of the city.

    Raises
    ------
    InputRefused
        Something cannot be read with certainty; the message names file, line and what was expected.
    """
    place = path.name
    if path.stat().st_size > LARGEST_FILE:
        raise refuse(place, f"{path.stat().st_size} 字节", f"通报文本不应超过 {LARGEST_FILE} 字节")
    return read_text(decode(path.read_bytes(), place), quarter, reference, place)


def read_text(text: str, quarter: Period, reference: Reference, place: str) -> QuarterData:
    """Read a bulletin's plain text; `place` names it in messages.

    Raises
    ------
    InputRefused
        As :func:`read_bulletin`.
    """
    lines = number_rows(split_lines(text, reference.no_value), reference)
    narrative_lines, grids = split_tables(lines, reference, place)
    narrative = read_narrative(narrative_lines, place)
    tables, problems, _ = read_grids(grids, reference)
    if problems:
        raise InputRefused(problems)
    return assemble(narrative, tables, quarter, reference, place)

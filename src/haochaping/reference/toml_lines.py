"""The line of an entry in a TOML file, for messages: the parser of the standard library does not tell it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*(["']?)([^"'=\s]+)\1\s*=""")


class TomlLines:
    """Lines of sections and keys of one TOML document.

    Parameters
    ----------
    text : str
        The document; only what :mod:`tomllib` accepts need be found.
    """

    def __init__(self, text: str):
        self._lines: dict[tuple[str | int, ...], int] = {}
        counts: dict[str, int] = {}
        section: tuple[str | int, ...] = ()
        for number, line in enumerate(text.splitlines(), start=1):
            if header := _HEADER.match(line):
                names = [part.strip().strip("\"'") for part in header[2].split(".")]
                section = tuple(names)
                if header[1] == "[[":
                    counts[header[2]] = counts.get(header[2], -1) + 1
                    section = (*names, counts[header[2]])
                self._lines.setdefault(section, number)
            elif key := _KEY.match(line):
                self._lines.setdefault((*section, key[2]), number)

    def line(self, place: Sequence[str | int]) -> int | None:
        """The line of an entry: of its key, of the first of a list, else of the section around it; None if none is found."""
        keys = tuple(place)
        while keys and keys not in self._lines and (*keys, 0) not in self._lines:
            keys = keys[:-1]
        return self._lines.get(keys, self._lines.get((*keys, 0))) if keys else None

    def place(self, path: Path, place: Sequence[str | int]) -> str:
        """File, line and key of an entry in words: ``annexes.toml 第 12 行 measure.cases.kind``."""
        line = self.line(place)
        names = ".".join(str(part + 1) if isinstance(part, int) else part for part in place)
        return f"{path}{f' 第 {line} 行' if line else ''} {names}"

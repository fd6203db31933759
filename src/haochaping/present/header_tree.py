"""Headings of columns as header rows with merged cells, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True)
class Heading:
    """A cell of the header: how many columns and rows it spans, and above which column it begins."""

    text: str
    columns: int = 1
    rows: int = 1
    first_column: int = 0


def header_rows(paths: Sequence[Sequence[str]]) -> list[list[Heading]]:
    """Header rows above columns.

    Parameters
    ----------
    paths : sequence of sequence of str
        The headings above each column, topmost first; neighbours share the headings that they have in common, and the
        lowest one reaches down to the cells.
    """
    depth = max(map(len, paths), default=1)
    return [
        [
            heading
            for heads, columns in groupby(
                enumerate(paths), key=lambda item: _shared_part(item[0], item[1], level)
            )
            if heads
            for heading in [_heading(paths, [at for at, _ in columns], level, depth)]
        ]
        for level in range(depth)
    ]


def _shared_part(at: int, path: Sequence[str], level: int) -> tuple[object, ...]:
    """What columns under one heading of a level have in common; empty where a heading further up reaches down."""
    if len(path) <= level:
        return ()
    is_lowest = len(path) == level + 1
    return (at, *path) if is_lowest else ("", *path[: level + 1])


def _heading(paths: Sequence[Sequence[str]], columns: Sequence[int], level: int, depth: int) -> Heading:
    path = paths[columns[0]]
    is_lowest = len(path) == level + 1
    return Heading(path[level], len(columns), depth - level if is_lowest else 1, columns[0])


def column_paths(header: Sequence[Sequence[Heading]]) -> list[tuple[str, ...]]:
    """The headings above each column of a header: the inverse of :func:`header_rows`."""
    paths: list[tuple[str, ...]] = [()] * sum(heading.columns for heading in header[0]) if header else []
    covered_until = [0] * len(paths)
    for level, headings in enumerate(header):
        free = iter([at for at, end in enumerate(covered_until) if end <= level])
        for heading in headings:
            for at in (next(free) for _ in range(heading.columns)):
                paths[at] = (*paths[at], heading.text)
                covered_until[at] = level + heading.rows
    return paths

"""The longest cell that a CSV may have; a quotation mark that is never closed makes one cell of the whole file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST_CELL = 100_000
"""Characters in a file that people fill in: an explanation is a few sentences."""


@contextmanager
def longest_cell(characters: int = LONGEST_CELL) -> Iterator[None]:
    """Let ``csv`` refuse longer cells while the block reads.

    The limit is the whole process's, and libraries set it for themselves: it is given back as it was.
    """
    before = csv.field_size_limit(characters)
    try:
        yield
    finally:
        csv.field_size_limit(before)

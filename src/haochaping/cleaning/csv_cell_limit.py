"""A limit on the length of CSV cells: a quotation mark that is never closed makes one cell of the rest of the file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST_CSV_CELL = 100_000
"""Characters in a file that people fill in: an explanation is a few sentences."""


@contextmanager
def csv_cell_limit(characters: int = LONGEST_CSV_CELL) -> Iterator[None]:
    """Make ``csv`` raise ``csv.Error`` on cells longer than `characters` while the block runs.

    The limit is global to the process and other libraries set it too, so the previous value is restored.
    """
    previous_limit = csv.field_size_limit(characters)
    try:
        yield
    finally:
        csv.field_size_limit(previous_limit)

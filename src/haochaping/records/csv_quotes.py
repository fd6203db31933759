"""Quotes of a CSV: a quote that is not closed would swallow the rows behind it without a sound."""

from __future__ import annotations

import io
from codecs import BOM_UTF8
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

_QUOTE, _NEWLINE = ord('"'), ord("\n")


class UnclosedQuote(Exception):
    """A quote is opened in some line and not closed where a field ends.

    Attributes
    ----------
    line : int
        The line, from 1.
    """

    def __init__(self, line: int):
        super().__init__(line)
        self.line = line


class QuoteChecked(io.RawIOBase):
    """The bytes of a CSV in UTF-8 as they are; reading on raises :class:`UnclosedQuote` where a quoted field is not whole.

    A quote opens a field only at its beginning; within a field that does not begin with one it is a character like any
    other. A quoted field may go over lines, but not over a whole row.

    Parameters
    ----------
    file : BinaryIO
        The file, at its beginning.
    delimiter : str
        One ASCII character.
    columns : int
        How many fields a row has, two or more.
    """

    def __init__(self, file: BinaryIO, delimiter: str, columns: int):
        self._file, self._delimiter, self._columns = file, ord(delimiter), columns
        self._ends = (self._delimiter, _NEWLINE, ord("\r"))
        self._is_quoted, self._line, self._opened = False, 1, 1
        self._before, self._is_first, self._held = _NEWLINE, True, b""

    def readable(self) -> bool:
        """It is."""
        return True

    def close(self) -> None:
        """Close the file too."""
        self._file.close()
        super().close()

    def read(self, size: int = -1) -> bytes:
        """The next bytes, checked; quotes at their end wait for the next call, since what follows says what they are."""
        data = self._held
        while True:
            more = self._file.read(max(size, 16) if size >= 0 else -1)
            data += more
            whole = data.rstrip(b'"') if more else data
            if whole or not more:
                break
        self._held = data[len(whole) :]
        self._check(whole.removeprefix(BOM_UTF8) if self._is_first else whole)
        self._is_first = False
        if not more and self._is_quoted:
            raise UnclosedQuote(self._opened)
        return whole

    def _check(self, data: bytes) -> None:
        content = np.frombuffer(data, dtype=np.uint8)
        quotes = np.flatnonzero(content == _QUOTE)
        is_continued, opened = self._is_quoted, self._opened
        for begin, end in self._quoted_spans(content, quotes):
            line = opened if begin == 0 and is_continued else self._line_at(content, begin)
            self._refuse_swallowed(data[begin:end], line)
        self._line += data.count(b"\n")
        if data:
            self._before = data[-1]

    def _quoted_spans(
        self, content: npt.NDArray[np.uint8], quotes: npt.NDArray[np.int64]
    ) -> list[tuple[int, int]]:
        """Begin and end of what is quoted, where that goes over lines; the state is kept for the next bytes."""
        size, first = len(content), int(self._is_quoted)
        before = np.where(quotes > 0, content[quotes - 1], self._before)
        after = np.where(quotes + 1 < size, content[np.minimum(quotes + 1, size - 1)], _NEWLINE)
        ends = self._ends
        # In nearly all blocks opening and closing quotes take turns.
        if np.isin(before[first::2], ends[:2]).all() and np.isin(after[1 - first :: 2], ends).all():
            edges = quotes
        else:
            edges = np.array(self._edges(content, quotes, before, after), dtype=np.int64)
        self._is_quoted = (len(edges) + first) % 2 == 1
        begins = np.concatenate([[0] * first, edges[first::2]]).astype(np.int64)
        stops = np.concatenate([edges[1 - first :: 2], [size] * self._is_quoted]).astype(np.int64)
        lines = np.flatnonzero(content == _NEWLINE)
        is_long = np.searchsorted(lines, begins) < np.searchsorted(lines, stops)
        if self._is_quoted and len(edges):
            self._opened = self._line_at(content, int(edges[-1]))
        return list(zip(begins[is_long].tolist(), stops[is_long].tolist(), strict=True))

    def _edges(
        self,
        content: npt.NDArray[np.uint8],
        quotes: npt.NDArray[np.int64],
        before: npt.NDArray[Any],
        after: npt.NDArray[Any],
    ) -> list[int]:
        """The quotes that open and close, in turn: a doubled one stands for itself, one within a plain field is a character."""
        found: list[int] = []
        is_quoted, skip, ends = self._is_quoted, -1, self._ends
        for at, byte_before, byte_after in zip(quotes.tolist(), before.tolist(), after.tolist(), strict=True):
            if at == skip or (not is_quoted and byte_before not in ends[:2]):
                continue
            if is_quoted and byte_after == _QUOTE:
                skip = at + 1
                continue
            if is_quoted and byte_after not in ends:
                raise UnclosedQuote(self._line_at(content, found[-1]) if found else self._opened)
            found.append(at)
            is_quoted = not is_quoted
        return found

    def _refuse_swallowed(self, quoted: bytes, line: int) -> None:
        """Refuse a quoted field with a whole row in it: its quote was left open, and another one happened to close it."""
        delimiter = bytes([self._delimiter])
        if any(row.count(delimiter) >= self._columns - 1 for row in quoted.split(b"\n")[1:]):
            raise UnclosedQuote(line)

    def _line_at(self, content: npt.NDArray[np.uint8], at: int) -> int:
        return self._line + int(np.count_nonzero(content[:at] == _NEWLINE))

"""Quotes of a CSV: a quote that is not closed would swallow the rows behind it without a sound."""

from __future__ import annotations

import io
from codecs import BOM_UTF8
from typing import BinaryIO

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
    """The bytes of a CSV as they are; reading on raises :class:`UnclosedQuote` where a quoted field is not whole.

    A quote opens a field only at its beginning; within a field that does not begin with one it is a character like any
    other. Works on bytes: in UTF-8 and GB18030 no second byte of a character is a quote, line feed, comma, semicolon or tab.

    Parameters
    ----------
    file : BinaryIO
        The file, at its beginning.
    delimiter : str
        One ASCII character.
    """

    def __init__(self, file: BinaryIO, delimiter: str):
        self._file, self._delimiter = file, ord(delimiter)
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
        if len(quotes):
            self._walk(content, quotes)
        self._line += int(np.count_nonzero(content == _NEWLINE))
        if len(content):
            self._before = int(content[-1])

    def _walk(self, content: npt.NDArray[np.uint8], quotes: npt.NDArray[np.int64]) -> None:
        """Go from quote to quote: in a field that begins with one, every second closes it or stands for itself."""
        size, skip = len(content), -1
        before = np.where(quotes > 0, content[quotes - 1], self._before)
        after = np.where(quotes + 1 < size, content[np.minimum(quotes + 1, size - 1)], _NEWLINE)
        ends = (self._delimiter, _NEWLINE, ord("\r"))
        first = int(self._is_quoted)  # where the opening ones begin, if opening and closing take turns
        if np.isin(before[first::2], ends[:2]).all() and np.isin(after[1 - first :: 2], ends).all():
            self._is_quoted = (len(quotes) + first) % 2 == 1
            if self._is_quoted and (len(quotes) > 1 or not first):
                self._opened = self._line_at(content, int(quotes[-1]))
            return
        for at, byte_before, byte_after in zip(quotes.tolist(), before.tolist(), after.tolist(), strict=True):
            if at == skip:
                continue
            if not self._is_quoted:
                if byte_before in ends[:2]:
                    self._is_quoted, self._opened = True, self._line_at(content, at)
            elif byte_after == _QUOTE:
                skip = at + 1
            elif byte_after in ends:
                self._is_quoted = False
            else:
                raise UnclosedQuote(self._opened)

    def _line_at(self, content: npt.NDArray[np.uint8], at: int) -> int:
        return self._line + int(np.count_nonzero(content[:at] == _NEWLINE))

"""A quote that is not closed is found; a CSV written properly passes unchanged, however it is cut into blocks."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.records.csv_quotes import QuoteChecked, UnclosedQuote

cells = st.text(alphabet='ab",\n\r中', max_size=6)


def read_through(data: bytes, size: int, columns: int = 100) -> bytes:
    checked = QuoteChecked(io.BytesIO(data), ",", columns)
    pieces = []
    while piece := checked.read(size):
        pieces.append(piece)
    return b"".join(pieces)


@given(st.lists(st.lists(cells, min_size=2, max_size=3), max_size=8), st.integers(1, 40), st.booleans())
def test_what_csv_writes_passes_unchanged(rows: list[list[str]], size: int, has_mark: bool) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    data = text.getvalue().encode("utf-8-sig" if has_mark else "utf-8")
    assert read_through(data, size) == data


@given(st.integers(1, 30), st.integers(0, 20), st.integers(0, 20), st.booleans())
def test_a_quote_that_nothing_closes_is_told_with_its_line(
    size: int, before: int, after: int, another: bool
) -> None:
    later = ['7,"x",z\n'] if another else []
    lines = ["1,a,b\n"] * before + ['5,"x,y\n'] + ["2,c,d\n"] * after + later
    with pytest.raises(UnclosedQuote) as raised:
        read_through("".join(lines).encode(), size)
    assert raised.value.line == before + 1


@given(st.integers(1, 400), st.integers(0, 20), st.integers(1, 20))
def test_an_open_quote_that_another_one_happens_to_close_is_told(size: int, before: int, after: int) -> None:
    """Each row is well formed to a parser: the rows between the two quotes would be one cell."""
    lines = ["1,a,b\n"] * before + ['5,x,"y\n'] + ["2,c,d\n"] * after + ['6,x,z"\n', "7,e,f\n"]
    with pytest.raises(UnclosedQuote) as raised:
        read_through("".join(lines).encode(), size, columns=3)
    assert raised.value.line == before + 1


def test_a_text_over_several_lines_is_no_row() -> None:
    data = '1,"一行\n二行，又一行, 完\n",b\n2,a,b\n'.encode()
    assert read_through(data, 7, columns=3) == data


def test_a_quote_within_a_field_is_a_character() -> None:
    data = '1,5" 屏,b\n2,a,b\n'.encode()
    assert read_through(data, 4) == data

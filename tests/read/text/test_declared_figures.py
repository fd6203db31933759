"""Figures of the text that a city declares: the word before the number, its unit, what makes it inexact."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.core.declaration import Declaration, TextFigure
from haochaping.read.text.declared_figures import declared_figures

DECLARED = Declaration(
    groups={},
    measures={},
    annexes={},
    text_figures={
        "assigned": TextFigure("assigned", "交办件数", ("交办", "转办"), "件"),
        "letters": TextFigure("letters", "来信", ("收到来信",), "封"),
    },
)
FOUND = {
    "交办230件。": (230, "230件", ""),
    "交办了230件。": (230, "230件", ""),
    "共转办共计1,230件。": (1230, "1,230件", ""),
    "交办２３０件。": (230, "230件", ""),
    "交办 230 件。": (230, "230件", ""),
    "交办为约230件。": (230, "230件", "约"),
    "交办超过230件。": (230, "230件", "超过"),
    "交办230余件。": (230, "230件", "余"),
    "交办230件以上。": (230, "230件", "以上"),
    "交办1.5万件。": (15000, "1.5万件", ""),
    "交办0件。": (0, "0件", ""),
    "交办总计：230件，又交办7件。": (230, "230件", ""),
}


@pytest.mark.parametrize("text", FOUND)
def test_a_figure_is_found(text: str) -> None:
    [row] = declared_figures(text, DECLARED)
    assert (row["value"], row["printed"], row["qualifier"]) == FOUND[text]
    assert (row["figure"], row["unit"]) == ("assigned", "件")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "交办230封。",
        "230件交办。",
        "交办的信件230件。",
        "交办率100%。",
        "办结230件。",
        "交办二百件。",
        "交办。230件。",
    ],
)
def test_another_number_is_not_taken_for_it(text: str) -> None:
    assert declared_figures(text, DECLARED) == []


def test_each_figure_has_its_sentence() -> None:
    rows = declared_figures("概况。收到来信276封，交办230件，其余答复。完。", DECLARED)
    assert [(row["figure"], row["value"]) for row in rows] == [("assigned", 230), ("letters", 276)]
    assert {row["sentence"] for row in rows} == {"收到来信276封,交办230件,其余答复。"}


@given(st.integers(0, 10**12), st.booleans(), st.sampled_from(["交办", "转办"]))
def test_any_number_is_read_as_written(number: int, with_commas: bool, word: str) -> None:
    shown = f"{number:,}" if with_commas else str(number)
    [row] = declared_figures(f"本期{word}{shown}件。", DECLARED)
    assert (row["value"], row["printed"]) == (number, f"{shown}件")

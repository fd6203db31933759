"""Sums of measures as one line of text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haochaping.reference.reference import Reference
from haochaping.reference.relation_text import RelationUnread, parse_expression, parse_relation

NAMES = st.from_regex(r"[a-z][a-z_0-9]{0,9}(\.[a-z_]{1,9})?", fullmatch=True)
TERMS = st.lists(st.tuples(st.integers(-20, 20).filter(bool), NAMES), min_size=1, max_size=6)


@settings(deadline=None)
@given(TERMS, st.sampled_from([" ", "", "  "]))
def test_a_sum_is_read_as_it_is_written(terms: list[tuple[int, str]], blank: str) -> None:
    text = ""
    for factor, name in terms:
        sign = "-" if factor < 0 else ("+" if text else "")
        times = "" if abs(factor) == 1 else f"{abs(factor)}{blank}*{blank}"
        text += f"{blank}{sign}{blank}{times}{name}"
    assert parse_expression(text) == tuple(terms)


@pytest.mark.parametrize(
    "text", ["a / b", "a b", "a +", "+ + a", "2 a", "a * 2", "a + (b)", "a，b", "1.5 * a"]
)
def test_what_is_no_sum_is_refused(text: str) -> None:
    with pytest.raises(RelationUnread, match="相加减"):
        parse_expression(text)


@pytest.mark.parametrize("sign", ["<=", "≤", ">=", "≥", "=", "=="])
def test_every_comparison_has_one_direction(reference: Reference, sign: str) -> None:
    entry = {"id": "x", "holds": f"districts.cases {sign} city_departments.cases"}
    relation = parse_relation(entry, reference.declaration)
    is_turned = sign in (">=", "≥")
    assert relation.comparison == ("equal" if "=" in (sign, sign[:1]) and sign[0] == "=" else "at most")
    assert [term.annex for term in (*relation.left, *relation.right)] == (
        ["city_departments", "districts"] if is_turned else ["districts", "city_departments"]
    )
    assert (relation.by, relation.severity, relation.is_hard) == ("", "verify", False)


@pytest.mark.parametrize(
    "holds",
    [
        "districts.cases",
        "a = b = c",
        "districts.cases < districts.evaluations",
        "= districts.cases",
        "cases = 3",
    ],
)
def test_what_is_no_relation_is_refused(reference: Reference, holds: str) -> None:
    with pytest.raises(RelationUnread):
        parse_relation({"id": "x", "holds": holds}, reference.declaration)


def test_blank_sides_are_refused(reference: Reference) -> None:
    with pytest.raises(RelationUnread):
        parse_relation({"id": "x", "holds": "districts.cases <= "}, reference.declaration)


def test_a_relation_of_rates_is_refused(reference: Reference) -> None:
    with pytest.raises(RelationUnread, match="计数"):
        parse_relation(
            {"id": "x", "holds": "districts.evaluation_rate <= districts.cases"}, reference.declaration
        )

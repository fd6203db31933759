"""Arithmetic within one sentence of the text: shares in brackets behind their counts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from haochaping.checks.outcome import Outcome, state
from haochaping.checks.rounding import classify_rounding
from haochaping.checks.rule import Rule
from haochaping.cleaning.number_format import number, percent_text_beside, quotient_text
from haochaping.cleaning.number_or_missing import printed_decimals
from haochaping.core.text import normalize_for_comparison
from haochaping.store.cell_index import CellIndex, claim_cell

_COUNT = r"([0-9][0-9,]*)(件|条|个|次|起|人次|户)"
_SHARE = re.compile(_COUNT + r"\((?:占比?)?([0-9]+(?:\.[0-9]+)?%)\)")
_WHOLE = re.compile(_COUNT + r"(?!\()")
_LEAST_SHARES = 2
"""A sentence with fewer shares in brackets does not tell what they are shares of."""


def text_shares(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """Shares in brackets are their counts over the sentence's first count of the same unit: 43件（30.9%）."""
    text = normalize_for_comparison(cell_index.data.fact("text"))
    for position, sentence in enumerate(re.split("。", text), start=1):
        found = list(_SHARE.finditer(sentence))
        whole = next((m for m in _WHOLE.finditer(sentence) if found and m[2] == found[0][2]), None)
        if len(found) < _LEAST_SHARES or whole is None or whole.start() > found[0].start():
            continue
        base = int(whole[1].replace(",", ""))
        for match in found:
            count = int(match[1].replace(",", ""))
            if match[2] == whole[2] and 0 < count <= base:
                yield _compare(position, match, Fraction(count, base), count, base)


def _compare(position: int, match: re.Match[str], exact: Fraction, count: int, base: int) -> Outcome:
    printed = match[3]
    percentage = Decimal(printed.rstrip("%"))
    holds = classify_rounding(percentage, printed_decimals(printed), exact) == "rounded"
    shown = percent_text_beside(exact, percentage)
    at = claim_cell(f"claim:{match[0]}")
    return Outcome(
        at,
        (at,),
        state(holds),
        quotient_text(count, base, shown),
        values={"printed": match[0], "exact": shown, "base": number(base), "sentence": position},
        expected=shown,
    )

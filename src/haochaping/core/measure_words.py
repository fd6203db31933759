"""What a measure is, in words: a sum of measures by their headings, and how a figure is computed."""

from __future__ import annotations

from collections.abc import Callable

from haochaping.core.declaration import (
    CHANGE,
    PREVIOUS,
    RATE,
    SHARE,
    YEAR_AGO,
    Declaration,
    Expression,
    Measure,
)

_AGAINST = {PREVIOUS: "上一期", YEAR_AGO: "上年同期"}


def expression_words(expression: Expression, heading: Callable[[str], str]) -> str:
    """A sum of measures in their headings, in brackets where it has more than one: ``（满意票 + 基本满意票）``."""
    if len(expression) == 1 and expression[0][0] == 1:
        return heading(expression[0][1])
    parts = []
    for position, (factor, measure) in enumerate(expression):
        sign = " − " if factor < 0 else " + " if position else ""
        parts.append(f"{sign}{f'{abs(factor)} × ' if abs(factor) != 1 else ''}{heading(measure)}")
    return f"（{''.join(parts).strip()}）"


def definition(measure: Measure, declaration: Declaration) -> str:
    """How a measure is defined: in the city's words, else from its kind; without a full stop."""
    if measure.definition:
        return measure.definition
    words = [
        expression_words(expression, declaration.heading) if expression else ""
        for expression in (measure.numerator, measure.denominator, measure.parts)
    ]
    numerator, denominator, parts = words
    if measure.kind == RATE and numerator and denominator:
        return f"{numerator} ÷ {denominator}，分母为零的不适用"
    if measure.kind == SHARE and numerator:
        return f"该行{numerator} ÷ 各行{numerator}之和"
    if measure.kind == CHANGE:
        against = _AGAINST.get(measure.against, "另一期")
        return (
            f"{declaration.heading(measure.of)}与{against}相比" if measure.of else "与另一期相比，照来源列出"
        )
    if parts:
        return f"由{parts.strip('（）')}相加"
    return "算法来源没有载明" if not measure.is_count else "口径来源没有载明"

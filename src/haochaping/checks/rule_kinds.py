"""Every kind of rule: from its name in ``rules.toml`` (``kind``) to the function that evaluates it."""

from __future__ import annotations

from haochaping.checks.outcome import RuleKind
from haochaping.checks.rules import (
    analyst_notes,
    balances,
    headline,
    history,
    peers,
    plausibility,
    printed_rates,
    relations,
    scope,
    text_arithmetic,
    text_period,
    undeclared,
    unit_names,
    wording,
)

ARITHMETIC = frozenset(
    {"ratio", "share", "share_sum", "total", "same", "at_most", "parts", "relation", "undeclared_rates"}
)
"""Kinds that tie a printed number to others by arithmetic: what they evaluate counts as covered."""

KINDS: dict[str, RuleKind] = {
    "ratio": printed_rates.ratio,
    "ratio_undefined": printed_rates.ratio_undefined,
    "ratio_unreported": printed_rates.ratio_unreported,
    "zero_of_none": printed_rates.zero_of_none,
    "bounds": printed_rates.bounds,
    "rate_is_feasible": printed_rates.rate_is_feasible,
    "share": printed_rates.share,
    "share_sum": printed_rates.share_sum,
    "rates_alike": printed_rates.rates_alike,
    "total": balances.total,
    "same": balances.same,
    "gaps": balances.gaps,
    "blank": balances.blank,
    "at_most": balances.at_most,
    "parts": balances.parts,
    "relation": relations.relation,
    "undeclared_rates": undeclared.undeclared_rates,
    "text_shares": text_arithmetic.text_shares,
    "headline_sum": headline.headline_sum,
    "headline_rate": headline.headline_rate,
    "headline_rectified": headline.headline_rectified,
    "headline_undefined": headline.headline_undefined,
    **history.KINDS,
    **analyst_notes.KINDS,
    **peers.KINDS,
    **plausibility.KINDS,
    **scope.KINDS,
    **text_period.KINDS,
    **unit_names.KINDS,
    **wording.KINDS,
}

"""What evaluates a rule: its general kind (``kind`` in the files of rules), else the function of the rule itself."""

from __future__ import annotations

from haochaping.checks.outcome import RuleKind
from haochaping.checks.rules import (
    analyst_notes,
    balances,
    headline,
    history,
    near_equal_counts,
    peers,
    plausibility,
    printed_changes,
    printed_rates,
    record_checks,
    relations,
    scope,
    text_arithmetic,
    text_measures,
    text_period,
    undeclared,
    unit_names,
    unlikely_zeros,
    wording,
)

ARITHMETIC = frozenset(
    {
        "ratio",
        "share",
        "share_sum",
        "change",
        "total",
        "same",
        "at_most",
        "parts",
        "relation",
        "undeclared_rates",
        "records_reproduced",
    }
)
"""Kinds that tie a printed number to others by arithmetic, or to records: what they evaluate counts as covered."""

GENERAL_KINDS: dict[str, RuleKind] = {
    "ratio": printed_rates.ratio,
    "ratio_undefined": printed_rates.ratio_undefined,
    "ratio_unreported": printed_rates.ratio_unreported,
    "zero_of_none": printed_rates.zero_of_none,
    "bounds": printed_rates.bounds,
    "rate_is_feasible": printed_rates.rate_is_feasible,
    "share": printed_rates.share,
    "share_sum": printed_rates.share_sum,
    "change": printed_changes.change,
    "total": balances.total,
    "parts": balances.parts,
    "at_most": balances.at_most,
    "same": balances.same,
    "gaps": balances.gaps,
    "blank": balances.blank,
    "relation": relations.relation,
    "undeclared_rates": undeclared.undeclared_rates,
    "claims": wording.claims,
    "units_changed": unit_names.units_changed,
    "previous": history.previous,
    "history": history.history,
    "peers_points": peers.peers_points,
    "peers_rate": peers.peers_rate,
    "silent": plausibility.silent,
    "records": record_checks.records,
}
"""Comparisons that any rule may use, with options of its own."""
SINGLE_RULES: dict[str, RuleKind] = {
    # text, titles and notes
    "period_of_quarter": wording.period,
    "text_of_quarter": text_period.text_period,
    "text_shares": text_arithmetic.text_shares,
    "text_measures": text_measures.text_measures,
    "title_of_quarter": wording.titles,
    "annex_listed": wording.annex_list,
    "extraction_same_day": wording.same_extraction,
    "extraction_early": wording.extracted_early,
    "issue_early": wording.issued_early,
    "extraction_window": wording.window,
    "extraction_day": wording.extraction_day,
    "word_undefined": wording.printed_words,
    "no_cases": wording.no_cases,
    "two_sources": wording.two_sources,
    # the figures of the text beside the annexes
    "headline_records": headline.headline_sum,
    "headline_rate": headline.headline_rate,
    "headline_rectification": headline.headline_undefined,
    "headline_rectified": headline.headline_rectified,
    # names
    "unit_unknown": unit_names.unknown_unit,
    "unit_outdated": unit_names.outdated_unit,
    "unit_alias": unit_names.names,
    "hidden_characters": unit_names.hidden,
    "district_body": unit_names.district_body,
    "districts_across": unit_names.units_across,
    # plausibility
    "rates_all_alike": printed_rates.rates_alike,
    "zero_negatives": plausibility.no_negatives,
    "concentration": plausibility.concentration,
    "near_equal_counts": near_equal_counts.near_equal_counts,
    "unlikely_zeros": unlikely_zeros.unlikely_zeros,
    "published_rates": plausibility.benchmark,
    "volume_peers": peers.peers_volume,
    "empty_tier": peers.empty_tier,
    "tier_ratio_peers": peers.tier_peers,
    "scope_of_annexes": scope.scope,
    "idle_counterpart": scope.idle_counterpart,
    "counted_in_city": scope.counted_in_city,
    # records of single cases
    "records_reproduced": record_checks.reproduced,
    "records_extraction": record_checks.extraction,
    # earlier periods, the analyst's notes
    "copied_from_before": history.copied,
    "annex_gone": history.annexes_kept,
    "notes_figures": analyst_notes.notes_disagree,
    "notes_unplaced": analyst_notes.notes_unplaced,
    "notes_names": analyst_notes.notes_names,
}
"""What one rule alone does, by the rule's id; in the files it has no ``kind``."""
KINDS: dict[str, RuleKind] = {**GENERAL_KINDS, **SINGLE_RULES}

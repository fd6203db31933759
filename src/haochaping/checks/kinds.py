"""Every kind of rule by name: what ``kind`` in ``rules.toml`` may say."""

from __future__ import annotations

from haochaping.checks import (
    balances,
    headline,
    history,
    notes,
    peers,
    plausibility,
    rates,
    scope,
    units,
    wording,
)
from haochaping.checks.outcome import Kind

KINDS: dict[str, Kind] = {
    "ratio": rates.ratio,
    "ratio_undefined": rates.ratio_undefined,
    "ratio_unreported": rates.ratio_unreported,
    "bounds": rates.bounds,
    "of_few": rates.of_few,
    "share": rates.share,
    "share_sum": rates.share_sum,
    "rates_alike": rates.rates_alike,
    "total": balances.total,
    "same": balances.same,
    "gaps": balances.gaps,
    "blank": balances.blank,
    "at_most": balances.at_most,
    "headline_sum": headline.headline_sum,
    "headline_rate": headline.headline_rate,
    "headline_rectified": headline.headline_rectified,
    "headline_undefined": headline.headline_undefined,
    **history.KINDS,
    **notes.KINDS,
    **peers.KINDS,
    **plausibility.KINDS,
    **scope.KINDS,
    **units.KINDS,
    **wording.KINDS,
}

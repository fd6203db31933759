"""A published quarter from its tidy tables, as long as nothing changed that it was made from."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from haochaping.core.errors import InputRefused
from haochaping.core.lazy_sequence import LazySequence
from haochaping.core.model import QuarterData
from haochaping.core.paths import NOTES, Locations
from haochaping.core.period import Period
from haochaping.pipeline.fingerprint import hash_inputs
from haochaping.pipeline.manifest import read_manifest
from haochaping.reference.reference import Reference, load_reference
from haochaping.store.notes import read_notes
from haochaping.store.tidy_tables import read_tidy

_GROUPS = ("data", "past", "reference")


def load_published(locations: Locations, quarter: Period) -> QuarterData | None:
    """The quarter as the last run published it, corrections applied; its earlier periods are read when somebody looks.

    None where it was never published, or where its sources, answers, notes, an earlier period, the city's settings or this
    package changed since: then it must be read anew.
    """
    try:
        manifest = read_manifest(locations.published(quarter))
        inputs = hash_inputs(locations, quarter, date.today())
        is_same = manifest["package"] == inputs.group_key("package") and all(
            manifest["inputs"].get(group, {}) == inputs.files[group] for group in _GROUPS
        )
        if not is_same:
            return None
        reference = load_reference(locations.reference)
        tidied = read_tidy(locations.tidy(quarter), quarter, reference)
    except (InputRefused, OSError, ValueError, KeyError, TypeError):
        return None
    notes = read_notes(locations.raw(quarter) / NOTES, reference.declaration)
    return replace(tidied, notes=notes, history=_history(locations, quarter, reference))


def _history(locations: Locations, quarter: Period, reference: Reference) -> LazySequence[QuarterData]:
    def read() -> list[QuarterData]:
        from haochaping.pipeline.assess import load_past  # most questions are about one period

        return [prior.effective_values for prior in load_past(locations, quarter, reference)[0]]

    return LazySequence(read)

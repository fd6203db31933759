"""Who is asked about a matter, in words."""

from __future__ import annotations

from haochaping.checks.finding import Matter
from haochaping.core.model import QuarterData
from haochaping.reference.reference import Reference

MAKER = "编制单位"
MOST_NAMED_UNITS = 2


def addressee_words(matter: Matter, data: QuarterData | None, reference: Reference) -> str:
    """The unit or units whose cells a matter is about; of a matter about none the office that made the bulletin."""
    if not matter.units:
        return str(reference.city.get("office") or (data.fact("issuer") if data else "") or MAKER)
    if len(matter.units) <= MOST_NAMED_UNITS:
        return "、".join(matter.units)
    return f"{matter.units[0]}等 {len(matter.units)} 个单位"

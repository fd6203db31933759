"""Who is asked about a matter, and whether it was answered, in words."""

from __future__ import annotations

from haochaping.checks.finding import Matter
from haochaping.core.model import QuarterData
from haochaping.reference.reference import Reference

MAKER = "编制单位"
MOST_NAMED_UNITS = 2


def addressee_words(matter: Matter, data: QuarterData | None, reference: Reference) -> str:
    """Who is asked: the office that made the bulletin, the units whose cells a matter is about, or both together."""
    office = str(reference.city.get("office") or (data.fact("issuer") if data else "") or MAKER)
    if not matter.units:
        return office
    units = "、".join(matter.units)
    if len(matter.units) > MOST_NAMED_UNITS:
        units = f"{matter.units[0]}等 {len(matter.units)} 个单位"
    return f"{office}会同{units}" if matter.needs_office else units


def answered_words(matter: Matter) -> str:
    """Whether an open matter was answered: ``未答复``, ``6 处中 3 处已答复``, ``已说明，仍须更正``."""
    if matter.status == "explained":
        return "已说明，仍须更正"
    return f"{matter.answered} 处已答复，其余未答复" if matter.answered else "未答复"

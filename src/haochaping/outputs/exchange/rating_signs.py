"""What in a unit's records of evaluations asks for a look at how they came about: for that unit's sheet alone."""

from __future__ import annotations

from haochaping.checks.owners import Owner
from haochaping.cleaning.number_format import number
from haochaping.core.model import QuarterData
from haochaping.core.record_counts import SIGN_WORDS, SIGNS, RecordCounts
from haochaping.reference.reference import Reference

SIGNS_HEADING = "评价记录需核实"
_CAVEAT = (
    "以上只是线索，不是结论：请核实这些评价怎样产生、时间由哪个系统记录（有的平台把评价时间改写为系统时间减三分钟），"
    "请在“说明或依据”栏或另页说明。"
)


def rating_signs(data: QuarterData, owner: Owner, reference: Reference) -> list[str]:
    """Sentences on the signs of one unit, with the caveat last; empty without any."""
    return data.derived(_signs_by_owner, reference).get(owner, [])


def _signs_by_owner(data: QuarterData, reference: Reference) -> dict[Owner, list[str]]:
    cells = RecordCounts(data.record_counts).view(SIGNS)
    found: dict[Owner, list[str]] = {}
    for row, annex in dict.fromkeys((row, annex) for row, annex, _ in cells):
        group = data.declaration.annexes[annex].groups[0]
        owner = (group.name if group.is_registered else "", reference.canonical(group.name, row))
        whole = cells[row, annex, "ratings"]
        lines = [
            f"{words}的评价 {number(int(count))} 条，占本单位计入的评价 {number(int(whole))} 条的 {count / whole:.1%}。"
            for sign, words in SIGN_WORDS.items()
            if (count := cells.get((row, annex, sign), 0))
        ]
        found[owner] = [*lines, _CAVEAT]
    return found

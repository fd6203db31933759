"""The figures of one quarter by itself, without comparisons."""

from __future__ import annotations

from typing import Any

from haochaping.core.declaration import Declaration
from haochaping.core.labels import annex_words
from haochaping.core.model import QuarterData
from haochaping.core.text import normalize_for_comparison
from haochaping.figures.annex_content import TIERS
from haochaping.figures.annex_figures import add_annexes
from haochaping.figures.figure_builder import FigureBuilder
from haochaping.reference.reference import Reference


def figures_of_one_quarter(data: QuarterData, reference: Reference) -> FigureBuilder:
    """Compute the figures of every annex that the quarter has, and the words that sentences use with them.

    Among these are the city's own words: of gathering (归集) speaks only one whose bulletin does.
    """
    has_particular = any(spec.is_particular for spec in data.declaration.annexes.values())
    gathers = has_particular or "归集" in normalize_for_comparison(data.fact("text"))
    words: dict[str, Any] = {
        "quarter": data.quarter.label,
        "period_before": data.quarter.before,
        "period_counted": data.quarter.counted,
        "period_name": data.quarter.name,
        "absent": _absent_words(data),
        "has_particular": has_particular,
        "gathers": gathers,
        "gathering": "归集上传" if gathers else "报送",
        "has_records": not data.record_counts.empty,
        "from_records": data.is_from_records,
        "has_relations": bool(data.declaration.relations),
        "small": reference.threshold("small_denominator"),
        "change_points": reference.threshold("change_points"),
        "change_relative": reference.threshold("change_relative"),
        "change_percent": reference.threshold("change_percent"),
        "planned_work": data.fact("planned_work"),
        "called": _group_words(data.declaration),
    }
    builder = FigureBuilder(data, words)
    add_annexes(builder, words)
    return builder


def _group_words(declaration: Declaration) -> dict[str, str]:
    """What the units and tables of annexes with sentences of their own are called; blank where there is no such annex."""
    words = dict.fromkeys(("district", "districts", "department", "departments", "district_department"), "")
    words |= dict.fromkeys(("district_departments", "tiers", "town", "village", "public_services"), "")
    specs = {name: spec for name, spec in declaration.annexes.items() if spec.is_particular}
    for annex, one, several in (
        ("districts", "district", "districts"),
        ("city_departments", "department", "departments"),
        ("district_departments", "district_department", "district_departments"),
    ):
        if annex in specs:
            [group] = specs[annex].groups
            words |= {one: group.word, several: group.full_word}
    if spec := specs.get("towns_and_villages"):
        words |= {"tiers": spec.title, **{tier: declaration.word_of(tier) for tier in TIERS}}
        words["district"] = words["district"] or spec.groups[0].word
    if spec := specs.get("public_services"):
        words["public_services"] = spec.title
        words["district"] = words["district"] or spec.groups[0].word
    return words


def _absent_words(data: QuarterData) -> str:
    """The declared annexes that a period lacks: 附件3、4, or by their titles where one has no number."""
    numbers = [data.annex_number(name) for name in data.absent]
    if None not in numbers:
        return f"附件{'、'.join(map(str, numbers))}" if numbers else ""
    return "、".join(annex_words(data, name) for name in data.absent)

"""The text of the official bulletin (通报): results, problems, next steps, for circulation.

It ranks nobody, does not mention doubts, and names units only where ``city.toml`` allows it. Numbers come from
named figures and from what the source itself states; rates of parts are called 合计 so that no reader takes
them for the city's rate.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from haochaping.core.labels import FIGURES, annex_words
from haochaping.core.model import QuarterData
from haochaping.core.text import visible
from haochaping.figures.annex_content import TIERS, annex_content
from haochaping.figures.figure import Figures
from haochaping.present.phrase import Number, PhrasePart
from haochaping.present.sentences import RenderedLine, Sentence, Words, escape_analyst_line, render, say_once
from haochaping.reference.reference import Reference
from haochaping.store.notes import BULLETIN_SECTIONS, markdown_to_text, notes_of_sections
from haochaping.store.notes import HEADING as HEADING_OF_NOTES

PARTS = ("results", "problems", "measures")
HEADING, SUBHEADING, PARAGRAPH = "heading", "subheading", "paragraph"
MOST_UNITS_INDIVIDUAL, LEAST_OF_ALL = 2, 4
"""Up to this many units are called 个别, if there are so many times as many in all; more are called 部分."""
_SEVERAL_GROUPS = "单位"
"""In a heading, units of several groups in one annex; the text names the groups."""
RECTIFICATION_RATES = ("rectification_rate", "rectification_satisfaction_rate", "on_time_rectification_rate")
"""Figures of the text whose base are negative ratings."""
_NUMERALS = "一二三四五六七八九"
_QUALIFIER = re.compile(r"(约|近|超过|超|逾)?([余多]?)(以上|以下|左右)?")
_SCALED_COUNT = re.compile(r"(.*?)([万亿]?)条?")


@dataclass(frozen=True)
class BulletinBlock:
    """A paragraph of the bulletin; ``kind`` is ``heading``, ``subheading`` or ``paragraph``.

    ``sentences`` are those of a paragraph, each with the rule that chose it; blank for the analyst's own words.
    """

    kind: str
    text: str
    sentences: tuple[Sentence, ...] = ()


@dataclass(frozen=True)
class Units:
    """The units that a problem concerns, as the text may refer to them; false when there are none."""

    names: tuple[str, ...]
    may_name: bool = False
    of: int = 0
    """How many units there are in all; 0 where that is not known."""

    def __bool__(self) -> bool:
        return bool(self.names)

    @property
    def quantifier(self) -> str:
        """个别, 部分, or 各 where it concerns all."""
        concerned = len(self.names)
        if self.of and concerned == self.of:
            return "各"
        is_small_part = not self.of or concerned * LEAST_OF_ALL <= self.of
        return "个别" if concerned <= MOST_UNITS_INDIVIDUAL and is_small_part else "部分"

    def and_those(self, others: Units) -> Units:
        """These and others of another group."""
        return Units((*self.names, *others.names), self.may_name, self.of + others.of)

    @property
    def names_in_brackets(self) -> str:
        """The names in brackets where the city's settings allow it, otherwise nothing."""
        return f"（{'、'.join(self.names)}）" if self.may_name else ""


def bulletin_text(data: QuarterData, figures: Figures, reference: Reference) -> list[BulletinBlock]:
    """Headings (numbered) and paragraphs of the bulletin, from the opening to the next steps.

    Parameters
    ----------
    data : QuarterData
        The quarter, corrections applied.
    figures : Figures
        Its named figures.
    reference : Reference
        ``city.toml`` may allow names: ``[bulletin] name_units = true``.
    """
    context = {
        "n": figures,
        "w": Words(figures.words),
        "called": figures.words["called"],
        "quarter": data.quarter.label,
        "subject": visible(reference.declaration.subject),
        "area": _area(reference),
        **_stated_figures(data, figures),
        **_availability(data),
        **_problems(figures, reference),
        **_general_annexes(data, figures, reference),
        "analyst_lines": {
            part: _analyst_lines(data, section)
            for part, section in zip(PARTS, BULLETIN_SECTIONS, strict=True)
        },
        "planned_work": _planned_work(data, reference),
        "has_particular": figures.words["has_particular"],
    }
    context["has_problems"] |= bool(context["general_zeros"] or context["general_behind"])
    context["general_actions"] = "、".join(dict.fromkeys(b["action"] for b in context["general_behind"]))
    context["has_results"] |= bool(context["general_annexes"])
    lines = [line for part in PARTS for line in [*render(f"bulletin/{part}.j2", context), ("", ())]]
    return _number_headings(_group_into_blocks(_say_once_under_each_heading(lines)))


def _say_once_under_each_heading(lines: Iterable[RenderedLine]) -> list[RenderedLine]:
    """The lines with :func:`say_once` for those under one heading."""
    under_heading: list[list[RenderedLine]] = [[]]
    for rule, parts in lines:
        if not rule and parts and str(parts[0]).startswith("#"):
            under_heading.append([])
        under_heading[-1].append((rule, parts))
    return [line for own in under_heading for line in say_once(own)]


def _group_into_blocks(lines: Iterable[tuple[str, tuple[PhrasePart, ...]]]) -> list[BulletinBlock]:
    """Rendered lines as blocks: ``#`` and ``##`` head sections, a blank line ends a paragraph."""
    blocks: list[BulletinBlock] = []
    sentences: list[Sentence] = []
    place = 0
    for rule, parts in [*lines, ("", ())]:
        plain_parts = tuple(_format_for_print(part) for part in parts) if rule else parts
        sentence = Sentence("bulletin", place + 1, rule, plain_parts)
        is_heading = not rule and sentence.text.startswith("#")
        if plain_parts and not is_heading:
            place += 1
            sentences.append(sentence)
            continue
        if sentences:
            blocks.append(BulletinBlock(PARAGRAPH, "".join(s.text for s in sentences), tuple(sentences)))
            sentences = []
        if is_heading:
            marks, _, title = sentence.text.partition(" ")
            blocks.append(BulletinBlock(HEADING if marks == "#" else SUBHEADING, title))
    return blocks


def _format_for_print(part: PhrasePart) -> PhrasePart:
    """A part without thousands separators, like the annexes, and without blanks around numbers."""
    return replace(part, text=part.text.replace(",", "")) if isinstance(part, Number) else part.strip(" ")


def _number_headings(blocks: Iterable[BulletinBlock]) -> list[BulletinBlock]:
    """Headings numbered 一、 and （一）; which ones there are depends on the quarter, so templates cannot number them."""
    numbered: list[BulletinBlock] = []
    heading = subheading = 0
    for block in blocks:
        text = block.text
        if block.kind == HEADING:
            heading, subheading = heading + 1, 0
            text = f"{_numeral(heading)}、{text}"
        elif block.kind == SUBHEADING:
            subheading += 1
            text = f"（{_numeral(subheading)}）{text}"
        numbered.append(replace(block, text=text))
    return numbered


def _analyst_lines(data: QuarterData, section: str) -> list[str]:
    """What the analyst wrote for a part, as template lines: subheadings, and one line for each paragraph."""
    return [
        f"## {markdown_to_text(row['text'])}"
        if row["kind"] == HEADING_OF_NOTES
        else escape_analyst_line(markdown_to_text(row["text"]))
        for row in notes_of_sections(data.notes, [section])
    ]


def _numeral(number: int) -> str:
    """1 to 99 as 一 … 九十九."""
    tens, ones = divmod(number, 10)
    ten = ("十" if tens == 1 else f"{_NUMERALS[tens - 1]}十") if tens else ""
    return ten + (_NUMERALS[ones - 1] if ones else "")


# --- what the source states -------------------------------------------------------------------------------


def _area(reference: Reference) -> str:
    """全市, 全省 …, by the last character of the name in ``city.toml``."""
    last = str(reference.city["name"])[-1:]
    return f"全{last}" if last in tuple("省市县区旗州盟") else "全市"


def _stated_figures(data: QuarterData, figures: Figures) -> dict[str, Any]:
    """Records, rates and declared figures as the source's text states them, with words such as 约 and 以上.

    Where the annexes list no negative rating, the rate of those that were rectified is left out: it is a rate of nothing,
    and beside 差评 0 the text would contradict itself.
    """
    rates = []
    records = ""
    of_nothing = RECTIFICATION_RATES if figures.words.get("zero_negatives") else ()
    for row in data.headline.to_dict("records"):
        if row["figure"] in of_nothing:
            continue
        before_number, before_unit, at_end = _split_qualifier(str(row["qualifier"]))
        printed = str(row["printed"])
        if row["figure"] == "records":
            scaled = _SCALED_COUNT.fullmatch(printed)
            number, scale = scaled.groups() if scaled else (printed, "")
            records = f"{before_number}{number}{scale}{before_unit}条{at_end}"
        elif declared := data.declaration.text_figures.get(row["figure"]):
            number = printed.removesuffix(declared.unit)
            rates.append(f"{declared.word}{before_number}{number}{before_unit}{declared.unit}{at_end}")
        else:
            rates.append(f"{FIGURES.get(row['figure'], row['figure'])}{before_number}{printed}{at_end}")
    return {"claimed_records": records, "claimed_rates": rates}


def _split_qualifier(qualifier: str) -> tuple[str, str, str]:
    """The parts of a qualifier that are written before the number, before 条, and at the end."""
    match = _QUALIFIER.fullmatch(qualifier)
    before_number, before_unit, at_end = match.groups() if match else ("", "", qualifier)
    return before_number or "", before_unit or "", at_end or ""


def _planned_work(data: QuarterData, reference: Reference) -> str:
    """What the source says will be done, word for word; blank when it names a unit and names are not allowed."""
    text = data.fact("planned_work")
    if reference.may_name_units:
        return text
    named = [name for name in _unit_names(data) if name in text]
    return "" if named else text


def _unit_names(data: QuarterData) -> list[str]:
    names: list[str] = []
    for table, spec in data.declaration.annexes.items():
        names += data.table(table)[spec.row_key].tolist()
        if spec.columns_by and not spec.columns_by.members:
            names += data.table(table)[spec.columns_by.key].tolist()
    return list(dict.fromkeys(names))


# --- what the tables hold ---------------------------------------------------------------------------------


def _availability(data: QuarterData) -> dict[str, bool]:
    """Which numbers the tables hold at all: an absent column must not be reported as zero."""
    availability: dict[str, bool] = {}
    for table, prefix in (("districts", "district"), ("city_departments", "department")):
        content = annex_content(data, table, "cases", "evaluations")
        availability[f"has_{prefix}"] = bool(content["evaluations"].notna().any())
        availability[f"has_{prefix}_cases"] = bool(content["cases"].notna().any())
        availability[f"complete_{prefix}"] = bool(content[["cases", "evaluations"]].notna().all(axis=None))
    tiers = annex_content(data, "towns_and_villages", "evaluations")
    for tier in TIERS:
        availability[f"has_{tier}"] = bool(tiers.loc[tiers["tier"] == tier, "evaluations"].notna().any())
    availability["tiers_covered"] = (
        all(availability[f"has_{tier}"] for tier in TIERS)
        and bool(tiers["evaluations"].notna().all())
        and bool((tiers["evaluations"] > 0).all())
    )
    for name, table in (("has_matrix", "district_departments"), ("has_public", "public_services")):
        content = annex_content(data, table, "evaluations")
        availability[name] = bool(content["evaluations"].notna().any())
    availability["has_results"] = any(
        is_available for name, is_available in availability.items() if name.startswith("has_")
    )
    return availability


def _problems(figures: Figures, reference: Reference) -> dict[str, Any]:
    """The problems that the numbers show, each as true or false or as the :class:`Units` it concerns."""
    words, may_name = figures.words, reference.may_name_units
    unit_names = {name: words[name] for name in ("few_active", "silent", "idle", "late", "unlisted")}
    unit_names |= {f"empty_{tier}s": words.get(f"{tier}_empty", ()) for tier in TIERS}
    problems: dict[str, Any] = {
        name: Units(tuple(visible(unit) for unit in units), may_name) for name, units in unit_names.items()
    }
    problems |= {name: words[name] for name in ("zero_negatives", "scattered")}
    return {**problems, "has_problems": any(bool(problem) for problem in problems.values())}


def _general_annexes(data: QuarterData, figures: Figures, reference: Reference) -> dict[str, Any]:
    """Annexes that have no sentences of their own, and the units of which their numbers show a problem."""
    parts_of = figures.words["parts"]

    def units(part: Mapping[str, Any], names: Iterable[str]) -> Units:
        shown = tuple(visible(name) for name in names)
        return Units(shown, reference.may_name_units, int(figures[part["rows"]].value or 0))

    return {
        "general_annexes": [
            {"title": data.declaration.annexes[name].title, "words": annex_words(data, name), "parts": parts}
            for name, parts in parts_of.items()
        ],
        "general_zeros": _by_annex(
            (name, part["zeros"], part["word"], units(part, part["zeros"]["names"]))
            for name, parts in parts_of.items()
            for part in parts
            if part.get("zeros", {}).get("names")
        ),
        "general_behind": _by_annex(
            (name, behind, part["word"], units(part, behind["names"]))
            for name, parts in parts_of.items()
            for part in parts
            for behind in part["behind"]
        ),
    }


def _by_annex(found: Iterable[tuple[str, Mapping[str, Any], str, Units]]) -> list[dict[str, Any]]:
    """A problem once for each annex and column, with all units that it concerns and the words for their groups."""
    problems: dict[tuple[str, ...], dict[str, Any]] = {}
    for annex, words, group, units in found:
        key = (annex, words["heading"], words.get("than", ""))
        problem = problems.setdefault(key, {**words, "groups": [], "units": Units((), units.may_name)})
        problem["groups"].append(group)
        problem["units"] = problem["units"].and_those(units)
    for problem in problems.values():
        quantifier, groups = problem["units"].quantifier, problem["groups"]
        problem["who"] = f"{quantifier}{groups[0] if len(groups) == 1 else _SEVERAL_GROUPS}"
        problem["units_in_words"] = f"{quantifier}{'、'.join(groups)}{problem['units'].names_in_brackets}"
    return list(problems.values())

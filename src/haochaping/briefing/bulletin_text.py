"""The text of the official bulletin (通报): results, problems, next steps, for circulation.

It names no unit, ranks nobody and says nothing of doubts. Numbers come from named figures and from what
the source itself states; rates of parts are called 合计 so that no reader takes them for the city's rate.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd
from jinja2 import Environment

from haochaping.briefing.sentences import templates
from haochaping.cleaning.text import fold, visible
from haochaping.figures import Figure, Figures
from haochaping.labels import FIGURES
from haochaping.model import NOT_IN_SOURCE, TABLES, TIERS, QuarterData, decode_key
from haochaping.notes import BULLETIN, of_sections, plain
from haochaping.notes import HEADING as HEADING_OF_NOTES
from haochaping.reference import Reference

PARTS = ("results", "problems", "measures")
HEADING, SUBHEADING, PARAGRAPH = "heading", "subheading", "paragraph"
MOST_INDIVIDUAL = 2
"""Up to this many units are 个别, more are 部分."""
_NUMERALS = "一二三四五六七八九"
_BOUNDS = re.compile(r"(约|近|超过|超|逾)?([余多]?)(以上|以下|左右)?")
_SCALED = re.compile(r"(.*?)([万亿]?)条?")


@dataclass(frozen=True)
class Block:
    """A paragraph of the bulletin; ``kind`` is ``heading``, ``subheading`` or ``paragraph``."""

    kind: str
    text: str


@dataclass(frozen=True)
class Units:
    """Some units, as the text may speak of them; false when there are none."""

    names: tuple[str, ...]
    may_name: bool = False

    def __bool__(self) -> bool:
        return bool(self.names)

    @property
    def some(self) -> str:
        """个别 or 部分."""
        return "个别" if len(self.names) <= MOST_INDIVIDUAL else "部分"

    @property
    def named(self) -> str:
        """The names in brackets where the city's settings allow it, otherwise nothing."""
        return f"（{'、'.join(self.names)}）" if self.may_name else ""


def bulletin_text(data: QuarterData, figures: Figures, reference: Reference) -> list[Block]:
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
        "quarter": data.quarter.label,
        "area": _area(reference),
        **_claims(data),
        **_listed(data),
        **_problems(data, figures, reference),
        "noted": {part: _noted(data, section) for part, section in zip(PARTS, BULLETIN, strict=True)},
        "planned_work": _planned_work(data, reference),
    }
    source = "\n\n".join(_environment().get_template(f"bulletin_{part}.j2").render(context) for part in PARTS)
    return _numbered(_blocks(source))


@cache
def _environment() -> Environment:
    environment = templates(escape=False)
    environment.finalize = _plain
    return environment


def _plain(value: Any) -> str:
    """A value as the paper shows it: a figure without thousands separators, like the annexes."""
    return value.text.replace(",", "") if isinstance(value, Figure) else visible(str(value)).strip("\n")


def _blocks(source: str) -> list[Block]:
    """Rendered lines as blocks: ``#`` and ``##`` head sections, a blank line ends a paragraph."""
    blocks: list[Block] = []
    sentences: list[str] = []
    for line in [*source.splitlines(), ""]:
        text = line.strip()
        if text and not text.startswith("#"):
            sentences.append(text)
            continue
        if sentences:
            blocks.append(Block(PARAGRAPH, "".join(sentences)))
            sentences = []
        if text:
            marks, _, title = text.partition(" ")
            blocks.append(Block(HEADING if marks == "#" else SUBHEADING, title))
    return blocks


def _numbered(blocks: Iterable[Block]) -> list[Block]:
    """Headings with 一、 and （一）; which there are depends on the quarter, so templates cannot number."""
    numbered: list[Block] = []
    heading = subheading = 0
    for block in blocks:
        text = block.text
        if block.kind == HEADING:
            heading, subheading = heading + 1, 0
            text = f"{_numeral(heading)}、{text}"
        elif block.kind == SUBHEADING:
            subheading += 1
            text = f"（{_numeral(subheading)}）{text}"
        numbered.append(Block(block.kind, text))
    return numbered


def _noted(data: QuarterData, section: str) -> str:
    """What the analyst adds to a part, as lines of a template's source: headings of its own, one paragraph a piece."""
    return "\n\n".join(
        f"## {plain(row['text'])}" if row["kind"] == HEADING_OF_NOTES else plain(row["text"]).lstrip("#")
        for row in of_sections(data.notes, [section])
    )


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


def _claims(data: QuarterData) -> dict[str, Any]:
    """Records and rates as the text of the source states them, with the words that bound them."""
    rates = []
    records = ""
    for row in data.headline.to_dict("records"):
        before, more, after = _bounds(str(row["qualifier"]))
        printed = str(row["printed"])
        if row["figure"] == "records":
            scaled = _SCALED.fullmatch(printed)
            number, scale = scaled.groups() if scaled else (printed, "")
            records = f"{before}{number}{scale}{more}条{after}"
        else:
            rates.append(f"{FIGURES.get(row['figure'], row['figure'])}{before}{printed}{after}")
    return {"claimed_records": records, "claimed_rates": rates}


def _bounds(qualifier: str) -> tuple[str, str, str]:
    """The parts of a qualifier that stand before the number, before 条, and at the end."""
    match = _BOUNDS.fullmatch(qualifier)
    before, more, after = match.groups() if match else ("", "", qualifier)
    return before or "", more or "", after or ""


def _planned_work(data: QuarterData, reference: Reference) -> str:
    """What the source says will be done, word for word; left out when it names a unit that it must not."""
    text = data.fact("planned_work")
    if reference.may_name_units:
        return text
    named = [name for name in _unit_names(data) if name in text]
    return "" if named else text


def _unit_names(data: QuarterData) -> list[str]:
    columns = [data.table(name)[column] for name, spec in TABLES.items() for column in spec.unit_kinds]
    return [name for name in dict.fromkeys(pd.concat(columns)) if name not in TIERS]


# --- what the tables hold ---------------------------------------------------------------------------------


def _listed(data: QuarterData) -> dict[str, bool]:
    """Which numbers there are at all: an absent column must not be told as zero."""
    listed: dict[str, bool] = {}
    for table, prefix in (("districts", "district"), ("city_departments", "department")):
        content = data.table(table)
        listed[f"has_{prefix}"] = bool(content["evaluations"].notna().any())
        listed[f"has_{prefix}_cases"] = bool(content["cases"].notna().any())
        listed[f"complete_{prefix}"] = bool(content[["cases", "evaluations"]].notna().all(axis=None))
    tiers = data.towns_and_villages
    for tier in TIERS:
        listed[f"has_{tier}"] = bool(tiers.loc[tiers["tier"] == tier, "evaluations"].notna().any())
    listed["tiers_covered"] = (
        all(listed[f"has_{tier}"] for tier in TIERS)
        and bool(tiers["evaluations"].notna().all())
        and bool((tiers["evaluations"] > 0).all())
    )
    listed["has_matrix"] = bool(data.district_departments["evaluations"].notna().any())
    listed["has_public"] = bool(data.public_services["evaluations"].notna().any())
    listed["has_results"] = any(on for name, on in listed.items() if name.startswith("has_"))
    return listed


def _problems(data: QuarterData, figures: Figures, reference: Reference) -> dict[str, Any]:
    """The problems that the numbers show, each true or false or with the units it concerns."""
    may_name = reference.may_name_units

    def units(names: Iterable[str]) -> Units:
        return Units(tuple(dict.fromkeys(str(name) for name in names)), may_name)

    problems: dict[str, Any] = {
        "few_active": units(_few_active(data, figures, reference.threshold("small_denominator"))),
        "silent": units(
            _units_where(data, lambda t: (t["active_evaluations"] == 0) & (t["evaluations"] > 0))
        ),
        "idle": units(_units_where(data, lambda t: t["cases"] == 0)),
        "zero_negatives": _zero_negatives(data),
        "late": units(_late(data)),
        "empty_towns": units(figures.words.get("town_empty", ())),
        "empty_villages": units(figures.words.get("village_empty", ())),
        "scattered": bool((data.district_departments["evaluations"] == 0).any()),
        "unlisted": units(_unlisted(data, reference)),
    }
    return {**problems, "has_problems": any(bool(problem) for problem in problems.values())}


def _few_active(data: QuarterData, figures: Figures, small: float) -> list[str]:
    """Districts whose active rate is below half of the districts' together; small denominators left out."""
    active, base = figures.get("district_active"), figures.get("district_active_base")
    if not active or not base:
        return []
    total_active, total_base = int(active.value or 0), int(base.value or 0)
    return [
        str(row["district"])
        for row in data.districts.dropna(subset=["active_evaluations", "evaluations"]).to_dict("records")
        if row["evaluations"] >= small
        and 2 * int(row["active_evaluations"]) * total_base < total_active * int(row["evaluations"])
    ]


def _units_where(data: QuarterData, condition: Any) -> list[str]:
    """Districts and city departments whose row fulfils a condition."""
    return [
        name
        for table in ("districts", "city_departments")
        for name in data.table(table).loc[condition(data.table(table)).fillna(False), TABLES[table].key[0]]
    ]


def _zero_negatives(data: QuarterData) -> bool:
    """Whether negative evaluations are listed, and every one of them is zero."""
    tables = (data.districts, data.city_departments, data.towns_and_villages)
    listed = pd.concat([table["negative_evaluations"] for table in tables]).dropna()
    return len(listed) > 0 and bool((listed == 0).all())


def _late(data: QuarterData) -> list[str]:
    rows = data.towns_and_villages
    late = (rows["rectified_on_time"] < rows["negative_evaluations"]).fillna(False)
    return list(rows.loc[late, "district"])


def _unlisted(data: QuarterData, reference: Reference) -> list[str]:
    """Units with a count that holds no number though the table has the column; 归市 is a reason given."""
    return [
        next(iter(decode_key(row["key"]).values()))
        for row in data.unreported.to_dict("records")
        if row["column"] in TABLES[row["table"]].counts
        and row["reason"] != NOT_IN_SOURCE
        and fold(row["printed"]) not in reference.elsewhere
        and row["key"] not in _total_keys(data, row["table"])
    ]


def _total_keys(data: QuarterData, table: str) -> set[str]:
    totals = data.printed_totals
    return set(totals.loc[totals["table"] == table, "key"])

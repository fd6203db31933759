"""What the analyst writes in ``notes.md``: its numbers against the quarter's, names in what is to be circulated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from haochaping.checks.book import Book, Row
from haochaping.checks.known import Known, agrees
from haochaping.checks.outcome import Outcome, state
from haochaping.checks.rules import Rule
from haochaping.cleaning.quantities import COUNT, PERCENT, Quantity, plain_text, quantities
from haochaping.figures import compute_figures
from haochaping.model import HEADLINE, TABLES, TIERS, CellRef
from haochaping.notes import BULLETIN, NOTES, of_sections, plain
from haochaping.numbers import number, percent_text

_MEASURES = {
    "主动评价率": "active_rate",
    "主动评价": "active_evaluations",
    "整改满意率": "rectification_satisfaction_rate",
    "按时整改率": "",
    "按时整改": "rectified_on_time",
    "差评整改率": "",
    "差评率": "",
    "差评": "negative_evaluations",
    "好评率": "",
    "满意率": "",
    "评价率": "evaluation_rate",
    "未评率": "",
    "评价": "evaluations",
    "办件": "cases",
    "占比": "share",
}
"""Words for a measure, the longer before the shorter it contains; blank: one that no annex has."""
_MEASURE = re.compile("|".join(_MEASURES))
_TIERS = {"town": re.compile("镇|街道"), "village": re.compile("村|社区")}
_SENTENCE_END, _CLAUSE_END = re.compile("[。；;！!？?]"), re.compile(r"[，、：:（）()]|,(?!\d)")
_COMPARED = re.compile("比|较|增|减|升|降|高于|低于|多|少|超|近|约|余|以上|以下|左右|分别|至")
"""Words by which a number is no longer simply the figure of the unit and measure named before it."""
_ORDINAL = re.compile(r"^\d+[.)、]\s*")


@dataclass(frozen=True)
class _Told:
    """A number of the notes: where it stands, the clause up to it, the sentence before it."""

    section: str
    line: int
    quantity: Quantity
    clause: str
    before: str
    whole_clause: str

    @property
    def words(self) -> str:
        """The clause from its beginning to the end of the number."""
        return self.clause + self.quantity.text


def notes_disagree(rule: Rule, book: Book) -> Iterator[Outcome]:
    """A number that the notes give to a unit and measure is the one of the annexes, and none is one slip off."""
    reader = _Reader(book)
    for told in reader.told:
        right = reader.right(told)
        if right:
            at = CellRef.of(HEADLINE, {"figure": f"note:{told.section}"}, told.clause or "text")
            values = {
                "section": told.section,
                "file": NOTES,
                "line": told.line,
                "words": told.words,
                "right": right,
            }
            yield Outcome(
                at, (), state(False), f"{told.quantity.text} 与 {right}", values=values, expected=right
            )


def notes_unplaced(rule: Rule, book: Book) -> Iterator[Outcome]:
    """Numbers of the notes that no figure of the quarter explains, a section at a time."""
    reader = _Reader(book)
    for section in dict.fromkeys(told.section for told in reader.told):
        here = [told for told in reader.told if told.section == section]
        unplaced = [told for told in here if not reader.holds(told) and not reader.right(told)]
        shown = "、".join(f"“{told.words}”（第 {told.line} 行）" for told in unplaced)
        at = CellRef.of(HEADLINE, {"figure": f"note:{section}"}, "text")
        values = {"section": section, "file": NOTES, "shown": shown, "count": len(unplaced)}
        yield Outcome(at, (), state(not unplaced), shown, values=values)


def notes_names(rule: Rule, book: Book) -> Iterator[Outcome]:
    """What the notes add to the bulletin names no unit, unless the city allows it."""
    if book.reference is None or book.reference.may_name_units:
        return
    names = _unit_names(book)
    for section in BULLETIN:
        rows = of_sections(book.data.notes, [section])
        text = plain_text("".join(plain(row["text"]) for row in rows))
        named = [name for name in names if name in text]
        at = CellRef.of(HEADLINE, {"figure": f"note:{section}"}, "names")
        if rows:
            values = {"section": section, "file": NOTES, "names": "、".join(named)}
            yield Outcome(at, (), state(not named), "", values=values)


KINDS = {"notes_disagree": notes_disagree, "notes_unplaced": notes_unplaced, "notes_names": notes_names}


class _Reader:
    """The numbers of the notes, and what each of them should be."""

    def __init__(self, book: Book):
        self.book = book
        self.told = [told for row in book.data.notes.to_dict("records") for told in _numbers(row)]

    @cached_property
    def known(self) -> Known:
        return Known(self.book.data, compute_figures(self.book.data, self.book.reference))

    @cached_property
    def _names(self) -> dict[str, tuple[str, ...]]:
        """A unit's name as it may be written, to its names as printed, longest first."""
        written: dict[str, set[str]] = {}
        for table, spec in TABLES.items():
            for row in self.book.rows(table):
                for column, kind in spec.unit_kinds.items():
                    name = row.key[column]
                    unit = self.book.reference.unit(kind, name) if self.book.reference and kind else None
                    for one in {name, *((unit.canonical, *unit.aliases) if unit else ())} - {*TIERS}:
                        written.setdefault(plain_text(one), set()).add(name)
        return {name: tuple(sorted(written[name])) for name in sorted(written, key=len, reverse=True)}

    @cached_property
    def _name(self) -> re.Pattern[str]:
        return re.compile("|".join(map(re.escape, self._names)) or r"(?!)")

    def right(self, told: _Told) -> str:
        """What should stand there; blank where the number is right or belongs to no figure for sure."""
        if _COMPARED.search(told.whole_clause):
            return ""
        values = self._candidates(told)
        if values:
            return "" if any(agrees(told.quantity, value) for value in values) else _shown(values)
        if told.quantity.kind == COUNT and not self.known.holds(told.quantity):
            meant = self.known.one_slip_away(told.quantity)
            return number(meant) if meant is not None else ""
        return ""

    def holds(self, told: _Told) -> bool:
        """Whether some figure of the quarter has this value."""
        return self.known.holds(told.quantity) or any(
            agrees(told.quantity, value) for value in self._candidates(told)
        )

    def _candidates(self, told: _Told) -> list[int | Fraction]:
        """Figures that the number may mean by the unit and the measure named before it."""
        measures = _MEASURE.findall(told.clause)
        column = _MEASURES[measures[-1]] if measures else ""
        wanted = PERCENT if column.endswith(("rate", "share")) else COUNT
        if not column or told.quantity.kind != wanted:
            return []
        found = self._name.findall(told.clause) or self._name.findall(told.before)[-1:]
        if not found:
            return []
        meant = [{*self._names[name]} for name in found]
        tiers = [tier for tier, pattern in _TIERS.items() if pattern.search(self._name.sub("", told.clause))]
        values: list[int | Fraction] = []
        for table in TABLES:
            for row in self.book.rows(table):
                names = [value for value in row.key.values() if value not in TIERS]
                fits = len(names) == len(meant) and all(any(n in one for n in names) for one in meant)
                if fits and ("tier" not in row.key or not tiers or row.key["tier"] in tiers):
                    values += self._values(row, column)
        return list(dict.fromkeys(values))

    def _values(self, row: Row, column: str) -> list[int | Fraction]:
        """What a row holds for a measure; of a rate what is printed and what the counts give."""
        value = self.book.value(row.cell(column))
        if column in ("active_rate", "evaluation_rate"):
            parts = (
                ("active_evaluations", "evaluations") if column == "active_rate" else ("evaluations", "cases")
            )
            k, n = (self.book.count(row.cell(part)) for part in parts)
            computed = [Fraction(k, n)] if k is not None and n else []
            return [*([] if value is None else [Fraction(str(value))]), *computed]
        if value is None:
            return []
        return [Fraction(str(value)) if isinstance(value, float) else int(value)]


def _numbers(row: dict[str, object]) -> Iterator[_Told]:
    """Counts and percentages of one piece of the notes."""
    text = plain_text(_ORDINAL.sub("", plain(str(row["text"]))))
    for quantity in quantities(text):
        if quantity.kind not in (COUNT, PERCENT):
            continue
        end = quantity.start + len(quantity.text)
        sentence = _after_last(_SENTENCE_END, text, quantity.start)
        clause = max(sentence, _after_last(_CLAUSE_END, text, quantity.start))
        following = _CLAUSE_END.search(text, end) or _SENTENCE_END.search(text, end)
        rest = text[end : following.start() if following else len(text)]
        yield _Told(
            str(row["section"]),
            int(str(row["line"])),
            quantity,
            text[clause : quantity.start],
            text[sentence : quantity.start],
            text[clause : quantity.start] + rest,
        )


def _after_last(pattern: re.Pattern[str], text: str, end: int) -> int:
    return max((match.end() for match in pattern.finditer(text, 0, end)), default=0)


def _shown(values: Sequence[int | Fraction]) -> str:
    return " 或 ".join(percent_text(v) if isinstance(v, Fraction) else number(v) for v in values)


def _unit_names(book: Book) -> list[str]:
    """Names of units as printed, without blanks."""
    names = {
        plain_text(row.key[column])
        for table, spec in TABLES.items()
        for row in book.rows(table)
        for column in spec.unit_kinds
    }
    return sorted(name for name in names if name not in TIERS)

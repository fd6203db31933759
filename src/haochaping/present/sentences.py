"""Sentences from templates: one template for each section, one line for each sentence, every number a named figure.

A line of a template reads ``rule_name| sentence``. The conditions around a line decide whether it is written;
the name before the bar is the rule that chose the sentence, and is listed in the sentence audit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeGuard

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from haochaping.checks.check_report import CheckReport
from haochaping.core.declaration import PARTICULAR_ANNEXES, Declaration
from haochaping.core.model import CellRef
from haochaping.core.text import visible
from haochaping.figures.figure import Figure, Figures, ShownFigure
from haochaping.figures.unit_name import UnitName
from haochaping.present.doubts import Doubts, largest_doubts
from haochaping.present.html_fragment import Html, single_tab_stop
from haochaping.present.key_figures import is_whole
from haochaping.present.phrase import Number, Phrase, PhrasePart
from haochaping.store.cell_index import CellIndex

TEMPLATES = Path(__file__).parent / "sentence_templates"
SUMMARY = "summary"
OVERVIEW, PROBLEMS, KEY_FIGURES = "overview", "problems", "key_figures"
CHART_TITLES, ANNEX_CHART_TITLES = "charts", "annex_charts"
_OWN_TEMPLATES = frozenset(
    {SUMMARY, OVERVIEW, PROBLEMS, KEY_FIGURES, CHART_TITLES, ANNEX_CHART_TITLES, *PARTICULAR_ANNEXES}
)
_LISTS = (SUMMARY, PROBLEMS)
"""Sections whose sentences are a paragraph each."""
MOST_IN_SUMMARY = 4
_OPEN, _BAR, _CLOSE = "\ue000", "\ue001", "\ue002"
"""Mark a number or a name in a rendered template: ``open figure-or-cells bar text close``; data cannot hold them (see `_safe`)."""
_OTHER_UNITS = "\ue003{}\ue004{}\ue005"
_OTHER_UNITS_FOUND = re.compile("\ue003([^\ue004]*)\ue004([^\ue005]*)\ue005")
"""Stands behind a number without a change because other units listed theirs; :func:`say_once` puts it into words."""
_MARKED = re.compile(f"{_OPEN}([^{_BAR}]*){_BAR}([^{_CLOSE}]*){_CLOSE}")
_LINE = re.compile(r"([a-z][a-z_]*)\| *(.*)")


RenderedLine = tuple[str, tuple[PhrasePart, ...]]
"""The rule of a line and its parts."""


@dataclass(frozen=True)
class Sentence:
    """One sentence; ``position`` counts from 1 in its section, ``rule`` chose it, ``parts`` are words and numbers."""

    section: str
    position: int
    rule: str
    parts: tuple[PhrasePart, ...]

    @property
    def id(self) -> str:
        """Its HTML id on the page."""
        return f"sentence-{self.section}-{self.position}"

    @property
    def numbers(self) -> list[Number]:
        """The numbers in it."""
        return [part for part in self.parts if isinstance(part, Number)]

    @property
    def text(self) -> str:
        """As plain text."""
        return Phrase(self.parts).text

    @property
    def html(self) -> str:
        """As HTML, with every number linked to its row in the table of figures."""
        return Phrase(self.parts).html


def page_sections(declaration: Declaration) -> dict[str, str]:
    """Sections of the page that have sentences, in order, with their headings: one for each annex of the city."""
    annexes = {spec.name: spec.title for spec in declaration.annexes.values()}
    return {SUMMARY: "要点", OVERVIEW: "总体情况", **annexes, PROBLEMS: "问题与建议"}


def write_sentences(section: str, figures: Figures, report: CheckReport | None = None) -> Html:
    """The sentences of one section of the page as HTML paragraphs.

    Parameters
    ----------
    section : str
        One of :func:`page_sections`.
    figures : Figures
        The quarter's named figures.
    report : CheckReport, optional
        The checks: numbers that an open matter could change are underlined, and a note beside the paragraph names it.
    """
    doubts = Doubts(figures, report) if report else None
    sentences = compose(section, figures, report)
    corrections = _corrections_remark(sentences, figures)
    paragraphs = [[s] for s in sentences] if section in _LISTS else [sentences] if sentences else []
    return Html("\n".join(_paragraph(paragraph, doubts, corrections) for paragraph in paragraphs))


def _paragraph(
    sentences: Sequence[Sentence], doubts: Doubts | None, corrections: Mapping[Sentence, str]
) -> str:
    """Sentences as a paragraph, at which the keyboard stops once, with one note beside it on what is in doubt."""
    spans = "".join(
        f'<span id="{s.id}">{Phrase(s.parts, doubts).html}{corrections.get(s, "")}</span>' for s in sentences
    )
    words = f"<p>{single_tab_stop(spans)}</p>"
    matters = sorted({number for s in sentences for number in Phrase(s.parts, doubts).matters})
    is_advice = sentences[0].section == PROBLEMS  # it rests on doubts, and need not name them
    note = doubts.note_html(matters) if doubts and not is_advice else ""
    return f'<div class="noted">{words}{note}</div>' if note else words


def compose(section: str, figures: Figures, report: CheckReport | None = None) -> list[Sentence]:
    """The sentences of one section as data.

    The summary is cut to :data:`MOST_IN_SUMMARY`.
    """
    context: dict[str, Any] = {"n": figures, "w": Words(figures.words), **Words(figures.words)}
    largest = _largest_doubts(figures, report)
    context |= {
        "found": report.counts if report else {},
        "told": {finding.check for finding in report.findings if finding.is_open} if report else set(),
        "largest": largest,
        "largest_is_district": bool(largest) and _is_largest_district(largest[0], figures),
        "rate_tells": "rate" in figures and not is_whole("rate", figures),
    }
    parts = figures.words.get("parts", {})
    context |= {
        "parts": parts.get(section, []),
        "all_parts": [part for own in parts.values() for part in own],
        "several_annexes": len(parts) > 1,
    }
    template = section if section in _OWN_TEMPLATES and section not in parts else "annex"
    lines = [line for line in render(f"page/{template}.j2", context) if line[0]]
    if section == SUMMARY:
        lines = lines[:MOST_IN_SUMMARY]
    return [
        Sentence(section, position, rule, parts)
        for position, (rule, parts) in enumerate(say_once(lines), start=1)
    ]


def _largest_doubts(figures: Figures, report: CheckReport | None) -> list[UnitName]:
    if report is None or figures.data is None:
        return []
    limit = float(figures.words.get("change_percent", 1)) / 100
    return largest_doubts(report, figures.data.derived(CellIndex), limit)


def _is_largest_district(name: UnitName, figures: Figures) -> bool:
    """Whether a doubtful cell is of the district with the most cases, whose number is a figure."""
    return "district_largest_cases" in figures and {cell.row for cell in name.cells} == {
        figures.words.get("district_largest")
    }


def render(template: str, context: Mapping[str, Any]) -> Iterator[RenderedLine]:
    """Render a template to (rule, parts) of each line; the rule is blank where a line has none."""
    for line in environment().get_template(template).render(_neutralise(context)).split("\n"):
        found = _LINE.fullmatch(line.strip())
        rule, written = found.groups() if found else ("", line.strip())
        yield rule, tuple(_split_parts(re.sub(r"\s+", " ", written)))


def say_once(lines: Iterable[RenderedLine]) -> list[RenderedLine]:
    """Say of the numbers of a section that other units listed theirs earlier: behind the one, or once behind several."""
    lines = list(lines)
    found = [
        mark.groups()
        for _, parts in lines
        for part in filter(_is_of_other_units, parts)
        for mark in _OTHER_UNITS_FOUND.finditer(part)
    ]
    if not found:
        return lines
    periods, changes = ("、".join(dict.fromkeys(words)) for words in zip(*found, strict=True))
    several = "" if len(found) == 1 else f"；与{periods}列数的单位不同的数，不列{changes}。"
    last = max(i for i, (_, parts) in enumerate(lines) if any(map(_is_of_other_units, parts)))
    for i, (rule, parts) in enumerate(lines):
        said = tuple(
            _OTHER_UNITS_FOUND.sub("" if several else r"，与\1列数的单位不同，不列\2", part)
            if _is_of_other_units(part)
            else part
            for part in parts
        )
        if several and i == last and isinstance(said[-1], str):
            said = (*said[:-1], said[-1].removesuffix("。") + several)
        lines[i] = rule, said
    return lines


def _is_of_other_units(part: PhrasePart) -> TypeGuard[str]:
    return isinstance(part, str) and bool(_OTHER_UNITS_FOUND.search(part))


def escape_analyst_line(line: str) -> str:
    """A line of the analyst's, changed so that it is read neither as a heading nor as ``rule_name| sentence``."""
    line = line.strip().lstrip("# ")
    return line.replace("|", "｜", 1) if _LINE.match(line) else line


@cache
def environment() -> Environment:
    """The Jinja environment of the sentence templates, with filters ``names`` and ``written``."""
    jinja = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=_AbsentValue,
        autoescape=False,  # parts are escaped one by one where they become HTML
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.filters["names"] = _join_names
    jinja.filters["written"] = ShownFigure
    jinja.globals["other_units"] = _OTHER_UNITS.format
    jinja.finalize = _mark_value
    return jinja


class _AbsentValue(StrictUndefined):
    """A figure or fact that the quarter lacks: false in a condition, an error in a sentence."""

    __slots__ = ()

    def __bool__(self) -> bool:  # type: ignore[override]
        return False


class Words(dict[str, Any]):
    """Names and facts for templates that are no figures; what the quarter lacks is None."""

    _KNOWN = (
        "district_largest department_largest district_top matrix_first matrix_second town_empty village_empty "
        "public_top public_total_label highest lowest above below alike compared no_limits matrix_largest tiers_listed "
        "order order_is_complete impossible"
    )

    def __init__(self, words: Mapping[str, Any]):
        super().__init__(dict.fromkeys(self._KNOWN.split()) | dict(words))

    def __missing__(self, name: str) -> None:
        return None


def _neutralise(value: Any) -> Any:
    """`value` with every text in it on one line and its hidden characters made visible.

    So no text from data can hold the marks of a number or begin a template line.
    """
    if isinstance(value, UnitName):
        return UnitName(_neutralise(str(value)), value.cells)
    if isinstance(value, str):
        return visible(value).replace("\n", " ")
    if isinstance(value, (list, tuple)):
        return [_neutralise(item) for item in value]
    if isinstance(value, Words):
        return Words({key: _neutralise(item) for key, item in value.items()})
    if isinstance(value, dict):
        return {key: _neutralise(item) for key, item in value.items()}
    return value


def _join_names(values: Iterable[object], most: int = 0) -> str:
    """Join names with 、; with `most`, only the first ones and 等."""
    shown = [_mark_value(value) for value in values]
    if most and len(shown) > most:
        return "、".join(shown[:most]) + "等"
    return "、".join(shown)


def _mark_value(value: Any) -> str:
    """A value as written into a template: figures as marked numbers, names with their cells, the rest as text."""
    if isinstance(value, Figure):
        value = ShownFigure(value, value.text)
    if isinstance(value, ShownFigure):
        return f"{_OPEN}{value.figure.name}{_BAR}{value.text}{_CLOSE}"
    if isinstance(value, UnitName) and value.cells:
        return f"{_OPEN}{_encode_cells(value.cells)}{_BAR}{value}{_CLOSE}"
    return str(value)  # what data hold is visible already (see `_safe`); a macro returns marked numbers


def _split_parts(line: str) -> Iterator[PhrasePart]:
    end = 0
    for found in _MARKED.finditer(line):
        if found.start() > end:
            yield line[end : found.start()]
        name, shown = found.groups()
        yield UnitName(shown, _decode_cells(name)) if name.startswith("[") else Number(name, shown)
        end = found.end()
    if end < len(line):
        yield line[end:]


def _encode_cells(cells: Iterable[CellRef]) -> str:
    """Cells as one ASCII word (JSON): nothing in a name can end the mark or be taken for a space."""
    rows = sorted((cell.table, cell.row, cell.column, cell.member) for cell in cells)
    return json.dumps(rows, separators=(",", ":")).replace(" ", "\\u0020").replace("|", "\\u007c")


def _decode_cells(word: str) -> list[CellRef]:
    return [CellRef(*names) for names in json.loads(word)]


def _corrections_remark(sentences: Iterable[Sentence], figures: Figures) -> dict[Sentence, str]:
    """The remark that numbers were corrected, behind the last sentence of a section that has such numbers."""
    corrected = [s for s in sentences if any(figures[number.name].corrected for number in s.numbers)]
    where = "本节" if len(corrected) > 1 else ""
    link = f'<a class="corrected" href="#table-corrections">（{where}含更正后的数）</a>'
    return dict.fromkeys(corrected[-1:], link)

"""Sentences from templates: one file a section, every number from a named figure."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from haochaping.briefing.html import Html, figure_link, paragraphs, text
from haochaping.checks.confront import CheckReport
from haochaping.figures import Figure, Figures

TEMPLATES = Path(__file__).parent / "templates"


class _Absent(StrictUndefined):
    """What the quarter lacks: false in a condition, an error in a sentence."""

    __slots__ = ()

    def __bool__(self) -> bool:  # type: ignore[override]
        return False


def templates(*, escape: bool) -> Environment:
    """The sentence templates; `escape` for a page, not for plain text. What a quarter lacks is false."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=_Absent,
        autoescape=escape,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _environment() -> Environment:
    environment = templates(escape=True)
    environment.filters["names"] = lambda values: "、".join(str(value) for value in values)
    environment.finalize = _shown
    return environment


def _shown(value: Any) -> Any:
    if isinstance(value, Figure):
        return figure_link(value)
    return value if hasattr(value, "__html__") else text(value)


def write_sentences(section: str, figures: Figures, report: CheckReport | None = None) -> Html:
    """The sentences of one section.

    Parameters
    ----------
    section : str
        Name of a template: ``summary``, ``overview``, ``districts``, ``city_departments``,
        ``district_departments``, ``towns_and_villages``, ``public_services``.
    figures : Figures
        The quarter's named figures.
    report : CheckReport, optional
        The checks, for sentences that point to doubts.
    """
    template = _environment().get_template(f"{section}.j2")
    context: dict[str, Any] = {"n": figures, **_Words(figures.words)}
    if report is not None:
        context |= {"verdict": report.verdict.value, "found": report.counts}
    lines = (re.sub(r"\s+", " ", line).strip() for line in template.render(context).splitlines())
    return paragraphs(line + _on_corrections(line, figures) for line in lines if line)


def _on_corrections(sentence: str, figures: Figures) -> str:
    """A remark for a sentence with a number that rests on a corrected cell."""
    used = re.findall(r'href="#figure-([a-z_]+)"', sentence)
    if not any(figures[name].corrected for name in used):
        return ""
    return '<a class="corrected" href="#table-corrections">（含更正后的数）</a>'


class _Words(dict[str, Any]):
    """Names that sentences use; what the quarter lacks is None."""

    _KNOWN = (
        "quarter absent district_largest district_lowest district_highest department_largest matrix_first "
        "matrix_second town_empty village_empty public_top public_total_label"
    )

    def __init__(self, words: dict[str, Any]):
        super().__init__({name: words.get(name) for name in self._KNOWN.split()})

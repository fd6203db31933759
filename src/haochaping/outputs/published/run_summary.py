"""The part of a manifest that the index needs: verdict, matters by severity, key figures as shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # this module is imported at every run, also an unchanged one: only writing needs these
    from haochaping.checks.check_report import CheckReport
    from haochaping.core.model import QuarterData
    from haochaping.figures.figure import Figure, Figures

COMPARISONS = ("before", "year")
_NOT_COUNTED = ("%", "个百分点", "条/万条")
"""Units of rates (``figure.PERCENT`` and its fellows), whose values are fractions even where they are whole."""


@dataclass(frozen=True)
class KeyFigure:
    """A key figure as published: its exact value, as shown, and its changes as shown (comparison to text with unit)."""

    label: str
    value: int | Fraction | None
    text: str
    unit: str
    changes: Mapping[str, str]
    corrected: bool


@dataclass(frozen=True)
class Summary:
    """The result of a run, read back from its manifest; ``simulated`` says that none of its figures is real."""

    verdict: str
    written: str
    simulated: bool
    matters: Mapping[str, int]
    answered: str
    figures: Mapping[str, KeyFigure]


def summarise(data: QuarterData, report: CheckReport, figures: Figures) -> dict[str, Any]:
    """The entries of a manifest that :func:`read_summary` reads back."""
    from haochaping.present.key_figures import all_key_figures

    return {
        "verdict": report.verdict_words,
        "verdict_code": report.verdict.code,
        "simulated": data.is_simulated,
        "about_past": list(report.about_past),
        "unchecked": list(report.unchecked_remarks),
        "matters": report.matter_counts,
        "answered": report.answered_words,
        "figures": {
            name: _key_figure_entry(figures, figures[name], label)
            for label, name, _ in all_key_figures(figures)
        },
    }


def _key_figure_entry(figures: Figures, figure: Figure, label: str) -> dict[str, Any]:
    changes = {
        comparison: change_text(figures[f"{figure.name}_{comparison}"])
        for comparison in COMPARISONS
        if f"{figure.name}_{comparison}" in figures
    }
    return {
        "label": label,
        "value": None if figure.value is None else str(figure.value),
        "text": figure.text,
        "unit": figure.unit,
        "changes": changes,
        "corrected": figure.corrected,
    }


def change_text(change: Figure) -> str:
    """A change with its sign and unit: ``+1.20%``, ``−0.35 个百分点``."""
    sign = "+" if (change.value or 0) > 0 else ""
    return f"{sign}{change.text} {change.unit.removeprefix('%')}".strip()


def read_summary(manifest: Mapping[str, Any]) -> Summary:
    """The summary in a manifest; one of an earlier version has no figures, matters or time.

    Raises
    ------
    KeyError, TypeError, ValueError, AttributeError
        The manifest was not written by this kit, or is damaged.
    """
    matters = manifest.get("matters", {})
    return Summary(
        str(manifest["verdict"]),
        str(manifest.get("written", "")),
        bool(manifest.get("simulated", False)),
        {str(severity): int(count) for severity, count in matters.items()},
        str(manifest.get("answered", "")),
        {str(name): _read_key_figure(entry) for name, entry in manifest.get("figures", {}).items()},
    )


def _read_key_figure(entry: Mapping[str, Any]) -> KeyFigure:
    value = None if entry["value"] is None else Fraction(entry["value"])
    is_count = value is not None and entry["unit"] not in _NOT_COUNTED and value.denominator == 1
    return KeyFigure(
        str(entry["label"]),
        int(value) if value is not None and is_count else value,
        str(entry["text"]),
        str(entry["unit"]),
        {str(name): str(text) for name, text in entry["changes"].items()},
        bool(entry["corrected"]),
    )

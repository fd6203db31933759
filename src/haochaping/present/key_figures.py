"""The figures at the head of the page: the few that carry information."""

from __future__ import annotations

from fractions import Fraction

from haochaping.figures.figure import Figures

MOST_KEY_FIGURES = 3
ALL_BUT_WHOLE = Fraction(995, 1000)
"""An evaluation rate from here on says only that everything counts as evaluated: others come first."""
_OF_BOTH = (
    ("办件", "cases", "件"),
    ("主动评价率", "active_rate", ""),
    ("差评", "negatives", "条"),
    ("评价率", "rate", ""),
    ("评价", "evaluations", "条"),
)
"""Label, name of the figure and unit, where districts and city departments have figures of their own; most telling first."""


def key_figures(figures: Figures) -> list[tuple[str, str, str]]:
    """Label, name and unit of the figures at the head."""
    return all_key_figures(figures)[:MOST_KEY_FIGURES]


def all_key_figures(figures: Figures) -> list[tuple[str, str, str]]:
    """Label, name and unit of the key figures that the period has, most telling first: the index has room for all."""
    own = [key for key in _OF_BOTH if key[1] in figures]
    own.sort(key=lambda key: is_whole(key[1], figures))  # stable: what says nothing comes last
    return own or [tuple(key) for key in figures.words.get("key_figures", ()) if key[1] in figures]


def is_whole(name: str, figures: Figures) -> bool:
    """Whether a figure is an evaluation rate that says only that everything counts as evaluated."""
    value = figures[name].value
    return name == "rate" and value is not None and value >= ALL_BUT_WHOLE


def key_figure_names(figures: Figures) -> list[str]:
    """Names of all figures that the head shows: key figures and their changes."""
    shown = [name for _, name, _ in key_figures(figures)]
    changes = [
        f"{name}_{comparison}" for name in shown for comparison in figures.words.get("compared_with", ())
    ]
    return [name for name in (*shown, *changes) if name in figures]

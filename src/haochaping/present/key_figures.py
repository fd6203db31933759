"""The figures at the head of the page."""

from __future__ import annotations

from haochaping.figures.figure import Figures

_OF_BOTH = (
    ("办件", "cases", "件"),
    ("评价", "evaluations", "条"),
    ("评价率", "rate", ""),
    ("主动评价率", "active_rate", ""),
    ("差评", "negatives", "条"),
)
"""Label, name of the figure and unit, where districts and city departments have figures of their own."""


def key_figures(figures: Figures) -> list[tuple[str, str, str]]:
    """Label, name and unit of the figures at the head that the period has, without those about rectification."""
    own = [key for key in _OF_BOTH if key[1] in figures]
    return own or [tuple(key) for key in figures.words.get("key_figures", ()) if key[1] in figures]


def key_figure_names(figures: Figures) -> list[str]:
    """Names of all figures that the head shows: key figures, their changes, the sixth on rectification."""
    shown = [name for _, name, _ in key_figures(figures)]
    changes = [
        f"{name}_{comparison}" for name in shown for comparison in figures.words.get("compared_with", ())
    ]
    rate = figures.get("tier_rectified_rate")
    sixth = "tier_rectified_rate" if rate is not None and rate.value is not None else "claimed_rectification"
    sixth_names = [sixth] if "negatives" in figures else []
    return [name for name in (*shown, *changes, *sixth_names) if name in figures]

"""The figures at the head of the page."""

from __future__ import annotations

from haochaping.figures.figure import Figures

KEY_FIGURES = (
    ("办件", "cases", "件"),
    ("评价", "evaluations", "条"),
    ("评价率", "rate", ""),
    ("主动评价率", "active_rate", ""),
    ("差评", "negatives", "条"),
)


def key_figure_names(figures: Figures) -> list[str]:
    """Names of the figures that the head shows."""
    shown = [name for _, name, _ in KEY_FIGURES if name in figures]
    changes = [f"{name}_{one}" for name in shown for one in figures.words.get("compared_with", ())]
    rate = figures.get("tier_rectified_rate")
    beside = "tier_rectified_rate" if rate is not None and rate.value is not None else "claimed_rectification"
    with_sixth = [beside] if "negatives" in figures else []
    return [name for name in (*shown, *changes, *with_sixth) if name in figures]

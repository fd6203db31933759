"""The picture of how time and memory grow with the number of cases (``docs/performance.md``)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt


def draw_curve(
    millions: Sequence[int],
    seconds: Sequence[float],
    all_seconds: Sequence[float],
    memory: Sequence[float],
    path: Path,
) -> None:
    """Draw time and memory over millions of cases.

    Parameters
    ----------
    seconds, all_seconds : sequence of float
        Of the count that annexes need, and of everything that a page shows.
    memory : sequence of float
        GB at most, of everything.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    left.plot(millions, all_seconds, marker="o", color="#1f5673", label="everything a page shows")
    left.plot(millions, seconds, marker="o", color="#c8553d", label="what annexes are made of")
    left.legend(frameon=False, loc="upper left")
    left.set(
        xlabel="million cases, and as many evaluations",
        ylabel="seconds in process",
        ylim=(0, max(all_seconds) * 1.15),
    )
    right.plot(millions, memory, marker="o", color="#1f5673")
    right.axhline(3, color="grey", linestyle="--", linewidth=1)
    right.annotate("aim: under 3 GB", (0, 3), (4, -12), textcoords="offset points", color="grey")
    right.set(xlabel="million cases, and as many evaluations", ylabel="GB at most", ylim=(0, 3.3))
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)

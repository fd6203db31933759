"""Named figures: every number that tables, charts and sentences may use, made in one place."""

from __future__ import annotations

from haochaping.core.model import QuarterData
from haochaping.core.paths import find_locations
from haochaping.figures.change_figures import add_changes
from haochaping.figures.figure import Figures
from haochaping.figures.one_quarter import figures_of_one_quarter
from haochaping.figures.problem_figures import add_problems
from haochaping.figures.series import series_on_page
from haochaping.figures.spread_figures import add_spread
from haochaping.reference.reference import Reference, load_reference


def compute_figures(data: QuarterData, reference: Reference | None = None) -> Figures:
    """Every figure of the briefing, from one quarter and the quarters before it (``data.history``).

    Figures of an absent annex or without an earlier quarter are missing from the result; sentences branch on that.

    Parameters
    ----------
    data : QuarterData
        The quarter, corrections applied.
    reference : Reference, optional
        The city's settings: small denominators, the smallest change that matters. By default the project's.
    """
    if reference is None and (handed := data.kept(compute_figures)) is not None:
        return handed  # inside a run the runner has computed them
    reference = reference or load_reference(find_locations().reference)
    made = figures_of_one_quarter(data, reference)
    add_spread(made, reference)
    add_problems(made, reference)
    earlier = {one.quarter: figures_of_one_quarter(one, reference) for one in data.history}
    add_changes(made, earlier, reference)
    quarters = {quarter: one.figures for quarter, one in earlier.items()} | {data.quarter: made.figures}
    made.words["series"] = [back.name for back in series_on_page(quarters, data.quarter)]
    return Figures(made.figures, made.words, data)

"""Named figures: every number that tables, charts and sentences may use, computed in one place."""

from __future__ import annotations

from haochaping.core.model import QuarterData
from haochaping.core.paths import find_locations
from haochaping.figures.change_figures import add_changes
from haochaping.figures.figure import Figures
from haochaping.figures.one_quarter import figures_of_one_quarter
from haochaping.figures.problem_figures import add_problems
from haochaping.figures.series import names_on_page, series_on_page
from haochaping.figures.spread_figures import add_spread
from haochaping.reference.reference import Reference, load_reference


def compute_figures(data: QuarterData, reference: Reference | None = None) -> Figures:
    """Compute every figure of the briefing from one quarter and the quarters before it (``data.history``).

    Figures of an absent annex are missing from the result, and so are changes without an earlier quarter; sentences
    branch on that.

    Parameters
    ----------
    data : QuarterData
        The quarter, corrections applied.
    reference : Reference, optional
        The city's settings: small denominators, the smallest change that matters. Default: that of the project.
    """
    if reference is None and (handed := data.find_derived(compute_figures)) is not None:
        return handed  # inside a run the runner has computed them
    reference = reference or load_reference(find_locations().reference)
    builder = figures_of_one_quarter(data, reference)
    add_spread(builder, reference)
    add_problems(builder, reference)
    earlier = {past.quarter: figures_of_one_quarter(past, reference) for past in data.history}
    add_changes(builder, earlier, reference)
    quarters = {quarter: past.figures for quarter, past in earlier.items()} | {data.quarter: builder.figures}
    names = names_on_page(builder.figures, builder.words)
    builder.words["series"] = [series.name for series in series_on_page(quarters, data.quarter, names)]
    return Figures(builder.figures, builder.words, data, reference)

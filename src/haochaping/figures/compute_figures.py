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
    """简报用到的每个数：名称、数值、单位、算法、来源；``.frame()`` 逐个列出。

    没有的附件、没有以前各期可比的，相应的数就没有。

    Parameters
    ----------
    data : QuarterData
        ``hcp.load`` 得到的一期。
    reference : Reference, optional
        哪个城市的界限；不写的，是本项目的。

    Examples
    --------
    >>> import haochaping as hcp
    >>> hcp.compute_figures(hcp.load("2022Q4"))["records_gap"].text
    '2,581,939'
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

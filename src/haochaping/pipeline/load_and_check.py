"""The first two calls of a notebook: load a quarter's data, check them.

In a run the runner has prepared both, and the notebook's second parameter says where; in a notebook opened by hand they
are computed here.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

from haochaping.checks.check_report import CheckReport
from haochaping.core.model import QuarterData
from haochaping.core.paths import Locations, find_locations
from haochaping.core.period import Period
from haochaping.pipeline.staging import read_staged, read_staged_report
from haochaping.reference.reference import load_reference


def load(
    quarter: str | Period,
    data: str | os.PathLike[str] | None = None,
    prepared: str | os.PathLike[str] = "",
) -> QuarterData:
    """Load one quarter: read, cleaned, validated against the data contract, with the analyst's corrections applied.

    The raw folder is read if there is one, else the tidy tables.

    Parameters
    ----------
    quarter : str or Period
        ``"2022Q4"``.
    data : path, optional
        Data root; by default the project's ``data/``.
    prepared : path, optional
        A folder in which the runner has put this quarter, read, checked and computed; then nothing is read anew, and
        :func:`check` and ``compute_figures`` hand out what lies there as long as the data are not changed.

    Raises
    ------
    InputRefused
        There is nothing to read, or it cannot be read with certainty.
    """
    wanted = Period.parse(quarter)
    if prepared:
        handed = read_staged(Path(prepared), wanted, load_reference(find_locations(data).reference))
        handed.set_derived(check, read_staged_report(Path(prepared)))
        return handed
    from haochaping.pipeline.assess import assess  # what reads and checks is not needed inside a run

    loaded = assess(find_locations(data), wanted, date.today()).data
    return loaded if data is None else replace(loaded, data_root=Path(data).resolve())


def check(
    quarter: QuarterData, data: str | os.PathLike[str] | None = None, as_of: date | None = None
) -> CheckReport:
    """Check one quarter with the analyst's answers and compare it with earlier quarters.

    Parameters
    ----------
    quarter : QuarterData
        From :func:`haochaping.load`, or with other figures from its method ``with_table``; a change in a frame of an
        annex itself, which is a view of the cells, is not seen.
    data : path, optional
        Data root; by default the one that `quarter` was loaded from.
    as_of : date, optional
        The date on which explanations must still be valid; by default today.
    """
    if data is None and as_of is None and (report := quarter.find_derived(check)) is not None:
        return report
    return _check(quarter, find_locations(data or quarter.data_root), as_of or date.today())


def _check(quarter: QuarterData, locations: Locations, as_of: date) -> CheckReport:
    from haochaping.checks.review import review
    from haochaping.pipeline.assess import load_past
    from haochaping.store.answers import answer_file, read_answers
    from haochaping.store.apply_corrections import undo_corrections

    reference = load_reference(locations.reference)
    answers = read_answers(answer_file(locations.raw(quarter.quarter)), quarter.quarter)
    past, _ = load_past(locations, quarter.quarter, reference)
    printed = undo_corrections(quarter, reference)
    return review(printed, answers, past, reference, as_of).report

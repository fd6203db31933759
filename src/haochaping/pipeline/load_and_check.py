"""The first two calls of a notebook: load a quarter's data, check them.

In a run the runner has staged both; in a notebook opened by hand they are computed here.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from haochaping.checks.check_report import CheckReport
from haochaping.core.model import QuarterData
from haochaping.core.paths import STAGED_VARIABLE, Locations, find_locations
from haochaping.core.period import Period
from haochaping.pipeline.staging import read_staged, read_staged_report
from haochaping.reference.reference import load_reference


def load(quarter: str | Period, data: str | os.PathLike[str] | None = None) -> QuarterData:
    """Load one quarter: read, cleaned, validated against the data contract, with the analyst's corrections applied.

    In a run the kernel gets the data that the runner has read already. Otherwise the raw folder is read if there is
    one, else the tidy tables.

    Parameters
    ----------
    quarter : str or Period
        ``"2022Q4"``.
    data : path, optional
        Data root; by default the project's ``data/``.

    Raises
    ------
    InputRefused
        There is nothing to read, or it cannot be read with certainty.
    """
    wanted = Period.parse(quarter)
    staged = os.environ.get(STAGED_VARIABLE)
    if staged and data is None:
        return read_staged(Path(staged), wanted, load_reference(find_locations().reference))
    from haochaping.pipeline.assess import assess  # what reads and checks is not needed inside a run

    return assess(find_locations(data), wanted, date.today()).data


def check(
    quarter: QuarterData, data: str | os.PathLike[str] | None = None, as_of: date | None = None
) -> CheckReport:
    """Check one quarter with the analyst's answers and compare it with earlier quarters.

    In a run the report that the runner made is returned; otherwise the checks are run here.

    Parameters
    ----------
    quarter : QuarterData
        From :func:`haochaping.load`, or with other figures from its method ``with_table``; a change in a frame of an
        annex itself, which is a view of the cells, is not seen.
    data : path, optional
        Data root; by default the project's ``data/``.
    as_of : date, optional
        The date on which explanations must still be valid; by default today.
    """
    staged = os.environ.get(STAGED_VARIABLE)
    if staged and data is None:
        return read_staged_report(Path(staged))
    return _check(quarter, find_locations(data), as_of or date.today())


def _check(quarter: QuarterData, locations: Locations, as_of: date) -> CheckReport:
    from haochaping.checks.review import review
    from haochaping.pipeline.assess import load_past
    from haochaping.store.answers import answer_file, read_answers
    from haochaping.store.apply_corrections import undo_corrections

    reference = load_reference(locations.reference)
    answers = read_answers(answer_file(locations.raw(quarter.quarter)))
    past, _ = load_past(locations, quarter.quarter, reference)
    printed = undo_corrections(quarter, reference)
    return review(printed, answers, past, reference, as_of).report

"""What a notebook starts with: a quarter's data and its findings.

Inside a run both were staged by the runner; by hand they are worked out here.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from haochaping.checks.check_report import CheckReport
from haochaping.core.model import QuarterData
from haochaping.core.paths import STAGED_VARIABLE, Locations, find_locations
from haochaping.core.quarter import Quarter
from haochaping.pipeline.staging import read_staged, read_staged_report


def load(quarter: str | Quarter, data: str | os.PathLike[str] | None = None) -> QuarterData:
    """One quarter, read, cleaned, held against the contract, with the analyst's corrections applied.

    Inside a run the kernel is handed what the runner has read already. By hand, the raw folder is
    read where there is one, else the tidy tables.

    Parameters
    ----------
    quarter : str or Quarter
        ``"2022Q4"``.
    data : path, optional
        Data root; by default the project's ``data/``.

    Raises
    ------
    InputRefused
        There is nothing to read, or it cannot be read with certainty.
    """
    wanted = Quarter.parse(quarter)
    staged = os.environ.get(STAGED_VARIABLE)
    if staged and data is None:
        return read_staged(Path(staged), wanted)
    from haochaping.pipeline.assess import assess  # what reads and checks is not needed inside a run

    return assess(find_locations(data), wanted, date.today()).data


def check(
    quarter: QuarterData, data: str | os.PathLike[str] | None = None, as_of: date | None = None
) -> CheckReport:
    """The findings on one quarter, with the analyst's answers and the quarter's past.

    Inside a run this is the report the runner made; by hand the same work is done here.

    Parameters
    ----------
    quarter : QuarterData
        From :func:`haochaping.load`; frames that were changed since are checked as they are.
    data : path, optional
        Data root; by default the project's ``data/``.
    as_of : date, optional
        The day on which explanations are judged; by default today.
    """
    staged = os.environ.get(STAGED_VARIABLE)
    if staged and data is None:
        return read_staged_report(Path(staged))
    return _confronted(quarter, find_locations(data), as_of or date.today())


def _confronted(quarter: QuarterData, locations: Locations, as_of: date) -> CheckReport:
    from haochaping.checks.review import review
    from haochaping.pipeline.assess import load_past
    from haochaping.reference.reference import load_reference
    from haochaping.store.answers import answer_file, read_answers
    from haochaping.store.apply_corrections import as_printed

    reference = load_reference(locations.reference)
    answers = read_answers(answer_file(locations.raw(quarter.quarter)))
    past, _ = load_past(locations, quarter.quarter, reference)
    printed = as_printed(quarter, reference)
    return review(printed, answers, past, reference, as_of).report

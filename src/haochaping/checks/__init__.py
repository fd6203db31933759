"""Rules, findings and a verdict on one quarter."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from haochaping.checks.confront import CheckReport
from haochaping.locations import STAGED_VARIABLE, locations
from haochaping.model import QuarterData

REPORT = "report.json"
"""Name of the staged report beside the staged tables."""


def check(
    quarter: QuarterData, data: str | os.PathLike[str] | None = None, as_of: date | None = None
) -> CheckReport:
    """The findings on one quarter, with the analyst's answers and the quarter's past.

    Inside a run this is the report the runner made; by hand the same work is done here.

    Parameters
    ----------
    quarter : QuarterData
        From :func:`haochaping.load`; frames that were changed since are confronted as they are.
    data : path, optional
        Data root; by default the project's ``data/``.
    as_of : date, optional
        The day on which explanations are judged; by default today.
    """
    staged = os.environ.get(STAGED_VARIABLE)
    if staged and data is None:
        from haochaping.checks.report_json import load_report

        return load_report((Path(staged) / REPORT).read_text(encoding="utf-8"))
    from haochaping.answers import answer_file, read_answers
    from haochaping.assess import load_past
    from haochaping.checks.review import review
    from haochaping.corrections import as_printed
    from haochaping.reference import load_reference

    where = locations(data)
    reference = load_reference(where.reference)
    answers = read_answers(answer_file(where.raw(quarter.quarter)))
    past, _ = load_past(where, quarter.quarter, reference)
    printed = as_printed(quarter, reference)
    return review(printed, answers, past, reference, as_of or date.today()).report

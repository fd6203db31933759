"""What an export comes to: every aggregate that papers need, computed once from the files and held against their rows."""

from __future__ import annotations

from collections.abc import Sequence

from haochaping.core.record_counts import EVALUATIONS
from haochaping.records.common_names import CommonNames
from haochaping.records.counting import Aggregates, Counting
from haochaping.records.definitions import Conventions
from haochaping.records.open_records import Source, opened
from haochaping.records.records import ReportProgress
from haochaping.records.refuse_exports import (
    refuse_direction,
    refuse_missing,
    refuse_other_period,
    refuse_other_prefecture,
)
from haochaping.records.single_rows import SingleRows
from haochaping.records.variations import count_variations
from haochaping.reference.record_settings import record_kinds


def aggregate(
    source: Source,
    conventions: Conventions,
    *,
    departments: Sequence[str] = (),
    least: int = 1,
    with_views: bool = True,
    with_variations: bool = False,
    report_progress: ReportProgress | None = None,
) -> Aggregates:
    """Count the records of a period.

    Parameters
    ----------
    source : Source
        Where they are: files of an export, or tables of a database.
    conventions : Conventions
        What counts.
    departments : sequence of str
        Registered names, which are kept however few cases they have.
    least : int
        Any other name of a department, item or channel is kept only where so many records have it.
    with_views : bool
        Whether more is counted than what annexes are made of, and where every row went.
    with_variations : bool
        Whether ``units`` is also computed under each of ``VARIATIONS``.

    Returns
    -------
    dict of DataFrame
        ``units``, ``units@…``, ``unknown_areas``, ``places``, ``evaluations``, ``details``, ``delays``, ``items``, ``loop``,
        ``signs``, ``unit_channels``: rows as of the functions of :mod:`haochaping.records.counts`. ``fates``: a row a kind
        of record and bucket, ``rows``. ``keys``: a row a kind, ``contradicting`` keys and keys that stand in several
        ``overlaps``.

    Raises
    ------
    InputRefused
        A file or table cannot be used, most of one is another prefecture's, none is of the period, the levels run against their
        detail codes, or a kind of record is missing.
    """
    with opened(source, record_kinds(conventions.settings), report_progress) as records:
        refuse_missing(records, conventions.settings)
        refuse_other_prefecture(records, conventions.settings)
        report = report_progress if report_progress and records.is_large else lambda _text: None
        report("汇总记录：查找重复的编号")
        single = SingleRows(records)
        refuse_direction(single.all_rows[EVALUATIONS], conventions.settings)
        named = CommonNames(conventions.settings, departments, least)
        counting = Counting(records, single, named, conventions)
        report("汇总记录：办件与评价合并，各表各数")
        result = counting.tables()
        refuse_other_period(result["fates"], conventions)
        if with_views:
            report("汇总记录：渠道、时间、整改等")
            result |= counting.views()
        result["keys"] = single.counts[["contradicting", "overlaps"]].reset_index()
        if with_variations:
            report("汇总记录：试其他口径")
            result |= count_variations(counting, result["units"])
    return result

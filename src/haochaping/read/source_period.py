"""Whether a source is of the folder's period: its titles, names of sheets, notes and text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from haochaping.cleaning.period_mentions import mentions_of_kind
from haochaping.core.errors import InputRefused, refuse
from haochaping.core.period import Period
from haochaping.read.grid.annex_table import AnnexTable
from haochaping.read.grid.read_grids import spec_title
from haochaping.read.stated_period import (
    Heading,
    bare_year,
    expected_period,
    names,
    refuse_other_period,
)
from haochaping.read.text.narrative import Narrative


class SourcePeriod:
    """Holds what a source says of its period against the folder's."""

    def __init__(
        self,
        narrative: Narrative,
        annexes: Sequence[AnnexTable],
        annex_rows: Sequence[dict[str, Any]],
        period: Period,
        place: str,
    ):
        self.narrative, self.annexes, self.annex_rows = narrative, annexes, annex_rows
        self.period, self.place = period, place

    def check(self, *, must_say: bool) -> None:
        """Refuse a source of another period.

        No title and no name of a sheet may name another one. If none names the folder's with its year, the periods in
        the notes decide, else what the text mentions, else a year alone. Exports and workbooks need not name their
        period (`must_say`): then the folder decides.

        Raises
        ------
        InputRefused
            Names the text, the period found and the one expected.
        """
        headings = self._headings()
        refuse_other_period(headings, self.period)
        texts = [heading.text for heading in headings]
        if names(texts, self.period, with_year=True) or self._is_settled_by_dates():
            return
        if must_say and (mentioned := self._mentioned_in_text()) is not None:
            if mentioned != self.period:
                raise self._refusal(mentioned.label)
            return
        year = bare_year(texts, self.period)
        if year is not None and not names(texts, self.period):
            raise self._refusal(year.label)
        if must_say:
            raise refuse(
                self.place, "", f"标题、正文或备注中应写明{self.period.name}（如“{self.period.label}”）"
            )

    def _headings(self) -> list[Heading]:
        found = {Heading(f"{self.place} 标题", self.narrative.heading): None}
        for annex in self.annexes:
            place = annex.place or self.place
            title = annex.heading if annex.heading.strip() else annex.title
            found[Heading(f"{place}（{spec_title(annex.spec, annex.title)}标题）", title)] = None
            found[Heading(f"{place} 名称", annex.sheet)] = None
            if annex.title != title:  # a workbook may state its titles on a sheet of their own
                found[Heading(f"{place}（{spec_title(annex.spec, annex.title)}标题）", annex.title)] = None
        return list(found)

    def _is_settled_by_dates(self) -> bool:
        """Whether the notes, or the dates of a form, are of the folder's period; refuse those of another.

        Dates that begin within the period and end elsewhere are a slip of the note: a rule tells of it.
        """
        dates = [(row["period_start"], row["period_end"]) for row in self.annex_rows if row["period_start"]]
        facts = self.narrative.facts
        dates += [(facts["period_start"], facts.get("period_end", ""))] if facts.get("period_start") else []
        if self.narrative.dated is not None:
            found, label = self.narrative.dated, self.narrative.dated.label
        elif dates:
            start, end = (date.fromisoformat(day) if day else None for day in dates[0])
            found = Period.containing(start, self.period.kind)  # type: ignore[arg-type]
            exact = Period.spanning(start, end) if start and end else None
            label = (exact or found).label
        else:
            return False
        if found != self.period:
            raise self._refusal(label)
        return True

    def _mentioned_in_text(self) -> Period | None:
        """The first period of the folder's kind that the text names with its year; it may do so in passing."""
        mentions = mentions_of_kind(self.narrative.facts.get("text", ""), self.period.kind)
        return next((mention.period for mention in mentions), None)

    def _refusal(self, label: str) -> InputRefused:
        return refuse(self.place, f"内容是{label}", expected_period(self.period))

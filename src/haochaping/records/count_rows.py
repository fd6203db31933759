"""Rows of the frame ``record_counts`` from the aggregates of an export, small counts hidden."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from haochaping.core import record_counts as names
from haochaping.records.annex_counts import AnnexCounter
from haochaping.records.counting import Aggregates
from haochaping.records.definitions import Conventions
from haochaping.records.refuse_exports import contradicting_details
from haochaping.records.variations import VARIATIONS
from haochaping.reference.record_settings import CITY, TOWN, VILLAGE, RecordSettings, RecordTable
from haochaping.reference.reference import Reference
from haochaping.statistics.disclosure import suppress_parts

Row = dict[str, Any]
"""A row of ``record_counts``."""
_DETAIL = re.compile(r"[1-5]\d{2}")
_LONGEST_DELAY = 15
SCOPES: Mapping[str, tuple[str, ...]] = {
    "own_codes": ("district",),
    "with_below": ("district", "town", "village"),
    "with_city": ("city", "district", "town", "village"),
}
"""Other tiers that are tried for an annex where a bulletin prints other figures."""


class CountRows:
    """Makes the rows of every view.

    Parameters
    ----------
    aggregates : dict of DataFrame
        As :func:`haochaping.records.aggregates.aggregate` gives them, read back.
    conventions : Conventions
        What was counted.
    reference : Reference
        Units, declaration, and below which number a count is hidden (``disclosure``).
    places : mapping
        Code of each town and village of the city to its name; empty where the city has no list.
    """

    def __init__(
        self,
        aggregates: Aggregates,
        conventions: Conventions,
        reference: Reference,
        places: Mapping[str, str],
    ):
        self.aggregates, self.conventions, self.reference = aggregates, conventions, reference
        self.settings: RecordSettings = conventions.settings
        self.places = places
        self.counter = AnnexCounter(self.settings, reference, conventions.period.end)
        self.threshold = max(int(reference.threshold("disclosure")), 1)

    def rows(self) -> list[Row]:
        """All rows, view by view."""
        return [
            *self._flow(),
            *self._checks(),
            *self._totals(),
            *self._hidden(names.CHANNEL, self._ratings_by("channel", self._channel_word)),
            *self._hidden(names.LEVEL, self._levels()),
            *self._hidden(names.REASON, self._reasons()),
            *self._hidden(names.WEEK, self._ratings_by("day", self._week_word)),
            *self._hidden(names.HOUR, self._ratings_by("hour", lambda hour: f"{int(hour)}时")),
            *self._hidden(names.DELAY, self._delays()),
            *self._items(),
            *self._association(),
            *self._coverage(),
            *self._loop(),
            *self._signs(),
            *self._annexes(),
        ]

    # --- where records went ---------------------------------------------------------------------------------

    def _flow(self) -> Iterator[Row]:
        for fate in self.aggregates["fates"].to_dict("records"):
            yield _row(names.FLOW, fate["kind"], fate["bucket"], "rows", fate["rows"])
        for area in self.aggregates["unknown_areas"].to_dict("records"):
            code = names.BLANK if pd.isna(area["code"]) else area["code"]
            for measure in ("cases", "evaluations"):
                yield _row(names.OUTSIDE, code, "", measure, area[measure])
        for department, cases in sorted(self.counter.unlisted(self.aggregates["units"]).items()):
            yield _row(names.UNLISTED, department, "", "cases", cases)

    def _checks(self) -> Iterator[Row]:
        for keys in self.aggregates["keys"].to_dict("records"):
            for name in (names.CONTRADICTING, names.OVERLAPS):
                yield _row(names.CHECKS, name, keys["kind"], "rows", keys[name])
        units, details = self.aggregates["units"], self.aggregates["details"]
        low = details[details["level"].isin(self.settings.negative_levels) & details["detail"].isna()]
        counts = {
            names.BEFORE_ACCEPTANCE: units["before_acceptance"].sum(),
            names.DETAIL_CONFLICTS: contradicting_details(details, self.settings),
            names.LOW_WITHOUT_DETAIL: low["ratings"].sum(),
        }
        for name, count in counts.items():
            yield _row(names.CHECKS, name, "", "rows", count)

    def _totals(self) -> Iterator[Row]:
        units = self.aggregates["units"]
        for measure in ("cases", "evaluations", "ratings", "active", "negative", "negative_ratings"):
            yield _row(names.TOTALS, names.ALL, "", measure, units[measure].sum())

    @property
    def _has_services(self) -> bool:
        return names.SERVICES in set(self.aggregates["keys"]["kind"])

    # --- views that annexes lack ----------------------------------------------------------------------------

    def _hidden(self, view: str, counts: Mapping[str, int], measure: str = "ratings") -> Iterator[Row]:
        """Rows of a view whose counts add up to a known total."""
        if counts:
            shown = suppress_parts(pd.Series(counts, dtype="Int64"), self.threshold)
            for row, value in shown.items():
                yield _row(view, str(row), "", measure, value)

    def _ratings_by(self, column: str, word: Any) -> dict[str, int]:
        """Counted evaluations by a column of the aggregate, in its order, under the words of its values."""
        frame = self.aggregates["evaluations"]
        grouped = frame.groupby(column, dropna=False)["ratings"].sum()
        counts: Counter[str] = Counter()
        for value, ratings in sorted(grouped.items(), key=lambda item: _order(item[0])):
            counts[names.BLANK if pd.isna(value) else word(value)] += int(ratings)
        return dict(counts)

    def _channel_word(self, code: str) -> str:
        is_default = code in self.settings.default_channels
        word = self.settings.channels.get(code, f"渠道代码 {code}")
        return f"{word}（默认评价）" if is_default else word

    def _week_word(self, day: str) -> str:
        given = date.fromisoformat(day[:10])
        monday = given - timedelta(days=given.weekday())
        return f"{monday.isoformat()} 起一周"

    def _levels(self) -> dict[str, int]:
        found = self.aggregates["evaluations"].groupby("level")["ratings"].sum()
        return {
            word: int(found.get(code, 0))
            for code, word in zip(self.settings.levels, names.LEVEL_WORDS, strict=True)
        }

    def _reasons(self) -> dict[str, int]:
        """Detail codes of negative evaluations; one evaluation may have several."""
        details = self.aggregates["details"]
        counts: Counter[str] = Counter()
        for row in details[details["level"].isin(self.settings.negative_levels)].to_dict("records"):
            found = [] if pd.isna(row["detail"]) else _DETAIL.findall(row["detail"])
            for code in found or [""]:
                word = self.settings.details.get(code, "")
                counts[f"{code} {word}".strip() or "没有详情编码"] += row["ratings"]
        return dict(sorted(counts.items()))

    def _delays(self) -> dict[str, int]:
        """Counted evaluations by whole days after the case's end; many days together."""
        counts: Counter[str] = Counter()
        delays = self.aggregates["delays"].sort_values("days")
        last = _last_delay(delays, self.threshold)
        for row in delays.to_dict("records"):
            days = row["days"]
            if pd.isna(days):
                word = names.BLANK
            elif days < 0:
                word = "办结以前"
            else:
                word = f"{int(days)} 天" if days < last else f"{last} 天及以上"
            counts[word] += row["ratings"]
        return dict(counts)

    def _items(self) -> Iterator[Row]:
        items = self.aggregates["items"].sort_values("cases", ascending=False, kind="stable")
        rows = [names.BLANK if pd.isna(item) else str(item) for item in items["item"]]
        if [*rows] == [names.BLANK]:
            return
        for measure in ("cases", "evaluations", "negative"):
            counts = dict(zip(rows, (int(value) for value in items[measure]), strict=True))
            yield from self._hidden(names.ITEM, counts, measure)

    # --- association, coverage, closed loop ------------------------------------------------------------------

    def _association(self) -> Iterator[Row]:
        """Cases, and those that reached the chain case – service – evaluation, by area and by department."""
        measures = ["cases", *(["served"] if self._has_services else []), "evaluations"]
        units = self.aggregates["units"]
        by_area = units.assign(row=[self._area_word(unit) for unit in units.to_dict("records")])
        departments = [
            names.BLANK if pd.isna(department) else str(department) for department in units["department"]
        ]
        is_city = units["tier"] == CITY
        by_department = units.assign(
            row=[f"市本级 {d}" if city else d for d, city in zip(departments, is_city, strict=True)]
        )
        for view, frame in ((names.BY_AREA, by_area), (names.BY_DEPARTMENT, by_department)):
            sums = frame.groupby("row", sort=False)[measures].sum()
            if view == names.BY_DEPARTMENT:
                sums = sums.sort_values("cases", ascending=False, kind="stable")
            for measure in measures:
                counts = {str(row): int(value) for row, value in sums[measure].items()}
                yield from self._hidden(view, counts, measure)

    def _area_word(self, unit: Mapping[str, Any]) -> str:
        return "市本级" if unit["tier"] == CITY else self.settings.areas[unit["area"]]

    def _coverage(self) -> Iterator[Row]:
        """Towns and villages with a case and with an evaluation, of those listed where there is a list."""
        seen = self.aggregates["places"]
        for code, name in self.settings.areas.items():
            for tier, digits in ((TOWN, 9), (VILLAGE, 12)):
                here = seen[(seen["tier"] == tier) & seen["code"].str.startswith(code)]
                rated = here[here["evaluations"] > 0]
                listed = {
                    place: word
                    for place, word in self.places.items()
                    if place.startswith(code) and len(place) == digits
                }
                if not len(here) and not listed:
                    continue
                yield _row(names.PLACES, name, tier, "with_cases", len(here))
                yield _row(names.PLACES, name, tier, "with_evaluations", len(rated))
                if listed:
                    missing = [word for place, word in listed.items() if place not in set(rated["code"])]
                    yield _row(names.PLACES, name, tier, "listed", len(listed))
                    yield _row(names.PLACES, name, tier, "listed_without", len(missing))
                    for word in missing:
                        yield _row(names.UNCOVERED, name, word, "places", 1)

    def _loop(self) -> Iterator[Row]:
        """Steps that negative cases reached, and days to rectification with those still open."""
        loop = self.aggregates["loop"]
        total = int(loop["cases"].sum())
        reached = {
            step: int(loop.loc[loop[step].notna(), "cases"].sum())
            for step in ("received", "replied", "rectified")
        }
        reached |= {
            step: int(loop.loc[loop[step].astype(bool), "cases"].sum()) for step in ("visited", "satisfied")
        }
        reached = {step: count for step, count in reached.items() if count}
        yield _row(names.LOOP, "negative", "", "cases", total)
        if total < self.threshold or "rectified" not in self.aggregates["units"]:
            return
        for step, count in reached.items():
            yield _row(names.LOOP, step, "", "cases", self._open(count, total))
        due = self.aggregates["units"][["due", "rectified", "rectified_on_time"]].sum()
        yield _row(names.LOOP, "due", "", "cases", self._open(int(due["due"]), total))
        yield _row(names.LOOP, "on_time", "", "cases", self._open(int(due["rectified_on_time"]), total))
        yield _row(names.LOOP, "not_yet_due", "", "cases", self._open(total - int(due["due"]), total))
        if total >= self.reference.threshold("small_denominator"):  # a step of fewer is a single case
            yield from self._loop_days(loop)

    def _open(self, count: int, total: int) -> int | None:
        """A count, unless it or the rest of its total is so small that people may be known by it."""
        return None if 0 < min(count, total - count) < self.threshold else count

    def _loop_days(self, loop: pd.DataFrame) -> Iterator[Row]:
        """The share of negative cases still without rectification some days after, those open at extraction as censored.

        Kaplan and Meier's estimate (scipy).
        """
        from scipy.stats import CensoredData, ecdf  # takes a while to import

        done = loop[loop["rectified"].notna()]
        open_ = loop[loop["rectified"].isna()]
        ages = [
            (self.conventions.extraction_date - date.fromisoformat(day[:10])).days
            for day in open_["negative_day"]
        ]
        sample = CensoredData(
            uncensored=np.repeat(done["rectified"].clip(lower=0).astype(float), done["cases"]),
            right=np.repeat(np.asarray(ages, dtype=float), open_["cases"]),
        )
        curve = ecdf(sample).sf
        for days, share in zip(curve.quantiles, curve.probabilities, strict=True):
            yield _row(names.LOOP_DAYS, str(int(days)), "", "open_share", round(float(share), 3))

    # --- signs, by unit --------------------------------------------------------------------------------------

    def _signs(self) -> Iterator[Row]:
        """What may ask for a look at how a unit's evaluations came about; ``row`` and ``member`` as of the annex's cells."""
        signs = self.aggregates["signs"]
        # No channel is not one and the same; the largest is that of the whole row, not of its parts.
        channels = [
            of.drop(columns="channel") for _, of in self.aggregates["unit_channels"].groupby("channel")
        ]
        for name, table in self.settings.tables.items():
            if table.columns or table.only_public_services:
                continue
            spec = self.reference.declaration.annexes[name]
            by_channel = [self.counter.sums(spec, of, table) for of in channels]
            for (row, member), counts in self.counter.sums(spec, signs, table).items():
                most = max(
                    (of[row, member]["ratings"] for of in by_channel if (row, member) in of), default=0
                )
                yield from self._signs_of(name, row, counts | {names.ONE_CHANNEL: most})

    def _signs_of(self, annex: str, row: str, counts: Mapping[str, int]) -> Iterator[Row]:
        """Signs of one unit that reach the city's limits; none of a unit with few evaluations."""
        ratings = counts["ratings"]
        if ratings < self.reference.threshold("small_denominator"):
            return
        found = {
            sign: counts[sign]
            for sign, limit in self.settings.signs.items()
            if counts[sign] >= limit * ratings and counts[sign] >= self.threshold
        }
        if found:
            for measure, count in ({"ratings": ratings} | found).items():
                yield _row(names.SIGNS, row, annex, measure, count)

    # --- the annexes -----------------------------------------------------------------------------------------

    def _annexes(self) -> Iterator[Row]:
        """Cells of the annexes, and those that another convention changes."""
        base = dict(self._cells(self.aggregates["units"]))
        for (view, row, member, measure), value in base.items():
            yield _row(view, row, member, measure, value)
        if not any(f"units@{name}" in self.aggregates for name in VARIATIONS):
            return
        for variation, cells in self._varied():
            for (view, row, member, measure), value in cells:
                if value != base.get((view, row, member, measure)):
                    yield _row(f"{view}@{variation}", row, member, measure, value)

    def _varied(self) -> Iterator[tuple[str, Iterable[tuple[tuple[str, str, str, str], float]]]]:
        units = self.aggregates["units"]
        for name in VARIATIONS:
            if (varied := self.aggregates.get(f"units@{name}")) is not None:
                yield name, self._cells(varied)
        swapped = {"evaluations": "ratings", "active": "active_ratings", "negative": "negative_ratings"}
        yield "ratings", self._cells(units.assign(**{name: units[other] for name, other in swapped.items()}))
        yield "rated_cases", self._cells(units.assign(cases=units["evaluations"]))
        for name, tiers in SCOPES.items():
            yield name, self._cells(units, tiers)

    def _cells(
        self, units: pd.DataFrame, tiers: tuple[str, ...] = ()
    ) -> Iterator[tuple[tuple[str, str, str, str], float]]:
        for name, table in self.settings.tables.items():
            spec = self.reference.declaration.annexes[name]
            if tiers:
                if CITY in table.tiers or (spec.columns_by and spec.columns_by.members):
                    continue
                table = RecordTable(tiers, table.rows, table.columns, table.only_public_services)
            for record in self.counter.annex(spec, units, table).to_dict("records"):
                member = record[spec.columns_by.key] if spec.columns_by else ""
                for measure in spec.measures_by_name.values():
                    if measure.is_count and pd.notna(value := record.get(measure.name)):
                        yield (
                            (names.annex_view(name), record[spec.row_key], member, measure.name),
                            float(value),
                        )


def _row(view: str, row: str, member: str, measure: str, value: Any) -> Row:
    return {
        "view": view,
        "row": row,
        "member": member,
        "measure": measure,
        "value": None if pd.isna(value) else float(value),
    }


def _last_delay(delays: pd.DataFrame, least: int) -> int:
    """From how many days on evaluations are counted together, so that few late ones are not told apart."""
    last = _LONGEST_DELAY
    while last > 1 and 0 < delays.loc[delays["days"] >= last, "ratings"].sum() < least:
        last -= 1
    return last


def _order(value: Any) -> tuple[bool, str]:
    """Blank last; numbers by their size."""
    if pd.isna(value):
        return True, ""
    return False, f"{int(value):08d}" if isinstance(value, (int, float)) else str(value)

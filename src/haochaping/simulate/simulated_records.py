"""Records of single cases and evaluations, drawn so that they come to exactly what a plan says, any number of them.

Every field follows from the number of its case, by arithmetic that is the same on every machine: blocks of records can be
made in any order, one at a time, and the records of a case agree with one another wherever they stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from haochaping.core.period import Period
from haochaping.reference.record_settings import TOWN, VILLAGE
from haochaping.simulate.record_plan import COUNTS, RecordPlan

BLOCK = 1 << 19
"""Records that are made at a time."""
_TOWNS, _VILLAGES = 9, 30
_MINUTE, _DAY = 60, 86_400
_OPENS, _OPEN_SECONDS = 8 * 3600, 10 * 3600
_SHUFFLES = (2_654_435_761, 2_246_822_519)
"""Primes: number times prime, modulo how many there are, meets every number once, in an order without a pattern."""
Numbers = np.ndarray
"""Numbers of cases, 0 and up."""


class SimulatedRecords:
    """The records of a plan.

    Every table has the columns of an interface system, those that the kit never reads among them: they hold planted
    personal data. Codes are text, times are times.
    """

    def __init__(self, plan: RecordPlan, period: Period, seed: int):
        self.plan, self.period, self._seed = plan, period, seed
        self.count = int(plan.units["cases"].sum())
        self._starts = np.concatenate(([0], np.cumsum(plan.units["cases"].to_numpy())))
        self._start = np.datetime64(period.start, "s")
        self._days = (period.end - period.start).days + 1
        self._shares = {name: plan.units[name].to_numpy() for name in COUNTS}
        self._units = {
            name: pa.array(plan.units[name], pa.string()) for name in ("code", "tier", "department")
        }

    def cases(self) -> Iterator[pa.Table]:
        """A row a case, in the order of their numbers."""
        for begin in range(0, self.count, BLOCK):
            yield self.case_rows(np.arange(begin, min(begin + BLOCK, self.count)))

    def evaluations(self) -> Iterator[pa.Table]:
        """A row an evaluation, in another order than their cases."""
        for begin in range(0, self.count, BLOCK):
            numbers = self._shuffled(np.arange(begin, min(begin + BLOCK, self.count)), _SHUFFLES[1])
            unit, rank = self._place(numbers)
            numbers = numbers[rank < self._shares["evaluated"][unit]]
            again = numbers[self.is_rated_again(numbers)]
            yield pa.concat_tables([self.evaluation_rows(numbers), self.second_evaluations(again)])

    def rectifications(self) -> Iterator[pa.Table]:
        """A row a case with a negative evaluation: rectified the day after it, or far too late."""
        for begin in range(0, self.count, BLOCK):
            numbers = np.arange(begin, min(begin + BLOCK, self.count))
            unit, rank = self._place(numbers)
            yield self.rectification_rows(numbers[rank < self._shares["negative"][unit]])

    def evaluated(self, count: int) -> Numbers:
        """The first cases with an evaluation."""
        numbers = np.arange(min(self.count, 4 * count + 1000))
        unit, rank = self._place(numbers)
        return numbers[rank < self._shares["evaluated"][unit]][:count]

    def unnegative(self, count: int) -> Numbers:
        """The last cases with an evaluation none of which is negative."""
        numbers = np.arange(max(0, self.count - 4 * count - 1000), self.count)
        unit, rank = self._place(numbers)
        rated = (rank >= self._shares["negative"][unit]) & (rank < self._shares["evaluated"][unit])
        return numbers[rated][-count:]

    def case_rows(self, numbers: Numbers) -> pa.Table:
        """A row a case."""
        unit, _rank = self._place(numbers)
        finished = self._finished(numbers)
        accepted = finished - (3600 + self._draw(numbers, 2, 10 * _DAY))
        texts = pa.array(numbers.astype("int64")).cast(pa.string())
        return pa.table(
            {
                "projectNo": self._case_numbers(numbers, unit),
                "userName": pc.binary_join_element_wise("某某", texts, ""),
                "certKey": pc.binary_join_element_wise("0000001900", pc.utf8_lpad(texts, 10, "0"), ""),
                "areaCode": self._area_codes(numbers, unit),
                "deptName": self._units["department"].take(pa.array(unit)),
                "taskName": _picked(
                    ("综合受理", "证照办理", "公积金提取", "社保缴费", "不动产登记"),
                    self._draw(numbers, 3, 5),
                ),
                "acceptDate": pa.array(accepted, pa.timestamp("s")),
                "resultDate": pa.array(finished, pa.timestamp("s")),
                "proStatus": _same("3", len(numbers)),
            }
        )

    def evaluation_rows(self, numbers: Numbers) -> pa.Table:
        """A row a case: its first evaluation."""
        unit, rank = self._place(numbers)
        is_active = rank < self._shares["active"][unit]
        is_negative = rank < self._shares["negative"][unit]
        drawn = self._draw(numbers, 4, 100)
        level = np.where(is_active, np.where(drawn < 85, 5, np.where(drawn < 97, 4, 3)), 5)
        level = np.where(is_negative, 1 + drawn % 2, level)
        channel = np.where(is_active, 1 + self._draw(numbers, 5, 5), 6)
        return self._ratings(numbers, unit, "1", level, channel, ~is_active, self._given(numbers))

    def second_evaluations(self, numbers: Numbers) -> pa.Table:
        """A row a case: a further evaluation, an hour after the first, the best level."""
        unit, _rank = self._place(numbers)
        best = np.full(len(numbers), 5)
        given = self._given(numbers) + 3600
        return self._ratings(numbers, unit, "2", best, best - 2, best == 0, given)

    def is_rated_again(self, numbers: Numbers) -> np.ndarray:
        """Which of these cases have a further evaluation: one in fifty of those that were rated actively."""
        unit, rank = self._place(numbers)
        return (rank < self._shares["active"][unit]) & (self._draw(numbers, 6, 50) == 0)

    def rectification_rows(self, numbers: Numbers) -> pa.Table:
        """A row a case with a negative evaluation."""
        unit, rank = self._place(numbers)
        given = self._given(numbers)
        is_on_time = rank < self._shares["rectified_on_time"][unit]
        noon = given.astype("datetime64[D]").astype("datetime64[s]") + 12 * 3600
        # Five working days end after the next day, and before twenty days even over the longest holiday.
        done = noon + np.where(is_on_time, 1, 20) * _DAY
        return pa.table(
            {
                "projectNo": self._case_numbers(numbers, unit),
                "assessNumber": _same("1", len(numbers)),
                "assessTime": pa.array(given, pa.timestamp("s")),
                "reformTime": pa.array(done, pa.timestamp("s")),
                "rectification": _same("1", len(numbers)),
                "revisitSatisfied": _same("1", len(numbers)),
            }
        )

    def _ratings(
        self,
        numbers: Numbers,
        unit: np.ndarray,
        serial: str,
        level: np.ndarray,
        channel: np.ndarray,
        is_default: np.ndarray,
        given: np.ndarray,
    ) -> pa.Table:
        has_detail = self._draw(numbers, 7, 10) < 3
        detail = _picked(("", "115", "214", "314", "413", "513"), np.where(has_detail, level, 0))
        return pa.table(
            {
                "projectNo": self._case_numbers(numbers, unit),
                "assessNumber": _same(serial, len(numbers)),
                "pf": _picked("0123456", channel),
                "mobile": pc.binary_join_element_wise(
                    "199", pc.utf8_lpad(pa.array(numbers).cast(pa.string()), 8, "0"), ""
                ),
                "satisfaction": _picked("012345", level),
                "assessTime": pa.array(given, pa.timestamp("s")),
                "isdefault": _picked("01", is_default.astype("int64")),
                "effectivEvalua": _same("1", len(numbers)),
                "evalDetail": detail,
                "writingEvaluation": _picked(
                    ("", "服务很好，电话19900001234"), (channel == 2).astype("int64")
                ),
            }
        )

    def _place(self, numbers: Numbers) -> tuple[np.ndarray, np.ndarray]:
        """The unit of each case, and its rank among the unit's cases."""
        at = self._shuffled(numbers, _SHUFFLES[0])
        unit = np.searchsorted(self._starts, at, side="right") - 1
        return unit, at - self._starts[unit]

    def _shuffled(self, numbers: Numbers, prime: int) -> Numbers:
        wide = numbers.astype("uint64") * np.uint64(prime) + np.uint64(self._seed % 2**32)
        return (wide % np.uint64(max(self.count, 1))).astype("int64")

    def _case_numbers(self, numbers: Numbers, unit: np.ndarray) -> pa.Array:
        serial = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), 10, "0")
        prefix = pc.binary_join_element_wise(
            self._units["code"].take(pa.array(unit)), str(self.period.year), ""
        )
        return pc.binary_join_element_wise(prefix, serial, "")

    def _area_codes(self, numbers: Numbers, unit: np.ndarray) -> pa.Array:
        """Six digits, nine of a town, twelve of a village."""
        town = self._draw(numbers, 8, _TOWNS) + 1
        village = self._draw(numbers, 9, _VILLAGES) + 201
        tier = self.plan.units["tier"].to_numpy()[unit]
        suffixes = ["", *(f"{n:03d}" for n in range(1, _TOWNS + 1))]
        first = _picked(suffixes, np.where((tier == TOWN) | (tier == VILLAGE), town, 0))
        second = _picked(
            ["", *map(str, range(201, 201 + _VILLAGES))], np.where(tier == VILLAGE, village - 200, 0)
        )
        return pc.binary_join_element_wise(self._units["code"].take(pa.array(unit)), first, second, "")

    def _finished(self, numbers: Numbers) -> np.ndarray:
        """In office hours, on any day of the period."""
        day = self._draw(numbers, 0, self._days)
        return self._start + day * _DAY + _OPENS + self._draw(numbers, 1, _OPEN_SECONDS)

    def _given(self, numbers: Numbers) -> np.ndarray:
        """From a minute to three days after the end of the case."""
        return self._finished(numbers) + _MINUTE + self._draw(numbers, 10, 3 * _DAY)

    def _draw(self, numbers: Numbers, salt: int, below: int) -> np.ndarray:
        """A number below `below` for each case: the mixing steps of SplitMix64."""
        z = numbers.astype("uint64") + np.uint64(0x9E3779B97F4A7C15 * (self._seed * 64 + salt + 1) % 2**64)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return ((z ^ (z >> np.uint64(31))) % np.uint64(below)).astype("int64")


def extraction_day(period: Period) -> date:
    """The day on which the records of a simulated period are extracted."""
    return period.end + timedelta(days=24)


def _picked(values: tuple[str, ...] | list[str] | str, index: np.ndarray) -> pa.Array:
    return pa.array(list(values), pa.string()).take(pa.array(index))


def _same(value: str, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(value, pa.string()), count)


def replaced(table: pa.Table, **columns: object) -> pa.Table:
    """The table with other values in some columns: one value for all rows, or one a row."""
    for name, value in columns.items():
        kind = table.schema.field(name).type
        values = (
            pa.array(value, kind)
            if isinstance(value, (list, np.ndarray))
            else pa.array([value] * len(table), kind)
        )
        table = table.set_column(table.schema.get_field_index(name), name, values)
    return table

"""How many records each unit of a simulated city has: tables and records are both made from this plan, so that they agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from haochaping.cleaning.number_or_missing import rate_as_printed
from haochaping.reference.record_settings import CITY, DISTRICT, TOWN, VILLAGE
from haochaping.simulate.simulated_quarter import (
    PUBLIC_SERVICES,
    SimulatedCity,
    public_service_shares,
    service_row,
)

CITY_AREA = "990100"
"""Area code of the simulated city; no real place has it."""
PUBLIC_SERVICE_DEPARTMENTS = ("供电公司", "供水公司", "供气公司")
_SHARES = {CITY: 0.1, DISTRICT: 0.55, TOWN: 0.2, VILLAGE: 0.15}
"""Of all cases, about as published ones are divided among the tiers."""
_EVALUATED, _NEGATIVE, _ON_TIME = 0.985, 2e-3, 0.9
COUNTS = ("cases", "evaluated", "active", "negative", "rectified_on_time")


@dataclass(frozen=True)
class RecordOptions:
    """Which records are simulated: how many cases a period, in files of which format, with planted faults or without."""

    cases: int
    format: str = "parquet"
    with_faults: bool = False


@dataclass(frozen=True)
class RecordPlan:
    """The cases of a period by unit.

    Attributes
    ----------
    units : DataFrame
        A row an area, tier and department, ordered by them: ``code`` (six digits), ``district`` (name, blank for the city),
        ``tier``, ``department``, and the counts of its cases: ``cases``, ``evaluated``, ``active``, ``negative`` (each part
        of the one before), ``rectified_on_time`` (of the negative ones).
    """

    city: SimulatedCity
    units: pd.DataFrame

    @property
    def areas(self) -> dict[str, str]:
        """Code to name of the districts."""
        return {_area(i): name for i, name in enumerate(self.city.districts)}

    def annexes(self) -> dict[str, list[dict[str, Any]]]:
        """The rows of each annex, as a bulletin prints them."""
        local, in_district = [TOWN, VILLAGE], self._in_district()
        return {
            "districts": [
                {
                    "district": name,
                    **_row(rows),
                    **_satisfaction(int(rows["negative"].sum())),
                }
                for name, rows in self._by(self.units[self.units["tier"] != CITY], "district")
            ],
            "city_departments": [
                {"department": name, **_row(rows)}
                for name, rows in self._by(self.units[self.units["tier"] == CITY], "department")
            ],
            "district_departments": [
                {
                    "department": name,
                    "district": district,
                    "evaluations": int(rows["evaluated"].sum()),
                }
                for name, of_department in self._by(in_district, "row")
                for district, rows in self._by(of_department, "district")
            ],
            "towns_and_villages": [
                {
                    "district": district,
                    "tier": tier,
                    "evaluations": int(of_tier["evaluated"].sum()),
                    "negative_evaluations": int(of_tier["negative"].sum()),
                    "rectified_on_time": int(of_tier["rectified_on_time"].sum()),
                }
                for district, rows in self._by(self.units[self.units["tier"].isin(local)], "district")
                for tier, of_tier in self._by(rows, "tier")
            ],
            "public_services": public_service_shares(
                {
                    district: int(rows["evaluated"].sum())
                    for district, rows in self._by(
                        in_district[in_district["row"] == PUBLIC_SERVICES], "district"
                    )
                }
            ),
        }

    def _in_district(self) -> pd.DataFrame:
        """The districts' own units, with the row of annex 3 in which each stands."""
        units = self.units[self.units["tier"] == DISTRICT]
        is_public = units["department"].isin(PUBLIC_SERVICE_DEPARTMENTS)
        return units.assign(row=units["department"].where(~is_public, PUBLIC_SERVICES))

    @staticmethod
    def _by(units: pd.DataFrame, column: str) -> Iterable[tuple[str, pd.DataFrame]]:
        return ((str(name), rows) for name, rows in units.groupby(column, sort=False))


def plan_records(city: SimulatedCity, cases: int) -> RecordPlan:
    """Divide `cases` among the units of a city: heavy tails, as published ones have.

    Every call draws other figures from the city's random numbers of the period.
    """
    random = city.quarter_random
    rows, weights = [], []
    for i, name in enumerate(city.city_departments):
        rows.append((CITY_AREA, "", CITY, name))
        weights.append(0.0 if i % 9 == 8 else city.department_volume[i])
    for j, district in enumerate(city.districts):
        size = city.district_size[j]
        own = [
            (name, 9 * weight) for name, weight in zip(city.departments, city.department_weight, strict=True)
        ]
        own += [(name, 60.0) for name in PUBLIC_SERVICE_DEPARTMENTS]
        for name, weight in own:
            rows.append((_area(j), district, DISTRICT, name))
            weights.append(weight * size)
        for tier in (TOWN, VILLAGE):
            rows.append((_area(j), district, tier, "便民服务中心"))
            weights.append(size)
    units = pd.DataFrame(rows, columns=["code", "district", "tier", "department"])
    drawn = np.array(weights) * random.lognormal(0, 0.4, len(weights))
    for tier, share in _SHARES.items():
        of_tier = (units["tier"] == tier).to_numpy()
        drawn[of_tier] *= share / drawn[of_tier].sum()
    counts = random.multinomial(cases, drawn / drawn.sum())
    evaluated = random.binomial(counts, _EVALUATED)
    active_share = np.repeat(0.0, len(units))
    for j, district in enumerate(city.districts):
        active_share[(units["district"] == district).to_numpy()] = city.active_share[j]
    active_share[(units["tier"] == CITY).to_numpy()] = 0.23
    active = random.binomial(evaluated, active_share)
    negative = np.minimum(random.binomial(evaluated, _NEGATIVE), active)
    on_time = random.binomial(negative, _ON_TIME)
    return RecordPlan(
        city, units.assign(**dict(zip(COUNTS, (counts, evaluated, active, negative, on_time), strict=True)))
    )


def _area(number: int) -> str:
    return f"{CITY_AREA[:4]}{number + 1:02d}"


def _row(units: pd.DataFrame) -> dict[str, Any]:
    return service_row(*(int(units[name].sum()) for name in COUNTS[:4]))


def _satisfaction(visited: int) -> dict[str, Any]:
    """Everybody who rated badly was visited and is satisfied in a simulated city."""
    rate, _shown = rate_as_printed(visited, visited)
    return {
        "rectification_satisfaction_rate": rate,
        "rectification_satisfaction_rate_printed": "/" if rate is None else "100%",
    }

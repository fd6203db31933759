"""A simulated quarter as :class:`QuarterData`: consistent by construction, distributed like a real one, seeded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_DOWN
from fractions import Fraction
from typing import Any

import numpy as np

from haochaping.cleaning.number_or_missing import percent, rate_as_printed
from haochaping.core.declaration import AnnexSpec, Declaration
from haochaping.core.model import (
    MISSING,
    NUMBER,
    SIMULATED,
    QuarterData,
    annex_frame,
    cell_rows,
    column_path,
    frame,
)
from haochaping.core.paths import find_locations
from haochaping.core.period import Period
from haochaping.reference.reference import load_reference

_NUMERALS = "一二三四五六七八九十"
_DEPARTMENTS = (
    *(
        "人社局",
        "医疗保障局",
        "住房公积金",
        "自然资源局",
        "公安局",
        "行政审批服务局",
        "发改委",
        "教体局",
        "科技局",
    ),
    *(
        "工信局",
        "民政局",
        "司法局",
        "财政局",
        "生态环境局",
        "住建局",
        "交通局",
        "水利局",
        "农业农村局",
        "商务局",
    ),
    *("文化和旅游局", "卫健委", "退役军人事务局", "市场监管局", "统计局", "总工会", "残联"),
)
PUBLIC_SERVICES = "公共服务"
ANNEXES = ("districts", "city_departments", "district_departments", "towns_and_villages", "public_services")
"""Annexes that are simulated where a city declares them."""
_Total = tuple[str, str, str, int | None]
"""A printed total: its label, its member of the columns, its measure, its number."""
WITHOUT_CASES = "“/”表示本期无办件"


@dataclass(frozen=True)
class CitySize:
    """Number of districts and departments of a simulated city."""

    districts: int = 11
    city_departments: int = 30
    district_departments: int = 24


def simulate(
    quarter: Period, seed: int, size: CitySize | None = None, declaration: Declaration | None = None
) -> QuarterData:
    """Simulate one consistent quarter: every total, rate, share and figure in the text agrees with its parts.

    Parameters
    ----------
    quarter : Period
        Which quarter; a seed gives the same city, but different figures, in every quarter.
    seed : int
        Same seed and same quarter give the same data.
    size : CitySize, optional
        Number of districts and departments.
    declaration : Declaration, optional
        The annexes of the city's bulletin, by default those of the project; annexes that are not declared are left out.
    """
    if declaration is None:
        declaration = load_reference(find_locations().reference).declaration
    city = SimulatedCity(quarter, seed, size or CitySize())
    return city.data(declaration, city.random_annexes())


class SimulatedCity:
    """The units of a simulated city, the same in every quarter, and its figures in one quarter."""

    def __init__(self, quarter: Period, seed: int, size: CitySize):
        self.quarter = quarter
        self.quarter_random = np.random.default_rng([seed, quarter.year, quarter.number])
        city_random = np.random.default_rng([seed])
        self.districts = [
            f"模拟{_chinese_numeral(i + 1)}{'区' if i < 8 else '县'}" for i in range(size.districts)
        ]
        self.departments = [_department_name(i) for i in range(size.district_departments)]
        self.city_departments = [f"市{_department_name(i)}" for i in range(size.city_departments)]
        self.district_size = city_random.lognormal(0, 0.8, size.districts)
        self.department_weight = city_random.lognormal(0, 1.6, size.district_departments)
        self.department_volume = city_random.lognormal(6.5, 2.0, size.city_departments)
        self.active_share = city_random.beta(8, 60, size.districts)

    def random_annexes(self) -> dict[str, list[dict[str, Any]]]:
        """The rows of each annex; call once, since every call draws new random figures."""
        district_departments = self._district_departments()
        towns_and_villages = self._towns_and_villages()
        return {
            "districts": self._districts(district_departments, towns_and_villages),
            "city_departments": self._city_departments(district_departments),
            "district_departments": district_departments,
            "towns_and_villages": towns_and_villages,
            "public_services": public_service_shares(
                {
                    row["district"]: row["evaluations"]
                    for row in district_departments
                    if row["department"] == PUBLIC_SERVICES
                }
            ),
        }

    def data(self, declaration: Declaration, annexes: Mapping[str, list[dict[str, Any]]]) -> QuarterData:
        """The quarter whose annexes have these rows."""
        districts, departments = annexes["districts"], annexes["city_departments"]
        towns_and_villages = annexes["towns_and_villages"]
        totals = {
            "district_departments": self._district_totals(annexes["district_departments"]),
            "public_services": _total_of_public_services(annexes["public_services"]),
        }
        cells: list[dict[str, Any]] = []
        for number, (name, spec) in enumerate(_simulated_annexes(declaration).items(), start=1):
            rows = cell_rows(spec, annex_frame(spec, annexes[name]), number)
            cells += [_counted_in_city(cell) if name == "district_departments" else cell for cell in rows]
            cells += [
                _total_cell(spec, number, *total)
                for total in totals.get(name, ())
                if total[2] in spec.measures
            ]
        frames = {
            "cells": cells,
            "headline": self._headline([*districts, *departments], towns_and_villages),
            "annexes": self._annexes(declaration),
            "about": [{"field": name, "value": value} for name, value in self._about().items()],
        }
        return QuarterData(
            self.quarter, declaration, **{name: frame(name, rows) for name, rows in frames.items()}
        )

    def _district_departments(self) -> list[dict[str, Any]]:
        rows = []
        for i, department in enumerate(self.departments):
            for j, district in enumerate(self.districts):
                mean = 900 * self.department_weight[i] * self.district_size[j]
                value = int(mean * self.quarter_random.lognormal(0, 0.5))
                rows.append({"department": department, "district": district, "evaluations": value})
        # 住房公积金 of the first district is reported as 归市.
        rows[2 * len(self.districts)]["evaluations"] = None
        for district, size in zip(self.districts, self.district_size, strict=True):
            value = int(60_000 * size * self.quarter_random.lognormal(0, 0.4)) + 1
            rows.append({"department": PUBLIC_SERVICES, "district": district, "evaluations": value})
        return rows

    def _towns_and_villages(self) -> list[dict[str, Any]]:
        rows = []
        for district, size in zip(self.districts, self.district_size, strict=True):
            for tier, mean in (("town", 20_000), ("village", 15_000)):
                value = int(mean * size * self.quarter_random.lognormal(0, 0.3)) + 50
                negative = int(self.quarter_random.poisson(value * 2e-4)) + 1
                rows.append(
                    {
                        "district": district,
                        "tier": tier,
                        "evaluations": value,
                        "negative_evaluations": negative,
                        "rectified_on_time": negative,
                    }
                )
        return rows

    def _districts(
        self, district_departments: list[dict[str, Any]], towns_and_villages: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        rows = []
        for j, district in enumerate(self.districts):
            parts = sum(
                r["evaluations"] or 0
                for r in [*district_departments, *towns_and_villages]
                if r["district"] == district
            )
            evaluations = int(parts * self.quarter_random.uniform(1.1, 1.5))
            cases = int(evaluations * self.quarter_random.uniform(1.0, 1.03))
            active = int(self.quarter_random.binomial(evaluations, self.active_share[j]))
            negative = int(self.quarter_random.poisson(evaluations * 1e-4)) + 1
            rows.append(
                {
                    "district": district,
                    **service_row(cases, evaluations, active, negative),
                    "rectification_satisfaction_rate": 1.0,
                    "rectification_satisfaction_rate_printed": "100%",
                }
            )
        return rows

    def _city_departments(self, district_departments: list[dict[str, Any]]) -> list[dict[str, Any]]:
        rows = []
        for i, department in enumerate(self.city_departments):
            is_idle = i % 9 == 8
            evaluations = (
                0 if is_idle else int(self.department_volume[i] * self.quarter_random.lognormal(0, 0.3)) + 1
            )
            if department == f"市{self.departments[2]}":
                # The city department also counts the evaluations of the district reported as 归市.
                evaluations = 2 * sum(
                    r["evaluations"] or 0
                    for r in district_departments
                    if f"市{r['department']}" == department
                )
            cases = int(evaluations * self.quarter_random.uniform(1.0, 1.05))
            active = int(self.quarter_random.binomial(evaluations, self.quarter_random.beta(6, 20)))
            if evaluations >= 20:
                active = max(active, evaluations // 50 + 1)
            negative = int(self.quarter_random.poisson(evaluations * 1e-4))
            rows.append({"department": department, **service_row(cases, evaluations, active, negative)})
        return rows

    def _district_totals(self, district_departments: list[dict[str, Any]]) -> list[_Total]:
        return [
            (
                "汇总",
                district,
                "evaluations",
                sum(r["evaluations"] or 0 for r in district_departments if r["district"] == district),
            )
            for district in self.districts
        ]

    def _headline(
        self, rows: list[dict[str, Any]], towns_and_villages: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        cases, evaluations = (sum(row[name] for row in rows) for name in ("cases", "evaluations"))
        rate = percent(Fraction(evaluations, cases), 1, ROUND_DOWN)
        negatives, rectified = (
            sum(t[n] for t in towns_and_villages) for n in ("negative_evaluations", "rectified_on_time")
        )
        rectification_rate, rectification = rate_as_printed(rectified, negatives)
        return [
            {"figure": "records", "value": cases, "unit": "条", "printed": f"{cases}条"},
            {
                "figure": "evaluation_rate",
                "value": float(rate / 100),
                "unit": "%",
                "printed": f"{rate}%",
                "qualifier": "以上",
            },
            {
                "figure": "rectification_rate",
                "value": rectification_rate,
                "unit": "%",
                "printed": rectification.replace("100.00%", "100%"),
            },
        ]

    def _annexes(self, declaration: Declaration) -> list[dict[str, Any]]:
        extracted = (self.quarter.end + timedelta(days=24)).isoformat()
        start, end = self.quarter.start.isoformat(), self.quarter.end.isoformat()
        return [
            {
                "table": name,
                "position": position,
                "annex": spec.number,
                "title": f"{spec.title}{self.quarter.label_in_year}“好差评”数据表（{SIMULATED}）",
                "note": f"备注：{SIMULATED}，{WITHOUT_CASES}，数据统计范围 {chinese_date(start)}至 {chinese_date(end)}，"
                f"数据提取时间：{chinese_date(extracted)}。",
                "period_start": start,
                "period_end": end,
                "extraction_date": extracted,
            }
            for position, (name, spec) in enumerate(_simulated_annexes(declaration).items(), start=1)
        ]

    def _about(self) -> dict[str, str]:
        extracted = (self.quarter.end + timedelta(days=24)).isoformat()
        return {
            "quarter": str(self.quarter),
            "period_start": self.quarter.start.isoformat(),
            "period_end": self.quarter.end.isoformat(),
            "extraction_date": extracted,
            "source_kind": "simulated",
            "title": f"关于{self.quarter.label}政务服务“好差评”工作情况的通报（{SIMULATED}）",
            "issuer": f"模拟市政务服务管理办公室（{SIMULATED}）",
            "issue_date": (self.quarter.end + timedelta(days=30)).isoformat(),
            "addressees": "各区县行政审批服务局",
            "text": f"{SIMULATED}。",
        }


def _chinese_numeral(number: int) -> str:
    """Write a number from 1 to 99 in Chinese."""
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else ("" if tens == 1 else _NUMERALS[tens - 1]) + "十") + (
        _NUMERALS[ones - 1] if ones else ""
    )


def _department_name(i: int) -> str:
    return (
        _DEPARTMENTS[i] if i < len(_DEPARTMENTS) else f"其他部门{_chinese_numeral(i - len(_DEPARTMENTS) + 1)}"
    )


def chinese_date(day: str) -> str:
    """Write an ISO date as a bulletin does: ``2023 年 1 月 5 日``."""
    year, month, date = (int(part) for part in day.split("-"))
    return f"{year} 年 {month} 月 {date} 日"


def public_service_shares(evaluations: Mapping[str, int]) -> list[dict[str, Any]]:
    """The rows of annex 5: of each district its number and its share of all, with two decimals."""
    whole = sum(evaluations.values())
    rows = []
    for district, value in evaluations.items():
        share = percent(Fraction(value, whole), 2) if whole else None
        rows.append(
            {
                "district": district,
                "evaluations": value,
                "share": None if share is None else float(share / 100),
                "share_printed": "/" if share is None else f"{share}%",
            }
        )
    return rows


def service_row(cases: int, evaluations: int, active: int, negative: int) -> dict[str, Any]:
    """Make the figures of a row of annex 1 or 2; the rate has two decimals, or is ``/`` without cases."""
    rate, printed = rate_as_printed(evaluations, cases)
    return {
        "cases": cases,
        "evaluations": evaluations,
        "evaluation_rate": rate,
        "evaluation_rate_printed": printed,
        "active_evaluations": active,
        "negative_evaluations": negative,
    }


def _simulated_annexes(declaration: Declaration) -> dict[str, AnnexSpec]:
    """The annexes that are simulated, in the order in which the bulletin prints them."""
    return {name: spec for name, spec in declaration.annexes.items() if name in ANNEXES}


def _total_of_public_services(public_services: list[dict[str, Any]]) -> list[_Total]:
    """The total of the records; the total of the shares is left blank, as in published bulletins."""
    whole = sum(row["evaluations"] for row in public_services)
    return [("总数", "", "evaluations", whole), ("总数", "", "share", None)]


def _counted_in_city(cell: dict[str, Any]) -> dict[str, Any]:
    """A cell of a district's department, which prints 归市 where it has no number."""
    if cell["status"] == NUMBER:
        return cell
    return {**cell, "printed": "归市", "reason": "数据归市级部门统计"}


def _total_cell(
    spec: AnnexSpec, number: int, label: str, member: str, measure: str, value: int | None
) -> dict[str, Any]:
    """A row of ``cells`` for a total in a row of totals."""
    return {
        "table": number,
        "annex": spec.name,
        "row": label,
        "member": member,
        "is_total": True,
        "column": column_path(spec, spec.measures_by_name[measure], member),
        "measure": measure,
        "printed": "" if value is None else str(value),
        "value": value,
        "status": MISSING if value is None else NUMBER,
        "reason": "原表空白" if value is None else "",
    }

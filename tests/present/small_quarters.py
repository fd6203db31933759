"""Quarters that between them make every rule of the sentences speak."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from haochaping.core.model import QuarterData, frame
from haochaping.core.period import Period
from haochaping.simulate.simulated_quarter import simulate

FIRST = [Period(2022 + i // 4, i % 4 + 1) for i in range(7)]


def quarters(real: QuarterData) -> Iterator[tuple[str, QuarterData]]:
    """Name and data of each."""
    series = [simulate(quarter, 5) for quarter in FIRST]
    now, before = series[-1], series[-2]
    yield "the real one", real
    yield "after many others", replace(now, history=tuple(series[:-1]))
    yield "twelve alike and a leap", _leap(now)
    yield "after one other", replace(now, history=(before,))
    yield "after the year before only", replace(now, history=(series[-5],))
    yield (
        "the same again",
        replace(now, history=(_at(now, now.quarter.previous), _at(now, now.quarter.year_ago))),
    )
    yield "less than before", _scaled(now, 2)
    yield "more than before", _scaled(now, 1, 3)
    yield "negatives out of nothing", replace(now, history=(_none(_at(now, now.quarter.previous)),))
    yield "no negatives after some", replace(_none(now), history=(before,))
    yield "active evaluations alike", _active(now, lambda n: n // 10, exact=True)
    yield "two districts at the top", _active(now, lambda n: n // 10, 0, 1)
    yield "two at the bottom, one at the top", _active(now, lambda n: n // 2, 4, top=5)
    yield "one at the bottom", _active(now, lambda n: n // 2, 5, top=-6)
    yield "nothing to tell apart", _few(now)
    yield "two that differ among many that do not", _among_few(now, 30)
    yield "more active evaluations than evaluations", _among_few(now, 60)
    yield "one district", _cut(now, 1, 1, 1)
    yield "two districts", _cut(now, 2, 2, 2)
    for name in now.declaration.annexes:
        yield f"without {name}", without_annexes(now, name)
    yield "without both volumes", without_annexes(now, "districts", "city_departments")
    yield "without cases", _without(now, "cases")
    yield "without active evaluations", _without(now, "active_evaluations")
    counted = _from_records(now)
    yield "from records", counted
    for name in ("districts", "city_departments"):
        yield f"from records without {name}", without_annexes(counted, name)
    yield "with a plan", _with_facts(now, planned_work="推动系统对接，真实开展评价，认真整改差评。")
    yield "with a plan of nothing", _with_facts(now, planned_work="加强学习。")
    yield "with everything wanting", _wanting(now, real)
    yield "notes", _noted(real)
    yield "notes only", _noted(now).with_table("city_departments", _busy(now.city_departments))
    yield "claims of rates only", replace(real, headline=real.headline[real.headline["figure"] != "records"])
    yield "as many records as evaluations", _records_like_evaluations(now)
    yield "nothing in the text", replace(real, headline=frame("headline", []))
    yield "small denominators", _small(now)
    few = _few(now)
    yield "too few to tell up from down", replace(few, history=(_at(_few(now, 1), now.quarter.previous),))
    yield "villages out of nothing", _villages_out_of_nothing(now)
    yield "one department has it all", _one_department(now)
    yield "one district without active evaluations listed", _gap(now)
    yield "towns without evaluations", _silent_towns(now)
    yield "units that do not list their evaluations", _unpaired(now)


def without_annexes(data: QuarterData, *names: str) -> QuarterData:
    """A copy in which the source lacks some annexes."""
    return replace(data, cells=data.cells[~data.cells["annex"].isin(names)].reset_index(drop=True))


def _cut(data: QuarterData, districts: int, city_departments: int, departments: int) -> QuarterData:
    """The first units of each table."""
    kept = list(data.districts["district"][:districts])
    matrix = data.district_departments
    rows = list(dict.fromkeys(matrix["department"]))[:departments]
    matrix = matrix[matrix["district"].isin(kept) & matrix["department"].isin(rows)]
    tiers, public = data.towns_and_villages, data.public_services
    cut = {
        "districts": data.districts[:districts],
        "city_departments": data.city_departments[:city_departments],
        "district_departments": matrix,
        "towns_and_villages": tiers[tiers["district"].isin(kept)],
        "public_services": public[public["district"].isin(kept)],
    }
    data = replace(data, cells=data.cells[~data.cells["is_total"]].reset_index(drop=True))
    for name, content in cut.items():
        data = data.with_table(name, content)
    return data


def _at(data: QuarterData, quarter: Period) -> QuarterData:
    return replace(data, quarter=quarter)


def _table(data: QuarterData, name: str, **columns: Any) -> QuarterData:
    content = data.table(name).copy()
    for column, values in columns.items():
        content[column] = pd.array(values, dtype=content[column].dtype)
    return data.with_table(name, content)


def _times(data: QuarterData, factor: int) -> QuarterData:
    for name in data.declaration.annexes:
        content = data.table(name).copy()
        for column in content.columns:
            if content[column].dtype == "Int64":
                content[column] = content[column] * factor
        data = data.with_table(name, content)
    return data


def _scaled(now: QuarterData, then: int, this: int = 1) -> QuarterData:
    """A quarter with `this` times the counts after two with `then` times, of other rates."""
    earlier = _times(now, then)
    halved = _table(
        earlier,
        "districts",
        active_evaluations=earlier.districts["active_evaluations"] // (1 if this > 1 else 2),
    )
    if this == 1:
        earlier = _table(
            earlier,
            "districts",
            active_evaluations=[int(n) * 9 // 10 for n in earlier.districts["evaluations"]],
        )
        halved = _table(halved, "districts", evaluations=halved.districts["cases"])
    past = (_at(halved, now.quarter.year_ago), _at(earlier, now.quarter.previous))
    return replace(_times(now, this), history=past)


def _from_records(data: QuarterData) -> QuarterData:
    """The quarter as if it had been counted from records of single cases."""
    row = {"view": "totals", "row": "全部", "measure": "cases", "value": 1}
    about = [fact for fact in data.about.to_dict("records") if fact["field"] != "source_kind"]
    about.append({"field": "source_kind", "value": "records"})
    counted = replace(data, record_counts=frame("record_counts", [row]), about=frame("about", about))
    departments = data.district_departments.copy()
    departments.loc[:2, "evaluations"] = 0
    return counted.with_table("district_departments", departments)


def _leap(now: QuarterData) -> QuarterData:
    """Seven quarters alike, then three times as many active evaluations."""
    quarter, past = now.quarter, []
    for i in range(8):
        quarter = quarter.previous
        shifted = [int(k) + i for k in now.districts["active_evaluations"]]
        past.insert(0, _at(_table(now, "districts", active_evaluations=shifted), quarter))
    leaped = [
        min(int(n), 5 * int(k))
        for k, n in zip(now.districts["active_evaluations"], now.districts["evaluations"], strict=True)
    ]
    return replace(_table(now, "districts", active_evaluations=leaped), history=tuple(past))


def _none(data: QuarterData) -> QuarterData:
    """No negative evaluation anywhere."""
    for name in ("districts", "city_departments", "towns_and_villages"):
        data = _table(data, name, negative_evaluations=[0] * len(data.table(name)))
    return _table(data, "towns_and_villages", rectified_on_time=[0] * len(data.towns_and_villages))


def _active(
    data: QuarterData, share: Any, *low: int, top: int | None = None, exact: bool = False
) -> QuarterData:
    """Active evaluations at one rate, or some far from it."""
    evaluations = [100_000] * len(data.districts)
    cases = [100_000] * len(data.districts)
    active = [share(n) for n in evaluations]
    if not exact:
        if top is None:
            active = [k + i * 300 for i, k in enumerate(active)]
            for i in low:
                active[i] = 90_000
        elif top > 0:
            active = [k + i * 300 for i, k in enumerate(active)]
            active[0] = active[1] = 1_000
            active[top] = 90_000
        else:
            active = [k + i * 300 for i, k in enumerate(active)]
            active[0] = 1_000
            active[-1] = active[-2] = 90_000
    return _table(data, "districts", cases=cases, evaluations=evaluations, active_evaluations=active)


def _few(data: QuarterData, more: int = 0) -> QuarterData:
    """So few evaluations that chance explains all differences."""
    n = len(data.districts)
    return _table(
        data,
        "districts",
        cases=[40] * n,
        evaluations=[40] * n,
        active_evaluations=[4 + more + i % 2 for i in range(n)],
    )


def _among_few(data: QuarterData, active: int) -> QuarterData:
    """Two districts of many evaluations, of forty active ones in one and many in the other, among some of few."""
    n = len(data.districts)
    evaluations = [1_000, 1_000, *[40] * (n - 3), 50]
    return _table(
        data,
        "districts",
        cases=evaluations,
        evaluations=evaluations,
        active_evaluations=[100, 140, *[4 + i % 2 for i in range(n - 3)], active],
    )


def _without(data: QuarterData, measure: str) -> QuarterData:
    """A source that does not print a measure of districts and city departments."""
    cells = data.cells
    lacking = cells["annex"].isin(["districts", "city_departments"]) & (cells["measure"] == measure)
    return replace(data, cells=cells[~lacking].reset_index(drop=True))


def _with_facts(data: QuarterData, **facts: str) -> QuarterData:
    rows = [row for row in data.about.to_dict("records") if row["field"] not in facts]
    return replace(data, about=frame("about", [*rows, *({"field": f, "value": v} for f, v in facts.items())]))


def _noted(data: QuarterData) -> QuarterData:
    sections = ("通报·总体情况", "通报·存在问题", "通报·下一步工作")
    rows = [
        {"section": section, "kind": "paragraph", "text": "各级认真落实。", "line": 3} for section in sections
    ]
    return replace(data, notes=frame("notes", rows))


def _busy(departments: pd.DataFrame) -> pd.DataFrame:
    """Departments none of which is idle or silent."""
    content = departments.copy()
    for column in ("cases", "evaluations", "active_evaluations"):
        content[column] = pd.array([500] * len(content), dtype="Int64")
    return content


def _small(data: QuarterData) -> QuarterData:
    """A district and some departments with a handful of evaluations, all departments active."""
    evaluations = [int(n) for n in data.districts["evaluations"]]
    evaluations[0] = 5
    data = _table(data, "districts", evaluations=evaluations)
    departments = _busy(data.city_departments)
    departments.loc[0, ["cases", "evaluations", "active_evaluations"]] = [5, 5, 5]
    return data.with_table("city_departments", departments)


def _wanting(now: QuarterData, real: QuarterData) -> QuarterData:
    """Every problem at once."""
    data = _with_facts(now, planned_work="推动系统对接，认真整改差评。", text="评价方式以短信评价为主。")
    n, m = len(data.districts), len(data.city_departments)
    districts = [0, *([5000] * (n - 1))]
    data = _table(
        data,
        "districts",
        cases=districts,
        evaluations=districts,
        active_evaluations=[0, 0, 1, *([900] * (n - 3))],
    )
    departments = [0, *([700] * (m - 1))]
    data = _table(
        data,
        "city_departments",
        cases=departments,
        evaluations=departments,
        active_evaluations=[0, 0, *([90] * (m - 2))],
    )
    tiers = data.towns_and_villages.copy()
    tiers["rectified_on_time"] = pd.array([0] * len(tiers), dtype="Int64")
    tiers["negative_evaluations"] = pd.array([2] * len(tiers), dtype="Int64")
    for place, tier in ((0, "town"), (1, "village")):
        tiers.loc[tiers.index[tiers["tier"] == tier][place], "evaluations"] = 0
    matrix = data.district_departments.copy()
    matrix.loc[0, "evaluations"] = 0
    negatives = data.districts["negative_evaluations"].copy()
    negatives[3] = pd.NA
    data = _table(data, "districts", negative_evaluations=negatives)
    return data.with_table("towns_and_villages", tiers).with_table("district_departments", matrix)


def _villages_out_of_nothing(data: QuarterData) -> QuarterData:
    tiers = data.towns_and_villages.copy()
    tiers.loc[tiers["tier"] == "village", "evaluations"] = 0
    before = _at(data, data.quarter.previous).with_table("towns_and_villages", tiers)
    return replace(data, history=(before,))


def _one_department(data: QuarterData) -> QuarterData:
    cut = _cut(data, 11, 30, 2)
    matrix = cut.district_departments.copy()
    matrix.loc[matrix["department"] != matrix.loc[0, "department"], "evaluations"] = 0
    return cut.with_table("district_departments", matrix)


def _gap(data: QuarterData) -> QuarterData:
    """The district with most cases does not list its active evaluations."""
    active = data.districts["active_evaluations"].copy()
    active[data.districts["cases"].idxmax()] = pd.NA
    return _table(data, "districts", active_evaluations=active)


def _unpaired(data: QuarterData) -> QuarterData:
    """A unit of each table lists cases alone."""
    for name in ("districts", "city_departments"):
        evaluations = data.table(name)["evaluations"].copy()
        evaluations.iloc[0] = pd.NA
        data = _table(data, name, evaluations=evaluations)
    return data


def _silent_towns(data: QuarterData) -> QuarterData:
    """A tier at zero, and departments that are silent but not idle."""
    tiers = data.towns_and_villages.copy()
    tiers.loc[tiers.index[tiers["tier"] == "town"][0], "evaluations"] = 0
    departments = _busy(data.city_departments)
    departments.loc[0, "active_evaluations"] = 0
    return data.with_table("towns_and_villages", tiers).with_table("city_departments", departments)


def _records_like_evaluations(data: QuarterData) -> QuarterData:
    """The text's records are the evaluations of both tables, which are fewer than the cases."""
    evaluations = sum(
        int(data.table(name)["evaluations"].sum()) for name in ("districts", "city_departments")
    )
    headline = data.headline.copy()
    own = headline["figure"] == "records"
    headline.loc[own, ["value", "printed"]] = [float(evaluations), f"{evaluations}条"]
    return replace(data, headline=headline)

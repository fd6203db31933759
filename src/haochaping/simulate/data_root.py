"""Write a data root of a simulated city, to try the kit on."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Any

from haochaping.core.errors import refuse
from haochaping.core.model import SIMULATED
from haochaping.core.period import Period
from haochaping.reference.read_declaration import DECLARATION
from haochaping.reference.record_settings import RECORD_SETTINGS
from haochaping.reference.reference import UNIT_COLUMNS, load_reference
from haochaping.simulate.print_bulletin import print_bulletin
from haochaping.simulate.record_plan import RecordOptions, plan_records
from haochaping.simulate.simulated_quarter import ANNEXES, PUBLIC_SERVICES, CitySize, SimulatedCity


def write_data_root(
    out: Path, quarters: list[Period], seed: int, reference: Path, records: RecordOptions | None = None
) -> None:
    """Write a data root with raw bulletins for `quarters` and reference files for the simulated city.

    With records, those of every quarter stand beside its bulletin, which prints what they come to, and
    ``expected/`` has the same as tables.

    Parameters
    ----------
    out : Path
        The data root; folders are made as needed.
    quarters : list of Period
        At least one.
    seed : int
        Seed of :func:`simulate`.
    reference : Path
        Folder of a real city from which annexes, words, rules, claims, benchmarks and thresholds are copied.
    records : RecordOptions, optional
        Records to write for each quarter.

    Raises
    ------
    InputRefused
        The city does not declare the annexes that are simulated.
    """
    _refuse_other_annexes(reference)
    (out / "reference").mkdir(parents=True, exist_ok=True)
    for name in (DECLARATION, "words.csv", "rules.toml", "claims.csv", "benchmarks.csv"):
        if (reference / name).is_file():  # a city need not have all of them
            shutil.copyfile(reference / name, out / "reference" / name)
    city = (reference / "city.toml").read_text(encoding="utf-8")
    thresholds = "".join(city.partition("[thresholds]")[1:])
    (out / "reference" / "city.toml").write_text(
        f'# {SIMULATED}\nname = "模拟市"\noffice = "模拟市政务服务管理办公室"\n\n{thresholds}',
        encoding="utf-8",
    )
    simulated = SimulatedCity(quarters[0], seed, CitySize())
    with (out / "reference" / "units.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(UNIT_COLUMNS)
        for i, name in enumerate(simulated.districts, start=1):
            writer.writerow(["district", name, "", i, "", "", "", ""])
        for i, name in enumerate(simulated.city_departments, start=1):
            writer.writerow(["city_department", name, "", i, "", "", "", ""])
        for i, name in enumerate([*simulated.departments, PUBLIC_SERVICES], start=1):
            counterpart = "附件5" if name == PUBLIC_SERVICES else f"市{name}"
            writer.writerow(["district_department", name, "", i, "", counterpart, "", ""])
    declaration = load_reference(out / "reference").declaration
    for quarter in quarters:
        folder = out / "raw" / str(quarter)
        folder.mkdir(parents=True, exist_ok=True)
        figures = SimulatedCity(quarter, seed, CitySize())
        annexes = _written_records(out, figures, seed, records) if records else figures.random_annexes()
        text = print_bulletin(figures.data(declaration, annexes))
        (folder / "bulletin.txt").write_text(text, encoding="utf-8")


def _written_records(
    out: Path, city: SimulatedCity, seed: int, options: RecordOptions
) -> dict[str, list[dict[str, Any]]]:
    """Write the records of a quarter; the rows of the annexes that they come to."""
    from haochaping.simulate.write_records import (
        record_settings,
        write_records,
    )  # needs what only records need

    plan = plan_records(city, options.cases)
    (out / "reference" / RECORD_SETTINGS).write_text(record_settings(plan), "utf-8")
    raw, expected = out / "raw" / str(city.quarter), out / "expected" / str(city.quarter)
    write_records(raw, expected, plan, city.quarter, seed, options.format, options.with_faults)
    return plan.annexes()


def _refuse_other_annexes(reference: Path) -> None:
    declared = load_reference(reference).declaration.annexes
    if missing := [name for name in ANNEXES if name not in declared]:
        expected = f"模拟数据只有 {'、'.join(ANNEXES)} 各附件，本市没有声明其中的 {'、'.join(missing)}"
        raise refuse(str(reference / DECLARATION), "、".join(declared), expected)

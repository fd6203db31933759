"""Write the records of a simulated period, with what they must come to beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from haochaping.core.model import SIMULATED
from haochaping.core.period import Period
from haochaping.core.record_counts import BUCKETS, CASES, COUNTED, EVALUATIONS, RECTIFICATIONS
from haochaping.reference.record_settings import RECORD_SETTINGS
from haochaping.simulate.record_faults import UNKNOWN_CODE, PlantedFaults
from haochaping.simulate.record_plan import CITY_AREA, PUBLIC_SERVICE_DEPARTMENTS, RecordPlan
from haochaping.simulate.simulated_quarter import PUBLIC_SERVICES
from haochaping.simulate.simulated_records import SimulatedRecords, extraction_day

PARQUET, CSV = FORMATS = ("parquet", "csv")
_PART = 1 << 24
"""Most records in one file."""


def write_records(
    raw: Path, expected: Path, plan: RecordPlan, period: Period, seed: int, format_: str, with_faults: bool
) -> None:
    """Write the records of a plan into the period's raw folder, block by block, and what they come to into another.

    Parameters
    ----------
    raw : Path
        Gets ``records/`` and ``records.toml``.
    expected : Path
        Gets a CSV an annex, ``outside.csv`` and ``flow.csv``; made as needed.
    format_ : str
        One of ``FORMATS``.
    with_faults : bool
        Whether :class:`PlantedFaults` are among the records.
    """
    records = SimulatedRecords(plan, period, seed)
    faults = PlantedFaults(records) if with_faults else None
    (raw / "records").mkdir(parents=True)
    written = {
        kind: _write_kind(raw / "records", kind, blocks(), faults, format_)
        for kind, blocks in (
            (CASES, records.cases),
            (EVALUATIONS, records.evaluations),
            (RECTIFICATIONS, records.rectifications),
        )
    }
    extracted = extraction_day(period).isoformat()
    (raw / RECORD_SETTINGS).write_text(f'# {SIMULATED}\nextraction_date = "{extracted}"\n', "utf-8")
    _write_expected(expected, plan, faults, written)


def _write_kind(
    folder: Path, kind: str, blocks: Iterator[pa.Table], faults: PlantedFaults | None, format_: str
) -> int:
    """Write the files of a kind, planted rows in a file of their own; the number of rows without them."""
    rows = part = in_part = 0
    writer: Any = None
    for block in blocks:
        if writer is None or in_part + len(block) > _PART:
            if writer:
                writer.close()
            part, in_part = part + 1, 0
            writer = _writer(folder / f"{kind}-{part:02d}.{format_}", block.schema)
        writer.write_table(block)
        rows, in_part = rows + len(block), in_part + len(block)
    if writer:
        writer.close()
    if faults:
        planted = pa.concat_tables(faults.tables[kind])
        with _writer(folder / f"{kind}-{part + 1:02d}.{format_}", planted.schema) as writer:
            writer.write_table(planted)
    return rows


def _writer(path: Path, schema: pa.Schema) -> Any:
    if path.suffix == ".parquet":
        return pyarrow.parquet.ParquetWriter(path, schema, compression="zstd")
    return pyarrow.csv.CSVWriter(path, schema, write_options=pyarrow.csv.WriteOptions(quoting_style="needed"))


def record_settings(plan: RecordPlan) -> str:
    """The city's ``records.toml``: where its units are, and what the simulated annexes count."""
    areas = ", ".join(f'"{code}" = "{name}"' for code, name in plan.areas.items())
    services = ", ".join(f'"{name}"' for name in PUBLIC_SERVICE_DEPARTMENTS)
    return (
        f"# {SIMULATED}\n"
        f'city_area = "{CITY_AREA}"\n'
        f"areas = {{ {areas} }}\n"
        f"public_service_departments = [{services}]\n"
        f'public_service_row = "{PUBLIC_SERVICES}"\n'
        + (files("haochaping.simulate") / RECORD_SETTINGS).read_text("utf-8")
    )


def _write_expected(
    folder: Path, plan: RecordPlan, faults: PlantedFaults | None, written: dict[str, int]
) -> None:
    """The rows of each annex, the cases outside every list, and where the rows of each kind must end up."""
    folder.mkdir(parents=True)
    for name, annex in plan.annexes().items():
        _write(folder / f"{name}.csv", pd.DataFrame(annex))
    flow: Counter[tuple[str, str]] = Counter(faults.flow if faults else {})
    for kind, rows in written.items():
        flow[kind, COUNTED] += rows
    outside = (
        [{"area_code": UNKNOWN_CODE, "cases": faults.each, "evaluations": faults.each}] if faults else []
    )
    _write(folder / "outside.csv", pd.DataFrame(outside, columns=["area_code", "cases", "evaluations"]))
    buckets = [(kind, bucket) for kind in written for bucket in BUCKETS[kind]]
    _write(
        folder / "flow.csv",
        pd.DataFrame([(*key, flow[key]) for key in buckets], columns=["kind", "bucket", "rows"]),
    )


def _write(path: Path, rows: pd.DataFrame) -> None:
    rows.to_csv(path, index=False, lineterminator="\n")

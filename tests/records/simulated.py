"""Simulated records with every fault planted, what they must come to, and how tests compare the two."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from haochaping.core.paths import project_root, record_files
from haochaping.core.period import Period
from haochaping.records.aggregates import Aggregates
from haochaping.records.annex_counts import AnnexCounter
from haochaping.records.definitions import Conventions
from haochaping.records.record_files import RecordFile, recognise
from haochaping.reference.record_settings import load_record_settings, record_kinds
from haochaping.reference.reference import Reference, load_reference
from haochaping.simulate.data_root import write_data_root
from haochaping.simulate.record_plan import RecordOptions

PERIOD = Period(2023, 1)


@dataclass(frozen=True)
class SimulatedExport:
    """A data root with simulated records of one period."""

    root: Path
    reference: Reference
    conventions: Conventions
    files: list[RecordFile]

    @property
    def options(self) -> dict[str, Any]:
        """Of the count, as a run has them."""
        names = sorted(name for unit in self.reference.units for name in (unit.canonical, *unit.aliases))
        return {"departments": names, "least": 5, "with_variations": True}

    @property
    def records(self) -> Path:
        return self.root / "raw" / str(PERIOD) / "records"

    def expected(self, name: str) -> pd.DataFrame:
        """What the simulator wrote that the records come to."""
        return pd.read_csv(self.root / "expected" / str(PERIOD) / f"{name}.csv", dtype={"area_code": "str"})


def simulated_export(
    root: Path, cases: int, format_: str = "parquet", with_faults: bool = True
) -> SimulatedExport:
    """Simulate the records of a period and read their settings."""
    options = RecordOptions(cases, format_, with_faults)
    write_data_root(root, [PERIOD], 1, project_root() / "data" / "reference", options)
    reference = load_reference(root / "reference")
    raw = root / "raw" / str(PERIOD)
    settings = load_record_settings(root / "reference", raw, reference.declaration)
    assert settings.extraction_date is not None
    conventions = Conventions(settings, PERIOD, settings.extraction_date)
    files = recognise(record_files(raw), record_kinds(settings))
    return SimulatedExport(root, reference, conventions, files)


def assert_as_expected(export: SimulatedExport, aggregates: Aggregates) -> None:
    """Every annex, the areas outside and the fate of every row are what the simulator planned."""
    counter = AnnexCounter(export.conventions.settings, export.reference, PERIOD.end)
    for name, table in counter.annexes(aggregates["units"]).items():
        expected = export.expected(name)
        keys = [column for column in ("district", "department", "tier") if column in expected]
        counts = [c for c in expected if c not in keys and "rate" not in c and "share" not in c]
        found = table.set_index(keys)[counts].astype("int64")
        wanted = expected.set_index(keys)[counts].reindex(found.index, fill_value=0)
        pd.testing.assert_frame_equal(found, wanted, check_dtype=False)
        assert set(expected.set_index(keys).index) <= set(found.index)
    fates = aggregates["fates"].set_index(["kind", "bucket"])["rows"]
    assert fates.to_dict() == export.expected("flow").set_index(["kind", "bucket"])["rows"].to_dict()
    outside = export.expected("outside").set_index("area_code")
    found = aggregates["unknown_areas"].set_index("code")
    assert found.to_dict("index") == outside.to_dict("index")

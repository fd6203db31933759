"""A period counted from an export with every fault planted; the same beside a bulletin that differs in known places."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from haochaping.core.model import QuarterData, frame
from haochaping.core.period import Period
from haochaping.reference.reference import Reference
from tests.records.exports import Export, make_export, settings_toml, write_export

PERIOD = Period(2023, 1)


@pytest.fixture(scope="session")
def record_export() -> Export:
    """The export: about four hundred cases."""
    return make_export(7, 400)


@pytest.fixture(scope="session")
def record_raw(record_export: Export, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A raw folder with the export and its settings."""
    folder = tmp_path_factory.mktemp("raw")
    write_export(record_export, folder / "records")
    (folder / "records.toml").write_text(settings_toml(record_export), "utf-8")
    return folder


@pytest.fixture(scope="session")
def counted(record_raw: Path, reference: Reference, tmp_path_factory: pytest.TempPathFactory) -> QuarterData:
    """The period from records alone; nobody may change its frames."""
    from haochaping.records.read_records import with_records  # Ibis takes a while to import

    return with_records(None, record_raw, PERIOD, reference, tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def beside_bulletin(
    counted: QuarterData, record_raw: Path, reference: Reference, tmp_path_factory: pytest.TempPathFactory
) -> QuarterData:
    """The period with a bulletin that prints what was counted, but for two cells."""
    from haochaping.records.read_records import with_records

    districts = counted.table("districts").copy()
    districts.loc[0, "cases"] += 100
    districts.loc[1, "evaluations"] = 0
    printed = replace(
        counted.with_table("districts", districts),
        record_counts=frame("record_counts", []),
        about=frame("about", [{"field": "quarter", "value": str(PERIOD)}]),
    )
    return with_records(printed, record_raw, PERIOD, reference, tmp_path_factory.mktemp("cache"))

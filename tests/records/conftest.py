"""A period counted from an export with every fault planted; the same beside a bulletin that differs in known places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from haochaping.core.model import QuarterData, frame
from haochaping.core.period import Period
from haochaping.records.read_records import with_records
from haochaping.reference.reference import Reference
from tests.records.exports import Export, make_export, settings_toml, write_export

PERIOD = Period(2023, 1)
Read = Callable[..., QuarterData]


@pytest.fixture(scope="session")
def export() -> Export:
    """The export: about four hundred cases."""
    return make_export(7, 400)


@pytest.fixture(scope="session")
def raw(export: Export, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A raw folder with the export and its settings."""
    folder = tmp_path_factory.mktemp("raw")
    write_export(export, folder / "records")
    (folder / "records.toml").write_text(settings_toml(export), "utf-8")
    return folder


@pytest.fixture(scope="session")
def counted(raw: Path, reference: Reference, tmp_path_factory: pytest.TempPathFactory) -> QuarterData:
    """The period from records alone; nobody may change its frames."""
    return with_records(None, raw, PERIOD, reference, tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def beside_bulletin(
    counted: QuarterData, raw: Path, reference: Reference, tmp_path_factory: pytest.TempPathFactory
) -> QuarterData:
    """The period with a bulletin that prints what was counted, but for two cells."""
    districts = counted.table("districts").copy()
    districts.loc[0, "cases"] += 100
    districts.loc[1, "evaluations"] = 0
    printed = replace(
        counted.with_table("districts", districts),
        record_counts=frame("record_counts", []),
        about=frame("about", [{"field": "quarter", "value": str(PERIOD)}]),
    )
    return with_records(printed, raw, PERIOD, reference, tmp_path_factory.mktemp("cache"))

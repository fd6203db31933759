"""Read a quarter as its source prints it: from the raw folder if there is one, else from the tidy tables."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

from haochaping.core.errors import refuse
from haochaping.core.model import QuarterData, frame
from haochaping.core.paths import RECORDS, Locations, existing_locations, quarters_in, record_files
from haochaping.core.period import Period
from haochaping.read.raw_folder import describe_input, input_files, read_raw
from haochaping.records.packages import refuse_without_record_packages
from haochaping.reference.record_settings import (
    RECORD_SETTINGS,
    check_record_settings,
    database_scheme,
)
from haochaping.reference.reference import Reference, load_reference
from haochaping.store.apply_corrections import undo_corrections
from haochaping.store.data_contract import validate
from haochaping.store.tidy_tables import read_tidy

TIDY_NOTICE = "未见原始资料文件夹，依据 data/tidy 中整理过的数据"


def load_printed(
    locations: Locations,
    quarter: Period,
    reference: Reference,
    report_progress: Callable[[str], None] | None = None,
) -> QuarterData:
    """Read a quarter as its source prints it, without corrections.

    The raw folder is read if there is one, else the tidy tables, whose corrections are taken back. An export of records
    is counted too; where nothing was printed, its counts are the quarter's cells.

    Raises
    ------
    InputRefused
        The city does not publish such periods, there is nothing to read, it cannot be read with certainty, or it breaks the data contract.
    """
    reference.admit(quarter)
    if rests_on_tidy(locations, quarter):
        tidy = read_tidy(locations.tidy(quarter), quarter, reference)
        return undo_corrections(validate(tidy), reference)
    raw = locations.raw(quarter)
    if (raw / RECORD_SETTINGS).is_file():
        check_record_settings(raw, reference.declaration)
    if not record_files(raw) and not database_scheme(reference.folder, raw):
        return validate(read_raw(raw, quarter, reference))
    printed = read_raw(raw, quarter, reference) if input_files(raw) else None
    return validate(_with_records(locations, printed, quarter, reference, report_progress))


def _with_records(
    locations: Locations,
    printed: QuarterData | None,
    quarter: Period,
    reference: Reference,
    report_progress: Callable[[str], None] | None,
) -> QuarterData:
    raw = locations.raw(quarter)
    refuse_without_record_packages(str(raw / RECORDS))
    from haochaping.records.read_records import with_records

    data = with_records(printed, raw, quarter, reference, locations.record_cache(quarter), report_progress)
    settings = raw / RECORD_SETTINGS
    inputs = [
        *data.inputs.to_dict("records"),
        *(describe_input(path, RECORDS) for path in record_files(raw)),
        *([describe_input(settings, "record settings")] if settings.is_file() else []),
    ]
    return replace(data, inputs=frame("inputs", inputs))


def read_database(
    locations: Locations,
    quarter: Period,
    report_progress: Callable[[str], None],
    again: bool = False,
) -> None:
    """Count the quarter's records where its settings name a database, before anything is made of them.

    What they come to is kept among the raw files and used until the settings change, or until `again`.

    Raises
    ------
    InputRefused
        The settings or the database cannot be used.
    """
    raw = locations.raw(quarter)
    if not database_scheme(locations.reference, raw):
        return
    reference = load_reference(locations.reference)
    refuse_without_record_packages(str(raw / RECORD_SETTINGS))
    from haochaping.records.read_records import read_records_of_database

    printed = read_raw(raw, quarter, reference) if input_files(raw) else None
    read_records_of_database(printed, raw, quarter, reference, report_progress, again)


def rests_on_tidy(locations: Locations, quarter: Period) -> bool:
    """Whether the quarter has no raw folder and is read from its tidy tables.

    Raises
    ------
    InputRefused
        There is something in the place of the raw folder: its answers would be passed over.
    """
    raw = locations.raw(quarter)
    if os.path.lexists(raw) and not raw.is_dir():
        raise refuse(str(raw), "不是文件夹，或是断开的链接", "应为放资料的文件夹，请恢复它；确已不用的请移走")
    return not locations.raw(quarter).is_dir() and locations.tidy(quarter).is_dir()


def available(data: str | os.PathLike[str] | None = None) -> list[Period]:
    """有资料的各期，由早到晚。

    Examples
    --------
    >>> import haochaping as hcp
    >>> [str(period) for period in hcp.available()]
    ['2022Q4']

    Raises
    ------
    InputRefused
        没有这个文件夹。
    """
    locations = existing_locations(data)
    return sorted({*quarters_in(locations.data / "tidy"), *quarters_in(locations.data / "raw")})

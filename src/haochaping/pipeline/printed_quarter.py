"""Read a quarter as its source prints it: from the raw folder if there is one, else from the tidy tables."""

from __future__ import annotations

import os

from haochaping.core.errors import refuse
from haochaping.core.model import QuarterData
from haochaping.core.paths import Locations, find_locations, quarters_in
from haochaping.core.period import Period
from haochaping.read.raw_folder import read_raw
from haochaping.reference.reference import Reference
from haochaping.store.apply_corrections import undo_corrections
from haochaping.store.data_contract import validate
from haochaping.store.tidy_tables import read_tidy

TIDY_NOTICE = "未见原始资料文件夹，依据 data/tidy 中整理过的数据"


def load_printed(locations: Locations, quarter: Period, reference: Reference) -> QuarterData:
    """Read a quarter as its source prints it, without corrections.

    The raw folder is read if there is one, else the tidy tables, whose corrections are taken back.

    Raises
    ------
    InputRefused
        The city does not publish such periods, there is nothing to read, it cannot be read with certainty, or it breaks the data contract.
    """
    reference.admit(quarter)
    if rests_on_tidy(locations, quarter):
        tidy = read_tidy(locations.tidy(quarter), quarter, reference)
        return undo_corrections(validate(tidy), reference)
    return validate(read_raw(locations.raw(quarter), quarter, reference))


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
    """List the quarters that have a raw folder or tidy tables, oldest first."""
    locations = find_locations(data)
    return sorted({*quarters_in(locations.data / "tidy"), *quarters_in(locations.data / "raw")})

"""Frames of the annexes that figures and sentences know by name; empty where a city declares them otherwise or not."""

from __future__ import annotations

import pandas as pd

from haochaping.core.declaration import PARTICULAR_ANNEXES
from haochaping.core.model import QuarterData

TIERS = ("town", "village")
"""Members of the tiers in annex ``towns_and_villages``."""


def has_annex(data: QuarterData, table: str) -> bool:
    """Whether a period has rows of this annex, which are the rows that figures and sentences expect."""
    return _is_declared(data, table) and not data.table(table).empty


def annex_content(data: QuarterData, table: str, *measures: str) -> pd.DataFrame:
    """The rows of an annex with at least `measures`: without numbers where they are not declared."""
    content = data.table(table) if _is_declared(data, table) else _without_rows(PARTICULAR_ANNEXES[table])
    absent = [name for name in measures if name not in content]
    return content.assign(**{name: pd.array([pd.NA] * len(content), dtype="Int64") for name in absent})


def _is_declared(data: QuarterData, table: str) -> bool:
    spec = data.declaration.annexes.get(table)
    return spec is not None and spec.is_particular


def _without_rows(key: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.array([], dtype="str") for name in key})

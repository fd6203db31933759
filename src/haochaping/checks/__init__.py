"""Rules, findings and a verdict on one quarter."""

from __future__ import annotations

import os

from haochaping.checks.confront import CheckReport, confront
from haochaping.locations import locations
from haochaping.model import QuarterData
from haochaping.reference import load_reference


def check(quarter: QuarterData, data: str | os.PathLike[str] | None = None) -> CheckReport:
    """Confront one quarter with the city's rules.

    Parameters
    ----------
    quarter : QuarterData
        From :func:`haochaping.load`.
    data : path, optional
        Data root with ``reference/rules.toml``; by default the project's ``data/``.
    """
    return confront(quarter, load_reference(locations(data).reference))

"""Programs that only records need, and what to do where they are not installed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec

from haochaping.core.errors import refuse

RECORD_PACKAGES = ("ibis", "duckdb", "pyarrow")
"""What ``make setup-records`` installs, by the names under which it is imported."""
ENGINE_PACKAGES: Mapping[str, Sequence[str]] = {
    "duckdb": (),
    "postgres": ("psycopg",),
    "sc": ("pyspark", "grpc"),
}
"""What ``make setup-engines`` installs for each kind of address."""


def refuse_without(packages: Sequence[str], place: str, what: str, command: str) -> None:
    """Refuse what was asked for where one of some packages is missing.

    Parameters
    ----------
    packages : sequence of str
        Names under which they are imported.
    place : str
        What asked for them.
    what : str
        What they do, in Chinese.
    command : str
        What installs them.

    Raises
    ------
    InputRefused
        One is missing.
    """
    if not all(find_spec(name) for name in packages):
        raise refuse(place, f"{what}的程序包没有安装", f"请先运行 {command}（只做一次）")


def refuse_without_record_packages(place: str) -> None:
    """Refuse what needs records where the packages are missing that read them."""
    refuse_without(RECORD_PACKAGES, place, "读取单件记录", "make setup-records")

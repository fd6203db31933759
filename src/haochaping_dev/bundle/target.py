"""What an archive is made for: a platform and a Python, as pip and the lock's markers see them."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from haochaping.reference.locked_packages import Pin, needed

PYTHON = "3.11"
"""The Python that an archive is made for when none is asked for: the oldest that the project runs on."""
_PATCHES = range(40)
"""Markers may ask for the patch release of Python; the office's is not known, so all are looked at."""
_GLIBC = range(28, 4, -1)
"""Wheels for Linux are taken if glibc 2.28 can run them: the Linux systems that offices have are that old."""
_OLD_NAMES = ("manylinux2014", "manylinux2010", "manylinux1")


class BundleFailed(Exception):
    """No archive was made; the message is for the person who asked."""


class _Platform(NamedTuple):
    os_name: str
    sys_platform: str
    system: str
    machine: str


PLATFORMS = {
    "win_amd64": _Platform("nt", "win32", "Windows", "AMD64"),
    "manylinux_x86_64": _Platform("posix", "linux", "Linux", "x86_64"),
    "manylinux_aarch64": _Platform("posix", "linux", "Linux", "aarch64"),
}


@dataclass(frozen=True)
class Target:
    """A platform (one of `PLATFORMS`) and a Python (``3.11``)."""

    platform: str = ""
    python: str = PYTHON

    def __post_init__(self) -> None:
        if self.platform not in PLATFORMS:
            raise BundleFailed(f"不认识的平台：{self.platform}；可用 {'、'.join(PLATFORMS)}")
        major, _, minor = self.python.partition(".")
        if major != "3" or not minor.isdecimal() or int(minor) < int(PYTHON.partition(".")[2]):
            raise BundleFailed(f"Python 版本：{self.python}；应写作 {PYTHON}，不低于 {PYTHON}")

    @property
    def tags(self) -> list[str]:
        """Platform tags of the wheels that will do, best first."""
        if not self.platform.startswith("manylinux"):
            return [self.platform]
        machine = PLATFORMS[self.platform].machine
        return [f"manylinux_2_{minor}_{machine}" for minor in _GLIBC] + [
            f"{name}_{machine}" for name in _OLD_NAMES
        ]

    def environments(self) -> list[dict[str, str]]:
        """The variables of markers there, one set for each patch release of the Python."""
        there = PLATFORMS[self.platform]
        return [
            {
                "implementation_name": "cpython",
                "implementation_version": f"{self.python}.{patch}",
                "os_name": there.os_name,
                "platform_machine": there.machine,
                "platform_python_implementation": "CPython",
                "platform_release": "",
                "platform_system": there.system,
                "platform_version": "",
                "python_full_version": f"{self.python}.{patch}",
                "python_version": self.python,
                "sys_platform": there.sys_platform,
            }
            for patch in _PATCHES
        ]

    def selections(self, pins: Iterable[Pin]) -> list[tuple[dict[str, str], list[Pin]]]:
        """What is needed there: each different choice of `pins` with an environment that it is made for.

        More than one where the choice depends on the patch release of Python.
        """
        pins = list(pins)
        found: list[tuple[dict[str, str], list[Pin]]] = []
        for environment in self.environments():
            chosen = needed(pins, environment)
            if chosen not in [earlier for _, earlier in found]:
                found.append((environment, chosen))
        return found


def this_platform() -> str:
    """The name of the platform that this program runs on."""
    if platform.system() == "Linux" and platform.libc_ver()[0] != "glibc":
        raise BundleFailed("这台电脑的 Linux 不用 glibc，请用 PLATFORM= 指定平台")
    for name, there in PLATFORMS.items():
        if there.sys_platform == sys.platform and there.machine == platform.machine():
            return name
    raise BundleFailed(
        f"没有为这台电脑（{sys.platform} {platform.machine()}）做安装包的办法，"
        f"请用 PLATFORM= 指定平台：{'、'.join(PLATFORMS)}"
    )

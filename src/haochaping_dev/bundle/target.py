"""The target of an archive: a platform and a Python version, in the terms of pip and of the lock's markers."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from haochaping.reference.locked_packages import Pin, needed_pins

PYTHON = "3.11"
"""The default Python of an archive: the oldest that the project runs on."""
_PATCH_RELEASES = range(40)
"""Markers may depend on the patch release of Python; the office's is unknown, so all are considered."""
_GLIBC_MINORS = range(28, 4, -1)
"""Minor versions of glibc 2: wheels for Linux must run with 2.28, since the systems of offices are that old."""
_LEGACY_TAGS = ("manylinux2014", "manylinux2010", "manylinux1")


class BundleFailed(Exception):
    """No archive was made; the message is for the user."""


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
        """Platform tags of the wheels that can be installed, best first."""
        if not self.platform.startswith("manylinux"):
            return [self.platform]
        machine = PLATFORMS[self.platform].machine
        return [f"manylinux_2_{minor}_{machine}" for minor in _GLIBC_MINORS] + [
            f"{name}_{machine}" for name in _LEGACY_TAGS
        ]

    def environments(self) -> list[dict[str, str]]:
        """Return the variables of markers on the target, one set for each patch release of its Python."""
        target_platform = PLATFORMS[self.platform]
        return [
            {
                "implementation_name": "cpython",
                "implementation_version": f"{self.python}.{patch}",
                "os_name": target_platform.os_name,
                "platform_machine": target_platform.machine,
                "platform_python_implementation": "CPython",
                "platform_release": "",
                "platform_system": target_platform.system,
                "platform_version": "",
                "python_full_version": f"{self.python}.{patch}",
                "python_version": self.python,
                "sys_platform": target_platform.sys_platform,
            }
            for patch in _PATCH_RELEASES
        ]

    def selections(self, pins: Iterable[Pin]) -> list[tuple[dict[str, str], list[Pin]]]:
        """Return each different selection of `pins` that the target may need, with an environment it is for.

        There is more than one if the selection depends on the patch release of Python.
        """
        pins = list(pins)
        selections: list[tuple[dict[str, str], list[Pin]]] = []
        for environment in self.environments():
            chosen = needed_pins(pins, environment)
            if chosen not in [earlier for _, earlier in selections]:
                selections.append((environment, chosen))
        return selections


def this_platform() -> str:
    """Return the name of the platform that this program runs on.

    Raises
    ------
    BundleFailed
        No archive can be made for it.
    """
    if platform.system() == "Linux" and platform.libc_ver()[0] != "glibc":
        raise BundleFailed("这台电脑的 Linux 不用 glibc，请用 PLATFORM= 指定平台")
    for name, target_platform in PLATFORMS.items():
        if target_platform.sys_platform == sys.platform and target_platform.machine == platform.machine():
            return name
    raise BundleFailed(
        f"没有为这台电脑（{sys.platform} {platform.machine()}）做安装包的办法，"
        f"请用 PLATFORM= 指定平台：{'、'.join(PLATFORMS)}"
    )

"""Check Python, its environment and the locked packages."""

from __future__ import annotations

import importlib.metadata
import os
import struct
import tomllib
from collections.abc import Mapping
from pathlib import Path

from haochaping.doctor.report_line import REINSTALL, ReportLine, fine, note, wrong

OLDEST_PYTHON = (3, 11)
_MAX_NAMES_LISTED = 8


def look_at_python(version: tuple[int, ...], executable: str) -> ReportLine:
    """Check that this Python is new enough, and a 64-bit one, as the locked packages are."""
    found = f"{'.'.join(map(str, version))}（{executable}）"
    if version[:2] < OLDEST_PYTHON:
        return wrong(
            "Python", found, f"安装 Python {'.'.join(map(str, OLDEST_PYTHON))} 或更高版本，再重新安装本工具"
        )
    if struct.calcsize("P") * 8 < 64:
        return wrong("Python", f"{found}，是 32 位的", "改装 64 位 Python，再重新安装本工具")
    return fine("Python", found)


def look_at_environment(prefix: Path, base: Path, root: Path) -> ReportLine:
    """Check that the project folder is complete and that this is its own environment ``.venv``."""
    if not (root / "notebooks" / "briefing.ipynb").is_file():
        return wrong("运行环境", f"{root} 不是完整的项目文件夹，其中没有 notebooks/briefing.ipynb", REINSTALL)
    if prefix.resolve() == (root / ".venv").resolve():
        return fine("运行环境", f"项目自己的 .venv（{root}）")
    environment = "系统的 Python，没有单独的环境" if prefix == base else f"别处的环境 {prefix}"
    own_python = ".venv\\Scripts\\python" if os.name == "nt" else ".venv/bin/python"
    return note(
        "运行环境",
        f"{environment}；项目在 {root}",
        f"在项目文件夹中用 {own_python} 运行，各软件包的版本才有保证",
    )


def installed_versions() -> dict[str, str]:
    """Return the versions of the packages in this environment by canonical name (lower case, hyphens)."""
    from packaging.utils import canonicalize_name

    return {
        canonicalize_name(package.metadata["Name"]): package.version
        for package in importlib.metadata.distributions()
        if package.metadata["Name"]
    }


def look_at_packages(project: str, lock: str, installed: Mapping[str, str]) -> ReportLine:
    """Compare the installed packages with every locked package that this system needs.

    Parameters
    ----------
    project, lock : str
        Contents of ``pyproject.toml`` and ``requirements.txt``.
    installed : mapping
        Canonical name to version.
    """
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    from haochaping.reference.locked_packages import needed_pins, read_pins

    pins = needed_pins(read_pins(lock))
    direct: dict[str, Requirement] = {
        canonicalize_name(package.name): package
        for package in map(Requirement, tomllib.loads(project)["project"]["dependencies"])
    }
    missing = [f"{pin.name} {pin.version}" for pin in pins if pin.name not in installed]
    missing += [name for name in direct if name not in {pin.name for pin in pins} | set(installed)]
    differing = [pin for pin in pins if installed.get(pin.name, pin.version) != pin.version]
    incompatible = [
        pin
        for pin in differing
        if pin.name in direct and not direct[pin.name].specifier.contains(installed[pin.name])
    ]
    problems = [f"缺少 {_list_names(missing)}"] * bool(missing)
    problems += [
        "版本与锁定的不同："
        + _list_names([f"{pin.name} {installed[pin.name]}（应为 {pin.version}）" for pin in differing])
    ] * bool(differing)
    if missing or incompatible:
        return wrong("软件包", "；".join(problems), REINSTALL)
    if differing:
        return note("软件包", "；".join(problems), f"可以使用，但结果没有按这些版本测试过；{REINSTALL}")
    return fine("软件包", f"{len(direct)} 个直接使用的和另外 {len(pins) - len(direct)} 个，都是锁定的版本")


def _list_names(names: list[str]) -> str:
    more = f" 等 {len(names)} 个" if len(names) > _MAX_NAMES_LISTED else ""
    return "、".join(names[:_MAX_NAMES_LISTED]) + more

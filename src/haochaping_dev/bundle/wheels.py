"""The locked wheels for another platform, downloaded by pip and held against what they ask for."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from email.parser import HeaderParser
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from haochaping.reference.locked_packages import Pin
from haochaping_dev.bundle.target import BundleFailed, Target

_NO_WHEEL = re.compile(r"No matching distribution found for ([A-Za-z0-9._-]+)==")
_NO_NETWORK = re.compile(r"Retrying \(Retry|Could not fetch URL|Connection (?:refused|broken|timed out)")


def download(pins: Iterable[Pin], target: Target, folder: Path) -> list[Path]:
    """Download into `folder` the wheels of all `pins` that `target` needs; returns them by name.

    Raises
    ------
    BundleFailed
        A package has no wheel for the platform, the network cannot be reached, or what was downloaded
        lacks something that a package asks for.
    """
    selections = target.selections(pins)
    lacking: list[str] = []
    had: list[Pin] = []
    for _, chosen in selections:
        lacking += _download([pin for pin in chosen if pin not in had], target, folder)
        had += chosen
    if lacking:
        raise BundleFailed(
            f"以下软件包没有可用于 {target.platform}、Python {target.python} 的安装文件（wheel）："
            f"{'、'.join(dict.fromkeys(lacking))}；请换 PYTHON_VERSION= 试一试，或换一个有安装文件的版本再 make lock"
        )
    wheels = sorted(folder.glob("*.whl"))
    for environment, chosen in selections:
        if unmet := unmet_requirements(wheels, chosen, environment):
            raise BundleFailed(
                f"锁定文件缺少 {target.platform} 需要的软件包：{'；'.join(unmet)}；请先 make lock"
            )
    return wheels


def _download(pins: Sequence[Pin], target: Target, folder: Path) -> list[str]:
    """Download `pins` into `folder`; returns those for which there is no wheel.

    pip names the first of them and stops: it is set aside and the others are asked for again.
    """
    asked, lacking = list(pins), []
    while asked:
        said = _pip_download(asked, target, folder)
        if said is None:
            break
        named = _NO_WHEEL.search(said)
        if _NO_NETWORK.search(said) or named is None:
            last = said.strip().splitlines()[-1:] or ["没有说明原因"]
            raise BundleFailed(f"未能下载安装文件，请检查网络或软件源：{last[0]}")
        name = canonicalize_name(named.group(1))
        lacking += [f"{pin.name} {pin.version}" for pin in asked if pin.name == name]
        asked = [pin for pin in asked if pin.name != name]
    return lacking


def _pip_download(pins: Sequence[Pin], target: Target, folder: Path) -> str | None:
    """One call of pip; None when all went well, else what pip said.

    pip judges markers, and what a package asks for, by the machine it runs on: markers are judged
    before, dependencies are not followed, and the patch release of Python is not held against anything.
    """
    listed = folder / "download.txt"
    listed.write_text("".join(f"{pin.line()}\n" for pin in pins), encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--require-hashes", "--only-binary=:all:", "--no-deps", "--ignore-requires-python"]
    command += ["--implementation", "cp", "--python-version", target.python]
    command += [part for tag in target.tags for part in ("--platform", tag)]
    command += ["--dest", str(folder), "-r", str(listed)]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", errors="replace"
    )
    listed.unlink()
    return done.stderr if done.returncode else None


class _Wheel(NamedTuple):
    version: str
    requires: list[Requirement]


def unmet_requirements(
    wheels: Iterable[Path], pins: Sequence[Pin], environment: Mapping[str, str]
) -> list[str]:
    """What the wheels of `pins` ask for in `environment` and none of them is.

    Extras are followed as far as a wheel asks for one of another.
    """
    there = {(pin.name, pin.version) for pin in pins}
    read = {name: wheel for name, wheel in map(_metadata, wheels) if (name, wheel.version) in there}
    unmet = [f"{name} {version}" for name, version in sorted(there) if name not in read]
    waiting = [(name, "") for name in read]
    seen = set(waiting)
    while waiting:
        name, extra = waiting.pop()
        for wanted in read[name].requires:
            if wanted.marker and not wanted.marker.evaluate({**environment, "extra": extra}):
                continue
            other = canonicalize_name(wanted.name)
            if other not in read or not wanted.specifier.contains(read[other].version, prereleases=True):
                unmet.append(f"{name} 需要 {wanted}")
                continue
            new = {(other, extra) for extra in wanted.extras} - seen
            seen |= new
            waiting += new
    return sorted(dict.fromkeys(unmet))


def _metadata(wheel: Path) -> tuple[str, _Wheel]:
    """Name of a wheel, its version and what it asks for."""
    with zipfile.ZipFile(wheel) as archive:
        inside = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        header = HeaderParser().parsestr(archive.read(inside).decode("utf-8"))
    requires = [Requirement(text) for text in header.get_all("Requires-Dist", [])]
    return canonicalize_name(header["Name"]), _Wheel(header["Version"], requires)

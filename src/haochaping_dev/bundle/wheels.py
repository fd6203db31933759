"""Download the locked wheels for another platform by pip and check that their requirements are met."""

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
    """Download the wheels of all `pins` that `target` needs into `folder`; return their paths in order of name.

    Raises
    ------
    BundleFailed
        A package has no wheel for the platform, the network cannot be reached, or what was downloaded
        lacks something that a package requires.
    """
    selections = target.selections(pins)
    without_wheel: list[str] = []
    downloaded: list[Pin] = []
    for _, chosen in selections:
        without_wheel += _download([pin for pin in chosen if pin not in downloaded], target, folder)
        downloaded += chosen
    if without_wheel:
        raise BundleFailed(
            f"以下软件包没有可用于 {target.platform}、Python {target.python} 的安装文件（wheel）："
            f"{'、'.join(dict.fromkeys(without_wheel))}；请换 PYTHON_VERSION= 试一试，或换一个有安装文件的版本再 make lock"
        )
    wheels = sorted(folder.glob("*.whl"))
    for environment, chosen in selections:
        if unmet := unmet_requirements(wheels, chosen, environment):
            raise BundleFailed(
                f"锁定文件缺少 {target.platform} 需要的软件包：{'；'.join(unmet)}；请先 make lock"
            )
    return wheels


def _download(pins: Sequence[Pin], target: Target, folder: Path) -> list[str]:
    """Download `pins` into `folder`; return those for which there is no wheel.

    pip stops at the first of these and names it: it is left out and the others are requested again.
    """
    requested, without_wheel = list(pins), []
    while requested:
        error_output = _pip_download(requested, target, folder)
        if error_output is None:
            break
        match = _NO_WHEEL.search(error_output)
        if _NO_NETWORK.search(error_output) or match is None:
            last = error_output.strip().splitlines()[-1:] or ["没有说明原因"]
            raise BundleFailed(f"未能下载安装文件，请检查网络或软件源：{last[0]}")
        name = canonicalize_name(match.group(1))
        without_wheel += [f"{pin.name} {pin.version}" for pin in requested if pin.name == name]
        requested = [pin for pin in requested if pin.name != name]
    return without_wheel


def _pip_download(pins: Sequence[Pin], target: Target, folder: Path) -> str | None:
    """Call pip once; return None on success, else its error output.

    pip evaluates markers and requirements for the machine it runs on, not for the target. So markers are evaluated
    before, dependencies are not followed, and the required Python version is ignored.
    """
    requirements_file = folder / "download.txt"
    requirements_file.write_text("".join(f"{pin.line()}\n" for pin in pins), encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--require-hashes", "--only-binary=:all:", "--no-deps", "--ignore-requires-python"]
    command += ["--implementation", "cp", "--python-version", target.python]
    command += [part for tag in target.tags for part in ("--platform", tag)]
    command += ["--dest", str(folder), "-r", str(requirements_file)]
    completed = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", errors="replace"
    )
    requirements_file.unlink()
    return completed.stderr if completed.returncode else None


class _WheelMetadata(NamedTuple):
    version: str
    requires: list[Requirement]


def unmet_requirements(
    wheels: Iterable[Path], pins: Sequence[Pin], environment: Mapping[str, str]
) -> list[str]:
    """Return the requirements of the wheels of `pins` in `environment` that no wheel meets.

    Extras count if a wheel requires them of another.
    """
    pinned = {(pin.name, pin.version) for pin in pins}
    wheels_by_name = {
        name: wheel for name, wheel in map(_read_metadata, wheels) if (name, wheel.version) in pinned
    }
    unmet = [f"{name} {version}" for name, version in sorted(pinned) if name not in wheels_by_name]
    waiting = [(name, "") for name in wheels_by_name]
    visited = set(waiting)
    while waiting:
        name, extra = waiting.pop()
        for wanted in wheels_by_name[name].requires:
            if wanted.marker and not wanted.marker.evaluate({**environment, "extra": extra}):
                continue
            other = canonicalize_name(wanted.name)
            if other not in wheels_by_name or not wanted.specifier.contains(
                wheels_by_name[other].version, prereleases=True
            ):
                unmet.append(f"{name} 需要 {wanted}")
                continue
            new_pairs = {(other, extra) for extra in wanted.extras} - visited
            visited |= new_pairs
            waiting += new_pairs
    return sorted(dict.fromkeys(unmet))


def _read_metadata(wheel: Path) -> tuple[str, _WheelMetadata]:
    """Read the name of a wheel, its version and its requirements."""
    with zipfile.ZipFile(wheel) as archive:
        metadata_name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        header = HeaderParser().parsestr(archive.read(metadata_name).decode("utf-8"))
    requires = [Requirement(text) for text in header.get_all("Requires-Dist", [])]
    return canonicalize_name(header["Name"]), _WheelMetadata(header["Version"], requires)

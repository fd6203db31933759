"""What is packed for which platform: judged without a download, on the project's own lock."""

import platform
import sys
from pathlib import Path

import pytest

from haochaping.reference.locked_packages import Pin, read_pins
from haochaping_dev.bundle.target import PLATFORMS, BundleFailed, Target, this_platform

ROOT = Path(__file__).parents[3]
PINS = read_pins((ROOT / "requirements.txt").read_text(encoding="utf-8"))


def packed(platform_name: str, python: str = "3.11") -> list[Pin]:
    """All pins that are packed for a platform."""
    selections = Target(platform_name, python).selections(PINS)
    return [pin for pin in PINS if any(pin in chosen for _, chosen in selections)]


@pytest.mark.parametrize("name", PLATFORMS)
def test_what_has_no_marker_is_always_packed(name: str) -> None:
    assert {pin for pin in PINS if pin.requirement.marker is None} <= set(packed(name))


def test_windows_gets_its_own_packages_and_none_of_unix() -> None:
    names = {pin.name for pin in packed("win_amd64")}
    assert {"pywinpty", "colorama"} <= names
    assert not {"pexpect", "ptyprocess", "appnope", "brotlicffi"} & names


@pytest.mark.parametrize("name", ["manylinux_x86_64", "manylinux_aarch64"])
def test_linux_gets_its_own_packages_and_none_of_windows(name: str) -> None:
    names = {pin.name for pin in packed(name)}
    assert {"pexpect", "ptyprocess"} <= names
    assert not {"pywinpty", "colorama", "appnope", "brotlicffi"} & names


def test_what_is_left_out_for_windows_is_for_another_system_or_another_python() -> None:
    """Markers read by their words, not by the library that judges them."""
    for pin in set(PINS) - set(packed("win_amd64")):
        marker = str(pin.requirement.marker)
        other_system = 'sys_platform != "win32"' in marker or 'sys_platform == "darwin"' in marker
        other_kind = 'platform_python_implementation != "CPython"' in marker
        other_python = marker in ('python_full_version == "3.12.*"', 'python_full_version >= "3.12"')
        assert other_system or other_kind or other_python, f"{pin.name}: {marker}"


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_each_choice_holds_a_package_once(python: str) -> None:
    for _, chosen in Target("win_amd64", python).selections(PINS):
        names = [pin.name for pin in chosen]
        assert len(names) == len(set(names))


def test_a_marker_on_the_patch_release_of_python_packs_both_versions() -> None:
    lock = "a==1 ; python_full_version < '3.11.5' --hash=sha256:aa\na==2 ; python_full_version >= '3.11.5' --hash=sha256:bb\n"
    pins = read_pins(lock)
    older, newer = Target("win_amd64", "3.11").selections(pins)
    assert [pin.version for pin in older[1]] == ["1"] and older[0]["python_full_version"] == "3.11.0"
    assert [pin.version for pin in newer[1]] == ["2"] and newer[0]["python_full_version"] == "3.11.5"
    assert [len(chosen) for _, chosen in Target("win_amd64", "3.12").selections(pins)] == [1]


def test_wheels_for_linux_may_be_old_but_not_newer_than_glibc_of_the_offices() -> None:
    tags = Target("manylinux_aarch64").tags
    assert tags[0] == "manylinux_2_28_aarch64"
    assert {"manylinux_2_17_aarch64", "manylinux2014_aarch64"} <= set(tags)
    assert Target("win_amd64").tags == ["win_amd64"]


@pytest.mark.parametrize(
    ("name", "python"),
    [("loongarch64", "3.11"), ("win_amd64", "3.9"), ("win_amd64", "3"), ("win_amd64", "3.x")],
)
def test_what_cannot_be_made_is_refused_in_chinese(name: str, python: str) -> None:
    with pytest.raises(BundleFailed, match=r"可用 win_amd64|应写作 3\.11"):
        Target(name, python)


def test_this_platform_is_named_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(platform, "system", lambda: "Windows")
    monkeypatch.setattr(platform, "machine", lambda: "AMD64")
    assert this_platform() == "win_amd64"
    monkeypatch.setattr(platform, "machine", lambda: "ARM64")
    with pytest.raises(BundleFailed, match="PLATFORM="):
        this_platform()
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
    with pytest.raises(BundleFailed, match="glibc"):
        this_platform()

"""The wheels of an archive: the right ones are fetched, and what lacks is named."""

import os
from pathlib import Path

import pytest

from haochaping.reference.locked_packages import read_pins
from haochaping_dev.bundle.target import BundleFailed, Target
from haochaping_dev.bundle.wheels import download, unmet_requirements
from tests.haochaping_dev.bundle.wheels import lock_line, make_wheel

WINDOWS = Target("win_amd64", "3.11")


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all that pip may take wheels from."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_the_wheels_of_the_other_platform_are_fetched(shelf: Path, tmp_path: Path) -> None:
    wanted = [
        make_wheel(shelf, "plain", requires=["colour; sys_platform == 'win32'"]),
        make_wheel(shelf, "native", tag="cp311-cp311-win_amd64"),
        make_wheel(shelf, "colour"),
    ]
    linux = make_wheel(shelf, "native", tag="cp311-cp311-manylinux_2_28_x86_64")
    unix = make_wheel(shelf, "unix")
    lock = lock_line(wanted[0])
    lock += lock_line(wanted[1]).strip() + " --hash=" + lock_line(linux).partition(" --hash=")[2]
    lock += lock_line(wanted[2], "os_name == 'nt'") + lock_line(unix, "os_name != 'nt'")
    fetched = download(read_pins(lock), WINDOWS, tmp_path)
    assert [path.name for path in fetched] == sorted(path.name for path in wanted)


@pytest.mark.slow
def test_all_packages_without_a_wheel_are_named(shelf: Path, tmp_path: Path) -> None:
    lock = lock_line(make_wheel(shelf, "plain"))
    for name in ("first", "second"):
        lock += lock_line(make_wheel(shelf, name, tag="cp311-cp311-macosx_11_0_arm64"))
    with pytest.raises(BundleFailed) as failure:
        download(read_pins(lock), WINDOWS, tmp_path)
    assert "first 1、second 1" in str(failure.value) and "plain" not in str(failure.value)
    assert "win_amd64" in str(failure.value)


def test_a_wheel_with_another_hash_is_not_taken(shelf: Path, tmp_path: Path) -> None:
    wheel = make_wheel(shelf, "plain")
    pins = read_pins(lock_line(wheel))
    make_wheel(shelf, "plain", requires=["more"])
    with pytest.raises(BundleFailed, match="未能下载"):
        download(pins, WINDOWS, tmp_path)
    assert not list(tmp_path.glob("*.whl"))


def test_without_a_network_it_is_the_network_that_is_named(
    shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pins = read_pins(lock_line(make_wheel(tmp_path, "plain")))
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("PIP_RETRIES", "1")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(BundleFailed, match="检查网络"):
        download(pins, WINDOWS, empty)


def test_what_the_lock_forgot_is_told(shelf: Path, tmp_path: Path) -> None:
    wheel = make_wheel(
        shelf, "plain", requires=["forgotten>=2; sys_platform == 'win32'", "unix; os_name == 'posix'"]
    )
    with pytest.raises(BundleFailed, match=r"plain 需要 forgotten>=2") as failure:
        download(read_pins(lock_line(wheel)), WINDOWS, tmp_path)
    assert "unix" not in str(failure.value)


def test_extras_are_followed_and_versions_held_against_what_is_asked(tmp_path: Path) -> None:
    wheels = [
        make_wheel(tmp_path, "top", requires=["middle[more]>=1"]),
        make_wheel(tmp_path, "middle", requires=["deep>=2; extra == 'more'", "never; extra == 'other'"]),
    ]
    environment = WINDOWS.environments()[0]
    pins = read_pins("".join(map(lock_line, wheels)))
    assert unmet_requirements(wheels, pins, environment) == ['middle 需要 deep>=2; extra == "more"']
    old = make_wheel(tmp_path, "deep", "1")
    pins += read_pins(lock_line(old))
    assert unmet_requirements([*wheels, old], pins, environment) == ['middle 需要 deep>=2; extra == "more"']
    new = make_wheel(tmp_path, "deep", "2.1")
    pins[-1:] = read_pins(lock_line(new))
    assert unmet_requirements([*wheels, old, new], pins, environment) == []
    assert unmet_requirements(wheels, pins, environment)[0] == "deep 2.1"

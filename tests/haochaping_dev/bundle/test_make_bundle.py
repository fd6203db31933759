"""``make bundle``: what is asked for arrives as typed, and what an environment happens to hold does not."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="需要 make：apt-get install make")


def asked(*arguments: str, **variables: str) -> str:
    """The command that ``make bundle`` would run, as its arguments arrive."""
    done = subprocess.run(
        ["make", "-C", str(ROOT), "-s", "-o", ".venv/.installed-dev", "bundle", "PY=echo", *arguments],
        env={**os.environ, "MAKEFLAGS": "", **variables},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout.strip()


def test_platform_and_python_are_passed_on() -> None:
    told = asked("PLATFORM=win_amd64", "PYTHON_VERSION=3.12")
    assert told == "-m haochaping_dev.bundle --platform win_amd64 --python 3.12 --output output"


def test_variables_of_containers_and_of_windows_are_not_taken_for_a_wish() -> None:
    assert asked(PLATFORM="x64", PYTHON_VERSION="3.9.1") == asked()


@pytest.mark.parametrize("name", ["PLATFORM", "PYTHON_VERSION"])
@pytest.mark.parametrize("value", ["$(shell touch {})", "`touch {}`", '"; touch {}; "'])
def test_no_command_hidden_in_a_value_is_run(name: str, value: str, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    assert str(mark) in asked(f"{name}={value.format(mark)}")
    asked(**{name: value.format(mark)})
    assert not mark.exists()

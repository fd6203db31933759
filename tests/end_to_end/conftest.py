import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from haochaping_dev.jupyterlab import CHROMIUM_OPTIONS
from tests.shared import made_once, run_here

ROOT = Path(__file__).parents[2]
NO_CHROMIUM = "需要 Chromium：apt-get install chromium"


def build(data: Path, output: Path, quarter: str = "2022Q4") -> subprocess.CompletedProcess[str]:
    """Run ``python -m haochaping quarter`` as a person would."""
    return subprocess.run(
        [sys.executable, "-m", "haochaping", "quarter", quarter, "--data", data, "--output", output],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


def copy_data(folder: Path) -> Path:
    """The project's data without what earlier runs left in it."""
    shutil.copytree(ROOT / "data" / "reference", folder / "reference")
    shutil.copytree(ROOT / "data" / "raw", folder / "raw")
    return folder


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published folder of the real quarter, one for all workers: nobody may change it or the data behind it."""

    def make(root: Path) -> None:
        result = build(copy_data(root / "data"), root / "output")
        assert result.returncode == 0, result.stderr

    return made_once(tmp_path_factory, "built", make) / "output" / "2022Q4"


@pytest.fixture(scope="session")
def series(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated city with two earlier quarters, built; its root, one for all workers."""
    quarters = ("2022Q2", "2023Q1", "2023Q2")

    def make(root: Path) -> None:
        made = run_here("simulate", *quarters, "--out", root / "data", "--seed", "5")
        assert made.returncode == 0, made.stderr
        for quarter in quarters[:-1]:
            tidied = run_here("tidy", quarter, "--data", root / "data", "--output", root / "output")
            assert tidied.returncode == 0, tidied.stderr
        result = build(root / "data", root / "output", quarters[-1])
        assert result.returncode == 0, result.stderr

    return made_once(tmp_path_factory, "series", make)


@pytest.fixture(scope="session", params=["real", "series"])
def briefing(request: pytest.FixtureRequest) -> Path:
    """The page of the real quarter, and the page of a simulated city with earlier quarters."""
    if request.param == "real":
        return request.getfixturevalue("built") / "briefing.html"
    return request.getfixturevalue("series") / "output" / "2023Q2" / "briefing.html"


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium that reaches this machine alone; one for a process, which can have only one."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip(NO_CHROMIUM)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium,
            args=CHROMIUM_OPTIONS,
        )
        yield launched
        launched.close()

"""The archive for an office without a network: made, unpacked, installed and used with the network cut."""

import os
import shutil
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
BASE_PYTHON = Path(sys.base_prefix) / "bin" / f"python{PYTHON}"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="断网用 Linux 的 unshare")]


def cut_off(command: Sequence[str | Path], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `command` in `folder` without any network, and without settings of whoever runs the tests."""
    cut = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON", "UV_"))
    }
    return subprocess.run(
        [*cut, *map(str, command)],
        cwd=folder,
        env={**kept, "PYTHON": str(BASE_PYTHON), "PIP_INDEX_URL": "http://127.0.0.1:9/"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The project of the last commit: packed, unpacked at a place with Chinese and a space, set up cut off."""
    folder = tmp_path_factory.mktemp("bundle")
    command = [sys.executable, "-m", "haochaping_dev.bundle", "--python", PYTHON, "--output", str(folder)]
    made = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=600, check=False)
    assert made.returncode == 0, made.stderr
    (path,) = (folder / "bundle").iterdir()
    office = folder / "某局 办公室"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(office)
    (project,) = office.iterdir()
    done = cut_off(["sh", project / "setup.sh"], folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "有问题 0 项" in done.stdout
    assert done.stdout.splitlines()[-1].endswith(".venv/bin/python -m haochaping quarter 2022Q4")
    yield project
    shutil.rmtree(folder)  # more than a gigabyte, which pytest would keep


def test_the_network_is_really_cut(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        call = f"import socket; socket.create_connection(('127.0.0.1', {port}), 5)"
        assert subprocess.run([BASE_PYTHON, "-c", call], check=False).returncode == 0
        assert cut_off([BASE_PYTHON, "-c", call], tmp_path).returncode != 0


def test_a_quarter_is_made_without_a_network_and_its_page_opens(installed: Path, browser: Any) -> None:
    python = installed / ".venv" / "bin" / "python"
    done = cut_off([python, "-m", "haochaping", "quarter", "2022Q4"], installed)
    assert done.returncode == 0, done.stderr
    page = browser.new_context(offline=True).new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto((installed / "output" / "2022Q4" / "briefing.html").as_uri())
    assert "2022年第四季度" in page.inner_text("h1")
    assert page.locator("table").count() > 5 and page.locator("svg").count() > 5
    assert complaints == []


def test_nothing_is_imported_from_the_folder_of_the_tests(installed: Path) -> None:
    python = installed / ".venv" / "bin" / "python"
    told = cut_off([python, "-c", "import haochaping; print(haochaping.__file__)"], installed.parent)
    assert Path(told.stdout.strip()).is_relative_to(installed)


def test_setup_can_be_run_again_and_mends_what_was_taken_away(installed: Path) -> None:
    python = installed / ".venv" / "bin" / "python"
    assert cut_off([python, "-m", "pip", "uninstall", "-y", "xlsxwriter"], installed).returncode == 0
    ill = cut_off([python, "-m", "haochaping", "doctor"], installed)
    assert ill.returncode == 1 and "缺少 xlsxwriter" in ill.stdout
    again = cut_off(["sh", "setup.sh"], installed)
    assert again.returncode == 0, again.stdout + again.stderr
    assert ".venv 已有" in again.stdout and "有问题 0 项" in again.stdout


def test_a_damaged_wheel_stops_the_set_up_and_is_named(installed: Path) -> None:
    wheel = sorted((installed / "wheels").glob("xlsxwriter-*"))[0]
    content = wheel.read_bytes()
    try:
        wheel.write_bytes(content[:-1])
        done = cut_off(["sh", "setup.sh"], installed)
    finally:
        wheel.write_bytes(content)
    assert done.returncode == 1
    assert wheel.name in done.stdout and "重新解压" in done.stdout and "Traceback" not in done.stderr

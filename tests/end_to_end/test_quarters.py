"""Many quarters in one command."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.conftest import ROOT

pytestmark = pytest.mark.slow

QUARTERS = ("2022Q3", "2022Q4", "2023Q1")


def quarters(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    roots = ["--data", str(root / "data"), "--output", str(root / "output")]
    return subprocess.run(
        [sys.executable, "-m", "haochaping", "quarters", *roots, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("city")
    command = [sys.executable, "-m", "haochaping", "simulate", *QUARTERS, "--out", str(root / "data")]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return root


@pytest.fixture(scope="module")
def run(city: Path) -> subprocess.CompletedProcess[str]:
    """The first run, with a middle quarter that is refused."""
    bulletin = city / "data" / "raw" / "2022Q4" / "bulletin.txt"
    whole = bulletin.read_text(encoding="utf-8")
    bulletin.write_text(whole.replace("\n2 ", "\n7 ", 1), encoding="utf-8")
    result = quarters(city)
    bulletin.write_text(whole, encoding="utf-8")
    return result


def test_one_that_fails_does_not_stop_the_others(city: Path, run: subprocess.CompletedProcess[str]) -> None:
    assert run.returncode == 1, run.stderr
    lines = run.stdout.splitlines()
    assert lines[0].split() == ["季度", "结论", "用时(秒)", "说明"]
    assert [line.split()[0] for line in lines[1:]] == list(QUARTERS)
    assert [line.split()[1] == "失败" for line in lines[1:]] == [False, True, False]
    assert "bulletin.txt" in lines[2] and "Traceback" not in run.stderr
    assert (city / "output" / "2022Q3" / "briefing.html").exists()
    assert not (city / "output" / "2022Q4").exists()


def test_all_are_tidied_before_any_is_built(run: subprocess.CompletedProcess[str]) -> None:
    """What a later quarter is compared with must be there when it is built."""
    said = run.stderr.splitlines()
    read = [i for i, line in enumerate(said) if line.startswith("读入与核对")]
    built = [i for i, line in enumerate(said) if re.search(r"秒（\d/3）$", line)]
    assert sum(line.endswith("/3）") for line in said) == 3, "the one that failed counts too"
    assert len(read) == 3 and len(built) == 2 and max(read) < min(built)


def test_only_what_is_stale_is_built_again(city: Path, run: subprocess.CompletedProcess[str]) -> None:
    """The mended quarter is new, the one after it is now compared with it, the one before has not changed."""
    before = (city / "output" / "2022Q3" / "manifest.json").stat().st_mtime_ns
    result = quarters(city, "--jobs", "1")
    assert result.returncode == 0, result.stderr
    assert [line.split()[-1] for line in result.stdout.splitlines()[1:]] == ["没有变化", "已生成", "已生成"]
    assert (city / "output" / "2022Q3" / "manifest.json").stat().st_mtime_ns == before
    index = (city / "output" / "index.html").read_text(encoding="utf-8")
    assert all(f"{quarter}/briefing.html" in index for quarter in QUARTERS)
    again = quarters(city)
    assert [line.split()[-1] for line in again.stdout.splitlines()[1:]] == ["没有变化"] * 3


def test_the_same_pages_as_one_by_one(
    city: Path, run: subprocess.CompletedProcess[str], tmp_path: Path
) -> None:
    """A kernel that was forked draws what a kernel that was started draws."""
    quarters(city)
    shutil.copytree(city / "data", tmp_path / "data")
    roots = ["--data", str(tmp_path / "data"), "--output", str(tmp_path / "output")]
    subprocess.run(
        [sys.executable, "-m", "haochaping", "quarter", "2023Q1", *roots], check=True, capture_output=True
    )
    pages = [
        (root / "output" / "2023Q1" / "briefing.html").read_text(encoding="utf-8")
        for root in (city, tmp_path)
    ]
    one, other = (re.sub(r"<!--run-->.*?<!--/run-->", "", page, flags=re.DOTALL) for page in pages)
    assert one == other
    manifests = [
        json.loads((root / "output" / "2023Q1" / "manifest.json").read_text(encoding="utf-8"))
        for root in (city, tmp_path)
    ]
    assert manifests[0]["key"] == manifests[1]["key"]


def test_bounds_and_what_is_not_there(city: Path, run: subprocess.CompletedProcess[str]) -> None:
    result = quarters(city, "2023Q1", "2023Q1")
    assert [line.split()[0] for line in result.stdout.splitlines()[1:]] == ["2023Q1"]
    assert "没有资料" not in result.stderr
    beyond = quarters(city, "2023Q1", "2023Q3")
    assert beyond.returncode == 0 and "没有资料的季度，未生成：2023Q2、2023Q3" in beyond.stderr
    assert "2023Q2、2023Q3" in quarters(city, "2023Q1", "2099Q4").stderr.replace(" 等 ", "、等 ")
    nothing = quarters(city, "2024Q1")
    assert nothing.returncode == 2 and "其间没有季度" in nothing.stderr
    assert quarters(city, "--jobs", "0").returncode == 2
    assert quarters(city, "2022").returncode == 2


def test_a_past_that_is_out_of_date_is_told_every_time(
    city: Path, run: subprocess.CompletedProcess[str], tmp_path: Path
) -> None:
    assert quarters(city).returncode == 0
    for root in ("data", "output"):
        shutil.copytree(city / root, tmp_path / root)
    bulletin = tmp_path / "data" / "raw" / "2022Q4" / "bulletin.txt"
    bulletin.write_text(bulletin.read_text(encoding="utf-8").replace("\n2 ", "\n7 ", 1), encoding="utf-8")
    told = "2022年第四季度的资料（bulletin.txt）在整理以后有改动"
    for ending in ("已生成", "没有变化"):
        result = quarters(tmp_path)
        assert result.returncode == 1 and told in result.stderr
        last = result.stdout.splitlines()[-1]
        assert last.startswith("2023Q1") and f"{ending}；用于比较的以前各期有问题" in last
    for name in ("quarter", "verify"):
        roots = ["--data", str(tmp_path / "data"), "--output", str(tmp_path / "output")]
        command = [sys.executable, "-m", "haochaping", name, "2023Q1", *roots]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0 and told in done.stderr

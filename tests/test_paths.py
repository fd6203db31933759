"""Quarters, files and folders as people may give them: nothing leads out of the roots, nothing is run."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.core.errors import InputRefused
from haochaping.core.model import QuarterData
from haochaping.core.paths import Locations, find_locations, quarters_in
from haochaping.core.period import Period
from haochaping.store.tidy_tables import write_tidy
from tests.conftest import ROOT
from tests.shared import run_here

CODE = re.compile(r"[12][0-9]{3}(?:Q[1-4]|M(?:0[1-9]|1[0-2])|H[12]|Y)")
ODD = [
    "资 料",
    "-x",
    "--output",
    "'甲\"",
    "$(touch x)",
    "a;touch x",
    "`touch x`",
    "%20&#",
    "\x1b[31m",
    "..甲",
    "{}",
]
"""Legal names of folders."""
ATTACKS = [
    "$(shell touch x)",
    "$$(touch x)",
    "`touch x`",
    "a; touch x",
    "a\ntouch x",
    "'; touch x; '",
    '"; touch x; "',
]


@given(st.text() | st.from_regex(r"[./\\\\ ]*[0-9]{4}\\s*[Qq][0-9][./\\\\]*") | st.sampled_from(ATTACKS))
def test_what_is_a_quarter_is_a_plain_name(text: str) -> None:
    try:
        quarter = Period.parse(text)
    except InputRefused as refusal:
        assert len(refusal.message) < 600
        return
    assert CODE.fullmatch(str(quarter))
    where = Locations(Path("/data"), Path("/output"))
    assert where.raw(quarter).parent == Path("/data/raw") and where.tidy(quarter).parent == Path("/data/tidy")
    assert where.published(quarter).parent == Path("/output")


@pytest.mark.parametrize(
    "name", ["..2022Q4", "x2022Q4", "2022 Q4 ", "２０２２Q4", "2022q4", ".2022Q4", "2022Q5"]
)
def test_only_folders_of_quarters_count(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir(parents=True)
    assert all(CODE.fullmatch(str(quarter)) for quarter in quarters_in(tmp_path))


# --- make ----------------------------------------------------------------------------------------------------


def make(
    target: str, folder: Path, arguments: dict[str, str], through: str
) -> subprocess.CompletedProcess[str]:
    """Run a target with this interpreter, from values on the command line or in the environment."""
    given = {"DATA": str(folder / "data"), "OUTPUT": str(folder / "output"), **arguments}
    command = ["make", "-C", str(ROOT), "-o", ".venv/.installed", f"PY={sys.executable}", target]
    environment = {**os.environ, "MAKEFLAGS": ""}
    if through == "argument":
        command += [f"{name}={value}" for name, value in given.items()]
    else:
        environment |= given
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False
    )


@pytest.mark.slow
@pytest.mark.parametrize("through", ["argument", "environment"])
@pytest.mark.parametrize("value", ATTACKS)
@pytest.mark.skipif(shutil.which("make") is None, reason="需要 make：apt-get install make")
def test_make_runs_nothing_that_hides_in_a_value(value: str, through: str, tmp_path: Path) -> None:
    for target, names in (("check", ("Q",)), ("proof", ("FILE", "DATA", "OUTPUT"))):
        result = make(target, tmp_path, {"Q": "2022Q4", **dict.fromkeys(names, value)}, through)
        assert result.returncode == 2 and "未能读取" in result.stderr, result.stderr
    assert not list(ROOT.glob("x")) and not list(tmp_path.rglob("x"))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("make") is None, reason="需要 make：apt-get install make")
@pytest.mark.parametrize("name", ODD)
def test_make_takes_any_legal_folder(name: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "data", tmp_path / name)
    result = make("check", tmp_path, {"Q": "2022Q4", "DATA": str(tmp_path / name)}, "argument")
    assert result.returncode == 0 and "2022年第四季度" in result.stdout, result.stderr


# --- odd folders and links -----------------------------------------------------------------------------------


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "haochaping", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ODD)
def test_an_odd_folder_works(name: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "data" / "reference", tmp_path / name / "reference")
    shutil.copytree(ROOT / "data" / "raw", tmp_path / name / "raw")
    result = run_here("tidy", "2022Q4", f"--data={name}", f"--output={name}", cwd=tmp_path)
    assert result.returncode == 0 and "已写入" in result.stderr, result.stderr
    assert "\x1b" not in result.stderr
    assert {path.name for path in tmp_path.iterdir()} == {name}
    assert {path.name for path in (tmp_path / name).iterdir()} == {"reference", "raw", "tidy"}


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="链接需要权限")
def test_a_person_may_link_a_folder_or_a_file_and_the_quarter_stays_inside(tmp_path: Path) -> None:
    """Links are followed for reading; what is written goes into the roots, beside and not through a linked file."""
    data, outside = tmp_path / "data", tmp_path / "outside"
    shutil.copytree(ROOT / "data" / "reference", data / "reference")
    shutil.copytree(ROOT / "data" / "raw" / "2022Q4", outside / "材料")
    (data / "raw").mkdir()
    (data / "raw" / "2022Q4").symlink_to(outside / "材料", target_is_directory=True)
    before = {path: path.read_bytes() for path in outside.rglob("*") if path.is_file()}
    assert run_here("tidy", "2022Q4", f"--data={data}", cwd=tmp_path).returncode == 0
    (data / "raw" / "2022Q4").unlink()
    (data / "raw" / "2022Q4").mkdir()
    (data / "raw" / "2022Q4" / "bulletin.txt").symlink_to(outside / "材料" / "bulletin.txt")
    assert "没有变化" in run_here("tidy", "2022Q4", f"--data={data}", cwd=tmp_path).stderr
    assert {path: path.read_bytes() for path in outside.rglob("*") if path.is_file()} == before


@pytest.mark.skipif(os.name == "nt", reason="链接需要权限")
def test_tidy_tables_are_not_written_through_a_link(real: QuarterData, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("别人的", encoding="utf-8")
    folder = tmp_path / "tidy"
    folder.mkdir()
    for name in ("districts.csv", "districts.part", "about.part"):
        (folder / name).symlink_to(other)
    write_tidy(real, folder)
    assert other.read_text(encoding="utf-8") == "别人的"
    assert not (folder / "districts.csv").is_symlink() and not list(folder.glob("*.part"))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="文件名须是任意字节")
def test_a_file_whose_name_is_no_text_is_refused(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "data" / "reference", tmp_path / "reference")
    (tmp_path / "raw" / "2022Q4").mkdir(parents=True)
    source = ROOT / "data" / "raw" / "2022Q4" / "bulletin.txt"
    shutil.copy(source, os.fsencode(tmp_path / "raw" / "2022Q4") + b"/\xff.txt")
    result = run("tidy", "2022Q4", f"--data={tmp_path}", cwd=tmp_path)
    assert result.returncode == 2 and "\\u{DCFF}.txt" in result.stderr and "文件名" in result.stderr


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="链接需要权限")
def test_a_folder_that_links_to_itself_ends(tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(ROOT / "data" / "reference", data / "reference")
    (data / "raw").mkdir()
    (data / "raw" / "2022Q4").symlink_to(data / "raw" / "2022Q4")
    result = run("check", "2022Q4", f"--data={data}", cwd=tmp_path)
    assert result.returncode == 2 and "不是文件夹，或是断开的链接" in result.stderr, result.stderr


@pytest.mark.parametrize("inside", ["raw", "raw/2022Q4", "tidy/output", "reference"])
def test_output_among_the_data_is_refused(tmp_path: Path, inside: str) -> None:
    with pytest.raises(InputRefused, match="输出应放在资料之外"):
        find_locations(tmp_path / "data", tmp_path / "data" / inside)
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_place_of_the_output_root_is_refused(tmp_path: Path) -> None:
    (tmp_path / "output").write_text("mine")
    result = run_here("index", "--data", tmp_path / "data", "--output", tmp_path / "output")
    assert result.returncode == 2 and "输出根目录应为文件夹" in result.stderr
    assert (tmp_path / "output").read_text() == "mine"

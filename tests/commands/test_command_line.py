"""The command line as a person meets it: exit codes and messages."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.shared import run_here

ROOT = Path(__file__).parents[2]
BULLETIN = (ROOT / "data" / "raw" / "2022Q4" / "bulletin.txt").read_bytes()


def run(*arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """In a process of its own, as a person does; where the process is not what is tested, `run_here` does."""
    return subprocess.run(
        [sys.executable, "-m", "haochaping", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        stdin=subprocess.DEVNULL,
        check=False,
    )


@pytest.fixture
def data(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "data" / "reference", tmp_path / "data" / "reference")
    (tmp_path / "data" / "raw" / "2022Q4").mkdir(parents=True)
    (tmp_path / "output" / "2022Q4").mkdir(parents=True)
    (tmp_path / "output" / "2022Q4" / "briefing.html").write_text("last good output")
    return tmp_path / "data"


def _but_locks(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix != ".lock")


def refused(data: Path, *arguments: str, run: Callable[..., Any] = run_here) -> str:
    """Run ``quarter`` on `data`; it must be refused in Chinese and leave the last output alone."""
    output = data.parent / "output"
    before = _but_locks(output)
    result = run("quarter", *arguments, "--data", data, "--output", output)
    assert result.returncode == 2, result.stderr
    assert result.stdout == "" and "Traceback" not in result.stderr
    assert "未能读取" in result.stderr
    assert _but_locks(output) == before
    assert (output / "2022Q4" / "briefing.html").read_text() == "last good output"
    return result.stderr


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("bulletin.txt", b"", "空文件"),
        ("bulletin.txt", b"%PDF-1.7\n...", "PDF 文件"),
        ("bulletin.txt", b"PK\x03\x04...", "文件已损坏"),
        ("bulletin.txt", b"\x00\x01\x02\xff\xfe\x81" * 9, "不是文本文件"),
        ("bulletin.txt", "没有表格的通报".encode(), "未见任何附件表格"),
        ("bulletin.txt", BULLETIN.replace("第四季度".encode(), "第三季度".encode()), "2022年第三季度"),
        ("bulletin.pdf", b"%PDF-1.7", "未损坏的 PDF 文件"),
        ("bulletin.docx", b"PK\x03\x04", "文件已损坏"),
        ("annexes.xlsx", b"PK\x03\x04", "文件已损坏"),
        ("picture.png", b"\x89PNG", "图片或压缩包"),
    ],
)
def test_bad_files_are_refused_by_name(data: Path, name: str, content: bytes, expected: str) -> None:
    (data / "raw" / "2022Q4" / name).write_bytes(content)
    message = refused(data, "2022Q4")
    assert name in message and expected in message


@pytest.mark.slow
def test_two_bulletins_are_refused(data: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (data / "raw" / "2022Q4" / name).write_bytes(BULLETIN)
    message = refused(data, "2022Q4", run=run)
    assert "a.txt、b.txt" in message


def test_an_empty_and_a_missing_folder_are_refused(data: Path) -> None:
    assert "没有资料" in refused(data, "2022Q4")
    assert "2023Q1" in refused(data, "2023Q1")


def test_office_litter_is_ignored(data: Path) -> None:
    folder = data / "raw" / "2022Q4"
    (folder / "bulletin.txt").write_bytes(BULLETIN)
    for name in ("~$lletin.docx", "Thumbs.db", ".DS_Store"):
        (folder / name).write_bytes(b"x")
    result = run_here("check", "2022Q4", "--data", data)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("quarter", ["../../etc", "2022Q4; touch x", "$(shell touch x)", "2022Q9", ""])
def test_a_quarter_that_is_none_is_refused(data: Path, quarter: str) -> None:
    assert "2022Q4（年份" in refused(data, quarter)


def test_a_quarter_without_data_is_refused_with_what_to_do_and_leaves_nothing(data: Path) -> None:
    assert "make new Q=2023Q1" in refused(data, "2023Q1")
    assert not (data.parent / "output" / ".2023Q1.lock").exists()


@pytest.mark.parametrize(
    ("day", "told"), [("2023-02-30", "没有这一天"), ("20230228", "应写作"), ("2023-2-28", "应写作")]
)
def test_a_day_that_is_none_is_refused(data: Path, day: str, told: str) -> None:
    assert told in refused(data, "2022Q4", "--as-of", day)


@pytest.mark.skipif(shutil.which("make") is None, reason="需要 make：apt-get install make")
def test_make_refuses_a_variable_that_it_does_not_know(data: Path) -> None:
    environment = {**os.environ, "MAKEFLAGS": "", "OUTPUT": str(data.parent / "output"), "NOBODY": "x"}
    refused = (["check", "BYE=x"], 2, "不认识的变量 BYE"), (["quarters", "Q=2022Q4"], 2, "FROM= 和 TO=")
    for arguments, code, told in (*refused, (["-n", "check", "Q=2022Q4", "PYTHON=python3"], 0, "")):
        result = subprocess.run(
            ["make", "-C", str(ROOT), "-o", ".venv/.installed", f"PY={sys.executable}", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        assert result.returncode == code, result.stderr
        assert told in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [[], ["frobnicate"], ["quarter"], ["check", "2022Q4", "--nope"], ["check", "2022Q4", "--as-of", "soon"]],
)
def test_an_unknown_command_or_option_is_refused_in_chinese(arguments: list[str]) -> None:
    result = run_here(*arguments)
    assert result.returncode == 2 and result.stdout == ""
    assert "未能读取" in result.stderr and "usage" not in result.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "value", ["../../etc", "2022Q4; touch x", "$(shell touch x)", "`touch x`", "$$(touch x)"]
)
@pytest.mark.parametrize("through", ["argument", "environment"])
@pytest.mark.skipif(shutil.which("make") is None, reason="需要 make：apt-get install make")
def test_make_runs_no_command_that_hides_in_a_quarter(value: str, through: str, tmp_path: Path) -> None:
    environment = {**os.environ, "OUTPUT": str(tmp_path), "MAKEFLAGS": ""}
    arguments = ["make", "-C", str(ROOT), "check"]
    if through == "argument":
        arguments.append(f"Q={value}")
    else:
        environment["Q"] = value
    result = subprocess.run(
        arguments, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False
    )
    assert result.returncode == 2
    assert "未能读取" in result.stderr
    assert not (ROOT / "x").exists()


@pytest.mark.slow
def test_check_writes_one_json_list_and_nothing_else(data: Path) -> None:
    (data / "raw" / "2022Q4" / "bulletin.txt").write_bytes(BULLETIN)
    result = run("check", "2022Q4", "--json", "--data", data)
    findings = json.loads(result.stdout)
    assert result.returncode == 0 and result.stderr == ""
    assert {
        "id",
        "check",
        "severity",
        "message",
        "matter",
        "arithmetic",
        "cells",
        "suspects",
        "hypothesis",
        "status",
    } == set(findings[0])
    assert run_here("check", "2022Q4", "--strict", "--data", data).returncode == 1


def test_check_says_nothing_on_standard_output_when_refused(data: Path) -> None:
    result = run_here("check", "2022Q4", "--json", "--data", data)
    assert (result.returncode, result.stdout) == (2, "")


@pytest.mark.slow
def test_tidy_writes_once(data: Path) -> None:
    (data / "raw" / "2022Q4" / "bulletin.txt").write_bytes(BULLETIN)
    assert "已写入" in run("tidy", "2022Q4", "--data", data).stderr
    assert "没有变化" in run_here("tidy", "2022Q4", "--data", data).stderr
    assert (data / "tidy" / "2022Q4" / "districts.csv").read_bytes() == (
        ROOT / "data" / "tidy" / "2022Q4" / "districts.csv"
    ).read_bytes()


@pytest.mark.slow
def test_it_works_from_another_folder(data: Path, tmp_path: Path) -> None:
    (data / "raw" / "2022Q4" / "bulletin.txt").write_bytes(BULLETIN)
    assert run("check", "2022q4", "--data", "data", cwd=tmp_path).returncode == 0


def test_simulated_quarters_can_be_used_at_once_and_never_overwrite(tmp_path: Path) -> None:
    out = tmp_path / "simulated"
    assert run_here("simulate", "2024Q1", "2024Q2", "--out", out, "--seed", "3").returncode == 0
    result = run_here("check", "2024Q2", "--data", out)
    assert result.returncode == 0 and "未见须更正" in result.stdout, result.stderr
    again = run_here("simulate", "2024Q1", "--out", out)
    assert again.returncode == 2 and "不是空的" in again.stderr


def test_tidy_tables_are_used_only_without_a_raw_folder_and_it_is_said(data: Path) -> None:
    shutil.copytree(ROOT / "data" / "tidy" / "2022Q4", data / "tidy" / "2022Q4")
    assert run_here("check", "2022Q4", "--data", data).returncode == 2, "the raw folder is empty"
    (data / "raw" / "2022Q4").rmdir()
    result = run_here("check", "2022Q4", "--data", data)
    assert result.returncode == 0 and "依据 data/tidy" in result.stderr


def test_what_the_system_complains_of_is_told_with_its_place(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    import errno

    from haochaping.commands import command_line as cli

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/srv/output/2022Q4")

    monkeypatch.setitem(cli.COMMANDS, "tidy", full)
    assert cli.main(["tidy", "2022Q4"]) == 3
    said = capsys.readouterr().err
    assert (
        "/srv/output/2022Q4：磁盘已满" in said and "上一次的输出没有改动" in said and "No space" not in said
    )

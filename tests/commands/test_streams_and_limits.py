"""Closed or full streams, full disks and narrow limits: the right exit code, and a Chinese message that names the place."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from haochaping.commands import command_line, system_limits
from haochaping.files import full_disk
from haochaping.files.full_disk import named_disk_errors

CHECK = [sys.executable, "-m", "haochaping", "check", "2022Q4"]
NEEDS_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="/dev/full")


def run(shell: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = ["bash", "-c", f'exec "$@" {shell}', "bash", *CHECK]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


@NEEDS_LINUX
@pytest.mark.parametrize(("shell", "why"), [(">&-", "已关闭"), ("> /dev/full", "磁盘已满")])
def test_a_result_that_nobody_could_see_is_a_failure(shell: str, why: str) -> None:
    result = run(shell)
    assert result.returncode == 3
    assert result.stderr.startswith("结果没有显示出来：标准输出写不进") and why in result.stderr
    assert result.stderr.count("\n") == 1, "one message and no traceback"


@NEEDS_LINUX
@pytest.mark.parametrize("shell", ["2>&-", "2> /dev/full"])
def test_progress_that_nobody_sees_makes_no_difference(shell: str) -> None:
    result = run(shell)
    assert result.returncode == 0 and result.stdout.startswith("2022年第四季度：")


def test_file_names_that_cannot_be_chinese_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform != "win32":
        result = run("", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
        assert result.returncode == 3 and "请设 LC_ALL=C.UTF-8" in result.stderr
    monkeypatch.setattr(sys, "getfilesystemencoding", lambda: "ascii")
    with pytest.raises(system_limits.SystemUnfit, match="文件名的编码是 ascii"):
        system_limits.refuse_unfit_system()


@NEEDS_LINUX
@pytest.mark.parametrize(
    ("limit", "why"), [("ulimit -v 900000", "内存限制是 921 MB"), ("ulimit -n 60", "限制是 60 个")]
)
def test_narrow_limits_are_told_before_libraries_end_the_process(limit: str, why: str) -> None:
    result = subprocess.run(
        ["bash", "-c", f'{limit}; exec "$@"', "bash", *CHECK], capture_output=True, text=True, check=False
    )
    assert result.returncode == 3 and result.stdout == ""
    assert result.stderr.startswith("没有运行：") and why in result.stderr and result.stderr.count("\n") == 1


@NEEDS_LINUX
@pytest.mark.slow
def test_the_limits_that_are_asked_for_are_enough(tmp_path: Path) -> None:
    memory, files = system_limits.LEAST_MEMORY // 1024 + 1, system_limits.LEAST_OPEN_FILES
    command = [sys.executable, "-m", "haochaping", "quarter", "2022Q4", "--output", str(tmp_path)]
    script = f'ulimit -v {memory}; ulimit -n {files}; exec "$@"'
    result = subprocess.run(
        ["bash", "-c", script, "bash", *command], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


def test_a_clock_that_is_not_set_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_limits.time, "time", lambda: 157_766_400.0)
    with pytest.raises(system_limits.SystemUnfit, match="系统时钟是 1975-01-01，早于 2000 年；请校准时钟"):
        system_limits.refuse_unfit_system()


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = {tmp_path / "out"}
    monkeypatch.setattr(full_disk, "_free_bytes", lambda place: 0 if place in full else 10**9)
    for expected in (tmp_path / "out", Path(full_disk.tempfile.gettempdir())):
        full.clear()
        full.add(expected)
        with pytest.raises(OSError, match="No space") as raised, named_disk_errors(tmp_path / "out"):
            raise OSError(errno.ENOSPC, "No space left on device")
        assert raised.value.filename == str(expected)


def library_error() -> Exception:
    return RuntimeError(OSError(errno.ENOSPC, "No space left on device", "/disk/x"))


def raised_from() -> Exception:
    error = RuntimeError("close")
    error.__cause__ = OSError(errno.EMFILE, "Too many open files")
    return error


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (library_error, "没有做完，上一次的输出没有改动：/disk/x：磁盘已满"),
        (raised_from, "没有做完，上一次的输出没有改动：同时打开的文件过多，请放宽 ulimit -n"),
        (MemoryError, "内存不足，上一次的输出没有改动"),
        (lambda: RuntimeError("x"), "工具包出错（不是资料的问题）：RuntimeError: x"),
    ],
)
def test_errors_of_the_system_are_no_errors_of_the_kit(
    make: Callable[[], Exception],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object) -> int:
        raise make()

    monkeypatch.setitem(command_line.COMMANDS, "check", fail)
    assert command_line.main(["check", "2022Q4"]) == 3
    assert capsys.readouterr().err.startswith(told)

"""The doctor on this very machine, and on one that lacks something."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOOKED_AT = (
    "Python",
    "运行环境",
    "软件包",
    "内核",
    "字体",
    "资料",
    "输出文件夹",
    "磁盘空间",
    "路径",
    "终端",
    "系统日期",
    "读取单件记录的程序包",
    "连接数据库的程序包",
    "浏览器",
    "LibreOffice",
    "Java",
    "PostgreSQL",
)


def doctor(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "haochaping", "doctor", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


@pytest.mark.slow
def test_everything_is_looked_at_once_and_the_exit_code_follows(tmp_path: Path) -> None:
    result = doctor("--output", tmp_path / "output")
    lines = [line for line in result.stdout.splitlines() if not line.startswith("　")]
    for thing, line in zip(LOOKED_AT, lines, strict=False):
        assert line.split("　")[0] in ("正常", "注意", "有问题"), line
        assert thing in line.split("：")[0], line
    assert len(lines) == len(LOOKED_AT) + 1 and lines[-1].startswith("正常 ")
    wrong = [line for line in lines[:-1] if line.startswith("有问题")]
    assert result.returncode == bool(wrong) and f"有问题 {len(wrong)} 项" in lines[-1]
    assert result.stderr == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_other_roots_are_looked_at_and_a_missing_one_is_wrong(tmp_path: Path) -> None:
    result = doctor("--data", tmp_path / "nothing", "--output", tmp_path)
    assert result.returncode == 1
    assert f"有问题　资料：没有文件夹 {tmp_path / 'nothing'}" in result.stdout
    assert str(tmp_path) in result.stdout


@pytest.mark.slow
def test_it_still_speaks_where_a_package_cannot_be_imported(tmp_path: Path) -> None:
    (tmp_path / "pandas.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'pandas'\", name='pandas')"
    )
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    result = doctor("--output", tmp_path, PYTHONPATH=path)
    assert result.returncode == 1
    assert "缺少软件包 pandas" in result.stdout and "Traceback" not in result.stdout + result.stderr

"""A run as a whole: provenance, verification, what stops it and what it leaves."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from haochaping.files.file_hash import sha256_by_name
from haochaping_dev.faults.faults import published_folder_problems
from tests.end_to_end.conftest import ROOT, build, copy_data

pytestmark = pytest.mark.slow


def command(name: str, root: Path, *rest: str) -> list[str]:
    roots = ["--data", str(root / "data"), "--output", str(root / "output")]
    return [sys.executable, "-m", "haochaping", name, *roots, *rest]


def call(name: str, root: Path, *rest: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(name, root, *rest), cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture(scope="module")
def root(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the built quarter that tests may damage."""
    root = tmp_path_factory.mktemp("run")
    shutil.copytree(built.parents[1] / "data", root / "data")
    shutil.copytree(built.parent, root / "output")
    return root


@pytest.fixture
def stale(built: Path, tmp_path: Path) -> Path:
    """The built quarter, and notes that make it stale."""
    shutil.copytree(built.parents[1] / "data", tmp_path / "data")
    shutil.copytree(built.parent, tmp_path / "output")
    notes = tmp_path / "data" / "raw" / "2022Q4" / "notes.md"
    notes.write_text("## 总体情况\n\n本季说明。\n", encoding="utf-8")
    return tmp_path


def test_the_manifest_says_what_the_output_was_made_from(built: Path) -> None:
    manifest = json.loads((built / "manifest.json").read_text(encoding="utf-8"))
    bulletin = built.parents[1] / "data" / "raw" / "2022Q4" / "bulletin.txt"
    assert manifest["inputs"]["data"]["raw/2022Q4/bulletin.txt"] == sha256_by_name([bulletin])["bulletin.txt"]
    assert manifest["inputs"]["reference"]["reference/rules.toml"]
    assert manifest["parameters"] == {"QUARTER": "2022Q4"}
    assert manifest["versions"]["python"] and manifest["versions"]["pandas"]
    assert set(manifest["seconds"]) >= {"读入与核对", "等待笔记本", "生成网页"}
    assert "by" not in manifest
    page = (built / "briefing.html").read_text(encoding="utf-8")
    run = re.search(r"<!--run-->(.*?)<!--/run-->", page, re.DOTALL)
    assert run and manifest["key"][:16] in run[1]
    assert manifest["inputs"]["data"]["raw/2022Q4/bulletin.txt"][:12] in run[1]
    assert not any(digest in page for digest in manifest["outputs"].values())


def test_the_log_can_be_read(built: Path) -> None:
    lines = (built / "run.log").read_text(encoding="utf-8").splitlines()
    assert any("读入 2022年第四季度资料" in line for line in lines)
    assert any(re.search(r"读入与核对：\d+\.\d\d 秒", line) for line in lines)
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  ", line) for line in lines)


def test_verify_holds_the_output_to_its_inputs(root: Path) -> None:
    good = call("verify", root, "2022Q4")
    assert good.returncode == 0 and "全部相同" in good.stderr and good.stdout == "", good.stderr
    published = root / "output" / "2022Q4"
    before = sha256_by_name([path for path in published.rglob("*") if path.is_file()], published)
    page = published / "briefing.html"
    page.write_text(page.read_text(encoding="utf-8").replace("4,356", "4,357"), encoding="utf-8")
    (published / "findings.csv").unlink()
    bad = call("verify", root, "2022Q4")
    assert bad.returncode == 1
    assert "briefing.html：生成以后被改动过" in bad.stdout and "findings.csv：已没有" in bad.stdout
    after = sha256_by_name([path for path in published.rglob("*") if path.is_file()], published)
    assert {name for name in before if before[name] != after.get(name)} == {"briefing.html", "findings.csv"}
    with (root / "data" / "raw" / "2022Q4" / "bulletin.txt").open("ab") as file:
        file.write(b"\n")
    changed = call("verify", root, "2022Q4")
    assert changed.returncode == 1
    assert "raw/2022Q4/bulletin.txt：内容已变" in changed.stdout and "已过时" in changed.stderr
    assert call("verify", root, "2022Q3").returncode == 2
    printed = call("pdf", root, "2022Q4")
    assert "网页是按以前的资料、设置或程序生成的" in printed.stderr or "没有找到 Chromium" in printed.stderr


def test_a_forged_manifest_is_told(built: Path, tmp_path: Path) -> None:
    shutil.copytree(built.parents[1] / "data", tmp_path / "data")
    shutil.copytree(built.parent, tmp_path / "output")
    path = tmp_path / "output" / "2022Q4" / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**manifest, "verdict": "可送审"}), encoding="utf-8")
    result = call("verify", tmp_path, "2022Q4")
    assert result.returncode == 1 and "manifest.json 的“verdict”" in result.stdout


def test_a_damaged_page_is_made_again_and_what_people_keep_there_stays(stale: Path) -> None:
    (stale / "data" / "raw" / "2022Q4" / "notes.md").unlink()
    published = stale / "output" / "2022Q4"
    good = (published / "briefing.html").read_bytes()
    (published / "briefing.html").write_bytes(good[:300_000])
    (published / "修改稿.docx").write_bytes(b"mine")
    (published / "回收").mkdir()
    (published / "回收" / "批注.txt").write_text("mine")
    result = call("quarter", stale, "2022Q4")
    assert (
        result.returncode == 0
        and "自己存放的文件、文件夹原样保留：修改稿.docx、回收/批注.txt" in result.stderr
    )
    assert len((published / "briefing.html").read_bytes()) > 300_000
    assert (published / "修改稿.docx").read_bytes() == b"mine"
    assert (published / "回收" / "批注.txt").read_text() == "mine"
    assert "没有变化" in call("quarter", stale, "2022Q4").stderr
    (published / "review.xlsx").write_bytes(b"mine")
    verified = call("verify", stale, "2022Q4")
    assert verified.returncode == 0 and "1 个人工改动过的文件没有比较：review.xlsx" in verified.stderr


def test_a_file_that_is_gone_is_made_again(stale: Path) -> None:
    (stale / "data" / "raw" / "2022Q4" / "notes.md").unlink()
    (stale / "output" / "2022Q4" / "annexes.draft.xlsx").unlink()
    assert call("quarter", stale, "2022Q4").returncode == 0
    assert (stale / "output" / "2022Q4" / "annexes.draft.xlsx").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_leaves_nothing(stale: Path, number: signal.Signals) -> None:
    before = (stale / "output" / "2022Q4" / "manifest.json").read_bytes()
    run = subprocess.Popen(
        command("quarter", stale, "2022Q4"),
        stderr=subprocess.PIPE,
        text=True,
        # a shell that runs the tests in the background has Ctrl-C ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while not list((stale / "output").glob(".2022Q4.new/kernel.log")):
        time.sleep(0.02)
        assert run.poll() is None
    time.sleep(1)
    run.send_signal(number)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 3 and "已中断；上一次的输出没有改动" in said and "Traceback" not in said
    assert (stale / "output" / "2022Q4" / "manifest.json").read_bytes() == before
    assert published_folder_problems(stale / "output" / "2022Q4") == ""
    assert sorted(path.name for path in (stale / "output").iterdir()) == [
        ".2022Q4.lock",
        ".index.html.lock",
        "2022Q4",
        "index.html",
    ]


def test_what_a_killed_run_left_goes_with_the_next_command(stale: Path) -> None:
    run = subprocess.Popen(command("quarter", stale, "2022Q4"), stderr=subprocess.PIPE, text=True)
    while not list((stale / "output").glob(".2022Q4.new/kernel.log")):
        time.sleep(0.02)
    run.kill()
    run.communicate()
    assert (stale / "output" / ".2022Q4.new").is_dir() and published_folder_problems(
        stale / "output" / "2022Q4"
    ) == ""
    said = call("index", stale).stderr
    assert "半成品已清除" in said and not (stale / "output" / ".2022Q4.new").exists()


def test_of_two_runs_at_once_one_waits_and_finds_it_done(stale: Path) -> None:
    runs = [
        subprocess.Popen(command("quarter", stale, "2022Q4"), stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [run.communicate(timeout=300)[1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], said
    assert sum("等它结束" in one for one in said) == 1
    assert sum("没有变化，未重新生成" in one for one in said) == 1
    assert published_folder_problems(stale / "output" / "2022Q4") == ""


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounting needs root")
@pytest.mark.parametrize(
    "mount, told",
    [
        ("mount -t tmpfs -o size=4m tmpfs {0} && cp -a {1}/. {0}", "磁盘已满"),
        ("mount --bind {0} {0} && mount -o remount,bind,ro {0}", "只能读不能写"),
    ],
)
def test_where_nothing_can_be_written_the_old_output_stays(stale: Path, mount: str, told: str) -> None:
    output = stale / "output"
    shutil.copytree(output, stale / "kept")
    script = mount.format(output, stale / "kept") + "; " + " ".join(command("quarter", stale, "2022Q4"))
    look = f"; echo exit $?; {sys.executable} -m haochaping_dev.faults.faults --look {output}/2022Q4"
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script + look], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.stdout.split() == ["exit", "3", "looked:"], done.stdout + done.stderr
    assert told in done.stderr and "上一次的输出没有改动" in done.stderr and "Traceback" not in done.stderr


def test_a_broken_folder_is_seen(built: Path, tmp_path: Path) -> None:
    """The judge of the fault tests can itself fail."""
    copy = tmp_path / "2022Q4"
    shutil.copytree(built, copy)
    assert published_folder_problems(copy) == ""
    (copy / "briefing.html").write_bytes((copy / "briefing.html").read_bytes()[:-1])
    (copy / "extra").touch()
    assert published_folder_problems(copy) == "briefing.html; extra"
    (copy / "manifest.json").unlink()
    assert published_folder_problems(copy).startswith("no manifest")


def test_who_ran_it_is_told_only_on_request(tmp_path: Path) -> None:
    copy_data(tmp_path / "data")
    assert call("quarter", tmp_path, "2022Q4", "--by", "<b>某人</b>").returncode == 0
    page = (tmp_path / "output" / "2022Q4" / "briefing.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;某人&lt;/b&gt;" in page
    unchanged = build(tmp_path / "data", tmp_path / "output")
    assert "没有变化" in unchanged.stderr, "who runs it is no input"

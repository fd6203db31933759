"""The bench that strikes at file operations: it strikes where it says, and it sees what is not whole."""

from __future__ import annotations

import random
import shutil
import sys
from pathlib import Path

import pytest

from haochaping_dev.faults import strikes
from haochaping_dev.faults.commands_on_trial import COMMANDS, QUARTER, make_template
from haochaping_dev.faults.strikes import (
    count_operations,
    draw_strikes,
    run_both,
    strike,
    whole_problems,
)

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="需 Linux")]
BY_NAME = {command.name: command for command in COMMANDS}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    make_template(folder / "root")
    return folder / "root"


@pytest.mark.parametrize("name", ["new", "index", "collect"])
def test_a_command_that_is_struck_leaves_all_whole(template: Path, tmp_path: Path, name: str) -> None:
    operations = count_operations(BY_NAME[name], template, tmp_path)
    assert operations > 5
    tried = draw_strikes(operations, 5, random.Random(name))
    results = [strike(BY_NAME[name], kind, at, template, tmp_path) for kind, at in tried]
    assert [result.problems for result in results] == [()] * 5
    beyond = strike(BY_NAME[name], "killed", operations + 1, template, tmp_path)
    assert (
        beyond.code in BY_NAME[name].done
        and strike(BY_NAME[name], "killed", 1, template, tmp_path).code == -9
    )


def test_two_commands_at_once(template: Path, tmp_path: Path) -> None:
    assert run_both(BY_NAME["index"], BY_NAME["pdf"], 3, template, tmp_path).problems == ()


def test_what_is_not_whole_is_seen(template: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    shutil.copytree(template, root)
    assert list(whole_problems(root)) == []
    damages = {
        f"output/{QUARTER}/findings.csv": "published: findings.csv",
        f"output/{QUARTER}/manifest.json": "published: manifest.json",
        f"output/{QUARTER}/briefing.pdf": "PDF: half",
        "output/index.html": "index: half",
        f"data/tidy/{QUARTER}/cells.csv": "tidy: cells.csv",
    }
    for name, problem in damages.items():
        content = (root / name).read_bytes()
        (root / name).write_bytes(content[: len(content) // 2])
        assert any(found.startswith(problem) for found in whole_problems(root)), name
        (root / name).write_bytes(content)
    (root / "data" / "raw" / QUARTER / "annexes.xlsx").write_bytes(b"half")
    (root / "data" / "reference" / "annexes.toml").unlink()
    assert [found.partition(":")[0] for found in whole_problems(root)] == ["raw", "settings"]


def test_what_was_saved_and_is_gone_is_seen(tmp_path: Path) -> None:
    source, log, root = tmp_path / "saved.0", tmp_path / "saved", tmp_path / "root"
    root.mkdir()
    source.write_text("mine")
    target = root / "mine.txt"
    log.write_text(f"{target}\n")
    assert list(strikes._lost({str(target): str(source)}, root, log)) == ["lost what was saved as mine.txt"]
    (root / "mine.new.txt").write_text("mine")
    assert list(strikes._lost({str(target): str(source)}, root, log)) == []

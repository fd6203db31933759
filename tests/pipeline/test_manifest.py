import subprocess
from dataclasses import replace
from datetime import date
from importlib import metadata
from pathlib import Path

import pytest

from haochaping.core.period import Period
from haochaping.pipeline import manifest
from haochaping.pipeline.fingerprint import Inputs
from haochaping.pipeline.manifest import code_state, provenance, run_block, versions

INPUTS = Inputs(
    Period(2022, 4),
    date(2023, 1, 20),
    {
        "data": {"raw/2022Q4/a.txt": "a" * 64},
        "past": {},
        "reference": {"reference/units.csv": "b" * 64},
        "notebook": {"notebooks/briefing.ipynb": "c" * 64},
        "package": {"src/x.py": "d" * 64},
        "lock": {"requirements.txt": "e" * 64},
    },
)


def test_versions_are_those_of_every_direct_dependency() -> None:
    found = versions()
    assert found["pandas"] == metadata.version("pandas")
    assert {"papermill", "nbconvert", "seaborn", "jupyterlab", "python"} <= set(found)


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run(["git", "-C", folder, *who, *arguments], check=True, capture_output=True)


def test_commit_and_whether_the_program_was_as_committed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest, "project_root", lambda: tmp_path)
    assert code_state() is None
    git(tmp_path, "init", "-q")
    (tmp_path / "requirements.txt").write_text("a")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "x")
    state = code_state()
    assert state and state["clean"] and len(state["commit"]) == 40
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "x").touch()
    assert code_state() == state, "what a run writes does not count"
    (tmp_path / "requirements.txt").write_text("b")
    assert code_state() == {**state, "clean": False}


def test_the_block_tells_inputs_and_no_output() -> None:
    told = run_block({**provenance(INPUTS, None), "code": {"commit": "f" * 40, "clean": False}})
    assert "raw/2022Q4/a.txt aaaaaaaaaaaa" in " ".join(told.values())
    assert told["程序"] == "ffffffffffff，另有未提交的修改" and "运行人" not in told
    assert run_block(provenance(INPUTS, "某人"))["运行人"] == "某人"


def test_who_runs_it_is_no_input() -> None:
    assert provenance(INPUTS, "某人")["key"] == provenance(INPUTS, None)["key"] == INPUTS.key


def test_names_of_files_are_made_visible() -> None:
    files = {**INPUTS.files, "data": {"raw/2022Q4/\x1b[31m\u202e.txt": "a" * 64}}
    told = " ".join(run_block(provenance(replace(INPUTS, files=files), None)).values())
    assert "\x1b" not in told and "\u202e" not in told and "u{001B}" in told

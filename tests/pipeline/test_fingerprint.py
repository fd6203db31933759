import json
import os
import shutil
from datetime import date
from pathlib import Path

import grimp
import pytest

import haochaping
from haochaping.core.paths import Locations
from haochaping.core.period import Period
from haochaping.files.file_hash import sha256_by_name
from haochaping.outputs.published.file_names import MANIFEST, PAGE
from haochaping.pipeline import fingerprint
from haochaping.pipeline.fingerprint import OUTSIDE_A_RUN, hash_inputs, is_current

ROOT = Path(__file__).parents[2]
QUARTER = Period(2022, 4)
TODAY = date(2023, 1, 20)


@pytest.fixture
def where(tmp_path: Path) -> Locations:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    return Locations(tmp_path / "data", tmp_path / "output")


def test_touching_a_file_changes_nothing(where: Locations) -> None:
    before = hash_inputs(where, QUARTER, TODAY).key
    os.utime(where.raw(QUARTER) / "bulletin.txt", (0, 0))
    assert hash_inputs(where, QUARTER, TODAY).key == before


@pytest.mark.parametrize("name", ["raw/2022Q4/bulletin.txt", "reference/rules.toml", "reference/units.csv"])
def test_one_changed_byte_changes_the_key(where: Locations, name: str) -> None:
    before = hash_inputs(where, QUARTER, TODAY).key
    with (where.data / name).open("ab") as file:
        file.write(b"\n")
    assert hash_inputs(where, QUARTER, TODAY).key != before


def test_another_quarter_is_another_key(where: Locations) -> None:
    assert hash_inputs(where, QUARTER, TODAY).key != hash_inputs(where, QUARTER.previous, TODAY).key


def test_another_day_is_another_key(where: Locations) -> None:
    assert hash_inputs(where, QUARTER, TODAY).key != hash_inputs(where, QUARTER, date(2023, 2, 1)).key


def test_answers_and_earlier_quarters_count(where: Locations) -> None:
    before = hash_inputs(where, QUARTER, TODAY).key
    (where.raw(QUARTER) / "review.csv").write_text("编号\n", encoding="utf-8")
    answered = hash_inputs(where, QUARTER, TODAY).key
    shutil.copytree(where.tidy(QUARTER), where.tidy(QUARTER.previous))
    assert len({before, answered, hash_inputs(where, QUARTER, TODAY).key}) == 3


def test_the_source_of_an_earlier_quarter_counts_beside_its_tidy_tables(where: Locations) -> None:
    """The page says when it was changed since it was tidied."""
    for folder in (where.tidy, where.raw):
        shutil.copytree(folder(QUARTER), folder(QUARTER.previous))
    before = hash_inputs(where, QUARTER, TODAY).key
    (where.raw(QUARTER.previous) / "bulletin.txt").write_bytes(b"")
    assert hash_inputs(where, QUARTER, TODAY).key != before


@pytest.fixture
def project(tmp_path: Path, where: Locations, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project whose files a test may change."""
    for name in ("src", "notebooks", "tests/pipeline"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "requirements.txt", tmp_path)
    monkeypatch.setattr(fingerprint, "project_root", lambda: tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "name, is_input",
    [
        ("src/haochaping_dev/bench/bench_run.py", False),
        ("src/haochaping_dev/fuzz/noise.py", False),
        ("tests/pipeline/test_fingerprint.py", False),
        ("src/haochaping/doctor/examine.py", False),
        ("src/haochaping/outputs/index/template/index.html.j2", False),
        ("src/haochaping/figures/compute_figures.py", True),
        ("src/haochaping/present/sentence_templates/page/summary.j2", True),
        ("src/haochaping/outputs/page/template/style.css", True),
        ("src/haochaping/statistics/concentration.py", True),
        ("notebooks/briefing.ipynb", True),
        ("requirements.txt", True),
    ],
)
def test_a_comment_rebuilds_only_where_it_can_change_an_output(
    project: Path, where: Locations, name: str, is_input: bool
) -> None:
    before = hash_inputs(where, QUARTER, TODAY).key
    with (project / name).open("a", encoding="utf-8") as file:
        file.write("# a comment\n")
    assert (hash_inputs(where, QUARTER, TODAY).key != before) is is_input


def test_what_is_left_out_of_the_key_is_what_a_run_never_imports() -> None:
    """A run imports from the runner and the kernel; the notebook, from what the package offers.

    The index of all quarters is brought up to date at the end of a run and has a key of its own.
    """
    graph = grimp.build_graph("haochaping", exclude_type_checking_imports=True, cache_dir=None)
    graph.remove_module("haochaping.pipeline.update_index")
    offered = {f"haochaping.{module}" for module in haochaping._EXPORTS.values()}
    reached: set[str] = set()
    ahead = {"haochaping.pipeline.run_quarter", "haochaping.pipeline.kernel_process", *offered}
    ahead |= graph.find_children("haochaping.statistics")
    while ahead:
        reached |= ahead
        ahead = {one for module in ahead for one in graph.find_modules_directly_imported_by(module)} - reached
    source = ROOT / "src" / "haochaping"
    paths = {path.relative_to(source).as_posix(): path for path in source.rglob("*.py")}
    files = {name for name, path in paths.items() if path.name != "__init__.py"}
    imported = {name for name in files if f"haochaping.{name[:-3].replace('/', '.')}" in reached}
    assert {name for name in files if name.startswith(OUTSIDE_A_RUN)} == files - imported
    assert all(any(name.startswith(part) for name in files) for part in OUTSIDE_A_RUN)


def test_a_new_paper_gets_its_name_back_when_the_edited_one_is_gone(tmp_path: Path) -> None:
    names = (PAGE, "review.xlsx", "review.new.xlsx")
    for name in names:
        (tmp_path / name).write_text(name)
    outputs = sha256_by_name([tmp_path / PAGE, tmp_path / "review.new.xlsx"])
    (tmp_path / MANIFEST).write_text(json.dumps({"key": "k", "outputs": outputs}))
    assert is_current(tmp_path, "k") and not is_current(tmp_path, "other")
    (tmp_path / "review.xlsx").unlink()
    assert not is_current(tmp_path, "k")

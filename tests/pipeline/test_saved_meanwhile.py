"""People save files while a quarter is made: what is published is made from what was hashed, and nothing saved is lost."""

from __future__ import annotations

import datetime
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from haochaping.core.errors import InputRefused
from haochaping.core.paths import Locations
from haochaping.core.period import Period
from haochaping.files.file_hash import file_sha256
from haochaping.outputs.published.file_names import MANIFEST
from haochaping.pipeline import build_quarter
from haochaping.pipeline.fingerprint import changed_inputs, hash_inputs
from haochaping.pipeline.leftovers import recover_interrupted
from haochaping.pipeline.run_quarter import publish_quarter

QUARTER = Period(2022, 4)
PAST_DAY = datetime.date(2023, 3, 1)
PROJECT_DATA = Path(__file__).parents[2] / "data"


@pytest.fixture
def where(tmp_path: Path) -> Locations:
    for name in ("raw", "reference"):
        shutil.copytree(PROJECT_DATA / name, tmp_path / "data" / name)
    return Locations(tmp_path / "data", tmp_path / "output")


def save_during_the_build(monkeypatch: pytest.MonkeyPatch, save: Callable[[], None], times: int = 1) -> None:
    """Let somebody save at the end of the next builds."""
    really, left = build_quarter.build, iter(range(times))

    def build(*arguments: Any) -> Any:
        built = really(*arguments)
        if next(left, None) is not None:
            save()
        return built

    monkeypatch.setattr(build_quarter, "build", build)


def test_every_change_of_an_input_is_seen(where: Locations) -> None:
    bulletin = next(path for path in where.raw(QUARTER).iterdir() if path.suffix == ".txt")
    inputs = hash_inputs(where, QUARTER, PAST_DAY)
    assert changed_inputs(where, inputs) == []
    content, times = bulletin.read_bytes(), bulletin.stat()
    bulletin.write_bytes(content.replace(b"1", b"2", 1))
    bulletin.write_bytes(content)
    os.utime(bulletin, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert changed_inputs(where, inputs) == [str(bulletin)], "even if what it held is back"
    inputs = hash_inputs(where, QUARTER, PAST_DAY)
    added = where.raw(QUARTER) / "notes.md"
    added.write_text("## 总体情况\n\n无。\n", encoding="utf-8")
    assert changed_inputs(where, inputs) == [str(added)]


@pytest.mark.slow
def test_an_input_that_changes_and_changes_back_is_read_again(
    where: Locations, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that reads another number than the one under its key publishes nothing of it."""
    bulletin = next(path for path in where.raw(QUARTER).iterdir() if path.suffix == ".txt")
    right = bulletin.read_text("utf-8")
    wrong = right.replace("9069695", "9069605")
    assert wrong != right

    really, reads = build_quarter.build, []

    def build(*arguments: Any) -> Any:
        if not reads:
            bulletin.write_text(wrong, encoding="utf-8")
        built = really(*arguments)
        if not reads:
            bulletin.write_text(right, encoding="utf-8")
        reads.append(built.data.figure("records")["value"])
        return built

    monkeypatch.setattr(build_quarter, "build", build)
    said: list[str] = []
    publish_quarter(where, QUARTER, said.append)
    assert reads == [9069605, 9069695]
    assert any("生成期间有文件改动" in line and bulletin.name in line for line in said)
    manifest = json.loads((where.published(QUARTER) / MANIFEST).read_text("utf-8"))
    assert file_sha256(bulletin) in manifest["inputs"]["data"].values()
    assert "9,069,605" not in (where.published(QUARTER) / "briefing.html").read_text("utf-8")


@pytest.mark.slow
def test_a_paper_saved_during_a_run_stays(where: Locations, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_quarter(where, QUARTER, lambda _: None)
    review = where.published(QUARTER) / "review.xlsx"

    def save() -> None:
        review.write_bytes(b"what a person saved")
        review.chmod(0o600)
        (review.parent / "mine.txt").write_text("mine")

    (where.raw(QUARTER) / "notes.md").write_text("## 总体情况\n\n无。\n", encoding="utf-8")
    save_during_the_build(monkeypatch, save)
    said: list[str] = []
    publish_quarter(where, QUARTER, said.append)
    assert review.read_bytes() == b"what a person saved" and review.stat().st_mode & 0o777 == 0o600
    assert (review.parent / "mine.txt").read_text() == "mine"
    assert any(f"{review} 改动过，原样保留" in line for line in said)


@pytest.mark.slow
def test_a_paper_saved_at_the_last_moment_stays(where: Locations, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the last look at the folder, before it is exchanged."""
    from haochaping.files import swap_folder

    publish_quarter(where, QUARTER, lambda _: None)
    review = where.published(QUARTER) / "review.xlsx"
    really = swap_folder.swap_in

    def save_and_swap(new: Path, published: Path) -> Path:
        if published == where.published(QUARTER):
            review.write_bytes(b"what a person saved")
            (published / "findings.csv").write_text("changed")
            os.mkfifo(published / "pipe")
        return really(new, published)

    monkeypatch.setattr(swap_folder, "swap_in", save_and_swap)
    (where.raw(QUARTER) / "notes.md").write_text("## 总体情况\n\n无。\n", encoding="utf-8")
    said: list[str] = []
    publish_quarter(where, QUARTER, said.append)
    kept = where.published(QUARTER) / "review.new.xlsx"
    assert kept.read_bytes() == b"what a person saved"
    assert any(line.startswith("review.xlsx 是运行期间保存的，没有丢") and str(kept) in line for line in said)
    assert "changed" in [path.read_text("utf-8-sig") for path in kept.parent.glob("findings*.csv")]
    assert (kept.parent / "pipe").is_fifo()


@pytest.mark.slow
def test_files_that_never_come_to_rest_are_refused(where: Locations, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = where.raw(QUARTER) / "notes.md"
    save_during_the_build(
        monkeypatch, lambda: notes.write_text("## 总体情况\n\n无。\n", encoding="utf-8"), times=9
    )
    with pytest.raises(InputRefused, match="一再有文件改动"):
        publish_quarter(where, QUARTER, lambda _: None)
    assert not where.published(QUARTER).exists()


@pytest.mark.slow
def test_a_plain_file_in_the_place_of_the_published_folder_is_refused(where: Locations) -> None:
    where.output.mkdir()
    where.published(QUARTER).write_text("mine")
    with pytest.raises(InputRefused, match="这里应为文件夹"):
        publish_quarter(where, QUARTER, lambda _: None)
    assert where.published(QUARTER).read_text() == "mine"


def test_tidy_tables_of_an_interrupted_run_are_cleaned_too(where: Locations) -> None:
    left = where.data / "tidy" / f".{QUARTER}.new"
    left.mkdir(parents=True)
    said: list[str] = []
    recover_interrupted(where, said.append)
    assert not left.exists() and said == [f"{QUARTER}：上一次运行没有做完，留下的半成品已清除"]


@pytest.mark.slow
def test_a_pdf_of_a_person_and_what_is_in_the_way_of_an_output_go_aside(where: Locations) -> None:
    """Also a second time, and a pipe that was there long before is not told as saved meanwhile."""
    publish_quarter(where, QUARTER, lambda _: None)
    folder = where.published(QUARTER)
    for number, text in enumerate(("a", "b")):
        (folder / "briefing.pdf").write_text(f"mine {text}")
        (folder / "findings.json").unlink(missing_ok=True)
        (folder / "findings.json").mkdir()
        (folder / "findings.json" / text).write_text(text)
        (folder / "findings.csv").write_text(text)
        if not number:
            os.mkfifo(folder / "pipe")
        (where.raw(QUARTER) / "notes.md").write_text(f"## 总体情况\n\n{text}。\n", encoding="utf-8")
        said: list[str] = []
        publish_quarter(where, QUARTER, said.append)
        assert not any("是运行期间保存的" in line for line in said), said
    held = {path.read_bytes() for path in (folder / "changed").rglob("*") if path.is_file()}
    assert held >= {b"mine a", b"mine b", b"a", b"b"} and (folder / "pipe").is_fifo()
    assert (folder / "findings.json").is_file() and not (folder / "briefing.pdf").exists()


@pytest.mark.slow
@pytest.mark.parametrize("place", ["broken", "loop", "file"])
def test_a_raw_folder_that_is_no_folder_is_refused_where_tidy_tables_are(
    where: Locations, place: str
) -> None:
    """A share that is not mounted: the explanations beside the source would drop out in silence."""
    publish_quarter(where, QUARTER, lambda _: None)
    raw = where.raw(QUARTER)
    shutil.rmtree(raw)
    if place == "file":
        raw.write_text("x")
    else:
        raw.symlink_to(raw if place == "loop" else "/nowhere")
    with pytest.raises(InputRefused, match="不是文件夹，或是断开的链接"):
        publish_quarter(where, QUARTER, lambda _: None)
    assert (where.published(QUARTER) / "briefing.html").exists()

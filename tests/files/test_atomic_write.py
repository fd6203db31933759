from pathlib import Path

import pytest

from haochaping.files import atomic_write as whole
from haochaping.files.atomic_write import (
    atomic_write,
    interrupted_folders,
    recover,
    stage_and_swap_in,
    swap_in,
)


def fill(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "page").write_text(text)
    return folder


@pytest.mark.parametrize("atomic", [True, False])
def test_the_new_folder_takes_the_place_of_the_old(
    tmp_path: Path, atomic: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not atomic:
        monkeypatch.setattr(whole, "_exchange", lambda *_: False)
    published = fill(tmp_path / "out", "old")
    swap_in(fill(tmp_path / "new", "new"), published)
    assert (published / "page").read_text() == "new"


def test_a_run_that_fails_leaves_the_old_folder_whole_and_nothing_else(tmp_path: Path) -> None:
    published = fill(tmp_path / "out", "old")
    with pytest.raises(RuntimeError), stage_and_swap_in(published) as aside:
        fill(aside, "half")
        raise RuntimeError
    assert (published / "page").read_text() == "old"
    assert list(tmp_path.iterdir()) == [published]


def test_a_run_that_succeeds_leaves_nothing_beside(tmp_path: Path) -> None:
    published = fill(tmp_path / "out", "old")
    with stage_and_swap_in(published) as aside:
        fill(aside, "new")
    assert (published / "page").read_text() == "new"
    assert list(tmp_path.iterdir()) == [published]


def test_a_run_cut_off_while_building_is_cleaned(tmp_path: Path) -> None:
    published = fill(tmp_path / "out", "old")
    fill(tmp_path / ".out.new", "half")
    assert interrupted_folders(tmp_path) == [published]
    assert recover(published) and not recover(published)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (published / "page").read_text() == "old"


def test_a_run_cut_off_between_two_renames_gives_the_old_folder_back(tmp_path: Path) -> None:
    fill(tmp_path / ".out.old", "old")
    fill(tmp_path / ".out.new", "new")
    assert interrupted_folders(tmp_path) == [tmp_path / "out"]
    assert recover(tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out" / "page").read_text() == "old"


def test_what_is_no_half_done_folder_is_left_alone(tmp_path: Path) -> None:
    fill(tmp_path / ".git", "x")
    (tmp_path / ".out.lock").touch()
    assert interrupted_folders(tmp_path) == []


def test_a_file_is_the_old_one_or_the_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "index.html"
    atomic_write(path, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(whole.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        atomic_write(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_links_are_replaced_and_what_they_lead_to_is_left_alone(tmp_path: Path) -> None:
    elsewhere = fill(tmp_path / "elsewhere", "mine")
    root = tmp_path / "root"
    root.mkdir()
    (root / "out").symlink_to(elsewhere, target_is_directory=True)
    with stage_and_swap_in(root / "out") as aside:
        fill(aside, "new")
    (root / ".index.html.part").symlink_to(elsewhere / "page")
    atomic_write(root / "index.html", b"index")
    assert (elsewhere / "page").read_text() == "mine"
    assert sorted(path.name for path in root.iterdir()) == ["index.html", "out"]

from pathlib import Path

import pytest

from haochaping.files import swap_folder
from haochaping.files.swap_folder import interrupted_folders, recover, stage_and_swap_in, swap_in


def fill(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "page").write_text(text)
    return folder


@pytest.mark.parametrize("atomic", [True, False])
def test_the_new_folder_takes_the_place_of_the_old(
    tmp_path: Path, atomic: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not atomic:
        monkeypatch.setattr(swap_folder, "_exchange_atomically", lambda *_: False)
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


def test_a_linked_folder_is_replaced_and_what_it_leads_to_is_left_alone(tmp_path: Path) -> None:
    elsewhere = fill(tmp_path / "elsewhere", "mine")
    root = tmp_path / "root"
    root.mkdir()
    (root / "out").symlink_to(elsewhere, target_is_directory=True)
    with stage_and_swap_in(root / "out") as staging:
        fill(staging, "new")
    assert (elsewhere / "page").read_text() == "mine"
    assert [path.name for path in root.iterdir()] == ["out"]

from pathlib import Path

import pytest

from haochaping.core.errors import InputRefused
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
        monkeypatch.setattr(swap_folder, "exchange", lambda *_: False)
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


def test_a_link_stays_and_the_folder_that_it_leads_to_is_replaced(tmp_path: Path) -> None:
    elsewhere = fill(tmp_path / "elsewhere", "mine")
    root = tmp_path / "root"
    root.mkdir()
    (root / "out").symlink_to(elsewhere, target_is_directory=True)
    with stage_and_swap_in(root / "out") as staging:
        fill(staging, "new")
    assert (root / "out").is_symlink() and (elsewhere / "page").read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elsewhere", "root"]


def test_a_file_or_a_broken_link_in_the_place_is_refused_and_stays(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(InputRefused, match="是文件"), stage_and_swap_in(tmp_path / "out"):
        pass
    assert (tmp_path / "out").read_text() == "mine"


def test_modes_stay(tmp_path: Path) -> None:
    published = fill(tmp_path / "out", "old")
    published.chmod(0o700)
    (published / "page").chmod(0o600)
    with stage_and_swap_in(published) as staging:
        fill(staging, "new")
        (staging / "other").write_text("new")
    assert published.stat().st_mode & 0o777 == 0o700
    assert (published / "page").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("atomic", [True, False])
def test_what_is_in_the_old_folder_may_be_kept_after_the_swap_or_after_a_kill(
    tmp_path: Path, atomic: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not atomic:
        monkeypatch.setattr(swap_folder, "exchange", lambda *_: False)
    published = fill(tmp_path / "out", "old")

    def keep(old: Path, new: Path) -> None:
        if (old / "late").exists():
            (old / "late").rename(new / "late")

    with stage_and_swap_in(published, keep) as staging:
        fill(staging, "new")
        (published / "late").write_text("mine")
    assert (published / "late").read_text() == "mine" and (published / "page").read_text() == "new"
    fill(tmp_path / ".out.new", "old")
    (published / "late").rename(tmp_path / ".out.new" / "late")
    assert recover(published, keep)
    assert (published / "late").read_text() == "mine" and list(tmp_path.iterdir()) == [published]

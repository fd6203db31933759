from pathlib import Path

import pytest

from haochaping import whole
from haochaping.whole import staged, swap


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
    swap(fill(tmp_path / "new", "new"), published)
    assert (published / "page").read_text() == "new"


def test_a_run_that_fails_leaves_the_old_folder_whole_and_nothing_else(tmp_path: Path) -> None:
    published = fill(tmp_path / "out", "old")
    with pytest.raises(RuntimeError), staged(published) as aside:
        fill(aside, "half")
        raise RuntimeError
    assert (published / "page").read_text() == "old"
    assert list(tmp_path.iterdir()) == [published]


def test_a_run_that_succeeds_leaves_nothing_beside(tmp_path: Path) -> None:
    published = fill(tmp_path / "out", "old")
    with staged(published) as aside:
        fill(aside, "new")
    assert (published / "page").read_text() == "new"
    assert list(tmp_path.iterdir()) == [published]

from pathlib import Path

import pytest

from haochaping.files import atomic_write as module
from haochaping.files.atomic_write import (
    atomic_write,
    leftover,
    remove_leftover,
    replace_read_file,
    write_new,
)
from haochaping.files.file_hash import file_sha256


def test_a_file_is_the_old_one_or_the_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "index.html"
    atomic_write(path, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        atomic_write(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_in_the_way_is_replaced_and_what_it_leads_to_is_left_alone(tmp_path: Path) -> None:
    elsewhere = tmp_path / "page"
    elsewhere.write_text("mine")
    (tmp_path / ".index.html.part").symlink_to(elsewhere)
    atomic_write(tmp_path / "index.html", b"index")
    assert elsewhere.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.html", "page"]


def test_a_file_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "index.html"
    atomic_write(path, b"old")
    path.chmod(0o600)
    atomic_write(path, b"new")
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("links", [True, False])
def test_a_new_file_never_takes_the_place_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:

        def none(*_: object) -> None:
            raise OSError

        monkeypatch.setattr(module.os, "link", none)
    assert write_new(tmp_path / "a", b"first") and not write_new(tmp_path / "a", b"second")
    assert (tmp_path / "a").read_bytes() == b"first"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("exchanged", [True, False])
def test_a_file_saved_since_it_was_read_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchanged: bool
) -> None:
    if not exchanged:
        monkeypatch.setattr(module, "exchange", lambda *_: False)
    path = tmp_path / "review.xlsx"
    path.write_bytes(b"read")
    was_read = file_sha256(path)
    path.write_bytes(b"saved since")
    assert not replace_read_file(path, b"new", was_read) and path.read_bytes() == b"saved since"
    path.write_bytes(b"read")
    assert replace_read_file(path, b"new", was_read) and path.read_bytes() == b"new"
    assert not replace_read_file(path, b"newer", None) and path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_saved_at_the_last_moment_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look and the exchange."""
    path = tmp_path / "review.xlsx"
    path.write_bytes(b"read")
    was_read, really = file_sha256(path), module.exchange
    saves = iter([b"saved late"])

    def save_first(first: Path, second: Path) -> bool:
        for content in saves:
            second.write_bytes(content)
        return really(first, second)

    monkeypatch.setattr(module, "exchange", save_first)
    assert not replace_read_file(path, b"new", was_read) and path.read_bytes() == b"saved late"


def test_a_leftover_that_cannot_be_removed_does_not_undo_what_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "review.xlsx"
    path.write_bytes(b"read")
    removed = Path.unlink

    def unlink(self: Path, missing_ok: bool = False) -> None:
        if self.exists() and self.read_bytes() == b"read":
            raise PermissionError(13, "Permission denied")
        removed(self, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)
    assert replace_read_file(path, b"new", file_sha256(path))
    assert path.read_bytes() == b"new"
    monkeypatch.undo()
    left = leftover(path)
    assert left is not None and left.read_bytes() == b"read"
    remove_leftover(path)
    assert leftover(path) is None

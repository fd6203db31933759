import hashlib
import os
from pathlib import Path

import pytest

from haochaping.files import file_hash
from haochaping.files.file_hash import file_sha256, sha256_by_name


@pytest.mark.parametrize("size", [0, 1, 3_000_000], ids=str)
def test_the_hash_of_a_file_is_that_of_its_content(tmp_path: Path, size: int) -> None:
    path = tmp_path / "records.csv"
    path.write_bytes(b"x" * size)
    assert file_sha256(path) == hashlib.sha256(b"x" * size).hexdigest()


def test_a_large_file_is_read_once_until_it_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, read = tmp_path / "records.parquet", []
    monkeypatch.setattr(file_hash, "_SETTLED_NS", 0)
    monkeypatch.setattr(file_hash, "_sha256", lambda path: read.append(path) or path.read_bytes()[:1].hex())
    path.write_bytes(b"x" * (1 << 24))
    assert [file_sha256(path), file_sha256(path), len(read)] == ["78", "78", 1]
    state = path.stat()
    path.write_bytes(b"y" * (1 << 24))
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))  # as a copy may have it
    assert [file_sha256(path), len(read)] == ["79", 2]


def test_a_large_file_changed_just_now_is_read_every_time(tmp_path: Path) -> None:
    path = tmp_path / "records.parquet"
    path.write_bytes(b"x" * (1 << 24))
    first = file_sha256(path)
    path.write_bytes(b"y" * (1 << 24))
    assert file_sha256(path) != first


def test_files_go_by_name_or_by_their_path_in_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "sheets" / "通报.csv"
    path.parent.mkdir()
    path.write_text("一", encoding="utf-8")
    digest = file_sha256(path)
    assert sha256_by_name([path]) == {"通报.csv": digest}
    assert sha256_by_name([path], tmp_path) == {"sheets/通报.csv": digest}

import hashlib
from pathlib import Path

import pytest

from haochaping.files.file_hash import file_sha256, sha256_by_name


@pytest.mark.parametrize("size", [0, 1, 3_000_000], ids=str)
def test_the_hash_of_a_file_is_that_of_its_content(tmp_path: Path, size: int) -> None:
    path = tmp_path / "records.csv"
    path.write_bytes(b"x" * size)
    assert file_sha256(path) == hashlib.sha256(b"x" * size).hexdigest()


def test_files_go_by_name_or_by_their_path_in_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "sheets" / "通报.csv"
    path.parent.mkdir()
    path.write_text("一", encoding="utf-8")
    digest = file_sha256(path)
    assert sha256_by_name([path]) == {"通报.csv": digest}
    assert sha256_by_name([path], tmp_path) == {"sheets/通报.csv": digest}

import hashlib
import os
import time
from pathlib import Path

import pytest

from haochaping.publish import hashes
from haochaping.publish.hashes import MEMORY, Hashes

OLD = time.time() - 3600


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten bytes are large here."""
    monkeypatch.setattr(hashes, "LARGE_BYTES", 10)


def large(folder: Path, content: bytes = b"x" * 20, changed: float = OLD) -> Path:
    path = folder / "records.csv"
    path.write_bytes(content)
    os.utime(path, (changed, changed))
    return path


def asked(output: Path, path: Path) -> str:
    memory = Hashes(output)
    digest = memory.of(path)
    memory.keep()
    return digest


def test_size_and_time_vouch_for_a_large_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = large(tmp_path)
    digest = asked(tmp_path / "output", path)
    assert digest == hashlib.sha256(b"x" * 20).hexdigest()
    monkeypatch.setattr(hashes.hashlib, "file_digest", lambda *_: pytest.fail("hashed again"))
    assert asked(tmp_path / "output", path) == digest


@pytest.mark.parametrize("content, changed", [(b"y" * 20, OLD + 5), (b"x" * 21, OLD)])
def test_another_time_or_size_is_hashed_again(tmp_path: Path, content: bytes, changed: float) -> None:
    before = asked(tmp_path / "output", large(tmp_path))
    after = asked(tmp_path / "output", large(tmp_path, content, changed))
    assert after == hashlib.sha256(content).hexdigest() != before


def test_a_file_that_has_just_changed_is_not_remembered(tmp_path: Path) -> None:
    asked(tmp_path / "output", large(tmp_path, changed=time.time()))
    assert not (tmp_path / "output" / MEMORY).exists()


def test_a_file_from_the_future_is_not_remembered(tmp_path: Path) -> None:
    """After the clock was set back."""
    asked(tmp_path / "output", large(tmp_path, changed=time.time() + 3600))
    assert not (tmp_path / "output" / MEMORY).exists()


def test_a_small_file_is_always_read(tmp_path: Path) -> None:
    path = large(tmp_path, b"small")
    assert asked(tmp_path / "output", path) == hashlib.sha256(b"small").hexdigest()
    assert not (tmp_path / "output").exists()


@pytest.mark.parametrize("memory", ["", "{", "[]", '{"a": 1}'])
def test_a_damaged_memory_is_no_memory(tmp_path: Path, memory: str) -> None:
    output = tmp_path / "output"
    output.mkdir()
    (output / MEMORY).write_text(memory)
    assert asked(output, large(tmp_path)) == hashlib.sha256(b"x" * 20).hexdigest()

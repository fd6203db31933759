"""What lies in a raw folder: files are read or refused, and nothing is passed over."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from haochaping.core.errors import InputRefused
from haochaping.read.raw_folder import input_files

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="链接和管道")


def broken_link(path: Path) -> None:
    path.symlink_to("nowhere")


def link_loop(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize("make", [broken_link, link_loop, os.mkfifo])
@pytest.mark.parametrize("name", ["annexes.xlsx", "review.xlsx", "notes.md"])
def test_what_cannot_be_read_is_refused_by_its_name(tmp_path: Path, name: str, make: object) -> None:
    (tmp_path / "bulletin.txt").write_text("x")
    make(tmp_path / name)  # type: ignore[operator]
    with pytest.raises(InputRefused, match="不是文件，或是断开的链接") as refusal:
        input_files(tmp_path)
    assert name in refusal.value.message


def test_what_programs_leave_beside_open_files_and_folders_of_people_are_no_input(tmp_path: Path) -> None:
    for name in ("bulletin.txt", "~$annexes.xlsx", ".annexes.xlsx.part", "readme.md"):
        (tmp_path / name).write_text("x")
    (tmp_path / "returned").mkdir()
    (tmp_path / "linked.txt").symlink_to(tmp_path / "bulletin.txt")
    assert [path.name for path in input_files(tmp_path)] == ["bulletin.txt", "linked.txt"]

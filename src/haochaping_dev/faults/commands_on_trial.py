"""Every command that writes, each with a folder to run in, what it may have written, and what somebody saves meanwhile."""

from __future__ import annotations

import datetime
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import openpyxl

from haochaping.core.paths import project_root

QUARTER, NEXT = "2022Q4", "2023Q1"
_BROWSER = """#!/bin/sh
for one in "$@"; do case "$one" in --print-to-pdf=*) printf '%%PDF-1.4 new %%%%EOF' > "${one#*=}";; esac; done
"""
"""Prints at once: what is tried is the writing of what a browser prints."""


@dataclass(frozen=True)
class Command:
    """One command on trial.

    Attributes
    ----------
    words : tuple of str
        What is typed, without roots; ``{root}`` stands for the folder.
    prepare : callable
        Changes a copy of the template so that the command has something to do.
    done : tuple of int
        Exit codes of an undisturbed run that follows, also where the struck one had done its work.
    saved : tuple of str
        Files that somebody saves meanwhile, below the folder.
    """

    words: tuple[str, ...]
    prepare: Callable[[Path], None]
    done: tuple[int, ...] = (0,)
    saved: tuple[str, ...] = (f"output/{QUARTER}/review.xlsx", f"output/{QUARTER}/mine.txt")

    @property
    def name(self) -> str:
        """The first word."""
        return self.words[0]

    def line(self, root: Path) -> list[str]:
        """The command line in a folder."""
        roots = [] if self.name == "simulate" else ["--data", f"{root}/data", "--output", f"{root}/output"]
        words = [word.format(root=root) for word in self.words]
        return [sys.executable, "-m", "haochaping", *words, *roots]


def _change_notes(root: Path) -> None:
    (root / "data" / "raw" / QUARTER / "notes.md").write_text(
        "## 总体情况\n\n又一条说明。\n", encoding="utf-8"
    )


def _lose_tidy(root: Path) -> None:
    shutil.rmtree(root / "data" / "tidy" / QUARTER)


def _lose_index(root: Path) -> None:
    (root / "output" / "index.html").unlink()


def _return_a_sheet(root: Path) -> None:
    """A verification sheet comes back with a remark in each row."""
    folder = root / "data" / "raw" / QUARTER / "returned"
    folder.mkdir()
    sheet = sorted((root / "output" / QUARTER / "sheets").glob("*.xlsx"))[0]
    workbook = openpyxl.load_workbook(sheet)
    first = workbook.worksheets[0]
    head = next(row for row in first.iter_rows() if any(cell.value == "核实值" for cell in row))
    columns = {str(cell.value): cell.column for cell in head}
    given = {"说明或依据": "已查系统", "经办人": "某人", "日期": datetime.date(2023, 2, 1)}
    for heading, value in given.items():
        first.cell(head[0].row + 1, columns[heading]).value = value
    workbook.save(folder / sheet.name)
    shutil.copy(root / "output" / QUARTER / "review.xlsx", root / "data" / "raw" / QUARTER)


def _lose_reference(root: Path) -> None:
    shutil.rmtree(root / "data")


def _nothing(root: Path) -> None:
    """The template will do."""


COMMANDS = (
    Command(("quarter", QUARTER), _change_notes),
    Command(("quarters",), _change_notes),
    Command(("tidy", QUARTER), _lose_tidy),
    Command(("collect", QUARTER), _return_a_sheet, saved=(f"data/raw/{QUARTER}/review.xlsx",), done=(0, 1)),
    Command(("new", NEXT), _nothing, (0, 2), (f"data/raw/{NEXT}/annexes.xlsx", f"data/raw/{NEXT}/notes.md")),
    Command(("pdf", QUARTER), _nothing),
    Command(("index",), _lose_index),
    Command(
        ("adopt", "{root}/bulletin.txt", "--city", "试点市"),
        _lose_reference,
        (0, 2),
        (f"data/raw/{QUARTER}/mine.txt",),
    ),
    Command(("simulate", NEXT, "--out", "{root}/out/simulated"), _nothing, (0, 2), ("out/mine.txt",)),
)


def make_template(root: Path) -> None:
    """A folder with a published quarter, a browser that prints at once, and a bulletin to adopt."""
    for part in ("raw", "reference"):
        shutil.copytree(project_root() / "data" / part, root / "data" / part)
    for line in COMMANDS[0].line(root), next(c for c in COMMANDS if c.name == "pdf").line(root):
        (root / "bin").mkdir(exist_ok=True)
        (root / "bin" / "chromium").write_text(_BROWSER, encoding="ascii")
        (root / "bin" / "chromium").chmod(0o755)
        subprocess.run(line, check=True, capture_output=True, env=environment(root))
    shutil.copy(project_root() / "data" / "raw" / QUARTER / "bulletin.txt", root / "bulletin.txt")
    (root / "out").mkdir()


def environment(root: Path, **more: str) -> dict[str, str]:
    """The environment of a command on trial: the browser of its folder goes before any other."""
    return {**os.environ, "PATH": f"{root / 'bin'}{os.pathsep}{os.environ['PATH']}", **more}

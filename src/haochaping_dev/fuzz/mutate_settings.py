"""Mutations of a city's settings: keys misspelled, removed, of a wrong type. None of them may be passed over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

from haochaping.core.paths import project_root
from haochaping_dev.fuzz.mutate_text import MutatedInput

TOML_FILES = ("city.toml", "annexes.toml", "rules.toml", "records.toml")
_KEY_LINE = re.compile(r"(?P<key>[a-z_]+)(?P<equals>\s*=\s*)(?P<value>.+?)\s*")
OTHER_TYPES = {
    "text": ("5", "true", "[1]"),
    "list": ('"x"', "5"),
    "flag": ('"yes"', "1"),
    "amount": ('"x"', "nan", "1e400"),
}
"""Values of another type, by the type of the value that they replace."""


@dataclass(frozen=True)
class KeyLine:
    """A line of a settings file that gives one key its value."""

    file: str
    number: int
    key: str
    value: str

    @property
    def kind(self) -> str:
        """The type of the value."""
        if self.value[0] in "[{":
            return "list"
        return "text" if self.value[0] in "\"'" else "flag" if self.value in ("true", "false") else "amount"


@cache
def settings_files() -> dict[str, bytes]:
    """The settings that come with the kit, by file name."""
    folder = project_root() / "data" / "reference"
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


@cache
def key_lines() -> tuple[KeyLine, ...]:
    """Every line that gives a key its value and ends on that line, in all files of settings."""
    return tuple(line for file in TOML_FILES for line in _key_lines(file))


def _key_lines(file: str) -> Iterator[KeyLine]:
    for number, text in enumerate(_lines(file)):
        match = _KEY_LINE.fullmatch(text)
        if match and match["value"].count("[") == match["value"].count("]"):
            yield KeyLine(file, number, match["key"], match["value"])


def _lines(file: str) -> list[str]:
    return settings_files()[file].decode("utf-8").splitlines()


def with_line(line: KeyLine, text: str | None) -> dict[str, bytes]:
    """All files with one line replaced, or removed."""
    lines = _lines(line.file)
    lines[line.number : line.number + 1] = [] if text is None else [text]
    return {**settings_files(), line.file: "\n".join([*lines, ""]).encode("utf-8")}


def misspelled(key: str, random: Random) -> str:
    """A key as a person may misspell it: a letter lost, doubled, exchanged with the next, or a plural."""
    at = random.randrange(len(key))
    ways = (
        key[:at] + key[at + 1 :],
        key[: at + 1] + key[at:],
        key[:at] + key[at : at + 2][::-1] + key[at + 2 :],
        f"{key}s",
        key.upper(),
    )
    known = {line.key for line in key_lines()}
    wrong = [way for way in ways if way and way not in known]
    return random.choice(wrong or [f"{key}x"])


def mutate_settings(random: Random) -> MutatedInput:
    """One key misspelled or of a wrong type: refused by file, line and key."""
    line = random.choice(key_lines())
    if random.random() < 0.5:
        key, value = misspelled(line.key, random), line.value
    else:
        key, value = line.key, random.choice(OTHER_TYPES[line.kind])
    files = with_line(line, f"{key} = {value}")
    return MutatedInput("keys", files, (), refused_with=(f"{line.file}", f"第 {line.number + 1} 行", key))

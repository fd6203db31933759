"""Where an entry stands in a TOML file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haochaping.reference.toml_lines import TomlLines

TEXT = """\
first = 1
# second = 2
[group.district]  # 区县
word = "区县"
"quoted key" = 1
[group . hall]
'word' = "大厅"

[[annex]]
name = "a"
measures = [
    "b",
]
[[annex]]
name = "c"
[[annex]]
"""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("first",), 1),
        (("second",), None),
        (("group", "district"), 3),
        (("group", "district", "word"), 4),
        (("group", "district", "endings"), 3),
        (("group", "hall", "word"), 7),
        (("annex", 0, "name"), 10),
        (("annex", 0, "measures"), 11),
        (("annex", 1, "name"), 15),
        (("annex", 2, "name"), 16),
        (("annex", 3), 9),
        ((), None),
    ],
)
def test_the_line_of_an_entry_or_of_its_section(place: tuple[str | int, ...], line: int | None) -> None:
    assert TomlLines(TEXT).line(place) == line


def test_place_in_words() -> None:
    lines = TomlLines(TEXT)
    assert lines.place(Path("a.toml"), ("annex", 1, "name")) == "a.toml 第 15 行 annex.2.name"
    assert lines.place(Path("a.toml"), ("nothing",)) == "a.toml nothing"


NAMES = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)


@settings(deadline=None)
@given(st.dictionaries(NAMES, st.dictionaries(NAMES, st.integers(0, 9), max_size=4), max_size=5), st.data())
def test_every_key_is_found_on_its_line(document: dict[str, dict[str, int]], data: Any) -> None:
    blank = st.sampled_from(["", "\n", "# x = 1\n"])
    text = ""
    wanted: dict[tuple[str, ...], int] = {}
    for section, entries in document.items():
        text += data.draw(blank) + f"[{section}]\n"
        wanted[(section,)] = text.count("\n")
        for key, value in entries.items():
            text += data.draw(blank) + f"{key} = {value}\n"
            wanted[section, key] = text.count("\n")
    assert tomllib.loads(text) == document
    lines = TomlLines(text)
    assert {place: lines.line(place) for place in wanted} == wanted

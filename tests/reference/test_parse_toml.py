"""Where a city's settings break the format: the line, and what may be wrong in it."""

from __future__ import annotations

import pytest

from haochaping.core.errors import InputRefused
from haochaping.reference.parse_toml import parse_toml


def test_toml_is_read() -> None:
    assert parse_toml('[a]\nb = ["“c”", "d"]', "x.toml") == {"a": {"b": ["“c”", "d"]}}


@pytest.mark.parametrize(
    ("text", "place", "found", "reason"),
    [
        ("[a]\nword = “大厅”\n", "x.toml 第 2 行", "word = “大厅”", "应为英文半角"),
        ('[a]\nword ＝ "大厅"\n', "x.toml 第 2 行", 'word ＝ "大厅"', "应为英文半角"),
        ('a = ["b" "c"]\n', "x.toml 第 1 行", 'a = ["b" "c"]', "少了逗号"),
        ('a = ["b",\nc = 1\n', "x.toml 第 2 行", "c = 1", "上面一行"),
        ("[measure.办件数]\n", "x.toml 第 1 行", "[measure.办件数]", "汉字应加英文引号"),
        ("表 = 1\n", "x.toml 第 1 行", "表 = 1", "汉字应加英文引号"),
        ("[a]\nb = 1\n[a]\n", "x.toml 第 3 行", "[a]", "写了两次"),
        ("a = 1\na = 2\n", "x.toml 第 2 行", "a = 2", "写了两次"),
        ("a = 大厅\n", "x.toml 第 1 行", "a = 大厅", "文字应加英文引号"),
        ('a = "b', "x.toml", "末尾", "括号、引号应成对"),
        ("x = " + "[" * 5000, "x.toml", "", "套得太深"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, place: str, found: str, reason: str) -> None:
    with pytest.raises(InputRefused) as refused:
        parse_toml(text, "x.toml")
    [problem] = refused.value.problems
    assert problem.place == place and reason in problem.expected
    assert problem.expected.startswith("应为 TOML 格式：")
    assert found in problem.found

"""TOML of a city's settings: where it breaks the format, in words that help who wrote it in a plain editor."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from haochaping.core.errors import refuse

_PLACE = re.compile(r"\(at line (\d+), column \d+\)")
_FULL_WIDTH = re.compile("[“”‘’，＝［］【】]")
_REASONS = {
    "Cannot declare": "同一段或同一项写了两次",
    "Cannot overwrite": "同一段或同一项写了两次",
    "Unclosed array": "方括号没有收尾，或两项之间少了逗号，可能在上面一行",
}


def parse_toml(text: str, file: str) -> dict[str, Any]:
    """The content of a TOML file.

    Parameters
    ----------
    text : str
        The content.
    file : str
        Names the file in messages.

    Raises
    ------
    InputRefused
        It is no TOML: file, line, what stands there, and what may be wrong.
    """
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise refuse(file, str(error), "应为 TOML 格式：括号套得太深") from None
    except ValueError as error:
        if not isinstance(error, tomllib.TOMLDecodeError):  # a number of thousands of digits
            raise refuse(file, "数字过长", "应为 TOML 格式：数字应在通常的大小之内") from None
        place = _PLACE.search(str(error))
        if place is None:
            raise refuse(file, "末尾", f"应为 TOML 格式：{_reason(str(error), '')}") from None
        lines = text.splitlines()
        found = lines[int(place[1]) - 1].strip() if int(place[1]) <= len(lines) else ""
        expected = f"应为 TOML 格式：{_reason(str(error), found)}"
        raise refuse(f"{file} 第 {place[1]} 行", found, expected) from None


def _reason(message: str, line: str) -> str:
    """What may be wrong in a line; a quoted text may hold full-width signs, so that they come after what is certain."""
    for start, reason in _REASONS.items():
        if message.startswith(start):
            return reason
    if _FULL_WIDTH.search(line):
        return "引号、逗号、等号、括号应为英文半角"
    if re.match(r"\[+[^\]\"']*[^\x00-\x7f]", line) or re.match(r"[^=\"']*[^\x00-\x7f][^=]*=", line):
        return "段名和等号左边的汉字应加英文引号"
    return "文字应加英文引号，括号、引号应成对，各项之间应有逗号，可能在上面一行"

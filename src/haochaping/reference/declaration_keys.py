"""Which keys ``annexes.toml`` may have, and of which types: what is misspelled is refused, never ignored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haochaping.core.declaration import MEASURE_KINDS, PREVIOUS, YEAR_AGO
from haochaping.core.errors import Problem
from haochaping.reference.toml_lines import TomlLines

TEXT, NUMBER, FLAG, TEXTS, TABLE = "文字", "整数", "true 或 false", "文字的列表", "一节"


@dataclass(frozen=True)
class Key:
    """A key of a section: its type, whether it must be there, and the values allowed (empty: any)."""

    type: str = TEXT
    is_required: bool = False
    allowed: tuple[str, ...] = ()


SECTIONS: dict[str, dict[str, Key]] = {
    "group": {
        "word": Key(is_required=True),
        "long_word": Key(),
        "key": Key(),
        "headings": Key(TEXTS),
        "registered": Key(FLAG),
        "ranked": Key(FLAG),
        "endings": Key(),
        "member": Key(TABLE),
    },
    "member": {"word": Key(is_required=True), "headings": Key(TEXTS)},
    "measure": {
        "heading": Key(is_required=True),
        "aliases": Key(TEXTS),
        "kind": Key(allowed=MEASURE_KINDS),
        "unit": Key(),
        "numerator": Key(),
        "denominator": Key(),
        "base_not_printed": Key(FLAG),
        "parts": Key(),
        "at_most": Key(TEXTS),
        "of": Key(),
        "against": Key(allowed=(PREVIOUS, YEAR_AGO)),
        "better": Key(allowed=("more", "less")),
        "definition": Key(),
    },
    "annex": {
        "name": Key(is_required=True),
        "number": Key(NUMBER),
        "title": Key(is_required=True),
        "known_by": Key(TEXTS),
        "rows": Key(TEXTS, is_required=True),
        "columns": Key(),
        "measures": Key(TEXTS, is_required=True),
        "required": Key(TEXTS),
        "optional": Key(TEXTS),
        "totals": Key(TABLE),
        "particular": Key(FLAG),
    },
    "text_figure": {
        "word": Key(is_required=True),
        "words_before": Key(TEXTS),
        "unit": Key(is_required=True),
    },
    "relation": {
        "id": Key(is_required=True),
        "holds": Key(is_required=True),
        "by": Key(),
        "severity": Key(allowed=("correct", "verify", "note")),
        "hard": Key(FLAG),
        "words": Key(),
    },
    "unwanted": {"heading": Key(is_required=True), "reason": Key(is_required=True)},
}
"""Keys of each section; ``serial``, ``subject`` and ``notebook`` stand outside the sections."""
_LISTS = ("annex", "relation", "unwanted")


def check_keys(
    document: Mapping[str, Any], path: Path, lines: TomlLines, *, needs_annexes: bool = True
) -> list[Problem]:
    """Problems with unknown, missing or wrongly typed keys of the whole document."""
    checker = _KeyChecker(path, lines)
    for name, section in document.items():
        if name == "serial":
            checker.check_type((name,), section, TEXTS)
        elif name in ("notebook", "subject"):
            checker.check_type((name,), section, TEXT)
        elif name not in SECTIONS or name == "member":
            allowed = [section for section in SECTIONS if section != "member"]
            checker.problem((name,), name, f"应为 serial、subject、notebook、{'、'.join(allowed)} 之一")
        elif name in _LISTS:
            checker.check_list(name, section)
        else:
            checker.check_named(name, section)
    for name in ("group", "measure", "annex") if needs_annexes else ("group", "measure"):
        if not document.get(name):
            checker.problem((), name, f"应至少有一节 {'[[annex]]' if name == 'annex' else f'[{name}.…]'}")
    return checker.problems


class _KeyChecker:
    """Collects problems of one document."""

    def __init__(self, path: Path, lines: TomlLines):
        self.path, self.lines = path, lines
        self.problems: list[Problem] = []

    def problem(self, place: Sequence[str | int], found: str, expected: str) -> None:
        self.problems.append(Problem(self.lines.place(self.path, place).strip(), found, expected))

    def check_list(self, name: str, section: object) -> None:
        if not isinstance(section, list) or not all(isinstance(entry, dict) for entry in section):
            self.problem((name,), name, f"应以 [[{name}]] 开头，一段一项")
            return
        for i, entry in enumerate(section):
            self._check_entry((name, i), entry, SECTIONS[name])

    def check_named(self, name: str, section: object) -> None:
        if not isinstance(section, dict) or not all(isinstance(entry, dict) for entry in section.values()):
            self.problem((name,), name, f"应以 [{name}.名称] 开头，一段一项")
            return
        for key, entry in section.items():
            self._check_entry((name, key), entry, SECTIONS[name])
            members = entry.get("member")
            if isinstance(members, dict) and name == "group":
                for member, value in members.items():
                    place = (name, key, "member", member)
                    if isinstance(value, dict):
                        self._check_entry(place, value, SECTIONS["member"])
                    else:
                        self.problem(place, str(value)[:80], f"应以 [group.{key}.member.{member}] 开头")

    def _check_entry(
        self, place: tuple[str | int, ...], entry: Mapping[str, Any], keys: Mapping[str, Key]
    ) -> None:
        for name, value in entry.items():
            if name not in keys:
                self.problem((*place, name), name, f"应为 {'、'.join(keys)} 之一")
            elif self.check_type((*place, name), value, keys[name].type):
                self._check_value((*place, name), value, keys[name].allowed)
        missing = [name for name, key in keys.items() if key.is_required and name not in entry]
        if missing:
            self.problem(place, "", f"应写明 {'、'.join(missing)}")

    def _check_value(self, place: Sequence[str | int], value: object, allowed: Sequence[str]) -> None:
        if allowed and value not in allowed:
            self.problem(place, str(value), f"应为 {'、'.join(allowed)} 之一")

    def check_type(self, place: Sequence[str | int], value: object, type_: str) -> bool:
        """Report a value of another type than `type_`; blank texts count as wrong."""
        is_right = {
            TEXT: isinstance(value, str) and bool(value.strip()),
            NUMBER: isinstance(value, int) and not isinstance(value, bool),
            FLAG: isinstance(value, bool),
            TEXTS: isinstance(value, list) and all(isinstance(v, str) and v.strip() for v in value),
            TABLE: isinstance(value, dict),
        }[type_]
        if not is_right:
            self.problem(place, repr(value)[:80], f"应为{type_}")
        return is_right

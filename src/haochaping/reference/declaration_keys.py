"""Which keys ``annexes.toml`` may have, and of which types: what is misspelled is refused, never ignored."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from haochaping.core.declaration import MEASURE_KINDS, PREVIOUS, YEAR_AGO
from haochaping.core.errors import Problem
from haochaping.reference.key_checker import FLAG, NUMBER, TABLE, TEXT, TEXTS, Key, KeyChecker
from haochaping.reference.toml_lines import TomlLines

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
    checker = KeyChecker(path, lines)
    for name, section in document.items():
        if name == "serial":
            checker.check_type((name,), section, TEXTS)
        elif name in ("notebook", "subject"):
            checker.check_type((name,), section, TEXT)
        elif name not in SECTIONS or name == "member":
            allowed = [section for section in SECTIONS if section != "member"]
            checker.problem((name,), name, f"应为 serial、subject、notebook、{'、'.join(allowed)} 之一")
        elif name in _LISTS:
            _check_list(checker, name, section)
        else:
            _check_named(checker, name, section)
    for name in ("group", "measure", "annex") if needs_annexes else ("group", "measure"):
        if not document.get(name):
            checker.problem((), name, f"应至少有一节 {'[[annex]]' if name == 'annex' else f'[{name}.…]'}")
    return checker.problems


def _check_list(checker: KeyChecker, name: str, section: object) -> None:
    if not isinstance(section, list) or not all(isinstance(entry, dict) for entry in section):
        checker.problem((name,), name, f"应以 [[{name}]] 开头，一段一项")
        return
    for i, entry in enumerate(section):
        checker.check_entry((name, i), entry, SECTIONS[name])


def _check_named(checker: KeyChecker, name: str, section: object) -> None:
    if not isinstance(section, dict) or not all(isinstance(entry, dict) for entry in section.values()):
        checker.problem((name,), name, f"应以 [{name}.名称] 开头，一段一项")
        return
    for key, entry in section.items():
        checker.check_entry((name, key), entry, SECTIONS[name])
        members = entry.get("member")
        if isinstance(members, dict) and name == "group":
            for member, value in members.items():
                place = (name, key, "member", member)
                if isinstance(value, dict):
                    checker.check_entry(place, value, SECTIONS["member"])
                else:
                    checker.problem(place, str(value)[:80], f"应以 [group.{key}.member.{member}] 开头")

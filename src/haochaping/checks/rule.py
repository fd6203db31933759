"""The rules as data: those that every city has, and those of ``data/reference/rules.toml``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from haochaping.checks.rule_keys import check_rules
from haochaping.cleaning.decode_text import decode
from haochaping.core.declaration import Relation
from haochaping.core.errors import InputRefused, refuse
from haochaping.reference.parse_toml import parse_toml
from haochaping.reference.reference import Reference
from haochaping.reference.toml_lines import TomlLines

_COMMON_FIELDS = ("id", "kind", "severity", "title", "message", "consider")
_OPTIONAL_FIELDS = ("matter", "several", "brief")
_GENERAL_RULES = Path(__file__).with_name("general_rules.toml")
RELATION_KIND = "relation"
PAST_KINDS = ("previous", "history")
"""Kinds of rule that hold a count against earlier periods; one that names no column is about all that others do not name."""


@dataclass(frozen=True)
class Rule:
    """One rule: its kind with the kind's ``options``, and the sentence a reviewer reads.

    ``kind`` names the comparison in :mod:`haochaping.checks.rule_kinds` (the rule's id where it has one of its own);
    ``message`` is a Jinja2 template
    without digits of its own.
    """

    id: str
    kind: str
    severity: str
    title: str
    message: str
    consider: str
    matter: str = ""
    """What its findings are told with: findings of rules with one name are one matter; by default each rule has its own."""
    brief: str = ""
    """Its matter in a few words, where the unit alone would not say which one is meant."""
    several: str = ""
    """The sentence in place of several findings' messages: a template with ``count``, ``units`` and ``annex``."""
    tables: tuple[str, ...] = ()
    """Tables to which the rule applies: those that it names, else all that the city declares."""
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_hard(self) -> bool:
        """Whether the rule must hold by definition, so that error localisation may rest on it."""
        return bool(self.options.get("hard", False))


def load_rules(reference: Reference, kinds: Mapping[str, object]) -> list[Rule]:
    """The rules that hold everywhere, with what the city's ``rules.toml`` changes of them; its own; its relations.

    A rule with ``enabled = false`` is left out. A city need not have the file.

    Raises
    ------
    InputRefused
        A rule lacks a field, has an unknown one, a wrong value or an id that is not unique, or there is none; all at once.
    """
    annexes = reference.declaration.annexes
    entries = {entry["id"]: _with_kind(entry) for entry in _parse(_GENERAL_RULES)[0]["rule"]}
    for entry in _own_rules(reference, entries, kinds):
        entries[entry["id"]] = _with_kind({**entries.get(entry["id"], {}), **entry})
    rules = [_rule(entry, tuple(annexes)) for entry in entries.values() if entry.get("enabled") is not False]
    rules = _without_columns_named(_without_pairs_named(rules))
    return [*rules, *map(_relation_rule, reference.declaration.relations)]


def _own_rules(
    reference: Reference, general: Mapping[str, Mapping[str, Any]], kinds: Mapping[str, object]
) -> list[dict[str, Any]]:
    """The city's own entries, checked; none where it has no file."""
    path = reference.folder / "rules.toml"
    if not path.exists():
        return []
    document, lines = _parse(path)
    if problems := check_rules(document, path, lines, general, kinds, reference.declaration):
        raise InputRefused(problems)
    own: list[dict[str, Any]] = document["rule"]
    return own


def _parse(path: Path) -> tuple[dict[str, Any], TomlLines]:
    try:
        text = decode(path.read_bytes(), str(path))
    except OSError as error:
        raise refuse(str(path), type(error).__name__, "未能读取核对规则") from None
    return parse_toml(text, str(path)), TomlLines(text)


def _with_kind(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry with its kind: a rule without one has a function of its own, named as the rule."""
    return {"kind": entry.get("id", ""), **entry}


def _rule(entry: Mapping[str, Any], annexes: tuple[str, ...]) -> Rule:
    return Rule(
        **{name: entry[name] for name in _COMMON_FIELDS},
        **{name: entry[name] for name in _OPTIONAL_FIELDS if name in entry},
        tables=tuple(entry.get("tables", annexes)),
        options={
            name: value
            for name, value in entry.items()
            if name not in (*_COMMON_FIELDS, *_OPTIONAL_FIELDS, "tables")
        },
    )


def _without_pairs_named(rules: Sequence[Rule]) -> list[Rule]:
    """The rules; the one on all declared pairs of part and whole leaves out those that others name."""
    named = [
        (table, rule.options["smaller"], rule.options["larger"])
        for rule in rules
        if rule.kind == "at_most" and "smaller" in rule.options
        for table in rule.tables
    ]
    return [
        Rule(**{**vars(rule), "options": {**rule.options, "except": named}})
        if rule.kind == "at_most" and "smaller" not in rule.options
        else rule
        for rule in rules
    ]


def _without_columns_named(rules: Sequence[Rule]) -> list[Rule]:
    """The rules; those on earlier periods that name no column leave out the counts for which the city has rules of its own."""
    named = [
        (table, column)
        for rule in rules
        if rule.kind in PAST_KINDS
        for column in (*rule.options.get("columns", ()), *filter(None, [rule.options.get("column")]))
        for table in rule.tables
    ]
    return [
        Rule(**{**vars(rule), "options": {**rule.options, "except": named}})
        if rule.kind in PAST_KINDS and not {"column", "columns"} & {*rule.options}
        else rule
        for rule in rules
    ]


def _relation_rule(relation: Relation) -> Rule:
    """The rule of a relation that the city declares in ``annexes.toml``."""
    words = relation.words or "所声明的关系"
    return Rule(
        relation.id,
        RELATION_KIND,
        relation.severity,
        f"{words}成立",
        words
        + ("（{{ unit }}）" if relation.by else "")
        + "：{{ left }}，{{ right }}，应{{ must }}，相差 {{ difference }}。",
        "先核对各数的范围是否一致，再查有无漏报、错位。",
        options={"hard": relation.is_hard, "relation": relation},
    )

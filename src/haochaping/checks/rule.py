"""The rules as data: those that every city has, and those of ``data/reference/rules.toml``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from haochaping.checks.finding import SEVERITY_ORDER
from haochaping.cleaning.decode_text import decode
from haochaping.core.declaration import Relation
from haochaping.core.errors import InputRefused, Problem, refuse
from haochaping.reference.parse_toml import parse_toml
from haochaping.reference.reference import Reference

_COMMON_FIELDS = ("id", "kind", "severity", "title", "message", "consider")
_GENERAL_RULES = Path(__file__).with_name("general_rules.toml")
RELATION_KIND = "relation"


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
        A rule lacks a field, has an unknown kind, severity or table, or an id that is not unique; all at once.
    """
    path, annexes = reference.folder / "rules.toml", reference.declaration.annexes
    entries = {entry["id"]: _with_kind(entry) for entry in _entries(_GENERAL_RULES)}
    problems: list[Problem] = []
    seen: set[str] = set()
    for number, entry in enumerate(_entries(path) if path.exists() else [], start=1):
        rule_id = entry["id"] if isinstance(entry.get("id"), str) else ""
        merged = _with_kind({**entries.get(rule_id, {}), **entry})
        error_words = _describe_error(merged, kinds, annexes)
        if not error_words and rule_id in seen:
            error_words = "id 不应重复"
        if error_words and entry.get("enabled") is not False:
            problems.append(Problem(f"{path.name} 第 {number} 条规则 {rule_id}", "", error_words))
            continue
        seen.add(rule_id)
        entries[rule_id] = merged
    if problems:
        raise InputRefused(problems)
    rules = [_rule(entry, tuple(annexes)) for entry in entries.values() if entry.get("enabled") is not False]
    return [*_without_pairs_named(rules), *map(_relation_rule, reference.declaration.relations)]


def _entries(path: Path) -> list[dict[str, Any]]:
    try:
        document = parse_toml(decode(path.read_bytes(), str(path)), str(path))
    except OSError as error:
        raise refuse(str(path), type(error).__name__, "未能读取核对规则") from None
    entries = document.get("rule", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise refuse(str(path), "rule", "每条规则应为一段，以 [[rule]] 开头")
    return entries


def _with_kind(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry with its kind: a rule without one has a function of its own, named as the rule."""
    return {"kind": entry.get("id", ""), **entry}


def _rule(entry: Mapping[str, Any], annexes: tuple[str, ...]) -> Rule:
    return Rule(
        **{name: entry[name] for name in _COMMON_FIELDS},
        tables=tuple(entry.get("tables", annexes)),
        options={name: value for name, value in entry.items() if name not in (*_COMMON_FIELDS, "tables")},
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


def _describe_error(entry: Mapping[str, Any], kinds: Mapping[str, object], annexes: Collection[str]) -> str:
    """What is wrong with an entry, in Chinese; blank if nothing is."""
    missing = [name for name in _COMMON_FIELDS if not isinstance(entry.get(name), str)]
    if missing:
        return f"应写明 {'、'.join(missing)}"
    if entry["kind"] not in kinds:
        return f"kind 应为 {'、'.join(kinds)} 之一"
    if entry["severity"] not in SEVERITY_ORDER:
        return f"severity 应为 {'、'.join(SEVERITY_ORDER)} 之一"
    tables = entry.get("tables", [])
    if not isinstance(tables, list) or not all(isinstance(name, str) for name in tables):
        return "tables 应为表名的列表"
    unknown = [name for name in tables if name not in annexes]
    return f"没有名为 {'、'.join(unknown)} 的表" if unknown else ""

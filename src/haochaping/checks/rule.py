"""The arithmetic rules, as data: ``data/reference/rules.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from haochaping.checks.finding import SEVERITY_ORDER
from haochaping.cleaning.decode_text import decode
from haochaping.core.errors import InputRefused, Problem, refuse
from haochaping.reference.reference import Reference

_COMMON_FIELDS = ("id", "kind", "severity", "title", "message", "consider")


@dataclass(frozen=True)
class Rule:
    """One rule of ``rules.toml``: its kind with the kind's ``options``, and the sentence a reviewer reads.

    ``kind`` names the comparison in :mod:`haochaping.checks.rule_kinds`; ``message`` is a Jinja2 template
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
    """Read ``rules.toml`` from the folder of `reference`; a rule with ``enabled = false`` is left out.

    Raises
    ------
    InputRefused
        A rule lacks a field, has an unknown kind, severity or table, or an id that is not unique; all at once.
    """
    path, annexes = reference.folder / "rules.toml", reference.declaration.annexes
    try:
        document = tomllib.loads(decode(path.read_bytes(), str(path)))
    except OSError:
        raise refuse(str(path), "未找到", "此文件是核对规则，可从工具包的 data/reference 复制") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise refuse(str(path), str(error), "应为 TOML 格式") from None
    rules: dict[str, Rule] = {}
    problems: list[Problem] = []
    entries = document.get("rule", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise refuse(str(path), "rule", "每条规则应为一段，以 [[rule]] 开头")
    for number, entry in enumerate(entries, start=1):
        if entry.get("enabled") is False:
            continue
        rule_place = f"{path.name} 第 {number} 条规则 {entry.get('id', '')}"
        error_words = _describe_error(entry, kinds, annexes)
        if not error_words and entry["id"] in rules:
            error_words = "id 不应重复"
        if error_words:
            problems.append(Problem(rule_place, "", error_words))
            continue
        rules[entry["id"]] = Rule(
            **{name: entry[name] for name in _COMMON_FIELDS},
            tables=tuple(entry.get("tables", annexes)),
            options={n: value for n, value in entry.items() if n not in (*_COMMON_FIELDS, "tables")},
        )
    if problems:
        raise InputRefused(problems)
    return list(rules.values())


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

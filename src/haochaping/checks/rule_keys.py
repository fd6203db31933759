"""Which keys a rule may have, by its kind, and of which types: what is misspelled is refused, never ignored.

A key that nobody reads, or a column that no annex has, would leave a rule without anything to look at, and the page green.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from haochaping.checks.finding import SEVERITY_ORDER
from haochaping.core.declaration import Declaration
from haochaping.core.errors import Problem
from haochaping.core.labels import FIGURES
from haochaping.core.record_counts import CHECK_WORDS
from haochaping.reference.key_checker import AMOUNT, FLAG, TEXT, TEXTS, Key, KeyChecker
from haochaping.reference.toml_lines import TomlLines

_MEASURE, _MEASURES, _ANNEX, _FIGURE = "measure", "measures", "annex", "figure"
"""Texts that must be the name of a declared measure (or several), of an annex, of a figure of the text."""
_OPTIONS: dict[str, str] = {
    "rate": _MEASURE,
    "of": _MEASURE,
    "column": _MEASURE,
    "numerator": _MEASURE,
    "denominator": _MEASURE,
    "smaller": _MEASURE,
    "larger": _MEASURE,
    "columns": _MEASURES,
    "with": _MEASURES,
    "unless_listed": _MEASURES,
    "left": _ANNEX,
    "table": _ANNEX,
    "figure": _FIGURE,
    "at_once": FLAG,
    "word": TEXT,
    **dict.fromkeys(
        (
            "least",
            "least_other",
            "below",
            "quarters",
            "factor",
            "score",
            "share",
            "quotient",
            "points",
            "chance",
            "units",
        ),
        AMOUNT,
    ),
}
"""Every option of any rule with its type; ``which``, ``when`` and ``check`` are among a few words."""
_CHOICES = {
    "which": Key(allowed=("vanished", "appeared")),
    "when": Key(TEXTS, allowed=("none", "missing", "impossible")),
    "check": Key(allowed=tuple(CHECK_WORDS)),
}
_RATE = ("numerator", "denominator")
_NEEDED: dict[str, tuple[str, ...]] = {
    "rate_is_feasible": ("rate", "of", "when"),
    "same": ("left", "column"),
    "units_changed": ("which",),
    "previous": ("columns", "quarters", "factor", "least"),
    "history": ("column", "quarters", "score", "factor", "least"),
    "peers_points": (*_RATE, "least", "points"),
    "peers_rate": (*_RATE, "score", "factor"),
    "silent": ("factor", "chance"),
    "records": ("check",),
    "headline_records": ("figure", "columns"),
    "headline_rate": ("figure", *_RATE),
    "headline_rectification": ("figure", "column"),
    "headline_rectified": ("figure", "table"),
    "zero_negatives": ("least",),
    "volume_peers": ("score", "factor"),
    "empty_tier": ("least",),
    "concentration": ("share", "quotient", "least"),
    "near_equal_counts": ("least", "units", "factor", "chance"),
    "unlikely_zeros": ("least", "share"),
    "idle_counterpart": ("least",),
    "counted_in_city": ("word",),
    "rates_all_alike": ("rate", *_RATE, "units"),
    "tier_ratio_peers": ("score", "factor"),
    "published_rates": ("chance",),
    "copied_from_before": ("share", "least"),
}
"""Options without which a rule of a kind cannot run."""
_POSSIBLE: dict[str, tuple[str, ...]] = {
    "ratio": ("rate",),
    "ratio_undefined": ("rate",),
    "zero_of_none": ("rate",),
    "ratio_unreported": ("rate", "with", "least", "below"),
    "at_most": ("smaller", "larger"),
    "gaps": ("unless_listed",),
    "previous": ("at_once",),
    "silent": ("least",),
    "copied_from_before": ("least_other",),
}
"""Further options of a kind."""
_TOGETHER = {"at_most": ("smaller", "larger")}
"""Options of a kind of which none stands without the others."""


def check_rules(
    document: Mapping[str, Any],
    path: Path,
    lines: TomlLines,
    general: Mapping[str, Mapping[str, Any]],
    kinds: Mapping[str, object],
    declaration: Declaration,
) -> list[Problem]:
    """Problems with the keys and values of a city's ``rules.toml``.

    Parameters
    ----------
    document : mapping
        The file as parsed.
    path, lines
        Name the places in messages.
    general : mapping
        The general rules by id, whose fields a rule of the same id need not repeat.
    kinds : mapping
        All kinds of rule; a rule without a kind has its own id as kind.
    declaration : Declaration
        Measures, annexes and figures that there are.
    """
    checker = KeyChecker(path, lines)
    for name in document:
        if name != "rule":
            checker.problem((name,), name, "应为 rule：每条规则一段，以 [[rule]] 开头")
    entries = document.get("rule", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        checker.problem(("rule",), "rule", "每条规则应为一段，以 [[rule]] 开头")
    elif not entries and not checker.problems:
        checker.problem((), "没有一条 [[rule]]", "应有本市的规则；只用通用规则的，请删去这个文件")
    else:
        _check_entries(checker, entries, general, kinds, declaration)
    return checker.problems


def _check_entries(
    checker: KeyChecker,
    entries: Sequence[dict[str, Any]],
    general: Mapping[str, Mapping[str, Any]],
    kinds: Mapping[str, object],
    declaration: Declaration,
) -> None:
    seen: set[str] = set()
    for at, entry in enumerate(entries):
        rule_id = entry["id"] if isinstance(entry.get("id"), str) else ""
        whole = {**general.get(rule_id, {}), **entry}
        kind = whole["kind"] if isinstance(whole.get("kind"), str) else rule_id
        is_used = whole.get("enabled") is not False
        keys = _keys(kind, kinds, declaration)
        optional = {name for name in keys if name != "id" and (name in whole or not is_used)}
        optional |= {"column", "columns"} if rule_id in general else set()  # it is about all columns
        together = _TOGETHER.get(kind, ())
        needed = {n for n in together if n not in whole} if any(n in whole for n in together) else set()
        checker.check_entry(
            ("rule", at),
            entry,
            {
                n: replace(k, is_required=n in needed or (k.is_required and n not in optional))
                for n, k in keys.items()
            },
        )
        if is_used and rule_id and kind not in kinds:
            _refuse_kind(checker, at, entry, kinds)
        if not is_used and rule_id and rule_id not in general and kind not in kinds:
            checker.problem(("rule", at, "id"), rule_id, "没有这个 id 的通用规则，没有什么可停用")
        if is_used and rule_id and rule_id in seen:
            checker.problem(("rule", at, "id"), rule_id, "id 不应重复")
        seen.add(rule_id)


def _refuse_kind(checker: KeyChecker, at: int, entry: Mapping[str, Any], kinds: Mapping[str, object]) -> None:
    if "kind" in entry:
        checker.problem(("rule", at, "kind"), str(entry["kind"]), f"应为 {'、'.join(kinds)} 之一")
    else:
        checker.problem(
            ("rule", at, "id"), entry["id"], "没有这个 id 的通用规则；是本市自己的规则，应写明 kind"
        )


def _keys(kind: str, kinds: Mapping[str, object], declaration: Declaration) -> dict[str, Key]:
    """The keys that a rule of a kind may have; all options for a kind that is not known."""
    names = tuple(declaration.measures)
    allowed: dict[str, tuple[str, ...]] = {
        _MEASURE: names,
        _MEASURES: names,
        _ANNEX: tuple(declaration.annexes),
        _FIGURE: tuple(dict.fromkeys((*FIGURES, *declaration.text_figures))),
    }
    needed = _NEEDED.get(kind, ())
    options = (*needed, *_POSSIBLE.get(kind, ())) if kind in kinds else (*_OPTIONS, *_CHOICES)
    keys = {
        "id": Key(is_required=True),
        "kind": Key(),
        "severity": Key(is_required=True, allowed=tuple(SEVERITY_ORDER)),
        "title": Key(is_required=True),
        "message": Key(is_required=True),
        "consider": Key(is_required=True),
        "matter": Key(),
        "several": Key(),
        "brief": Key(),
        "tables": Key(TEXTS, allowed=tuple(declaration.annexes)),
        "hard": Key(FLAG),
        "enabled": Key(FLAG),
        "printed_only": Key(FLAG),
    }
    for name in options:
        if name in _CHOICES:
            choice = _CHOICES[name]
            keys[name] = Key(choice.type, name in needed, choice.allowed)
        else:
            of = _OPTIONS[name]
            type_ = {_MEASURES: TEXTS}.get(of, TEXT if of in allowed else of)
            keys[name] = Key(type_, name in needed, allowed.get(of, ()))
    return keys

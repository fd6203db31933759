"""Sums and relations as one line of text: ``dissatisfied + very_dissatisfied``, ``a.x >= b.x + c.x``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from haochaping.core.declaration import Declaration, Expression, Relation, RelationTerm
from haochaping.core.model import TEXT_CLAIMS

_TERM = re.compile(r"([+-])\s*(?:(\d+)\s*\*\s*)?([A-Za-z_][\w.]*)\s*")
_COMPARISON = re.compile(r"(<=|>=|==|=|≤|≥)")
_SIDES = {"<=": "at most", "≤": "at most", ">=": "at least", "≥": "at least", "=": "equal", "==": "equal"}
TEXT = "text"
"""Name before a figure of the text, as in ``text.records``."""


class RelationUnread(ValueError):
    """A sum or relation cannot be read; the message says what was expected."""


def parse_expression(text: str) -> Expression:
    """Read a sum of measures.

    Raises
    ------
    RelationUnread
        It is none.
    """
    rest = f"+ {text.strip()}" if not text.strip().startswith(("+", "-")) else text.strip()
    terms = []
    while rest:
        match = _TERM.match(rest)
        if match is None:
            raise RelationUnread("应为列的 name 相加减，如 dissatisfied + very_dissatisfied")
        sign, factor, name = match.groups()
        terms.append(((-1 if sign == "-" else 1) * int(factor or 1), name))
        rest = rest[match.end() :]
    return tuple(terms)


def parse_relation(entry: Mapping[str, Any], declaration: Declaration) -> Relation:
    """Read a ``[[relation]]``: ``holds`` is two sums of ``annex.measure`` with =, <= or >= between.

    Raises
    ------
    RelationUnread
        It cannot be read, names an annex, measure or group that is not declared, or a measure that is no count.
    """
    sides = _COMPARISON.split(entry["holds"])
    if len(sides) != 3:
        raise RelationUnread("应为 附件.列 相加减，中间为 =、<= 或 >=，如 districts.cases >= halls.cases")
    left, comparison, right = _terms(sides[0], declaration), _SIDES[sides[1]], _terms(sides[2], declaration)
    if comparison == "at least":
        left, comparison, right = right, "at most", left
    by = entry.get("by", "")
    if by and by not in declaration.groups:
        raise RelationUnread(f"by 应为 group 中已有的：{'、'.join(declaration.groups)}")
    for term in (*left, *right):
        annex = declaration.annexes.get(term.annex)
        if by and annex and declaration.groups[by] not in (*annex.groups, annex.columns_by):
            raise RelationUnread(f"附件 {term.annex} 没有按 {by} 分的行或列")
    return Relation(
        entry["id"],
        left,
        comparison,
        right,
        by,
        entry.get("severity", "verify"),
        entry.get("hard", False),
        entry.get("words", ""),
    )


def _check_figure(name: str, declaration: Declaration) -> None:
    if name != "records" and name not in declaration.text_figures:
        known = "、".join(["records", *declaration.text_figures])
        raise RelationUnread(f"{TEXT}.{name}：正文的数应为 text_figure 中已有的：{known}")


def _terms(text: str, declaration: Declaration) -> tuple[RelationTerm, ...]:
    terms = []
    for factor, name in parse_expression(text):
        annex, _, measure = name.partition(".")
        if annex == TEXT and measure:
            _check_figure(measure, declaration)
            terms.append(RelationTerm(factor, TEXT_CLAIMS, measure))
            continue
        spec = declaration.annexes.get(annex)
        if spec is None:
            raise RelationUnread(
                f"{name}：应为 附件.列，附件为 {'、'.join(declaration.annexes)} 或 {TEXT}（正文的数）"
            )
        if measure not in spec.measures:
            raise RelationUnread(f"{name}：附件 {annex} 的列为 {'、'.join(spec.measures)}")
        if not spec.measures_by_name[measure].is_count:
            raise RelationUnread(f'{name}：应为计数的列（kind = "count"）；比率、得分等不能相加')
        terms.append(RelationTerm(factor, annex, measure))
    return tuple(terms)

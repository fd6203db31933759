"""The file of rules: read, or refused with what is wrong in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from haochaping.checks.rule import Rule, load_rules
from haochaping.checks.rule_kinds import KINDS
from haochaping.core.errors import InputRefused
from haochaping.reference.reference import Reference

RULE = """[[rule]]
id = "{id}"
kind = "bounds"
severity = "note"
title = "x"
message = "x"
consider = "x"
"""


@pytest.mark.parametrize(
    ("text", "expected_message"),
    [
        ("rule = 5\n", "以 \\[\\[rule\\]\\] 开头"),
        ("rule = [1, 2]\n", "以 \\[\\[rule\\]\\] 开头"),
        ("[rule]\nid = 'x'\n", "以 \\[\\[rule\\]\\] 开头"),
        ("[[rule]]\nid = [1]\n", "应写明 id"),
        (RULE.format(id="a") + "tables = 5\n", "tables 应为表名的列表"),
        (RULE.format(id="a") + "tables = [[1]]\n", "tables 应为表名的列表"),
        (RULE.format(id="a") + 'tables = ["x"]\n', "没有名为 x 的表"),
        (RULE.format(id="a") * 2, "id 不应重复"),
        ("x = " + "[" * 5000, "应为 TOML 格式"),
    ],
)
def test_rules_with_noise_are_refused(
    tmp_path: Path, reference: Reference, text: str, expected_message: str
) -> None:
    (tmp_path / "rules.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputRefused, match=expected_message):
        load_rules(replace(reference, folder=tmp_path), KINDS)


def own_rule(reference: Reference, folder: Path) -> Rule:
    """The rule of the city among those that come with the kit."""
    return next(rule for rule in load_rules(replace(reference, folder=folder), KINDS) if rule.id == "a")


def test_a_rule_is_read(tmp_path: Path, reference: Reference) -> None:
    (tmp_path / "rules.toml").write_text(RULE.format(id="a") + 'tables = ["districts"]\n', encoding="utf-8")
    assert own_rule(reference, tmp_path).tables == ("districts",)


def test_a_rule_that_names_no_tables_is_about_all_that_are_declared(
    tmp_path: Path, reference: Reference
) -> None:
    (tmp_path / "rules.toml").write_text(RULE.format(id="a"), encoding="utf-8")
    assert own_rule(reference, tmp_path).tables == tuple(reference.declaration.annexes)

"""The file of rules: read, or refused with what is wrong in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from haochaping.checks.rule import Rule, load_rules
from haochaping.checks.rule_kinds import KINDS
from haochaping.core.errors import InputRefused
from haochaping.reference.reference import Reference
from tests.checks.small_city import ANNEXES, RELATIONS, city, outcomes, period

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
        ("[[rule]]\nid = [1]\n", r"第 2 行 rule\.1\.id：\[1\]；应为文字"),
        (RULE.format(id="a") + "tables = 5\n", r"rule\.1\.tables：5；应为文字的列表：districts"),
        (RULE.format(id="a") + "tables = [[1]]\n", r"rule\.1\.tables：.*；应为文字的列表"),
        (RULE.format(id="a") + 'tables = ["x"]\n', r"tables：.*；应为 districts、.* 中的一个或几个"),
        (RULE.format(id="a") * 2, "id 不应重复"),
        (RULE.format(id="a").replace("bounds", "at_most") + 'smaller = "cases"\n', r"rule\.1.*larger"),
        (RULE.format(id="a").replace("bounds", "at_most") + 'larger = "cases"\n', r"rule\.1.*smaller"),
        ("[[rules]]\nid = 'x'\n", r"第 1 行 rules：rules；应为 rule"),
        (
            RULE.format(id="a").replace("[[rule]]", "[[rules]]") + RULE.format(id="b"),
            "rules：rules；应为 rule",
        ),
        ("# 没有\n", "没有一条 .*请删去这个文件"),
        ("rule = []\n", "没有一条 .*请删去这个文件"),
        (RULE.format(id="a") + 'colum = "cases"\n', r"第 8 行 rule\.1\.colum：colum；应为 id、kind"),
        (
            RULE.format(id="a").replace('"bounds"', '"history"') + 'column = "evaluation"\n',
            r"column：evaluation；应为 cases、evaluations",
        ),
        (
            RULE.format(id="a").replace('"bounds"', '"history"'),
            "应写明 column、quarters、score、factor、least",
        ),
        (
            RULE.format(id="a").replace('"bounds"', '"silent"') + "factor = nan\nchance = 1\n",
            "factor：nan；应为不小于零的数",
        ),
        (RULE.format(id="a") + 'hard = "yes"\n', "hard：'yes'；应为true 或 false"),
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


# --- the rules of every city, and what a city changes ------------------------------------------------------


def rules_of(place: Reference) -> dict[str, Rule]:
    return {rule.id: rule for rule in load_rules(place, KINDS)}


def test_a_city_without_rules_has_the_general_ones(tmp_path: Path) -> None:
    place = city(tmp_path, ANNEXES)
    assert not (tmp_path / "rules.toml").exists()
    rules = rules_of(place)
    assert {"rate_recomputed", "parts_sum", "part_within_whole", "total_sum", "text_shares"} <= rules.keys()
    assert rules["parts_sum"].tables == ("halls", "districts", "towns")
    assert rules["parts_sum"].is_hard and not rules["share_recomputed"].is_hard


def test_a_city_changes_a_general_rule_by_its_id(tmp_path: Path) -> None:
    change = '[[rule]]\nid = "parts_sum"\nseverity = "note"\nhard = false\ntables = ["halls"]\n'
    usual, changed = rules_of(city(tmp_path / "a")), rules_of(city(tmp_path / "b", rules=change))
    assert list(changed) == list(usual), "in its place"
    assert (changed["parts_sum"].severity, changed["parts_sum"].tables) == ("note", ("halls",))
    assert not changed["parts_sum"].is_hard
    assert changed["parts_sum"].message == usual["parts_sum"].message
    assert {**changed, "parts_sum": None} == {**usual, "parts_sum": None}


def test_a_rule_that_is_switched_off_is_left_out(tmp_path: Path) -> None:
    off = '[[rule]]\nid = "parts_sum"\nenabled = false\n[[rule]]\nid = "own"\nkind = "bounds"\nenabled = false\n'
    usual, others = rules_of(city(tmp_path / "a")), rules_of(city(tmp_path / "b", rules=off))
    assert usual.keys() - others.keys() == {"parts_sum"}
    assert others.keys() <= usual.keys()


def test_switching_off_a_rule_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    off = '[[rule]]\nid = "parts_summ"\nenabled = false\n'
    with pytest.raises(InputRefused, match=r"parts_summ；没有这个 id 的通用规则，没有什么可停用"):
        rules_of(city(tmp_path, rules=off))


def test_a_change_of_a_rule_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match=r"(?s)应写明 severity.*part_sum；没有这个 id 的通用规则"):
        rules_of(city(tmp_path, rules='[[rule]]\nid = "part_sum"\n'))


def test_a_change_that_breaks_a_general_rule_is_refused(tmp_path: Path) -> None:
    for entry, said in (
        ('severity = "grave"', "severity：grave；应为"),
        ('tables = ["nowhere"]', "tables：.*nowhere.*；应为 "),
    ):
        with pytest.raises(InputRefused, match=said):
            rules_of(city(tmp_path, rules=f'[[rule]]\nid = "parts_sum"\n{entry}\n'))


def test_declared_relations_are_rules(tmp_path: Path) -> None:
    rules = rules_of(city(tmp_path, ANNEXES + RELATIONS))
    assert list(rules)[-3:] == ["text_cases", "towns_within_districts", "halls_in_all"]
    text, towns, halls = (rules[name] for name in list(rules)[-3:])
    assert {text.kind, towns.kind, halls.kind} == {"relation"}
    assert (text.is_hard, text.severity, text.title) == (True, "verify", "正文办结件数与各大厅办件数成立")
    assert (towns.is_hard, towns.severity) == (False, "note")
    assert halls.severity == "correct" and halls.message.startswith("所声明的关系：")


OWN_PAIR = """[[rule]]
id = "votes_within_cases"
kind = "at_most"
severity = "note"
title = "x"
message = "{{ place }}"
consider = "x"
tables = ["halls"]
smaller = "votes"
larger = "cases"
"""


def test_a_pair_that_a_rule_names_is_left_to_that_rule(tmp_path: Path) -> None:
    rules = rules_of(city(tmp_path, rules=OWN_PAIR))
    assert rules["part_within_whole"].options["except"] == [("halls", "votes", "cases")]
    assert "except" not in rules["votes_within_cases"].options
    switched_off = rules_of(city(tmp_path, rules=OWN_PAIR + "enabled = false\n"))
    assert switched_off["part_within_whole"].options["except"] == []


def test_no_pair_is_told_twice(tmp_path: Path) -> None:
    place = city(tmp_path, rules=OWN_PAIR)
    rows = {
        "halls": [{"hall": "甲", "cases": 1, "votes": 2}],
        "districts": [{"district": "甲区", "cases": 1, "votes": 2}],
    }
    data = period(place, **rows)
    assert [o.at.table for o in outcomes("votes_within_cases", data, place)] == ["halls"]
    assert [o.at.table for o in outcomes("part_within_whole", data, place)] == ["districts"]

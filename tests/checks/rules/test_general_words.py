"""The general rules speak of no city's columns: their words come from the declaration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from jinja2 import Environment, StrictUndefined

from haochaping.checks.rule import load_rules
from haochaping.checks.rule_kinds import KINDS
from haochaping.core.errors import InputRefused
from haochaping.core.model import frame
from haochaping.read.raw_folder import read_raw
from haochaping.reference.reference import Reference
from tests.checks.small_city import ANNEXES, PERIOD, check, city, read_tables


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    return city(tmp_path_factory.mktemp("place") / "reference", ANNEXES)


def test_no_general_rule_names_a_column_or_group_of_zibo(reference: Reference, place: Reference) -> None:
    declared = reference.declaration
    words = {m.heading for m in declared.measures.values()} | {g.word for g in declared.groups.values()}
    for rule in load_rules(place, KINDS):
        said = rule.title + rule.message + rule.several + rule.consider
        assert not [word for word in words if word in said], (rule.id, said)


def test_the_sentence_for_several_findings_needs_no_figures_of_its_own(reference: Reference) -> None:
    """It gets the number of findings, the units and the annexes, and nothing else."""
    for rule in (rule for rule in load_rules(reference, KINDS) if rule.several):
        template = Environment(undefined=StrictUndefined).from_string(rule.several)
        said = template.render(count="许多", units="甲、乙", annex="附件1")
        assert not set("023456789") & set(said) and said.endswith("。"), rule.id
        assert "附件1许多" not in said, f"{rule.id}: 附件1 and a number would run together"
        assert not [word for word in ("异常", "虚假") if word in said]


def test_every_rule_about_single_units_has_a_sentence_for_several(reference: Reference) -> None:
    without = {rule.id for rule in load_rules(reference, KINDS) if "{{ place }}" in rule.message}
    without -= {rule.id for rule in load_rules(reference, KINDS) if rule.several}
    assert without == set()


def test_what_was_extracted_too_early_is_named_as_the_city_heads_it(place: Reference, tmp_path: Path) -> None:
    table = [["大厅", "办件数", "投票数", "投票率"], ["甲", 20, 10, "50%"]]
    data = read_tables(place, tmp_path, table)
    facts = [
        {"field": "extraction_date", "value": "2024-04-01"},
        {"field": "period_end", "value": "2024-03-31"},
    ]
    [found] = [
        finding
        for finding in check(replace(data, about=frame("about", facts)), place).findings
        if finding.check == "extraction_window"
    ]
    assert "提取时的投票率尚不是最终数。" in found.message


@pytest.mark.parametrize(("row", "told"), [(["甲", 20, 10, "—"], True), (["甲", 20, 10, 9], False)])
def test_a_word_for_a_number_is_told_beside_listed_counts(
    tmp_path: Path, row: Sequence[object], told: bool
) -> None:
    """Also where the city happens to call its counts as Zibo does."""
    place = city(tmp_path / "reference", ANNEXES.replace("votes", "evaluations"))
    data = read_tables(place, tmp_path, [["大厅", "办件数", "投票数", "满意票"], row])
    found = [f.message for f in check(data, place).findings if f.check == "count_unreported"]
    assert bool(found) == told and all("满意票列为“—”" in message for message in found)


def test_a_workbook_without_tables_is_told_which_headings_were_expected(
    place: Reference, tmp_path: Path
) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.append(["随便", "写写"])  # type: ignore[union-attr]
    workbook.save(tmp_path / "附件.xlsx")
    with pytest.raises(InputRefused) as refusal:
        read_raw(tmp_path, PERIOD, place)
    assert "应有带“序号”“大厅”或“区县”表头的工作表" in str(refusal.value)

"""A small declared city and its periods, for tests of rules: halls that count votes, districts, towns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from haochaping.checks.check_report import CheckReport
from haochaping.checks.outcome import Outcome
from haochaping.checks.rule import load_rules
from haochaping.checks.rule_kinds import KINDS
from haochaping.checks.run_rules import run_rules
from haochaping.core.model import QuarterData, annex_frame, frame, printed_column
from haochaping.core.period import Period
from haochaping.read.raw_folder import read_raw
from haochaping.reference.reference import UNIT_COLUMNS, Reference, load_reference
from haochaping.store.cell_index import CellIndex

PERIOD = Period(2030, 1)
ANNEXES = """
[group.hall]
word = "大厅"

[group.district]
word = "区县"
endings = "区县"

[measure.cases]
heading = "办件数"
unit = "件"

[measure.votes]
heading = "投票数"
unit = "票"
parts = "good + fair + bad"
at_most = ["cases"]

[measure.good]
heading = "满意票"

[measure.fair]
heading = "基本满意票"

[measure.bad]
heading = "不满意票"

[measure.voting_rate]
heading = "投票率"
kind = "rate"
numerator = "votes"
denominator = "cases"

[measure.positive_rate]
heading = "好评率"
kind = "rate"
numerator = "votes - bad"
denominator = "votes"

[measure.poor_rate]
heading = "差评率"
kind = "rate"
numerator = "bad"
denominator = "good + fair + bad"

[measure.share]
heading = "占比"
kind = "share"
numerator = "votes"

[measure.remark]
heading = "说明"
kind = "as_printed"

[[annex]]
name = "halls"
number = 1
title = "各大厅"
rows = ["hall"]
measures = [
    "cases", "votes", "good", "fair", "bad", "voting_rate", "positive_rate", "poor_rate", "share", "remark",
]
required = ["votes"]
optional = ["voting_rate", "positive_rate", "poor_rate", "share", "remark"]

[[annex]]
name = "districts"
number = 2
title = "各区县"
known_by = ["区县"]
rows = ["district"]
measures = ["cases", "votes"]
required = ["votes"]

[[annex]]
name = "towns"
title = "各镇"
known_by = ["镇"]
rows = ["district"]
measures = ["votes"]
required = ["votes"]

[text_figure.handled]
word = "办结件数"
words_before = ["办结", "办理完毕"]
unit = "件"
"""
RELATIONS = """
[[relation]]
id = "text_cases"
holds = "text.handled = halls.cases"
hard = true
words = "正文办结件数与各大厅办件数"

[[relation]]
id = "towns_within_districts"
holds = "towns.votes <= districts.votes"
by = "district"
severity = "note"

[[relation]]
id = "halls_in_all"
holds = "2 * halls.votes >= districts.votes + towns.votes"
severity = "correct"
"""
THRESHOLDS = {
    "small_denominator": 30,
    "evaluation_window_working_days": 5,
    "change_percent": 1,
    "change_points": 1,
    "change_relative": 10,
    "disclosure": 5,
}


def city(
    folder: Path, annexes: str = ANNEXES + RELATIONS, *, rules: str | None = None, **thresholds: float
) -> Reference:
    """The settings of the small city, with a ``rules.toml`` where one is given."""
    folder.mkdir(parents=True, exist_ok=True)
    limits = "\n".join(f"{name} = {value}" for name, value in {**THRESHOLDS, **thresholds}.items())
    (folder / "city.toml").write_text(f'name = "某市"\noffice = "某局"\n[thresholds]\n{limits}\n', "utf-8")
    (folder / "annexes.toml").write_text(annexes, "utf-8")
    (folder / "units.csv").write_text(",".join(UNIT_COLUMNS) + "\n", "utf-8")
    words = "total,合计,\ntotal,总计,\nno_value,/,\nno_value,—,\n"
    (folder / "words.csv").write_text(f"kind,text,meaning\n{words}", "utf-8")
    if rules is not None:
        (folder / "rules.toml").write_text(rules, "utf-8")
    return load_reference(folder)


def period(
    reference: Reference,
    figures: Mapping[str, float] | None = None,
    text: str = "",
    **rows: Sequence[Mapping[str, Any]],
) -> QuarterData:
    """A period with rows of annexes, figures of the text and the text; a rate is given as printed."""
    headline = [
        {"figure": name, "value": value, "printed": f"{value:g}", "qualifier": ""}
        for name, value in (figures or {}).items()
    ]
    data = QuarterData(
        PERIOD,
        reference.declaration,
        headline=frame("headline", headline),
        about=frame("about", [{"field": "text", "value": text}]),
    )
    for name, content in rows.items():
        spec = reference.declaration.annexes[name]
        printed = set().union(*content) & spec.optional
        data = data.with_table(name, annex_frame(spec, [_record(row) for row in content], printed))
    return data


def _record(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with the fractions of its printed percentages."""
    record = dict(row)
    for name, value in row.items():
        if isinstance(value, str) and value.endswith("%"):
            record |= {name: float(value[:-1]) / 100, printed_column(name): value}
    return record


def read_tables(reference: Reference, folder: Path, *tables: Sequence[Sequence[object]]) -> QuarterData:
    """Tables as an office has them, one on each sheet of a workbook, read."""
    folder.mkdir(parents=True, exist_ok=True)
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for number, rows in enumerate(tables, start=1):
        sheet = workbook.create_sheet(f"表{number}")
        for row in rows:
            sheet.append(list(row))
    workbook.save(folder / "附件.xlsx")
    return read_raw(folder, PERIOD, reference)


def outcomes(rule_id: str, data: QuarterData, reference: Reference) -> list[Outcome]:
    """What one rule of the city finds."""
    [rule] = [rule for rule in load_rules(reference, KINDS) if rule.id == rule_id]
    return list(KINDS[rule.kind](rule, CellIndex(data, reference)))


def check(data: QuarterData, reference: Reference) -> CheckReport:
    """All rules of the city."""
    report = run_rules(data, reference)
    assert not [result for result in report.results if result.error]
    return report

"""Read the tables of other places: cells expected, read, wrong and dropped, what the checks say, what a draft proposes.

``make bench-forms DIR=…`` takes a folder with one folder for each form, named ``<place>-<period>``: the file as published
(``bulletin.*`` or any other), its ``reference/`` and ``cells.csv`` with the true cells (columns table, row, column,
printed). It prints a line for each form, and every finding that is not a 提示. Then each form is drafted (``adopt``) and read
with the draft: cells in place, and relations proposed, of these right and false, and missed, by its own ``reference/``. A
form without one is only drafted.
"""

from __future__ import annotations

import csv
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from haochaping.adopt.adopt import adopt_bulletins
from haochaping.checks.check_report import CheckReport
from haochaping.checks.run_rules import run_rules
from haochaping.core.errors import InputRefused
from haochaping.core.labels import SEVERITIES
from haochaping.core.model import QuarterData
from haochaping.core.paths import Locations
from haochaping.core.period import Period
from haochaping.read.raw_folder import read_raw
from haochaping.reference.reference import load_reference
from haochaping_dev.bench.declared_relations import declared_relations, is_implied, relation_words

_NOT_RAW = ("cells.csv", "about.md", "reference")
Place = tuple[str, str, str]
"""Number of the table, row and column as printed."""


@dataclass
class FormResult:
    """How one form was read: numbers of cells, what is wrong with them, and what the checks say."""

    name: str
    expected: int
    read: int = 0
    wrong: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    added: int = 0
    report: CheckReport | None = None
    refusal: str = ""
    drafted: DraftResult | None = None


@dataclass
class DraftResult:
    """What a draft of one form proposes: cells in place, relations right, false and missed by its own declaration.

    ``truth`` says whether the form has one; bounds (≤) are counted where both have them, and told apart from the rest.
    """

    in_place: int = 0
    right: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    has_truth: bool = False
    refusal: str = ""


def read_form(folder: Path) -> FormResult:
    """Read and check one form."""
    with (folder / "cells.csv").open(encoding="utf-8-sig", newline="") as file:
        expected = {(r["table"], r["row"], r["column"]): r["printed"] for r in csv.DictReader(file)}
    result = FormResult(folder.name, len(expected))
    result.drafted = _draft(folder, expected)
    if not (folder / "reference").is_dir():
        return result
    try:
        data = _read(folder, folder / "reference")
        result.report = run_rules(data, load_reference(folder / "reference"))
    except InputRefused as refusal:
        result.refusal = refusal.message
        return result
    found = _printed_cells(data)
    for place, printed in expected.items():
        shown = f"表 {place[0]} {place[1]} {place[2]}"
        if place not in found:
            result.dropped.append(shown)
        elif found[place] != printed:
            result.wrong.append(f"{shown}：{found[place]}，应为 {printed}")
        else:
            result.read += 1
    result.added = len(found.keys() - expected.keys())
    return result


def _draft(folder: Path, expected: dict[Place, str]) -> DraftResult:
    """Draft one form, read it with the draft, and hold the relations against the form's own declaration."""
    result = DraftResult(has_truth=(folder / "reference").is_dir())
    with tempfile.TemporaryDirectory() as scratch:
        locations = Locations(Path(scratch) / "data", Path(scratch) / "output")
        try:
            adopt_bulletins(_files(folder), folder.name.rpartition("-")[0], locations)
            data = _read(folder, locations.reference)
            report = run_rules(data, load_reference(locations.reference))
        except InputRefused as refusal:
            result.refusal = refusal.message
            return result
    found = _printed_cells(data)
    result.in_place = sum(found.get(place) == printed for place, printed in expected.items())
    result.told = [f"[{SEVERITIES[f.severity]}] {f.message}" for f in report.findings if f.severity != "note"]
    if result.has_truth:
        true = declared_relations(_read(folder, folder / "reference"))
        drafted = declared_relations(data)
        right = {relation for relation in drafted if relation in true or is_implied(relation, true)}
        result.right = [relation_words(relation) for relation in right]
        result.false = [relation_words(relation) for relation in drafted - right]
        result.missed = [relation_words(relation) for relation in true - drafted]
    return result


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name not in _NOT_RAW and path.is_file())


def _read(folder: Path, reference: Path) -> QuarterData:
    period = Period.parse(folder.name.rpartition("-")[2])
    with tempfile.TemporaryDirectory() as raw:
        for path in _files(folder):
            shutil.copy(path, raw)
        return read_raw(Path(raw), period, load_reference(reference))


def _printed_cells(data: QuarterData) -> dict[Place, str]:
    rows = data.cells.to_dict("records")
    return {(str(row["table"]), _row_label(row), row["column"]): row["printed"] for row in rows}


def _row_label(row: dict[str, str]) -> str:
    """The label of a row as ``cells.csv`` has it: with the member where the column's headings do not name it."""
    is_in_heading = not row["member"] or "/" in row["column"] or row["column"] == row["member"]
    return row["row"] if is_in_heading else f"{row['row']} / {row['member']}"


def lines(results: list[FormResult]) -> Iterator[str]:
    """The table of all forms, then what is wrong and what is found."""
    yield f"{'形式':<24}{'应有':>6}{'读出':>6}{'错':>5}{'漏':>5}{'多':>5}  结论"
    for result in results:
        if result.report is None and not result.refusal:
            continue  # without a declaration of its own
        verdict = "未能读取" if result.report is None else result.report.verdict_words
        numbers = (result.expected, result.read, len(result.wrong), len(result.dropped), result.added)
        yield f"{result.name:<24}{numbers[0]:>8}{numbers[1]:>8}{numbers[2]:>6}{numbers[3]:>6}{numbers[4]:>6}  {verdict}"
    for result in results:
        yield from _details(result)
    total = Counter({"应有": 0, "读出": 0})
    for result in results:
        if result.report is not None or result.refusal:
            total.update({"应有": result.expected, "读出": result.read})
    yield f"合计 {total['应有']} 格，读出 {total['读出']} 格"
    yield from _draft_lines(results)


def _draft_lines(results: list[FormResult]) -> Iterator[str]:
    """The table of drafts: cells in place, relations proposed, right, false and missed; then those, and what is told."""
    yield f"\n起草（adopt）\n{'形式':<24}{'应有':>6}{'在位':>6}{'写出':>5}{'对':>5}{'错':>5}{'漏':>5}"
    for result in results:
        draft = result.drafted
        if draft is None or draft.refusal:
            yield f"{result.name:<24}  未能起草：{draft.refusal if draft else ''}"
            continue
        numbers = [len(draft.right) + len(draft.false), *map(len, (draft.right, draft.false, draft.missed))]
        shown = "".join(f"{number:>6}" for number in numbers) if draft.has_truth else "  没有对照的登记"
        yield f"{result.name:<24}{result.expected:>8}{draft.in_place:>8}{shown}"
    for result in results:
        draft = result.drafted
        if draft is not None and (draft.false or draft.missed or draft.told):
            yield f"\n{result.name}（起草）"
            yield from (f"  错：{text}" for text in draft.false)
            yield from (f"  漏：{text}" for text in draft.missed)
            yield from (f"  {text}" for text in draft.told)


def _details(result: FormResult) -> Iterator[str]:
    if result.refusal:
        yield f"\n{result.name}：{result.refusal}"
        return
    if result.report is None:
        return
    findings = [f for f in result.report.findings if f.severity != "note"]
    if result.wrong or result.dropped or findings:
        yield f"\n{result.name}"
    yield from (f"  错：{text}" for text in result.wrong)
    yield from (f"  漏：{text}" for text in result.dropped)
    yield from (f"  [{SEVERITIES[finding.severity]}] {finding.message}" for finding in findings)


def main(arguments: list[str]) -> int:
    """Print the result for every form of a folder; 1 where a cell is wrong or dropped or a form was refused."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        print("应写作 make bench-forms DIR=文件夹，其中每种表一个文件夹", file=sys.stderr)
        return 2
    folders = sorted(path for path in Path(arguments[0]).iterdir() if (path / "cells.csv").is_file())
    results = [read_form(folder) for folder in folders]
    print("\n".join(lines(results)))
    return int(any(result.refusal or result.wrong or result.dropped for result in results))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Tables of other places, read by what those places would declare: every cell in every format, told what is wrong."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pytest

from haochaping.checks.check_report import CheckReport
from haochaping.checks.run_rules import run_rules
from haochaping.checks.verdict import Verdict
from haochaping.core.errors import InputRefused
from haochaping.core.model import AS_PRINTED, NUMBER, QuarterData
from haochaping.core.paths import project_root
from haochaping.core.period import Period
from haochaping.outputs.page.annex_html import other_tables
from haochaping.reference.reference import Reference
from haochaping.store.data_contract import validate
from haochaping.store.tidy_tables import read_tidy, write_tidy
from haochaping_dev.bench import bench_forms
from haochaping_dev.fuzz.declared_form import form_names, load_form, published_cells
from haochaping_dev.fuzz.print_form import TEXT
from tests.read.forms.writing import (
    FORMS_AND_FORMATS,
    OFFICE_FORMATS,
    data_root,
    read_form,
    write_form,
)
from tests.shared import run_here

SEEDS = 3
"""In how many of the ways in which offices write a file each form is read."""


def cells_by_place(data: QuarterData) -> dict[tuple[str, str, str], str]:
    rows = data.cells.to_dict("records")
    return {(str(row["table"]), row["row"], row["column"]): row["printed"] for row in rows}


@pytest.mark.parametrize(("name", "kind"), FORMS_AND_FORMATS)
def test_every_cell_is_in_its_place_letter_by_letter(tmp_path: Path, name: str, kind: str) -> None:
    expected = published_cells(name)
    if kind == TEXT:  # a text may have blanks anywhere within a label
        expected = {(table, "".join(row.split()), column): p for (table, row, column), p in expected.items()}
    for seed in range(SEEDS):
        data = validate(read_form(name, kind, tmp_path / str(seed), seed=seed))
        found = cells_by_place(data)
        assert len(found) == len(data.cells)
        assert list(found.items()) == list(expected.items()), "in printed order too"
        assert set(data.cells["measure"]) - {""} == set(data.cells["measure"]), "nothing undeclared"
        assert list(data.annexes["table"]) == list(data.declaration.annexes)


def test_rows_of_a_mixed_table_are_of_their_groups(tmp_path: Path) -> None:
    data = read_form("tongchuan-2025Q1", "html", tmp_path)
    groups = data.offices.groupby("group")["unit"].apply(list)
    assert groups["district"] == ["耀州区政府", "王益区政府", "印台区政府", "宜君县政府", "市新区管委会"]
    assert len(groups["department"]) == 17
    assert data.printed_totals["value"].tolist() == [139, 139]


def test_what_is_no_number_is_kept(tmp_path: Path) -> None:
    levels = read_form("levels-2022Q4", "xlsx", tmp_path / "levels")
    assert set(levels.departments["channel"]) == {"全部"}
    zeros = read_form("qingcheng-2020Q4", "docx", tmp_path / "zeros")
    assert zeros.channels["acceptance_rate"].tolist() == [1, 0, 0, 0, 0, 0]
    assert zeros.channels["acceptance_rate_printed"].tolist() == ["100.00%", *["0"] * 5]


# --- kept in the tidy tables ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", form_names())
def test_tidy_tables_hold_the_same_cells(tmp_path: Path, name: str) -> None:
    form = load_form(name)
    data = read_form(name, OFFICE_FORMATS[name], tmp_path / "raw")
    write_tidy(data, tmp_path / "tidy")
    again = read_tidy(tmp_path / "tidy", form.period, form.reference)
    assert again == data
    assert again.cells.equals(data.cells)


@pytest.mark.parametrize("name", form_names())
def test_the_command_writes_the_same_cells(tmp_path: Path, name: str) -> None:
    root, period = data_root(name, OFFICE_FORMATS[name], tmp_path), load_form(name).period
    result = run_here("tidy", period, "--data", root, "--output", tmp_path / "output")
    assert result.returncode == 0, result.stderr
    with (root / "tidy" / str(period) / "cells.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["annex"] != "text"]
    found = {(row["table"], row["row"].replace(" // ", " / "), row["column"]): row["printed"] for row in rows}
    assert found == published_cells(name)


# --- what is told ---------------------------------------------------------------------------------------------

CORRECT, VERIFY, NOTE = "correct", "verify", "note"
TOLD: dict[str, dict[tuple[str, str, str], str]] = {
    "levels-2022Q4": {},
    "levels-wrong-2022Q4": {
        ("rate_recomputed", "市住房公积金", "positive_rate"): CORRECT,
        ("rate_recomputed", "市公安局", "positive_rate"): CORRECT,
        ("rate_recomputed", "市人社局", "positive_rate"): CORRECT,
        ("rate_recomputed", "市行政审批服务局", "positive_rate"): CORRECT,
    },
    "ningguo-2022M04": {},
    "qingcheng-2020Q4": {},
    "tongchuan-2025Q1": {
        ("text_shares", "claim:43件(30.2%)", "value"): CORRECT,
        ("text_shares", "claim:17件(12.3%)", "value"): CORRECT,
        ("text_shares", "claim:8件(5.9%)", "value"): CORRECT,
    },
    "weinan-2024Q2": {("assigned_letters", "assigned", "value"): VERIFY},
    "yongchang-2023Q2": {("parts_sum", "县政务服务大厅", "votes"): CORRECT},
}
"""Findings that are not 提示: check, row and column of the cell to severity."""
VERDICTS = {name: Verdict.VERIFY_FIRST if TOLD[name] else Verdict.READY for name in TOLD}


def report_on(name: str, kind: str, folder: Path) -> tuple[QuarterData, CheckReport]:
    data = read_form(name, kind, folder)
    return data, run_rules(data, load_form(name).reference)


@pytest.mark.parametrize("name", form_names())
def test_what_is_wrong_is_told_and_nothing_else(tmp_path: Path, name: str) -> None:
    _, report = report_on(name, "html", tmp_path)
    assert not [result for result in report.results if result.error]
    graver = {(f.check, f.at.row, f.at.column): f.severity for f in report.findings if f.severity != NOTE}
    assert graver == TOLD[name]
    assert report.verdict is VERDICTS[name]


def test_five_votes_too_many_are_told_with_their_cells(tmp_path: Path) -> None:
    _, report = report_on("yongchang-2023Q2", "docx", tmp_path)
    [finding] = [f for f in report.findings if f.severity != NOTE]
    assert finding.expected == "3,816" and "相差 5" in finding.message
    assert [cell.column for cell in finding.cells] == [
        "votes",
        "satisfied",
        "fairly_satisfied",
        "dissatisfied",
    ]
    assert finding.printed[finding.at] == "3811"


def test_missing_votes_of_a_level_are_one_cause_with_the_rate(tmp_path: Path) -> None:
    """95 votes lacking break the sum of the levels and the rate: one finding for each row, which names both."""
    _, report = report_on("levels-wrong-2022Q4", "xlsx", tmp_path)
    three = [f for f in report.findings if f.at.row in ("市住房公积金", "市公安局", "市人社局")]
    assert all("相差 95" in finding.message and "好评率" in finding.message for finding in three)
    [rate] = [f for f in report.findings if f.at.row == "市行政审批服务局"]
    assert rate.expected == "100%" and "97%" in rate.message


def test_a_zero_rate_of_nothing_is_one_note_for_all(tmp_path: Path) -> None:
    _, report = report_on("qingcheng-2020Q4", "csv", tmp_path)
    [note] = [f for f in report.findings if f.check == "rate_zero_of_none"]
    assert note.severity == NOTE and "10 格" in note.message and "受理率、结案率" in note.message
    assert not any(finding.check == "rate_undefined" for finding in report.findings)


def test_a_text_that_counts_more_than_its_tables_is_to_be_verified(tmp_path: Path) -> None:
    _, report = report_on("weinan-2024Q2", "docx", tmp_path)
    [finding] = [f for f in report.findings if f.check == "assigned_letters"]
    assert "230" in finding.message and "189" in finding.message and "相差 6" in finding.message


# --- the period -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "kind"), [(n, k) for n, k in FORMS_AND_FORMATS if n.startswith("n")])
def test_a_month_is_no_quarter(tmp_path: Path, name: str, kind: str) -> None:
    with pytest.raises(InputRefused, match="4月") as refusal:
        read_form(name, kind, tmp_path, period=Period.parse("2022Q2"))
    assert all("2022Q2" in problem.expected for problem in refusal.value.problems)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("yongchang-2023Q2", "2023M05"),
        ("weinan-2024Q2", "2024Y"),
        ("tongchuan-2025Q1", "2025H1"),
        ("qingcheng-2020Q4", "2020Q3"),
        ("levels-2022Q4", "2021Q4"),
    ],
)
def test_a_quarter_is_no_other_period(tmp_path: Path, name: str, code: str) -> None:
    with pytest.raises(InputRefused, match="季度"):
        read_form(name, "html", tmp_path, period=Period.parse(code))


def test_a_kind_of_period_that_the_place_does_not_publish_is_refused(tmp_path: Path) -> None:
    root = data_root("ningguo-2022M04", "docx", tmp_path)
    result = run_here("tidy", "2022Q2", "--data", root, "--output", tmp_path / "output")
    assert result.returncode and "本市声明公布的是月" in result.stderr


# --- measured by make bench-forms ---------------------------------------------------------------------------


def bench_folder(folder: Path, names: tuple[str, ...]) -> Path:
    """A folder as ``make bench-forms`` takes it."""
    for name in names:
        form = load_form(name)
        write_form(form, OFFICE_FORMATS[name], folder / name)
        (folder / name / "cells.csv").write_bytes((form.folder / "cells.csv").read_bytes())
        (folder / name / "reference").symlink_to(form.folder / "reference")
    return folder


def test_the_bench_counts_every_cell(tmp_path: Path, capsys) -> None:
    folder = bench_folder(tmp_path, form_names())
    assert bench_forms.main([str(folder)]) == 0
    shown = capsys.readouterr().out
    count = sum(len(published_cells(name)) for name in form_names())
    assert f"合计 {count} 格，读出 {count} 格" in shown
    assert "相差 5" in shown and "应相等" in shown


@pytest.mark.parametrize(
    ("text", "bent", "said"), [("3811", "3812", "错："), ("税务分中心", "税务中心", "漏：")]
)
def test_the_bench_tells_a_bent_cell(tmp_path: Path, capsys, text: str, bent: str, said: str) -> None:
    folder = bench_folder(tmp_path, ("yongchang-2023Q2",))
    cells = folder / "yongchang-2023Q2" / "cells.csv"
    cells.write_text(cells.read_text(encoding="utf-8").replace(text, bent), encoding="utf-8")
    assert bench_forms.main([str(folder)]) == 1
    assert said in capsys.readouterr().out


def test_the_bench_asks_for_its_folder(tmp_path: Path) -> None:
    assert bench_forms.main([]) == 2
    assert bench_forms.main([str(tmp_path / "none")]) == 2


# --- read by the settings of another place ------------------------------------------------------------------

UNKNOWN_HERE = tuple(name for name in form_names() if not name.startswith("levels"))
"""Forms of which the kit's own city declares no annex; the export of ratings by level has columns that it knows."""


def read_unknown(name: str, kind: str, folder: Path, reference: Reference) -> tuple[QuarterData, CheckReport]:
    data = validate(read_form(name, kind, folder, reference=reference))
    return data, run_rules(data, reference)


@pytest.mark.parametrize("name", UNKNOWN_HERE)
def test_a_form_that_nobody_declared_is_kept_whole(tmp_path: Path, reference: Reference, name: str) -> None:
    data, report = read_unknown(name, OFFICE_FORMATS[name], tmp_path / "raw", reference)
    assert cells_by_place(data) == published_cells(name)
    assert set(data.cells["status"]) == {AS_PRINTED} and set(data.cells["annex"]) == {""}
    assert report.verdict in (Verdict.NOT_COVERED, Verdict.VERIFY_FIRST)
    assert report.insufficiently_covered == list(report.coverage)
    write_tidy(data, tmp_path / "tidy")
    assert read_tidy(tmp_path / "tidy", data.quarter, reference).cells.equals(data.cells)


def assert_shows_every_cell(page: str, name: str) -> None:
    cells = {re.sub("<sup>.*?</sup>|<.*?>", "", cell).strip() for cell in re.findall("<td.*?</td>", page)}
    for place, printed in published_cells(name).items():
        shown = {printed, f"{int(printed):,}"} if printed.isdecimal() else {printed}
        assert shown & cells, place
        assert all(heading.removesuffix("（件）") in page for heading in place[2].split("/")), place


@pytest.mark.parametrize("name", UNKNOWN_HERE)
def test_every_cell_of_it_is_shown(tmp_path: Path, reference: Reference, name: str) -> None:
    data, report = read_unknown(name, OFFICE_FORMATS[name], tmp_path, reference)
    page = str(other_tables(data, report))
    assert page.count("<table") == len(load_form(name).tables)
    assert_shows_every_cell(page, name)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "is_declared", "said"),
    [("yongchang-2023Q2", True, "建议核实后送审"), ("weinan-2024Q2", False, "核对覆盖不足")],
)
def test_a_run_ends_with_a_page_that_shows_it(
    tmp_path: Path, name: str, is_declared: bool, said: str
) -> None:
    root, period = data_root(name, "docx", tmp_path), load_form(name).period
    if not is_declared:
        shutil.rmtree(root / "reference")
        shutil.copytree(project_root() / "data" / "reference", root / "reference")
    result = run_here("quarter", period, "--data", root, "--output", tmp_path / "output")
    assert result.returncode == 0, result.stderr
    assert said in result.stderr + result.stdout
    assert_shows_every_cell((tmp_path / "output" / str(period) / "briefing.html").read_text("utf-8"), name)


def test_columns_that_the_city_knows_are_checked_and_the_others_kept(
    tmp_path: Path, reference: Reference
) -> None:
    data, report = read_unknown("levels-2022Q4", "xlsx", tmp_path, reference)
    assert cells_by_place(data) == published_cells("levels-2022Q4")
    declared = data.cells.loc[data.cells["status"] == NUMBER, "measure"]
    assert set(declared) == {"evaluations", "positive_rate"}
    [table] = report.coverage
    assert "非常满意数量" in table.undeclared and "渠道" in table.undeclared

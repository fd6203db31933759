"""Sheets go out, come back filled in, and become answers."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from haochaping.commands import command_line as cli
from haochaping.core.errors import InputRefused
from haochaping.core.paths import Locations
from haochaping.core.period import Period
from haochaping.outputs.exchange.verification_sheets import SHEET, write_sheets
from haochaping.pipeline import collect_replies
from haochaping.pipeline.assess import assess
from haochaping.pipeline.collect_replies import CollectOutcome, collect
from haochaping.pipeline.fingerprint import hash_inputs
from haochaping.read.raw_folder import input_files
from haochaping.reference.reference import load_reference
from haochaping.store.answers import read_answers

ROOT = Path(__file__).parents[2]
QUARTER, DAY = Period(2022, 4), date(2023, 1, 20)
WATER, POLICE = "市水务集团有限责任公司", "市公安局"
WATER_RATE = f"rate_recomputed/city_departments/{WATER}/evaluation_rate"
SILENT = f"silent_unit/city_departments/{POLICE}/active_evaluations"

Filled = dict[str, tuple[str, str]]
"""Cell path to 核实值 and 说明或依据."""
NEAR = "周村区"
SERVICES = "公共服务（水电气热通讯）"
BELOW = f"district_departments/{SERVICES}/{NEAR}/evaluations"
LISTED = f"public_services/{NEAR}/evaluations"
TOTAL = "total_sum/public_services/总数/evaluations"


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sheets of the real quarter as they go out."""
    folder = tmp_path_factory.mktemp("blank")
    where = Locations(ROOT / "data", folder)
    reviewed = assess(where, QUARTER, DAY)
    write_sheets(reviewed.data, reviewed.report, load_reference(where.reference), folder)
    return folder


@pytest.fixture
def where(tmp_path: Path) -> Locations:
    """A data root of its own with an empty folder for sheets that come back."""
    data = tmp_path / "data"
    shutil.copytree(ROOT / "data" / "reference", data / "reference")
    (data / "raw" / "2022Q4" / "returned").mkdir(parents=True)
    shutil.copy(ROOT / "data" / "raw" / "2022Q4" / "bulletin.txt", data / "raw" / "2022Q4")
    return Locations(data, tmp_path / "output")


def give_back(
    where: Locations,
    source: Path,
    filled: Filled,
    name: str = "",
    by: str = "甲",
    on: str | date | None = date(2023, 1, 12),
) -> Path:
    """Fill a sheet in as a unit does, in Excel, and put it into the folder."""
    workbook = load_workbook(source)
    sheet = workbook[SHEET]
    top = next(r for r in range(1, 40) if sheet.cell(r, 1).value == "序号")
    at = {sheet.cell(top, c).value: c for c in range(1, 13)}
    done = set()
    for row in range(top + 1, sheet.max_row + 1):
        path = sheet.cell(row, at["单元格"]).value
        if path in filled and path not in done:
            done.add(path)
            for heading, text in zip(("核实值", "说明或依据"), filled[path], strict=True):
                sheet.cell(row, at[heading]).value = text or None
                sheet.cell(row, at[heading]).data_type = "s" if text else "n"
            sheet.cell(row, at["经办人"]).value = by or None
            sheet.cell(row, at["日期"]).value = on
    assert done == set(filled)
    target = where.raw(QUARTER) / "returned" / (name or source.name)
    workbook.save(target)
    return target


def run(where: Locations) -> CollectOutcome:
    return collect(where, QUARTER, DAY)


def path_of(column: str, unit: str = WATER) -> str:
    return f"city_departments/{unit}/{column}"


def answers(where: Locations) -> set[tuple[str, str, str, str]]:
    found = read_answers(where.raw(QUARTER) / "review.xlsx", QUARTER)
    return {(a.finding, a.kind or "更正", a.value, a.text) for a in found}


@pytest.mark.slow
def test_two_sheets_out_and_back(where: Locations, blank: Path) -> None:
    give_back(where, blank / f"{WATER}.xlsx", {path_of("evaluations"): ("11273", "=查原始系统")})
    give_back(where, blank / f"{POLICE}.xlsx", {path_of("active_evaluations", POLICE): ("", "窗口未接通")})
    outcome = run(where)
    assert outcome.is_complete and len(outcome.added) == 2 and len(outcome.read) == 2
    assert answers(where) == {
        (WATER_RATE, "更正", "11273", "=查原始系统"),
        (SILENT, "说明", "", "窗口未接通"),
    }
    reviewed = assess(where, QUARTER, DAY)
    states = {f.id: f.status for f in reviewed.report.findings}
    assert (states[WATER_RATE], states[SILENT]) == ("corrected", "explained")
    assert reviewed.data.corrections[["corrected", "by", "on"]].to_numpy().tolist() == [
        ["11273", "甲", "2023-01-12"]
    ]
    assert reviewed.report.refused == 0


@pytest.mark.slow
def test_collecting_twice_changes_nothing(where: Locations, blank: Path) -> None:
    give_back(where, blank / f"{WATER}.xlsx", {path_of("evaluations"): ("11273", "查系统")})
    run(where)
    before = (where.raw(QUARTER) / "review.xlsx").read_bytes()
    outcome = run(where)
    assert (outcome.added, outcome.already_present, outcome.is_complete) == ((), 1, True)
    assert (where.raw(QUARTER) / "review.xlsx").read_bytes() == before
    give_back(where, blank / f"{POLICE}.xlsx", {path_of("active_evaluations", POLICE): ("", "窗口未接通")})
    assert len(run(where).added) == 1 and len(answers(where)) == 2
    assert [p.name for p in where.raw(QUARTER).iterdir() if "collect" in p.name] == []


@pytest.mark.slow
def test_a_correction_that_does_not_settle_it_stays_applied(where: Locations, blank: Path) -> None:
    give_back(where, blank / f"{WATER}.xlsx", {path_of("evaluation_rate"): ("98%", "查系统")})
    run(where)
    give_back(where, blank / f"{POLICE}.xlsx", {path_of("active_evaluations", POLICE): ("", "窗口未接通")})
    run(where)
    assert assess(where, QUARTER, DAY).data.corrections["corrected"].tolist() == ["98%"]


@pytest.mark.slow
def test_what_is_confirmed_is_an_explanation_and_no_grounds_of_a_correction(
    where: Locations, blank: Path
) -> None:
    active = path_of("active_evaluations", POLICE)
    give_back(where, blank / f"{POLICE}.xlsx", {active: ("223", "")})
    rate, cases = path_of("evaluation_rate"), path_of("cases")
    give_back(where, blank / f"{WATER}.xlsx", {rate: ("99.7%", "漏了小数"), cases: ("11273", "")})
    run(where)
    assert answers(where) == {
        (SILENT, "说明", "", "主动评价数经核实无误"),
        (WATER_RATE, "更正", "99.7%", "漏了小数"),
    }


def test_two_sheets_that_contradict_are_told_and_not_decided(where: Locations, blank: Path) -> None:
    give_back(where, blank / f"{WATER}.xlsx", {path_of("evaluations"): ("11273", "a")})
    give_back(where, blank / f"{WATER}.xlsx", {path_of("evaluations"): ("11,200", "b")}, "水务2.XLSX")
    outcome = run(where)
    [told] = outcome.conflicts
    assert "水务2.XLSX 核实单 第" in told and f"{WATER}.xlsx 核实单 第" in told
    assert "11273" in told and "11,200" in told
    assert outcome.added == () and answers(where) == set(), "a workbook to decide in, nothing filled in"


@pytest.mark.slow
def test_what_the_workbook_says_stays_when_a_sheet_says_otherwise(where: Locations, blank: Path) -> None:
    sheet = give_back(where, blank / f"{WATER}.xlsx", {path_of("evaluations"): ("11273", "a")})
    run(where)
    sheet.unlink()
    give_back(where, blank / f"{WATER}.xlsx", {path_of("evaluations"): ("11200", "b")})
    give_back(where, blank / f"{POLICE}.xlsx", {path_of("active_evaluations", POLICE): ("", "窗口未接通")})
    outcome = run(where)
    [told] = outcome.conflicts
    assert "review.xlsx 更正其他单元格 第" in told and "11200" in told
    assert answers(where) == {(WATER_RATE, "更正", "11273", "a"), (SILENT, "说明", "", "窗口未接通")}


@pytest.mark.slow
def test_different_words_on_one_finding_are_a_contradiction_too(where: Locations, blank: Path) -> None:
    for name, text in (("a.xlsx", "窗口未接通"), ("b.xlsx", "设备故障")):
        give_back(where, blank / f"{POLICE}.xlsx", {path_of("active_evaluations", POLICE): ("", text)}, name)
    assert len(run(where).conflicts) == 1 and answers(where) == set()


@pytest.mark.slow
def test_the_same_number_written_otherwise_is_no_contradiction(where: Locations, blank: Path) -> None:
    for name, value in (("a.xlsx", "11273"), ("b.xlsx", "11,273")):
        give_back(where, blank / f"{WATER}.xlsx", {path_of("evaluations"): (value, "x")}, name)
    outcome = run(where)
    assert outcome.is_complete and len(outcome.added) == 1


@pytest.mark.slow
def test_a_printed_value_confirmed_contradicts_its_correction(where: Locations, blank: Path) -> None:
    give_back(where, blank / f"{NEAR}.xlsx", {BELOW: ("4356", "漏填")}, "a.xlsx")
    give_back(where, blank / f"{NEAR}.xlsx", {BELOW: ("0", "未接入"), LISTED: ("0", "多列")}, "b.xlsx")
    outcome = run(where)
    told = "\n".join(outcome.conflicts)
    assert "a.xlsx 核实单 第" in told and "“4356”" in told and "“0”（与原值相同）" in told
    assert "一并未采用" in outcome.conflicts[1] and "b.xlsx" in outcome.conflicts[1]
    assert outcome.added == () and answers(where) == set() and not outcome.is_complete


@pytest.mark.slow
def test_a_text_alone_upholds_the_printed_value(where: Locations, blank: Path) -> None:
    give_back(where, blank / f"{NEAR}.xlsx", {BELOW: ("4356", "漏填")}, "a.xlsx")
    give_back(where, blank / f"{NEAR}.xlsx", {BELOW: ("", "确实没有")}, "b.xlsx")
    [told] = run(where).conflicts
    assert "“确实没有”（原值不改）" in told and answers(where) == set()


@pytest.mark.slow
def test_what_the_workbook_corrected_may_not_be_confirmed_as_printed(where: Locations, blank: Path) -> None:
    sheet = give_back(where, blank / f"{NEAR}.xlsx", {BELOW: ("4356", "漏填")}, "a.xlsx")
    assert run(where).is_complete
    sheet.unlink()
    give_back(where, blank / f"{NEAR}.xlsx", {BELOW: ("0", "未接入")}, "b.xlsx")
    [told] = run(where).conflicts
    assert "review.xlsx" in told and "（与原值相同）" in told
    assert answers(where) == {(TOTAL, "更正", "4356", "漏填")}


@pytest.mark.slow
def test_one_sheet_may_not_give_a_cell_two_values(where: Locations, blank: Path) -> None:
    rate, cases = path_of("evaluation_rate"), path_of("cases")
    path = give_back(where, blank / f"{WATER}.xlsx", {rate: ("99.7%", "x"), cases: ("98%", "y")})
    change(path, cases, rate)
    change(path, "11273", "100%")
    outcome = run(where)
    assert len(outcome.conflicts) == 1 and outcome.added == ()


@pytest.mark.slow
def test_grounds_of_two_sheets_are_never_put_together(where: Locations, blank: Path) -> None:
    for name, text in (("a.xlsx", "甲的依据"), ("b.xlsx", "乙的依据")):
        give_back(where, blank / f"{WATER}.xlsx", {path_of("evaluations"): ("11273", text)}, name)
    run(where)
    assert answers(where) == {(WATER_RATE, "更正", "11273", "甲的依据")}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("value", "text", "on", "why"),
    [
        ("约500", "查系统", "2023-02-10", "核实值“约500”应为整数"),
        ("11273", "查系统", "2月10日", "日期“2月10日”没有写年份，应写作 2023-01-05 的样子"),
        ("", "窗口未接通", "下周", "日期“下周”应写作"),
    ],
)
def test_what_the_review_would_refuse_is_told_at_once(
    where: Locations, blank: Path, value: str, text: str, on: str, why: str
) -> None:
    give_back(where, blank / f"{WATER}.xlsx", {path_of("evaluations"): (value, text)}, on=on)
    outcome = run(where)
    [told] = outcome.unusable_rows
    assert f"{WATER}.xlsx 核实单 第" in told and why in told and told.endswith("；未采用")
    assert outcome.added == () and not outcome.is_complete


@pytest.mark.slow
def test_a_refused_value_contradicts_nothing(where: Locations, blank: Path) -> None:
    give_back(where, blank / f"{WATER}.xlsx", {path_of("evaluations"): ("约11273", "a")}, "a.xlsx")
    give_back(where, blank / f"{WATER}.xlsx", {path_of("evaluations"): ("11273", "b")}, "b.xlsx")
    outcome = run(where)
    assert outcome.conflicts == () and len(outcome.unusable_rows) == 1
    assert answers(where) == {(WATER_RATE, "更正", "11273", "b")}


@pytest.mark.slow
def test_a_rate_that_a_spreadsheet_stored_as_a_fraction_is_taken(where: Locations, blank: Path) -> None:
    give_back(where, blank / f"{WATER}.xlsx", {path_of("evaluation_rate"): ("0.997", "查系统")})
    outcome = run(where)
    assert outcome.is_complete and len(outcome.added) == 1
    assert assess(where, QUARTER, DAY).data.corrections["corrected"].tolist() == ["99.7%"]


@pytest.mark.slow
def test_what_a_sheet_does_not_say_is_asked_for_until_it_is_said(
    where: Locations, blank: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    give_back(where, blank / f"{WATER}.xlsx", {path_of("evaluations"): ("11273", "")}, by="", on=None)
    for _ in range(2):
        outcome = run(where)
        [told] = outcome.incomplete
        assert "没有写明依据、经办人、日期" in told and outcome.is_complete
    assert cli.main(["collect", "2022Q4", "--data", str(where.data), "--as-of", "2023-01-20"]) == 0
    assert "已采用，请补填" in capsys.readouterr().err


def change(path: Path, old: str, new: str) -> None:
    """Replace a text on a sheet wherever it stands."""
    workbook = load_workbook(path)
    for row in workbook[SHEET].iter_rows():
        for cell in row:
            if cell.value == old:
                cell.value = new
    workbook.save(path)


def test_sheets_of_other_quarters_and_unreadable_files_are_told(where: Locations, blank: Path) -> None:
    other = give_back(where, blank / f"{WATER}.xlsx", {path_of("evaluations"): ("11273", "a")})
    change(other, "季度：2022Q4", "季度：2022Q3")
    folder = other.parent
    (folder / "坏.xlsx").write_bytes(b"PK\x03\x04 broken")
    (folder / "说明.docx").write_bytes(b"x")
    (folder / "~$开着.xlsx").write_bytes(b"x")
    Workbook().save(folder / "空.xlsx")
    outcome = run(where)
    assert outcome.read == () and len(outcome.unreadable) == 4
    assert "2022Q3" in "".join(outcome.unreadable) and "开着" not in "".join(outcome.unreadable)
    assert not (where.raw(QUARTER) / "review.xlsx").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (WATER_RATE, "no/such", "没有对应的核对意见"),
        (WATER_RATE, "", "没有编号"),
        (path_of("evaluations"), path_of("evaluations", POLICE), "与编号不对应"),
        ("11237", "11238", "可能资料已换"),
    ],
)
def test_rows_that_fit_nothing_are_told(where: Locations, blank: Path, old: str, new: str, why: str) -> None:
    change(give_back(where, blank / f"{WATER}.xlsx", {path_of("evaluations"): ("11273", "a")}), old, new)
    outcome = run(where)
    [told] = outcome.unusable_rows
    assert why in told and f"{WATER}.xlsx 核实单 第" in told and not outcome.is_complete


@pytest.mark.slow
def test_an_opaque_number_is_understood(where: Locations, blank: Path) -> None:
    from haochaping.outputs.exchange.verification_sheets import finding_code

    doubt = next(f for f in assess(where, QUARTER, DAY).report.findings if f.id == WATER_RATE)
    sheet = give_back(where, blank / f"{WATER}.xlsx", {path_of("evaluations"): ("11273", "a")})
    change(sheet, WATER_RATE, finding_code(doubt))
    assert run(where).is_complete and answers(where) == {(WATER_RATE, "更正", "11273", "a")}


@pytest.mark.slow
def test_answers_that_name_their_cell_in_words_are_kept(where: Locations, blank: Path) -> None:
    workbook = Workbook()
    workbook.active.append(["编号", "位置", "处理", "核实值", "说明或依据", "经办人", "日期"])
    workbook.active.append([WATER_RATE, f"附件2“{WATER}”评价数", "更正", "11273", "旧", "乙", "2023-01-11"])
    workbook.active.append(["no/such", "", "说明", "", "别处的话", "乙", ""])
    workbook.save(where.raw(QUARTER) / "review.xlsx")
    give_back(where, blank / f"{WATER}.xlsx", {path_of("evaluations"): ("11200", "a")}, "水务.xlsx")
    give_back(where, blank / f"{POLICE}.xlsx", {path_of("active_evaluations", POLICE): ("", "窗口未接通")})
    assert len(run(where).conflicts) == 1
    assert answers(where) == {
        (WATER_RATE, "更正", "11273", "旧"),
        ("no/such", "说明", "", "别处的话"),
        (SILENT, "说明", "", "窗口未接通"),
    }


@pytest.mark.slow
def test_the_folder_is_no_source_and_changes_no_key(where: Locations, blank: Path) -> None:
    raw = where.raw(QUARTER)
    before = hash_inputs(where, QUARTER, DAY).key
    give_back(where, blank / f"{WATER}.xlsx", {path_of("evaluations"): ("11273", "a")})
    assert [p.name for p in input_files(raw)] == ["bulletin.txt"]
    assert hash_inputs(where, QUARTER, DAY).key == before
    run(where)
    assert hash_inputs(where, QUARTER, DAY).key != before, "the answers do"


def test_refused_without_the_folder_or_with_answers_as_csv(where: Locations) -> None:
    raw = where.raw(QUARTER)
    (raw / "review.csv").write_text("编号,处理\n", encoding="utf-8")
    with pytest.raises(InputRefused, match=r"review\.csv"):
        run(where)
    (raw / "returned").rmdir()
    with pytest.raises(InputRefused, match="returned"):
        run(where)


@pytest.mark.slow
def test_exit_codes(where: Locations, blank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["collect", "2022Q4", "--data", str(where.data), "--as-of", "2023-01-20"]
    sheet = give_back(where, blank / f"{WATER}.xlsx", {path_of("evaluations"): ("11273", "a")})
    assert cli.main(command) == 0 and "新增答复 1 条" in capsys.readouterr().err
    give_back(where, blank / f"{WATER}.xlsx", {path_of("evaluations"): ("1", "a")})
    assert cli.main(command) == 1 and "前后不一" in capsys.readouterr().err
    sheet.unlink()
    sheet.parent.rmdir()
    assert cli.main(command) == 2


@pytest.mark.slow
def test_the_workbook_has_every_finding_of_the_run_those_on_notes_too(where: Locations, blank: Path) -> None:
    notes = "## 各区县\n\n张店区办件 1148827 件。新增终端 987 台。\n"
    (where.raw(QUARTER) / "notes.md").write_text(notes, encoding="utf-8")
    give_back(where, blank / f"{WATER}.xlsx", {path_of("evaluations"): ("11273", "a")})
    run(where)
    sheet = load_workbook(where.raw(QUARTER) / "review.xlsx")["核对意见"]
    headings = [cell.value for cell in sheet[1]]
    listed = [row[headings.index("编号")] for row in sheet.iter_rows(min_row=2, values_only=True)]
    matters = assess(where, QUARTER, DAY).report.matters
    expected = [finding for matter in matters for finding in matter.findings]
    assert listed == expected and any("note:" in finding for finding in listed)


@pytest.mark.slow
def test_what_people_wrote_into_the_workbook_beside_answers_is_kept(where: Locations, blank: Path) -> None:
    """An own column, an own sheet, a row half filled in."""
    give_back(where, blank / f"{WATER}.xlsx", {path_of("evaluations"): ("11273", "查系统")})
    assert run(where).kept is None, "there was none before"
    review = where.raw(QUARTER) / "review.xlsx"
    workbook = load_workbook(review)
    workbook.create_sheet("我的").cell(1, 1).value = "记一下"
    workbook.worksheets[1].cell(1, 30).value = "我的列"
    workbook.save(review)
    before = review.read_bytes()
    give_back(where, blank / f"{POLICE}.xlsx", {path_of("active_evaluations", POLICE): ("", "窗口未接通")})
    kept = run(where).kept
    assert kept is not None and kept.read_bytes() == before and kept.parent.name == "review.earlier"
    assert review.read_bytes() != before and len(answers(where)) == 2
    assert [path.name for path in input_files(where.raw(QUARTER))] == ["bulletin.txt"], "no run reads it"


@pytest.mark.slow
def test_a_workbook_saved_while_it_is_merged_stays(
    where: Locations, blank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_back(where, blank / f"{WATER}.xlsx", {path_of("evaluations"): ("11273", "查系统")})
    run(where)
    review = where.raw(QUARTER) / "review.xlsx"
    give_back(where, blank / f"{POLICE}.xlsx", {path_of("active_evaluations", POLICE): ("", "窗口未接通")})
    really = collect_replies.merge_replies

    def merge(*arguments: Any) -> Any:
        review.write_bytes(b"what a person saved")
        return really(*arguments)

    monkeypatch.setattr(collect_replies, "merge_replies", merge)
    with pytest.raises(InputRefused, match="汇总期间保存过"):
        run(where)
    assert review.read_bytes() == b"what a person saved"
    assert sorted(path.name for path in where.raw(QUARTER).iterdir() if path.is_file()) == [
        "bulletin.txt",
        "review.xlsx",
    ]


@pytest.mark.slow
def test_what_a_killed_run_left_is_cleared_and_a_whole_workbook_of_somebody_kept(
    where: Locations, blank: Path
) -> None:
    """The place of what is being written holds the earlier workbook for a moment: it may be the only copy of a save."""
    give_back(where, blank / f"{WATER}.xlsx", {path_of("evaluations"): ("11273", "查系统")})
    run(where)
    review, left = (where.raw(QUARTER) / name for name in ("review.xlsx", ".review.xlsx.part"))
    left.write_bytes(review.read_bytes()[:1000])
    run(where)
    assert not left.exists() and not (where.raw(QUARTER) / "review.earlier").exists(), "half of a file"
    workbook = load_workbook(review)
    workbook.create_sheet("我的").cell(1, 1).value = "记一下"
    workbook.save(left)
    saved = left.read_bytes()
    run(where)
    assert not left.exists()
    assert [path.read_bytes() for path in (where.raw(QUARTER) / "review.earlier").iterdir()] == [saved]

"""Papers that people edited stay, and the run says which one is current."""

import json
import shutil
from pathlib import Path

import docx
import pytest
from openpyxl import load_workbook

from haochaping.checks.check_report import CheckReport
from haochaping.checks.review import ReviewResult
from haochaping.core.model import QuarterData
from haochaping.figures.compute_figures import compute_figures
from haochaping.files.file_hash import sha256_by_name
from haochaping.files.free_path import free_path
from haochaping.outputs.papers import write_papers
from haochaping.outputs.published.edited_papers import edited_papers, report_edited_papers
from haochaping.outputs.published.file_names import MANIFEST
from haochaping.reference.reference import Reference
from tests.shared import with_findings


def publish(folder: Path, reviewed: ReviewResult, reference: Reference) -> tuple[list[str], list[str]]:
    """Write the papers as a run does; names carried over, and what was said."""
    aside, said = folder.with_name("aside"), list[str]()
    aside.mkdir()
    kept = write_papers(
        reviewed, [], compute_figures(reviewed.data, reference), reference, folder, aside, said.append
    )
    files = [path for path in aside.rglob("*") if path.is_file()]
    outputs = sha256_by_name(
        [path for path in files if path.relative_to(aside).as_posix() not in kept], aside
    )
    (aside / MANIFEST).write_text(json.dumps({"outputs": outputs}), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    aside.rename(folder)
    return kept, said


def edit_document(path: Path) -> None:
    document = docx.Document(str(path))
    document.paragraphs[-1].add_run("改动")
    document.save(str(path))


def edit_workbook(path: Path) -> None:
    workbook = load_workbook(path)
    workbook.worksheets[0]["G30"] = "改动"
    workbook.save(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "2022Q4"


@pytest.mark.slow
def test_which_paper_is_current_is_said_for_each_that_was_edited(
    real: QuarterData, real_report: CheckReport, reference: Reference, folder: Path
) -> None:
    mild = with_findings(real_report, [f for f in real_report.findings if f.severity != "correct"])
    kept, said = publish(folder, ReviewResult(real, mild), reference)
    assert kept == [] and said == ["尚有需核实之处，bulletin.docx 请待核实后再印发"]
    edit_document(folder / "bulletin.docx")
    edit_workbook(folder / "review.xlsx")
    edit_workbook(folder / "sheets" / "市公安局.xlsx")
    for _ in range(2):  # kept at every run, not only at the first
        kept, said = publish(folder, ReviewResult(real, real_report), reference)
        assert sorted(kept) == ["bulletin.docx", "review.xlsx", "sheets/市公安局.xlsx"]
        told = "\n".join(said)
        assert "bulletin.docx 改动过，原样保留，但它按以前的数据写成" in told and "请勿据此印发" in told
        assert "本次的是 bulletin.draft.docx（草稿，尚有须更正，不能印发）" in told
        assert "本次的是 review.new.xlsx" in told and "本次的是 sheets/市公安局.new.xlsx" in told
        assert "make proof" in told and "make collect" in told


@pytest.mark.slow
def test_a_final_bulletin_beside_an_edited_one_is_no_draft(
    real: QuarterData, real_report: CheckReport, reference: Reference, folder: Path
) -> None:
    mild = with_findings(real_report, [])
    publish(folder, ReviewResult(real, mild), reference)
    edit_document(folder / "bulletin.docx")
    _, said = publish(folder, ReviewResult(real, mild), reference)
    assert "本次的是 bulletin.new.docx。" in said[0] and "草稿" not in said[0]


@pytest.mark.slow
def test_a_sheet_that_is_no_longer_asked_for_says_so(
    real: QuarterData, real_report: CheckReport, reference: Reference, folder: Path
) -> None:
    publish(folder, ReviewResult(real, real_report), reference)
    edit_workbook(folder / "sheets" / "市公安局.xlsx")
    _, said = publish(folder, ReviewResult(real, with_findings(real_report, [])), reference)
    assert "市公安局.xlsx 改动过，原样保留；本次没有这份" in said[0]
    assert edited_papers(folder) == ["sheets/市公安局.xlsx"]


def test_one_way_of_naming(tmp_path: Path) -> None:
    for name in ("a.xlsx", "a.new.xlsx", "a.new2.xlsx"):
        assert free_path(tmp_path, "a.xlsx").name == name
        (tmp_path / name).touch()
    assert free_path(tmp_path, "A.xlsx").name == "A.new3.xlsx", "capitals or not"


@pytest.mark.slow
def test_an_unchanged_run_still_says_that_a_newer_paper_stands_beside_an_edited_one(
    real: QuarterData, real_report: CheckReport, reference: Reference, folder: Path
) -> None:
    publish(folder, ReviewResult(real, real_report), reference)
    edit_document(folder / "bulletin.draft.docx")
    said: list[str] = []
    report_edited_papers(folder, real.quarter, said.append)
    assert said == [], "edited, and nothing newer beside it"
    publish(folder, ReviewResult(real, real_report), reference)
    report_edited_papers(folder, real.quarter, said.append)
    assert len(said) == 1 and "bulletin.draft.new.docx" in said[0]


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["{", "[]", None])
def test_where_the_manifest_is_lost_only_papers_that_read_otherwise_are_kept(
    real: QuarterData, real_report: CheckReport, reference: Reference, folder: Path, damage: str | None
) -> None:
    """Nobody knows then what people edited; what reads as it would be written was not edited."""
    publish(folder, ReviewResult(real, real_report), reference)
    edit_workbook(folder / "review.xlsx")
    publish(folder, ReviewResult(real, real_report), reference)
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))
    (folder / MANIFEST).unlink()
    if damage is not None:
        (folder / MANIFEST).write_text(damage, encoding="utf-8")
    kept, said = publish(folder, ReviewResult(real, real_report), reference)
    assert kept == ["review.xlsx"] and edited_papers(folder) == kept
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*")) == names
    assert "没有或读不出，不知道哪些文件改动过" in said[0] and "删去即可" in said[0]
    kept, said = publish(folder, ReviewResult(real, real_report), reference)
    assert kept == ["review.xlsx"] and "读不出" not in said[0]


@pytest.mark.slow
def test_a_change_that_was_taken_back_is_none(
    real: QuarterData, real_report: CheckReport, reference: Reference, folder: Path
) -> None:
    publish(folder, ReviewResult(real, real_report), reference)
    first = (folder / "review.xlsx").read_bytes()
    edit_workbook(folder / "review.xlsx")
    publish(folder, ReviewResult(real, real_report), reference)
    assert (folder / "review.new.xlsx").exists()
    (folder / "review.xlsx").write_bytes(first)
    kept, _ = publish(folder, ReviewResult(real, real_report), reference)
    assert kept == [] and not (folder / "review.new.xlsx").exists()
    assert (folder / "review.xlsx").read_bytes() == first


@pytest.mark.slow
@pytest.mark.parametrize("manifest", [True, False])
def test_what_people_keep_in_the_folder_stays_whether_the_manifest_is_known_or_not(
    real: QuarterData, real_report: CheckReport, reference: Reference, folder: Path, manifest: bool
) -> None:
    publish(folder, ReviewResult(real, real_report), reference)
    for name in ("会议纪要.txt", "往来/a.txt", "data/mine.csv"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("mine", encoding="utf-8")
    if not manifest:
        (folder / MANIFEST).unlink()
    before = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    kept, said = publish(folder, ReviewResult(real, real_report), reference)
    assert kept == ["data/mine.csv", "会议纪要.txt", "往来/a.txt"]
    assert any(
        "自己存放的文件、文件夹原样保留：data/mine.csv、会议纪要.txt、往来/a.txt" in line for line in said
    )
    after = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert set(after) == {*before, MANIFEST}


@pytest.mark.slow
def test_links_folders_and_modes_stay(
    real: QuarterData, real_report: CheckReport, reference: Reference, folder: Path
) -> None:
    publish(folder, ReviewResult(real, real_report), reference)
    (folder / "空文件夹" / "更空").mkdir(parents=True)
    (folder / "别处").symlink_to("/nowhere")
    (folder / "往来").symlink_to(folder.parent, target_is_directory=True)
    (folder / "mine.txt").write_text("mine")
    edit_document(next(folder.glob("bulletin*.docx")))
    for path in (folder / "mine.txt", next(folder.glob("bulletin*.docx"))):
        path.chmod(0o600)
    publish(folder, ReviewResult(real, real_report), reference)
    assert (folder / "空文件夹" / "更空").is_dir()
    assert str((folder / "别处").readlink()) == "/nowhere" and (folder / "往来").is_symlink()
    modes = [path.stat().st_mode & 0o777 for path in (folder / "mine.txt", *folder.glob("bulletin*.docx"))]
    assert sorted(modes)[:2] == [0o600, 0o600]


@pytest.mark.slow
def test_edited_annexes_are_kept_and_other_changes_are_told(
    real: QuarterData, real_report: CheckReport, reference: Reference, folder: Path
) -> None:
    publish(folder, ReviewResult(real, real_report), reference)
    edit_workbook(folder / "annexes.draft.xlsx")
    edited = (folder / "annexes.draft.xlsx").read_bytes()
    with (folder / "findings.csv").open("a", encoding="utf-8") as file:
        file.write("mine")
    kept, said = publish(folder, ReviewResult(real, real_report), reference)
    told = "\n".join(said)
    assert kept == ["annexes.draft.xlsx", "changed/findings.csv"]
    assert (folder / "changed" / "findings.csv").read_text("utf-8-sig").endswith("mine")
    assert not (folder / "findings.csv").read_text("utf-8-sig").endswith("mine")
    assert (folder / "annexes.draft.xlsx").read_bytes() == edited
    assert (folder / "annexes.draft.new.xlsx").exists() and "本次的是 annexes.draft.new.xlsx" in told
    assert "findings.csv 在生成以后改动过或已损坏，已重新生成；原来的在 changed/ 中" in told

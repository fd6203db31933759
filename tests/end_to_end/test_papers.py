"""Every paper that a run writes, read back, ends in the same model; and a quarter from `new` to the bulletin."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import docx
import openpyxl
import pytest

from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.read.raw_folder import read_raw
from haochaping.reference.reference import Reference
from haochaping.simulate.simulated_quarter import simulate
from tests.end_to_end.conftest import build
from tests.outputs.package.read_package import read_package
from tests.shared import run_here, without_rates_of_nothing

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def to_pdf(path: Path, folder: Path) -> Path:
    """`path` as PDF, printed by LibreOffice."""
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return folder / f"{path.stem}.pdf"


def recalculated(path: Path, folder: Path) -> Path:
    """`path` with its formulas computed, as a spreadsheet program saves it."""
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return folder / path.name


def read_alone(path: Path, folder: Path, quarter: Period, reference: Reference) -> QuarterData:
    raw = folder / "raw"
    raw.mkdir()
    shutil.copyfile(path, raw / path.name)
    return read_raw(raw, quarter, reference)


@pytest.mark.parametrize("name", ["annexes.draft.xlsx", "annexes.internal.xlsx", "bulletin.draft.docx"])
def test_a_paper_read_back_is_the_quarter(
    built: Path, real: QuarterData, reference: Reference, tmp_path: Path, name: str
) -> None:
    expected = without_rates_of_nothing(real) if name.endswith("docx") else real
    assert read_alone(built / name, tmp_path, real.quarter, reference) == expected


def test_only_the_internal_annexes_tell_the_verdict(built: Path) -> None:
    told = {
        name: [str(row[0]) for row in openpyxl.load_workbook(built / name)["封面"].values]
        for name in ("annexes.draft.xlsx", "annexes.internal.xlsx")
    }
    assert "核对结论" in told["annexes.internal.xlsx"] and "核对结论" not in told["annexes.draft.xlsx"]
    assert "所读文件" not in told["annexes.draft.xlsx"]


def test_the_bulletin_printed_as_pdf_is_the_quarter(
    built: Path, real: QuarterData, reference: Reference, tmp_path: Path
) -> None:
    path = to_pdf(built / "bulletin.draft.docx", tmp_path)
    assert read_alone(path, tmp_path, real.quarter, reference) == without_rates_of_nothing(real)


def test_the_data_package_is_the_quarter(built: Path, real: QuarterData) -> None:
    assert read_package(built / "data", real.quarter, real.declaration) == real


def run(*arguments: str, data: Path, output: Path) -> subprocess.CompletedProcess[str]:
    return run_here(*arguments, "--data", data, "--output", output)


def fill(path: Path, wanted: QuarterData, edit: Callable[[str, str, str], object]) -> None:
    """Fill the blank cells of an annex workbook: `edit` gives a figure from sheet, name and heading."""
    workbook = openpyxl.load_workbook(path)
    for sheet in workbook.worksheets[2:]:
        headings = [cell.value for cell in sheet[1]]
        for row in sheet.iter_rows(min_row=2):
            name = row[1].value
            if not name or not row[0].value:
                continue
            for cell, heading in zip(row[2:], headings[2:], strict=True):
                if cell.value is None:
                    cell.value = edit(sheet.title, str(name), str(heading))
    entries = workbook["正文与日期"]
    for row in entries.iter_rows(min_row=2):
        if row[0].value == "数据提取时间":
            row[1].value = wanted.fact("extraction_date")
    workbook.save(path)


def test_an_invented_quarter_from_new_to_the_bulletin(tmp_path: Path) -> None:
    data, output = tmp_path / "data", tmp_path / "output"
    shutil.copytree(ROOT / "data" / "reference", data / "reference")
    shutil.copytree(ROOT / "data" / "tidy", data / "tidy")
    result = run("new", "2023Q1", data=data, output=output)
    assert result.returncode == 0, result.stderr
    path = data / "raw" / "2023Q1" / "annexes.xlsx"
    empty = run("check", "2023Q1", data=data, output=output)
    assert empty.returncode == 2 and "没有填数" in empty.stderr
    again = run("new", "2023Q1", data=data, output=output)
    assert again.returncode == 2 and "已有此文件" in again.stderr
    figures = {"办件": 1000, "主动": 90, "评价": 990, "差评": 2, "按时": 2, "整改": "/"}

    def figure(sheet: str, name: str, heading: str) -> object:
        return next((value for word, value in figures.items() if word in heading), 40 + len(name))

    fill(path, simulate(Period(2023, 1), 1), figure)
    shutil.move(recalculated(path, tmp_path), path)
    notes = data / "raw" / "2023Q1" / "notes.md"
    write_under(
        notes, {"各区县": "本季度各区县增设了**自助终端**。", "通报·总体情况": "各级窗口认真做好评价引导。"}
    )
    result = build(data, output, "2023Q1")
    assert result.returncode == 0, result.stderr
    published = output / "2023Q1"
    names = {item.name for item in published.iterdir()}
    assert {"briefing.html", "annexes.xlsx", "review.xlsx", "data"} <= names
    assert len(names & {"bulletin.docx", "bulletin.draft.docx"}) == 1
    html = (published / "briefing.html").read_text(encoding="utf-8")
    assert "2023年第一季度政务服务“好差评”工作简报" in html and "99.00%" in html
    assert "2022年第四季度" in html or "上季度" in html
    assert "增设了<strong>自助终端</strong>" in html
    [bulletin] = published.glob("bulletin*.docx")
    titles_and_notes_are_those_of_the_new_quarter(bulletin)
    proof_reads_as_edited(bulletin, tmp_path, data, output)


def titles_and_notes_are_those_of_the_new_quarter(bulletin: Path) -> None:
    """In the words of the quarter before, with the dates of the form."""
    texts = [paragraph.text for paragraph in docx.Document(str(bulletin)).paragraphs]
    assert "各区县镇村第一季度“好差评”数据通报表" in texts
    day = simulate(Period(2023, 1), 1).fact("extraction_date")
    year, month, date = (int(part) for part in day.split("-"))
    notes = [text for text in texts if text.startswith("备注：")]
    assert len(notes) == 5 and set(notes) == {
        "备注：数据来源淄博市政务服务好差评系统，数据统计范围2023年1月1日至3月31日，"
        f"数据提取时间：{year}年{month}月{date}日。"
    }


def write_under(path: Path, texts: dict[str, str]) -> None:
    """Fill in the form of ``notes.md``."""
    form = path.read_text(encoding="utf-8")
    for section, text in texts.items():
        form = form.replace(f"## {section}\n", f"## {section}\n\n{text}\n")
    path.write_text(form, encoding="utf-8")


def proof_reads_as_edited(bulletin: Path, folder: Path, data: Path, output: Path) -> None:
    """Words may be changed; a figure may not."""
    document = docx.Document(str(bulletin))
    [ours] = [p for p in document.paragraphs if p.text == "各级窗口认真做好评价引导。"]
    ours.runs[0].text = "各级政务服务窗口认真做好评价引导工作。"
    edited = folder / "修改稿.docx"
    document.save(str(edited))
    result = run("proof", "2023Q1", str(edited), data=data, output=output)
    assert (result.returncode, result.stdout) == (0, ""), result.stdout
    counted = next(p for p in document.paragraphs if "市直部门（单位）办件" in p.text)
    wrong = next(run for run in counted.runs if any(char.isdigit() for char in run.text))
    digit = next(char for char in reversed(wrong.text) if char.isdigit())
    wrong.text = str((int(digit) + 1) % 10).join(wrong.text.rsplit(digit, 1))
    document.tables[0].cell(1, 2).paragraphs[0].runs[0].text = "7"
    document.save(str(edited))
    result = run("proof", "2023Q1", str(edited), data=data, output=output)
    assert result.returncode == 1 and len(result.stdout.splitlines()) == 2, result.stdout

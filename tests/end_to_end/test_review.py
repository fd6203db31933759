"""Fill in the review workbook, run again, and look at everything that depends on the answer."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from haochaping.checks.review import review
from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.outputs.excel.review_workbook import write_review
from haochaping.reference.reference import Reference
from haochaping.store.answers import read_answers
from haochaping.store.tidy_tables import read_tidy
from tests.end_to_end.conftest import build, copy_data
from tests.shared import run_here

pytestmark = pytest.mark.slow

WATER = "rate_recomputed/city_departments/市水务集团有限责任公司/evaluation_rate"
WATER_CELL = "city_departments/市水务集团有限责任公司/evaluations"
WINDOW = "extraction_window/headline/extraction_date/value"


def sheets(path: Path) -> dict[str, list[list[str]]]:
    """Sheets of a workbook as rows of texts."""
    workbook = CalamineWorkbook.from_path(str(path))
    return {
        name: [[str(cell) for cell in row] for row in workbook.get_sheet_by_name(name).to_python()]
        for name in workbook.sheet_names
    }


def fill_in(source: Path, target: Path) -> None:
    """Do what an analyst does in Excel: a correction on the second sheet, an explanation on the first."""
    content = sheets(source)
    first, other = content["核对意见"], content["更正其他单元格"]
    for row in first[1:]:
        if row[first[0].index("编号")] == WINDOW:
            row[first[0].index("处理")] = "说明"
            row[first[0].index("说明或依据")] = "按省里要求在月初提取"
            row[first[0].index("有效至")] = "2099-12-31"
    for row in other[1:]:
        if row[other[0].index("编号")] == WATER and row[other[0].index("单元格")] == WATER_CELL:
            row[other[0].index("核实值")] = "11273"
            row[other[0].index("说明或依据")] = "=查原始系统"
            row[other[0].index("经办人")] = "甲"
            row[other[0].index("日期")] = "2023-01-19"
    workbook = xlsxwriter.Workbook(str(target))
    for name, rows in content.items():
        sheet = workbook.add_worksheet(name)
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                sheet.write_string(i, j, cell)
    workbook.close()


@pytest.fixture(scope="module")
def answered(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("answered")
    data = copy_data(root / "data")
    shutil.copytree(built.parents[1] / "data" / "tidy", data / "tidy")
    fill_in(built / "review.xlsx", data / "raw" / "2022Q4" / "review.xlsx")
    result = build(data, root / "output")
    assert result.returncode == 0, result.stderr
    return root


def test_one_row_a_finding_with_a_drop_down(built: Path) -> None:
    import json
    import zipfile

    matters = json.loads((built / "matters.json").read_text(encoding="utf-8"))
    rows = sheets(built / "review.xlsx")["核对意见"]
    at, of = rows[0].index("编号"), rows[0].index("事项")
    assert [row[at] for row in rows[1:]] == [finding for matter in matters for finding in matter["findings"]]
    numbers = [re.match(r"\d+", row[of]) for row in rows[1:]]
    expected = [n for n, matter in enumerate(matters, start=1) for _ in matter["findings"]]
    assert [int(found[0]) for found in numbers if found] == expected, "rows of one matter stand together"
    xml = zipfile.ZipFile(built / "review.xlsx").read("xl/worksheets/sheet1.xml").decode()
    assert "更正,说明" in xml and "<f>" not in xml


def test_the_correction_is_in_the_tidy_tables(answered: Path, reference: Reference) -> None:
    data = read_tidy(answered / "data" / "tidy" / "2022Q4", Period(2022, 4), reference)
    row = data.city_departments.set_index("department").loc["市水务集团有限责任公司"]
    assert row["evaluations"] == 11273
    assert data.corrections[["printed", "corrected", "basis"]].to_numpy().tolist() == [
        ["11237", "11273", "=查原始系统"]
    ]
    assert set(data.revisions["before"]) == {"11237"}


def test_page_and_findings_follow(answered: Path) -> None:
    html = (answered / "output" / "2022Q4" / "briefing.html").read_text(encoding="utf-8")
    assert "评价 6,487,756" in re.sub(r"<[^>]+>", "", html) or "253,848 条" in re.sub(r"<[^>]+>", "", html), (
        "the sum follows: as many evaluations as cases"
    )
    assert "含更正后的数）</a>" in html and "主动评价率含更正后的数" in html, "sentences and strip say so"
    assert "11,273〔更正〕" in html and "通报列为 11237" in html, "marked in its table"
    assert ">答复</td>" in html, "named among the sources"
    assert "更正为 11273" in html and "须更正·已更正" in html
    assert "按省里要求在月初提取" in html
    assert "已采用的更正" in html and "首次读入以后的改动" not in html, "a correction is no revision beside"


def test_the_next_workbook_holds_what_was_answered(answered: Path) -> None:
    answers = read_answers(answered / "output" / "2022Q4" / "review.xlsx")
    assert {(a.finding, a.value, a.text) for a in answers} == {
        (WATER, "11273", "=查原始系统"),
        (WINDOW, "", "按省里要求在月初提取"),
    }


def test_explanations_are_judged_on_the_day_given(answered: Path) -> None:
    import json

    def status(day: str) -> str:
        result = run_here("check", "2022Q4", "--json", "--as-of", day, "--data", answered / "data")
        assert result.returncode == 0, result.stderr
        return next(f["status"] for f in json.loads(result.stdout) if f["id"] == WINDOW)

    assert (status("2023-01-20"), status("2100-01-01")) == ("explained", "new")


def test_the_sheet_can_be_kept_as_csv(answered: Path, tmp_path: Path) -> None:
    rows = sheets(answered / "output" / "2022Q4" / "review.xlsx")["核对意见"]
    path = tmp_path / "review.csv"
    path.write_text(
        "\n".join(",".join(f'"{c}"' for c in row) for row in rows).replace('""', ""), encoding="gb18030"
    )
    assert [a.finding for a in read_answers(path)] == [WINDOW]


def test_a_refused_answer_stays_refused_and_nothing_is_lost(
    real: QuarterData, reference: Reference, tmp_path: Path
) -> None:
    """What was refused once must not come back as an answer to other figures, nor vanish."""
    path = tmp_path / "review.csv"
    path.write_text(
        "编号,位置,单元格,原值,处理,核实值,说明或依据,经办人,日期,有效至\n"
        "active_rate_peers/districts/周村区/active_evaluations,,districts/周村区/active_evaluations,33880,更正,3380,a,甲,2023-01-05,\n"
        "rate_undefined/city_departments/市残联/evaluation_rate,,city_departments/市残联/evaluation_rate,100%,更正,/,b,甲,2023-01-05,\n"
        "rate_undefined/city_departments/市残联/evaluation_rate,,city_departments/市残联/evaluation_rate,100%,更正,99%,c,乙,2023-01-05,\n"
        ",附件1“张店区”主动评价数,,62036,更正,62063,d,甲,2023-01-05,\n"
        "no/such,,,,说明,,e,甲,2023-01-05,\n",
        encoding="utf-8",
    )
    answers, texts = read_answers(path), []
    for _ in range(3):
        reviewed = review(real, answers, (), reference, date(2023, 1, 20))
        assert reviewed.data.corrections[["printed", "corrected", "by"]].to_numpy().tolist() == [
            ["100%", "/", "甲"]
        ]
        write_review(reviewed, answers, tmp_path / "review.xlsx")
        answers = read_answers(tmp_path / "review.xlsx")
        texts.append(sorted(a.text for a in answers))
    assert texts == [["a", "b", "c", "d", "e"]] * 3


@dataclass
class Kept:
    """A quarter whose workbook and one sheet were filled in where they were published, and what runs did with them."""

    published: Path
    filled: dict[str, bytes]
    runs: list[subprocess.CompletedProcess[str]]
    left: list[dict[str, bytes]]
    """What stands there after each run."""


@pytest.fixture(scope="module")
def kept(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Run again after a change, after one more, and unchanged."""
    root = tmp_path_factory.mktemp("kept")
    published = root / "output" / "2022Q4"
    shutil.copytree(built, published)
    fill_in(built / "review.xlsx", published / "review.xlsx")
    shutil.copy(published / "sheets" / "高新区.xlsx", published / "sheets" / "周村区.xlsx")

    def there() -> dict[str, bytes]:
        paths = [*published.glob("review*.xlsx"), *published.glob("sheets/周村区*")]
        return {path.relative_to(published).as_posix(): path.read_bytes() for path in paths}

    data, filled = copy_data(root / "data"), there()
    runs, left = [], []
    for note in ("# changed\n", "# changed again\n", ""):
        with (data / "reference" / "city.toml").open("a", encoding="utf-8") as file:
            file.write(note)
        runs.append(build(data, root / "output"))
        left.append(there())
    return Kept(published, filled, runs, left)


def test_a_workbook_that_was_filled_in_is_never_overwritten(kept: Kept) -> None:
    """At every rebuild, not only at the first."""
    for run, left in zip(kept.runs[:2], kept.left, strict=False):
        assert run.returncode == 0, run.stderr
        assert f"{kept.published / 'review.xlsx'} 改动过，原样保留" in run.stderr
        assert left["review.xlsx"] == kept.filled["review.xlsx"] and "review.new.xlsx" in left
    assert "存为 data/raw/2022Q4/review.xlsx" in kept.runs[2].stderr


def test_sheets_are_written_and_a_filled_in_one_is_kept(kept: Kept) -> None:
    for run, left in zip(kept.runs[:2], kept.left, strict=False):
        assert run.returncode == 0 and "data/raw/2022Q4/returned/" in run.stderr
        assert left["sheets/周村区.xlsx"] == kept.filled["sheets/周村区.xlsx"]
        assert {name for name in left if "周村区" in name} == {"sheets/周村区.xlsx", "sheets/周村区.new.xlsx"}


def test_what_earlier_quarters_explained_stands_in_the_next_workbook(
    real: QuarterData, reference: Reference, tmp_path: Path
) -> None:
    from dataclasses import replace

    from haochaping.checks.memory import PriorQuarter
    from haochaping.store.answers import Answer

    def explained(finding: str, text: str, until: str) -> Answer:
        return Answer("review.xlsx 第 2 行", finding, "", "", "说明", "", text, "甲", "2023-01-19", until)

    zero = "zero_negatives/districts/全部/negative_evaluations"
    answers = (explained(WINDOW, "每年如此", "2023-12-31"), explained(zero, "渠道问题", ""))
    past = (PriorQuarter(replace(real, quarter=real.quarter.previous), answers),)
    reviewed = review(real, (), past, reference, date(2023, 1, 20))
    path = tmp_path / "review.xlsx"
    write_review(reviewed, (), path)
    assert [(a.finding, a.kind, a.text, a.until) for a in read_answers(path)] == [
        (WINDOW, "说明", "每年如此", "2023-12-31")
    ]
    head, *rows = sheets(path)["核对意见"]
    told = {row[head.index("编号")]: dict(zip(head, row, strict=True)) for row in rows}
    assert told[zero]["状态"] == "上季度已有；上次说明：渠道问题（没有写有效至，只用于本期，须重新说明）"
    assert told[WATER]["应为"] == "99.7%"


def test_what_concerns_no_single_cell_cannot_be_corrected(
    real: QuarterData, reference: Reference, tmp_path: Path
) -> None:
    from openpyxl import load_workbook

    write_review(review(real, (), (), reference, date(2023, 1, 20)), (), tmp_path / "review.xlsx")
    sheet = load_workbook(tmp_path / "review.xlsx")["核对意见"]
    head = [cell.value for cell in sheet[1]]
    value = head.index("核实值")
    choices = {next(iter(r.sqref.ranges)).min_row: r.formula1 for r in sheet.data_validations.dataValidation}
    for number, row in enumerate(sheet.iter_rows(min_row=2), start=2):
        whole = "全部" in str(row[head.index("位置")].value) or "表述" in str(row[head.index("位置")].value)
        if whole:
            assert choices[number] == '"说明"', row[0].value
            assert row[value].fill.start_color.rgb == "FFD9D9D9"
    name = head.index("编号")
    water = next(i for i, row in enumerate(sheet.iter_rows(min_row=2), start=2) if row[name].value == WATER)
    assert choices[water] == '"更正,说明"'


def changed_cells(before: Path, after: Path) -> set[tuple[str, str, str]]:
    """Sheet, old and new text of every cell that differs between two workbooks."""
    old, new = sheets(before), sheets(after)
    assert list(old) == list(new)
    return {
        (name, one, two)
        for name in old
        for first, second in zip(old[name], new[name], strict=False)
        for one, two in zip(first, second, strict=True)
        if one != two
    }


def test_a_correction_reaches_every_paper_and_nothing_else(built: Path, answered: Path) -> None:
    import docx

    published = answered / "output" / "2022Q4"
    annexes = changed_cells(built / "annexes.draft.xlsx", published / "annexes.draft.xlsx")
    assert {one for one in annexes if one[0].startswith("附件")} == {("附件2 市直部门", "11237.0", "11273.0")}
    assert {one[0] for one in annexes} == {"附件2 市直部门", "说明", "封面"}, "the cover lists what is left"
    assert any(
        "通报列为 11237，更正为 11273" in row[2] for row in sheets(published / "annexes.draft.xlsx")["说明"]
    )

    old, new = (docx.Document(str(folder / "bulletin.draft.docx")) for folder in (built, published))
    cells = [
        (one.text, two.text)
        for first, second in zip(old.tables, new.tables, strict=True)
        for one, two in zip(first._cells, second._cells, strict=True)
        if one.text != two.text
    ]
    assert cells == [("11237", "11273")]
    texts = [{p.text for p in document.paragraphs} for document in (old, new)]
    gone, come = ("".join(sorted(texts[i] - texts[1 - i])) for i in (0, 1))
    for before, after in (("253812", "253848"), ("99.99%", "100.00%")):
        assert before in gone and after in come, "the sums and the rate in the text follow"

    for path in sorted((built / "data").glob("*.csv")):
        lines = [folder.joinpath("data", path.name).read_text().splitlines() for folder in (built, published)]
        differing = [pair for pair in zip(*lines, strict=True) if pair[0] != pair[1]]
        assert len(differing) == (path.name in ("cells.csv", "city_departments.csv")), path.name
    assert "11237,11273" in (published / "data" / "corrections.csv").read_text(encoding="utf-8")


def test_the_original_value_is_the_printed_one_at_every_round(answered: Path) -> None:
    head, *rows = sheets(answered / "output" / "2022Q4" / "review.xlsx")["更正其他单元格"]
    told = {(row[head.index("编号")], row[head.index("单元格")]): row[head.index("原值")] for row in rows}
    assert told[WATER, WATER_CELL] == "11237", "corrected to 11273 already"

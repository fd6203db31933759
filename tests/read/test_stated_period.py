"""A source that names another period than its folder's is refused, wherever it names it, with both periods named."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from haochaping.core.errors import InputRefused
from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.read.raw_folder import read_raw
from haochaping.read.stated_period import other_period
from haochaping.reference.reference import Reference
from tests.read.office_files import write_csv_files, write_webpage, write_word, write_workbook
from tests.read.printing import DISTRICT_HEAD, NARRATIVE, NOTE

ROWS = "1 青禾区 10 5 3\n2 石桥县 4 4 0\n"
TEXT = NARRATIVE + DISTRICT_HEAD + ROWS + NOTE
Folder = Callable[[str, str], QuarterData]


@pytest.mark.parametrize(
    ("text", "code", "other"),
    [
        ("2022年10月各区县情况", "2022Q4", "2022年10月"),
        ("2022年上半年通报", "2022Q2", "2022年上半年"),
        ("4月份情况", "2022Q2", "2022年4月"),
        ("第三季度数据", "2022Q4", "2022年第三季度"),
        ("2021年第四季度", "2022Q4", "2021年第四季度"),
        ("2021年各区县第四季度", "2022Q4", "2021年第四季度"),
        ("2022年度通报", "2022Q4", "2022年度"),
        ("2021年通报", "2022Q4", "2021年度"),
        ("1-9月情况", "2022Q3", "2022年1月至9月"),
        ("第三季度和第四季度", "2022Q4", "2022年下半年"),
        ("第四季度，其中12月", "2022Q4", "2022年12月"),
        ("2022年第四季度", "2022M10", "2022年第四季度"),
        ("2022年9月", "2022M10", "2022年9月"),
        ("2022年第二季度", "2022H1", "2022年第二季度"),
        ("2022年上半年", "2022Y", "2022年上半年"),
    ],
)
def test_a_title_of_another_period(text: str, code: str, other: str) -> None:
    found = other_period(text, Period.parse(code))
    assert found is not None and found.label == other


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2022年第四季度", "2022Q4"),
        ("10-12月", "2022Q4"),
        ("2022年10月至12月（第四季度）", "2022Q4"),
        ("第四季度暨全年", "2022Q4"),
        ("2022年第四季度通报 2023年1月", "2022Q4"),
        ("2023年第1期 第四季度通报", "2022Q4"),
        ("2023年 2022年第四季度通报", "2022Q4"),
        ("2022年通报", "2022Q4"),
        ("各区县数据", "2022Q4"),
        ("1-9月累计", "2022Q4"),
        ("第四季度（截至2023年1月5日）", "2022Q4"),
        ("10月份", "2022M10"),
        ("1-6月", "2022H1"),
        ("2022年", "2022Y"),
        ("2022年度", "2022Y"),
        ("1-12月", "2022Y"),
    ],
)
def test_a_title_that_names_no_other_period(text: str, code: str) -> None:
    assert other_period(text, Period.parse(code)) is None


@pytest.mark.parametrize(("stem", "is_other"), [("2022年第三季度通报", True), ("通报2022Q3", True), ("2022年10月", True),
                                              ("20230105", False), ("2023-01-05 提取", False), ("2023年1月5日", False),
                                              ("2023年通报", False), ("第四季度", False), ("bulletin", False)])  # fmt: skip
def test_a_file_name_counts_where_it_clearly_names_a_period(stem: str, is_other: bool) -> None:
    found = other_period(stem, Period(2022, 4), is_file_name=True)
    assert (found is not None) == is_other


def test_a_year_in_a_file_name_counts_in_the_folder_of_a_year() -> None:
    assert other_period("2021年通报", Period.parse("2022Y"), is_file_name=True) is not None


# --- sources as they come ----------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, reference: Reference) -> Folder:
    """Reads a text of a given name as that of a period."""

    def read(text: str, code: str, name: str = "bulletin.txt") -> QuarterData:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return read_raw(tmp_path, Period.parse(code), reference)

    return read


def refusal(read: Callable[..., QuarterData], *arguments: str) -> str:
    with pytest.raises(InputRefused) as refused:
        read(*arguments)
    return refused.value.message


@pytest.mark.parametrize(
    "title", ["2022年第三季度", "2022年10月", "2022年上半年", "2022年度", "2021年第四季度"]
)
def test_the_title_of_the_bulletin(folder: Folder, title: str) -> None:
    message = refusal(folder, TEXT.replace("关于2022年第四季度", f"关于{title}"), "2022Q4")
    assert "bulletin.txt 标题" in message
    assert f"内容是{title}" in message and "2022Q4，应为2022年第四季度" in message


@pytest.mark.parametrize(
    ("title", "label"), [("第三季度", "2022年第三季度"), ("10月份", "2022年10月"), ("1-6月", "2022年上半年")]
)
def test_the_title_of_an_annex_takes_the_year_of_the_folder(folder: Folder, title: str, label: str) -> None:
    message = refusal(folder, TEXT.replace("各区县第四季度", f"各区县{title}"), "2022Q4")
    assert "（各区县表标题）" in message and f"内容是{label}" in message and "在原件中改正" in message


def test_a_period_in_brackets_below_the_title(folder: Folder) -> None:
    text = TEXT.replace(
        "关于2022年第四季度政务服务“好差评”工作情况的通报",
        "关于政务服务“好差评”工作情况的通报\n（2022年第三季度）",
    )
    assert "2022年第三季度" in refusal(folder, text, "2022Q4")


def test_the_range_of_months_of_the_folder_is_fine(folder: Folder) -> None:
    text = TEXT.replace("关于2022年第四季度", "关于2022年10-12月").replace(
        "各区县第四季度", "各区县10月至12月"
    )
    assert folder(text, "2022Q4").quarter == Period(2022, 4)


@pytest.mark.parametrize(
    "passing",
    [
        "去年同期评价率98%。",
        "截至目前，各地进展顺利。",
        "截至12月底，各地进展顺利。",
        "1-9月累计归集数据多。",
        "与2022年第三季度相比，工作有序推进。",
    ],
)
def test_what_the_text_mentions_in_passing_is_not_refused(folder: Folder, passing: str) -> None:
    text = TEXT.replace("附件：1.", f"{passing}\n附件：1.", 1)
    assert folder(text, "2022Q4").quarter == Period(2022, 4)


@pytest.mark.parametrize(
    "name", ["2022年第三季度通报.txt", "通报2022Q3.txt", "2022年10月.txt", "2022年度.txt"]
)
def test_the_name_of_the_file(folder: Folder, name: str) -> None:
    message = refusal(folder, TEXT, "2022Q4", name)
    assert f"{name}：“{name.removesuffix('.txt')}”，内容是2022年" in message and "请改文件名" in message


@pytest.mark.parametrize("name", ["20230105.txt", "2023-01-05 提取.txt", "2022年第四季度.txt", "10-12月.txt"])
def test_a_date_or_the_own_period_in_the_name_of_the_file(folder: Folder, name: str) -> None:
    assert folder(TEXT, "2022Q4", name).quarter == Period(2022, 4)


def test_a_note_of_another_period_is_left_to_the_rules(folder: Folder) -> None:
    data = folder(TEXT.replace("10月1日至12月31日", "7月1日至9月30日"), "2022Q4")
    assert data.annexes.loc[0, "period_start"] == "2022-07-01"


def test_a_bulletin_that_names_only_its_year_needs_the_period_elsewhere(folder: Folder) -> None:
    text = TEXT.replace("关于2022年第四季度", "关于2022年").replace("各区县第四季度", "各区县")
    assert folder(text, "2022Q4").quarter == Period(2022, 4)
    silent = text.replace("2022年第四季度，", "").replace(NOTE, "")
    assert "内容是2022年度" in refusal(folder, silent, "2022Q4")


def month(text: str, name: str = "2022年10月", short: str = "10月份") -> str:
    """The bulletin as that of a month."""
    text = text.replace("2022年第四季度", name).replace("第四季度", short)
    return text.replace("10月1日至12月31日", "10月1日至10月31日")


def test_a_month_is_read_from_its_own_folder_only(folder: Folder) -> None:
    assert str(folder(month(TEXT), "2022M10").quarter) == "2022M10"
    message = refusal(folder, month(TEXT), "2022M11")
    assert "内容是2022年10月" in message and "应为2022年11月" in message
    assert "标题、正文或备注中应写明月份（如“2022年10月”）" in refusal(
        folder, month(TEXT, "近期", "").replace("2022年10月1日至10月31日", ""), "2022M10"
    )


def test_half_years_and_years_are_read_from_their_own_folders(folder: Folder) -> None:
    half = TEXT.replace("2022年第四季度", "2022年下半年").replace("第四季度", "下半年")
    assert str(folder(half, "2022H2").quarter) == "2022H2"
    year = TEXT.replace("2022年第四季度", "2022年").replace("第四季度", "年度")
    assert str(folder(year.replace("2022年10月1日", "2022年1月1日"), "2022Y").quarter) == "2022Y"
    assert "2022年下半年" in refusal(folder, half, "2022Q4")


def test_a_note_decides_of_a_month_where_no_title_does(folder: Folder) -> None:
    text = month(TEXT, "近期", "")
    assert str(folder(text, "2022M10").quarter) == "2022M10"
    assert "内容是2022年10月" in refusal(folder, text, "2022M11")


# --- the other formats ---------------------------------------------------------------------------------


def retitled(real: QuarterData, *pairs: tuple[str, str]) -> QuarterData:
    """The real quarter with other words in the titles of bulletin and annexes."""
    annexes, about = real.annexes.copy(), real.about.copy()
    for old, new in pairs:
        annexes["title"] = annexes["title"].str.replace(old, new)
        is_title = about["field"] == "title"
        about.loc[is_title, "value"] = about.loc[is_title, "value"].str.replace(old, new)
    return replace(real, annexes=annexes, about=about)


WRITERS: dict[str, Callable[[QuarterData, Path], None]] = {
    "word": lambda data, folder: write_word(data, folder / "bulletin.docx"),
    "page": lambda data, folder: write_webpage(data, folder / "bulletin.html"),
    "workbook": lambda data, folder: write_workbook(data, folder / "annexes.xlsx"),
    "one sheet": lambda data, folder: write_workbook(data, folder / "annexes.xlsx", one_sheet=True),
    "csv": lambda data, folder: write_csv_files(data, folder),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_titles_in_every_format(tmp_path: Path, real: QuarterData, reference: Reference, writer: str) -> None:
    wrong = retitled(real, ("2022年第四季度", "2022年10月"), ("第四季度", "10月"))
    WRITERS[writer](wrong, tmp_path)
    with pytest.raises(InputRefused) as refused:
        read_raw(tmp_path, real.quarter, reference)
    assert len(refused.value.problems) >= len(real.annexes)
    for problem in refused.value.problems:
        assert "内容是2022年10月" in problem.found and "应为2022年第四季度" in problem.expected


def test_a_page_of_a_month_begins_with_its_title(
    tmp_path: Path, real: QuarterData, reference: Reference
) -> None:
    wrong = retitled(real, ("关于2022年第四季度", "2022年10月"), ("第四季度", "10月"))
    write_webpage(wrong, tmp_path / "bulletin.html")
    with pytest.raises(InputRefused, match=r"bulletin\.html 标题：“.*内容是2022年10月"):
        read_raw(tmp_path, real.quarter, reference)


def workbook(path: Path, title: str = "", sheet: str = "Sheet1", second: str = "") -> None:
    """Annex 1 of two districts: its only title in a merged cell, another line below it."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for row in (
        [title],
        [second],
        ["序号", "区县", "办件数", "评价数", "差评数"],
        [1, "甲区", 10, 9, 0],
        [2, "乙县", 8, 8, 0],
    ):
        page.append(row)
    page.merge_cells("A1:E1")
    book.save(path)


@pytest.mark.parametrize(
    ("title", "sheet", "second", "place"),
    [
        ("2022年10月各区县情况", "Sheet1", "", "工作表“Sheet1”（各区县表标题）"),
        ("各区县情况", "第三季度", "", "工作表“第三季度” 名称"),
        ("各区县情况", "10月", "", "工作表“10月” 名称"),
        ("2022年第三季度", "Sheet1", "各区县“好差评”情况", "工作表“Sheet1”（各区县表标题）"),
        ("2022年各区县情况", "Sheet1", "", "annexes.xlsx：内容是2022年度"),
    ],
)
def test_the_only_title_or_the_name_of_a_sheet(
    tmp_path: Path, reference: Reference, title: str, sheet: str, second: str, place: str
) -> None:
    workbook(tmp_path / "annexes.xlsx", title, sheet, second)
    with pytest.raises(InputRefused, match=re.escape(place)) as refused:
        read_raw(tmp_path, Period(2022, 4), reference)
    assert "应为2022年第四季度" in refused.value.message


@pytest.mark.parametrize(
    ("title", "sheet"),
    [
        ("各区县情况", "Sheet1"),
        ("第四季度", "附件1"),
        ("2022年各区县情况", "第四季度"),
        ("10-12月情况", "Q4"),
    ],
)
def test_a_workbook_that_names_no_other_period_is_read(
    tmp_path: Path, reference: Reference, title: str, sheet: str
) -> None:
    workbook(tmp_path / "annexes.xlsx", title, sheet)
    assert read_raw(tmp_path, Period(2022, 4), reference).quarter == Period(2022, 4)

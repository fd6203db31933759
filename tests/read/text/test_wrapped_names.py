"""Names wrapped over lines above small, zero and missing figures, which look like serial and page numbers."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haochaping.core.errors import InputRefused
from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.read.raw_folder import read_raw
from haochaping.reference.reference import Reference, load_reference
from haochaping.simulate.data_root import write_data_root
from haochaping.simulate.print_bulletin import print_bulletin
from haochaping.simulate.simulated_quarter import CitySize, simulate
from tests.read.printing import DEPARTMENT_HEAD, DISTRICT_HEAD, NARRATIVE
from tests.read.reading import plain_values, rows_or_refusal

REFERENCE = Path(__file__).parents[3] / "data" / "reference"
QUARTER = Period(2024, 1)
ROW = re.compile(r"(\d+) ([^\d年月日]\S*) (\S.*)")
TAILS = ("", "有限责任公司", "（驻模拟市办事处）", "行业协会")
SMALL = ("0", "0", "1", "2", "3", "10", "11", "12")
SIZE = CitySize(districts=4, city_departments=12, district_departments=5)


@pytest.fixture(scope="module")
def read_text(tmp_path_factory):
    """Reads a text as the bulletin of the simulated city."""
    root = tmp_path_factory.mktemp("simulated")
    write_data_root(root, [QUARTER], 1, REFERENCE)
    reference: Reference = load_reference(root / "reference")
    folder = root / "raw" / str(QUARTER)

    def read(text: str) -> QuarterData:
        (folder / "bulletin.txt").write_text(text, encoding="utf-8")
        return read_raw(folder, QUARTER, reference)

    return read


def test_names_that_stand_last_take_no_line_of_the_next_row(tmp_path: Path, reference: Reference) -> None:
    """The next name's first line stands above its row, right after the name that ends the row before."""

    def read(*rows: str) -> QuarterData:
        head = "附件2：市直部门第四季度“好差评”数据通报表\n序号 办件数 评价数 差评数 部门\n"
        note = "备注：数据统计范围 2022 年 10 月 1 日至 12 月 31 日，数据提取时间：2023 年 1 月 5 日。"
        (tmp_path / "bulletin.txt").write_text("\n".join([NARRATIVE, head, *rows, note]), encoding="utf-8")
        return read_raw(tmp_path, Period(2022, 4), reference)

    with pytest.raises(InputRefused, match="序号 1 的数据格之后应是下一行"):
        read("1 5 5 0 贸促会", "市公安局", "2 3 3 0 （出入境、治安）")
    found = read("1 5 5 0 市公安局（出入境、", "治安）", "2 3 3 0 贸促会")
    assert found.city_departments["department"].tolist() == ["市公安局（出入境、治安）", "贸促会"]


def with_small_figures(text: str, random: Random) -> str:
    """The bulletin with longer names and small, zero or missing figures in half of the rows."""
    lines = []
    for line in text.split("\n"):
        row = ROW.fullmatch(line)
        if row and random.random() < 0.5:
            name = row[2] + (random.choice(TAILS) if row[2].startswith("市") else "")
            cells = [_smaller(cell, random) for cell in row[3].split()]
            line = " ".join([row[1], name, *cells])
        lines.append(line)
    return "\n".join(lines)


def _smaller(cell: str, random: Random) -> str:
    if cell.endswith("%"):
        return random.choice(("/", "100%"))
    return random.choice((*SMALL, "/")) if cell.isdecimal() else cell


def with_wrapped_names(text: str, random: Random, *, cells: bool) -> str:
    """The bulletin with half of its names broken over lines, the figures on a line (or with `cells` two) below."""
    lines: list[str] = []
    for line in text.split("\n"):
        row = ROW.fullmatch(line)
        lines += _wrapped(row, random, cells=cells) if row and random.random() < 0.5 else [line]
    return "\n".join(lines)


def _wrapped(row: re.Match[str], random: Random, *, cells: bool) -> list[str]:
    serial, name, figures = row.groups()
    cuts = sorted(random.sample(range(1, len(name)), min(len(name) - 1, random.randint(1, 3))))
    pieces = [name[a:b] for a, b in zip([0, *cuts], [*cuts, len(name)], strict=True)]
    if random.random() < 0.5:
        pieces[0] = f"{serial} {pieces[0]}"
    else:
        pieces.insert(0, serial)
    values = figures.split(" ")
    cut = random.randint(1, len(values)) if cells else len(values)
    return [*pieces, *(" ".join(part) for part in (values[:cut], values[cut:]) if part)]


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_wrapping_names_changes_no_cell_and_refuses_nothing(read_text, seed):
    random = Random(seed)
    text = with_small_figures(print_bulletin(simulate(QUARTER, seed, SIZE)), random)
    wrapped = with_wrapped_names(text, random, cells=False)
    assert plain_values(read_text(wrapped)) == plain_values(read_text(text)), wrapped


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_wrapping_figures_too_changes_no_cell(read_text, seed):
    """A line of figures that may be a page number (``1 / 2``) may be refused."""
    random = Random(seed)
    text = with_small_figures(print_bulletin(simulate(QUARTER, seed, SIZE)), random)
    wrapped = with_wrapped_names(text, random, cells=True)
    try:
        found = plain_values(read_text(wrapped))
    except InputRefused:
        assert re.search(r"^[1-9]\d* / [1-9]\d*$", wrapped, re.MULTILINE), wrapped
        return
    assert found == plain_values(read_text(text)), wrapped


# --- by hand -----------------------------------------------------------------------------------------------

WRAPPED = "1 教育局 1 2 3\n2\n省通信行业协会\n办事处\n{}\n3 残联 1 1 1\n"


NO_PAGE = ("0 0 0", "1 0 0", "0 0 3", "0 0 4", "0 / 0", "1 / 0", "5 / 3", "1 / 1", "- 0 -", "— 0 —", "/ / /")


@pytest.mark.parametrize("figures", NO_PAGE)
@pytest.mark.parametrize("page", ["", "1\n"])
def test_figures_that_are_no_page_number_are_cells(tables, figures, page):
    found = rows_or_refusal(tables, NARRATIVE + page + DEPARTMENT_HEAD + WRAPPED.format(figures))
    assert found and found[0][1] == ("省通信行业协会办事处", *figures.split())


@pytest.mark.parametrize("figures", ["2 / 3", "- 2 -", "— 2 —"])
def test_figures_that_may_be_a_page_number_are_refused(tables, figures):
    """Its own figures may be lost, and the page number in their place: nobody can tell."""
    assert rows_or_refusal(tables, NARRATIVE + DEPARTMENT_HEAD + WRAPPED.format(figures)) is None


def test_refusal_names_the_line_that_was_taken_for_a_page_number(tables):
    with pytest.raises(InputRefused) as refused:
        tables(NARRATIVE + DEPARTMENT_HEAD + WRAPPED.format("2 / 3"))
    assert "“2 / 3”按页码略去" in refused.value.message


def test_marks_that_do_not_count_pages_are_cells(tables):
    body = "1 教育局\n局\n5 / 9\n2 省通信\n协会\n2 / 9\n3 残联 1 1 1\n"
    found = rows_or_refusal(tables, NARRATIVE + DEPARTMENT_HEAD + body)
    assert found == [[("教育局局", "5", "/", "9"), ("省通信协会", "2", "/", "9"), ("残联", "1", "1", "1")]]


@pytest.mark.parametrize("mark", ["— {} —", "{} / 9", "- {} -", "第 {} 页", "· {} ·"])
def test_page_numbers_that_count_stay_page_numbers(tables, mark):
    first, second, third = (mark.format(page) + "\n" for page in (1, 2, 3))
    body = f"1 青禾区 10 5 3\n{second}2 石桥县\n{third}4 4 4\n3 白沙市 1 1 1\n"
    found = rows_or_refusal(tables, NARRATIVE + first + DISTRICT_HEAD + body)
    assert found == [[("青禾区", "10", "5", "3"), ("石桥县", "4", "4", "4"), ("白沙市", "1", "1", "1")]]
    lost = body.replace("4 4 4\n", "")
    assert rows_or_refusal(tables, NARRATIVE + first + DISTRICT_HEAD + lost) is None

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from haochaping.core.errors import InputRefused
from haochaping.core.period import Period
from haochaping.store.answers import answer_file, read_answers

QUARTER = Period(2022, 4)
HEAD = "编号,位置,原值,处理,核实值,说明或依据,经办人,日期,有效至,单元格\n"


def test_only_rows_that_were_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "review.csv"
    path.write_text(
        HEAD + "a,,1,更正,2,'=查系统,甲,2023/1/5,,t/x\nb,,1,,,,,,,\n,,,,,,,,,\n", encoding="utf-8-sig"
    )
    [answer] = read_answers(path)
    assert (answer.finding, answer.cell, answer.original, answer.value) == ("a", "t/x", "1", "2")
    assert answer.is_correction and answer.text == "=查系统" and answer.place == "review.csv 第 2 行"


def test_titles_above_the_headings_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "review.csv"
    path.write_text("核对意见答复表\n\n" + HEAD + "a,,,说明,,因为,,,,\n", encoding="gb18030")
    assert [a.text for a in read_answers(path)] == ["因为"]


def test_a_file_that_is_none_of_ours_is_refused(tmp_path: Path) -> None:
    for name, content in (("review.csv", b"a,b\n1,2\n"), ("review.xlsx", b"no workbook")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputRefused, match=name):
            read_answers(tmp_path / name)
    with pytest.raises(InputRefused, match="只应有一份"):
        answer_file(tmp_path)


def test_an_explanation_stands_until_its_day(tmp_path: Path) -> None:
    path = tmp_path / "review.csv"
    path.write_text(HEAD + "a,,,说明,,因为,,,2023-03-31,\n", encoding="utf-8")
    [answer] = read_answers(path)
    assert answer.valid_on(date(2023, 3, 31)) and not answer.valid_on(date(2023, 4, 1))


def test_names_in_any_case_and_decorated_headings(tmp_path: Path) -> None:
    import xlsxwriter

    from haochaping.core.errors import InputRefused
    from haochaping.core.period import Period
    from haochaping.store.answers import answer_file, read_answers

    path = tmp_path / "Review.XLSX"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("核对意见")
    for column, heading in enumerate([" 编号* ", "处理", "核实值", "说明或依据"]):
        sheet.write(0, column, heading)
    for row in (1, 2, 3):
        sheet.write(row, 0, f"a/b/{row}")
    sheet.merge_range(1, 1, 3, 1, "说明")
    sheet.merge_range(1, 3, 3, 3, "同一原因")
    book.add_worksheet("填写说明").write(0, 0, "季度：2022Q4")
    book.close()
    assert answer_file(tmp_path) == path
    answers = read_answers(path, Period(2022, 4))
    assert [(a.finding, a.text) for a in answers] == [(f"a/b/{n}", "同一原因") for n in (1, 2, 3)]
    with pytest.raises(InputRefused, match="是 2022Q4 的答复"):
        read_answers(path, Period(2023, 1))


def test_a_sheet_that_lost_its_column_of_ids_is_refused(tmp_path: Path) -> None:
    import xlsxwriter

    from haochaping.core.errors import InputRefused
    from haochaping.store.answers import read_answers

    path = tmp_path / "review.xlsx"
    book = xlsxwriter.Workbook(str(path))
    for name, headings in {"核对意见": ["处理", "核实值", "说明或依据"], "其他": ["编号", "核实值"]}.items():
        sheet = book.add_worksheet(name)
        for column, heading in enumerate(headings):
            sheet.write(0, column, heading)
    book.close()
    with pytest.raises(InputRefused, match="缺少“编号”一列"):
        read_answers(path)


def test_a_csv_with_carriage_returns_is_read_and_one_with_an_endless_cell_refused(tmp_path: Path) -> None:
    path = tmp_path / "review.csv"
    path.write_bytes("编号,处理,说明或依据\ra/b,说明,同一原因\r".encode())
    assert [(a.finding, a.text) for a in read_answers(path)] == [("a/b", "同一原因")]
    path.write_text('编号,处理,说明或依据\na/b,说明,"' + "因" * 200_000, encoding="utf-8")
    with pytest.raises(InputRefused, match="内容过长"):
        read_answers(path)


def test_a_file_that_does_not_say_its_period_is_known_as_such(tmp_path: Path) -> None:
    path = tmp_path / "review.csv"
    path.write_text("编号,处理,说明或依据\na,说明,口径\n", encoding="utf-8")
    assert [a.is_of_stated_period for a in read_answers(path, QUARTER)] == [False]
    workbook = answer_workbook(["a", "说明", "", "口径"])
    workbook.save(tmp_path / "review.xlsx")
    assert [a.is_of_stated_period for a in read_answers(tmp_path / "review.xlsx", QUARTER)] == [False]
    for line in ("季度：2022Q4", "季度: 2022q4", "季度：2022年第四季度"):
        workbook.create_sheet("填写说明").append([line])
        workbook.save(tmp_path / "review.xlsx")
        assert [a.is_of_stated_period for a in read_answers(tmp_path / "review.xlsx", QUARTER)] == [True]
        del workbook["填写说明"]


@pytest.mark.parametrize(
    "line", ["季度：2022Q3", "季度: 2022年第三季度", "月份：2022M08", "季度：", "季度：上一季度"]
)
def test_a_file_that_says_another_period_is_refused(tmp_path: Path, line: str) -> None:
    workbook = answer_workbook(["a", "说明", "", "口径"])
    workbook.create_sheet("填写说明").append([line])
    workbook.save(tmp_path / "review.xlsx")
    with pytest.raises(InputRefused, match="的答复；文件夹是 2022Q4"):
        read_answers(tmp_path / "review.xlsx", QUARTER)


def test_a_formula_without_a_result_is_refused_with_its_place(tmp_path: Path) -> None:
    """As programs write formulas that nothing has calculated yet."""
    workbook = answer_workbook(["a", "更正", "=1+1", "漏写"], ["b", "说明", "", "口径"])
    workbook.save(tmp_path / "review.xlsx")
    with pytest.raises(InputRefused, match="第 2 行 核实值：公式没有算出的值"):
        read_answers(tmp_path / "review.xlsx", QUARTER)


def answer_workbook(*rows: list[str]) -> Workbook:
    workbook = Workbook()
    for row in (["编号", "处理", "核实值", "说明或依据"], *rows):
        workbook.worksheets[0].append(row)
    return workbook

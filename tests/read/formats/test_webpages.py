"""Web pages in the forms in which offices and systems save them, and workbooks that are no workbooks."""

import re
from collections.abc import Callable
from email.encoders import encode_base64, encode_quopri
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText
from pathlib import Path

import docx
import openpyxl
import pytest
import xlsxwriter
from docx.oxml.ns import qn
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from haochaping.core.errors import InputRefused
from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.read.raw_folder import read_raw
from haochaping.reference.reference import Reference
from tests.read.formats.test_office_files import same_tables
from tests.read.office_files import sheets, write_webpage

FIRST = Period(2023, 1)


def archived(
    page: bytes, charset: str, encode: Callable = encode_quopri, more: tuple[str, ...] = ()
) -> bytes:
    """A page with a picture as a browser saves it in one file."""
    whole = MIMEMultipart("related", type="text/html")
    whole["From"] = "<Saved by Blink>"
    whole["Snapshot-Content-Location"] = "http://example.invalid/art.html"
    part = MIMENonMultipart("text", "html", **({"charset": charset} if charset else {}))
    part.set_payload(page)
    encode(part)
    whole.attach(part)
    for text in more:
        whole.attach(MIMEText(text, "html", "utf-8"))
    whole.attach(MIMEImage(b"\x89PNG\r\n\x1a\n" + bytes(50), "png"))
    return whole.as_bytes()


def page_of(data: QuarterData, folder: Path, encoding: str = "utf-8") -> bytes:
    folder.mkdir(exist_ok=True)
    write_webpage(data, folder / "page.html", encoding)
    return (folder / "page.html").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["通报.mht", "通报.mhtml"])
@pytest.mark.parametrize(
    ("encoding", "charset", "encode"),
    [
        ("utf-8", "utf-8", encode_quopri),
        ("utf-8", "utf-8", encode_base64),
        ("gb18030", "gb2312", encode_quopri),
        ("gb18030", "", encode_base64),
    ],
)
def test_a_single_file_page(
    real: QuarterData,
    reference: Reference,
    tmp_path: Path,
    tmp_path_factory,
    name: str,
    encoding: str,
    charset: str,
    encode: Callable,
) -> None:
    page = page_of(real, tmp_path_factory.mktemp("page"), encoding)
    (tmp_path / name).write_bytes(archived(page, charset, encode))
    assert read_raw(tmp_path, real.quarter, reference) == real


def test_a_page_that_word_saved(real: QuarterData, reference: Reference, tmp_path: Path) -> None:
    """Filtered HTML: its own tags, comments for other programs, every cell a paragraph."""
    page = page_of(real, tmp_path / "page", "gb18030").decode("gb18030")
    (tmp_path / "page" / "page.html").unlink()
    (tmp_path / "page").rmdir()
    page = page.replace(
        '<meta charset="gb18030">',
        '<meta http-equiv=Content-Type content="text/html; charset=gb2312"><meta name=Generator content="Microsoft Word 15 (filtered)">',
    )
    page = re.sub(
        r"<span>(.*?)</span>",
        r"<p class=MsoNormal align=center style='text-align:center'><span lang=EN-US style='font-size:9.0pt'>\1"
        r"<!--[if gte mso 9]><xml>9</xml><![endif]--><o:p></o:p></span></p>",
        page,
    )
    (tmp_path / "通报.htm").write_bytes(page.encode("gb18030"))
    assert read_raw(tmp_path, real.quarter, reference) == real


EXCEL = (
    '<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel">'
    "<head><meta http-equiv=Content-Type content='text/html; charset={charset}'>"
    "<meta name=ProgId content=Excel.Sheet></head><body>{body}</body></html>"
)


def exported_tables(data: QuarterData) -> str:
    """All annexes as tables one after another, figures as a system exports them."""
    parts = []
    for sheet in sheets(data):
        spans = {(t, left): (b - t + 1, r - left + 1) for t, left, b, r in sheet.merged}
        hidden = {
            (r, c)
            for t, left, b, right in sheet.merged
            for r in range(t, b + 1)
            for c in range(left, right + 1)
        } - set(spans)
        rows = []
        for r, row in enumerate([*sheet.header, *sheet.body]):
            cells = [
                f"<td rowspan={spans.get((r, c), (1, 1))[0]} colspan={spans.get((r, c), (1, 1))[1]} x:num>{text}</td>"
                for c, text in enumerate(row)
                if (r, c) not in hidden
            ]
            rows.append(f"<tr>{''.join(cells)}</tr>")
        parts.append(
            f"<table border=1><tr><td>{sheet.heading} {sheet.title}</td></tr>{''.join(rows)}</table>"
        )
        parts.append(f"<p>{sheet.note}</p>")
    return "".join(parts)


@pytest.mark.parametrize("encoding", ["utf-8", "gb2312"])
def test_an_xls_that_is_a_page(
    real: QuarterData, reference: Reference, tmp_path: Path, encoding: str
) -> None:
    page = EXCEL.format(charset=encoding, body=exported_tables(real))
    (tmp_path / "导出.xls").write_bytes(page.encode("gb18030" if encoding == "gb2312" else encoding))
    found = read_raw(tmp_path, real.quarter, reference)
    same_tables(found, real)
    assert found.inputs["kind"].tolist() == ["workbook"]


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030", "utf-8"])
def test_an_xls_that_is_a_bare_table(reference: Reference, tmp_path: Path, encoding: str) -> None:
    """No title and no quarter: the folder says which one it is, as for a workbook."""
    text = "<table><tr><th>区县</th><th>评价数</th></tr><tr><td>甲区</td><td>5</td></tr></table>"
    (tmp_path / "导出.xls").write_bytes(text.encode(encoding))
    assert read_raw(tmp_path, FIRST, reference).districts["evaluations"].tolist() == [5]


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030", "utf-8-sig"])
def test_an_xls_that_is_text_between_tabs(reference: Reference, tmp_path: Path, encoding: str) -> None:
    text = "序号\t区县\t办件数\t评价数\t评价率\r\n1\t甲区\t1,000\t990\t99.00%\r\n"
    (tmp_path / "导出.xls").write_bytes(text.encode(encoding))
    found = read_raw(tmp_path, FIRST, reference)
    assert found.districts["cases"].tolist() == [1000]
    assert found.districts["evaluation_rate_printed"].tolist() == ["99.00%"]


TABLE = (
    "<tr><td>区县</td><td>评价数</td></tr><tr><td>甲区</td><td>5</td></tr><tr><td>丙县</td><td>7</td></tr>"
)


def page(rows: str) -> bytes:
    return f"<html><body><table>{rows}</table></body></html>".encode()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.mht", archived(page(TABLE), "utf-8", more=("<table></table>",)), "有 2 个页面"),
        (
            "a.mht",
            b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n"
            b"Content-Type: text/plain\r\n\r\na\r\n--x--",
            "没有网页正文",
        ),
        ("a.mht", archived(page(TABLE), "no-such-charset"), "单文件网页"),
        (
            "a.xls",
            '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
            '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet/></Workbook>',
            "另存为 .xlsx",
        ),
        (
            "a.doc",
            '<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument xmlns:w="x"/>',
            "另存为 .docx",
        ),
        ("a.fods", '<?xml version="1.0"?><office:document xmlns:office="x"/>', "OpenDocument"),
        ("a.xls", EXCEL.format(charset="utf-8", body="<frameset><frame></frameset>"), "多个工作表"),
        ("a.html", '<html><head><meta charset="big5"></head></html>', "网页编码 big5"),
        (
            "a.html",
            page(TABLE.replace("<td>5", "<td><span style='display:none'>0005</span>5")),
            "第 2 行：0005",
        ),
        ("a.xls", page(TABLE + "<tr style='DISPLAY: none'><td>乙县</td><td>6</td></tr>"), "第 4 行：乙县"),
        ("a.xls", page("<col><col style='display:none'>" + TABLE), "第 2 行：5；此处有网页上不显示的内容"),
        ("a.xls", page(TABLE.replace("7", "2122<sup>1</sup>")), "2122〔1〕"),
        ("a.xls", page(TABLE.replace("7", "<s>12</s>34")), "〔12〕34"),
        ("a.xls", page(TABLE.replace("7", "12<br>34")), "12⏎34"),
        ("a.xls", page(TABLE.replace("7", "<p>12</p><p>34</p>")), "12⏎34"),
        ("a.xls", page(TABLE.replace("7", "#N/A")), "#N/A"),
    ],
)
def test_what_is_not_read(
    reference: Reference, tmp_path: Path, name: str, content: bytes | str, said: str
) -> None:
    (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(InputRefused) as refusal:
        read_raw(tmp_path, FIRST, reference)
    assert name in refusal.value.message and said in refusal.value.message, refusal.value.message


def test_a_cell_with_spans_of_many_rows_is_bounded(reference: Reference, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(page("<tr><td rowspan=300 colspan=300>1</td></tr>" * 20_000))
    with pytest.raises(InputRefused, match="过大"):
        read_raw(tmp_path, FIRST, reference)


@pytest.fixture
def word(tmp_path: Path, reference: Reference):
    """A Word bulletin with two districts whose last cell is edited; the message of its refusal."""

    def refused(edit: Callable) -> str:
        document = docx.Document()
        document.add_paragraph("2023年第一季度通报")
        table = document.add_table(3, 2)
        for cell, text in zip(table._cells, ["区县", "评价数", "甲区", "5", "乙县", "2122"], strict=True):
            cell.text = text
        edit(table.cell(2, 1))
        document.save(str(tmp_path / "通报.docx"))
        with pytest.raises(InputRefused) as refusal:
            read_raw(tmp_path, FIRST, reference)
        return refusal.value.message

    return refused


@pytest.mark.parametrize("mark", ["superscript", "subscript", "strike", "double_strike", "hidden"])
def test_a_mark_in_a_word_cell_is_no_digit(word, mark: str) -> None:
    message = word(lambda cell: setattr(cell.paragraphs[0].add_run("1").font, mark, True))
    assert "表 1 第 3 行" in message and "2122〔1〕" in message


def test_a_hidden_row_in_word(word) -> None:
    def hide(cell) -> None:
        row = cell._tc.getparent()
        row.get_or_add_trPr().append(row.makeelement(qn("w:hidden")))

    assert "第 3 行：乙县2122；隐藏的行" in word(hide)


def test_two_paragraphs_in_a_word_cell_are_two_numbers(word) -> None:
    assert "2122⏎23" in word(lambda cell: cell.add_paragraph("23"))


def test_a_table_inside_a_word_cell(word) -> None:
    def nest(cell) -> None:
        cell.add_table(1, 1).cell(0, 0).text = "丙县"

    assert "第 3 行：丙县；单元格中套有另一个表格" in word(nest)


@pytest.mark.parametrize("shared", [True, False])
def test_marks_in_a_workbook_cell(reference: Reference, tmp_path: Path, shared: bool) -> None:
    """A raised footnote mark beside a figure; its text alone would be 21221."""
    rows = [["区县", "评价数"], ["甲区", 5], ["乙县", None]]
    if shared:
        workbook = xlsxwriter.Workbook(tmp_path / "a.xlsx")
        sheet = workbook.add_worksheet("Sheet")
        for r, row in enumerate(rows):
            sheet.write_row(r, 0, row)
        sheet.write_rich_string(2, 1, "2122", workbook.add_format({"font_script": 1}), "1")
        workbook.close()
    else:
        other = openpyxl.Workbook()
        for row in rows:
            other.active.append(row)
        other.active["B3"] = CellRichText("2122", TextBlock(InlineFont(vertAlign="superscript"), "1"))
        other.save(tmp_path / "a.xlsx")
    with pytest.raises(InputRefused, match="工作表“Sheet” B3：21221；其中有上标"):
        read_raw(tmp_path, FIRST, reference)


def test_two_lines_in_a_workbook_cell_are_two_numbers(reference: Reference, tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    for row in (["区县", "评价数"], ["甲区", 5], ["乙县", "12\n34"]):
        workbook.active.append(row)
    workbook.save(tmp_path / "a.xlsx")
    with pytest.raises(InputRefused, match="第 3 行 B 列（各区县表 乙县）：12⏎34"):
        read_raw(tmp_path, FIRST, reference)


def test_a_title_of_another_quarter(reference: Reference, tmp_path: Path) -> None:
    """A workbook need not name its quarter; one that names another is in the wrong folder."""
    workbook = openpyxl.Workbook()
    for row in (["2022年第三季度各区县数据表"], ["区县", "评价数"], ["甲区", 5]):
        workbook.active.append(row)
    workbook.save(tmp_path / "a.xlsx")
    with pytest.raises(InputRefused, match="内容是2022年第三季度"):
        read_raw(tmp_path, FIRST, reference)


@pytest.mark.parametrize("cell", ["5 7", "5\n   7", "5&nbsp;7", "5<b> 7</b>"])
def test_two_numbers_in_one_cell_never_become_one(reference: Reference, tmp_path: Path, cell: str) -> None:
    head = "<tr><td>区县</td><td>评价数</td><td>差评数</td></tr>"
    page = "<html><body><p>2023年第一季度通报</p><table>{}<tr><td>甲 区</td><td>{}</td><td>0</td></tr></table></body></html>"
    (tmp_path / "a.html").write_text(page.format(head, "\n 57 "), encoding="utf-8")
    table = read_raw(tmp_path, FIRST, reference).districts
    assert table[["district", "evaluations"]].to_numpy().tolist() == [["甲区", 57]]
    (tmp_path / "a.html").write_text(page.format(head, cell), encoding="utf-8")
    with pytest.raises(InputRefused, match="应为整数"):
        read_raw(tmp_path, FIRST, reference)

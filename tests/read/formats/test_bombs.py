"""More files made to become large: cells far away, parts under other names, pages, cells of ten megabytes, answers.

Each is read by a process of its own whose memory is measured, as in ``test_bounds``.
"""

import shutil
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from haochaping.core.model import QuarterData
from tests.conftest import ROOT
from tests.read.formats.test_memory_limit import (
    LAUGHS,
    SHEET,
    megabytes,
    pack,
    read,
    root,
    word_parts,
    workbook_parts,
)
from tests.read.office_files import write_webpage, write_word

pytestmark = pytest.mark.slow

__all__ = ["root"]
Write = Callable[[QuarterData, Path], None]
LONG_CELL = 10_000_000
CHARACTERS = "张店区".encode("ascii", "xmlcharrefreplace")


def far_cell(cell: str, row: int = 1_048_576, *, hidden: bool = False) -> Write:
    def write(data: QuarterData, folder: Path) -> None:
        pack(folder / "附件.xlsx", with_far_cell(workbook_parts(data, folder), cell, row, hidden=hidden))

    return write


def with_far_cell(parts: dict[str, bytes], cell: str, row: int, *, hidden: bool = False) -> dict:
    more = f'<row r="{row}">{cell}</row></sheetData>'.encode()
    assert parts[SHEET].count(b"</sheetData>") == 1
    parts[SHEET] = parts[SHEET].replace(b"</sheetData>", more)
    if hidden:
        workbook = parts["xl/workbook.xml"]
        parts["xl/workbook.xml"] = workbook.replace(b'state="visible"', b'state="hidden"', 1)
        assert parts["xl/workbook.xml"] != workbook
    return parts


def two_sheets_of_one_name(data: QuarterData, folder: Path) -> None:
    """One reader would look at the first, another at the last."""
    parts = workbook_parts(data, folder)
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace("表2".encode(), "表1".encode(), 1)
    pack(folder / "附件.xlsx", parts)


def two_parts_of_one_name(data: QuarterData, folder: Path) -> None:
    pack(folder / "附件.xlsx", workbook_parts(data, folder) | {SHEET.upper(): b"<worksheet/>"})


HEADER = "application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/header"


def disguised(content: bytes, count: int = 1) -> Write:
    """Headers of pages in parts that are called pictures: what a part is stands elsewhere."""

    def write(data: QuarterData, folder: Path) -> None:
        parts: dict = word_parts(data, folder)
        kinds = "".join(f'<Override PartName="/word/x{i}.png" ContentType="{HEADER}"/>' for i in range(count))
        related = "".join(
            f'<Relationship Id="x{i}" Type="{RELATION}" Target="x{i}.png"/>' for i in range(count)
        )
        for part, more in (("[Content_Types].xml", kinds), ("word/_rels/document.xml.rels", related)):
            before, sign, _ = parts[part].rpartition(b"</")
            parts[part] = before + more.encode() + sign + parts[part].rpartition(b"</")[2]
        for i in range(count):
            parts[f"word/x{i}.png"] = content
        pack(folder / "通报.docx", parts)

    return write


SPACE = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MANY = b"<w:hdr " + SPACE + b">" + b"<w:p/>" * 2_000_000 + b"</w:hdr>"
ENTITIES = LAUGHS.replace(b"<!DOCTYPE x", b"<!DOCTYPE w:hdr") + b"<w:hdr " + SPACE + b">&l9;</w:hdr>"


def pdf(content: bytes, wrapped: int = 1) -> Write:
    """One page whose content unfolds."""

    def write(data: QuarterData, folder: Path) -> None:
        packed = content
        for _ in range(wrapped):
            packed = zlib.compress(packed, 9)
        objects = [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 500 500]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
            b"<</Filter[%s]/Length %d>>stream\n%s\nendstream"
            % (b"/FlateDecode" * wrapped, len(packed), packed),
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        ]
        out, places = b"%PDF-1.4\n", []
        for number, one in enumerate(objects, start=1):
            places.append(len(out))
            out += b"%d 0 obj%s endobj\n" % (number, one)
        table = b"".join(b"%010d 00000 n \n" % place for place in places)
        end = b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(out)
        (folder / "通报.pdf").write_bytes(out + b"xref\n0 6\n0000000000 65535 f \n" + table + end)

    return write


def long_name_in_csv(data: QuarterData, folder: Path) -> None:
    (folder / "附件.csv").write_text(f"区县,评价数\n{'长' * LONG_CELL}区,5\n", encoding="utf-8")


def long_name_in_workbook(data: QuarterData, folder: Path) -> None:
    pack(folder / "附件.xlsx", with_long_text(workbook_parts(data, folder)))


def with_long_text(parts: dict[str, bytes]) -> dict:
    """The first name of a unit made long: it ends in 区."""
    for name, part in parts.items():
        written = next((one for one in ("张店区".encode(), CHARACTERS) if one in part), b"")
        if written:
            parts[name] = part.replace(written, ("长" * LONG_CELL + "区").encode(), 1)
            return parts
    raise AssertionError("no such name")


def long_name_in_word(data: QuarterData, folder: Path) -> None:
    parts = word_parts(data, folder)
    before, name, after = parts["word/document.xml"].rpartition("张店区".encode())
    # libxml2 reads no text longer than this; one below that would do as well
    assert name
    long = ("长" * 3_000_000 + "区").encode()
    pack(folder / "通报.docx", parts | {"word/document.xml": before + long + after})


def long_name_on_a_page(data: QuarterData, folder: Path) -> None:
    write_webpage(data, folder / "通报.html")
    text = (
        (folder / "通报.html")
        .read_text(encoding="utf-8")
        .replace("<span>张店区", f"<span>{'长' * 9_000_000}区", 1)
    )
    (folder / "通报.html").write_text(text, encoding="utf-8")


def long_line_in_text(data: QuarterData, folder: Path) -> None:
    text = (ROOT / "data" / "raw" / "2022Q4" / "bulletin.txt").read_text(encoding="utf-8")
    (folder / "bulletin.txt").write_text(text.replace("张店区", "长" * LONG_CELL + "区", 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (far_cell('<c r="XFD1048576" t="str"><f>""</f><v></v></c>'), ["附件.xlsx 工作表“表", "1048576 行"]),
        (far_cell('<c r="XFD1048576" t="inlineStr"><is><t></t></is></c>'), ["1048576 行 16384 列"]),
        (far_cell('<c r="XFD1048576" t="inlineStr"><is><t/></is></c>', hidden=True), ["附件.xlsx", "隐藏的工作表"]),
        (far_cell('<c r="xfd1048576"><v>1</v></c>', 1), ["附件.xlsx", "损坏"]),
        (two_sheets_of_one_name, ["附件.xlsx", "损坏"]),
        (two_parts_of_one_name, ["附件.xlsx", "同名"]),
        (disguised(ENTITIES), ["通报.docx", "word/x0.png", "DOCTYPE"]),
        (disguised(MANY, 3), ["通报.docx", "word/x", "30000000"]),
        (pdf(b"BT /F 9 Tf 9 9 Td " + b"(" + b"1" * 20_000_000 + b") Tj ET"), ["通报.pdf", "内容过多"]),
        (pdf(bytes(2_000_000_000), 2), ["通报.pdf"]),
        (long_name_in_csv, ["附件.csv", "过长"]),
        (long_name_in_workbook, ["附件.xlsx", "个字符"]),
        (long_name_in_word, ["通报.docx", "个字符"]),
        (long_name_on_a_page, ["通报.html 表 1 第 2 行"]),
        (long_line_in_text, ["bulletin.txt"]),
    ],
    ids=lambda value: getattr(value, "__qualname__", "").partition(".")[0] or None,
)  # fmt: skip
def test_refused_within_bounds_and_briefly(
    real: QuarterData, root: Path, write: Write, said: list[str]
) -> None:
    write(real, root / "raw" / "2022Q4")
    code, message = read(root)
    assert code == 2, message[:2000]
    for text in said:
        assert text in message, message[:2000]
    assert len(message) < 4_000
    assert not (root / "tidy").exists(), "nothing is written of what was refused"


# --- answers -------------------------------------------------------------------------------------------------


def answers(folder: Path, cell: str = "", more: bytes = b"") -> Path:
    """A review workbook with a cell far away, or one that unfolds."""
    import xlsxwriter

    path = folder / "review.xlsx"
    workbook = xlsxwriter.Workbook(path)
    sheet = workbook.add_worksheet()
    sheet.write_row(0, 0, ["编号", "处理", "说明或依据"])
    sheet.write_row(1, 0, ["a", "说明", "因为"])
    workbook.close()
    with zipfile.ZipFile(path) as archive:
        parts: dict = {name: archive.read(name) for name in archive.namelist()}
    if cell:
        parts = with_far_cell(parts, cell, 1_048_576)
    if more:
        before, sign, after = parts["xl/sharedStrings.xml"].partition(b"</sst>")
        parts["xl/sharedStrings.xml"] = megabytes(before, 200, sign + after, more)
    pack(path, parts)
    return path


@pytest.mark.parametrize(
    ("cell", "more", "said"),
    [
        ('<c r="XFD1048576" t="str"><f>1</f><v></v></c>', b"", "1048576 行"),
        ('<c r="XFD1048576"><v>1</v></c>', b"", "1048576 行"),
        ("", b"<si><t>a</t></si>", "30000000"),
    ],
    ids=["blank far away", "far away", "texts"],
)
def test_answers_are_bounded_too(real: QuarterData, root: Path, cell: str, more: bytes, said: str) -> None:
    folder = root / "raw" / "2022Q4"
    write_word(real, folder / "通报.docx")
    answers(folder, cell, more)
    code, message = read(root)
    assert code == 2 and "review.xlsx" in message and said in message, message
    (folder / "returned").mkdir()
    shutil.move(folder / "review.xlsx", folder / "returned" / "某局.xlsx")
    code, message = read(root, "collect")
    assert code == 1 and "未读的文件" in message and said in message, message
    assert not (folder / "review.xlsx").exists()


def test_notes_are_bounded(real: QuarterData, root: Path) -> None:
    folder = root / "raw" / "2022Q4"
    write_word(real, folder / "通报.docx")
    (folder / "notes.md").write_text("## 要点\n\n" + "长" * LONG_CELL, encoding="utf-8")
    code, message = read(root)
    assert code == 2 and "notes.md" in message and len(message) < 500

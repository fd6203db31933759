"""Files made to be large, or to become large when they are read: refused or read within bounds, exit code 2.

Each is read by a process of its own whose memory is measured; the bounds are generous on purpose.
"""

import io
import re
import shutil
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from haochaping.core.model import QuarterData
from tests.conftest import ROOT
from tests.read.office_files import write_word, write_workbook

pytestmark = pytest.mark.slow

MEGABYTES = 900
"""The libraries alone take some 200."""
SECONDS = 240
RUN = """
import sys
from pathlib import Path
from haochaping.commands.command_line import main
code = main([sys.argv[2], "--data", sys.argv[1], "--output", sys.argv[1] + "/out", "2022Q4"])
status = Path("/proc/self/status").read_text()
print(status.partition("VmHWM:")[2].split()[0])
sys.exit(code)
"""
"""Peak memory is the process's own: ``ru_maxrss`` would begin with that of the process that started it."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root of data with an empty folder for the quarter."""
    shutil.copytree(ROOT / "data" / "reference", tmp_path / "reference")
    (tmp_path / "raw" / "2022Q4").mkdir(parents=True)
    return tmp_path


def read(root: Path, command: str = "tidy") -> tuple[int, str]:
    """Exit code and message of reading the quarter, within the bounds of time and memory."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(root), command],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    peak = int(done.stdout.split()[-1]) // 1024
    assert peak < MEGABYTES, f"{peak} MB"
    return done.returncode, done.stderr


def workbook_parts(data: QuarterData, folder: Path) -> dict[str, bytes]:
    write_workbook(data, folder / "plain.xlsx")
    with zipfile.ZipFile(folder / "plain.xlsx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    (folder / "plain.xlsx").unlink()
    return parts


def word_parts(data: QuarterData, folder: Path) -> dict[str, bytes]:
    write_word(data, folder / "plain.docx")
    with zipfile.ZipFile(folder / "plain.docx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    (folder / "plain.docx").unlink()
    return parts


def pack(path: Path, parts: dict[str, bytes | Iterator[bytes]]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            with archive.open(name, "w") as part:
                for piece in [content] if isinstance(content, bytes) else content:
                    part.write(piece)


def megabytes(before: bytes, count: int, after: bytes, filling: bytes = b" ") -> Iterator[bytes]:
    yield before
    for _ in range(count):
        yield filling * (1_000_000 // len(filling))
    yield after


SHEET = "xl/worksheets/sheet1.xml"


def zeros(data: QuarterData, folder: Path) -> None:
    before, _, after = workbook_parts(data, folder)[SHEET].partition(b"<sheetData>")
    parts = workbook_parts(data, folder) | {SHEET: megabytes(before, 310, after)}
    pack(folder / "附件.xlsx", parts)


def many_styles(data: QuarterData, folder: Path) -> None:
    parts = workbook_parts(data, folder)
    before, middle, after = parts["xl/styles.xml"].partition(b"</cellXfs>")
    parts["xl/styles.xml"] = megabytes(before, 200, middle + after, b'<xf numFmtId="9"/>')
    pack(folder / "附件.xlsx", parts)


def nested(data: QuarterData, folder: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", bytes(200_000_000))
    pack(folder / "附件.xlsx", {f"{i}.zip": inner.getvalue() for i in range(20)})


def lying_sizes(data: QuarterData, folder: Path) -> None:
    """The directory says a thousand bytes; the sheet unfolds to far more."""
    parts = workbook_parts(data, folder)
    before, _, after = parts[SHEET].partition(b"<sheetData>")
    pack(folder / "附件.xlsx", parts | {SHEET: megabytes(before + b"<sheetData>", 280, after)})
    size = struct.pack("<I", len(before) + len("<sheetData>") + 280_000_000 + len(after))
    content = (folder / "附件.xlsx").read_bytes()
    assert content.count(size) >= 1
    (folder / "附件.xlsx").write_bytes(content.replace(size, struct.pack("<I", 1000)))


LAUGHS = (
    b"<!DOCTYPE x ["
    + b"".join(b'<!ENTITY l%d "%s">' % (i, b"&l%d;" % (i - 1) * 10 if i else b"ha" * 50) for i in range(10))
    + b"]>"
)
EXTERNAL = b'<!DOCTYPE x [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>'


def with_entities(part: bytes, entities: bytes, at: bytes) -> bytes:
    part = re.sub(rb"(<\?xml[^>]*\?>)?", lambda found: found[0] + entities, part, count=1)
    assert at in part
    return part.replace(at, at + b"&l9;", 1)


def entities_in_word(entities: bytes, encoding: str = "") -> Callable[[QuarterData, Path], None]:
    def write(data: QuarterData, folder: Path) -> None:
        parts = word_parts(data, folder)
        body = with_entities(parts["word/document.xml"], entities, b"<w:t>")
        if encoding:
            body = re.sub(r"encoding=.UTF-8.", f'encoding="{encoding}"', body.decode()).encode(encoding)
        pack(folder / "通报.docx", parts | {"word/document.xml": body})

    return write


def entities_in_workbook(data: QuarterData, folder: Path) -> None:
    parts = workbook_parts(data, folder)
    parts[SHEET] = with_entities(parts[SHEET], LAUGHS, b"<t>")
    pack(folder / "附件.xlsx", parts)


def many_paragraphs(data: QuarterData, folder: Path) -> None:
    parts = word_parts(data, folder)
    before, middle, after = parts["word/document.xml"].partition(b"<w:body>")
    filling = b"<w:p><w:r><w:t>1</w:t></w:r></w:p>"
    pack(folder / "通报.docx", parts | {"word/document.xml": megabytes(before + middle, 36, after, filling)})


def many_short_paragraphs(data: QuarterData, folder: Path) -> None:
    parts = word_parts(data, folder)
    before, middle, after = parts["word/document.xml"].partition(b"<w:body>")
    pack(folder / "通报.docx", parts | {"word/document.xml": megabytes(before + middle, 6, after, b"<w:p/>")})


def wide_cell(data: QuarterData, folder: Path) -> None:
    parts = word_parts(data, folder)
    body = parts["word/document.xml"].replace(b"<w:tcPr>", b'<w:tcPr><w:gridSpan w:val="900000000"/>', 1)
    assert body != parts["word/document.xml"]
    pack(folder / "通报.docx", parts | {"word/document.xml": body})


def repeated_cells(data: QuarterData, folder: Path) -> None:
    """A value repeated over a whole sheet of an .ods: seventeen thousand million cells in a few bytes."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f'<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="a">'
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell office:value-type="float" '
        'office:value="1" table:number-columns-repeated="16384"/></table:table-row></table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    parts = {"mimetype": kind, "META-INF/manifest.xml": b"<manifest/>", "content.xml": content.encode()}
    pack(folder / "附件.ods", parts)


def long_line(data: QuarterData, folder: Path) -> None:
    (folder / "附件.csv").write_text("区县,评价数\n甲区,5\n" + "1" * 3_000_000, encoding="utf-8")


def open_quote(data: QuarterData, folder: Path) -> None:
    (folder / "附件.csv").write_text('区县,评价数\n甲区,5\n"乙县,6\n丙县,7\n', encoding="utf-8")


def macros_in_ods(data: QuarterData, folder: Path) -> None:
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    pack(folder / "附件.ods", {"mimetype": kind, "Basic/script-lc.xml": b"<a/>", "content.xml": b"<a/>"})


def encrypted_ods(data: QuarterData, folder: Path) -> None:
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    manifest = b"<manifest:manifest><manifest:encryption-data/></manifest:manifest>"
    pack(
        folder / "附件.ods", {"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": b"\x01\x02"}
    )


def truncated(data: QuarterData, folder: Path) -> None:
    write_workbook(data, folder / "附件.xlsx")
    content = (folder / "附件.xlsx").read_bytes()
    (folder / "附件.xlsx").write_bytes(content[: len(content) * 2 // 3])


def damaged_part(data: QuarterData, folder: Path) -> None:
    pack(folder / "附件.xlsx", workbook_parts(data, folder) | {SHEET: b"<worksheet><sheetData><row>"})


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (zeros, ["附件.xlsx", "解开后有", "300000000"]),
        (many_styles, ["附件.xlsx", "xl/styles.xml", "30000000"]),
        (nested, ["附件.xlsx", "压缩包"]),
        (lying_sizes, ["附件.xlsx", "损坏"]),
        (entities_in_word(LAUGHS), ["通报.docx", "DOCTYPE"]),
        (entities_in_word(LAUGHS, "utf-16"), ["通报.docx", "DOCTYPE"]),
        (entities_in_word(EXTERNAL), ["通报.docx", "DOCTYPE"]),
        (entities_in_workbook, ["附件.xlsx", "DOCTYPE"]),
        (many_paragraphs, ["通报.docx", "word/document.xml", "30000000"]),
        (many_short_paragraphs, ["通报.docx", "20000 个段落"]),
        (wide_cell, ["通报.docx 表", "过大"]),
        (repeated_cells, ["附件.ods 工作表“a”", "1048576 行"]),
        (long_line, ["附件.csv 第 3 行", "内容过长"]),
        (open_quote, ["附件.csv", "引号"]),
        (macros_in_ods, ["附件.ods", "宏"]),
        (encrypted_ods, ["附件.ods", "已加密"]),
        (truncated, ["附件.xlsx", "损坏"]),
        (damaged_part, ["附件.xlsx", "损坏"]),
    ],
)
def test_refused_within_bounds(
    real: QuarterData, root: Path, write: Callable[[QuarterData, Path], None], said: list[str]
) -> None:
    write(real, root / "raw" / "2022Q4")
    code, message = read(root)
    assert code == 2, message
    for text in said:
        assert text in message, message
    assert not (root / "tidy").exists(), "nothing is written of what was refused"


def test_a_million_formatted_rows_without_content(real: QuarterData, root: Path) -> None:
    """Formats drawn down to the last row, as offices do; only the annexes count."""
    source = root / "raw" / "2022Q4" / "附件.xlsx"
    write_workbook(real, root / "plain.xlsx")
    workbook = xlsxwriter.Workbook(source, {"constant_memory": True})
    framed = workbook.add_format({"border": 1})
    for sheet in openpyxl.load_workbook(root / "plain.xlsx").worksheets:
        copy = workbook.add_worksheet(sheet.title)
        values = list(sheet.iter_rows(values_only=True))
        for r, row in enumerate(values):
            # A merged title has its text in the first cell alone.
            copy.write_row(r, 0, [value if value is not None else "" for value in row], framed)
        if sheet.title == "表1":
            for r in range(len(values), 1_048_576):
                copy.write_blank(r, 0, None, framed)
                copy.write_blank(r, 1, None, framed)
    workbook.close()
    code, message = read(root)
    assert code == 0, message


def test_an_encrypted_xls(real: QuarterData, root: Path, convert) -> None:
    """A workbook with a password keeps its records and says so in one of them."""
    write_workbook(real, root / "附件.xlsx")
    path = convert([root / "附件.xlsx"], "xls") / "附件.xls"
    content = path.read_bytes()
    # The record that names the user who wrote the file stands where a password would be told.
    at = content.index(b"\x5c\x00\x70\x00", 512)
    path.write_bytes(content[:at] + b"\x2f\x00" + content[at + 2 :])
    shutil.copy(path, root / "raw" / "2022Q4")
    code, message = read(root)
    assert code == 2 and "附件.xls" in message and "已加密" in message

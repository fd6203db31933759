"""Recognise the format of a file by its content, not by its name."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from haochaping.cleaning.decode_text import decode
from haochaping.core.errors import refuse
from haochaping.core.text import normalize_for_comparison
from haochaping.read.formats.archived_webpage import is_archived_page
from haochaping.read.grid.header_rows import HIGHEST_HEADER
from haochaping.reference.reference import Reference

TEXT, WORD, PDF, WEBPAGE, WORKBOOK, CSV = "text", "word", "pdf", "webpage", "workbook", "csv"
LARGEST_FILE = 50_000_000
LARGEST_UNPACKED = 300_000_000
"""Bytes. A bulletin with its annexes has some hundred thousand; an archive that unpacks to more is no bulletin."""
LARGEST_PART = 30_000_000
"""Total bytes of the XML parts that are read into memory; sheets are read as a stream instead."""
LONGEST_OPENING = 1_000_000
"""Bytes of an XML part that are searched for its first element or DOCTYPE."""
DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, expat.ExpatError, ElementTree.ParseError, struct.error),
    *(EOFError, OSError, NotImplementedError, RuntimeError, LookupError, ValueError, ArithmeticError),
)
"""Exceptions by which zip and XML readers report a damaged file; LookupError is an unknown encoding."""
_STREAMED = re.compile(r"xl/worksheets/.*|content\.xml", re.IGNORECASE)
_XML_BEGINS = (
    b"<",
    b" ",
    b"\t",
    b"\r",
    b"\n",
    b"\xef\xbb\xbf",
    b"\xfe\xff",
    b"\xff\xfe",
    b"\x00<",
    b"\x00\x00",
    b"Lo",
)
"""First bytes of XML in any encoding that a reader may know; a part's name does not prove what it is."""
MOST_LINES_ABOVE = 5
"""Lines (title, unit) that may precede the header of a CSV file."""
LONGEST_HEADER_LINE = 10_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORD_97, _ENCRYPTED = "WordDocument".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le")
_XLS_STREAMS = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))

_PAGE_BEGINS = ("<!doctype html", "<html", "<?xml", "<head", "<body", "<table", "<meta", "<!--")
_EXCEL_PAGE = re.compile(
    r"progid[\"']?\s+content=[\"']?(?:3D)?[\"']?excel\.sheet|schemas-microsoft-com:office:excel", re.I
)
_XML_ROOT = re.compile(r"(?:\s|<\?.*?\?>|<!--.*?-->|<!doctype[^>]*>)*<([\w:.-]+)", re.IGNORECASE | re.DOTALL)


def file_format(path: Path, reference: Reference) -> str:
    """Return the format of a file: one of the constants above, such as `WORD`.

    Raises
    ------
    InputRefused
        The file is too large, encrypted, holds macros, or is of a kind that is not read; the message says what to do.
    """
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise refuse(path.name, f"{size} 字节", f"不应超过 {LARGEST_FILE} 字节")
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip():
        raise refuse(path.name, "空文件", "请放入有内容的文件")
    if head.startswith(b"%PDF"):
        return PDF
    if head.startswith(_OLE):
        return _ole_format(path)
    if head.startswith(b"PK"):
        return _archive_format(path)
    if head.startswith(
        (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM", b"Rar!", b"7z\xbc\xaf")
    ):
        raise refuse(path.name, "图片或压缩包", "请放入可以选取文字的通报（.docx、.pdf、.html、.txt）或表格")
    return _text_format(path, reference)


def _ole_format(path: Path) -> str:
    """Distinguish old Office files and encrypted new ones, which have the same container format."""
    content = path.read_bytes()
    if _ENCRYPTED in content:
        raise refuse(path.name, "已加密", "请解除密码后放入")
    if _WORD_97 in content:
        raise refuse(path.name, "旧格式 Word 文件（.doc）", "请在 Word 或 WPS 中另存为 .docx")
    if any(name in content for name in _XLS_STREAMS):
        return WORKBOOK
    raise refuse(path.name, "不认识的旧格式文件", "请另存为 .docx 或 .xlsx")


def _archive_format(path: Path) -> str:
    names, kind = check_archive(path)
    if "word/document.xml" in names:
        return WORD
    if "xl/workbook.bin" in names:
        raise refuse(path.name, "二进制表格文件（.xlsb）", "请另存为 .xlsx")
    if "xl/workbook.xml" in names or "opendocument.spreadsheet" in kind:
        return WORKBOOK
    if "opendocument.text" in kind:
        raise refuse(path.name, "OpenDocument 文本（.odt）", "请另存为 .docx")
    raise refuse(path.name, "压缩包", "请解开后放入其中的文件")


def check_archive(path: Path) -> tuple[set[str], str]:
    """Check a zip archive; return the names of its parts, and its ``mimetype`` if any. Nothing is unpacked to disk.

    Raises
    ------
    InputRefused
        It is damaged or encrypted, has macros, unpacks to too much, defines entities, or has two parts of one name, of
        which two readers may use different ones.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            items = archive.infolist()
            names = {item.filename for item in items}
            if len({name.replace("\\", "/").lower() for name in names}) < len(items):
                raise refuse(path.name, "其中有同名的部分", "不是正常的办公文件；请用办公软件另存后放入")
            unpacked = sum(item.file_size for item in items)
            if unpacked > LARGEST_UNPACKED:
                raise refuse(path.name, f"解开后有 {unpacked} 字节", f"不应超过 {LARGEST_UNPACKED} 字节")
            kind = _kind_of(archive) if "mimetype" in names else ""
            if any(name.lower().endswith("vbaproject.bin") or name.startswith("Basic/") for name in names):
                raise refuse(path.name, "含有宏", "请另存为不含宏的 .xlsx 或 .docx")
            total_size = 0
            for item in items:
                is_xml = _check_part(archive, item, path.name)
                streamed = "word/document.xml" not in names and _STREAMED.fullmatch(item.filename)
                total_size += item.file_size if is_xml and not streamed else 0
                if total_size > LARGEST_PART:
                    size = f"{item.filename} 解开后有 {item.file_size} 字节，连同其他部分 {total_size} 字节"
                    raise refuse(path.name, size, f"不应超过 {LARGEST_PART} 字节")
    except DAMAGED:
        raise refuse(path.name, "文件已损坏", "请重新保存后放入") from None
    return names, kind


def _kind_of(archive: zipfile.ZipFile) -> str:
    with archive.open("mimetype") as file:
        return file.read(80).decode("ascii", "replace")


def _check_part(archive: zipfile.ZipFile, item: zipfile.ZipInfo, place: str) -> bool:
    """Whether a part may be XML; refuse one with a DOCTYPE, which office files have in META-INF only."""
    is_package = item.filename.startswith("META-INF/")
    if item.flag_bits & 1 and not is_package:
        raise refuse(place, "已加密", "请解除密码后放入")
    found: list[str] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_: found.append("doctype")
    parser.StartElementHandler = lambda *_: found.append("element")
    with archive.open(item) as file:
        is_xml = file.read(4).startswith(_XML_BEGINS)
        file.seek(0)
        try:
            while not found and file.tell() < LONGEST_OPENING and (chunk := file.read(4096)):
                parser.Parse(chunk)
        except expat.ExpatError:
            pass  # the reader of the part will say so
    if found[:1] == ["doctype"] and not is_package:
        raise refuse(
            place, f"{item.filename} 中有 DOCTYPE 定义", "不是正常的办公文件；请用办公软件另存后放入"
        )
    return is_xml


def is_ods(path: Path) -> bool:
    """Whether a workbook is in the OpenDocument format."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return "content.xml" in archive.namelist()


def is_text_file(path: Path) -> bool:
    """Whether a file is neither a zip nor an OLE container; a workbook that is text is a web page with tables."""
    with path.open("rb") as file:
        return not file.read(8).startswith((b"PK", _OLE))


def _text_format(path: Path, reference: Reference) -> str:
    text = decode(path.read_bytes(), path.name)
    opening = text[:4000].lstrip("\ufeff \t\r\n")
    lower_case = opening.lower()
    if lower_case.startswith("<?xml"):
        _refuse_other_xml(opening, path)
    if is_archived_page(opening):
        return WORKBOOK if _EXCEL_PAGE.search(text[:20_000]) else WEBPAGE
    if lower_case.startswith(_PAGE_BEGINS) or (lower_case.startswith("<") and "<table" in text.lower()):
        exported = path.suffix.lower() in (".xls", ".xlsx", ".et") or _EXCEL_PAGE.search(text[:20_000])
        return WORKBOOK if exported else WEBPAGE
    if lower_case.startswith("{\\rtf"):
        raise refuse(path.name, "RTF 文件", "请另存为 .docx")
    return CSV if _is_csv(text, reference) else TEXT


def _refuse_other_xml(opening: str, path: Path) -> None:
    """Refuse XML that is not a web page, whose tables would be read as text."""
    root = _XML_ROOT.match(opening)
    name = root[1].rpartition(":")[2].lower() if root else ""
    if name == "html":
        return
    kinds = {
        "workbook": ("XML 表格（Excel 2003）", "请用 Excel 或 WPS 打开并另存为 .xlsx"),
        "worddocument": ("XML 文档（Word 2003）", "请在 Word 或 WPS 中另存为 .docx"),
        "package": ("XML 文档（Word）", "请在 Word 或 WPS 中另存为 .docx"),
        "document": ("单个 XML 的 OpenDocument 文件", "请另存为 .xlsx 或 .docx"),
    }
    kind, advice = kinds.get(name, ("XML 文件", "请放入通报（.docx、.pdf、.html、.txt）或表格"))
    raise refuse(path.name, kind, advice)


def _is_csv(text: str, reference: Reference) -> bool:
    """Whether the text is one table: it has a header of known headings near its top, and no other header."""
    lines = [line for line in text.splitlines() if line.strip()]
    headers = [i for i, line in enumerate(lines) if _is_header(line, reference)]
    others = [
        i for i in headers if lines[i] != lines[headers[0]]
    ]  # the same one again is that of a further page
    one_table = bool(headers) and all(i - headers[0] < HIGHEST_HEADER for i in others)
    return one_table and headers[0] <= MOST_LINES_ABOVE


def _is_header(line: str, reference: Reference) -> bool:
    return bool(header_delimiter(line, reference))


def header_delimiter(line: str, reference: Reference) -> str:
    """Return the delimiter of a line with known headings; empty if the line is not a header."""
    for delimiter in ",\t;":
        cells = line.split(delimiter) if len(line) <= LONGEST_HEADER_LINE else []
        folded = [normalize_for_comparison(cell.strip('"')).partition("(")[0] for cell in cells]
        if sum(cell in reference.headings for cell in folded) > 1:
            return delimiter
    return ""

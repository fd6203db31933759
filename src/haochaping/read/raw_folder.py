"""Read the files in a period's raw folder; every file format ends in the same :class:`QuarterData`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from haochaping.cleaning.decode_text import decode
from haochaping.core.errors import InputRefused, Problem, refuse
from haochaping.core.model import QuarterData, frame
from haochaping.core.paths import ANSWERS, RECORDS
from haochaping.core.period import Period
from haochaping.files.file_hash import file_sha256
from haochaping.read.compare_sources import with_second_source
from haochaping.read.formats import file_format as formats
from haochaping.read.formats.document import DocumentBlock, read_document
from haochaping.read.formats.text_file import read_bulletin, read_text
from haochaping.read.grid.grid import Grid
from haochaping.read.stated_period import refuse_file_names
from haochaping.reference.record_settings import RECORD_SETTINGS
from haochaping.reference.reference import Reference

IGNORED_NAMES = {"thumbs.db", ".ds_store", "desktop.ini", "readme.md", ".gitkeep", RECORD_SETTINGS}
_ORDER = (formats.WORKBOOK, formats.CSV, formats.WORD, formats.WEBPAGE, formats.PDF, formats.TEXT)
"""Order in which sources are preferred: figures as they were entered first, then formats that keep cells apart best."""
KINDS = {
    formats.WORKBOOK: "workbook",
    formats.CSV: "csv",
    formats.WORD: "bulletin word",
    formats.WEBPAGE: "bulletin webpage",
    formats.PDF: "bulletin pdf",
    formats.TEXT: "bulletin text",
}


def input_files(folder: Path) -> list[Path]:
    """List the files of `folder` that may hold figures, in order of name; answers and notes are left out.

    Raises
    ------
    InputRefused
        Something is neither a file nor a folder, such as a link that leads nowhere.
    """
    if not folder.is_dir():
        return []
    found = sorted(path for path in folder.iterdir() if not _is_passing(path.name))
    if unreadable := [path for path in found if not path.is_file() and not path.is_dir()]:
        raise InputRefused(
            Problem(str(path), "不是文件，或是断开的链接", "应为可读的文件；不用的请移走")
            for path in unreadable
        )
    return [path for path in found if path.is_file() and path.name.lower() not in IGNORED_NAMES | ANSWERS]


def _is_passing(name: str) -> bool:
    """Whether a file is there only while another one is open or written: what Office and this kit leave."""
    return name.startswith("~$") or (name.startswith(".") and name.endswith(".part"))


def read_raw(folder: Path, quarter: Period, reference: Reference) -> QuarterData:
    """Read the quarter's sources in ``data/raw/<quarter>/``.

    Two sources of different formats are compared; ``about`` says which one is used and why.

    Raises
    ------
    InputRefused
        No folder, no source, two sources of one format, a kind that is not read, or a source that
        cannot be read with certainty.
    """
    if not folder.is_dir():
        raise no_source_refusal(folder, quarter)
    found: dict[str, list[Path]] = {}
    for path in input_files(folder):
        # Surrogates are how Python represents undecodable bytes of a file name.
        if any("\ud800" <= char <= "\udfff" for char in path.name):
            raise refuse(path.name, "文件名不是有效的文字", "请改用中文或字母、数字的文件名")
        if path.stem.lower().startswith("review"):
            raise refuse(path.name, "", "答复须名为 review.xlsx 或 review.csv；不用的请移走")
        found.setdefault(formats.file_format(path, reference), []).append(path)
    if not found:
        raise no_source_refusal(folder, quarter)
    refuse_file_names([path for paths in found.values() for path in paths], quarter)
    for kind, paths in found.items():
        if len(paths) > 1 and kind != formats.CSV:
            names = "、".join(path.name for path in paths)
            raise refuse(str(folder), names, f"同一{quarter.name}同一格式的资料只应有一份，请保留一份")
    kinds = [kind for kind in _ORDER if kind in found]
    first, *others = kinds
    data = _read(found[first], first, quarter, reference)
    for kind in others:
        other = _read(found[kind], kind, quarter, reference)
        data = with_second_source(data, other, reference, "、".join(path.name for path in found[kind]))
    inputs = [describe_input(path, KINDS[kind]) for kind in kinds for path in found[kind]]
    data = replace(data, inputs=frame("inputs", inputs))
    return _with_source_facts(data, found[first]) if others else data


def no_source_refusal(folder: Path, quarter: Period) -> InputRefused:
    """Make the exception for a quarter that has nothing to read."""
    if not folder.is_dir():
        expected = (
            f"没有{quarter.label}的资料；请用 make new Q={quarter} 建立这个文件夹，再放入通报或附件表格"
        )
        return refuse(str(folder), "", expected)
    expected = f"请放入{quarter.label}的通报（.docx、.pdf、.html、.txt）或附件表格（.xlsx、.csv）"
    return refuse(str(folder), "没有资料", expected)


def _read(paths: Sequence[Path], kind: str, quarter: Period, reference: Reference) -> QuarterData:
    """Read one source: one file, or several CSV files."""
    path = paths[0]
    if kind in (formats.WORKBOOK, formats.CSV):
        from haochaping.read.formats.workbook import read_csv_files, read_workbook

        if kind == formats.CSV:
            return read_csv_files(paths, quarter, reference)
        if formats.is_text_file(path):
            return read_document(_blocks(path, formats.WEBPAGE), quarter, reference, path.name, "workbook")
        return read_workbook(path, quarter, reference)
    if kind == formats.TEXT:
        return read_bulletin(path, quarter, reference)
    blocks = _blocks(path, kind)
    if kind == formats.PDF and not any(isinstance(block, Grid) for block in blocks):
        return read_text("\n".join(str(block) for block in blocks), quarter, reference, path.name)
    return read_document(blocks, quarter, reference, path.name)


def _blocks(path: Path, kind: str) -> list[DocumentBlock]:
    if kind == formats.WORD:
        from haochaping.read.formats.docx import read_word

        return read_word(path)
    if kind == formats.WEBPAGE:
        from haochaping.read.formats.webpage import read_webpage

        return read_webpage(path)
    from haochaping.read.formats.pdf import read_pdf

    return read_pdf(path)


def source_texts(path: Path, reference: Reference) -> list[str]:
    """The texts of one file in their order, for finding out of which period it is; figures too.

    Raises
    ------
    InputRefused
        The file cannot be opened.
    """
    kind = formats.file_format(path, reference)
    if kind == formats.WORKBOOK and not formats.is_text_file(path):
        from haochaping.read.formats.workbook import read_sheets

        blocks: Sequence[DocumentBlock] = read_sheets(path)
    elif kind in (formats.TEXT, formats.CSV):
        blocks = decode(path.read_bytes(), path.name).splitlines()
    else:
        blocks = _blocks(path, formats.WEBPAGE if kind == formats.WORKBOOK else kind)
    return [text for block in blocks for text in _texts_of_block(block)]


def _texts_of_block(block: DocumentBlock) -> list[str]:
    if not isinstance(block, Grid):
        return [str(block)]
    cells = (text for row in range(len(block.rows)) for text in block.texts(row))
    return [block.name, *block.above, *cells, *block.below]


def _with_source_facts(data: QuarterData, used: Sequence[Path]) -> QuarterData:
    names = "、".join(path.name for path in used)
    facts = [
        {"field": "source_used", "value": names},
        {
            "field": "source_reason",
            "value": "有多份资料：表格先于文档，能分清单元格的先于纯文本；其余用于核对",
        },
    ]
    return replace(data, about=frame("about", [*data.about.to_dict("records"), *facts]))


def describe_input(path: Path, kind: str) -> dict[str, object]:
    """Return name, kind, SHA-256 and size of an input file, as a row of the frame ``inputs``."""
    return {
        "file": path.name if path.parent.name != RECORDS else f"{RECORDS}/{path.name}",
        "kind": kind,
        "sha256": file_sha256(path),
        "bytes": path.stat().st_size,
    }

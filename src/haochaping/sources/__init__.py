"""From the files an office has to the model: one reader per kind of input, one model."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from haochaping.errors import InputRefused, Problem, refuse
from haochaping.model import QuarterData, frame
from haochaping.quarter import Quarter
from haochaping.reference import Reference
from haochaping.sources.bulletin import read_bulletin

IGNORED_NAMES = {"thumbs.db", ".ds_store", "desktop.ini", "readme.md", ".gitkeep"}
ANSWERS = {"notes.md", "review.xlsx", "review.csv"}
"""What the analyst answers; not a source of figures."""
_UNREAD = {
    ".pdf": "PDF 文件尚不能直接读取；请在 PDF 阅读器中全选复制文字，另存为 .txt 放入，并移走此文件",
    ".doc": "Word 文件尚不能直接读取；请在 Word 中另存为“纯文本（.txt）”放入，并移走此文件",
    ".docx": "Word 文件尚不能直接读取；请在 Word 中另存为“纯文本（.txt）”放入，并移走此文件",
    ".wps": "WPS 文件尚不能直接读取；请另存为“纯文本（.txt）”放入，并移走此文件",
    ".xls": "Excel 文件尚不能直接读取；请放入由通报另存的纯文本（.txt），并移走此文件",
    ".xlsx": "Excel 文件尚不能直接读取；请放入由通报另存的纯文本（.txt），并移走此文件",
    ".et": "WPS 表格尚不能直接读取；请放入由通报另存的纯文本（.txt），并移走此文件",
    ".csv": "CSV 文件尚不能直接读取；请放入由通报另存的纯文本（.txt），并移走此文件",
    ".html": "网页文件尚不能直接读取；请在浏览器中全选复制文字，另存为 .txt 放入，并移走此文件",
    ".htm": "网页文件尚不能直接读取；请在浏览器中全选复制文字，另存为 .txt 放入，并移走此文件",
}


def input_files(folder: Path) -> list[Path]:
    """Files of `folder` that may hold figures, in order of name."""
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.iterdir()
        if path.is_file()
        and not path.name.startswith("~$")
        and path.name.lower() not in IGNORED_NAMES | ANSWERS
    )


def read_raw(folder: Path, quarter: Quarter, reference: Reference) -> QuarterData:
    """Read the quarter's source in ``data/raw/<quarter>/``.

    Raises
    ------
    InputRefused
        No folder, no source, two sources of one kind, a kind that is not read, or a source that
        cannot be read with certainty.
    """
    if not folder.is_dir():
        raise refuse(str(folder), "", f"未找到此文件夹；请建立它并放入{quarter.label}的通报（.txt）")
    files = input_files(folder)
    unread = [path for path in files if path.suffix.lower() != ".txt"]
    if unread:
        raise InputRefused(
            Problem(
                path.name,
                "",
                _UNREAD.get(path.suffix.lower(), "不认识的文件类型；请放入通报文本（.txt），并移走此文件"),
            )
            for path in unread
        )
    if not files:
        raise refuse(str(folder), "没有资料", f"请放入{quarter.label}的通报文本（.txt）")
    if len(files) > 1:
        raise refuse(
            str(folder), "、".join(path.name for path in files), "同一季度只应有一份通报，请保留一份"
        )
    [path] = files
    data = read_bulletin(path, quarter, reference)
    return replace(data, inputs=frame("inputs", [describe(path, "bulletin text")]))


def describe(path: Path, kind: str) -> dict[str, object]:
    """Name, kind, SHA-256 and size of an input file, as a row of the frame ``inputs``."""
    content = path.read_bytes()
    return {
        "file": path.name,
        "kind": kind,
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
    }

"""The contents of a published folder with labels, in the order in which people look for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from haochaping.outputs.published.file_names import (
    ANNEXES,
    DRAFT,
    DRAFT_ANNEXES,
    FINAL,
    INTERNAL_ANNEXES,
    MANIFEST,
    PACKAGE,
    PAGE,
    PDF,
    REVIEW,
    RUN_LOG,
    SHEETS,
)

_OTHER = "其他"
_KINDS = (
    (PAGE, "简报", "网页"),
    (PDF, "简报", "PDF"),
    (FINAL, "通报", "通报（Word）"),
    (DRAFT, "通报", "草稿（尚有须更正，不能印发）"),
    ("bulletin*.docx", "通报", ""),
    (ANNEXES, "附件", "附件表格（可对外）"),
    (DRAFT_ANNEXES, "附件", "附件表格草稿（尚有须更正，不能对外）"),
    (INTERNAL_ANNEXES, "附件", "附件表格（内部审核）"),
    (REVIEW, "核对", "答复表"),
    ("review*.xlsx", "核对", ""),
    ("findings.csv", "核对", "核对意见（CSV）"),
    ("findings.json", "核对", "核对意见（JSON）"),
    ("matters.json", "核对", "核对事项（JSON）"),
    (SHEETS, "核对", "核实单"),
    ("sentences.csv", _OTHER, "逐句依据（CSV）"),
    (PACKAGE, _OTHER, "数据包"),
    ("briefing.ipynb", _OTHER, "笔记本"),
    (RUN_LOG, _OTHER, "运行记录"),
    ("*", _OTHER, ""),
)
"""Pattern, group and label; without a label the file's own name is shown. The first pattern that fits counts."""


@dataclass(frozen=True)
class Item:
    """A file or folder (its path ends in a slash) with its label and a remark such as 改动过."""

    group: str
    label: str
    path: str
    remark: str = ""


def list_items(folder: Path, edited: Sequence[str]) -> list[Item]:
    """Everything in `folder` that people may open; `edited` are papers changed since they were written."""
    names = [
        path.name
        for path in folder.iterdir()
        if not path.name.startswith((".", "~$")) and path.name != MANIFEST
    ]
    ranked = sorted((_kind_index(name), name) for name in names)
    return [_item(folder, kind, name, edited) for kind, name in ranked]


def _kind_index(name: str) -> int:
    """Position in `_KINDS` of the first pattern that fits."""
    return next(i for i, (pattern, _, _) in enumerate(_KINDS) if fnmatchcase(name, pattern))


def _item(folder: Path, kind: int, name: str, edited: Sequence[str]) -> Item:
    _, group, label = _KINDS[kind]
    if not (folder / name).is_dir():
        return Item(group, label or name, name, "改动过" if name in edited else "")
    workbooks = [path.relative_to(folder).as_posix() for path in (folder / name).glob("*.xlsx")]
    edited_count = sum(path in edited for path in workbooks)
    count_text = f"{len(workbooks)} 份" if name == SHEETS else ""
    remark = "，".join(
        part for part in (count_text, f"{edited_count} 份改动过" if edited_count else "") if part
    )
    return Item(group, label or name, f"{name}/", remark)

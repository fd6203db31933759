"""Which quarters are published: folders of the output root that hold a page and a manifest of the same quarter."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from haochaping.core.errors import InputRefused
from haochaping.core.period import Period
from haochaping.outputs.published.edited_papers import edited_papers
from haochaping.outputs.published.file_names import BUNDLES, MANIFEST, PAGE
from haochaping.outputs.published.run_summary import Summary, read_summary
from haochaping.outputs.published.shelf import Item, list_items


@dataclass(frozen=True)
class PublishedQuarter:
    """One published quarter: what its manifest says, and what lies in its folder."""

    quarter: Period
    summary: Summary
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Skipped:
    """A folder that the index leaves out, and why."""

    name: str
    why: str


def published_quarters(output: Path) -> tuple[list[PublishedQuarter], list[Skipped]]:
    """The published quarters below `output`, newest first, and the folders that are no published quarter."""
    found, skipped = [], []
    for folder in sorted(_folders(output)):
        result = _read(folder)
        if isinstance(result, PublishedQuarter):
            found.append(result)
        else:
            skipped.append(result)
    return sorted(found, key=lambda result: result.quarter, reverse=True), skipped


def _folders(output: Path) -> Iterator[Path]:
    if not output.is_dir():
        return iter(())
    return (path for path in output.iterdir() if path.is_dir() and path.name != BUNDLES)


def _read(folder: Path) -> PublishedQuarter | Skipped:
    if folder.name.startswith("."):
        return Skipped(folder.name, "没有写完，或是正在写的文件夹")
    quarter = _parse_quarter(folder.name)
    if quarter is None:
        return Skipped(folder.name, "不是一期的文件夹（应名为 2022Q4、2022M08 的样子）")
    if not (folder / MANIFEST).is_file() or not (folder / PAGE).is_file():
        lacking = MANIFEST if not (folder / MANIFEST).is_file() else PAGE
        return Skipped(folder.name, f"没有 {lacking}，可能没有写完")
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["quarter"] != str(quarter):
            return Skipped(folder.name, f"{MANIFEST} 属于 {manifest['quarter']}，文件夹可能改过名")
        summary = read_summary(manifest)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError):
        return Skipped(folder.name, f"{MANIFEST} 不完整")
    return PublishedQuarter(quarter, summary, tuple(list_items(folder, edited_papers(folder))))


def _parse_quarter(name: str) -> Period | None:
    try:
        quarter = Period.parse(name)
    except InputRefused:
        return None
    return quarter if str(quarter) == name else None

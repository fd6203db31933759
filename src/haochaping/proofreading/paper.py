"""Split an edited bulletin into its parts: the text, and each annex with its tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from haochaping.core.text import normalize_for_comparison
from haochaping.read.formats.document import DocumentBlock
from haochaping.read.grid.grid import Grid

_ANNEX_HEADING = re.compile(r"附件([0-9]+|[一二三四五六七八九]):?")
_DRAFT_ITEM = re.compile(r"\d+\. ?")
_NUMERALS = "一二三四五六七八九"
_IMPRINT = re.compile(r"抄送|印发")
_PRINTING_LINE = re.compile(r".{0,30}日印发")


@dataclass
class BulletinPart:
    """Everything from one annex heading to the next; ``number`` is None for the text before the first annex.

    ``imprint`` holds the lines of the 版记, which only the office fills in.
    """

    number: int | None
    texts: list[str] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)
    imprint: list[str] = field(default_factory=list)


def split_into_parts(
    blocks: Sequence[DocumentBlock], draft_heading: str, draft_items: Iterable[str] = ()
) -> list[BulletinPart]:
    """The parts of a document, the text first; the page of a draft (heading and items) is left out."""
    found = [BulletinPart(None)]
    for block in _without_draft_page(blocks, draft_heading, draft_items):
        if isinstance(block, Grid):
            if _is_imprint(block):
                found[-1].imprint += [text for row in range(len(block.rows)) for text in block.texts(row)]
            elif block.rows:
                found[-1].grids.append(block)
            continue
        heading = _ANNEX_HEADING.fullmatch(normalize_for_comparison(block))
        if heading:
            number = heading.group(1)
            found.append(BulletinPart(int(number) if number.isdigit() else _NUMERALS.index(number) + 1))
        elif _PRINTING_LINE.fullmatch(normalize_for_comparison(block)):
            found[-1].imprint.append(block)
        elif block.strip():
            found[-1].texts.append(block)
    return found


def _without_draft_page(
    blocks: Sequence[DocumentBlock], heading: str, draft_items: Iterable[str]
) -> list[DocumentBlock]:
    """Blocks without the draft page: its heading and the numbered items after it, even if these were edited."""
    items = set(draft_items)
    remaining: list[DocumentBlock] = []
    is_on_draft_page = False
    for block in blocks:
        text = block.strip() if isinstance(block, str) else ""
        is_on_draft_page = text == heading or (is_on_draft_page and bool(_DRAFT_ITEM.match(text)))
        if not is_on_draft_page and _DRAFT_ITEM.sub("", text, count=1) not in items:
            remaining.append(block)
    return remaining


def _is_imprint(grid: Grid) -> bool:
    """Whether the table is the 版记."""
    texts = [text for row in range(len(grid.rows)) for text in grid.texts(row)]
    return len(texts) < 6 and any(_IMPRINT.search(text) for text in texts)

"""Write ``output/index.html``: all published quarters on one page, and their time series."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from haochaping.core.errors import InputRefused, refuse
from haochaping.core.paths import Locations
from haochaping.files.atomic_write import atomic_write
from haochaping.files.exclusive_lock import exclusive_lock
from haochaping.pipeline.fingerprint import index_key
from haochaping.pipeline.leftovers import recover_interrupted

INDEX = "index.html"
_KEY = re.compile(rb'<meta name="haochaping-key" content="([0-9a-f]{64})">')
_HEAD_BYTES = 600
"""How much of the page to search for its key, which precedes the large embedded font."""


@dataclass(frozen=True)
class IndexOutcome:
    """The index page, how many quarters it lists, and whether it was current already."""

    page: Path
    quarters: int
    unchanged: bool


def write_index(locations: Locations, report_progress: Callable[[str], None]) -> IndexOutcome:
    """Write the index from the published folders and the tidy tables, unless it is current.

    No check is run again. Folders in the output root that are not a published quarter are reported.

    Raises
    ------
    InputRefused
        No quarter is published.
    """
    from haochaping.outputs.published.published_quarters import published_quarters

    recover_interrupted(locations, report_progress)
    published, skipped = published_quarters(locations.output)
    for folder in skipped:
        report_progress(f"目录没有列入 {locations.output / folder.name}：{folder.why}")
    if not published:
        raise refuse(
            str(locations.output), "", "还没有生成过简报，请先运行 make quarter Q=2022Q4（换成要做的季度）"
        )
    page = locations.output / INDEX
    key = index_key(locations, published)
    is_current = _read_key(page) == key
    if not is_current:
        from haochaping.outputs.index.index_page import index_html

        with exclusive_lock(page, report_progress):
            atomic_write(page, index_html(locations, published, key, report_progress).encode("utf-8"))
    return IndexOutcome(page, len(published), is_current)


def refresh_index(locations: Locations, report_progress: Callable[[str], None]) -> None:
    """Update the index after publishing; if that fails, report it only, since the quarter itself is published."""
    try:
        write_index(locations, report_progress)
    except (InputRefused, OSError) as error:
        report_progress(f"目录没有更新（{error}），其余已完成；排除后请运行 make index")


def _read_key(page: Path) -> str:
    """Read the key from the head of the index; empty if there is no such page or key."""
    try:
        with page.open("rb") as file:
            found = _KEY.search(file.read(_HEAD_BYTES))
    except OSError:
        return ""
    return found.group(1).decode() if found else ""

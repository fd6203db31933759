"""The notebook's cells as numbered sections of the page, and labels for what their code produced.

A section begins at a heading of level 2, in a cell of text or displayed by code (``display(Markdown("## 各区县"))``), so
that a loop over the annexes makes a section of each.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

_HIDDEN_TAGS = {"parameters", "injected-parameters", "notebook-only"}
"""Cells that are no part of the page: parameters, and words for who opens the notebook."""
_FIGURE = re.compile(r"<figcaption><strong>(.*?)</strong>", re.DOTALL)
_TABLE = re.compile(r"<caption[^>]*>(.*?)</caption>", re.DOTALL)
_ANCHORED_HEADING = re.compile(r'<h3 id="([^"]+)">(.*?)</h3>')
_HEADING = re.compile(r"## +(.+)")
_UNNUMBERED = "附录"
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Code:
    """The source of one cell and a label of its output, such as ``表：各区县``."""

    output_label: str
    source: str


@dataclass(frozen=True)
class AnchoredHeading:
    """A heading within a section that has an id and is listed in the contents too."""

    id: str
    title: str


@dataclass
class Section:
    """A heading of the notebook with the cells under it; the first one, without heading, is the head."""

    id: str
    title: str
    cells: list[Any] = field(default_factory=list)

    @property
    def code(self) -> list[Code]:
        """Contents of the section's fold of code, in the order of the page."""
        return [
            Code(_output_label(cell), cell.source)
            for cell in self.cells
            if cell.cell_type == "code" and cell.source.strip()
        ]

    @property
    def anchored_headings(self) -> list[AnchoredHeading]:
        """Headings with an id, such as the one above the signatures."""
        found = (match for cell in self.cells for match in _ANCHORED_HEADING.finditer(_output_html(cell)))
        return [AnchoredHeading(match[1], html.unescape(_TAG.sub("", match[2]))) for match in found]

    @property
    def is_landscape(self) -> bool:
        """Whether it holds a wide table: on paper the words before it and the table share a landscape page."""
        return any(
            _output_html(cell).startswith('<div class="table-scroll table-wide') for cell in self.cells
        )


def sections(notebook: Any) -> list[Section]:
    """The notebook's cells under its level-2 headings, in order and numbered, but for those called 附录."""
    found = [Section("head", "")]
    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", []))
        if tags & _HIDDEN_TAGS or "papermill-error-cell-tag" in tags:
            continue
        for heading, part in _split_at_headings(cell):
            if heading:
                number = "" if heading.startswith(_UNNUMBERED) else f"{len(found)} "
                found.append(Section(f"section-{len(found)}", f"{number}{heading}"))
            if part is not None:
                found[-1].cells.append(part)
    return found


def _split_at_headings(cell: Any) -> Iterator[tuple[str, Any | None]]:
    """A cell in parts: the heading that begins each, blank for none, and what follows, None for nothing.

    The source stays with the first part.
    """
    if cell.cell_type == "markdown":
        heading = _HEADING.match(cell.source)
        rest = cell.source[heading.end() :] if heading else cell.source
        yield (
            (heading[1].strip() if heading else ""),
            (type(cell)({**cell, "source": rest}) if rest.strip() else None),
        )
        return
    outputs = cell.get("outputs", [])
    starts = [i for i, output in enumerate(outputs) if _displayed_heading(output)]
    if not starts:
        yield "", cell
        return
    yield "", type(cell)({**cell, "outputs": outputs[: starts[0]]})
    for start, stop in pairwise([*starts, len(outputs)]):
        part = type(cell)({**cell, "source": "", "outputs": outputs[start + 1 : stop]})
        yield _displayed_heading(outputs[start]), part


def _displayed_heading(output: Any) -> str:
    """The heading of level 2 that an output is; blank for any other output."""
    written = str(output.get("data", {}).get("text/markdown", "")).strip()
    heading = _HEADING.fullmatch(written)
    return heading[1].strip() if heading else ""


def _output_label(cell: Any) -> str:
    """Label of a cell's output: a chart by its title, a table by its caption, else 文字; 准备数据 without output."""
    output = _output_html(cell)
    for label, pattern in (("图", _FIGURE), ("表", _TABLE)):
        first = pattern.search(output)
        if first:
            return f"{label}：{html.unescape(_TAG.sub('', first.group(1)))}"
    return "文字" if cell.get("outputs") else "准备数据"


def _output_html(cell: Any) -> str:
    """The HTML in a cell's outputs."""
    shown = [output.data for output in cell.get("outputs", []) if "data" in output]
    return "".join(str(data.get("text/html", "")) for data in shown)

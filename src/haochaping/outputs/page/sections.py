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
_HEADING = re.compile(r"## +(.+)")
_UNNUMBERED = "附录"
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Code:
    """The source of one cell and a label of its output, such as ``表：各区县``."""

    output_label: str
    source: str


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


def sections(notebook: Any) -> list[Section]:
    """The notebook's cells under its level-2 headings, in order and numbered, but for those called 附录.

    A heading under which nothing is shown is left out: a quarter without a back series has no 总体情况.
    """
    found = [Section("head", "")]
    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", []))
        if tags & _HIDDEN_TAGS or "papermill-error-cell-tag" in tags:
            continue
        for heading, part in _split_at_headings(cell):
            if heading:
                found.append(Section("", heading))
            if part is not None:
                found[-1].cells.append(part)
    head, *others = found
    shown = [section for section in others if any(map(_shows_something, section.cells))]
    for number, section in enumerate(shown, start=1):
        section.id = f"section-{number}"
        if not section.title.startswith(_UNNUMBERED):
            section.title = f"{number} {section.title}"
    return [head, *shown]


def _shows_something(cell: Any) -> bool:
    """Whether a cell puts anything on the page: words, or an output that is not blank."""
    if cell.cell_type != "code":
        return bool(cell.source.strip())
    return any(_content(output).strip() for output in cell.get("outputs", []))


def _content(output: Any) -> str:
    """What of an output the page shows: its HTML where it has any, whatever it is as plain text."""
    data = output.get("data", {})
    return (
        str(data["text/html"]) if "text/html" in data else output.get("text", "") or "".join(map(str, data))
    )


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

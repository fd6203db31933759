"""The notebook's cells as sections of the page, and what the code of a section made."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Any

_HIDDEN_TAGS = {"parameters", "injected-parameters"}
_FIGURE = re.compile(r"<figcaption><strong>(.*?)</strong>", re.DOTALL)
_TABLE = re.compile(r"<caption[^>]*>(.*?)</caption>", re.DOTALL)
_MARK = re.compile(r'<h3 id="([^"]+)">(.*?)</h3>')
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Code:
    """The source of one cell and what it made, in words."""

    made: str
    source: str


@dataclass(frozen=True)
class Mark:
    """A heading within a section that the contents list names too."""

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
        """What stands in the section's one fold of code, in the order of the page."""
        return [
            Code(_made(cell), cell.source)
            for cell in self.cells
            if cell.cell_type == "code" and cell.source.strip()
        ]

    @property
    def marks(self) -> list[Mark]:
        """Headings that carry an id, such as the lines for signatures."""
        found = (match for cell in self.cells for match in _MARK.finditer(_page(cell)))
        return [Mark(match[1], html.unescape(_TAG.sub("", match[2]))) for match in found]

    @property
    def is_across(self) -> bool:
        """Whether it begins with words and a wide table: on paper these stand together on a page laid across."""
        return any(_page(cell).startswith('<div class="table-scroll table-wide') for cell in self.cells)


def sections(notebook: Any) -> list[Section]:
    """The notebook's cells under its level-2 headings, in order."""
    found = [Section("head", "")]
    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", []))
        if tags & _HIDDEN_TAGS or "papermill-error-cell-tag" in tags:
            continue
        heading = re.match(r"## +(.+)", cell.source) if cell.cell_type == "markdown" else None
        if heading:
            found.append(Section(f"section-{len(found)}", heading.group(1).strip()))
            rest = cell.source.split("\n", 1)
            if len(rest) == 1 or not rest[1].strip():
                continue
            cell = type(cell)({**cell, "source": rest[1]})
        found[-1].cells.append(cell)
    return found


def _made(cell: Any) -> str:
    """A chart by its title, a table by its caption, otherwise words; a cell without output prepares."""
    page = _page(cell)
    for label, pattern in (("图", _FIGURE), ("表", _TABLE)):
        first = pattern.search(page)
        if first:
            return f"{label}：{html.unescape(_TAG.sub('', first.group(1)))}"
    return "文字" if cell.get("outputs") else "准备数据"


def _page(cell: Any) -> str:
    """The HTML that a cell showed."""
    shown = [output.data for output in cell.get("outputs", []) if "data" in output]
    return "".join(str(data.get("text/html", "")) for data in shown)

"""The executed notebook to one self-contained HTML page."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from haochaping.fonts import font_face, missing_glyphs

TEMPLATES = Path(__file__).parent / "template"
_FONT_MARK = "/*font-face*/"
_HIDDEN_TAGS = {"parameters", "injected-parameters"}


@dataclass
class Section:
    """A heading of the notebook with the cells under it; the first one, without heading, is the head."""

    id: str
    title: str
    cells: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class Page:
    """The page, and the visible characters for which the font has no glyph."""

    html: str
    missing_glyphs: list[str]


def build_page(notebook: Any, title: str, run: Mapping[str, str]) -> Page:
    """Convert an executed notebook with nbconvert and our own template.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Executed; markdown headings of level 2 begin sections.
    title : str
        Title of the document.
    run : mapping
        The one block about the run (label to text): all that may differ between runs of one input.
    """
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(
        extra_template_basedirs=[str(TEMPLATES)],
        template_name="briefing",
        filters={"highlight_python": _highlight},
    )
    resources = {"sections": sections(notebook), "title": title, "run": dict(run)}
    body, _ = exporter.from_notebook_node(notebook, resources=resources)
    return with_font(body)


def with_font(body: str) -> Page:
    """A page with the subset of the font that it needs, in the place that its style sheet marks."""
    visible = _visible_text(body)
    return Page(body.replace(_FONT_MARK, font_face(visible)), missing_glyphs(visible))


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


def _highlight(source: str) -> str:
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    return highlight(source, PythonLexer(), HtmlFormatter(nowrap=True))


def _visible_text(body: str) -> str:
    """Characters a reader may see: text between tags and alternative texts, without style and script."""
    text = re.sub(r"<(style|script)\b.*?</\1>", "", body, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]*>", lambda tag: "".join(re.findall(r'"([^"]*)"', tag[0])), text))

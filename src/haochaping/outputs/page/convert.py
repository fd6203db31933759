"""Convert the executed notebook into one self-contained HTML page."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from haochaping.outputs.page.sections import sections
from haochaping.present.fonts import font_face, missing_glyphs, preload_font
from haochaping.present.notebook_style import on_page

TEMPLATE = Path(__file__).parent / "template"
_FONT_MARK = "/*font-face*/"


@dataclass(frozen=True)
class Page:
    """The page as HTML, and the visible characters for which the font has no glyph."""

    html: str
    missing_glyphs: list[str]


def prepare_page() -> None:
    """Import and parse what :func:`build_page` will need, while the notebook is still running."""
    _exporter()
    preload_font()


def build_page(notebook: Any, title: str, run: Mapping[str, str]) -> Page:
    """Convert an executed notebook with nbconvert and our own template.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Executed; markdown headings of level 2 begin sections.
    title : str
        Title of the document.
    run : mapping
        The block about the run (label to text): the only part that may differ between runs of the same input.
    """
    exporter = _exporter()(extra_template_basedirs=[str(TEMPLATE.parent)], template_name=TEMPLATE.name)
    style, script = ((TEMPLATE / name).read_text(encoding="utf-8") for name in ("style.css", "script.js"))
    resources = {
        "sections": sections(notebook),
        "title": title,
        "run": dict(run),
        "style": style,
        "script": script,
        "policy": policy(script),
        "on_page": on_page,
    }
    body, _ = exporter.from_notebook_node(notebook, resources=resources)
    return with_font(body)


@cache
def _exporter() -> type:
    """nbconvert's HTML exporter without its last step.

    That step parses the finished page and writes it anew to add alternative texts and focus stops, which our
    template has written already; it takes as long as everything before.
    """
    from nbconvert import HTMLExporter, TemplateExporter

    class PageExporter(HTMLExporter):
        def from_notebook_node(self, nb: Any, resources: Any = None, **options: Any) -> Any:
            return TemplateExporter.from_notebook_node(self, nb, resources, **options)

    return PageExporter


def with_font(body: str) -> Page:
    """Insert the font, cut down to the characters of the page, where the style sheet has its mark."""
    shown = _visible_text(body)
    generated = "".join(
        re.findall(r"[^\x00-\x7f]", "".join(re.findall(r"<(?:style|script)\b.*?</", body, re.DOTALL)))
    )
    return Page(body.replace(_FONT_MARK, font_face(shown + generated), 1), missing_glyphs(shown + generated))


def policy(script: str = "") -> str:
    """The content security policy: the browser loads nothing from outside and runs no script but `script`."""
    allowed = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; "
    if script:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
        allowed += f"script-src 'sha256-{digest}'; "
    return allowed + "form-action 'none'; base-uri 'none'"


def _visible_text(body: str) -> str:
    """Characters a reader may see: text between tags and alternative texts, without style and script."""
    text = re.sub(r"<(style|script)\b.*?</\1>", "", body, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]*>", lambda tag: "".join(re.findall(r'"([^"]*)"', tag[0])), text))

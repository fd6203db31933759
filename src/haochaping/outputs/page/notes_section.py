"""The analyst's words on the page, set apart from what the kit writes."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from haochaping.core.model import QuarterData
from haochaping.core.text import visible
from haochaping.present.html_fragment import Html, text
from haochaping.store.notes import BULLETIN_SECTIONS, HEADING, ITEM, markdown_to_html, notes_of_sections


def notes_html(data: QuarterData, section: str) -> Html:
    """What the analyst wrote for one section; blank when nothing.

    Parameters
    ----------
    data : QuarterData
        The quarter; its frame ``notes`` is what ``notes.md`` says.
    section : str
        A heading of ``notes.md``, such as ``各区县``.
    """
    return _notes_html("分析人员说明", notes_of_sections(data.notes, [section]))


def bulletin_notes_html(data: QuarterData) -> Html:
    """What the analyst wrote for the bulletin: a reviewer must see what will be circulated."""
    blocks = []
    for section in BULLETIN_SECTIONS:
        rows = notes_of_sections(data.notes, [section])
        if rows:
            blocks.append(f"<h4>{text(section)}</h4>{_rows_html(rows)}")
    return _aside_html("分析人员拟写入通报的文字", "".join(blocks))


def _notes_html(label: str, rows: list[dict[str, Any]]) -> Html:
    return _aside_html(label, _rows_html(rows))


def _aside_html(label: str, content: str) -> Html:
    if not content:
        return Html("")
    return Html(
        f'<aside class="notes" aria-label="{label}"><p class="notes-label">{label}</p>{content}</aside>'
    )


def _rows_html(rows: Iterable[dict[str, Any]]) -> str:
    return "".join(
        _run_html(kind, [row["text"] for row in run]) for kind, run in groupby(rows, lambda r: r["kind"])
    )


def _run_html(kind: str, texts: list[str]) -> str:
    texts_html = [markdown_to_html(visible(line)) for line in texts]
    if kind == ITEM:
        return "<ul>" + "".join(f"<li>{line}</li>" for line in texts_html) + "</ul>"
    tag = "h4" if kind == HEADING else "p"
    return "".join(f"<{tag}>{line}</{tag}>" for line in texts_html)

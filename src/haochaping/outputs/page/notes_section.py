"""The analyst's words on the page, set apart from what the kit writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from haochaping.core.model import QuarterData
from haochaping.core.text import visible
from haochaping.present.html_fragment import Html, text
from haochaping.store.notes import BULLETIN_SECTIONS, HEADING, ITEM, markdown_to_html, notes_of_sections


def notes_html(data: QuarterData, *sections: str, if_none: str = "") -> Html:
    """What the analyst wrote for a section, or for several under their headings.

    Parameters
    ----------
    data : QuarterData
        The quarter; its frame ``notes`` is what ``notes.md`` says.
    *sections : str
        Headings of ``notes.md``, such as ``各区县``.
    if_none : str
        What is shown where nothing was written; blank: nothing.
    """
    label = "分析人员说明"
    if len(sections) == 1:
        content = _rows_html(notes_of_sections(data.notes, sections))
    else:
        content = _blocks_html(data, sections)
    return _aside_html(label, content or (f"<p>{text(if_none)}</p>" if if_none else ""))


def bulletin_notes_html(data: QuarterData) -> Html:
    """What the analyst wrote for the bulletin: a reviewer must see what will be circulated."""
    return _aside_html("分析人员拟写入通报的文字", _blocks_html(data, BULLETIN_SECTIONS))


def _blocks_html(data: QuarterData, sections: Sequence[str]) -> str:
    rows_of = {section: notes_of_sections(data.notes, [section]) for section in sections}
    return "".join(f"<h4>{text(section)}</h4>{_rows_html(rows)}" for section, rows in rows_of.items() if rows)


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

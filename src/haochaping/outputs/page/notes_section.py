"""The analyst's words on the page, told apart from what the kit writes."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from haochaping.core.model import QuarterData
from haochaping.core.text import visible
from haochaping.present.html_fragment import Html, text
from haochaping.store.notes import BULLETIN, HEADING, ITEM, emphasised, of_sections


def notes_html(data: QuarterData, section: str) -> Html:
    """What the analyst wrote for one section; blank when nothing.

    Parameters
    ----------
    data : QuarterData
        The quarter; its frame ``notes`` is what ``notes.md`` says.
    section : str
        A heading of ``notes.md``, such as ``各区县``.
    """
    return _aside("分析人员说明", of_sections(data.notes, [section]))


def bulletin_notes_html(data: QuarterData) -> Html:
    """What the analyst wrote for the bulletin: a reviewer must see what will be circulated."""
    blocks = []
    for section in BULLETIN:
        rows = of_sections(data.notes, [section])
        if rows:
            blocks.append(f"<h4>{text(section)}</h4>{_body(rows)}")
    return _wrapped("分析人员拟写入通报的文字", "".join(blocks))


def _aside(label: str, rows: list[dict[str, Any]]) -> Html:
    return _wrapped(label, _body(rows))


def _wrapped(label: str, body: str) -> Html:
    if not body:
        return Html("")
    return Html(f'<aside class="notes" aria-label="{label}"><p class="notes-label">{label}</p>{body}</aside>')


def _body(rows: Iterable[dict[str, Any]]) -> str:
    return "".join(
        _run(kind, [row["text"] for row in run]) for kind, run in groupby(rows, lambda r: r["kind"])
    )


def _run(kind: str, texts: list[str]) -> str:
    shown = [emphasised(visible(one)) for one in texts]
    if kind == ITEM:
        return "<ul>" + "".join(f"<li>{one}</li>" for one in shown) + "</ul>"
    tag = "h4" if kind == HEADING else "p"
    return "".join(f"<{tag}>{one}</{tag}>" for one in shown)

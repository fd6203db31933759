"""Write a draft as the files of a reference folder."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2

from haochaping.adopt.draft import Draft, GroundedRelation
from haochaping.adopt.draft_declaration import evidence_words
from haochaping.adopt.field_words import field_words
from haochaping.reference.reference import UNIT_COLUMNS

NOTES = "草稿说明.md"
_ONE_IN_A_MILLION = -6


def write_draft(draft: Draft, folder: Path, about: Mapping[str, Any]) -> None:
    """Write ``city.toml``, ``annexes.toml``, ``units.csv``, ``words.csv`` and the notes into an existing folder.

    Parameters
    ----------
    draft : Draft
    folder : Path
        The reference folder, empty.
    about : mapping
        What the notes say of the run: ``files``, ``periods``, ``tables``, ``data``, ``command``.
    """
    vocabulary = field_words()
    environment = _environment()
    context = {"draft": draft, "serial": list(vocabulary.serial_headings)}
    for name in ("city.toml", "annexes.toml"):
        text = environment.get_template(f"{name}.j2").render(context)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "units.csv").write_text(_units(draft), encoding="utf-8")
    (folder / "words.csv").write_text(_words(draft), encoding="utf-8")
    notes = environment.get_template("notes.md.j2").render(
        draft=draft,
        questions=draft.questions,
        declared=[ground for ground in draft.grounds if ground.is_declared],
        possible=[ground for ground in draft.grounds if not ground.is_declared],
        **about,
    )
    (folder / NOTES).write_text(notes, encoding="utf-8")


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(__package__ or "", "templates"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=False,
        keep_trailing_newline=True,
        autoescape=False,  # TOML and Markdown
    )
    environment.filters["toml"] = _toml
    environment.filters["evidence"] = ground_words
    return environment


def _toml(value: object) -> str:
    """A text or a list of texts in TOML: basic strings have the escapes of JSON."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def ground_words(ground: GroundedRelation) -> str:
    """Why a relation is proposed: rows in which it holds, the chance of an accident, headings."""
    evidence = ground.evidence
    pieces = [evidence_words(evidence)]
    if evidence.is_by_figures:
        pieces.append(f"偶然的可能{_chance_words(evidence.log10_chance)}")
    if evidence.by_headings.reason:
        pieces.append(f"{'' if evidence.is_by_figures else '只凭列名：'}{evidence.by_headings.reason}")
    return "；".join(pieces)


def _chance_words(log10: float) -> str:
    if log10 <= _ONE_IN_A_MILLION:
        return "不到百万分之一"
    return f"约{10**-log10:,.0f}分之一"


def _units(draft: Draft) -> str:
    rows: list[Sequence[object]] = [
        (group.name, name, "", order, "", "", "", "")
        for group in draft.groups
        if group.is_registered
        for order, name in enumerate(group.units, start=1)
    ]
    return _csv([UNIT_COLUMNS, *rows])


def _words(draft: Draft) -> str:
    usual = (files(__package__ or "") / "words.csv").read_text("utf-8")
    return usual + _csv([("total", label, "") for label in draft.total_labels])


def _csv(rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()

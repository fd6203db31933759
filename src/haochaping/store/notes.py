"""The analyst's notes: ``notes.md`` in ``data/raw/<quarter>/``, by section.

Markdown with paragraphs, lists, emphasis and headings only; everything else, HTML above all, is plain text.
Comments (``<!-- -->``), which hold the hints of the template, are skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from haochaping.cleaning.decode_text import decode
from haochaping.core.declaration import Declaration
from haochaping.core.errors import InputRefused, Problem, refuse
from haochaping.core.model import frame
from haochaping.core.text import normalize_for_comparison

MAX_BYTES = 1_000_000
PARAGRAPH, ITEM, HEADING = "paragraph", "item", "heading"
BULLETIN_SECTIONS = ("通报·总体情况", "通报·存在问题", "通报·下一步工作")
"""Sections that are printed in the bulletin, which is circulated; all others appear on the internal page only."""
_FIRST_SECTIONS = {
    "要点": "本期最需要领导知道的两三件事。与数据核对的结论不一致的话不要写。",
    "总体情况": "整体情况的背景：新增的渠道、系统改造、统计口径的变化、临时停机等。",
}
_LAST_SECTIONS = {
    "问题与建议": "存在的问题和下一步打算。只写经核实的情况，数字以附件为准。",
    BULLETIN_SECTIONS[0]: "写入通报“总体情况”，随通报印发：主要做法、成效。不写未核实的事，一般不点名。",
    BULLETIN_SECTIONS[1]: "写入通报“存在问题”，随通报印发。一般不点名，用部分、个别。",
    BULLETIN_SECTIONS[2]: "写入通报“下一步工作”，随通报印发。",
}

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HEADING_MARK = re.compile(r"^(\s*)([#＃]{1,6})[ \t　]*(?=\S)", re.MULTILINE)
_NUMBER_OF_HEADING = re.compile(r"^(?:[0-9]+[.、]?|[一二三四五六七八九十]+、|\([一二三四五六七八九十]+\))")
_SEPARATORS = re.compile(r"[·・.:\-—–/|]")


def note_sections(declaration: Declaration) -> dict[str, str]:
    """Headings of ``notes.md``, one for each annex among them, and the hint below each in the template."""
    annexes = {}
    for spec in declaration.annexes.values():
        word = "、".join(dict.fromkeys(group.word for group in spec.groups))
        annexes[spec.title] = f"个别{word}数字为零、缺少或大起大落的原因；注明是哪个{word}、依据什么。"
    return _FIRST_SECTIONS | annexes | _LAST_SECTIONS


def notes_template(quarter_label: str, declaration: Declaration) -> str:
    """The text of an empty ``notes.md``: every heading with a hint."""
    lines = [
        f"<!-- {quarter_label}的文字说明。各标题请勿改动；不需要写的部分留空。尖括号里的提示不会印出。"
        "“通报·”开头的三节写入通报，其余只在内部简报中显示。 -->"
    ]
    for section, hint in note_sections(declaration).items():
        lines += ["", f"## {section}", "", f"<!-- {hint} -->"]
    return "\n".join(lines) + "\n"


def read_notes(path: Path, declaration: Declaration) -> pd.DataFrame:
    """Read the blocks of a ``notes.md`` in order; no rows where there is no file.

    Returns
    -------
    DataFrame
        One row a block (frame ``notes`` of the model): ``section``, ``kind`` (``paragraph``, ``item`` of a list,
        ``heading`` of level 3 and below), ``text`` (inline Markdown; with its number in a numbered list), ``line``
        in the file.

    Raises
    ------
    InputRefused
        A heading of level 1 or 2 that is none of :func:`note_sections`, a repeated heading, or text before the first
        heading (all problems at once); a comment that is not closed and would swallow the rest; a file that is too large,
        or named with other capitals.
    """
    _refuse_other_capitals(path)
    if path.is_dir():
        raise refuse(path.name, "是文件夹", "应为文本文件；不用的请移走")
    if not path.is_file():
        return frame("notes", [])
    if path.stat().st_size > MAX_BYTES:
        raise refuse(path.name, f"{path.stat().st_size} 字节", f"不应超过 {MAX_BYTES} 字节")
    text = decode(path.read_bytes(), path.name)
    _refuse_open_comment(text, path.name)
    source = _without_comments(text)
    sections = note_sections(declaration)
    rows: list[dict[str, Any]] = []
    problems: list[Problem] = []
    lines: dict[str, int] = {}
    section = ""
    for level, kind, text, line in _blocks(source):
        line_place = f"{path.name} 第 {line} 行"
        known = _section_of_heading(text, sections) if kind == HEADING else ""
        if kind == HEADING and (known or level < 3):
            section = known or text
            if not known:
                problems.append(Problem(line_place, text, f"标题应为 {'、'.join(sections)} 之一"))
            elif known in lines:
                problems.append(Problem(line_place, text, f"同一标题在第 {lines[known]} 行已有，请合并"))
            lines.setdefault(known, line)
        elif not section:
            problems.append(
                Problem(line_place, text[:40], f"文字应写在标题之下；标题有 {'、'.join(sections)}")
            )
        else:
            rows.append({"section": section, "kind": kind, "text": text, "line": line})
    if problems:
        raise InputRefused(problems)
    return frame("notes", rows)


def with_paragraph(text: str, section: str, paragraph: str, declaration: Declaration) -> str:
    """The text of a ``notes.md`` with a paragraph more at the end of a section, which is added where it is not there."""
    lines = text.rstrip().splitlines()
    headings = [
        (line, _section_of_heading(words, note_sections(declaration)))
        for level, kind, words, line in _blocks(_without_comments(text))
        if kind == HEADING and (level < 3 or _section_of_heading(words, note_sections(declaration)))
    ]
    places = [place for place, (_, name) in enumerate(headings) if name == section]
    if not places:
        lines += ["", f"## {section}"]
        end = len(lines)
    else:
        after = headings[places[0] + 1 :]
        end = after[0][0] - 1 if after else len(lines)
        while end > 0 and not lines[end - 1].strip():
            end -= 1
    return (
        "\n".join(
            [*lines[:end], "", paragraph, *([""] if lines[end:] and lines[end].strip() else []), *lines[end:]]
        )
        + "\n"
    )


def _refuse_open_comment(text: str, name: str) -> None:
    opened = text.rfind("<!--")
    if opened >= 0 and "-->" not in text[opened:]:
        line = text.count("\n", 0, opened) + 1
        raise refuse(
            f"{name} 第 {line} 行",
            text[opened : opened + 40],
            "注释没有写完（缺 -->），其后的文字都不会印出，请补上",
        )


def _refuse_other_capitals(path: Path) -> None:
    """``Notes.MD`` would not be read, and nothing would say so."""
    others = [other.name for other in path.parent.glob("*") if other.name.lower() == path.name]
    if others and path.name not in others:
        raise refuse(str(path.parent / others[0]), "", f"文字说明的文件名应为 {path.name}，请改名")


def markdown_to_text(text: str) -> str:
    """Convert inline Markdown to plain text, for papers without emphasis."""
    [inline] = _markdown().parseInline(text)
    return "".join(_token_text(token) for token in inline.children or [])


def markdown_to_html(text: str) -> str:
    """Convert inline Markdown to HTML: emphasis becomes tags, everything else is escaped."""
    return str(_markdown().renderInline(text))


@cache
def _markdown() -> Any:
    """A parser of a subset of Markdown without links, pictures, code and HTML."""
    from markdown_it import MarkdownIt

    rules = [
        "heading",
        "list",
        "blockquote",
        "emphasis",
        "balance_pairs",
        "fragments_join",
        "escape",
        "newline",
    ]
    return MarkdownIt("zero", {"html": False, "breaks": False}).enable(rules)


def _without_comments(source: str) -> str:
    """Remove comments but keep their line breaks, so that line numbers stay right; add missing blanks after ``##``."""
    without_comments = _COMMENT.sub(
        lambda comment: "\n" * comment.group().count("\n"), source.replace("\r\n", "\n")
    )
    return _HEADING_MARK.sub(lambda mark: f"{mark.group(1)}{'#' * len(mark.group(2))} ", without_comments)


def _blocks(source: str) -> Iterator[tuple[int, str, str, int]]:
    """Yield each block: level of a heading (else 0), kind, text on one line, number of its first line."""
    level, depth, number = 0, 0, ""
    for token in _markdown().parse(source):
        if token.type == "heading_open":
            level = int(token.tag[1:])
        elif token.type in ("list_item_open", "list_item_close"):
            depth += token.nesting
            number = f"{token.info}{token.markup} " if token.info else ""
        elif token.type == "inline" and token.content.strip():
            kind = HEADING if level else ITEM if depth else PARAGRAPH
            yield level, kind, number + _join_lines(token.content), (token.map or [0])[0] + 1
            level, number = 0, ""


def _join_lines(text: str) -> str:
    """Join the lines of a paragraph: with a blank between Latin words, without one between Chinese characters."""
    joined = re.sub(r"[ \t]*\n[ \t]*", "\n", text.strip())
    return re.sub(r"(?<=[!-~])\n(?=[!-~])", " ", joined).replace("\n", "")


def _token_text(token: Any) -> str:
    return " " if token.type in ("softbreak", "hardbreak") else str(token.content)


def _section_of_heading(heading: str, sections: Iterable[str]) -> str:
    """The section of a heading, whatever number precedes it and blanks or separators it contains; blank if none."""
    heading_words = _without_separators(
        _NUMBER_OF_HEADING.sub("", normalize_for_comparison(markdown_to_text(heading)))
    )
    return next(
        (name for name in sections if _without_separators(normalize_for_comparison(name)) == heading_words),
        "",
    )


def _without_separators(text: str) -> str:
    return _SEPARATORS.sub("", text)


def notes_of_sections(notes: pd.DataFrame, sections: Iterable[str]) -> list[dict[str, Any]]:
    """Rows of `notes` in the given sections, in the order of the file."""
    wanted = set(sections)
    return [row for row in notes.to_dict("records") if row["section"] in wanted]

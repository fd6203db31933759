"""Take what was found into the briefing: a paragraph in the period's ``notes.md``, with where it comes from."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pandas as pd

from haochaping.analysis.labelled_table import title_of
from haochaping.analysis.loaded_period import as_period
from haochaping.cleaning.decode_text import decode
from haochaping.core.errors import UnknownName, WrongArgument, refuse
from haochaping.core.model import QuarterData
from haochaping.core.paths import NOTES, find_locations
from haochaping.files.atomic_write import replace_read_file
from haochaping.present.charts.chart import Chart
from haochaping.store.notes import note_sections, notes_template, read_notes, with_paragraph

MOST_CHARACTERS = 2_000


def take_note(q: QuarterData, section: str, text: str, source: Any = None) -> Path:
    """把一句话写进本期的文字说明（``notes.md``），下次 ``make quarter`` 印在简报的这一节里。

    只在末尾添加，原有的文字不动。

    Parameters
    ----------
    section : str
        写在哪一节：``"要点"``、``"总体情况"``、附件的表名（``"各区县"``）、``"问题与建议"`` 等；写附件号也可以。
    text : str
        要写的话，一段。
    source : optional
        依据：``hcp`` 给出的表或图，其标题附在句末；也可以是一段文字。

    Returns
    -------
    Path
        写入的文件。

    Raises
    ------
    WrongArgument
        要写的不是一段话。
    UnknownName
        没有这一节。
    InputRefused
        没有这一期的资料文件夹，或文字说明读不懂、刚被别人改过。
    """
    q = as_period(q)
    if not isinstance(text, str) or not 0 < len(words := " ".join(text.split())) <= MOST_CHARACTERS:
        raise WrongArgument(f"没有写：要写的应为一段话，不超过 {MOST_CHARACTERS} 字")
    raw = find_locations(q.data_root).raw(q.quarter)
    if not raw.is_dir():
        raise refuse(str(raw), "", "没有这一期的资料文件夹，文字说明写在其中的 notes.md")
    sections, path = note_sections(q.declaration), raw / NOTES
    name = _section(q, section, sections)
    about = source_words(source)
    paragraph = _as_plain_text(words + (f"（据{about}）" if about and about not in words else ""))
    read_notes(path, q.declaration)  # what is there must be readable before anything is added
    content = path.read_bytes() if path.is_file() else None
    before = notes_template(q.quarter.label, q.declaration) if content is None else decode(content, NOTES)
    after = with_paragraph(before, name, paragraph, q.declaration)
    was_read = None if content is None else hashlib.sha256(content).hexdigest()
    if not replace_read_file(path, after.encode("utf-8"), was_read):
        raise refuse(str(path), "刚刚被别人改过", "请再运行一次")
    return path


def _section(q: QuarterData, section: str, sections: dict[str, str]) -> str:
    if section in sections:
        return section
    try:
        return q.annex(section).title
    except UnknownName:
        raise UnknownName("标题", section, sections) from None


def source_words(source: Any) -> str:
    """What a note rests on, as it is named there: a table or chart by its title."""
    if source is None or isinstance(source, str):
        return source or ""
    if isinstance(source, Chart):
        return f"图“{source.title or source.subtitle}”"
    title = title_of(source) if isinstance(source, pd.DataFrame) else ""
    return f"表“{title}”" if title else ""


def _as_plain_text(words: str) -> str:
    """A paragraph in which nothing is taken for a heading, a list, a comment or HTML."""
    words = words.replace("<", "＜").replace(">", "＞")
    return f"\\{words}" if words[0] in "#-+*" else words

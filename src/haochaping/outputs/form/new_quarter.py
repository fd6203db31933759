"""An empty quarter to fill in: ``annexes.xlsx`` and ``notes.md`` in ``data/raw/<quarter>/``."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from haochaping.core.errors import InputRefused, Problem, refuse
from haochaping.core.model import QuarterData
from haochaping.core.paths import NOTES, record_files
from haochaping.core.period import Period
from haochaping.core.text import normalize_for_comparison
from haochaping.files.atomic_write import remove_leftover, write_new
from haochaping.files.exclusive_lock import exclusive_lock
from haochaping.outputs.excel.workbook_style import Styles, open_workbook
from haochaping.outputs.form.form import annex_form, differing_addressees, differing_names
from haochaping.outputs.form.form_annex import write_annex
from haochaping.outputs.form.form_entries import write_entries
from haochaping.outputs.form.form_help import Help, write_help
from haochaping.outputs.form.known_entries import KnownEntries, known_entries, told_of_wording
from haochaping.read.raw_folder import input_files
from haochaping.reference.record_settings import RECORD_SETTINGS, database_scheme
from haochaping.reference.reference import Reference
from haochaping.store.notes import notes_template

ANNEXES = "annexes.xlsx"


@dataclass(frozen=True)
class NewQuarter:
    """What was written for a quarter that is to be filled in."""

    files: list[Path]
    wording: list[str]
    """Which wording of the quarter before is in them and which is not, for the analyst; empty without such a quarter."""


_FOR_A_DATABASE = """# 本期的记录从数据库数。数据提取日以后的评价不计入：写明日期，去掉下一行开头的 #。
# extraction_date = "年-月-日"
"""


def write_new_quarter(
    folder: Path, quarter: Period, reference: Reference, previous: QuarterData | None
) -> NewQuarter:
    """Create the folder of a quarter with an empty workbook and an empty notes file, each whole or not at all.

    Parameters
    ----------
    folder : Path
        ``data/raw/<quarter>/``; created if need be.
    quarter : Period
        The quarter to be filled in.
    reference : Reference
        The city's units and words.
    previous : QuarterData or None
        The quarter before: its units, columns, totals, issuer, titles and the wording of its annexes' notes are
        taken over, its figures and what its ``notes.md`` says are not.

    Returns
    -------
    NewQuarter
        The files written, and what of the quarter before is in them.

    Raises
    ------
    InputRefused
        The quarter has material already; then nothing is written.
    """
    known = known_entries(quarter, reference, previous)
    contents = {  # where there are records, the annexes are counted from them
        **_sources(folder, known, reference, previous),
        NOTES: notes_template(quarter.label, reference.declaration).encode("utf-8"),
    }
    if folder.is_dir():
        with exclusive_lock(folder):
            for name in contents:
                remove_leftover(folder / name)
    found = [*input_files(folder), *([folder / NOTES] if (folder / NOTES).exists() else [])]
    existing = [path for path in found if not _is_as_written(path, contents)]
    if existing or len(found) == len(contents):
        raise InputRefused(
            Problem(
                str(path), "已有此文件", f"本{quarter.noun}已有资料，不再放入空白表格；确要重做的，请先移走"
            )
            for path in existing or found
        )
    with exclusive_lock(folder):
        folder.mkdir(exist_ok=True)
        for name, content in contents.items():
            if not write_new(folder / name, content) and not _is_as_written(folder / name, contents):
                raise refuse(str(folder / name), "刚刚有人放入", "没有改动它；确要重做的，请先移走")
    wording = told_of_wording(known, previous.quarter, reference.declaration) if previous else []
    return NewQuarter([folder / name for name in contents], wording)


def _sources(
    folder: Path, known: KnownEntries, reference: Reference, previous: QuarterData | None
) -> dict[str, bytes]:
    """What figures will come from: nothing beside an export of records, a line to write for a database, else the form."""
    if record_files(folder) or (folder / RECORD_SETTINGS).is_file():
        return {}
    if database_scheme(reference.folder, reference.folder):
        return {RECORD_SETTINGS: _FOR_A_DATABASE.encode("utf-8")}
    return {ANNEXES: _workbook(known, reference, previous)}


def _is_as_written(path: Path, contents: Mapping[str, bytes]) -> bool:
    """Whether a file is what is to be written: it is there without the other one where writing was cut off."""
    return path.is_file() and path.read_bytes() == contents.get(path.name)


def _workbook(known: KnownEntries, reference: Reference, previous: QuarterData | None) -> bytes:
    quarter, buffer = known.period, io.BytesIO()
    workbook = open_workbook(buffer, f"{quarter.label}{reference.declaration.subject}数据附件（待填）")
    styles = Styles(workbook)
    forms = [annex_form(name, quarter, reference, previous) for name in reference.declaration.annexes]
    names = {form.sheet: differing_names(form, reference) for form in forms}
    names["主送"] = differing_addressees(str(known.facts.get("addressees", "")), reference)
    words = {word: meaning for word, meaning in reference.no_value.items() if normalize_for_comparison(word)}
    write_help(workbook, styles, Help(quarter, forms, words, names))
    write_entries(workbook, styles, known, reference)
    for form in forms:
        write_annex(workbook, styles, form, quarter)
    workbook.close()
    return buffer.getvalue()

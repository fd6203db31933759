"""Draft a city's reference folder from its first bulletins, and put these into their raw folders."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from pathlib import Path

from haochaping.adopt.cross_relations import without_misread_figures
from haochaping.adopt.draft import Draft, DraftAnnex
from haochaping.adopt.draft_declaration import draft_declaration
from haochaping.adopt.field_words import field_words
from haochaping.adopt.find_period import stated_periods
from haochaping.adopt.form_table import FormTable, form_tables, merge_periods
from haochaping.adopt.questions import questions
from haochaping.adopt.title_subjects import bulletin_subject
from haochaping.adopt.write_draft import NOTES, write_draft
from haochaping.core.errors import InputRefused, refuse
from haochaping.core.model import QuarterData
from haochaping.core.paths import Locations
from haochaping.core.period import KINDS, Period
from haochaping.files.atomic_write import write_new
from haochaping.files.exclusive_lock import exclusive_lock
from haochaping.files.swap_folder import stage_and_swap_in
from haochaping.read.raw_folder import read_raw
from haochaping.reference.reference import Reference, load_reference, read_words

DRAFT_FOLDER = "reference.draft"
Source = tuple[Path, ...]
"""The files of one period: one, or several CSV files with a table each."""
Place = tuple[str, str, str, str]
"""Table, row, heading and text of a printed cell."""


@dataclass(frozen=True)
class Adopted:
    """What was written: the reference folder, its notes, and each file with its period."""

    folder: Path
    notes: Path
    periods: dict[Path, Period]
    tables: int
    cells: int
    draft: Draft


def adopt_bulletins(
    paths: Sequence[Path], city: str, locations: Locations, *, is_draft: bool = False
) -> Adopted:
    """Draft the reference folder of a city from bulletins, and copy these to the raw folders of their periods.

    The draft is written only if it reads every bulletin with each printed cell in its place.

    Parameters
    ----------
    paths : sequence of Path
        Bulletins in any format that is read, one for each period.
    city : str
        Name of the city.
    locations : Locations
        Its data root.
    is_draft : bool
        Write ``reference.draft/`` beside an existing ``reference/``, and copy nothing.

    Raises
    ------
    InputRefused
        The folder exists, a file cannot be read, names no period, or is not the one that lies in the raw folder.
    """
    folder = locations.data / (DRAFT_FOLDER if is_draft else locations.reference.name)
    _refuse_existing(folder, is_draft=is_draft)
    reader = provisional_reference(city)
    read = {source: _read(source, reader) for source in _sources(paths, reader)}
    _refuse_same_period(read)
    bulletins = dict(sorted(read.items(), key=lambda item: (item[1].quarter.kind, item[1].quarter.start)))
    periods = {path: data.quarter for source, data in bulletins.items() for path in source}
    if not is_draft:
        _refuse_other_files(periods, locations)
    ordered = list(bulletins.values())
    tables = merge_periods([form_tables(data) for data in ordered])
    draft = _draft(ordered, tables, city, reader)
    with tempfile.TemporaryDirectory() as scratch:
        written = Path(scratch) / "reference"
        _write_readable(draft, written, bulletins, tables, locations)
        with exclusive_lock(folder):
            _refuse_existing(folder, is_draft=is_draft)
            # The folder comes last: where it is missing, all can be done once more.
            with stage_and_swap_in(folder) as staging:
                shutil.copytree(written, staging, dirs_exist_ok=True)
                for path, period in periods.items() if not is_draft else ():
                    _copy(path, locations.raw(period))
    cells = sum(len(data.cells) for data in bulletins.values())
    return Adopted(folder, folder / NOTES, periods, len(tables), cells, draft)


def _refuse_existing(folder: Path, *, is_draft: bool) -> None:
    if folder.exists():
        hint = "" if is_draft else "；另起草一份对照，加 --draft"
        raise refuse(str(folder), "已经有了", f"请另指定一个资料根目录，或先移走{hint}")


def provisional_reference(city: str) -> Reference:
    """A reference with the words of the field, without annexes: every table is read and kept as printed."""
    with as_file(files(__package__ or "") / "words.csv") as path:
        words = read_words(path)
    return Reference(
        folder=Path(),
        city={"name": city, "periods": list(KINDS)},
        units=(),
        declaration=field_words(),
        totals=words.totals,
        no_value=words.no_value,
        counted_elsewhere=words.counted_elsewhere,
    )


def _sources(paths: Sequence[Path], reader: Reference) -> list[Source]:
    """The files by period: CSV files that are of the same one belong together."""
    for path in paths:
        if not path.is_file():
            raise refuse(str(path), "", "没有这个文件")
    csv_files = [path for path in paths if path.suffix.lower() == ".csv"]
    periods = {path: next(iter(stated_periods(path, reader)), None) for path in csv_files}
    together: dict[Period | None, list[Path]] = {}
    for path, period in periods.items():
        together.setdefault(period, []).append(path)
    return [*((path,) for path in paths if path not in csv_files), *map(tuple, together.values())]


def _read(source: Source, reader: Reference) -> QuarterData:
    """Read the files of one period as the period that they say they are of."""
    candidates = stated_periods(source[0], reader)
    if not candidates:
        raise refuse(
            source[0].name,
            "",
            "标题、正文或文件名中应写明时段，如 2024年第一季度、2024年3月；或把文件名改为“2024Q1 通报”",
        )
    first: InputRefused | None = None
    for period in candidates:
        try:
            return _read_alone(source, period, reader)
        except InputRefused as refusal:
            first = first or refusal
    assert first is not None
    raise first


def _read_alone(source: Source, period: Period, reference: Reference) -> QuarterData:
    with tempfile.TemporaryDirectory() as scratch:
        for path in source:
            shutil.copy(path, scratch)
        return read_raw(Path(scratch), period, reference)


def _refuse_same_period(bulletins: dict[Source, QuarterData]) -> None:
    count = Counter(data.quarter for data in bulletins.values())
    for period, times in count.items():
        if times > 1:
            same = (source for source, data in bulletins.items() if data.quarter == period)
            names = "、".join(path.name for source in same for path in source)
            raise refuse("命令行", names, f"都是{period.label}的，一个时段请只给一份")


def _refuse_other_files(periods: dict[Path, Period], locations: Locations) -> None:
    for path, period in periods.items():
        target = locations.raw(period) / path.name
        if target.exists() and target.read_bytes() != path.read_bytes():
            raise refuse(str(target), "已有同名而内容不同的文件", f"应为 {path} 的内容；请先核对，移走一份")


def _copy(path: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    content = path.read_bytes()
    if not write_new(folder / path.name, content) and (folder / path.name).read_bytes() != content:
        raise refuse(str(folder / path.name), "刚刚有人放入", f"应为 {path} 的内容；请先核对，移走一份")


def _draft(
    bulletins: Sequence[QuarterData], tables: Sequence[FormTable], city: str, reader: Reference
) -> Draft:
    latest = bulletins[-1]
    title = latest.fact("title") or next((table.title for table in tables if table.title), "")
    kinds = [kind for kind in KINDS if kind in {data.quarter.kind for data in bulletins}]
    draft = Draft(city, latest.fact("issuer"), bulletin_subject(title, city), kinds)
    texts = {str(data.quarter): data.fact("text") for data in bulletins}
    return without_misread_figures(draft_declaration(draft, tables, texts, reader), latest.fact("text"))


def _write_readable(
    draft: Draft,
    folder: Path,
    bulletins: dict[Source, QuarterData],
    tables: Sequence[FormTable],
    locations: Locations,
) -> None:
    """Write the draft; annexes with which the bulletins cannot be read as they were are left out, and told."""
    left_out: list[str] = []
    first_problem: InputRefused | None = None
    while True:
        draft.questions = [*left_out, *questions(draft, tables)]
        _write(draft, folder, bulletins, tables, locations)
        problem = _unreadable(draft, folder, bulletins)
        if problem is None:
            return
        first_problem = first_problem or problem
        annex = _annex_to_leave_out(draft, folder, bulletins, tables, locations)
        if annex is None:
            raise _as_of_the_draft(first_problem, folder)
        draft.leave_out(annex)
        left_out.append(
            f"“{annex.title}”没有写进登记，照原样列出、不核对：程序起草的登记读不回这张表"
            f"（{_without_scratch(problem, folder)}）。请按 docs/declaration.md 登记。"
        )


def _annex_to_leave_out(
    draft: Draft,
    folder: Path,
    bulletins: dict[Source, QuarterData],
    tables: Sequence[FormTable],
    locations: Locations,
) -> DraftAnnex | None:
    """The annex without which the bulletins can be read, else the last one; None where it is the only one."""
    if len(draft.annexes) < 2:
        return None
    for annex in draft.annexes:
        without = replace(draft, annexes=[a for a in draft.annexes if a is not annex], relations=[])
        _write(without, folder, bulletins, tables, locations)
        if _unreadable(without, folder, bulletins) is None:
            return annex
    return draft.annexes[-1]


def _as_of_the_draft(problem: InputRefused, folder: Path) -> InputRefused:
    """A refusal that names the files of the draft without the temporary folder in which it was tried."""
    return InputRefused(
        [replace(p, place=p.place.replace(f"{folder}/", "起草的 ")) for p in problem.problems]
    )


def _without_scratch(problem: InputRefused, folder: Path) -> str:
    """A refusal without the temporary folder in which the draft was tried."""
    return problem.message.replace(f"{folder}/", "").removeprefix("未能读取：")


def _write(
    draft: Draft,
    folder: Path,
    bulletins: dict[Source, QuarterData],
    tables: Sequence[FormTable],
    locations: Locations,
) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    about = {
        "files": [path.name for source in bulletins for path in source],
        "periods": [str(data.quarter) for data in bulletins.values()],
        "tables": [_table_words(table) for table in tables],
        "data": locations.data,
        "command": "python -m haochaping",
    }
    write_draft(draft, folder, about)


def _table_words(table: FormTable) -> dict[str, str]:
    names = "、".join(table.names[:3]) + ("等" if len(table.names) > 3 else "")
    columns = "、".join("/".join(column.path) for column in table.columns)
    title = table.title or f"第{table.position}个表"
    return {"title": title, "rows": f"{len(table.names)} 行（{names}）", "columns": columns}


def _unreadable(draft: Draft, folder: Path, bulletins: dict[Source, QuarterData]) -> InputRefused | None:
    """Why the draft does not read the bulletins as they were read without it; None where it does.

    Every printed cell must stand where it stood, and every table must be the annex that was drafted from it.
    """
    try:
        reference = load_reference(folder)
        for source, before in bulletins.items():
            after = _read_alone(source, before.quarter, reference)
            lost = _cells(before) - _cells(after)
            if lost:
                table, row, column, text = next(iter(lost))
                return refuse(source[0].name, text, f"第{table}个表 {row} 的{column}没有读到原处")
        for annex in draft.annexes:
            if after.table(annex.name).empty and not annex.is_absent_last:
                return refuse(source[0].name, annex.title, "没有表读作这个附件")
    except InputRefused as refusal:
        return refusal
    return None


def _cells(data: QuarterData) -> Counter[Place]:
    rows = data.cells.to_dict("records")
    return Counter((str(r["table"]), r["row"], r["column"], r["printed"]) for r in rows)

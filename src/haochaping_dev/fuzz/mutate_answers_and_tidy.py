"""Structured mutations of files beside the sources: the analyst's answers and notes, and the tidy tables."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from haochaping.core.model import MISSING, NUMBER, QuarterData, annex_frame, cell_rows, column_path, frame
from haochaping.core.period import Period
from haochaping.store.notes import note_sections
from haochaping.store.tidy_tables import write_tidy
from haochaping_dev.fuzz.bulletin_layout import Layout, expected_content
from haochaping_dev.fuzz.invented_city import QUARTER, small_city
from haochaping_dev.fuzz.model_content import kit_reference
from haochaping_dev.fuzz.mutate_text import Content, MutatedInput

HEADINGS = ("编号", "单元格", "位置", "原值", "处理", "核实值", "说明或依据", "经办人", "日期", "有效至")
CELLS = "cells.csv"
FIELDS = ("finding", "cell", "cell_words", "original", "kind", "value", "text", "by", "on", "until")


# --- answers -------------------------------------------------------------------------------------------


def mutate_answers(random: Random) -> MutatedInput:
    """A filled-in review workbook with columns in another order, extra columns, blank rows or a title above."""
    answers = [_random_answer(random) for _ in range(random.randint(1, 6))]
    order = random.sample(range(len(HEADINGS)), len(HEADINGS))
    headings = [HEADINGS[i] + random.choice(("", "", "*", "：", " ")) for i in order]
    rows = [[answer[i] for i in order] for answer in answers]
    kind = random.choice(("same", "same", "columns more", "rows blank", "title above", "heading lost"))
    if kind == "columns more":
        headings, rows = [*headings, "级别"], [[*row, "须更正"] for row in rows]
    elif kind == "rows blank":
        rows.insert(random.randint(0, len(rows)), [""] * len(headings))
    elif kind == "heading lost":
        headings[order.index(0)] = ""
    above = [["核对结果"], [""] * 3] if kind == "title above" else []
    wanted = {"answers": [list(answer) for answer in answers if answer[4] or answer[5] or answer[6]]}
    files = _write_review([*above, headings, *rows], random)
    return MutatedInput(f"answers: {kind}", files, () if kind == "heading lost" else (wanted,))


def _random_answer(random: Random) -> tuple[str, ...]:
    number = str(random.randrange(100_000))
    return (
        f"total/districts/青禾区/{random.choice('abc')}",
        random.choice(("", "districts/青禾区/evaluations")),
        random.choice(("", "附件1“青禾区”评价数")),
        number,
        random.choice(("更正", "说明", "", "不再沿用")),
        random.choice(("", number[::-1].lstrip("0") or "0", "99.9%", "/")),
        random.choice(("", "系统记录，见附表", "=1+1", "甲，乙\n丙", "“引号”与,逗号")),
        random.choice(("", "经办人甲")),
        random.choice(("", "2023-01-20")),
        random.choice(("", "2023-12-31")),
    )


def _write_review(rows: list[list[str]], random: Random) -> dict[str, bytes]:
    if random.random() < 0.5:
        buffer = io.StringIO(newline="")
        csv.writer(buffer).writerows(rows)
        return {"review.csv": buffer.getvalue().encode(random.choice(("utf-8-sig", "gb18030", "utf-8")))}
    import xlsxwriter

    xlsx_buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(xlsx_buffer, {"in_memory": True, "strings_to_formulas": False})
    sheet = workbook.add_worksheet("核对结果")
    typed = random.random() < 0.5
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            if typed and text.isdecimal():
                sheet.write_number(r, c, int(text))
            elif text:
                sheet.write_string(r, c, text)
    workbook.close()
    return {"review.xlsx": xlsx_buffer.getvalue()}


# --- notes ---------------------------------------------------------------------------------------------

SENTENCES = (
    "本季度新增评价渠道。",
    "甲区评价数较多，系集中补录。",
    "评价率为 99.9%。",
    "一是加强培训；二是按月通报。",
)


def mutate_notes(random: Random) -> MutatedInput:
    """Notes under headings written in several ways; an unknown or repeated heading is refused."""
    wanted: list[tuple[str, str, str]] = []
    lines: list[str] = []
    sections = random.sample(list(note_sections(kit_reference().declaration)), random.randint(1, 4))
    for n, section in enumerate(sections, start=1):
        heading = random.choice(
            ("## {}", "# {}", "##{}", "＃＃ {}", f"## {n}. {{}}", f"## {'一二三四'[n - 1]}、{{}}")
        )
        lines += [heading.format(section), random.choice(("", "<!-- 提示\n两行 -->"))]
        for _ in range(random.randint(0, 3)):
            text = random.choice(SENTENCES)
            kind = random.choice(("paragraph", "paragraph", "item"))
            lines += ["", f"- {text}" if kind == "item" else text, ""]
            wanted.append((section, kind, text))
    kind = random.choice(("same", "same", "heading unknown", "heading twice", "text above"))
    if kind == "heading unknown":
        lines.insert(0, "## 别的")
    elif kind == "heading twice":
        lines += ["", f"## {sections[0]}"]
    elif kind == "text above":
        lines = ["前言。", "", *lines]
    text = random.choice(("\n", "\r\n")).join("\n".join(lines).split("\n")) + "\n"
    content = text.encode(random.choice(("utf-8", "utf-8-sig", "gb18030", "utf-16")))
    return MutatedInput(
        f"notes: {kind}", {"notes.md": content}, ({"notes": wanted},) if kind == "same" else ()
    )


# --- tidy tables -----------------------------------------------------------------------------------------


def to_quarter_data(content: Content) -> QuarterData:
    """Return the quarter that has `content`."""
    declaration = kit_reference().declaration
    words = {gap[:4]: gap[4] for gap in content["unreported"]}
    cells: list[dict[str, Any]] = []
    for number, (name, spec) in enumerate(declaration.annexes.items(), start=1):
        printed_columns = {column for record in content[name] for column in record}
        rows = cell_rows(spec, annex_frame(spec, content[name], printed_columns), number)
        for cell in (*rows, *_total_cells(content, name, number)):
            place = (name, cell["row"], cell["member"], cell["measure"])
            cells.append({**cell, "printed": words.get(place, cell["printed"])})
    frames = {
        "cells": cells,
        "headline": [
            {"figure": name, "value": v, "unit": u, "printed": p, "qualifier": q}
            for name, (v, u, p, q) in content["headline"].items()
        ],
        "about": [{"field": "quarter", "value": QUARTER}],
    }
    return QuarterData(
        Period.parse(QUARTER), declaration, **{name: frame(name, rows) for name, rows in frames.items()}
    )


def _total_cells(content: Content, table: str, number: int) -> Iterator[dict[str, Any]]:
    """Yield the cells of an annex's rows of totals, with and without a number."""
    spec = kit_reference().declaration.annexes[table]
    units = {record[spec.row_key] for record in content[table]}
    numbers = [(*total[1:6], NUMBER, "") for total in content["printed_totals"] if total[0] == table]
    gaps = [
        (*gap[1:4], None, gap[4], MISSING, "原表空白")
        for gap in content["unreported"]
        if gap[0] == table and gap[1] not in units
    ]
    for row, member, measure, value, printed, status, reason in (*numbers, *gaps):
        yield {
            "table": number,
            "annex": table,
            "row": row,
            "member": member,
            "is_total": True,
            "column": column_path(spec, spec.measures_by_name[measure], member),
            "measure": measure,
            "printed": printed,
            "value": value,
            "status": status,
            "reason": reason,
        }


@cache
def _known_tidy_tables(seed: int) -> tuple[Content, dict[str, bytes], list[dict[str, Any]]]:
    """Return the content of a known quarter, its tidy tables as files, and its cells in the order of their file."""
    content = expected_content(small_city(seed), Layout())
    data = to_quarter_data(content)
    with tempfile.TemporaryDirectory() as folder:
        write_tidy(data, Path(folder))
        files = {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}
    return content, files, data.cells.to_dict("records")


def tidy_files(random: Random) -> dict[str, bytes]:
    """Return the tidy tables of a random known quarter as files."""
    return dict(_known_tidy_tables(random.randrange(8))[1])


def mutate_tidy_tables(random: Random) -> MutatedInput:
    """A figure, name, column or row of the tidy cells changed."""
    content, known_files, cells = _known_tidy_tables(random.randrange(8))
    heading, *lines = csv.reader(io.StringIO(known_files[CELLS].decode()))
    rows = [dict(zip(heading, line, strict=True)) for line in lines]
    kind = random.choice(
        (
            "figure",
            "not a figure",
            "below nought",
            "name blank",
            "column lost",
            "column renamed",
            "cell twice",
            "row lost",
            "mark",
        )
    )
    at = random.choice([i for i, cell in enumerate(cells) if _is_count(cell)])
    cell, row = cells[at], rows[at]
    allowed: tuple[Content, ...] = ()
    if kind == "figure":
        value = random.randrange(10**6)
        row |= {"value": str(value), "printed": str(value)}
        allowed = (_content_with_record(content, cell, {cell["measure"]: value}),)
    elif kind == "not a figure":
        row["value"] = random.choice(
            ("abc", "1e400", "²", "五", "--", "1 2", "0x1F", "9" * 30, "inf", "nan", "True")
        )
    elif kind == "below nought":
        row |= {"value": "-1", "printed": "-1"}
    elif kind == "name blank":
        row["row"] = ""
    elif kind == "column lost":
        heading = [name for name in heading if name != "value"]
    elif kind == "column renamed":
        rows = [{**other, "another": other["value"]} for other in rows]
        heading = ["another" if name == "value" else name for name in heading]
    elif kind == "cell twice":
        rows.append(row)
    elif kind == "row lost":
        lost = [i for i, other in enumerate(cells) if _record_of(other) == _record_of(cell)]
        rows = [other for i, other in enumerate(rows) if i not in lost]
        allowed = (_content_with_record(content, cell, None),)
    else:
        allowed = (content,)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n" if kind == "mark" else "\n")
    writer.writerows([heading, *([one[name] for name in heading] for one in rows)])
    files = {**known_files, CELLS: buffer.getvalue().encode("utf-8-sig" if kind == "mark" else "utf-8")}
    return MutatedInput(f"tidy: {kind}", files, allowed)


def _is_count(cell: dict[str, Any]) -> bool:
    """Whether a cell is a unit's and holds a count."""
    counts = kit_reference().declaration.annexes[cell["annex"]].counts
    return not cell["is_total"] and cell["status"] == NUMBER and cell["measure"] in counts


def _record_of(cell: dict[str, Any]) -> tuple[str, ...]:
    return cell["annex"], cell["row"], cell["member"]


def _content_with_record(content: Content, cell: dict[str, Any], changed: dict[str, Any] | None) -> Content:
    """Return `content` with other measures in the record of a cell, or without the record."""
    table, row, member = _record_of(cell)
    spec = kit_reference().declaration.annexes[table]
    key = {spec.row_key: row, **({spec.columns_by.key: member} if spec.columns_by else {})}
    records = []
    for record in content[table]:
        if not key.items() <= record.items():
            records.append(record)
        elif changed is not None:
            records.append({**record, **changed})
    gaps = [gap for gap in content["unreported"] if changed is not None or gap[:3] != (table, row, member)]
    return {**content, table: records, "unreported": gaps}

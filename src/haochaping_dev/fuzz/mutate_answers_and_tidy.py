"""Structured mutations of files beside the sources: the analyst's answers and notes, and the tidy tables."""

from __future__ import annotations

import csv
import io
import tempfile
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from haochaping.core.model import TABLES, QuarterData, encode_key, frame
from haochaping.core.period import Period
from haochaping.store.notes import SECTIONS
from haochaping.store.tidy_tables import write_tidy
from haochaping_dev.fuzz.bulletin_layout import Layout, expected_content
from haochaping_dev.fuzz.invented_city import QUARTER, small_city
from haochaping_dev.fuzz.mutate_text import Content, MutatedInput

HEADINGS = ("编号", "单元格", "位置", "原值", "处理", "核实值", "说明或依据", "经办人", "日期", "有效至")
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
    sections = random.sample(list(SECTIONS), random.randint(1, 4))
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
    frames: dict[str, list[dict[str, Any]]] = {name: content[name] for name in TABLES}
    frames["printed_totals"] = [
        {"table": t, "key": encode_key(dict(k)), "column": c, "value": v, "printed": p, "label": label}
        for t, k, c, v, p, label in content["printed_totals"]
    ]
    frames["unreported"] = [
        {"table": t, "key": encode_key(dict(k)), "column": c, "printed": p, "reason": "原表空白"}
        for t, k, c, p in content["unreported"]
    ]
    frames["headline"] = [
        {"figure": name, "value": v, "unit": u, "printed": p, "qualifier": q}
        for name, (v, u, p, q) in content["headline"].items()
    ]
    frames["about"] = [{"field": "quarter", "value": QUARTER}]
    return QuarterData(Period.parse(QUARTER), **{name: frame(name, rows) for name, rows in frames.items()})


@cache
def _known_tidy_tables(seed: int) -> tuple[Content, dict[str, bytes]]:
    """Return the content of a known quarter, and its tidy tables as files."""
    content = expected_content(small_city(seed), Layout())
    with tempfile.TemporaryDirectory() as folder:
        write_tidy(to_quarter_data(content), Path(folder))
        return content, {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}


def tidy_files(random: Random) -> dict[str, bytes]:
    """Return the tidy tables of a random known quarter as files."""
    return dict(_known_tidy_tables(random.randrange(8))[1])


def mutate_tidy_tables(random: Random) -> MutatedInput:
    """A figure, name, column or row of the tidy tables changed."""
    content, known_files = _known_tidy_tables(random.randrange(8))
    files = dict(known_files)
    table = random.choice(list(TABLES))
    rows = list(csv.reader(io.StringIO(files[f"{table}.csv"].decode())))
    kind = random.choice(
        (
            "figure",
            "not a figure",
            "below nought",
            "name blank",
            "column lost",
            "column renamed",
            "row twice",
            "row lost",
            "mark",
        )
    )
    row = random.randrange(1, len(rows))
    at = random.choice([i for i, name in enumerate(rows[0]) if name in TABLES[table].counts])
    allowed: tuple[Content, ...] = ()
    if kind == "figure":
        value = random.randrange(10**6)
        rows[row][at] = str(value)
        allowed = (
            _content_with_record(content, table, row - 1, {**content[table][row - 1], rows[0][at]: value}),
        )
    elif kind == "not a figure":
        rows[row][at] = random.choice(
            ("abc", "1.5", "1e400", "²", "五", "--", "1 2", "0x1F", "9" * 30, "inf", "nan", "True")
        )
    elif kind == "below nought":
        rows[row][at] = "-1"
    elif kind == "name blank":
        rows[row][0] = ""
    elif kind == "column lost":
        rows = [[*line[:at], *line[at + 1 :]] for line in rows]
    elif kind == "column renamed":
        rows[0][at] = "another"
    elif kind == "row twice":
        rows.append(list(rows[row]))
    elif kind == "row lost":
        rows.pop(row)
        allowed = (_content_with_record(content, table, row - 1, None),)
    else:
        allowed = (content,)
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n" if kind == "mark" else "\n").writerows(rows)
    files[f"{table}.csv"] = buffer.getvalue().encode("utf-8-sig" if kind == "mark" else "utf-8")
    return MutatedInput(f"tidy: {kind}", files, allowed)


def _content_with_record(content: Content, table: str, row: int, record: dict[str, Any] | None) -> Content:
    records = list(content[table])
    records[row : row + 1] = [record] if record else []
    return {**content, table: records}

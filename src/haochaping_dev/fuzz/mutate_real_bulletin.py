"""Structured mutations of the real bulletin of 2022 Q4, whose content is known from ``data/tidy/2022Q4``."""

from __future__ import annotations

import copy
import re
from functools import cache
from random import Random
from typing import Any

from haochaping.core.paths import project_root
from haochaping.core.period import Period
from haochaping_dev.fuzz.bulletin_layout import UnreadableCell, read_by_eye
from haochaping_dev.fuzz.invented_city import MEASURES_1, MEASURES_4, MEASURES_5, QUARTER, Measure
from haochaping_dev.fuzz.model_content import kit_reference, plain_values
from haochaping_dev.fuzz.mutate_text import Content, MutatedInput

_ROW = re.compile(r"([0-9]+) (\S+)((?: \S+)+)")


@cache
def real_text() -> str:
    """Return the text as published."""
    return (project_root() / "data" / "raw" / QUARTER / "bulletin.txt").read_text(encoding="utf-8")


@cache
def _real_content() -> Content:
    from haochaping.store.tidy_tables import read_tidy

    folder = project_root() / "data" / "tidy" / QUARTER
    return plain_values(read_tidy(folder, Period.parse(QUARTER), kit_reference()))


@cache
def _one_line_rows() -> list[tuple[int, str, str, list[str]]]:
    """Return the rows that are on one line: line number, table, name, cells."""
    rows = []
    table = ""
    by_number = {spec.number: name for name, spec in kit_reference().declaration.annexes.items()}
    for i, line in enumerate(real_text().split("\n")):
        heading = re.fullmatch(r"\s*附件 ([1-5])：\s*", line)
        table = by_number[int(heading[1])] if heading else table
        row = _ROW.fullmatch(line.strip())
        cells = row[3].split() if row else []
        if row and table and len(cells) == len(_measures(table)):
            rows.append((i, table, row[2], cells))
    return rows


def _measures(table: str) -> tuple[Measure, ...]:
    if table == "district_departments":
        districts = dict.fromkeys(row["district"] for row in _real_content()[table])
        return tuple(Measure(name, "evaluations", (("district", name),)) for name in districts)
    measures = {
        "districts": MEASURES_1,
        "city_departments": MEASURES_1[:-1],
        "towns_and_villages": MEASURES_4,
    }
    return measures.get(table, MEASURES_5)


def _make_input(
    allowed: Content | None, text: str, family: str, *, headline_optional: bool = False
) -> MutatedInput:
    return MutatedInput(
        family, {"bulletin.txt": text.encode("utf-8")}, (allowed,) if allowed else (), headline_optional
    )


def change_figure(random: Random) -> MutatedInput:
    """Another text in one cell: read as printed, or refused."""
    i, table, name, cells = random.choice(_one_line_rows())
    at = random.randrange(len(cells))
    measure = _measures(table)[at]
    text = random.choice(
        (
            str(random.randrange(10**6)),
            f"{random.randrange(1000) / 10}%",
            "/",
            "归市",
            "12a",
            "1,2",
            "-3",
            "0",
        )
    )
    lines = real_text().split("\n")
    lines[i] = " ".join([lines[i].split()[0], name, *cells[:at], text, *cells[at + 1 :]])
    return _make_input(_content_with_cell(table, name, measure, text), "\n".join(lines), "figure changed")


def _content_with_cell(table: str, name: str, measure: Measure, text: str) -> Content | None:
    """Return the content with another text in one cell; None if nobody can read that text."""
    try:
        value = read_by_eye(text, measure)
    except UnreadableCell:
        return None
    content = copy.deepcopy(_real_content())
    spec = kit_reference().declaration.annexes[table]
    key = {spec.row_key: name, **dict(measure.key)}
    record: dict[str, Any] = next(r for r in content[table] if key.items() <= r.items())
    record[measure.field] = value
    if measure.is_rate:
        record[f"{measure.field}_printed"] = text
    place = (table, name, measure.member, measure.field)
    content["unreported"] = [gap for gap in content["unreported"] if gap[:4] != place]
    if value is None:
        content["unreported"] = sorted([*content["unreported"], (*place, text)])
    return content


def mutate_whitespace(random: Random) -> MutatedInput:
    """Blanks and line breaks inserted or removed: the same figures or a refusal."""
    text = real_text()
    for _ in range(random.choice((1, 1, 2, 4))):
        at = random.randrange(len(text))
        lost = text[at].isspace() and random.random() < 0.7
        replacement = random.choice(("", " ", "\n", "\f")) if lost else random.choice((" ", "\n", "\u3000"))
        text = text[:at] + replacement + text[at + lost :]
    return _make_input(_real_content(), text, "blanks and line breaks", headline_optional=True)


def mutate_lines(random: Random) -> MutatedInput:
    """A row lost or doubled: refused. Lines exchanged or joined: the same figures or a refusal."""
    lines = real_text().split("\n")
    kind = random.choice(("row lost", "row doubled", "exchanged", "joined"))
    i, table, _, _ = random.choice(_one_line_rows())
    filled_lines = [n for n, line in enumerate(lines) if line.strip()]
    k = random.randrange(len(filled_lines) - 1)
    if kind == "row lost":
        last = not any(row[0] > i and row[1] == table for row in _one_line_rows())
        if last:  # the rows of an annex need not all stand on one line; only inner ones are sure to be missed
            i = next(row[0] for row in _one_line_rows() if row[1] == table)
        del lines[i]
        return _make_input(None, "\n".join(lines), kind)
    if kind == "row doubled":
        lines.insert(i, lines[i])
        return _make_input(None, "\n".join(lines), kind)
    a, b = filled_lines[k], filled_lines[k + 1]
    names = not any(
        re.search(r"[0-9：]|序号|通报", line) for line in (lines[a], lines[b])
    )  # two halves of a name
    if kind == "exchanged" and not names:
        lines[a], lines[b] = lines[b], lines[a]
    else:
        lines[a : b + 1] = [lines[a] + random.choice(("", " ")) + lines[b]]
    return _make_input(_real_content(), "\n".join(lines), f"lines {kind}", headline_optional=True)

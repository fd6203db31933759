"""Structured mutations of the real bulletin of 2022 Q4. What it says is known from the tidy tables that are kept."""

from __future__ import annotations

import copy
import re
from functools import cache
from random import Random
from typing import Any

from haochaping.core.model import TABLES
from haochaping.core.paths import project_root
from haochaping.core.quarter import Quarter
from haochaping_dev.fuzz.bulletin_layout import Unreadable, by_eye
from haochaping_dev.fuzz.invented_city import MEASURES_1, MEASURES_4, MEASURES_5, QUARTER, Measure
from haochaping_dev.fuzz.model_content import plain
from haochaping_dev.fuzz.mutate_text import Content, MutatedInput

_ROW = re.compile(r"([0-9]+) (\S+)((?: \S+)+)")


@cache
def real_text() -> str:
    """The text as published."""
    return (project_root() / "data" / "raw" / QUARTER / "bulletin.txt").read_text(encoding="utf-8")


@cache
def _real_content() -> Content:
    from haochaping.store.tidy_tables import read_tidy

    return plain(read_tidy(project_root() / "data" / "tidy" / QUARTER, Quarter.parse(QUARTER)))


@cache
def _rows() -> list[tuple[int, str, str, list[str]]]:
    """Rows that stand on one line: number of the line, table, name, cells."""
    rows = []
    table = ""
    by_number = {spec.annex: name for name, spec in TABLES.items()}
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


def _said(changed: Content | None, text: str, family: str, *, loosely: bool = False) -> MutatedInput:
    return MutatedInput(
        family, {"bulletin.txt": text.encode("utf-8")}, (changed,) if changed else (), loosely
    )


def figure_changed(random: Random) -> MutatedInput:
    """Another text in one cell: what stands there, or a refusal."""
    i, table, name, cells = random.choice(_rows())
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
    return _said(_with_cell(table, name, measure, text), "\n".join(lines), "figure changed")


def _with_cell(table: str, name: str, measure: Measure, text: str) -> Content | None:
    """What the bulletin says with another text in one cell; None where it cannot be read."""
    try:
        value = by_eye(text, measure)
    except Unreadable:
        return None
    content = copy.deepcopy(_real_content())
    first = TABLES[table].key[0]
    key = {first: name, **dict(measure.key)}
    record: dict[str, Any] = next(r for r in content[table] if key.items() <= r.items())
    record[measure.field] = value
    if measure.is_rate:
        record[f"{measure.field}_printed"] = text
    place = (table, tuple(key.items()), measure.field)
    content["unreported"] = [gap for gap in content["unreported"] if gap[:3] != place]
    if value is None:
        content["unreported"] = sorted([*content["unreported"], (*place, text)])
    return content


def blanks_mutated(random: Random) -> MutatedInput:
    """Blanks and line breaks put in or taken out: the same figures or a refusal."""
    text = real_text()
    for _ in range(random.choice((1, 1, 2, 4))):
        at = random.randrange(len(text))
        lost = text[at].isspace() and random.random() < 0.7
        put = random.choice(("", " ", "\n", "\f")) if lost else random.choice((" ", "\n", "\u3000"))
        text = text[:at] + put + text[at + lost :]
    return _said(_real_content(), text, "blanks and line breaks", loosely=True)


def lines_mutated(random: Random) -> MutatedInput:
    """A row lost or doubled: refused. Lines exchanged or joined: the same figures or a refusal."""
    lines = real_text().split("\n")
    kind = random.choice(("row lost", "row doubled", "exchanged", "joined"))
    i, table, _, _ = random.choice(_rows())
    filled = [n for n, line in enumerate(lines) if line.strip()]
    k = random.randrange(len(filled) - 1)
    if kind == "row lost":
        last = not any(row[0] > i and row[1] == table for row in _rows())
        if last:  # the rows of an annex need not all stand on one line; only inner ones are sure to be missed
            i = next(row[0] for row in _rows() if row[1] == table)
        del lines[i]
        return _said(None, "\n".join(lines), kind)
    if kind == "row doubled":
        lines.insert(i, lines[i])
        return _said(None, "\n".join(lines), kind)
    a, b = filled[k], filled[k + 1]
    names = not any(
        re.search(r"[0-9：]|序号|通报", line) for line in (lines[a], lines[b])
    )  # two halves of a name
    if kind == "exchanged" and not names:
        lines[a], lines[b] = lines[b], lines[a]
    else:
        lines[a : b + 1] = [lines[a] + random.choice(("", " ")) + lines[b]]
    return _said(_real_content(), "\n".join(lines), f"lines {kind}", loosely=True)

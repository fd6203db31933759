"""A quarter whose data are hostile wherever data can come in, in two roots: as an office keeps it, and as tidy tables.

What is hostile in a page sets ``window.owned``; what is hostile in a sheet begins like a formula; what is hostile on a
terminal is an escape sequence. Names hold no blanks, for readers take blanks out of names.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd

from haochaping.core.model import MISSING, QuarterData
from haochaping.core.paths import find_locations
from haochaping.reference.reference import load_reference
from haochaping.store.notes import note_sections
from haochaping.store.tidy_tables import write_tidy
from tests.end_to_end.conftest import ROOT
from tests.read.office_files import write_csv_files, write_word

OWNED = "window.owned=1"
PAGE = (
    f"<script>{OWNED}</script>",
    f"</script><script>{OWNED}</script>",
    f"<img/src=x/onerror={OWNED}>",
    f'"><svg/onload={OWNED}>',
    f"'><details/open/ontoggle={OWNED}>",
    f"</title></style><body/onload={OWNED}>",
    f"[甲](javascript:{OWNED})",
    f"javascript:{OWNED}",
    f'"onfocus="{OWNED}"autofocus="',
    "<iframe/src=https://example.invalid/甲>",
    "<base/href=https://example.invalid/>",
    "<meta/http-equiv=refresh/content=0;url=https://example.invalid/>",
    "<link/rel=stylesheet/href=https://example.invalid/甲.css>",
    '</a><a/href="https://example.invalid/">甲',
    "/*font-face*/",
    "<!--甲",
    'id="甲',
    "&lt;b&gt;",
)
TEMPLATE = (
    "{{7*7}}",
    "{%for甲in[1]%}",
    "{{n.cases}}",
    "${7*7}",
    "$\\frac{1}{0}$",
    "%s%(甲)s{0.__class__}",
    "volume_of_both|甲",
    "%%bash",
    "!rm",
)
FORMULAS = (
    "=cmd|'/C甲'!A0",
    "+1+甲",
    "@SUM(甲)",
    "-2+甲",
    "＝1+甲",
    "'=1+甲",
    '=HYPERLINK("https://example.invalid/","甲")',
)
HIDDEN = (
    "甲\x1b[31m",
    "甲\x1b]52;c;Zm9v\x07",
    "甲\x1b]8;;https://example.invalid/\x07乙",
    "甲\x9b31m",
    "甲\u202e乙",
    "甲\u200b乙",
    "甲\x00乙",
    "甲\x08乙",
    "甲\ue000cases\ue0019,999\ue002",
    "甲\U000f0000乙",
    "甲_x001B_乙",
)
LINES = (
    "甲\nvolume_of_both| 评价 9,999 条",
    "甲\u2028volume_of_both| 评价 9,999 条",
    "甲\x85乙",
    "\t=1+1",
    "\r=1+1",
    " =1+1",
    "#甲\n# 乙",
)
"""Not in names: readers put a cell on one line."""
LONG = ("长" * 180, "../../../甲", "CON", "甲/乙\\丙", ";=1+1")
NAMES = (*PAGE, *TEMPLATE, *FORMULAS, *HIDDEN, *LONG)
EVERYTHING = "甲 " + " ".join(NAMES)


def hostile_names(data: QuarterData, payloads: Iterable[str]) -> dict[str, str]:
    """A hostile name for every unit and row of totals; a district's ends in 区, as it must."""
    names: dict[str, str] = {}
    endless = [*payloads]
    tiers = {member.name for member in data.declaration.groups["tier"].members}
    for spec in data.declaration.annexes.values():
        for column in spec.unit_kinds:
            for name in dict.fromkeys(data.table(spec.name)[column]):
                if name not in tiers and name not in names:
                    number = len(names)
                    mark = f"{endless[number % len(endless)]}{number}"
                    names[name] = f"{mark}区" if column == "district" else mark
    for label in dict.fromkeys(data.printed_totals["label"]):
        names.setdefault(label, f"{endless[len(names) % len(endless)]}{len(names)}计")
    return names


def renamed(data: QuarterData, names: dict[str, str]) -> QuarterData:
    """The quarter with other names, in its tables and wherever they are a key."""
    changed = {}
    for name, content in data.frames():
        content = content.copy()
        for column in content.columns.intersection(["row", "member"]):
            content[column] = pd.array([names.get(text, text) for text in content[column]], dtype="str")
        changed[name] = content
    cells = changed["cells"]
    cells["column"] = pd.array([names.get(text, text) for text in cells["column"]], dtype="str")
    return replace(data, **changed)


def with_texts(data: QuarterData, make: Callable[[str], str]) -> QuarterData:
    """The quarter with `make` of every text that stands beside its tables and decides nothing."""
    columns = {
        "annexes": ("title", "note"),
        "headline": ("sentence",),
        "inputs": ("file",),
        "second": ("printed", "file"),
        "notes": ("text",),
        "corrections": ("basis", "by"),
    }
    changed: dict[str, pd.DataFrame] = {}
    for name, texts in columns.items():
        content = getattr(data, name).copy()
        for column in texts:
            content[column] = pd.array([make(text) for text in content[column]], dtype="str")
        changed[name] = content
    about = data.about.copy()
    told = {"title", "issuer", "addressees", "text", "planned_work", "document_number", "annex_list"}
    about["value"] = pd.array(
        [make(v) if f in told else v for f, v in zip(about["field"], about["value"], strict=True)],
        dtype="str",
    )
    cells = data.cells.copy()
    has_no_number = cells["status"] == MISSING
    for column, where in (
        ("printed", has_no_number),
        ("reason", has_no_number),
        ("place", cells["place"] != ""),
    ):
        cells.loc[where, column] = cells.loc[where, column].map(make)
    return replace(data, **changed, about=about, cells=cells)


def write_reference(folder: Path, names: dict[str, str]) -> None:
    """Settings of another city: hostile names, words and rules."""
    shutil.copytree(ROOT / "data" / "reference", folder)
    with (folder / "units.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    # A list with NUL or a line break in a cell is refused; units of such names, and some others, are unknown.
    listed = {
        old: new
        for number, (old, new) in enumerate(names.items())
        if number % 5 != 4 and not {*"\0\r\n"} & {*new}
    }
    head, *rows = rows
    rows = [[row[0], listed.get(row[1], row[1]), *row[2:5], "", *row[6:]] for row in rows]
    with (folder / "units.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    totals = [["total", names[label], ""] for label in ("汇总", "总数") if "\0" not in names[label]]
    with (folder / "words.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([*totals, ["no_value", "<b>无", PAGE[0] + HIDDEN[0]]])
    city = (folder / "city.toml").read_text(encoding="utf-8")
    for field in ("name", "office"):
        line = next(line for line in city.splitlines() if line.startswith(f"{field} = "))
        city = city.replace(line, f"{field} = {_toml(EVERYTHING + '市')}")
    (folder / "city.toml").write_text(city + "\n[bulletin]\nname_units = true\n", encoding="utf-8")
    rules = (folder / "rules.toml").read_text(encoding="utf-8")
    broken = {
        "sandbox": "{{ ().__class__.__mro__[1].__subclasses__() }}",
        "shown": "{{ place }}" + _toml(PAGE[0] + HIDDEN[0])[1:-1],
    }
    for name, message in broken.items():
        rules += _rule(name, message)
    (folder / "rules.toml").write_text(rules, encoding="utf-8")


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _rule(name: str, message: str) -> str:
    words = _toml(PAGE[2] + HIDDEN[4])
    return (
        f'\n[[rule]]\nid = "{name}"\nkind = "unit_unknown"\nseverity = "verify"\ntitle = {words}\n'
        f'message = "{message}"\nconsider = {words}\n'
    )


def tidy_root(data: QuarterData, folder: Path) -> Path:
    """Everything at once, as tidy tables: they hold what no reader would let in."""
    names = hostile_names(data, NAMES)
    hostile = with_texts(renamed(data, names), lambda text: EVERYTHING + "\n".join(LINES))
    write_tidy(hostile, folder / "tidy" / str(data.quarter))
    write_reference(folder / "reference", names)
    return folder


def office_root(data: QuarterData, folder: Path) -> Path:
    """What an office keeps: annexes as CSV, a bulletin in Word, notes; every name of a file is hostile too."""
    names = hostile_names(data, [name for name in NAMES if "\0" not in name])
    raw = folder / "raw" / str(data.quarter)
    raw.mkdir(parents=True)
    hostile = renamed(data, names)
    write_csv_files(hostile, raw)
    for number, path in enumerate(sorted(raw.iterdir())):
        path.rename(raw / f"{FILE_NAMES[number % len(FILE_NAMES)]}{path.name}")
    printed = renamed(data, {old: legal(new) for old, new in names.items()})
    bulletin = with_texts(printed, lambda text: f"{text} {legal(EVERYTHING)}" if text else "")
    bulletin = replace(bulletin, cells=printed.cells)
    write_word(bulletin, raw / f"{FILE_NAMES[0]}.docx")
    write_reference(folder / "reference", names)
    declaration = load_reference(find_locations().reference).declaration
    (raw / "notes.md").write_text(
        "\n".join(f"## {section}\n\n{MARKDOWN}\n" for section in note_sections(declaration)), encoding="utf-8"
    )
    return folder


FILE_NAMES = (
    f"<img src=x onerror={OWNED}>",
    "=1+1",
    "甲\x1b[31m\u202e",
    f'"onmouseover={OWNED} ',
    "甲&乙'",
)
MARKDOWN = "\n\n".join(
    [
        *(name for name in NAMES if "\0" not in name and not name.startswith("<!--")),
        f"![图](x)[链接](javascript:{OWNED}) <javascript:{OWNED}> **{PAGE[2]}**",
        f"- {PAGE[0]}\n- [x]: javascript:{OWNED}",
        f"### {PAGE[3]}",
        *(f"甲 {line}" for line in LINES if "\n" not in line),
    ]
)


def legal(text: str) -> str:
    """A text without what XML cannot hold."""
    return "".join(filter(in_xml, text))


def in_xml(char: str) -> bool:
    """Whether XML can hold a character."""
    return char in "\t\n\r" or ord(char) >= 32


def fill_in(source: Path, target: Path, texts: Iterable[str]) -> None:
    """A review workbook or sheet filled in with hostile explanations, values, names and dates."""
    workbook = openpyxl.load_workbook(source)
    endless = [text for text in texts if all(map(in_xml, text))]
    number = 0
    for sheet in workbook:
        top = next((row for row in sheet if any(cell.value == "编号" for cell in row)), None)
        if top is None:
            continue
        at = {cell.value: cell.column for cell in top}
        for row in range(top[0].row + 1, sheet.max_row + 1):
            if not sheet.cell(row, at["编号"]).value:
                continue
            for heading in ("说明或依据", "经办人"):
                cell = sheet.cell(row, at[heading])
                cell.value = f"{endless[number % len(endless)]}{number}"
                cell.data_type = "s"
                number += 1
            sheet.cell(row, at["日期"]).value = "2023-01-12"
            if number % 3 == 0:  # a value that is no value is refused, and the refusal is shown
                cell = sheet.cell(row, at["核实值"])
                cell.value, cell.data_type = endless[number % len(endless)], "s"
    target.parent.mkdir(exist_ok=True)
    workbook.save(target)

"""Data are never code: hostile data in a whole quarter, and what became of them in all that is written and said."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import openpyxl
import pytest
from openpyxl.formula import Tokenizer

from haochaping.core.model import QuarterData
from haochaping.present.sentences import TEMPLATES
from tests.end_to_end.conftest import ROOT
from tests.end_to_end.hostile import (
    FILE_NAMES,
    FORMULAS,
    HIDDEN,
    NAMES,
    PAGE,
    TEMPLATE,
    fill_in,
    office_root,
    tidy_root,
)
from tests.shared import run_here

pytestmark = pytest.mark.slow

ODD = "-资 料 '甲\" $(touch x) `乙` %20&#;"
"""A folder's name that is legal and nothing else."""
UNSEEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
OUR_FUNCTIONS = {
    *("SUM", "SUMPRODUCT", "COUNT", "COUNTIF", "COUNTBLANK", "MIN", "ROUND", "LEN", "TEXT"),
    *("IF", "OR", "AND", "NOT", "ISNUMBER", "IFERROR", "YEAR", "MONTH", "DAY"),
}
RUNS = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
"""What a spreadsheet might run, written here once more."""


@dataclass
class Built:
    """A hostile quarter with what the commands said."""

    data: Path
    output: Path
    said: list[tuple[str, str]] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.output / "2022Q4"

    def run(
        self, command: str, *arguments: str, code: tuple[int, ...] = (0,), flags: tuple[str, ...] = ()
    ) -> str:
        """Run a command, those that say most as a person would; keeps what it said."""
        options = ["--data", str(self.data), "--output", str(self.output), "--as-of", "2023-02-01"]
        line = [command, *options, *flags, *(["--", *arguments] if arguments else [])]
        if command in ("quarter", "check"):
            process = [sys.executable, "-m", "haochaping", *line]
            done = subprocess.run(process, cwd=ROOT, capture_output=True, timeout=300, check=False)
            # no line end may be made of another on the way
            returncode, stdout, stderr = (
                done.returncode,
                done.stdout.decode("utf-8"),
                done.stderr.decode("utf-8"),
            )
        else:
            here = run_here(*line)
            returncode, stdout, stderr = here.returncode, here.stdout, here.stderr
        assert returncode in code, stderr
        self.said.append((f"{command} {' '.join(arguments)}", stdout + stderr))
        return stdout


@pytest.fixture(scope="module")
def tidy(real: QuarterData, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A hostile back series and hostile settings."""
    root = tmp_path_factory.mktemp("tidy")
    built = Built(tidy_root(real, root / "data"), root / "output")
    built.run("quarter", "2022Q4")
    return built


@pytest.fixture(scope="module")
def office(real: QuarterData, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The whole round of an office: built, answered, sheets returned, built again, edited, the next quarter begun."""
    root = tmp_path_factory.mktemp("office") / ODD
    built = Built(office_root(real, root / "data"), root / "output")
    raw = built.data / "raw" / "2022Q4"
    built.run("quarter", "2022Q4")
    fill_in(built.folder / "review.xlsx", raw / "review.xlsx", NAMES)
    for number, sheet in enumerate(sorted((built.folder / "sheets").iterdir())):
        name = FILE_NAMES[number] if number < len(FILE_NAMES) else str(number)
        fill_in(sheet, raw / "returned" / f"{name}.xlsx", [*FORMULAS, *PAGE])
    built.run("collect", "2022Q4", code=(0, 1))
    built.run("quarter", "2022Q4")
    for number, name in enumerate(FILE_NAMES):
        (built.folder / f"{name}{number}.txt").write_text("x", encoding="utf-8")
    (built.output / "甲\x1b[31m").mkdir()
    built.run("index")
    return built


@pytest.fixture(scope="module", params=["tidy", "office"])
def built(request: pytest.FixtureRequest) -> Built:
    """Both quarters in turn."""
    return request.getfixturevalue(request.param)


# --- pages -------------------------------------------------------------------------------------------------


@pytest.fixture(params=["as written", "without its policy"])
def watched(request: pytest.FixtureRequest, browser: Any) -> Iterator[Any]:
    """Opens a page in Chromium and hands it over; whatever it tries to do beside being read is trouble."""
    context = browser.new_context()
    trouble: list[str] = []

    def opened(path: Path) -> Any:
        page = context.new_page()
        page.on("dialog", lambda dialog: (trouble.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda message: trouble.append(message.text))
        page.on("popup", lambda popup: trouble.append(popup.url))
        page.on(
            "request",
            lambda asked: (
                trouble.append(asked.url)
                if not asked.url.startswith("data:") and asked.url != path.as_uri()
                else None
            ),
        )
        if request.param == "as written":
            page.goto(path.as_uri())
        else:
            html = path.read_text(encoding="utf-8")
            bare = re.sub(r"<meta[^>]*Content-Security-Policy[^>]*>", "", html)
            assert bare != html or path.name == "index.html"
            page.set_content(bare)
        return page

    yield opened
    assert trouble == []
    context.close()


USE_EVERYTHING = """() => {
    for (const fold of document.querySelectorAll("details")) { fold.open = true; }
    for (const element of document.querySelectorAll("*")) {
        for (const kind of ["focus", "mouseover", "mouseenter", "toggle", "load", "error", "pointerover"]) {
            element.dispatchEvent(new Event(kind, {bubbles: true}));
        }
        if (element.focus) { element.focus(); }
    }
}"""
FOUND = """() => ({
    owned: window.owned ?? null,
    elements: [...new Set([...document.querySelectorAll("*")].map((e) => e.localName))],
    scripts: document.scripts.length,
    handlers: [...document.querySelectorAll("*")].flatMap((e) => e.getAttributeNames()).filter((n) => n.startsWith("on")),
    links: [...document.querySelectorAll("[href], [*|href]")].map((e) => e.getAttribute("href") ?? e.getAttribute("xlink:href")),
    bases: document.querySelectorAll("base, link, meta[http-equiv=refresh]").length,
    text: document.documentElement.textContent,
    numbers: [...document.querySelectorAll("a.figure")].map((e) => e.textContent),
    attributes: [...document.querySelectorAll("*")].flatMap((e) => e.getAttributeNames().map((n) => e.getAttribute(n))).join(" "),
})"""


def test_nothing_in_the_page_runs(built: Built, watched: Any) -> None:
    page = watched(built.folder / "briefing.html")
    page.evaluate(USE_EVERYTHING)
    page.wait_for_timeout(300)
    found = page.evaluate(FOUND)
    assert found["owned"] is None and found["scripts"] == 1 and found["handlers"] == []
    assert found["bases"] == 0 and all(link.startswith(("#", "data:image/png;")) for link in found["links"])
    assert not {"img", "iframe", "object", "embed", "form", "input", "audio", "video"} & {*found["elements"]}
    assert "9,999" not in found["numbers"]
    for name in (*PAGE, *TEMPLATE, *FORMULAS):
        assert name in found["text"], name
    for text in (found["text"], found["attributes"]):
        assert unseen(text) == set()
    assert "\\u{202E}" in found["text"] and "\\u{E000}" in found["text"]


def test_nothing_in_the_index_runs(office: Built, watched: Any) -> None:
    page = watched(office.output / "index.html")
    page.evaluate(USE_EVERYTHING)
    page.wait_for_timeout(300)
    found = page.evaluate(FOUND)
    assert found["owned"] is None and found["scripts"] == 0 and found["handlers"] == []
    assert all(link.startswith(("#", "2022Q4/")) for link in found["links"])
    assert unseen(found["text"]) == set()
    for name in FILE_NAMES[:2]:
        assert name in found["text"]


def unseen(text: str) -> set[str]:
    """Characters that nobody sees, but for line breaks."""
    return {char for char in text if char not in "\n" and unicodedata.category(char) in UNSEEN}


# --- papers ------------------------------------------------------------------------------------------------


def test_no_field_of_a_csv_is_a_formula(built: Built) -> None:
    paths = [*built.folder.rglob("*.csv"), *(built.data / "tidy").rglob("*.csv")]
    assert len(paths) > 10
    guarded = 0
    for path in paths:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.reader(file):
                for cell in row:
                    assert not RUNS.match(cell) or is_number(cell), (path.name, cell[:80])
                    guarded += cell.startswith("'=")
    assert guarded, "the payloads were there"


def is_number(text: str) -> bool:
    return bool(re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", text))


def test_no_cell_of_a_workbook_is_a_formula_or_leads_outside(built: Built) -> None:
    paths = [*built.folder.rglob("*.xlsx")]
    assert len(paths) > 5
    texts: set[str] = set()
    for path in paths:
        workbook = openpyxl.load_workbook(path)
        for sheet in workbook:
            for cell in (cell for row in sheet for cell in row):
                assert cell.data_type != "f", (path.name, sheet.title, cell.coordinate)
                assert cell.comment is None
                link = cell.hyperlink
                assert link is None or (link.target is None and link.location), (path.name, cell.coordinate)
                texts |= {cell.value} if cell.data_type == "s" else set()
        with zipfile.ZipFile(path) as archive:
            relations = [archive.read(name).decode() for name in archive.namelist() if name.endswith(".rels")]
        assert not any("External" in one for one in relations), path.name
    assert any(text.startswith("=cmd|") for text in texts), "the payloads were there"


def test_the_bulletin_has_no_field_link_or_relation_from_data(built: Built) -> None:
    [path] = built.folder.glob("bulletin*.docx")
    with zipfile.ZipFile(path) as archive:
        parts = {
            name: archive.read(name).decode()
            for name in archive.namelist()
            if name.endswith((".xml", ".rels"))
        }
    whole = "".join(parts.values())
    assert {*re.findall(r"<w:instrText[^>]*>([^<]*)<", whole)} <= {"PAGE"}
    assert not re.search(r"<w:(hyperlink|fldSimple|object|altChunk|subDoc)\b|TargetMode", whole)
    assert "&lt;script&gt;" in parts["word/document.xml"], "the payloads were there"
    assert unseen(parts["word/document.xml"] + parts["docProps/core.xml"]) == set()


def test_the_notebook_that_ran_is_the_one_that_is_committed(built: Built) -> None:
    """Text from data never becomes the source of a cell, whatever magic it looks like."""
    committed = nbformat.read(ROOT / "notebooks" / "briefing.ipynb", as_version=4).cells
    ran = nbformat.read(built.folder / "briefing.ipynb", as_version=4).cells
    sources = [cell.source for cell in ran if "injected-parameters" not in cell.metadata.get("tags", [])]
    assert sources == [cell.source for cell in committed]
    [injected] = [cell.source for cell in ran if "injected-parameters" in cell.metadata.get("tags", [])]
    assert injected == '# Parameters\nQUARTER = "2022Q4"\nPREPARED = ".prepared"\n'


def test_a_sentence_is_never_chosen_by_data(built: Built) -> None:
    with (built.folder / "sentences.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    rules = set(re.findall(r"^([a-z_]+)\|", all_templates(), re.MULTILINE))
    assert {row["规则"] for row in rows} <= rules | {"分析人员"}
    chosen = [row for row in rows if row["规则"] == "volume_of_both"]
    assert len(chosen) == 1 and "9,999" not in chosen[0]["数字"]
    assert not any("9,999" in row["数字"] for row in rows)


def all_templates() -> str:
    texts = [path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.j2")]
    assert texts
    return "\n".join(texts)


# --- terminal and other programs -----------------------------------------------------------------------------


def test_what_is_said_holds_no_escape_sequence(built: Built, tmp_path: Path) -> None:
    built.run("check", "2022Q4")
    built.run("tidy", "2022Q4", code=(0,) if (built.data / "raw").is_dir() else (2,))
    edited = tmp_path / "甲\x1b[31m\u202e.docx"
    edit_bulletin(next(built.folder.glob("bulletin*.docx")), edited)
    built.run("proof", "2022Q4", str(edited), code=(1,))
    built.run("proof", "2022Q4", str(tmp_path / "没有\x1b[31m.docx"), code=(2,))
    built.run("quarter", "2022Q4\x1b[31m\u202e", code=(2,))
    built.run("new", "2023Q1")
    assert {command.split()[0] for command, _ in built.said} >= {"quarter", "check", "tidy", "proof", "new"}
    for command, said in built.said:
        assert unseen(said) == set(), command
    assert any("\\u{001B}" in said for _, said in built.said), "the payloads were there"


def edit_bulletin(source: Path, target: Path) -> None:
    """An edited bulletin: hostile words in its text, numbers beside them, a number forged as the kit marks its own."""
    import docx

    document = docx.Document(str(source))
    texts = [text for text in (*PAGE, *TEMPLATE, *FORMULAS, *HIDDEN) if all(ord(char) >= 32 for char in text)]
    for text in texts:
        document.add_paragraph(f"{text}评价 9999 条，评价率 12.34%。")
    document.save(str(target))


def test_json_stays_json(built: Built) -> None:
    printed = built.run("check", "2022Q4", flags=("--json",))
    findings = json.loads(printed)
    assert unseen(printed) == set()
    assert findings == json.loads(json.dumps(findings))
    assert any("=cmd|" in json.dumps(one, ensure_ascii=False) for one in findings), "the payloads were there"
    names = {name for one in findings for cell in one["cells"] for name in cell["key"].values()}
    assert any("\x1b" in name for name in names), "what is escaped reads back as it was"
    for path in built.folder.rglob("*.json"):
        json.loads(path.read_text(encoding="utf-8"))


def test_the_next_quarters_form_holds_data_only_as_text(tidy: Built, office: Built) -> None:
    """The form has formulas of its own; text from data stands in them between quotes or not at all."""
    for built in (tidy, office):
        form = built.data / "raw" / "2023Q1"
        shutil.rmtree(form, ignore_errors=True)
        built.run("new", "2023Q1")
        functions = set()
        for sheet in openpyxl.load_workbook(form / "annexes.xlsx"):
            for cell in (cell for row in sheet for cell in row if cell.data_type == "f"):
                for token in Tokenizer(str(cell.value)).items:
                    if token.type == token.FUNC and token.subtype == token.OPEN:
                        functions.add(token.value)
                    assert not (token.type == token.OPERAND and token.subtype == token.ERROR), cell.value
                    assert "owned" not in token.value or token.subtype == token.TEXT
        assert {name.rstrip("(") for name in functions} <= OUR_FUNCTIONS

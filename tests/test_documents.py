"""What the documents point at is there."""

import re
import tomllib
from pathlib import Path

import pytest

from haochaping.core.declaration import MEASURE_KINDS
from haochaping.reference.declaration_keys import SECTIONS
from haochaping.reference.read_declaration import read_declaration
from tests.conftest import ROOT

DOCUMENTS = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").glob("*.md"))]
ROOTS = [
    "",
    "src",
    "src/haochaping",
    "src/haochaping_dev",
    "tests",
    "docs",
    "data/reference",
    "src/haochaping/present/sentence_templates",
]
"""Folders from which a document may name a file: paths are written as short as a reader can follow."""
MADE = re.compile(r"(output|data/raw|data/tidy|sheets|data|试点|试点输出)/|\{|<|\*|…|~|\.\.")


def named_paths(document: Path) -> list[str]:
    """Paths with a folder in backticks; not those that a run or an office makes."""
    quoted = re.findall(r"`([\w./\u4e00-\u9fff*{}<>…~-]+)`", document.read_text(encoding="utf-8"))
    return [name for name in quoted if "/" in name and not MADE.match(name) and re.search(r"\.\w+$", name)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_a_document_names_is_there(document: Path) -> None:
    gone = [
        name for name in named_paths(document) if not any((ROOT / root / name).exists() for root in ROOTS)
    ]
    assert gone == []


def test_documents_name_files() -> None:
    assert sum(len(named_paths(document)) for document in DOCUMENTS) > 40


def test_the_list_of_rules_is_that_of_the_files() -> None:
    files = (ROOT / "src/haochaping/checks/general_rules.toml", ROOT / "data/reference/rules.toml")
    listed = re.findall(r"^\| `(\w+)` \| (?:须更正|需核实|提示) \|", _text("checks.md"), re.MULTILINE)
    assert listed == [rule["id"] for file in files for rule in tomllib.loads(file.read_text("utf-8"))["rule"]]


def test_every_key_of_a_declaration_is_explained() -> None:
    text = _text("declaration.md")
    names = {*MEASURE_KINDS, "serial", "notebook", *(key for keys in SECTIONS.values() for key in keys)}
    assert [name for name in sorted(names) if f"`{name}`" not in text] == []


def test_the_examples_of_a_declaration_can_be_read() -> None:
    blocks = re.findall(r"^```toml\n(.*?)^```", _text("declaration.md"), re.DOTALL | re.MULTILINE)
    examples = [block for block in blocks if "[[rule]]" not in block]
    assert len(read_declaration(Path("annexes.toml"), "".join(examples)).annexes) > 1


def _text(document: str) -> str:
    return (ROOT / "docs" / document).read_text(encoding="utf-8")

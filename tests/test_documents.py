"""What the documents point at is there."""

import re
from pathlib import Path

import pytest

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
MADE = re.compile(r"(output|data/raw|data/tidy|sheets|data)/|\{|<|\*|…|~|\.\.")


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

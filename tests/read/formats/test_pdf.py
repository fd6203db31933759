"""A PDF with ruled tables, made from a Word file as an office makes it."""

from pathlib import Path

import docx
import pytest

from haochaping.core.errors import InputRefused
from haochaping.core.model import QuarterData
from haochaping.read.raw_folder import read_raw
from haochaping.reference.reference import Reference
from tests.read.office_files import write_word

pytestmark = pytest.mark.slow


def ruled(data: QuarterData, path: Path, mark: str = "") -> Path:
    """The bulletin in Word with ruled tables; `mark` is raised beside a figure of annex 1."""
    write_word(data, path)
    document = docx.Document(str(path))
    for table in document.tables:
        table.style = "Table Grid"
    if mark:
        document.tables[0].cell(2, 2).paragraphs[0].add_run(mark).font.superscript = True
    document.save(str(path))
    return path


@pytest.fixture(scope="module")
def folder(real: QuarterData, tmp_path_factory, convert) -> Path:
    made = tmp_path_factory.mktemp("word")
    return convert([ruled(real, made / "plain.docx"), ruled(real, made / "marked.docx", "1")], "pdf")


def only(folder: Path, name: str, tmp_path: Path) -> Path:
    (tmp_path / name).write_bytes((folder / name).read_bytes())
    return tmp_path


def test_the_real_bulletin(real: QuarterData, reference: Reference, folder: Path, tmp_path: Path) -> None:
    found = read_raw(only(folder, "plain.pdf", tmp_path), real.quarter, reference)
    assert found == real


def test_a_raised_mark_is_no_digit(
    real: QuarterData, reference: Reference, folder: Path, tmp_path: Path
) -> None:
    figure = real.districts["cases"][1]
    with pytest.raises(InputRefused) as refusal:
        read_raw(only(folder, "marked.pdf", tmp_path), real.quarter, reference)
    for text in ("marked.pdf 表 1（第", "第 3 行", f"{figure}1", "脚注标记"):
        assert text in refusal.value.message, refusal.value.message

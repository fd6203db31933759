"""The reader as the tests of this folder use it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from haochaping.core.errors import InputRefused
from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.read.formats.text_file import read_bulletin
from haochaping.read.grid.read_grids import read_grids
from haochaping.read.text.lines import split_lines
from haochaping.read.text.text_tables import split_tables
from tests.read.printing import QUARTER
from tests.read.reading import FILE, Read


@pytest.fixture(scope="session")
def read(tmp_path_factory, reference) -> Read:
    """Reads text or bytes as the bulletin of 2022 Q4."""
    path = tmp_path_factory.mktemp("raw") / FILE
    quarter = Period.parse(QUARTER)

    def read_content(content: str | bytes) -> QuarterData:
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return read_bulletin(path, quarter, reference)

    return read_content


@pytest.fixture(scope="session")
def tables(reference):
    """Reads the tables of a text, without making cells of them."""

    def read_tables(text: str):
        grids = split_tables(split_lines(text, reference.no_value), reference, FILE)[1]
        found, problems, _ = read_grids(grids, reference)
        if problems:
            raise InputRefused(problems)
        return found

    return read_tables


@pytest.fixture(scope="session")
def convert(tmp_path_factory) -> Callable[[Sequence[Path], str], Path]:
    """Converts files with LibreOffice, as an office would save them; gives the folder they are in."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("LibreOffice is not installed")
    profile = tmp_path_factory.mktemp("profile").as_uri()

    def converted(paths: Sequence[Path], kind: str) -> Path:
        folder = tmp_path_factory.mktemp("converted")
        command = [program, f"-env:UserInstallation={profile}", "--headless", "--convert-to", kind]
        subprocess.run(
            [*command, "--outdir", str(folder), *map(str, paths)],
            check=True,
            capture_output=True,
            timeout=300,
        )
        assert len(list(folder.iterdir())) == len(paths)
        return folder

    return converted

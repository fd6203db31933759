"""Any digit that is flipped in what is stored is told."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from haochaping.commands.command_line import main
from haochaping.core.errors import InputRefused
from haochaping.core.paths import Locations
from haochaping.core.period import Period
from haochaping.outputs.published.file_names import MANIFEST
from haochaping.pipeline.run_quarter import publish_quarter
from haochaping.pipeline.verify_all import verify_all
from haochaping.store.tidy_tables import CHECKSUMS
from tests.pipeline.published_folders import root

QUARTER = Period(2022, 4)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data root and its published quarter, to be copied."""
    folder = tmp_path_factory.mktemp("verify_all")
    where = root(folder)
    shutil.copytree(Path(__file__).parents[2] / "data" / "raw", where.data / "raw")
    publish_quarter(where, QUARTER, lambda _: None)
    return folder


@pytest.fixture
def where(published: Path, tmp_path: Path) -> Locations:
    for name in ("data", "output"):
        shutil.copytree(published / name, tmp_path / name)
    return Locations(tmp_path / "data", tmp_path / "output")


def differences(where: Locations) -> tuple[str, ...]:
    return verify_all(where, lambda _: None).differences


def flip_a_digit(path: Path, at: int = 0) -> None:
    """Change the n-th digit of a file."""
    content = bytearray(path.read_bytes())
    places = [place for place, byte in enumerate(content) if chr(byte).isdigit()]
    place = places[at % len(places)]
    content[place] = ord("0") + (content[place] - ord("0") + 1) % 10
    path.write_bytes(bytes(content))


@pytest.mark.slow
def test_what_is_as_it_was_written_is_told_to_be(
    where: Locations, capsys: pytest.CaptureFixture[str]
) -> None:
    assert differences(where) == ()
    roots = ["--data", str(where.data), "--output", str(where.output)]
    assert main(["verify", "--all", *roots]) == 0
    assert "整理后的数据 1 期、已发布的简报 1 期，与校验值和现有资料全部相符" in capsys.readouterr().err
    assert main(["verify", *roots]) == 2 and main(["verify", "2022Q4", "--all", *roots]) == 2


@pytest.mark.slow
def test_a_digit_flipped_in_any_stored_file_is_told(where: Locations) -> None:
    tidy = [path for path in where.tidy(QUARTER).iterdir() if path.is_file() and path.name != CHECKSUMS]
    papers = [
        path for path in where.published(QUARTER).rglob("*") if path.suffix in (".csv", ".html", ".json")
    ]
    flipped = []
    for path in (*tidy, *papers):
        if re.search(rb"[0-9]", path.read_bytes()) and path.name != MANIFEST:
            flip_a_digit(path, at=len(flipped) * 7)
            flipped.append(path)
    told = differences(where)
    assert [path for path in flipped if not any(f"{path}：" in line for line in told)] == []
    assert len(flipped) > 15


@pytest.mark.slow
def test_a_digit_flipped_in_the_checksums_is_told(where: Locations) -> None:
    flip_a_digit(where.tidy(QUARTER) / CHECKSUMS, at=5)
    assert any("整理以后改动或删去了" in line for line in differences(where))


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: manifest | {"verdict": "可送审"},
        lambda manifest: manifest | {"matters": dict.fromkeys(manifest["matters"], 0)},
        lambda manifest: manifest | {"figures": manifest["figures"] | {next(iter(manifest["figures"])): "1"}},
        lambda manifest: manifest | {"inputs": {**manifest["inputs"], "data": {}}},
        lambda manifest: manifest | {"outputs": dict.fromkeys(manifest["outputs"], "0")},
        lambda manifest: {},
    ],
)
def test_a_manifest_that_was_changed_is_told(where: Locations, change: Callable[[dict], dict]) -> None:
    path = where.published(QUARTER) / MANIFEST
    path.write_text(json.dumps(change(json.loads(path.read_text("utf-8")))), encoding="utf-8")
    assert differences(where)


@pytest.mark.slow
def test_tables_that_are_not_what_the_source_gives_are_told_even_with_right_checksums(
    where: Locations,
) -> None:
    bulletin = next(path for path in where.raw(QUARTER).iterdir() if path.suffix == ".txt")
    text = bulletin.read_text("utf-8")
    bulletin.write_text(text.replace("9069695", "9069605"), encoding="utf-8")
    told = differences(where)
    assert any("cells.csv：与按现有资料" in line for line in told)
    assert any(f"本期资料 raw/2022Q4/{bulletin.name}：内容已变" in line for line in told)


def test_nothing_stored_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="还没有整理过或发布过任何一期"):
        verify_all(root(tmp_path), lambda _: None)

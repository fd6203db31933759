import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haochaping.core.errors import InputRefused
from haochaping.core.model import AS_PRINTED, MISSING, NUMBER, QuarterData, column_path, frame
from haochaping.core.paths import quarters_in
from haochaping.core.period import Period
from haochaping.reference.reference import Reference, load_reference
from haochaping.store.tidy_tables import changed_files, guard_formula, read_tidy, unguard_formula, write_tidy
from tests.shared import sign
from tests.store.changed_cells import with_cell

ROOT = Path(__file__).parents[2]
REFERENCE = load_reference(ROOT / "data" / "reference")
CASES = ("districts", "张店区", "cases")


def test_written_and_read_back_identically(real: QuarterData, reference: Reference, tmp_path: Path) -> None:
    assert write_tidy(real, tmp_path)
    back = read_tidy(tmp_path, real.quarter, reference)
    assert back == real
    for (name, ours), (_, theirs) in zip(real.frames(), back.frames(), strict=True):
        assert ours.equals(theirs), name


def test_the_committed_tidy_tables_are_those_of_the_bulletin(real: QuarterData, reference: Reference) -> None:
    assert read_tidy(ROOT / "data" / "tidy" / "2022Q4", real.quarter, reference) == real


def test_writing_again_changes_nothing(real: QuarterData, tmp_path: Path) -> None:
    write_tidy(real, tmp_path)
    assert not write_tidy(real, tmp_path)


def test_one_row_a_printed_cell_for_other_readers(real: QuarterData, tmp_path: Path) -> None:
    write_tidy(real, tmp_path)
    table = pd.read_csv(tmp_path / "cells.csv", keep_default_na=False)
    assert list(table) == [
        *("annex", "table", "group", "row", "column", "measure"),
        *("printed", "value", "status", "reason", "place"),
    ]
    assert len(table) == len(real.cells) + len(real.headline)
    first, text = table.iloc[0], table[table["annex"] == "text"].set_index("row")
    assert list(first)[:8] == ["districts", 1, "district", "张店区", "办件数", "cases", "1080786", "1080786"]
    assert text.loc["evaluation_rate", ["column", "printed", "value"]].to_list() == [
        "value",
        "99.9%以上",
        "0.999",
    ]


def test_the_file_of_each_annex_is_for_people(
    real: QuarterData, reference: Reference, tmp_path: Path
) -> None:
    write_tidy(real, tmp_path)
    for name in real.declaration.annexes:
        assert list(pd.read_csv(tmp_path / f"{name}.csv")) == list(real.table(name))
        (tmp_path / f"{name}.csv").unlink()
        with pytest.raises(InputRefused, match=f"整理以后改动或删去了 {name}.csv"):
            read_tidy(tmp_path, real.quarter, reference)
        assert write_tidy(real, tmp_path), "it is written again"
    assert read_tidy(tmp_path, real.quarter, reference) == real


@pytest.mark.parametrize("change", ["changed", "removed"])
def test_every_file_is_as_it_was_written(
    real: QuarterData, reference: Reference, tmp_path: Path, change: str
) -> None:
    write_tidy(real, tmp_path)
    for path in sorted(tmp_path.iterdir()):
        content = path.read_bytes()
        if change == "removed":
            path.unlink()
        else:
            path.write_bytes(content.replace(b"1", b"2", 1))
        with pytest.raises(InputRefused):
            read_tidy(tmp_path, real.quarter, reference)
        path.write_bytes(content)
    assert read_tidy(tmp_path, real.quarter, reference) == real


def test_files_of_earlier_versions_are_removed(real: QuarterData, tmp_path: Path) -> None:
    write_tidy(real, tmp_path)
    (tmp_path / "unreported.csv").write_text("table\n", encoding="utf-8")
    (tmp_path / "mine.csv").write_text("kept\n", encoding="utf-8")
    assert write_tidy(real, tmp_path)
    assert not (tmp_path / "unreported.csv").exists() and (tmp_path / "mine.csv").exists()


def test_tables_of_an_earlier_version_are_refused(
    real: QuarterData, reference: Reference, tmp_path: Path
) -> None:
    write_tidy(real, tmp_path)
    (tmp_path / "cells.csv").unlink()
    with pytest.raises(InputRefused, match="python -m haochaping tidy 2022Q4"):
        read_tidy(tmp_path, real.quarter, reference)


names = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)
awkward = st.sampled_from(
    [
        *("=1+1", "-", "'-", "''=", "@x", "+86", "NA", "null", "1e5", '"', "a,b", " x ", "nan"),
        *(" =1+1", "\t", "\r", "\n", "'\t=", "＝1+1", "－", "' +1", "\u3000=1+1", "\xa0=1+1"),
        *("/", "//", " / ", "a / b", "a /", "/ b", " // ", "评价数", "镇级/评价数", "合计", "村级"),
    ]
)
texts = names | awkward
counts = st.none() | st.integers(0, 10**12).map(float)
numbers = counts | st.floats(0, 1)


@st.composite
def printed_cells(draw: st.DrawFn) -> dict[str, Any]:
    """A cell of any annex, or of none, under headings that may or may not name its member."""
    declared = REFERENCE.declaration.annexes
    spec = declared.get(draw(st.sampled_from([*declared, ""])))
    measure = draw(st.sampled_from([*spec.measures_by_name.values(), None])) if spec else None
    members = spec.columns_by.members if spec and spec.columns_by else ()
    member = draw(st.sampled_from([m.name for m in members]) if members else texts) if spec else draw(texts)
    printed_path = column_path(spec, measure, member) if spec and measure else draw(texts)
    value = draw(counts if measure and measure.is_count else numbers)
    is_row_of_totals = bool(spec) and draw(st.booleans())
    row = draw(texts)
    return {
        "table": draw(st.integers(1, 9)),
        "annex": spec.name if spec else "",
        "group": spec.groups[0].name if spec and not is_row_of_totals else "",
        "row": row,
        "member": member,
        "is_total": is_row_of_totals or "合计" in ((member,) if spec else (row, member)),
        "column": draw(st.just(printed_path) | texts),
        "measure": measure.name if measure else "",
        "printed": draw(texts | st.just("")),
        "value": value,
        "status": draw(st.just(NUMBER if value is not None else MISSING) | st.just(AS_PRINTED)),
        "reason": draw(texts | st.just("")),
        "place": draw(texts),
    }


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.lists(printed_cells(), max_size=5))
def test_any_text_and_number_survives(tmp_path_factory: pytest.TempPathFactory, rows: list) -> None:
    folder = tmp_path_factory.mktemp("tidy")
    data = QuarterData(
        Period(2022, 4),
        REFERENCE.declaration,
        cells=frame("cells", rows),
        about=frame("about", [{"field": "quarter", "value": "2022Q4"}]),
    )
    write_tidy(data, folder)
    back = read_tidy(folder, data.quarter, REFERENCE)
    assert back == data and back.cells.equals(data.cells)


def test_no_cell_starts_like_a_formula(real: QuarterData, tmp_path: Path) -> None:
    evil = with_cell(real, CASES, reason="=cmd|' /C calc'!A0", printed="-", column="@x")
    write_tidy(evil, tmp_path)
    text = (tmp_path / "cells.csv").read_text(encoding="utf-8")
    assert not any(line.startswith(("=", "+", "-", "@")) for line in text.replace(",", "\n").splitlines())


@pytest.mark.slow
def test_a_changed_value_is_remembered(real: QuarterData, reference: Reference, tmp_path: Path) -> None:
    write_tidy(real, tmp_path)
    assert read_tidy(tmp_path, real.quarter, reference).revisions.empty
    changed = with_cell(real, CASES, printed="5", value=5.0)
    changed = replace(changed, cells=changed.cells[changed.cells["row"] != "淄川区"])
    write_tidy(changed, tmp_path)
    write_tidy(changed, tmp_path)
    changes = read_tidy(tmp_path, real.quarter, reference).revisions
    first = changes.iloc[0]
    assert (first["table"], first["column"], first["before"], first["after"]) == (
        "districts",
        "cases",
        "1080786",
        "5",
    )
    assert set(changes["row"]) == {"张店区", "淄川区"}
    assert read_tidy(tmp_path, real.quarter, reference).districts.loc[0, "cases"] == 5


def test_wrong_cells_are_all_named(real: QuarterData, reference: Reference, tmp_path: Path) -> None:
    write_tidy(real, tmp_path)
    path = tmp_path / "cells.csv"
    text = path.read_text(encoding="utf-8").replace("1080786,1080786", "1080786,many")
    path.write_text(text, encoding="utf-8")
    sign(tmp_path)
    with pytest.raises(InputRefused) as refusal:
        read_tidy(tmp_path, real.quarter, reference)
    assert len(refusal.value.problems) == 2
    assert "cells.csv 第 2 行 value" in str(refusal.value)


def test_wrong_columns_and_missing_folder_are_refused(
    real: QuarterData, reference: Reference, tmp_path: Path
) -> None:
    with pytest.raises(InputRefused):
        read_tidy(tmp_path / "none", real.quarter, reference)
    write_tidy(real, tmp_path)
    (tmp_path / "cells.csv").write_text("district,x\n", encoding="utf-8")
    sign(tmp_path)
    with pytest.raises(InputRefused, match="列应依次为"):
        read_tidy(tmp_path, real.quarter, reference)


def test_quarters_are_found_in_order_of_time(tmp_path: Path) -> None:
    for name in ("2023Q1", "2022Q4", "notes", "20Q9"):
        (tmp_path / name).mkdir()
    assert [str(q) for q in quarters_in(tmp_path)] == ["2022Q4", "2023Q1"]


@pytest.mark.parametrize(
    "text",
    [
        "=cmd|' /C calc'!A0",
        " =1",
        "\t1",
        "\r1",
        "\n1",
        "\u3000=1",
        "＝1",
        "＋1",
        "－1",
        "＠甲",
        "-2+3",
        "'=1",
    ],
)
def test_what_a_spreadsheet_may_run_is_guarded(text: str) -> None:
    assert guard_formula(text) == f"'{text}" and unguard_formula(guard_formula(text)) == text


@pytest.mark.parametrize("text", ["", "张店区", "'甲'", "1,234", "—", "（=）", " 甲"])
def test_other_text_is_left_alone(text: str) -> None:
    assert guard_formula(text) == text == unguard_formula(text)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "old", "new", "expected_message"),
    [
        ("cells.csv", "张店区".encode(), b"\xff\xfe", "CSV 文件（UTF-8）"),
        ("cells.csv", "张店区".encode(), b'"', "CSV 文件（UTF-8）"),
        ("cells.csv", b"1080786,1080786", b"1080786,7,1080786", "读到"),
        ("cells.csv", b"1080786,1080786", b"1080786,inf", "应为数或空白"),
        ("cells.csv", b"1080786,1080786", b"1080786," + b"9" * 30, "应为数或空白"),
        ("cells.csv", b"1080786,1080786", b"1080786,1e400", "应为数或空白"),
        ("cells.csv", b"1080786,1080786", b"1080786,1.5", "应为数或空白"),
        ("cells.csv", b"1080786,1080786", b"1080786,", "status"),
        ("cells.csv", b"1080786,number", b"1080786,missing", "status"),
        ("cells.csv", b"\ndistricts,1,", b"\ndistricts,1.5,", "应为数或空白"),
        ("cells.csv", b"\ndistricts,1,", b"\ndistricts,,", "应为整数"),
        ("cells.csv", b"\ndistricts,1,", b"\nhalls,1,", "应为 districts、"),
        ("cells.csv", b",cases,", b",letters,", "应为这个附件声明的列"),
        ("headline.csv", b"0.999", b"inf", "应为数或空白"),
    ],
)
def test_damaged_files_are_refused(
    real: QuarterData,
    reference: Reference,
    tmp_path: Path,
    name: str,
    old: bytes,
    new: bytes,
    expected_message: str,
) -> None:
    write_tidy(real, tmp_path)
    content = (tmp_path / name).read_bytes()
    assert old in content
    (tmp_path / name).write_bytes(content.replace(old, new, 1))
    with pytest.raises(InputRefused, match=f"整理以后改动或删去了 {name}"):
        read_tidy(tmp_path, real.quarter, reference)
    sign(tmp_path)
    with pytest.raises(InputRefused, match=expected_message):
        read_tidy(tmp_path, real.quarter, reference)


def test_a_long_text_is_read_back(real: QuarterData, reference: Reference, tmp_path: Path) -> None:
    about = real.about.copy()
    about.loc[about["field"] == "text", "value"] = "好" * 300_000
    write_tidy(replace(real, about=about), tmp_path)
    assert read_tidy(tmp_path, real.quarter, reference).fact("text") == "好" * 300_000


@pytest.mark.parametrize("damage", ["", "file,sha256\n", "without cells", "without a frame"])
def test_checksums_that_lack_a_table_are_none(real: QuarterData, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "2022Q4"
    write_tidy(real, folder)
    path = folder / "checksums.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    name = {"without cells": "cells.csv", "without a frame": "headline.csv"}.get(damage, "")
    path.write_text("".join(line for line in lines if not line.startswith(name)) if name else damage, "utf-8")
    try:
        assert changed_files(folder) == ["headline.csv"]
    except InputRefused as refusal:
        assert "checksums.csv，或不完整" in refusal.message and damage != "without a frame"


def test_tables_changed_by_hand_are_kept_and_so_is_what_people_put_there(
    real: QuarterData, tmp_path: Path
) -> None:
    folder, said = tmp_path / "2022Q4", list[str]()
    write_tidy(real, folder)
    for text in ("a", "b"):
        (folder / "districts.csv").write_text(text)
        if text == "a":
            (folder / "mine.txt").write_text("mine")
            (folder / "link").symlink_to("/nowhere")
            os.mkfifo(folder / "pipe")
        assert write_tidy(real, folder, said.append)
    assert {path.read_text() for path in (folder / "changed").iterdir()} == {"a", "b"}
    assert said == [f"{folder} 中的 districts.csv 整理以后改动过，已重新写出；原来的在 changed/ 中"] * 2
    assert (folder / "mine.txt").exists() and (folder / "link").is_symlink() and (folder / "pipe").is_fifo()
    assert changed_files(folder) == [] and not write_tidy(real, folder)

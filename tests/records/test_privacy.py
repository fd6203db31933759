"""Personal data of an export: none is read, none is kept, none is printed."""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from pytest import param

from haochaping.core.paths import project_root, record_files
from haochaping.records.file_records import file_records
from haochaping.records.record_files import recognise
from haochaping.records.row_keys import PART
from haochaping.reference.record_settings import load_record_settings, record_kinds
from haochaping.reference.reference import load_reference
from tests.records import test_bad_exports as bad
from tests.records.exports import PERSONAL, QUARTER, Export, personal_values
from tests.records.test_bad_exports import Damage, Place, export_of, found_in, personal

place = bad.place
REFERENCE = project_root() / "data" / "reference"
_BASE64 = re.compile(r"base64,([A-Za-z0-9+/]+={0,2})")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


# --- the search --------------------------------------------------------------------------------------------


def readings(content: bytes) -> Iterator[str]:
    """Everything that somebody may read out of a file: packed parts, escapes of HTML, JSON and addresses undone."""
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for name in packed.namelist():
                yield name
                yield from readings(packed.read(name))
        return
    if content.startswith(b"\x1f\x8b"):
        yield from readings(gzip.decompress(content))
        return
    text = content.decode("utf-8", "replace")
    yield text
    for encoding in ("gb18030", "utf-16-le", "utf-16-be"):
        if "\ufffd" in text or "\0" in text:
            yield content.decode(encoding, "replace")
    undone = html.unescape(text)
    for undo in (lambda one: _ESCAPE.sub(lambda code: chr(int(code[1], 16)), one), unquote):
        undone = undo(undone)
    if undone != text:
        yield undone
    for packed_text in _BASE64.findall(undone):
        yield from readings(base64.b64decode(packed_text + "=" * (-len(packed_text) % 4)))


def files_that_hold(values: Sequence[str], *folders: Path) -> dict[str, list[str]]:
    """Files below some folders that hold a personal value, in their names too, with the values."""
    found: dict[str, list[str]] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            held = {value for value in values if value in str(path.relative_to(folder))}
            for text in readings(path.read_bytes()) if path.is_file() else ():
                held.update(found_in(text, values))
            if held:
                found[str(path)] = sorted(held)
    return found


def _packed(text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/sharedStrings.xml", text)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "hide",
    [
        param(str.encode, id="as it is"),
        param(lambda text: text.encode("gb18030"), id="in GB18030"),
        param(lambda text: text.encode("utf-16-le"), id="in UTF-16"),
        param(lambda text: json.dumps(text).encode(), id="in JSON"),
        param(lambda text: text.encode("ascii", "xmlcharrefreplace"), id="in HTML"),
        param(lambda text: quote(text).encode(), id="in an address"),
        param(_packed, id="in a workbook"),
        param(lambda text: gzip.compress(text.encode()), id="in gzip"),
        param(
            lambda text: b'<a href="data:x;base64,' + base64.b64encode(_packed(text)) + b'">',
            id="in a workbook on a page",
        ),
    ],
)
def test_the_search_finds_what_is_hidden(hide: object, tmp_path: Path) -> None:
    """The judge of the tests below can itself fail."""
    (tmp_path / "file").write_bytes(hide("前某某1234后"))  # type: ignore[operator]
    (tmp_path / "某某5678").mkdir()
    found = files_that_hold(["某某1234", "某某5678", "某某9999"], tmp_path)
    assert found == {str(tmp_path / "file"): ["某某1234"], str(tmp_path / "某某5678"): ["某某5678"]}


def test_the_export_has_values_of_every_personal_column() -> None:
    """None of these tests would find anything in an export without them."""
    export = export_of()
    for column in PERSONAL:
        rows = export.cases if column in export.cases else export.evaluations
        assert sum(value in set(rows[column]) for value in personal()) > 20, column


# --- what is written ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_nothing_published_holds_personal_data(place: Place) -> None:
    place.write(export_of())
    code, said = place.run("quarter")
    assert code == 0, said
    assert found_in(said, personal()) == []
    published = place.output / QUARTER
    written = {path.suffix for path in published.rglob("*") if path.is_file()}
    assert written >= {".html", ".ipynb", ".docx", ".xlsx", ".csv", ".json", ".log"}
    assert list((place.data / "cache").rglob("*.json"))
    code, said = place.run("tidy")
    assert code == 0 and found_in(said, personal()) == [], said
    assert files_that_hold(personal(), place.data / "tidy", place.data / "cache", place.output) == {}
    assert files_that_hold(personal(), place.temporary) == {}


@pytest.mark.parametrize(
    ("form", "encoding"), [("csv", "gb18030"), ("parquet", "utf-8"), ("xlsx", "utf-8")], ids=lambda part: part
)
def test_tidy_tables_and_kept_counts_hold_no_personal_data(form: str, encoding: str, place: Place) -> None:
    place.write(export_of(), form, encoding)
    code, said = place.run("tidy")
    assert code == 0, said
    assert found_in(said, personal()) == []
    assert (place.data / "tidy" / QUARTER / "record_counts.csv").is_file()
    assert list((place.data / "cache").rglob("*.json"))
    assert files_that_hold(personal(), place.data / "tidy", place.data / "cache") == {}
    assert list(place.temporary.iterdir()) == []


# --- what is read ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "encoding"),
    [("csv", "utf-8"), ("csv", "utf-8-sig"), ("csv", "gb18030"), ("parquet", "utf-8"), ("xlsx", "utf-8")],
    ids=lambda part: part,
)
def test_the_engine_holds_needed_fields_alone(form: str, encoding: str, place: Place) -> None:
    """Columns of no table but those of ``record_fields.toml`` are there, and no value of any is personal."""
    export = export_of()
    place.write(export, form, encoding)
    kinds = record_kinds(load_record_settings(REFERENCE, place.raw, load_reference(REFERENCE).declaration))
    all_values = personal_values(export)
    with file_records(recognise(record_files(place.raw), kinds)) as loaded:
        con = loaded._connection.con
        columns = con.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal"
        ).fetchall()
        names = [name for name in kinds if name != "services"]
        needed = {name: {*kinds[name].fields, PART} for name in names}
        for table, column in columns:
            kind = table.removesuffix("_loaded")
            assert column in needed[kind] | ({*loaded.key} if table == kind else set())
        assert {table for table, _ in columns} >= set(names)
        for name in names:
            rows = getattr(export, name)
            left_out = ", ".join([PART, *loaded.key])
            found = con.execute(f"SELECT * EXCLUDE ({left_out}) FROM {name}").fetchall()
            assert len(found) == len(rows)
            values = {str(value) for row in found for value in row if value is not None}
            assert len(values) > 50
            assert values & all_values == set()
            assert found_in("\n".join(values), personal()) == []


# --- what is told ------------------------------------------------------------------------------------------


def _first_long(export: Export, kind: str, column: str) -> str:
    """A personal value that is long enough to be told apart."""
    return next(value for value in getattr(export, kind)[column] if len(value) >= bad.SHORTEST_TOLD_APART)


PHONE = _first_long(export_of(), "evaluations", "mobile")
NAME = _first_long(export_of(), "cases", "userName")


def _headless(name: str) -> Damage:
    """An export without headings: its first row is a record."""
    return bad.content(name, lambda whole: whole.partition(b"\n")[2])


def _headless_workbook(raw: Path) -> None:
    """A workbook without headings."""
    bad.table("cases-01.xlsx", lambda rows: rows.set_axis(rows.iloc[0], axis=1).iloc[1:])(raw)


def _headless_parquet(raw: Path) -> None:
    """A Parquet file made from a CSV without headings: a record gave the names."""
    bad.table("cases-01.parquet", lambda rows: rows.set_axis(rows.iloc[0], axis=1).iloc[1:])(raw)


def _headless_with_a_quote(whole: bytes) -> bytes:
    """The first row is a record with a name in quotes that are not closed."""
    first, _, rest = whole.partition(b"\n")[2].partition(b"\n")
    return first.replace("某某".encode(), '"某某'.encode(), 1) + b"\n" + rest


def _comma_in_text(rows: list[list[str]]) -> None:
    """One more cell, as a comma in a text without quotes gives."""
    rows[39][-1:] = ["服务不好", f"电话{PHONE}"]


def _open_text(whole: bytes) -> bytes:
    """The first text in quotes loses the closing one."""
    start = whole.index(b',"')
    end = whole.index(b'"\n', start + 2)
    return whole[:end] + whole[end + 1 :]


def _broken_name(row: bytes) -> bytes:
    """A name is followed by bytes of no encoding, in the cell of the case number."""
    number, comma, rest = row.partition(b",")
    return number + NAME.encode() + b"\xff" + comma + rest


TOLD = {
    "a phone number for a time": ("csv", bad.cell("evaluations-02.csv", 50, "assessTime", PHONE)),
    "a name for a time": ("csv", bad.cell("cases-01.csv", 50, "acceptDate", NAME)),
    "a phone number for a time in Parquet": (
        "parquet",
        bad.table_cell("evaluations-01.parquet", 50, "assessTime", PHONE),
    ),
    "a name for a time in a workbook": ("xlsx", bad.table_cell("cases-02.xlsx", 50, "resultDate", NAME)),
    "a text in two cells": ("csv", bad.cells("evaluations-01.csv", _comma_in_text)),
    "a record cut within its phone number": (
        "csv",
        bad.content("cases-02.csv", lambda whole: whole[: whole.rindex("某某".encode()) + 7]),
    ),
    "a text in quotes that are not closed": ("csv", bad.content("evaluations-02.csv", _open_text)),
    "bytes of no encoding behind a name": (
        "csv",
        bad.all_of(bad.cells("cases-02.csv", bad._padded), bad.line("cases-02.csv", 80, _broken_name)),
    ),
    "no headings": ("csv", _headless("cases-01.csv")),
    "no headings above evaluations": ("csv", _headless("evaluations-02.csv")),
    "no headings and an open quote": ("csv", bad.content("cases-01.csv", _headless_with_a_quote)),
    "no headings in a workbook": ("xlsx", _headless_workbook),
    "no headings in Parquet": ("parquet", _headless_parquet),
}
"""Refusals whose cause is a row with personal data: the form of the export, and what is done to it."""


@pytest.mark.parametrize("command", ["tidy", "quarter"])
@pytest.mark.parametrize(("form", "damage"), [param(*fault, id=name) for name, fault in TOLD.items()])
def test_a_refusal_does_not_print_the_row(form: str, damage: Damage, command: str, place: Place) -> None:
    place.write(export_of(), form)
    damage(place.raw)
    said = place.refusal(command, personal())  # looks for every planted value in all that is said
    assert "records/" in said
    assert files_that_hold(personal(), place.output, place.data / "reference") == {}

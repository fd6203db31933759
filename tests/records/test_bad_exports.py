"""Exports that cannot be used: each ends with one clear message, and nothing of it stays anywhere."""

from __future__ import annotations

import csv
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from pytest import param

from haochaping.core.paths import project_root
from haochaping.records import packages
from tests.records.exports import (
    QUARTER,
    Export,
    make_export,
    personal_values,
    settings_toml,
    write_export,
)
from tests.shared import run_here

SHORTEST_TOLD_APART = 4
"""Personal values of fewer characters may stand in a text by chance."""
ROW = 60
"""A row far down in a file, the header being row 1; every first part of cases has more."""
LOCKS = {".2023Q1.lock", ".index.html.lock"}
"""Files without content that stay by design: see :mod:`haochaping.files.exclusive_lock`."""

Damage = Callable[[Path], object]
"""What is done to a period's raw folder."""


@cache
def export_of(seed: int = 3, levels_best: int = 5) -> Export:
    """An export that several tests share; none may change its frames."""
    return make_export(seed, 150, levels_best)


@cache
def personal(seed: int = 3, levels_best: int = 5) -> tuple[str, ...]:
    """The planted personal values that are long enough to be told apart from other text."""
    values = personal_values(export_of(seed, levels_best))
    return tuple(sorted(value for value in values if len(value) >= SHORTEST_TOLD_APART))


def write_data(data: Path, export: Export, form: str = "csv", encoding: str = "utf-8") -> Path:
    """A data root with the project's settings and one period that has records alone; its raw folder."""
    shutil.copytree(project_root() / "data" / "reference", data / "reference")
    raw = data / "raw" / QUARTER
    write_export(export, raw / "records", form, encoding)
    (raw / "records.toml").write_text(settings_toml(export), "utf-8")
    return raw


def contents(*folders: Path) -> dict[str, bytes]:
    """Every file below some folders; lock files without content are passed over, they stay by design."""
    return {
        str(path): path.read_bytes()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and not (path.name in LOCKS and not path.stat().st_size)
    }


def found_in(text: str, values: Sequence[str]) -> list[str]:
    """Which personal values stand in a text."""
    return [value for value in values if value in text]


@dataclass
class Place:
    """Where a test's run reads and writes: all below one folder, but for temporary files."""

    root: Path
    temporary: Path
    capture: pytest.CaptureFixture[str]
    raw: Path = field(init=False)

    def write(self, export: Export, form: str = "csv", encoding: str = "utf-8") -> None:
        """Write the data that a run reads."""
        self.raw = write_data(self.data, export, form, encoding)

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def output(self) -> Path:
        return self.root / "output"

    @property
    def written(self) -> dict[str, bytes]:
        """Everything that a run may have written."""
        return contents(self.data / "tidy", self.data / "cache", self.output, self.temporary)

    def run(self, command: str) -> tuple[int, str]:
        """Exit code of a command on the period, and all that it says, engines beneath Python included."""
        done = run_here(command, "--data", self.data, "--output", self.output, "--", QUARTER)
        beneath = self.capture.readouterr()
        return done.returncode, done.stdout + done.stderr + beneath.out + beneath.err

    def refusal(self, command: str, values: Sequence[str]) -> str:
        """What a command says that must be refused, after everything that holds of every refusal is checked."""
        before = self.written
        code, said = self.run(command)
        assert code == 2, said
        assert said.lstrip().startswith(("未能读取", "读入 2023年第一季度资料\n未能读取")), said
        assert "Traceback" not in said and 'File "' not in said, said
        assert found_in(said, values) == []
        assert self.written == before
        assert list(self.temporary.iterdir()) == []
        return said


@pytest.fixture
def place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Place]:
    """A place for a run, whose TMPDIR is an empty folder of a short name: the names of sockets may not be long."""
    with tempfile.TemporaryDirectory(prefix="t-") as temporary:
        monkeypatch.setenv("TMPDIR", temporary)
        monkeypatch.setattr(tempfile, "tempdir", None)
        yield Place(tmp_path, Path(temporary), capfd)


# --- damages -----------------------------------------------------------------------------------------------


def all_of(*damages: Damage) -> Damage:
    """Several damages, one after the other."""
    return lambda raw: [damage(raw) for damage in damages]


def cells(name: str, change: Callable[[list[list[str]]], object]) -> Damage:
    """Change the rows of a CSV, header first; it is written as before."""

    def damage(raw: Path) -> None:
        path = raw / "records" / name
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        change(rows)
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)

    return damage


def cell(name: str, row: int, heading: str, text: str) -> Damage:
    """Put a text into one cell of a CSV; the header is row 1."""

    def change(rows: list[list[str]]) -> None:
        rows[row - 1][rows[0].index(heading)] = text

    return cells(name, change)


def heading(name: str, old: str, new: str | None) -> Damage:
    """Rename a column of a CSV, or remove it with its values."""

    def change(rows: list[list[str]]) -> None:
        at = rows[0].index(old)
        if new is not None:
            rows[0][at] = new
        else:
            for row in rows:
                del row[at]

    return cells(name, change)


def content(name: str, change: Callable[[bytes], bytes]) -> Damage:
    """Change the bytes of a file."""

    def damage(raw: Path) -> None:
        path = raw / "records" / name
        path.write_bytes(change(path.read_bytes()))

    return damage


def line(name: str, row: int, change: Callable[[bytes], bytes]) -> Damage:
    """Change one line of a file of cases, whose rows are lines."""

    def in_lines(whole: bytes) -> bytes:
        lines = whole.split(b"\n")
        lines[row - 1] = change(lines[row - 1])
        return b"\n".join(lines)

    return content(name, in_lines)


def table(name: str, change: Callable[[pd.DataFrame], object]) -> Damage:
    """Change the table of a Parquet file or workbook; it is written as before."""

    def damage(raw: Path) -> None:
        path = raw / "records" / name
        is_parquet = path.suffix == ".parquet"
        rows = (
            pd.read_parquet(path)
            if is_parquet
            else pd.read_excel(path, dtype=str, keep_default_na=False, engine="calamine")
        )
        changed = change(rows)
        rows = changed if isinstance(changed, pd.DataFrame) else rows
        if is_parquet:
            rows.to_parquet(path, index=False)
        else:
            rows.to_excel(path, index=False, engine="xlsxwriter")

    return damage


def table_cell(name: str, row: int, heading: str, text: str) -> Damage:
    """Put a text into one cell of a Parquet file or workbook; the header is row 1."""

    def change(rows: pd.DataFrame) -> None:
        rows.loc[row - 2, heading] = text

    return table(name, change)


def every(kind: str, heading: str, change: Callable[[str], str]) -> Damage:
    """Change a column in both parts of a kind of record."""

    def change_column(rows: list[list[str]]) -> None:
        at = rows[0].index(heading)
        for row in rows[1:]:
            row[at] = change(row[at])

    return all_of(*(cells(f"{kind}-0{part}.csv", change_column) for part in (1, 2)))


def without(*kinds: str) -> Damage:
    """Remove both parts of some kinds of record."""

    def damage(raw: Path) -> None:
        for kind in kinds:
            for path in (raw / "records").glob(f"{kind}-*"):
                path.unlink()

    return damage


def only_header(name: str) -> Damage:
    """Leave nothing but the header of a CSV."""
    return content(name, lambda whole: whole[: whole.index(b"\n") + 1])


def settings(change: Callable[[str], str]) -> Damage:
    """Change the text of the period's records.toml."""

    def damage(raw: Path) -> None:
        path = raw / "records.toml"
        path.write_text(change(path.read_text("utf-8")), "utf-8")

    return damage


def setting(key: str, value: str | None) -> Damage:
    """Write one key of records.toml anew, or remove it."""

    def change(text: str) -> str:
        kept = [one for one in text.splitlines() if not one.startswith(f"{key} =")]
        return "\n".join([*kept, *([] if value is None else [f"{key} = {value}"]), ""])

    return settings(change)


def added(name: str, whole: bytes) -> Damage:
    """One file more in the export."""
    return lambda raw: (raw / "records" / name).write_bytes(whole)


def quoted_texts(*rows: int) -> Damage:
    """Let the name in some rows of the second part of cases be quoted, as names with a comma are."""
    return all_of(*(line("cases-02.csv", row, _quote_second) for row in rows))


def _quote_second(row: bytes) -> bytes:
    cells = row.split(b",")
    return b",".join([cells[0], b'"' + cells[1] + b'"', *cells[2:]])


def _open_quote(row: bytes) -> bytes:
    cells = row.split(b",")
    return b",".join([*cells[:4], b'"' + cells[4], *cells[5:]])


def _padded(rows: list[list[str]]) -> None:
    """Make a CSV longer than the sample by which its encoding is told, with a column that nothing needs."""
    rows[0].append("remark")
    for row in rows[1:]:
        row.append("x" * 20_000)


def _damaged_sheet(whole: Path) -> None:
    """Cut the sheet within a workbook that is a whole zip file."""
    with zipfile.ZipFile(whole) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet][: len(parts[sheet]) // 2]
    with zipfile.ZipFile(whole, "w") as new:
        for name, part in parts.items():
            new.writestr(name, part)


def _as_numbers(rows: pd.DataFrame) -> pd.DataFrame:
    """Case numbers as a spreadsheet keeps them once they were taken for numbers."""
    numbers = pd.to_numeric(rows["projectNo"].str.strip(), errors="coerce").astype(float)
    assert (numbers > 2**53).sum() > 50
    return rows.assign(projectNo=numbers)


def _cut_in_character(whole: bytes) -> bytes:
    """Half of a GB18030 file; its last byte is the first of a character of two."""
    at = len(whole) // 2
    while True:
        try:
            whole[:at].decode("gb18030")
        except UnicodeDecodeError:
            return whole[:at]
        at += 1


def _cut_in_last_cell(whole: bytes) -> bytes:
    """A GB18030 file of evaluations cut in a character of its last column: the row has all its cells."""
    cell = ",服务".encode("gb18030")
    return whole[: whole.rindex(cell) + len(cell) + 1]


# --- what must be refused ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """An export that cannot be used, and what the message must say of it."""

    damage: Damage
    told: tuple[str, ...]
    form: str = "csv"
    encoding: str = "utf-8"
    levels_best: int = 5


def _wrong_time(name: str, row: int, heading: str, text: str) -> Fault:
    damage = (cell if name.endswith(".csv") else table_cell)(name, row, heading, text)
    told = (f"records/{name} 第 {row} 行 {heading}", "不是时间", "2023-03-10 17:23:32")
    return Fault(damage, told, name.rsplit(".", 1)[1])


def _unclosed(damage: Damage, place: str) -> Fault:
    return Fault(damage, (place, "引号没有收尾", "引号应成对"))


def _bad_setting(key: str, value: str, *told: str) -> Fault:
    return Fault(setting(key, value), ("records.toml 第 ", key, *told))


FAULTS: Mapping[str, Fault] = {
    # headings
    "cases without the time of the end": Fault(
        heading("cases-02.csv", "resultDate", None),
        ("records/cases-02.csv 第 1 行", "没有办结时间", "resultDate", "[columns] finished"),
    ),
    "evaluations without the level": Fault(
        heading("evaluations-01.csv", "satisfaction", None),
        ("records/evaluations-01.csv 第 1 行", "没有满意度", "satisfaction", "[columns] level"),
    ),
    "rectifications without their time": Fault(
        heading("rectifications-02.csv", "reformTime", None),
        ("records/rectifications-02.csv 第 1 行", "没有整改时间", "reformTime"),
    ),
    "evaluations without the flag of validity": Fault(
        heading("evaluations-02.csv", "effectivEvalua", None),
        ("records/evaluations-02.csv 第 1 行", "没有是否有效", "effectivEvalua", "valid_flags = []"),
    ),
    "a column with an unknown name": Fault(
        heading("cases-01.csv", "areaCode", "所在地"),
        ("records/cases-01.csv 第 1 行", "没有辖区编码", "areaCode", "[columns] area"),
    ),
    "unknown names alone": Fault(
        cells("cases-01.csv", lambda rows: rows.__setitem__(0, [f"c{i}" for i in range(9)])),
        ("records/cases-01.csv 第 1 行", "认不出是哪一种记录", "办件、评价、整改"),
    ),
    "two columns with one name": Fault(
        heading("cases-01.csv", "acceptDate", "resultDate"),
        ("records/cases-01.csv 第 1 行", "resultDate", "同名的列只应有一列"),
    ),
    # times
    "a word for a time": _wrong_time("cases-02.csv", ROW, "resultDate", "昨天"),
    "a month that is none": _wrong_time("cases-02.csv", ROW, "acceptDate", "2023-13-45"),
    "a word for a time after texts of several lines": _wrong_time(
        "evaluations-02.csv", 80, "assessTime", "昨天"
    ),
    "a word for a time in the last row": _wrong_time("rectifications-01.csv", 20, "reformTime", "昨天"),
    "a word for a time that engines know": _wrong_time("cases-01.csv", ROW, "acceptDate", "epoch"),
    "infinity for a time": _wrong_time("cases-01.csv", ROW, "resultDate", "infinity"),
    "an hour that is none in Parquet": _wrong_time(
        "cases-02.parquet", ROW, "resultDate", "2023-02-01 25:00:00"
    ),
    "a word for a time in Parquet": _wrong_time("evaluations-01.parquet", ROW, "assessTime", "昨天"),
    "a word for a time in a workbook": _wrong_time("cases-02.xlsx", ROW, "resultDate", "昨天"),
    "a month that is none in a workbook": _wrong_time("evaluations-02.xlsx", ROW, "assessTime", "2023-13-45"),
    # cells
    "a cell too few": Fault(
        line("cases-02.csv", ROW, lambda row: row.rpartition(b",")[0]),
        (f"records/cases-02.csv 第 {ROW} 行", "格数不符", "应有 9 格"),
    ),
    "a cell too many": Fault(
        line("cases-02.csv", ROW, lambda row: row.replace("某某".encode(), "某,某".encode(), 1)),
        (f"records/cases-02.csv 第 {ROW} 行", "格数不符", "应有 9 格"),
    ),
    "a cell too many after texts of several lines": Fault(
        cells("evaluations-01.csv", lambda rows: rows[79].append("")),
        ("records/evaluations-01.csv 第 80 行", "格数不符", "应有 11 格"),
    ),
    "a cell too few in the last row, which no line feed ends": Fault(
        content("cases-02.csv", lambda whole: whole.rstrip().rpartition(b",")[0]),
        ("records/cases-02.csv 第 ", "行", "格数不符", "应有 9 格"),
    ),
    # quotes
    "a quote that nothing closes": _unclosed(
        line("cases-02.csv", ROW, _open_quote), f"records/cases-02.csv 第 {ROW} 行"
    ),
    "a quote that nothing closes, another quoted cell far below": _unclosed(
        all_of(line("cases-02.csv", 10, _open_quote), quoted_texts(70)), "records/cases-02.csv 第 10 行"
    ),
    "a quote that nothing closes, many quoted cells around it": _unclosed(
        all_of(line("cases-02.csv", 40, _open_quote), quoted_texts(*range(5, 39), *range(41, 75))),
        "records/cases-02.csv 第 40 行",
    ),
    "a quote that nothing closes in the last row": _unclosed(
        content("cases-02.csv", lambda whole: whole.rstrip(b"\n").rpartition(b",")[0] + b',"3\n'),
        "records/cases-02.csv 第 ",
    ),
    "a quote within a text that is not doubled": _unclosed(
        content("evaluations-01.csv", lambda whole: whole.replace('""好的""'.encode(), '"好的"'.encode(), 1)),
        "records/evaluations-01.csv 第 ",
    ),
    "a quote in the header that nothing closes": Fault(
        content("cases-01.csv", lambda whole: whole.replace(b"userName", b'"userName', 1)),
        ("records/cases-01.csv 第 1 行", "引号应成对"),
    ),
    # Parquet and workbooks
    "a Parquet file cut short": Fault(
        content("cases-02.parquet", lambda whole: whole[: len(whole) // 2]),
        ("records/cases-02.parquet", "已损坏或不完整", "重新导出"),
        form="parquet",
    ),
    "a Parquet file with damaged pages": Fault(
        content("cases-02.parquet", lambda whole: whole[:4] + b"\xff" * 3000 + whole[3004:]),
        ("records/cases-02.parquet", "已损坏或不完整", "重新导出"),
        form="parquet",
    ),
    "a text that calls itself Parquet": Fault(
        all_of(
            without("cases"),
            lambda raw: export_of().cases.to_csv(raw / "records" / "cases-01.parquet", index=False),
        ),
        ("records/cases-01.parquet", "已损坏或不完整", "Parquet"),
        form="parquet",
    ),
    "a workbook cut short": Fault(
        content("cases-01.xlsx", lambda whole: whole[: len(whole) // 2]),
        ("records/cases-01.xlsx", "已损坏", "另存为 .xlsx"),
        form="xlsx",
    ),
    "a workbook with a damaged sheet": Fault(
        lambda raw: _damaged_sheet(raw / "records" / "evaluations-01.xlsx"),
        ("records/evaluations-01.xlsx", "已损坏", "另存为 .xlsx"),
        form="xlsx",
    ),
    "a text that calls itself a workbook": Fault(
        content("cases-01.xlsx", lambda _whole: "办件编号,姓名\n1,某某\n".encode()),
        ("records/cases-01.xlsx", "已损坏", "CSV"),
        form="xlsx",
    ),
    "case numbers as numbers in a workbook": Fault(
        table("cases-02.xlsx", _as_numbers),
        ("records/cases-02.xlsx 第 2 行 projectNo", "末几位已经丢失", "按文本导出"),
        form="xlsx",
    ),
    # encodings
    "bytes that are no UTF-8": Fault(
        line("cases-02.csv", ROW, lambda row: row.replace("局".encode(), b"\xff\xfe\xe5", 1) + b"\xff"),
        ("records/cases-02.csv", "文字编码", "UTF-8 或 GB18030"),
    ),
    "bytes that are no UTF-8 far down in a long file": Fault(
        all_of(
            cells("cases-02.csv", _padded),
            line(
                "cases-02.csv",
                80,
                lambda row: row.replace(b",01,", b",\xff\xff,").replace(b",2023", b"\xff,2023", 1),
            ),
        ),
        ("records/cases-02.csv", "文字编码", "UTF-8 或 GB18030"),
    ),
    "GB18030 cut within a character": Fault(
        content("cases-02.csv", _cut_in_character), ("records/cases-02.csv",), encoding="gb18030"
    ),
    "GB18030 cut within a character of the last cell": Fault(
        content("evaluations-02.csv", _cut_in_last_cell),
        ("records/evaluations-02.csv", "文字编码"),
        encoding="gb18030",
    ),
    "bytes of a program": Fault(
        content("cases-01.csv", lambda _whole: b"MZ\x90\x00\x03\x00\x00\x00" * 100),
        ("records/cases-01.csv", "不是文本文件", "UTF-8 或 GB18030"),
    ),
    # nothing in it, or of somebody else
    "an empty file": Fault(
        content("cases-02.csv", lambda _whole: b""), ("records/cases-02.csv", "空文件", "应有一行列名")
    ),
    "an empty file among Parquet": Fault(
        content("cases-02.parquet", lambda _whole: b""),
        ("records/cases-02.parquet", "应为完整的 Parquet 文件"),
        form="parquet",
    ),
    "headers alone": Fault(
        all_of(*(only_header(f"{kind}-0{n}.csv") for kind in ("cases", "evaluations") for n in (1, 2))),
        ("records/", "0 条办件记录", "2023年第一季度"),
    ),
    "another prefecture": Fault(
        every("cases", "areaCode", lambda code: code.replace("3703", "3710", 1)),
        ("records/cases-01.csv", "records/cases-02.csv", "不是以 3703 开头", "city_area"),
    ),
    "another prefecture in one of the files": Fault(
        cells(
            "cases-02.csv",
            lambda rows: [row.__setitem__(3, row[3].replace("3703", "3710", 1)) for row in rows[1:60]],
        ),
        ("records/cases-02.csv", "不是以 3703 开头", "city_area"),
    ),
    "another year": Fault(
        every("cases", "resultDate", lambda time: time.replace("2023-", "2021-", 1)),
        ("records/", "办结时间不在本期", "2023年第一季度"),
    ),
    "levels against their detail codes": Fault(
        setting("levels_best", "5"),
        ("records/", "方向相反", "levels_best = 5", "请核实方向"),
        levels_best=1,
    ),
    "cases alone": Fault(
        without("evaluations", "rectifications"), ("records/", "没有评价记录", "应有评价的文件")
    ),
    "evaluations alone": Fault(
        without("cases", "rectifications"), ("records/", "没有办件记录", "应有办件的文件")
    ),
    "a file of an unknown kind": Fault(
        added("说明.pdf", b"%PDF-1.4\n%\xe2\xe3\n"),
        ("records/说明.pdf", ".csv", ".xlsx", ".parquet", "请移走"),
    ),
    "a file without ending": Fault(added("说明", b"x"), ("records/说明", ".csv", "请移走")),
    # records.toml
    "no extraction date": Fault(
        setting("extraction_date", None), ("records.toml", "没有 extraction_date", 'extraction_date = "2023-')
    ),
    "an unknown setting": _bad_setting("level_best", "5", "level_best", "levels_best"),
    "a date that is none": _bad_setting("extraction_date", '"明天"', "明天", "日期，如 2023-04-06"),
    "a date years before the period": _bad_setting("extraction_date", '"2019-01-05"'),
    "a date no calendar reaches": _bad_setting("extraction_date", '"9999-12-31"'),
    "a number for a date": _bad_setting("extraction_date", "20230406", "20230406", "日期"),
    "a text for a number": _bad_setting("rectification_working_days", '"五"', "五", "整数"),
    "levels that are neither way": _bad_setting("levels_best", "3", "应为 5 或 1"),
    "a flag for a number": _bad_setting("levels_best", "true", "整数"),
    "a number for a code": _bad_setting("city_area", "370300", "370300"),
    "a code that is too short": _bad_setting("city_area", '"3703"', "3703", "六位数字"),
    "a text for the areas": _bad_setting("areas", '"张店区"', "一节"),
    "a number for an area's name": _bad_setting("areas", '{ "370303" = 1 }', "370303", "文字"),
    "a text for a list of flags": _bad_setting("valid_flags", '"1"', "代码的列表"),
    "a time that is none of a case": _bad_setting("period_by", '"assessTime"', "assessTime", "resultDate"),
    "a number for the time of a case": _bad_setting("period_by", "[1]", "resultDate"),
    "something else to be counted": _bad_setting("count", '"people"', "people", "ratings"),
    "a measure that is none": _bad_setting("measures", '{ happiness = "cases" }', "happiness"),
    "a measure of what is not counted": _bad_setting(
        "measures", '{ cases = "people" }', "people", "evaluations"
    ),
    "a heading for a field that is none": _bad_setting(
        "columns", '{ phone = "mobile" }', "phone", "cases.area"
    ),
    "a share above one": _bad_setting("signs", "{ soon = 2 }", "不应大于 1"),
    "an annex with a tier that is none": _bad_setting(
        "annex", '{ districts = { tiers = ["province"], rows = "area" } }', "province", "village"
    ),
    "no TOML": Fault(settings(lambda text: text + "levels_best 5\n"), ("records.toml", "第 ")),
}
"""All of them, by name; each stands alone in an export that is fine otherwise."""


@pytest.mark.parametrize("command", ["tidy", "quarter"])
@pytest.mark.parametrize("fault", [param(fault, id=name) for name, fault in FAULTS.items()])
def test_what_cannot_be_used_is_told_and_leaves_nothing(fault: Fault, command: str, place: Place) -> None:
    export = export_of(levels_best=fault.levels_best)
    place.write(export, fault.form, fault.encoding)
    fault.damage(place.raw)
    said = place.refusal(command, personal(levels_best=fault.levels_best))
    assert [part for part in fault.told if part not in said] == [], said


def test_all_files_with_problems_are_told_at_once(place: Place) -> None:
    place.write(export_of())
    all_of(
        FAULTS["an empty file"].damage,
        FAULTS["a file of an unknown kind"].damage,
        FAULTS["evaluations without the level"].damage,
    )(place.raw)
    said = place.refusal("tidy", personal())
    assert "共 3 处问题" in said
    for part in ("records/cases-02.csv", "records/说明.pdf", "records/evaluations-01.csv 第 1 行"):
        assert part in said


@pytest.mark.parametrize(
    ("form", "damage"),
    [
        ("csv", only_header("cases-02.csv")),
        ("csv", all_of(only_header("rectifications-01.csv"), only_header("rectifications-02.csv"))),
        ("csv", content("evaluations-02.csv", lambda whole: whole[: whole.index(b"\n")])),
        ("xlsx", table("cases-02.xlsx", lambda rows: rows.iloc[:0])),
        ("parquet", table("cases-02.parquet", lambda rows: rows.iloc[:0])),
    ],
    ids=["one part of cases", "all rectifications", "no line feed", "workbook", "Parquet"],
)
def test_a_part_with_a_header_alone_is_no_fault(form: str, damage: Damage, place: Place) -> None:
    """A quarter in which nothing was rectified has such a file; the other parts have the rows."""
    place.write(export_of(), form)
    damage(place.raw)
    code, said = place.run("tidy")
    assert code == 0, said
    assert found_in(said, personal()) == []
    assert list(place.temporary.iterdir()) == []


EARLIER = (
    "a word for a time",
    "a quote that nothing closes",
    "another year",
    "no extraction date",
    "cases alone",
)


@pytest.mark.parametrize("name", EARLIER)
def test_what_was_written_earlier_stays_as_it_was(name: str, place: Place) -> None:
    """Tidy tables, kept counts and output of an earlier run are the same byte for byte."""
    place.write(export_of())
    code, said = place.run("tidy")
    assert code == 0, said
    published = place.output / QUARTER
    (published / "data").mkdir(parents=True)
    for path in ("briefing.html", "bulletin.docx", "manifest.json", "data/cells.csv", "修改稿.docx"):
        (published / path).write_text(f"earlier {path}", "utf-8")
    (place.output / "index.html").write_text("earlier index", "utf-8")
    FAULTS[name].damage(place.raw)
    assert len(place.written) > 10
    for command in ("tidy", "quarter"):
        place.refusal(command, personal())  # compares everything with what was there before


@pytest.mark.slow
def test_a_published_quarter_stays_as_it_was(place: Place) -> None:
    """As above, with all that a run publishes."""
    place.write(export_of())
    code, said = place.run("quarter")
    assert code == 0, said
    assert (place.output / QUARTER / "briefing.html").is_file()
    shutil.rmtree(place.temporary)  # a kernel may have left its own
    place.temporary.mkdir()
    for name in EARLIER[:3]:
        whole = contents(place.raw)
        FAULTS[name].damage(place.raw)
        place.refusal("quarter", personal())
        for path, kept in whole.items():
            Path(path).write_bytes(kept)
    code, said = place.run("quarter")
    assert code == 0 and "没有变化" in said, said


@pytest.mark.parametrize("command", ["tidy", "quarter", "check"])
@pytest.mark.parametrize("missing", ["ibis", "duckdb", "pyarrow"])
def test_without_the_packages_the_command_that_installs_them_is_told(
    missing: str, command: str, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.write(export_of())
    find_spec = packages.find_spec
    monkeypatch.setattr(packages, "find_spec", lambda name: None if name == missing else find_spec(name))
    said = place.refusal(command, personal())
    assert "make setup-records" in said and "records" in said

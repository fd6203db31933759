"""Every key of ``records.toml`` misspelled, of a wrong type or value is refused with file, line and key."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from haochaping.core.errors import InputRefused
from haochaping.reference.record_settings import load_record_settings, record_kinds
from haochaping.reference.reference import Reference, load_reference

GOOD = 'city_area = "370300"\nareas = { "370303" = "张店区" }\n'


def loaded(folder: Path, text: str, reference: Reference) -> object:
    (folder / "records.toml").write_text(text, "utf-8")
    return load_record_settings(folder / "none", folder, reference.declaration)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("levels_bset = 5", "levels_bset"),
        ("levels_best = 3", "应为 5 或 1"),
        ('levels_best = "5"', "应为整数"),
        ('period_by = "endDate"', "resultDate"),
        ('extraction_date = "2023-4-6"', "应为日期"),
        ("default_flags = 1", "代码的列表"),
        ('count = "all"', "cases、ratings"),
        ("rectification_working_days = 400", "不应大于 366"),
        ('public_service_departments = "国网"', "文字的列表"),
        ('areas = { "3703" = "甲" }', "六位数字"),
        ('[measures]\nnone = "cases"', "none"),
        ('[measures]\ncases = "case"', "rectified_on_time"),
        ('[annex.districts]\ntiers = ["county"]\nrows = "area"', "village"),
        ('[annex.nothing]\ntiers = ["city"]\nrows = "area"', "nothing"),
        ('[annex.districts]\nrows = "area"', "应写明 tiers"),
        ("[signs]\nsooner = 0.5", "sooner"),
        ("[signs]\nsoon = 5", "不应大于 1"),
        ('[columns]\n"cases.name" = "姓名"', "cases.name"),
    ],
)
def test_what_is_wrong_is_refused_by_name(line: str, said: str, tmp_path: Path, reference: Reference) -> None:
    good = "\n".join(row for row in GOOD.splitlines() if not line.startswith(row.split(" ")[0]))
    with pytest.raises(InputRefused) as raised:
        loaded(tmp_path, f"{good}\n{line}\n", reference)
    assert "records.toml" in raised.value.message and said in raised.value.message


def test_the_period_s_own_file_counts_before_the_city_s(tmp_path: Path, reference: Reference) -> None:
    city, raw = tmp_path / "city", tmp_path / "raw"
    for folder, text in ((city, GOOD + "levels_best = 5\n"), (raw, "levels_best = 1\nvalid_flags = [1]\n")):
        folder.mkdir()
        (folder / "records.toml").write_text(text, "utf-8")
    settings = load_record_settings(city, raw, reference.declaration)
    assert settings.levels == ("1", "2", "3", "4", "5") and settings.negative_levels == ("4", "5")
    assert settings.valid_flags == ("1",) and settings.areas == {"370303": "张店区"}
    (raw / "records.toml").write_text("extraction_date = 2023-04-06\n", "utf-8")
    assert load_record_settings(city, raw, reference.declaration).extraction_date == date(2023, 4, 6)


def test_without_area_codes_nothing_can_be_placed(tmp_path: Path, reference: Reference) -> None:
    with pytest.raises(InputRefused, match="没有 city_area、areas"):
        load_record_settings(tmp_path, tmp_path, reference.declaration)


def test_a_city_s_file_is_checked_even_where_no_period_has_records(
    tmp_path: Path, reference: Reference
) -> None:
    shutil.copytree(reference.folder, tmp_path / "reference")
    with (tmp_path / "reference" / "records.toml").open("a", encoding="utf-8") as file:
        file.write("\n[sings]\n")
    with pytest.raises(InputRefused, match="sings"):
        load_reference(tmp_path / "reference")


def test_kinds_are_not_changed_by_a_city_s_own_headings(tmp_path: Path, reference: Reference) -> None:
    settings = loaded(tmp_path, GOOD + '[columns]\ncase_no = "单号"\n', reference)
    own = record_kinds(settings)  # type: ignore[arg-type]
    assert all(kind.fields["case_no"].aliases[0] == "单号" for kind in own.values())
    assert "单号" not in record_kinds()["cases"].fields["case_no"].aliases

"""From the first bulletin of a city to a reference folder that reads it, and to the next period."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from haochaping.adopt.adopt import Adopted, adopt_bulletins
from haochaping.adopt.write_draft import NOTES
from haochaping.checks.run_rules import run_rules
from haochaping.core.errors import InputRefused
from haochaping.core.model import QuarterData
from haochaping.core.paths import Locations, project_root
from haochaping.core.period import Period
from haochaping.read.raw_folder import read_raw
from haochaping.reference.reference import load_reference
from haochaping_dev.bench.bench_adopt import Score, score_bulletin
from haochaping_dev.bench.invented_bulletins import KINDS, invent, plant
from haochaping_dev.fuzz.declared_form import form_names, load_form
from haochaping_dev.fuzz.print_form import FILE_FORMATS, form_files, formats_of
from tests.adopt.tables import write_page
from tests.shared import run_here

FORMS = form_names()
REAL = project_root() / "data" / "raw" / "2022Q4" / "bulletin.txt"
AREAS = "区县 办件数 评价数 评价率\n甲区 4400 4300 97.73%\n乙县 1000 911 91.10%\n丙区 2100 2088 99.43%"


def locations(root: Path) -> Locations:
    return Locations(root / "data", root / "output")


def data_of(adopted: Adopted, places: Locations) -> QuarterData:
    [period] = adopted.periods.values()
    return read_raw(places.raw(period), period, load_reference(places.reference))


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("file_format", FILE_FORMATS)
def test_real_tables_of_other_places(name: str, file_format: str, tmp_path: Path) -> None:
    """Every cell stands in a declared column, and nothing that holds is told."""
    form = load_form(name)
    if file_format not in formats_of(form):
        pytest.skip("a header of several levels is no text")
    folder = tmp_path / name
    folder.mkdir()
    paths = []
    for file_name, content in form_files(form, file_format, Random(7)).items():
        paths.append(folder / file_name)
        paths[-1].write_bytes(content)
    if len(paths) > 1:
        pytest.skip("one file for each table: a period is one file here")
    places = locations(tmp_path)
    adopted = adopt_bulletins(paths, "某市", places)
    data = data_of(adopted, places)
    assert not (data.cells["annex"] == "").any() and not (data.cells["measure"] == "").any()
    expected = Counter(text for table in form.tables for _, cells in table.rows for text in cells if text)
    assert expected - Counter(data.cells["printed"]) == Counter()


def test_the_relations_of_the_real_bulletin(tmp_path: Path) -> None:
    """Of what the shipped declaration says of columns that are printed, everything is found."""
    adopted = adopt_bulletins([REAL], "淄博市", locations(tmp_path))
    found = {(ground.annex, ground.words) for ground in adopted.draft.grounds if ground.is_declared}
    services = [
        (annex, words)
        for annex in ("各区县", "市直部门")
        for words in ("评价率 = 评价数 ÷ 办件数", "评价数 ≤ 办件数", "主动评价数 ≤ 评价数", "差评数 ≤ 评价数")
    ]
    towns = [("镇村", "差评数量 ≤ 评价总数"), ("镇村", "按时整改数量 ≤ 差评数量")]
    share = [("公共服务领域", "总量占比 = 评价数 ÷ 各行评价数之和")]
    assert {*services, *towns, *share} <= found


def test_the_page_and_the_form_of_the_next_period(tmp_path: Path) -> None:
    path = write_page(tmp_path / "in" / "通报.html", {"附件1：各区县情况表": AREAS})
    roots = ("--data", tmp_path / "data", "--output", tmp_path / "output")
    result = run_here("adopt", path, "--city", "江川市", *roots)
    assert result.returncode == 0, result.stderr
    assert NOTES in result.stderr and "quarter 2024Q1" in result.stderr
    result = run_here("quarter", "2024Q1", *roots)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "output" / "2024Q1" / "briefing.html").is_file()
    result = run_here("new", "2024Q2", *roots)
    assert result.returncode == 0, result.stderr


def test_several_periods_are_one_declaration(tmp_path: Path) -> None:
    tables = {"附件1：各区县情况表": AREAS}
    wider = {
        "附件1：各区县情况表": "\n".join(
            f"{line} {last}" for line, last in zip(AREAS.splitlines(), ("差评数", 3, 0, 1), strict=True)
        )
    }
    paths = [
        write_page(tmp_path / "a.html", tables),
        write_page(tmp_path / "b.html", wider, period="2024年第二季度"),
    ]
    places = locations(tmp_path)
    adopted = adopt_bulletins(paths, "江川市", places)
    [annex] = adopted.draft.annexes
    assert annex.optional == ["negative_evaluations"]
    for path, period in adopted.periods.items():
        assert (places.raw(period) / path.name).read_bytes() == path.read_bytes()
        read_raw(places.raw(period), period, load_reference(places.reference))


def test_notes_say_what_was_found_and_what_to_decide(tmp_path: Path) -> None:
    path = write_page(tmp_path / "通报.html", {"附件1：各区县情况表": AREAS.replace("91.10%", "19.10%")})
    notes = adopt_bulletins([path], "江川市", locations(tmp_path)).notes.read_text("utf-8")
    first = notes.index("评价率 = 评价数 ÷ 办件数，3 行中 2 行成立，乙县不同")
    assert notes.index("## 先请您定的") < first < notes.index("## 读到的表")
    assert "None" not in notes and "nan" not in notes


def test_an_existing_folder_is_left_alone(tmp_path: Path) -> None:
    path, places = write_page(tmp_path / "通报.html", {"附件1：各区县情况表": AREAS}), locations(tmp_path)
    adopt_bulletins([path], "江川市", places)
    before = {p: p.read_bytes() for p in places.data.rglob("*") if p.is_file()}
    with pytest.raises(InputRefused, match="已经有了"):
        adopt_bulletins([path], "江川市", places)
    drafted = adopt_bulletins([path], "江川市", places, is_draft=True)
    assert drafted.folder.name == "reference.draft"
    assert all(p.read_bytes() == content for p, content in before.items())


def test_another_file_in_the_raw_folder_is_not_replaced(tmp_path: Path) -> None:
    path, places = write_page(tmp_path / "通报.html", {"附件1：各区县情况表": AREAS}), locations(tmp_path)
    there = write_page(
        places.raw(Period(2024, 1)) / "通报.html", {"附件1：各区县情况表": AREAS.replace("911", "912")}
    )
    content = there.read_bytes()
    with pytest.raises(InputRefused, match="已有同名而内容不同的文件"):
        adopt_bulletins([path], "江川市", places)
    assert there.read_bytes() == content and not places.reference.exists()


@pytest.mark.parametrize(
    ("periods", "message"),
    [(("2024年第一季度", "2024年第一季度"), "一个时段请只给一份"), (("",), "应写明时段")],
)
def test_periods_that_cannot_be_told(tmp_path: Path, periods: tuple[str, ...], message: str) -> None:
    paths = [
        write_page(tmp_path / f"{at}.html", {"附件1：各区县情况表": AREAS}, period=period)
        for at, period in enumerate(periods)
    ]
    with pytest.raises(InputRefused, match=message):
        adopt_bulletins(paths, "江川市", locations(tmp_path))
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("seed", range(20, 26))
def test_invented_bulletins(seed: int) -> None:
    """All relations of their making, no other; one error of each kind is told in its row."""
    score = Score()
    score_bulletin(invent(seed), score)
    assert score.missed == [] and score.false == []
    for kind in KINDS:
        bulletin = invent(seed)
        if plant(bulletin, kind, Random(seed)):
            assert bulletin.planted is not None
            assert bulletin.planted[1:] in score_bulletin(bulletin, Score())


def test_clean_figures_raise_nothing_to_correct(tmp_path: Path) -> None:
    path, places = tmp_path / "通报.html", locations(tmp_path)
    path.write_text(invent(3).html(), encoding="utf-8")
    data = data_of(adopt_bulletins([path], "江川市", places), places)
    report = run_rules(data, load_reference(places.reference))
    assert [finding.message for finding in report.findings if finding.severity == "correct"] == []

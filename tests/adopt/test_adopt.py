"""From the first bulletin of a city to a reference folder that reads it, and to the next period."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path
from random import Random

import openpyxl
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
from haochaping_dev.fuzz.print_form import form_files, formats_of
from tests.adopt.tables import two_level_page, write_page
from tests.shared import run_here

FORMS = form_names()
REAL = project_root() / "data" / "raw" / "2022Q4" / "bulletin.txt"
AREAS = "区县 办件数 评价数 评价率\n甲区 4400 4300 97.73%\n乙县 1000 911 91.10%\n丙区 2100 2088 99.43%"


def locations(root: Path) -> Locations:
    return Locations(root / "data", root / "output")


def data_of(adopted: Adopted, places: Locations) -> QuarterData:
    [period] = set(adopted.periods.values())
    return read_raw(places.raw(period), period, load_reference(places.reference))


@pytest.mark.parametrize(
    ("name", "file_format"), [(name, kind) for name in FORMS for kind in formats_of(load_form(name))]
)
def test_real_tables_of_other_places(name: str, file_format: str, tmp_path: Path) -> None:
    """Every cell stands in a declared column, and nothing that holds is told."""
    form = load_form(name)
    folder = tmp_path / name
    folder.mkdir()
    paths = []
    for file_name, content in form_files(form, file_format, Random(7)).items():
        paths.append(folder / file_name)
        paths[-1].write_bytes(content)
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


@pytest.mark.parametrize("name", FORMS)
def test_the_form_of_the_next_period_is_read_by_the_draft(name: str, tmp_path: Path) -> None:
    """Headings of several levels too: every column that the form prints is the one it was drafted from."""
    form = load_form(name)
    folder = tmp_path / name
    folder.mkdir()
    [(file_name, content)] = form_files(form, "docx", Random(7)).items()
    (folder / file_name).write_bytes(content)
    places = locations(tmp_path)
    adopt_bulletins([folder / file_name], "某市", places)
    following = Period.containing(form.period.end + timedelta(days=1), form.period.kind)
    result = run_here("new", following, "--data", places.data)
    assert result.returncode == 0, result.stderr
    path = places.raw(following) / "annexes.xlsx"
    workbook = openpyxl.load_workbook(path)
    for sheet in workbook.worksheets[2:]:
        for cells in sheet.iter_rows(min_row=2, min_col=3):
            for cell in cells:
                cell.value = 0 if cell.value is None or "SUM" in str(cell.value) else "/"
    workbook.save(path)
    data = read_raw(places.raw(following), following, load_reference(places.reference))
    assert len(data.cells) and not (data.cells["measure"] == "").any()


def test_totals_over_groups_of_columns_are_no_members(tmp_path: Path) -> None:
    head = "单位 窗口/评价量 窗口/好评量 网上/评价量 网上/好评量 {0}/评价量 {0}/好评量"
    rows = "甲局 10 9 30 28 40 37\n乙局 7 7 5 5 12 12\n丙局 81 80 20 20 101 100\n丁局 8 4 3 3 11 7"
    for at, total in enumerate(("合计", "全部渠道")):
        path = tmp_path / f"{at}" / "2024Q1.html"
        path.parent.mkdir()
        path.write_text(two_level_page(head.format(total), rows), encoding="utf-8")
        places = locations(tmp_path / f"{at}")
        adopted = adopt_bulletins([path], "江川市", places)
        [group] = [group for group in adopted.draft.groups if group.members]
        assert [heading for _, _, heading in group.members] == ["窗口", "网上"]
        data = data_of(adopted, places)
        assert set(data.cells[data.cells["is_total"]]["member"]) == {total}
        wrong = path.read_text("utf-8").replace("<td>101</td>", "<td>102</td>")
        (places.raw(data.quarter) / path.name).write_text(wrong, encoding="utf-8")
        report = run_rules(data_of(adopted, places), load_reference(places.reference))
        assert any("102" in finding.message and "101" in finding.message for finding in report.findings)


@pytest.mark.parametrize("rank", ["排名", "名次"])
def test_ranks_and_differences_are_kept_as_printed(tmp_path: Path, rank: str) -> None:
    table = f"区县 评价数 {rank} 较上期增减\n甲区 4300 1 +20\n乙县 911 3 -28\n丙区 2088 2 0"
    path, places = write_page(tmp_path / "通报.html", {"附件1：各区县情况表": table}), locations(tmp_path)
    adopted = adopt_bulletins([path], "江川市", places)
    assert {m.kind for m in adopted.draft.measures.values() if m.name != "evaluations"} == {"as_printed"}


def test_an_annex_that_the_draft_cannot_read_is_left_out_and_told(tmp_path: Path) -> None:
    twice = "单位 受理数\n甲局 10\n乙局 20\n甲局 30"
    tables = {"附件1：各区县情况表": AREAS, "附件2：各单位情况表": twice}
    path, places = write_page(tmp_path / "通报.html", tables), locations(tmp_path)
    adopted = adopt_bulletins([path], "江川市", places)
    assert [annex.title for annex in adopted.draft.annexes] == ["各区县"]
    first = adopted.draft.questions[0]
    assert first.startswith("“各单位”没有写进登记") and "/tmp" not in first
    assert all(ground.annex != "各单位" for ground in adopted.draft.grounds)


def test_rows_of_sections_and_subtotals_part_the_units(tmp_path: Path) -> None:
    table = "单位 受理数\n一、区县\n东县 30\n西县 50\n二、市直部门\n市教育局 61\n市民政局 75\n合计 216"
    later = "单位 咨询数\n东县 3\n西县 5\n市教育局 6\n市民政局 7"
    tables = {"附件1：受理情况表": table, "附件2：咨询情况表": later}
    adopted = adopt_bulletins([write_page(tmp_path / "通报.html", tables)], "江川市", locations(tmp_path))
    assert [(g.word, g.units) for g in adopted.draft.groups] == [
        ("区县", ["东县", "西县"]),
        ("市直部门", ["市教育局", "市民政局"]),
    ]
    assert adopted.draft.annexes[0].rows == adopted.draft.annexes[1].rows


def test_rates_that_are_all_alike_are_no_rate_of_whatever_fits(tmp_path: Path) -> None:
    table = "区县 评价数 主动评价数 差评数 差评整改率\n甲区 43 20 2 100%\n乙县 91 30 1 100%\n丙区 20 8 3 100%"
    path = write_page(tmp_path / "通报.html", {"附件1：各区县情况表": table})
    measures = adopt_bulletins([path], "江川市", locations(tmp_path)).draft.measures.values()
    assert [measure.has_no_base for measure in measures if measure.kind == "rate"] == [True]


def test_a_year_right_after_the_number_of_an_annex_is_no_part_of_it(tmp_path: Path) -> None:
    halls = "大厅 取号数\n东厅 10\n西厅 20\n南厅 5"
    tables = {"附件1  2024年第一季度各区县情况": AREAS, "附件12 2024年第一季度各大厅情况": halls}
    path = write_page(tmp_path / "通报.html", tables)
    annexes = adopt_bulletins([path], "江川市", locations(tmp_path)).draft.annexes
    assert [(annex.number, annex.title) for annex in annexes] == [(1, "各区县"), (12, "各大厅")]


def test_the_form_of_totals_over_groups_of_columns_is_read_back(tmp_path: Path) -> None:
    head = "单位 窗口/评价量 窗口/好评量 网上/评价量 网上/好评量 合计/评价量 合计/好评量"
    rows = "甲局 10 9 30 28 40 37\n乙局 7 7 5 5 12 12\n丙局 81 80 20 20 101 100\n丁局 8 4 3 3 11 7"
    path = tmp_path / "2024Q1.html"
    path.write_text(two_level_page(head, rows), encoding="utf-8")
    places = locations(tmp_path)
    adopt_bulletins([path], "江川市", places)
    assert run_here("new", "2024Q2", "--data", places.data).returncode == 0
    form = places.raw(Period(2024, 2)) / "annexes.xlsx"
    workbook = openpyxl.load_workbook(form)
    sheet = workbook.worksheets[2]
    for cells, row in zip(sheet.iter_rows(min_row=2, min_col=2), rows.splitlines(), strict=False):
        for cell, text in zip(cells[1:], row.replace("101 100", "102 100").split()[1:], strict=True):
            cell.value = int(text)
    for cells in sheet.iter_rows(min_row=6, min_col=3):
        for cell in cells:
            cell.value = None
    workbook.save(form)
    reference = load_reference(places.reference)
    data = read_raw(form.parent, Period(2024, 2), reference)
    assert not (data.cells["measure"] == "").any()
    assert any("102" in finding.message for finding in run_rules(data, reference).findings)

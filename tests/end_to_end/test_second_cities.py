"""Two cities that are not Zibo, by data only: from an empty form to the page, the papers, proof-reading and replies."""

from __future__ import annotations

import datetime
import html
import json
import re
import shutil
import tomllib
from fractions import Fraction
from pathlib import Path

import docx
import openpyxl
import pandas as pd
import pytest

from tests.end_to_end.second_cities import CITIES as CITIES_FOLDER
from tests.end_to_end.second_cities import SIMILAR, UNLIKE, SecondCity, texts_of_outputs
from tests.end_to_end.test_numbers import agrees
from tests.shared import made_once, run_here

CITIES = {city.name: city for city in (SIMILAR, UNLIKE)}


def roots(folder: Path) -> tuple[object, ...]:
    return ("--data", folder / "data", "--output", folder / "output")


@pytest.fixture(scope="session", params=CITIES)
def city(request: pytest.FixtureRequest) -> SecondCity:
    return CITIES[request.param]


@pytest.fixture(scope="session")
def made(city: SecondCity, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city's root, its form filled in and its period built; nobody may change it."""

    def make(folder: Path) -> None:
        city.start(folder / "data")
        new = run_here("new", city.period, *roots(folder))
        assert new.returncode == 0, new.stderr
        city.fill(folder / "data" / "raw" / city.period / "annexes.xlsx")
        result = run_here("quarter", city.period, *roots(folder))
        assert result.returncode == 0, result.stderr

    return made_once(tmp_path_factory, f"city-{city.name}", make)


def published(folder: Path, city: SecondCity) -> Path:
    return folder / "output" / city.period


def test_no_word_of_another_city_in_any_output(city: SecondCity, made: Path) -> None:
    for place, text in [*texts_of_outputs(made / "output"), *texts_of_outputs(made / "data" / "raw")]:
        shown = re.sub(
            r"<style.*?</style>|<script.*?</script>|base64,[A-Za-z0-9+/=]+", "", text, flags=re.DOTALL
        )
        found = [word for word in city.foreign if word in shown]
        assert not found, (
            place,
            found,
            shown[max(0, shown.index(found[0]) - 60) : shown.index(found[0]) + 60],
        )


def test_the_missing_period_before_is_named_as_an_office_says_it(city: SecondCity, tmp_path: Path) -> None:
    city.start(tmp_path / "data")
    before = {"2024Q1": "没有上季度（2023年第四季度）的资料", "2024M03": "没有上月（2024年2月）的资料"}
    told = run_here("new", city.period, *roots(tmp_path)).stderr
    assert told.rstrip().endswith(before[city.period]), told


def test_clean_figures_raise_nothing_to_correct(city: SecondCity, made: Path) -> None:
    findings = json.loads((published(made, city) / "findings.json").read_text("utf-8"))
    findings = findings if isinstance(findings, list) else findings["findings"]
    assert not [finding["message"] for finding in findings if finding["severity"] == "correct"]


def test_the_page_has_a_section_with_words_table_and_chart_for_each_annex(
    city: SecondCity, made: Path
) -> None:
    page = (published(made, city) / "briefing.html").read_text("utf-8")
    assert "（（" not in re.sub("<[^>]+>", "", page)
    sections = re.findall(r'<section id="section-\d+".*?</section>', page, flags=re.DOTALL)
    titles = [name.partition(" ")[2] or name for name in city.sheets]
    for title in titles:
        [section] = [s for s in sections if re.search(rf"<h2[^>]*>\d+ {title}</h2>", s)]
        assert "<table" in section and '<figure class="chart"' in section and 'class="figure"' in section


def test_the_bulletin_prints_every_annex(city: SecondCity, made: Path) -> None:
    document = docx.Document(str(published(made, city) / "bulletin.docx"))
    assert document.core_properties.title == city.title
    printed = [
        {row.cells[1].text: [cell.text for cell in row.cells[2:]] for row in table.rows}
        for table in document.tables
    ]
    for sheet, rows in city.sheets.items():
        wanted = {unit: [str(value) for value in cells.values()] for unit, cells in rows.items()}
        assert any(
            all([text for text in table.get(unit, ()) if text] == cells for unit, cells in wanted.items())
            for table in printed
        ), sheet


def test_proof_reading_finds_a_changed_figure_and_nothing_else(
    city: SecondCity, made: Path, tmp_path: Path
) -> None:
    edited = tmp_path / "修改稿.docx"
    shutil.copy(published(made, city) / "bulletin.docx", edited)
    unchanged = run_here("proof", city.period, edited, *roots(made))
    assert (unchanged.returncode, unchanged.stdout) == (0, ""), unchanged.stdout
    document = docx.Document(str(edited))
    counted = next(p for p in document.paragraphs if re.search(r"合计\d|总数\d", p.text))
    [run] = [run for run in counted.runs if re.search(r"\d{4}", run.text)][:1]
    number = re.search(r"\d{4}", run.text)[0]  # type: ignore[index]
    run.text = run.text.replace(number, str(int(number) + 1), 1)
    document.save(str(edited))
    changed = run_here("proof", city.period, edited, *roots(made))
    assert changed.returncode == 1 and f"应为 {number}" in changed.stdout, changed.stdout


def test_a_slip_is_told_asked_about_and_answered(city: SecondCity, made: Path, tmp_path: Path) -> None:
    """From the finding to the unit's sheet, its reply and the corrected figure."""
    sheet, unit, heading, _ = city.slip
    right = city.sheets[sheet][unit][heading]
    city.start(tmp_path / "data")
    assert run_here("new", city.period, *roots(tmp_path)).returncode == 0
    raw = tmp_path / "data" / "raw" / city.period
    city.fill(raw / "annexes.xlsx", city.slip)
    assert run_here("quarter", city.period, *roots(tmp_path)).returncode == 0
    told = run_here("check", city.period, *roots(tmp_path)).stdout
    assert "[须更正]" in told and unit in told and heading in told
    question = published(tmp_path, city) / "sheets" / f"{unit}.xlsx"
    workbook = openpyxl.load_workbook(question)
    asked = workbook.worksheets[0]
    head = next(row for row in asked.iter_rows() if any(cell.value == "核实值" for cell in row))
    columns = {cell.value: cell.column for cell in head}
    rows = [row for row in asked.iter_rows(min_row=head[0].row + 1) if heading in str(row[1].value)]
    for row in rows[:1]:
        answers = {
            "核实值": right,
            "说明或依据": "已查系统",
            "经办人": "某人",
            "日期": datetime.date(2024, 4, 20),
        }
        for label, value in answers.items():
            asked.cell(row[0].row, columns[label]).value = value
    assert rows
    (raw / "returned").mkdir()
    workbook.save(raw / "returned" / question.name)
    collected = run_here("collect", city.period, *roots(tmp_path))
    assert collected.returncode == 0, collected.stderr
    assert run_here("quarter", city.period, *roots(tmp_path)).returncode == 0
    page = (published(tmp_path, city) / "briefing.html").read_text("utf-8")
    assert "〔更正〕" in page
    corrected = run_here("check", city.period, *roots(tmp_path)).stdout
    assert "[须更正]" not in corrected and ("已更正" in corrected or unit not in corrected)


def expression_of(text: str) -> list[tuple[int, str]]:
    """``a + b - c`` as signs and names, by code of its own."""
    return [
        (-1 if sign == "-" else 1, name)
        for sign, name in re.findall(r"([+-]?)\s*([a-z_]+)", text.replace("−", "-"))
    ]


def recomputed(city: SecondCity, folder: Path) -> dict[str, Fraction]:
    """Figures by name, from the published cells and the declaration's file alone."""
    declared = tomllib.loads((CITIES_FOLDER / city.name / "reference" / "annexes.toml").read_text("utf-8"))
    measures, found = declared["measure"], {}
    cells = pd.read_csv(folder / "data" / "cells.csv", keep_default_na=False, dtype={"value": str})
    cells = cells[cells["is_total"].astype(str).str.lower().isin(("false", "0"))].assign(
        value=lambda t: pd.to_numeric(t["value"])
    )
    for annex in declared["annex"]:
        own = cells[cells["annex"] == annex["name"]]
        groups = annex["rows"] if len(annex["rows"]) > 1 else []
        parts = {annex["name"]: own} | {f"{annex['name']}_{g}": own[own["group"] == g] for g in groups}
        for prefix, part in parts.items():
            wide = part.pivot_table(
                index=["row", "member"], columns="measure", values="value", aggfunc="first"
            )
            found |= figures_of(prefix, wide, annex, measures)
    return {name: Fraction(str(value)) for name, value in found.items()}


def figures_of(prefix: str, wide: pd.DataFrame, annex: dict, measures: dict) -> dict[str, object]:
    rows = wide.index.get_level_values("row")
    found: dict[str, object] = {f"{prefix}_rows": rows.nunique()}
    counts = [m for m in annex["measures"] if measures[m].get("kind", "count") == "count" and m in wide]
    for name in counts:
        found[f"{prefix}_{name}"] = int(wide[name].sum())
    main = next(name for name in counts if name in annex.get("required", counts))
    sums = wide[main].groupby(level="row").sum()
    if sums.sum():
        found[f"{prefix}_{main}_largest"] = int(sums.max())
        found[f"{prefix}_{main}_largest_share"] = Fraction(int(sums.max()), int(sums.sum()))
    for whole in counts:
        for _, part in expression_of(measures[whole].get("parts", "")):
            if part in counts:
                found[f"{prefix}_{part}_of_{whole}"] = Fraction(int(wide[part].sum()), int(wide[whole].sum()))
    for name in counts:
        base = next((m for m in measures[name].get("at_most", ()) if m in counts), "")
        if measures[name].get("better") == "less" and base and wide[base].sum() >= 10_000:
            found[f"{prefix}_{name}_per"] = Fraction(10_000 * int(wide[name].sum()), int(wide[base].sum()))
    for name, rate in measures.items():
        if rate.get("kind") != "rate" or not all(
            m in counts for key in ("numerator", "denominator") for _, m in expression_of(rate[key])
        ):
            continue
        k, n = (
            sum(sign * wide[m] for sign, m in expression_of(rate[key]))
            for key in ("numerator", "denominator")
        )
        if n.sum():
            found[f"{prefix}_{name}"] = Fraction(int(k.sum()), int(n.sum()))
        compared = (k / n)[n >= 30]
        found[f"{prefix}_{name}_few"] = int(((n > 0) & (n < 30)).sum())
        if len(compared):
            found[f"{prefix}_{name}_highest"] = Fraction(compared.max())
            found[f"{prefix}_{name}_lowest"] = Fraction(compared.min())
    for name in annex["measures"]:
        if measures[name].get("kind") == "score" and name in wide:
            found |= {
                f"{prefix}_{name}_highest": wide[name].max(),
                f"{prefix}_{name}_lowest": wide[name].min(),
            }
    if "columns" in annex:
        by_member = wide[main].groupby(level="member").sum()
        for member, value in by_member.items():
            found[f"{prefix}_{member}_{main}"] = int(value)
            found[f"{prefix}_{member}_{main}_share"] = Fraction(int(value), int(by_member.sum()))
        for axis, values in (("row", sums), ("column", by_member)):
            found[f"{prefix}_{axis}s"] = len(values)
            for rank, value in enumerate(values.nlargest(2), start=1):
                found[f"{prefix}_{axis}_{rank}_share"] = Fraction(int(value), int(values.sum()))
        found[f"{prefix}_cells"] = int(wide[main].notna().sum())
        found[f"{prefix}_zero_cells"] = int((wide[main] == 0).sum())
        found[f"{prefix}_zero_share"] = Fraction(found[f"{prefix}_zero_cells"], found[f"{prefix}_cells"])
    return found


def test_every_number_of_the_page_is_recomputed(city: SecondCity, made: Path) -> None:
    page = (published(made, city) / "briefing.html").read_text("utf-8")
    values = recomputed(city, published(made, city))
    spoken = re.findall(r'<span id="sentence-[^"]*">(.*?)</span>', page, flags=re.DOTALL)
    spoken += re.findall(r"<figcaption><strong>(.*?)</strong>", page, flags=re.DOTALL)
    shown = 0
    for sentence in spoken:
        for name, text, following in re.findall(
            r'<a (?:tabindex="-1" )?class="figure(?: doubtful)?" href="#figure-(\w+)">(.*?)</a>([^<]*)',
            sentence,
        ):
            assert name in values, (name, sentence)
            assert agrees(html.unescape(text), following, values[name]), (name, text, values[name])
            shown += 1
    assert shown > 40

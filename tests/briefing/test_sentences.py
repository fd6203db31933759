import re
from dataclasses import replace

import pytest

from haochaping.briefing.sentences import TEMPLATES, write_sentences
from haochaping.checks.confront import CheckReport, confront
from haochaping.figures import compute_figures
from haochaping.model import TABLES, QuarterData, frame
from haochaping.reference import Reference

ALL = sorted(path.stem for path in TEMPLATES.glob("*.j2"))
SECTIONS = [name for name in ALL if not name.startswith("bulletin")]


@pytest.mark.parametrize("section", ALL)
def test_no_template_holds_a_digit(section: str) -> None:
    source = (TEMPLATES / f"{section}.j2").read_text(encoding="utf-8")
    assert not re.search(r"\d", re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", source, flags=re.DOTALL))


@pytest.mark.parametrize("section", SECTIONS)
def test_every_number_links_to_its_figure(section: str, real: QuarterData, real_report: CheckReport) -> None:
    figures = compute_figures(real)
    html = str(write_sentences(section, figures, real_report))
    links = re.findall(r'<a class="figure" href="#figure-(\w+)">(.*?)</a>', html)
    assert all(figures[name].text == shown for name, shown in links)
    bare = re.sub(r"<a .*?</a>", "", html).replace(real.quarter.label, "")
    assert not re.search(r"\d", re.sub(r"<[^>]*>", "", bare))


def test_the_real_quarter_in_words(real: QuarterData, real_report: CheckReport) -> None:
    figures = compute_figures(real)
    text = re.sub(r"<[^>]*>", "", str(write_sentences("summary", figures, real_report)))
    assert "办件 6,487,756 件、评价 6,487,720 条，评价率 99.999%" in text
    assert "周村区（50.31%）" in text and "高新区（0.48%）" in text
    assert "零差评，请核查归集上传链路" in text
    assert "建议核实后送审" in text


@pytest.mark.parametrize("missing", list(TABLES))
def test_a_missing_annex_is_said_and_nothing_breaks(
    missing: str, real: QuarterData, reference: Reference
) -> None:
    data = replace(real, **{missing: frame(missing, [])})
    figures = compute_figures(data)
    report = confront(data, reference)
    for section in SECTIONS:
        html = write_sentences(section, figures, report)
        assert "None" not in html and "nan" not in html
    assert f"没有附件{TABLES[missing].annex}" in write_sentences("overview", figures, report)
    if missing in SECTIONS:
        assert write_sentences(missing, figures, report) == ""


def test_names_from_data_are_escaped(real: QuarterData) -> None:
    districts = real.districts.copy()
    districts.loc[districts["district"] == "高新区", "district"] = "<script>alert(1)</script>"
    html = write_sentences("districts", compute_figures(replace(real, districts=districts)))
    assert "<script>" not in html and "&lt;script&gt;" in html

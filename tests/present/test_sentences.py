import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from jinja2 import FunctionLoader

from haochaping.checks.check_report import CheckReport
from haochaping.checks.run_rules import run_rules
from haochaping.core.model import CellRef, QuarterData, frame
from haochaping.figures.compute_figures import compute_figures
from haochaping.figures.figure import Figures
from haochaping.present import sentences
from haochaping.present.bulletin_text import bulletin_text
from haochaping.present.chart_titles import chart_titles
from haochaping.present.charts.annex_chart import chart_annex
from haochaping.present.phrase import Phrase, PhrasePart
from haochaping.present.sentences import (
    MOST_IN_SUMMARY,
    TEMPLATES,
    compose,
    page_sections,
    say_once,
    write_sentences,
)
from haochaping.reference.reference import Reference
from haochaping.statistics.rates import difference
from haochaping.store.apply_corrections import Correction, apply_corrections
from tests.declared_city import DeclaredCity
from tests.present.general_quarters import GROUPS, HALLS_ANNEX, OTHERS, general_quarters
from tests.present.small_quarters import quarters, without_annexes

SOURCES = {
    path.relative_to(TEMPLATES).as_posix(): path.read_text("utf-8")
    for path in sorted(TEMPLATES.rglob("*.j2"))
}


@dataclass(frozen=True)
class ComputedQuarter:
    """A quarter with its figures, its report and its city."""

    reference: Reference
    data: QuarterData
    figures: Figures
    report: CheckReport


@pytest.fixture(scope="module")
def all_quarters(
    real: QuarterData, reference: Reference, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, ComputedQuarter]:
    """Every kind of quarter, of this city and of others, computed and checked once."""
    own = ((name, data, reference) for name, data in quarters(real))
    return {
        name: ComputedQuarter(
            city, data, compute_figures(data, city), run_rules(data, city, history=data.history)
        )
        for name, data, city in (*own, *general_quarters(tmp_path_factory.mktemp("cities")))
    }


def plain(page: str) -> str:
    """The words of a piece of the page, marks of doubt left out."""
    return html.unescape(re.sub(r"<sup.*?</sup>|<[^>]*>", "", page))


@pytest.mark.parametrize("name", SOURCES)
def test_no_template_holds_a_digit(name: str) -> None:
    assert not re.search(r"\d", re.sub(r"\{\{.*?\}\}|\{[%#].*?[%#]\}", "", SOURCES[name], flags=re.DOTALL))


@pytest.mark.parametrize("name", [name for name in SOURCES if "/_" not in name])
def test_every_line_of_a_template_names_its_rule(name: str) -> None:
    lines = [
        line
        for line in SOURCES[name].splitlines()
        if line and not re.match(r"\{[%#]|#|\{\{ analyst_lines", line)
    ]
    rules = [line.partition("|")[0] for line in lines]
    assert all(re.fullmatch("[a-z_]+", rule) for rule in rules)
    assert len(rules) == len(set(rules)), "a rule chooses one sentence"


@pytest.mark.slow
def test_every_branch_of_every_template_is_reached(
    all_quarters: dict[str, ComputedQuarter], reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each condition comes out true and false somewhere: a mark after every if, elif and else is reached."""
    reached: set[str] = set()
    marks: set[str] = set()

    def marked(name: str) -> str:
        def with_mark(tag: re.Match[str]) -> str:
            mark = f"{name} {SOURCES[name].count(chr(10), 0, tag.start()) + 1} {tag.group()}"
            marks.add(mark)
            return f"{tag.group()}{{{{ reached({mark!r}) }}}}"

        return re.sub(r"\{%-?\s*(?:if|elif|else)\b.*?%\}", with_mark, SOURCES[name])

    environment = sentences.environment().overlay(loader=FunctionLoader(marked))
    environment.globals = {**environment.globals, "reached": lambda mark: reached.add(mark) or ""}
    monkeypatch.setattr(sentences, "environment", lambda: environment)
    naming = replace(reference, city={**reference.city, "bulletin": {"name_units": True}})
    for one in all_quarters.values():
        for section in (*page_sections(one.data.declaration), "key_figures", "charts", "annex_charts"):
            compose(section, one.figures, one.report)
        compose("problems", one.figures)  # what no matter asks
        chart_titles(one.figures)
        bulletin_text(one.data, one.figures, one.reference)
    for one in all_quarters.values():
        if one.reference is reference:
            bulletin_text(one.data, one.figures, naming)
    compose("summary", all_quarters["the real one"].figures, CheckReport((), ()))
    assert marks - reached == set()


@pytest.mark.slow
def test_no_sentence_says_nan_or_none(all_quarters: dict[str, ComputedQuarter], reference: Reference) -> None:
    for name, one in all_quarters.items():
        figures = one.figures
        titles = [Phrase(parts).text for parts in chart_titles(figures).values()]
        assert not [title for title in titles if re.search(r"nan|None|\\u|，，|  |[，； ]$|^$", title)], name
        sections = page_sections(one.data.declaration)
        told = [s.text for section in sections for s in compose(section, figures, one.report)]
        told += [s.text for block in bulletin_text(one.data, figures, one.reference) for s in block.sentences]
        for text in told:
            assert not re.search(r"nan|None|Undefined|\\u|，，|。。|、、|；，|，。| ，", text), (
                f"{name}: {text}"
            )
            assert text.endswith("。"), f"{name}: {text}"


_EXCLUSIVE = (
    {"negatives_none", "negatives_found"},
    {"negatives_none", "district_negatives"},
    {"negatives_none", "department_negatives"},
    {"negatives_none", "tier_negatives"},
    {"district_negatives", "district_no_negatives"},
    {"department_negatives", "department_no_negatives"},
    {"active_all_alike", "districts_beyond_limits"},
    {"active_no_order", "active_extremes", "active_partial_order"},
    {"rate_no_order", "rate_extremes", "rate_partial_order"},
    {"active_signal", "districts_beyond_limits", "departments_silent", "doubts_none"},
    {"public_total_differs", "public_volume"},
    {"rare_found", "rare_none"},
    {"plan_rectification", "plan_rectification_unmeasured"},
    {"volume_unknown", "volume_of_both"},
)
"""Rules of which at most one may speak of a quarter of one annex a kind, wherever on the page."""


@pytest.mark.slow
def test_no_two_sentences_contradict_each_other(all_quarters: dict[str, ComputedQuarter]) -> None:
    for name, one in all_quarters.items():
        sections = page_sections(one.data.declaration)
        spoken = [s for section in sections for s in compose(section, one.figures, one.report)]
        rules = {sentence.rule for sentence in spoken}
        assert not [pair for pair in _EXCLUSIVE if len(pair & rules) > 1], name
        shown: dict[str, set[str]] = {}
        for sentence in spoken:
            for number in sentence.numbers:
                shown.setdefault(number.name, set()).add(number.text)
        for figure, texts in shown.items():
            own = one.figures[figure]
            assert texts <= {own.text, str(own.scaled), str(own.size), "零"}, (name, figure, texts)
            assert "零" not in texts or not own.value, (name, figure)


def numbers_without_figure(sentence_html: str) -> list[str]:
    return re.findall(r"\d[\d,.%]*", plain(re.sub(r'<a class="figure".*?</a>', "", sentence_html)))


@pytest.mark.slow
def test_a_sentence_of_any_annex_can_be_read_alone(all_quarters: dict[str, ComputedQuarter]) -> None:
    """It names the rate, and the rows that it is about by their group or the annex's title."""
    read = 0
    for name, one in all_quarters.items():
        declared = one.data.declaration
        rates = [measure.heading for measure in declared.measures.values() if measure.kind == "rate"]
        rows = [group.word for group in declared.groups.values()]
        for annex, parts in one.figures.words["parts"].items():
            titles = [part["title"] for part in parts]
            for sentence in compose(annex, one.figures, one.report):
                read += 1
                about_rate = sentence.rule == "part_rate" or sentence.rule.startswith("rate_")
                assert not about_rate or any(rate in sentence.text for rate in rates), (name, sentence.text)
                if sentence.rule not in ("score_single", "score_all_alike"):
                    assert any(word in sentence.text for word in (*rows, *titles)), (name, sentence.text)
    assert read > 100


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("one above one, the third apart from neither", "大厅投票率，乙大厅高于丙大厅，其余不分先后。"),
        (
            "many that differ and one too small to tell",
            "大厅投票率，有的可分先后（如癸大厅高于甲大厅、乙大厅、丙大厅等），有的相差在偶然波动之内，不能逐一排列。",
        ),
        ("nothing to tell apart", "各大厅投票率相差在偶然波动之内，不排先后。"),
        (
            "two at either end",
            "大厅投票率，甲大厅、乙大厅较高，丙大厅、丁大厅较低；同一组内彼此相差在偶然波动之内，不分先后。",
        ),
    ],
)
def test_no_order_is_said_only_where_no_two_units_differ(
    all_quarters: dict[str, ComputedQuarter], name: str, told: str
) -> None:
    one = all_quarters[name]
    assert told in [sentence.text for sentence in compose("halls", one.figures, one.report)]


@pytest.mark.slow
def test_units_said_to_be_in_order_differ_and_units_said_to_be_alike_do_not(
    all_quarters: dict[str, ComputedQuarter],
) -> None:
    """Every pair that a spread names is recomputed, in cities of any kind."""
    pairs = 0
    for name, one in all_quarters.items():
        parts = [part for own in one.figures.words["parts"].values() for part in own]
        spreads = [
            (part["prefix"], rate) for part in parts for rate in part["rates"] if rate.get("has_spread")
        ]
        for annex, rate in spreads:
            content = one.data.table(annex).set_index(one.data.declaration.annexes[annex].row_key)
            declared = one.data.declaration.measures[rate["name"].removeprefix(f"{annex}_")]
            [[_, k], [_, n]] = [*declared.numerator, *declared.denominator]
            told = [(c["above"], c["below"]) for c in rate["order"]] + [(rate["highest"], rate["lowest"])]
            for above, below in ((a, b) for highs, lows in told for a in highs for b in lows):
                high, low = content.loc[above], content.loc[below]
                assert difference(high[k], high[n], low[k], low[n]).low > 0, (name, above, below)
                pairs += 1
    assert pairs > 20


def test_a_rate_beyond_its_whole_is_told_and_not_compared(all_quarters: dict[str, ComputedQuarter]) -> None:
    one = all_quarters["more votes than cases"]
    told = [sentence.text for sentence in compose("halls", one.figures, one.report)]
    assert "丙大厅投票率超过百分之百，存疑，不参与比较。" in told
    drawn = plain(chart_annex(one.data.table("halls"), "halls", one.figures))
    assert "超过 100% 的存疑，不参与比较" in drawn
    everywhere = all_quarters["more votes than cases everywhere"]
    assert not [
        s for s in compose("halls", everywhere.figures, everywhere.report) if s.rule == "rate_too_few"
    ]


def test_annexes_that_count_the_same_are_told_apart(tmp_path: Path) -> None:
    others = '[[annex]]\nname = "night"\ntitle = "夜间"\nknown_by = ["夜间"]\nrows = ["hall"]\nmeasures = ["votes"]\n'
    city = DeclaredCity(tmp_path, GROUPS + HALLS_ANNEX + others)
    rows = "大厅 投票总数\n甲大厅 {}\n乙大厅 5\n丙大厅 0"
    data = city.read("", 各大厅=rows.format(9), 夜间情况=rows.format(7))
    figures = compute_figures(data, city.reference)
    told = {annex: [s.text for s in compose(annex, figures)] for annex in ("halls", "night", "problems")}
    assert told["halls"][0].startswith("各大厅：3 个大厅") and told["night"][0].startswith("夜间：3 个大厅")
    assert any(text.startswith("夜间投票总数最多的是甲大厅") for text in told["night"])
    assert told["problems"][0].startswith("各大厅投票总数列为零的大厅：丙大厅。")
    assert told["problems"][1].startswith("夜间投票总数列为零的大厅：丙大厅。")


def test_units_are_counted_by_their_full_word(tmp_path: Path) -> None:
    groups = GROUPS.replace('word = "大厅"', 'word = "大厅"\nlong_word = "大厅（分厅）"')
    others = OTHERS.replace('title = "分渠道"', 'title = "夜间"').replace(
        'rows = ["channel"]', 'rows = ["hall"]'
    )
    city = DeclaredCity(tmp_path, groups + HALLS_ANNEX + others, (("office", "甲局"),))
    small = "\n小大厅 5 1 20.00%"
    data = city.read(
        "",
        各大厅="大厅 办件数 投票总数 投票率\n甲大厅 1000 100 10.00%\n乙大厅 1000 200 20.00%" + small,
        渠道="大厅 退件\n甲大厅 5\n乙大厅 9",
        各单位="单位 办件数\n甲大厅 5\n乙大厅 9\n甲局 7",
    )
    figures = compute_figures(data, city.reference)
    told = {annex: [s.text for s in compose(annex, figures)] for annex in ("halls", "channels", "mixed")}
    assert told["halls"][0].startswith("各大厅：3 个大厅（分厅），办件数合计")
    assert "1 个大厅（分厅）办件数很少，投票率仅供参考，不参与比较。" in told["halls"]
    mixed = [text for text in told["mixed"] if "办件数合计" in text]
    assert mixed == [
        "各单位：3 个单位，办件数合计 21 件。",
        "其中 2 个大厅（分厅），办件数合计 14 件。",
        "其中 1 个部门，办件数合计 7 件。",
    ]
    assert [s.text for s in compose("summary", figures) if "21 件" in s.text], (
        "the whole is in the key points"
    )
    assert not [s.text for s in compose("summary", figures) if "各单位中的" in s.text], (
        "one group of it is not"
    )
    labels = [figures[name].label for name in ("halls_rows", "channels_rows", "mixed_hall_rows")]
    assert labels == ["各大厅个数", "夜间所列大厅（分厅）个数", "各单位中的大厅个数"]
    paragraphs = "".join(block.text for block in bulletin_text(data, figures, city.reference))
    assert "3个大厅（分厅），办件数合计" in paragraphs


def test_that_other_units_listed_theirs_is_said_once_in_a_section(
    all_quarters: dict[str, ComputedQuarter],
) -> None:
    one = all_quarters["after periods in which a hall lists nothing"]
    told = [sentence.text for sentence in compose("halls", one.figures, one.report)]
    assert told[0].startswith("2 个大厅，投票总数 190,070 票。"), told
    assert sum("列数的单位不同" in text for text in told) == 1
    assert sum("；与上季度、上年同期列数的单位不同的数，不列环比、同比。" in text for text in told) == 1
    paragraphs = [block.text for block in bulletin_text(one.data, one.figures, one.reference)]
    assert sum(text.count("列数的单位不同") for text in paragraphs) == 1
    alone: list[tuple[str, tuple[PhrasePart, ...]]]
    alone = [("rule", ("甲 5 件\ue003上月\ue004环比\ue005。",))]
    assert say_once(alone) == [("rule", ("甲 5 件，与上月列数的单位不同，不列环比。",))]


def test_corrected_numbers_are_said_once_in_a_section(tmp_path: Path) -> None:
    city = DeclaredCity(tmp_path, GROUPS + HALLS_ANNEX)
    data = city.read("", 各大厅="大厅 办件数 投票总数 投票率\n甲大厅 1000 100 10.00%\n乙大厅 1000 200 20.00%")
    correction = Correction(CellRef("halls", "甲大厅", "votes"), "101", "100")
    data = apply_corrections(data, [correction], city.reference)
    page = write_sentences("halls", compute_figures(data, city.reference))
    assert page.count("含更正后的数") == page.count("（本节含更正后的数）") == 1


def test_labels_of_a_whole_annex_do_not_speak_of_a_part(all_quarters: dict[str, ComputedQuarter]) -> None:
    matrix = all_quarters["matrix without zeros"].figures
    labels = {figure.label for name, figure in matrix.items() if name.startswith("matrix")}
    assert {"部门分县区所列县区个数", "部门分县区乙局办件数"} <= labels
    assert not [label for label in labels if "部门分县区中" in label]


def test_every_number_links_to_its_figure(all_quarters: dict[str, ComputedQuarter]) -> None:
    for name, one in all_quarters.items():
        sections = page_sections(one.data.declaration)
        for sentence in (
            s for section in sections for s in compose(section, one.figures, CheckReport((), ()))
        ):
            allowed = r"\d+" if sentence.rule in ("annexes_absent",) else ""
            bare = [
                n for n in numbers_without_figure(sentence.html) if not (allowed and re.fullmatch(allowed, n))
            ]
            assert not bare, f"{name}: {sentence.text}"
            assert all(number.name in one.figures for number in sentence.numbers)


def test_the_real_quarter_in_words(real: QuarterData, real_report: CheckReport, reference: Reference) -> None:
    figures = compute_figures(real, reference)
    summary = plain(write_sentences("summary", figures, real_report))
    assert (
        "办件 648.78万件，其中高新区 137.34万件存疑；正文所列归集量 906.97万条，其中 258.19万条在两表中没有出处。"
        in summary
    )
    assert "主动评价 34.31万条，占评价的 5.29%" in summary
    assert "评价率" not in summary.replace("主动评价率", ""), "99.999 % says nothing"
    assert (
        "周村区明显偏高，高新区明显偏低" in summary
        and "列有差评数一栏的各附件，差评均为零，请核查是否如数归集上传" in summary
    )
    districts = plain(write_sentences("districts", figures, real_report))
    assert "周村区（50.31%）" in districts and "高新区（0.48%）" in districts
    assert "623.39万条评价中，列出的差评为零" in districts


@pytest.mark.slow
def test_the_summary_has_four_sentences_at_most(all_quarters: dict[str, ComputedQuarter]) -> None:
    for name, one in all_quarters.items():
        told = compose("summary", one.figures, one.report)
        assert 0 < len(told) <= MOST_IN_SUMMARY, name


def test_a_paragraph_on_doubtful_figures_says_so(
    real: QuarterData, real_report: CheckReport, reference: Reference
) -> None:
    figures = compute_figures(real, reference)
    page = write_sentences("districts", figures, real_report)
    assert 'class="figure doubtful"' in page and "存疑：" in page
    assert "存疑" not in write_sentences("districts", figures)
    for status, stays in (("corrected", False), ("explained", False), ("known", True)):
        matters = tuple(replace(m, status=status) for m in real_report.matters)
        findings = tuple(replace(f, status=status) for f in real_report.findings)
        answered = replace(real_report, matters=matters, findings=findings)
        assert ("存疑：" in write_sentences("districts", figures, answered)) == stays, status


@pytest.mark.slow
def test_a_missing_annex_is_said_and_nothing_breaks(real: QuarterData, reference: Reference) -> None:
    for missing in reference.declaration.annexes:
        data = without_annexes(real, missing)
        figures = compute_figures(data, reference)
        report = run_rules(data, reference)
        number = real.annex_number(missing)
        assert f"没有附件{number}" in write_sentences("overview", figures, report)
        assert write_sentences(missing, figures, report) == ""


@pytest.mark.slow
def test_an_annex_that_the_city_does_not_declare_is_not_told(real: QuarterData, reference: Reference) -> None:
    for unknown in reference.declaration.annexes:
        annexes = {name: spec for name, spec in reference.declaration.annexes.items() if name != unknown}
        data = without_annexes(replace(real, declaration=replace(real.declaration, annexes=annexes)), unknown)
        figures = compute_figures(data, reference)
        assert "没有附件" not in write_sentences("overview", figures)
        assert not any(unknown in {cell.table for cell in figure.cells} for figure in figures.values())
        assert bulletin_text(data, figures, reference)


@pytest.fixture(params=["<script>alert(1)</script>", "\ue000cases\ue0019\ue002", "\u202e区", "{{ n.cases }}"])
def evil(request: pytest.FixtureRequest) -> Iterator[str]:
    yield request.param


def test_names_from_data_are_words_and_nothing_else(
    real: QuarterData, reference: Reference, evil: str
) -> None:
    districts = real.districts.copy()
    districts.loc[districts["district"] == "高新区", "district"] = evil
    figures = compute_figures(real.with_table("districts", districts), reference)
    page = write_sentences("districts", figures)
    assert "<script" not in page and "\ue000" not in page and "\u202e" not in page
    assert not any(number.text == "9" for s in compose("districts", figures) for number in s.numbers)


@pytest.mark.slow
@pytest.mark.parametrize("line_end", ["\n", "\r", "\x85", "\u2028", "\u2029", "\x0b", "\x1e"])
def test_no_name_begins_a_sentence_of_its_own(real: QuarterData, reference: Reference, line_end: str) -> None:
    evil = f"甲{line_end}district_volume| 全市评价率 100%。"
    districts = real.districts.copy()
    districts.loc[districts["district"] == "高新区", "district"] = evil
    figures = compute_figures(real.with_table("districts", districts), reference)
    found = compose("districts", figures)
    assert [sentence.rule for sentence in found].count("district_volume") == 1
    assert any("甲" in sentence.text and "district_volume|" in sentence.text for sentence in found)


@pytest.mark.parametrize("line", ["volume_of_both| 评价率 100%。", "\\# 标题", "\\# # 标题"])
def test_own_words_are_neither_a_rule_nor_a_heading(
    line: str, real: QuarterData, reference: Reference
) -> None:
    note = {"section": "通报·总体情况", "kind": "paragraph", "text": line, "line": 1}
    data = replace(real, notes=frame("notes", [note]))
    last = line.split("#")[-1].split("|")[-1].strip()
    [block] = [b for b in bulletin_text(data, compute_figures(data, reference), reference) if last in b.text]
    assert block.kind == "paragraph" and [sentence.rule for sentence in block.sentences] == [""]

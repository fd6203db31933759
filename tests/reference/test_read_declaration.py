"""What contradicts itself in a city's declaration is refused: file, line, key and what is allowed, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from haochaping.core.declaration import Declaration
from haochaping.core.errors import InputRefused
from haochaping.reference.read_declaration import read_declaration

FILE = Path("annexes.toml")
SMALL = """\
serial = ["序号"]

[group.district]
word = "区县"
registered = true

[group.hall]
word = "大厅"

[group.tier]
word = "层级"

[group.tier.member.town]
word = "镇（街道）"
headings = ["镇级", "镇"]

[measure.cases]
heading = "办件数"

[measure.evaluations]
heading = "评价数"
aliases = ["评价量"]
at_most = ["cases"]

[measure.evaluation_rate]
heading = "评价率"
kind = "rate"
numerator = "evaluations"
denominator = "cases"

[[annex]]
name = "districts"
title = "各区县"
rows = ["district"]
measures = ["cases", "evaluations", "evaluation_rate"]
required = ["evaluations"]

[[annex]]
name = "halls"
title = "大厅"
rows = ["district", "hall"]
columns = "tier"
measures = ["evaluations"]
totals = { "区县合计" = "district" }

[[relation]]
id = "halls_within"
holds = "districts.evaluations >= 2 * halls.evaluations - text.records"
by = "district"
"""


def read(text: str = SMALL) -> Declaration:
    return read_declaration(FILE, text)


def problems(text: str) -> list[str]:
    with pytest.raises(InputRefused) as refusal:
        read(text)
    return [str(problem) for problem in refusal.value.problems]


def changed(old: str, new: str) -> str:
    assert SMALL.count(old) == 1, old
    return SMALL.replace(old, new)


def line_of(text: str, start: str) -> str:
    """The place of the line that begins with `start`."""
    [number] = [n for n, line in enumerate(text.splitlines(), start=1) if line.startswith(start)]
    return f"annexes.toml 第 {number} 行"


def test_a_declaration_becomes_values() -> None:
    found = read()
    assert list(found.annexes) == ["districts", "halls"]
    halls = found.annexes["halls"]
    assert (
        halls.is_mixed and halls.key == ("group", "unit", "tier") and halls.totals == {"区县合计": "district"}
    )
    assert found.annexes["districts"].counts == ("cases", "evaluations")
    assert found.measures["evaluation_rate"].numerator == ((1, "evaluations"),)
    assert found.unit("evaluation_rate") == "%"
    assert found.groups["tier"].members_by_heading["镇级"].name == "town"
    assert found.word_of("town") == "镇（街道）"
    [relation] = found.relations
    assert relation.comparison == "at most"
    assert [(t.factor, t.annex, t.measure) for t in relation.left] == [
        (2, "halls", "evaluations"),
        (-1, "headline", "records"),
    ]


CONTRADICTIONS: dict[str, tuple[str, str, str, str, list[str]]] = {
    "unknown section": ("[measure.cases]", "[measures.cases]", "", "measures", ["measure", "annex", "之一"]),
    "unknown key": (
        'aliases = ["评价量"]',
        'alias = ["评价量"]',
        "alias =",
        "measure.evaluations.alias",
        ["aliases", "at_most"],
    ),
    "unknown key of a member": (
        'headings = ["镇级", "镇"]',
        'heading = "镇级"',
        'heading = "镇级"',
        "group.tier.member.town.heading",
        ["word、headings"],
    ),
    "missing key": ('title = "大厅"\n', "", "", "annex.2", ["应写明 title"]),
    "text for a list": (
        'aliases = ["评价量"]',
        'aliases = "评价量"',
        "aliases =",
        "measure.evaluations.aliases",
        ["应为文字的列表"],
    ),
    "blank text": ('word = "大厅"', 'word = " "', 'word = " "', "group.hall.word", ["应为文字"]),
    "text for a flag": (
        "registered = true",
        'registered = "是"',
        "registered =",
        "group.district.registered",
        ["true 或 false"],
    ),
    "true for a number": (
        'title = "大厅"',
        'title = "大厅"\nnumber = true',
        "number =",
        "annex.2.number",
        ["整数"],
    ),
    "unknown kind": (
        'kind = "rate"',
        'kind = "ratio"',
        "kind =",
        "measure.evaluation_rate.kind",
        ["rate", "share"],
    ),
    "a rate without base": (
        'denominator = "cases"\n',
        "",
        "[measure.evaluation_rate]",
        "measure.evaluation_rate",
        ["numerator", "denominator", "base_not_printed"],
    ),
    "a share without whole": (
        'kind = "rate"\nnumerator = "evaluations"\ndenominator = "cases"',
        'kind = "share"',
        "[measure.evaluation_rate]",
        "measure.evaluation_rate",
        ["占比应写明 numerator"],
    ),
    "a change of nothing": (
        'kind = "rate"\nnumerator = "evaluations"\ndenominator = "cases"',
        'kind = "change"',
        "[measure.evaluation_rate]",
        "measure.evaluation_rate",
        ["of", "previous", "year_ago"],
    ),
    "bounds of a rate": (
        'denominator = "cases"',
        'denominator = "cases"\nat_most = ["cases"]',
        "[measure.evaluation_rate]",
        "measure.evaluation_rate",
        ["只用于计数"],
    ),
    "unknown measure": (
        'at_most = ["cases"]',
        'at_most = ["case"]',
        "at_most =",
        "measure.evaluations.at_most",
        ["cases、evaluations"],
    ),
    "rate of a rate": (
        'numerator = "evaluations"',
        'numerator = "evaluation_rate"',
        "numerator =",
        "measure.evaluation_rate.numerator",
        ["计数的列"],
    ),
    "no sum": (
        'numerator = "evaluations"',
        'numerator = "evaluations / 2"',
        "numerator =",
        "measure.evaluation_rate.numerator",
        ["相加减"],
    ),
    "made of itself": (
        'heading = "办件数"',
        'heading = "办件数"\nparts = "cases + evaluations"',
        "parts =",
        "measure.cases.parts",
        ["自身"],
    ),
    "unknown group of rows": (
        'rows = ["district"]',
        'rows = ["county"]',
        'rows = ["county"]',
        "annex.1.rows",
        ["district、hall、tier"],
    ),
    "unknown group of columns": (
        'columns = "tier"',
        'columns = "tiers"',
        "columns =",
        "annex.2.columns",
        ["district、hall、tier"],
    ),
    "unknown measure of an annex": (
        'measures = ["evaluations"]',
        'measures = ["evaluations", "votes"]',
        'measures = ["evaluations", ',
        "annex.2.measures",
        ["cases、evaluations、evaluation_rate"],
    ),
    "required but no measure of it": (
        'required = ["evaluations"]',
        'required = ["votes"]',
        "required =",
        "annex.1.required",
        ["cases、evaluations、evaluation_rate"],
    ),
    "two annexes of one name": ('name = "halls"', 'name = "districts"', "", "annex.2.name", ["不应重复"]),
    "a total of other rows": (
        'totals = { "区县合计" = "district" }',
        'totals = { "区县合计" = "tier" }',
        "totals =",
        "annex.2.totals",
        ["district、hall"],
    ),
    "two annexes known by one word": (
        'title = "大厅"',
        'title = "各 区县"',
        "",
        "annex.2.title",
        ["districts", "各不相同"],
    ),
    "a heading of two meanings": (
        'aliases = ["评价量"]',
        'aliases = ["办件数"]',
        "[measure.evaluations]",
        "measure.evaluations",
        ["cases 和 evaluations", "districts"],
    ),
    "a heading wanted and unwanted": (
        "[[relation]]",
        '[[unwanted]]\nheading = "评价量"\nreason = "不用"\n\n[[relation]]',
        "[measure.evaluations]",
        "measure.evaluations",
        ["unwanted 和 evaluations"],
    ),
    "no comparison": (
        'holds = "districts.evaluations >= 2 * halls.evaluations - text.records"',
        'holds = "districts.evaluations"',
        "holds =",
        "relation.1.holds",
        ["=、<= 或 >="],
    ),
    "relation with an unknown annex": (
        "districts.evaluations >= 2",
        "counties.evaluations >= 2",
        "holds =",
        "relation.1.holds",
        ["counties.evaluations", "districts、halls 或 text"],
    ),
    "relation with an unknown measure": (
        "districts.evaluations >= 2",
        "districts.votes >= 2",
        "holds =",
        "relation.1.holds",
        ["districts.votes", "cases、evaluations"],
    ),
    "relation with an unknown figure of the text": (
        "text.records",
        "text.votes",
        "holds =",
        "relation.1.holds",
        ["text.votes", "records"],
    ),
    "relation by an unknown group": (
        'by = "district"',
        'by = "county"',
        "",
        "relation.1",
        ["by 应为 group 中已有的"],
    ),
    "relation by a group that an annex lacks": (
        'by = "district"',
        'by = "hall"',
        "",
        "relation.1",
        ["附件 districts 没有按 hall 分的行或列"],
    ),
    "two relations of one id": (
        'by = "district"',
        'by = "district"\n\n[[relation]]\nid = "halls_within"\nholds = "districts.cases = halls.evaluations"',
        "",
        "relation.2.id",
        ["不应重复"],
    ),
    "severity": (
        'by = "district"',
        'by = "district"\nseverity = "error"',
        "severity =",
        "relation.1.severity",
        ["correct、verify、note"],
    ),
    "annex as a named section": ("[[relation]]", "[relation.first]", "", "relation", ["[[relation]]"]),
    "no such notebook": (
        'serial = ["序号"]',
        'serial = ["序号"]\nnotebook = "none.ipynb"',
        "notebook =",
        "notebook",
        ["general.ipynb"],
    ),
    "a notebook without parameters": (
        'serial = ["序号"]',
        'serial = ["序号"]\nnotebook = "explore.ipynb"',
        "notebook =",
        "notebook",
        ["general.ipynb", "parameters"],
    ),
    "a notebook for other annexes": (
        'serial = ["序号"]',
        'serial = ["序号"]\nnotebook = "briefing.ipynb"',
        "notebook =",
        "notebook",
        ["没有声明：city_departments、district_departments、towns_and_villages、public_services"],
    ),
    **{
        f"an annex called {name}": (
            'name = "halls"\ntitle = "大厅"',
            f'name = "{name}"\ntitle = "大厅"',
            f'name = "{name}"',
            "annex.2.name",
            ["请换一个 name"],
        )
        for name in ("cells", "About", "headline", "history", "unreported", "text", "table_3")
    },
    "an annex that is no name": (
        'name = "halls"\ntitle = "大厅"',
        'name = "../halls"\ntitle = "大厅"',
        'name = "../halls"',
        "annex.2.name",
        ["字母、数字和下划线"],
    ),
    "columns that cannot be told": (
        '[group.hall]\nword = "大厅"\n',
        '[group.hall]\nword = "大厅"\n\n[group.kind]\nword = "类别"\n\n[[annex]]\nname = "kinds"\ntitle = "类别表"\n'
        'rows = ["hall"]\ncolumns = "kind"\nmeasures = ["cases"]\n',
        'columns = "kind"',
        "annex.1.columns",
        ["registered = true", "endings", "[group.kind.member"],
    ),
    "serial no list": ('serial = ["序号"]', 'serial = "序号"', "serial =", "serial", ["文字的列表"]),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradiction_is_refused_with_its_place(name: str) -> None:
    old, new, line, key, expected = CONTRADICTIONS[name]
    text = changed(old, new)
    told = problems(text)
    [problem] = [problem for problem in told if f" {key}" in problem.partition("；")[0]][:1] or [None]
    assert problem, told
    assert problem.startswith("annexes.toml")
    if line:
        assert problem.startswith(line_of(text, line)), problem
    for words in expected:
        assert words in problem, problem


def test_all_contradictions_are_told_at_once() -> None:
    keys = changed('aliases = ["评价量"]', 'alias = ["评价量"]').replace(
        "registered = true", "registered = 1"
    )
    assert len(problems(keys)) == 2
    text = changed('at_most = ["cases"]', 'at_most = ["case"]').replace(
        'columns = "tier"', 'columns = "tiers"'
    )
    text = text.replace('rows = ["district"]', 'rows = ["county"]')
    assert len(problems(text)) >= 3


@pytest.mark.parametrize("text", ["x = [", "[group.district]\nword = 1 2", "[a]\n[a]", "a = " + "[" * 5000])
def test_what_is_no_toml_is_refused(text: str) -> None:
    [problem] = problems(text)
    assert problem.startswith("annexes.toml") and "应为 TOML 格式" in problem


def test_a_declaration_of_nothing_is_told_what_it_needs() -> None:
    told = problems("")
    assert [problem.partition("应至少有一节 ")[2] for problem in told] == [
        "[group.…]",
        "[measure.…]",
        "[[annex]]",
    ]


def test_the_kits_own_declaration_has_all_that_its_city_prints(declaration: Declaration) -> None:
    assert [spec.name for spec in declaration.annexes.values()] == [
        "districts",
        "city_departments",
        "district_departments",
        "towns_and_villages",
        "public_services",
    ]


@pytest.fixture
def declaration(reference) -> Declaration:
    return reference.declaration

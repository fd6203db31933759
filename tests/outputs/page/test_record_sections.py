"""Sections that only a period with records has."""

from __future__ import annotations

import re

from haochaping.checks.run_rules import run_rules
from haochaping.core.model import QuarterData
from haochaping.figures.compute_figures import compute_figures
from haochaping.outputs.page.record_sections import (
    association_html,
    conventions_html,
    loop_html,
    records_html,
    reproduction_html,
)
from haochaping.present.charts.record_charts import chart_loop, chart_rating_times
from haochaping.present.sentences import write_sentences
from haochaping.reference.reference import Reference
from tests.records.exports import Export, personal_values


def test_a_period_without_records_has_none_of_them(real: QuarterData, reference: Reference) -> None:
    figures = compute_figures(real, reference)
    pieces = [reproduction_html(real), records_html(real, figures), association_html(real), loop_html(real)]
    charts = [chart_rating_times(real), chart_loop(real)]
    assert [*map(str, pieces)] == [""] * 4 and [*map(str, charts)] == [""] * 2
    assert conventions_html(real) == ""


def test_a_period_from_records_shows_them_and_compares_nothing(
    counted: QuarterData, reference: Reference, record_export: Export
) -> None:
    figures = compute_figures(counted, reference)
    assert reproduction_html(counted) == ""
    shown = records_html(counted, figures) + association_html(counted) + loop_html(counted)
    for caption in (
        "记录的去向",
        "各渠道的评价",
        "各级满意度的评价",
        "各辖区办件的评价关联率",
        "差评办件走到哪一步",
    ):
        assert caption in shown
    assert "1 至 4 的数不显示" in shown and "370399" in shown
    assert "提取日（2023-04-06）" in conventions_html(counted)
    assert not [value for value in personal_values(record_export) if len(value) > 3 and value in shown]


def test_charts_say_what_they_draw(counted: QuarterData) -> None:
    for chart in (chart_rating_times(counted), chart_loop(counted)):
        html = chart._repr_html_()
        assert "<svg" in html and "图中数据" in html and 'role="img"' in html


def test_sentences_do_not_say_that_nobody_knows_the_channels(
    counted: QuarterData, reference: Reference
) -> None:
    figures = compute_figures(counted, reference)
    report = run_rules(counted, reference)
    words = "".join(str(write_sentences(part, figures, report)) for part in ("summary", "problems"))
    text = re.sub(r"<[^>]+>", "", words)
    assert "附件没有列出" not in text and "附件没有分渠道" not in text and "通报所列" not in text
    assert "各渠道的评价数见“单件记录”一节" in text


def test_reproduction_shows_every_cell_the_largest_difference_first(beside_bulletin: QuarterData) -> None:
    html = reproduction_html(beside_bulletin)
    cells = re.search(r'id="table-reproduced-districts".*?</table>', html, re.DOTALL)
    assert cells is not None
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', cells[0])
    assert len(rows) == 4 * len(beside_bulletin.table("districts"))
    first = re.findall(r"<td[^>]*>(.*?)</td>", rows[0][1])
    assert "办件数" in rows[0][0] and first[2] == "+100"
    second = beside_bulletin.table("districts")["district"][1]
    assert second in rows[1][0] and re.findall(r"<td[^>]*>(.*?)</td>", rows[1][1])[0] == "0"

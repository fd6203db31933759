"""Sections of the page that only a period with records of single cases has."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from haochaping.cleaning.number_format import number
from haochaping.core import record_counts as names
from haochaping.core.labels import annex_words
from haochaping.core.model import QuarterData
from haochaping.core.record_counts import RecordCounts
from haochaping.figures.figure import Figures
from haochaping.figures.reproduction import VARIATION_WORDS, ReproducedAnnex, reproduce
from haochaping.outputs.cell_words import cell_words
from haochaping.present.html_fragment import Html, stack, text
from haochaping.present.html_table import frame_table
from haochaping.present.record_tables import (
    cases_table,
    flow_table,
    loop_table,
    outside_table,
    places_table,
    ratings_table,
    record_counts,
    uncovered,
)

MOST_ROWS = 20
"""Rows of a long table that the page shows; all are in the data package."""


def reproduction_html(data: QuarterData) -> Html:
    """复现核对: every printed count beside the records' count, the largest differences first; blank without both."""
    annexes = [] if data.is_from_records else reproduce(data)
    if not annexes:
        return Html("")
    rows = [_summary(data, annex) for annex in annexes]
    cells = [_cells_html(data, annex) for annex in annexes if annex.cells]
    return stack(
        "<p>把附件所印的每个计数，与单件记录按附录所列约定汇总的数逐格比较；比率、占比不另比较。不同的，可能是录入有误，"
        "也可能是范围、提取时间、口径不同：不同的格逐一改用别的口径（无效、晚到、重复的也计入等）再比，能使两者相同的写在最后一栏。</p>",
        frame_table(pd.DataFrame(rows), "通报所印之数与单件记录", "table-reproduction"),
        *cells,
    )


def _summary(data: QuarterData, annex: ReproducedAnnex) -> dict[str, str]:
    explained = "；".join(
        f"{VARIATION_WORDS[name]}：{count} 格" for name, count in annex.explanations.items()
    )
    differing = annex.differing
    return {
        "表": annex_words(data, annex.table),
        "可比的格": number(len(annex.cells)),
        "相同": number(len(annex.cells) - len(differing)),
        "不同": number(len(differing)),
        "相差合计（绝对值）": number(sum(abs(cell.difference) for cell in differing)),
        "只有一方有数": number(len(annex.only_printed) + len(annex.only_counted)),
        "改换口径后相同的格": explained or ("没有" if differing else ""),
    }


def _cells_html(data: QuarterData, annex: ReproducedAnnex) -> Html:
    ordered = [*annex.differing, *(cell for cell in annex.cells if not cell.difference)]
    rows = [
        {
            "单元格": cell_words(data, cell.at),
            "通报所印": number(cell.printed),
            "记录汇总": number(cell.counted),
            "相差": f"{cell.difference:+,}" if cell.difference else "0",
            "改换口径后相同": "；".join(VARIATION_WORDS[name] for name in cell.explained_by)
            or ("没有" if cell.difference else ""),
        }
        for cell in ordered
    ]
    one_sided = [
        f"{cell_words(data, cell)}只有{side}有数"
        for side, cells in (("通报", annex.only_printed), ("记录", annex.only_counted))
        for cell in cells
    ]
    note = "；".join(one_sided[:MOST_ROWS]) + (
        f" 等 {len(one_sided)} 格" if len(one_sided) > MOST_ROWS else ""
    )
    words, different = annex_words(data, annex.table), len(annex.differing)
    table = frame_table(pd.DataFrame(rows), f"{words}逐格比较", f"table-reproduced-{annex.table}", note=note)
    folded = (
        f"<details><summary>{text(words)}逐格比较（{len(rows)} 格，相差大的在前）</summary>{table}</details>"
    )
    if not different:
        return Html(folded)
    # What differs stands open, so that it is on paper too.
    caption = f"{words}中不同的格" + (
        f"（相差最大的 {MOST_ROWS} 格，共 {different} 格）" if different > MOST_ROWS else ""
    )
    shown = pd.DataFrame(rows[: min(different, MOST_ROWS)])
    return Html(frame_table(shown, caption, f"table-different-{annex.table}") + folded)


def records_html(data: QuarterData, figures: Figures) -> Html:
    """单件记录: where every record went, and the views that annexes lack; blank without records."""
    counts = record_counts(data)
    if not counts:
        return Html("")
    return stack(
        ""
        if data.is_from_records
        else "<p>以下三节由单件记录汇总，与通报所印的数可能不同，不同之处见“复现核对”。</p>",
        "<p>读入的每一条记录，不是计入，就在下表不计入的某一类；“—”表示这种记录没有这一类。各类相加等于读入的条数，每次运行都核对。"
        "一条记录有几种情形的，只归入其中一种，先后见附录的约定；“所属办件没有计入”的，是办件不论因为什么没有计入的评价。"
        "按什么约定计入，见附录。</p>",
        frame_table(flow_table(counts), "记录的去向", "table-record-flow"),
        _ratings_and_cases(counts),
        _optional(outside_table(counts), "不在清单的辖区和部门", "table-record-outside"),
        _disclosure_html(figures),
        *(
            _optional(ratings_table(counts, view), caption, f"table-record-{view}", note)
            for view, caption, note in (
                (
                    names.CHANNEL,
                    "各渠道的评价",
                    "渠道代码的名称由本市设置。",
                ),
                (names.LEVEL, "各级满意度的评价", ""),
                (names.REASON, "差评的原因（一条评价可有几个）", ""),
            )
        ),
        _folded(ratings_table(counts, names.WEEK), "各周的评价", "table-record-week"),
        _folded(cases_table(counts, names.ITEM), "各事项的办件与评价", "table-record-item"),
    )


def _disclosure_html(figures: Figures) -> Html:
    """Which numbers are not shown, and why."""
    least = int(figures.reference.threshold("disclosure")) if figures.reference else 0
    if least < 2:
        return Html("")
    return Html(
        f"<p>为免认出个人，以下各表中 1 至 {least - 1} 的数不显示；只有一个不显示的，另一个最小的也不显示，以免由合计推出。"
        "附件各表是公开的工作量，不受此限。</p>"
    )


def _ratings_and_cases(counts: RecordCounts) -> Html:
    """How the number of evaluations and that of evaluated cases go together."""
    ratings, cases = (
        counts.count(names.TOTALS, names.ALL, "", measure) for measure in ("ratings", "evaluations")
    )
    more = f"，其中有的被评价不止一次，多出 {number(ratings - cases)} 条" if ratings > cases else ""
    return Html(f"<p>计入的评价 {number(ratings)} 条，来自 {number(cases)} 件办件{more}。</p>")


def association_html(data: QuarterData) -> Html:
    """关联与覆盖: which cases reached the chain case – service – evaluation, which towns and villages have none."""
    counts = record_counts(data)
    if not counts:
        return Html("")
    groups = data.declaration.groups.values()
    tiers = {member.name: member.word for group in groups for member in group.members}
    return stack(
        "<p>评价关联率 = 有计入的评价的办件 ÷ 办件；其余办件没有评价，或只有无效、晚到等不计入的评价。部门的数含镇、村的办件。</p>",
        _optional(cases_table(counts, names.BY_AREA), "各辖区办件的评价关联率", "table-record-area"),
        _folded(
            cases_table(counts, names.BY_DEPARTMENT), "各部门办件的评价关联率", "table-record-department"
        ),
        _coverage_html(data, tiers),
    )


def _coverage_html(data: QuarterData, tiers: Mapping[str, str]) -> Html:
    """Towns and villages with cases and evaluations; with a list of them, by area, and which have none."""
    counts = record_counts(data)
    cells = counts.view(names.PLACES)
    if not any(measure == "listed" for _, _, measure in cells):
        sums = {
            tier: [
                sum(int(v) for (_, t, m), v in cells.items() if (t, m) == (tier, measure))
                for measure in ("with_cases", "with_evaluations")
            ]
            for tier in dict.fromkeys(tier for _, tier, _ in cells)
        }
        said = "；".join(
            f"有办件的{tiers.get(tier, tier)} {number(cases)} 个，其中有评价的 {number(rated)} 个"
            for tier, (cases, rated) in sums.items()
        )
        lacking = "本市没有镇村清单，没有一件办件的镇村无从列出。"
        return Html(f"<p>{text(said)}。{lacking}</p>" if said else "")
    table = _optional(places_table(counts, tiers), "镇村的覆盖", "table-record-places")
    return stack(table, _uncovered_html(counts))


def _uncovered_html(counts: RecordCounts) -> Html:
    found = uncovered(counts)
    if not found:
        return Html("<p>清单中的镇村都有评价。</p>")
    items = "".join(
        f"<li>{text(row)}（{len(places)} 个）：{text('、'.join(places))}</li>"
        for row, places in found.items()
    )
    return Html(f"<details><summary>没有评价的镇村</summary><ul>{items}</ul></details>")


def loop_html(data: QuarterData) -> Html:
    """整改闭环: how far the cases with a negative rating went; blank without records."""
    counts = record_counts(data)
    table = loop_table(counts)
    if table.empty:
        return Html("")
    found = counts.count(names.LOOP, "negative", "", "cases")
    if not found:
        return Html("<p>本期计入的记录没有差评。</p>")
    if len(table) == 1:
        has_rectifications = counts.count(names.FLOW, names.RECTIFICATIONS, names.COUNTED) > 0
        reason = "件数少" if has_rectifications else "没有对应的整改记录"
        return Html(f"<p>本期有差评的办件 {number(found)} 件；{reason}，各环节不列出。</p>")
    note = (
        "占比的基数是有差评的办件。记录中没有的环节不列。整改期限从第一次差评的次日起按工作日算；到提取日未到期又未整改的，"
        "不入按时整改率的基数。"
    )
    return frame_table(table, "差评办件走到哪一步", "table-record-loop", note=note)


def conventions_html(data: QuarterData) -> Html:
    """The conventions by which records were counted, for the appendix; blank without records."""
    conventions = data.fact("record_conventions")
    if not conventions:
        return Html("")
    items = "".join(f"<li>{text(line)}</li>" for line in conventions.split("\n"))
    return Html(f'<h3 id="record-conventions">单件记录怎么数</h3><ul>{items}</ul>')


def _optional(table: pd.DataFrame, caption: str, table_id: str, note: str = "") -> Html:
    return frame_table(table, caption, table_id, note=note) if len(table) else Html("")


def _folded(table: pd.DataFrame, caption: str, table_id: str) -> Html:
    """A long table behind a line to open, its first rows alone."""
    if table.empty:
        return Html("")
    is_cut = len(table) > MOST_ROWS + 5 and table_id != "table-record-week"
    note = f"只列前 {MOST_ROWS} 行，共 {len(table)} 行，其余见数据包 record_counts.csv。" if is_cut else ""
    shown = frame_table(table.head(MOST_ROWS) if is_cut else table, caption, table_id, note=note)
    return Html(f"<details><summary>{text(caption)}（{len(table)} 行）</summary>{shown}</details>")

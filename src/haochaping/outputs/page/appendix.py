"""The end of the page: definitions, corrections, revisions, sources, table of figures."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from haochaping.checks.check_report import CheckReport
from haochaping.core.declaration import RATE, Measure
from haochaping.core.labels import FIGURES, INPUT_KINDS, numbering_words
from haochaping.core.measure_words import definition
from haochaping.core.model import QuarterData
from haochaping.figures.figure import Figures
from haochaping.outputs.cell_words import BLANK, cell_words
from haochaping.outputs.page.figure_table import figure_table
from haochaping.outputs.page.record_sections import conventions_html
from haochaping.present.html_fragment import Html, stack, text
from haochaping.present.html_table import frame_table
from haochaping.present.printed_table import printed_measures
from haochaping.store.cell_index import cell_of
from haochaping.store.revisions import net_revisions


def appendix_html(data: QuarterData, figures: Figures, report: CheckReport) -> Html:
    """The whole appendix: definitions, methods, corrections, revisions, sources, table of figures."""
    return stack(
        _definitions_table(data),
        conventions_html(data),
        f'<details class="methods"><summary>统计方法</summary>{_methods_table(figures)}</details>',
        _corrections_table(data),
        _revisions_table(data),
        "<h3>资料来源</h3>",
        frame_table(
            pd.DataFrame(
                {
                    "文件": data.inputs["file"],
                    "种类": data.inputs["kind"].map(INPUT_KINDS),
                    "SHA-256": data.inputs["sha256"],
                    "字节": data.inputs["bytes"].astype("str"),
                }
            ),
            "所读文件",
            "table-inputs",
        ),
        _source_used(data),
        _title_and_addressees(data),
        f"<p>{text(numbering)}。</p>" if (numbering := numbering_words(data)) else "",
        _bulletin_text(data),
        '<details class="across" id="all-figures"><summary>数字表：语句、首页和图题所用每个数字的算法和来源</summary>'
        f"{figure_table(figures, report)}</details>",
    )


def _definitions_table(data: QuarterData) -> Html:
    """What the measures are that the period prints, and the figures of the text."""
    rows = [
        {"指标": measure.heading, "含义或算法": _meaning(measure, data)}
        for measure in [*printed_measures(data), *_computed_rates(data)]
    ]
    ids = [""] * len(rows)
    is_particular = any(spec.is_particular for spec in data.declaration.annexes.values())
    if is_particular and not data.is_from_records:  # their key figures link to it
        rows.append(
            {
                "指标": FIGURES["rectification_rate"],
                "含义或算法": "已整改差评数 ÷ 有效差评数，没有差评的不适用；正文没有载明算法",
            }
        )
        ids.append("definition-rectification")
    return frame_table(
        pd.DataFrame(rows, columns=["指标", "含义或算法"]), "指标含义", "table-definitions", row_ids=ids
    )


def _meaning(measure: Measure, data: QuarterData) -> str:
    """The definition of a measure; a count made from records has that of the conventions in force."""
    if data.is_from_records and (measure.is_count or not measure.numerator):
        return "由单件记录汇总，怎么数见下"
    # The city's words say what a bulletin leaves open; nothing is open where records are counted.
    return definition(replace(measure, definition="") if data.is_from_records else measure, data.declaration)


def _computed_rates(data: QuarterData) -> list[Measure]:
    """Rates that the city declares and no annex prints: computed where their counts are printed."""
    declared, printed = data.declaration, {measure.name for measure in printed_measures(data)}
    in_annexes = {name for spec in declared.annexes.values() for name in spec.measures_by_name}
    return [
        measure
        for measure in declared.measures.values()
        if measure.kind == RATE
        and measure.name not in in_annexes
        and {name for _, name in (*measure.numerator, *measure.denominator)} <= printed
    ]


def _title_and_addressees(data: QuarterData) -> str:
    """Title and addressees of the bulletin as read; blank where there is none."""
    if data.is_from_records:
        return ""
    addressees = data.fact("addressees")
    addressees_html = (
        f'<span id="bulletin-addressees">主送机关：{text(addressees)}。</span>' if addressees else ""
    )
    return f"<p>通报标题：{text(data.fact('title') or '未见标题')}。{addressees_html}</p>"


def _bulletin_text(data: QuarterData) -> str:
    """The bulletin's text as it was read: findings about the text link here."""
    if not data.fact("text"):
        return ""
    body = text(data.fact("text"))
    return f'<details class="bulletin-text"><summary>通报正文（所读）</summary><p id="bulletin-text">{body}</p></details>'


def _methods_table(figures: Figures) -> Html:
    """How changes, intervals and limits are judged, with sources."""
    points, percent, relative = (
        f"{figures.words.get(name, 0):g}" for name in ("change_points", "change_percent", "change_relative")
    )
    rows = [
        (
            "增减",
            f"数量增减不到 {percent}% 的说“基本持平”；比率看增减的 95% 区间：整个在正负 {points} 个百分点（低比率为原比率的 {relative}%）"
            "之内的说“基本持平”，不含零的说升降，其余不能断定",
            "本市设置（city.toml）",
        ),
        *_METHODS,
    ]
    return frame_table(pd.DataFrame(rows, columns=["事项", "做法", "出处"]), "统计方法", "table-methods")


def _source_used(data: QuarterData) -> str:
    """The sentence saying which of several sources the figures come from; blank with one source."""
    if not data.fact("source_used"):
        return ""
    differing = f"有 {len(data.second)} 格不同，见“数据核对”" if len(data.second) else "各格相同"
    added = f"{data.fact('annexes_from')}；" if data.fact("annexes_from") else ""
    return f"<p>本简报用 {text(data.fact('source_used'))}（{text(data.fact('source_reason'))}），{text(added)}与另一份资料{differing}。</p>"


def _corrections_table(data: QuarterData) -> Html:
    """The table of corrections, each with the printed value; blank without any."""
    if data.corrections.empty:
        return Html("")
    rows = [
        {
            "单元格": cell_words(data, cell_of(row)),
            "通报所列": row["printed"] or BLANK,
            "更正为": row["corrected"],
            "依据": row["basis"],
            "经办人": row["by"],
            "日期": row["on"],
        }
        for row in data.corrections.to_dict("records")
    ]
    return stack(
        "<h3>更正</h3>",
        frame_table(pd.DataFrame(rows), "已采用的更正（本简报各表用更正后的数）", "table-corrections"),
    )


def _revisions_table(data: QuarterData) -> Html:
    """The table of changes in the tidy tables since this quarter was first read; blank without any."""
    revisions = net_revisions(data)
    if revisions.empty:
        return Html("")
    rows = [
        {
            "单元格": cell_words(data, cell_of(row)),
            "原为": row["before"] or "（无）",
            "改为": row["after"] or "（无）",
            "日期": row["on"],
        }
        for row in revisions.to_dict("records")
    ]
    return stack(
        "<h3>修订</h3>",
        frame_table(
            pd.DataFrame(rows), f"本{data.quarter.noun}资料首次读入以后的改动（更正另列）", "table-revisions"
        ),
    )


_METHODS = [
    (
        "比率的区间",
        "威尔逊得分区间，95%；构成比没有抽样，不列区间",
        "Wilson 1927, J. Amer. Statist. Assoc. 22",
    ),
    ("两期比率之差", "混合得分区间，95%", "Newcombe 1998, Statistics in Medicine 17"),
    (
        "谁高谁低",
        "两两比较，差的区间不含零才分先后；不能分的并列",
        "Goldstein, Spiegelhalter 1996, J. R. Statist. Soc. A 159",
    ),
    (
        "各单位的正常范围",
        "容许各单位之间本有差异的 99.8% 控制限：sin²(arcsin√目标 ± 正态分位数 × √(1/4n + τ²))，目标为各单位合计的比率，n 为分母；"
        "τ² 是各单位之间的方差：z 为与目标的距离（反正弦尺度，以偶然波动的标准差计），首尾各 10% 截尾后取均方 φ，"
        "τ² = (单位数 × φ − (单位数 − 1)) ÷ (Σ4n − Σ(4n)²/Σ4n)，不小于零",
        "Spiegelhalter 2005, Qual. Saf. Health Care 14",
    ),
    ("各期序列的正常范围", "均值 ± 2.66 × 平均移动极差，不足十二期的称试算", "Shewhart 控制图（XmR）"),
    (
        "变动的拆分",
        "各单位自身变动与所占比重变动，按两期平均数加权",
        "Kitagawa 1955, J. Amer. Statist. Assoc. 50",
    ),
]

"""Section 8 of the page (数据核对): one line a matter, its arithmetic and evidence folded behind it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from haochaping.checks.check_report import CheckReport
from haochaping.checks.finding import Finding, Matter
from haochaping.core.labels import SEVERITIES, STATUSES, annex_words, row_words
from haochaping.core.model import CellRef, QuarterData
from haochaping.core.paths import find_locations
from haochaping.figures.figure import Figures
from haochaping.outputs.cell_words import cell_words
from haochaping.outputs.page.figure_table import listed_figure_names, shown_places
from haochaping.present.addressee import addressee_words, answered_words
from haochaping.present.doubts import affected_cells
from haochaping.present.finding_places import FindingPlaces
from haochaping.present.html_fragment import Html, single_tab_stop, text
from haochaping.present.numbered_matters import matter_anchor
from haochaping.present.printed_text import display_printed
from haochaping.reference.reference import Reference, load_reference

MOST_NAMED_EFFECTS = 3
MOST_COMPARED_CELLS = 4
"""Longer lists of compared cells stay behind a line of their own."""
_IF_OTHERS_ARE_RIGHT = "（如其他各格无误）"


def matters_html(report: CheckReport, figures: Figures, reference: Reference | None = None) -> Html:
    """核对意见逐项写出：说了什么、请谁核实、算式、所比较的格、影响到哪些数。要作表用的，取 ``hcp.matters``。

    Parameters
    ----------
    report : CheckReport
        ``hcp.check(q)``。
    figures : Figures
        ``hcp.compute_figures(q)``。
    reference : Reference, optional
        哪个城市的单位名录；不写的，是本项目的。

    Examples
    --------
    >>> import haochaping as hcp
    >>> q = hcp.load("2022Q4")
    >>> hcp.matters_html(hcp.check(q), hcp.compute_figures(q)).count("<article")
    24
    """
    section = _MattersSection(report, figures, reference or load_reference(find_locations().reference))
    pieces = [section.matter_html(number, m) for number, m in section.numbered if m.severity != "note"]
    if not pieces:
        pieces.append("<p>没有须更正、需核实的事项。</p>")
    notes = [section.matter_html(number, m) for number, m in section.numbered if m.severity == "note"]
    if notes:
        pieces.append(
            f'<details class="hints"><summary>提示 {len(notes)} 项，不必答复</summary>{"".join(notes)}</details>'
        )
    pieces += _remarks_html("未采用的答复及其他事项", report.remarks)
    pieces += _remarks_html("用于比较的以前各期", report.about_past)
    return Html("\n".join(pieces))


def _remarks_html(heading: str, remarks: Sequence[str]) -> list[str]:
    lines = "".join(f"<li>{text(remark)}</li>" for remark in remarks)
    return [f'<div class="remarks"><p>{heading}：</p><ul>{lines}</ul></div>'] if remarks else []


class _MattersSection:
    """Gathers what the matters of one report are shown with."""

    def __init__(self, report: CheckReport, figures: Figures, reference: Reference):
        names = listed_figure_names(figures, shown_places(figures, report))
        self._figures = Figures(
            {name: figures[name] for name in names}, figures.words, figures.data, reference
        )
        self._data, self._reference = figures.data, reference
        self._findings = {finding.id: finding for finding in report.findings}
        self._places = FindingPlaces(figures.data, report, reference) if figures.data else None
        self.numbered = list(enumerate(report.matters, start=1))

    def matter_html(self, number: int, matter: Matter) -> str:
        findings = [self._findings[name] for name in matter.findings]
        details = "".join(self._finding_html(finding, is_alone=len(findings) == 1) for finding in findings)
        ask = f'<p class="ask">{self._ask_html(matter)}</p>' if matter.is_open else ""
        answers = "".join(
            f'<p class="answer">{self._answerer(f, findings)}{_answer_label(f)}{text(f.answer)}</p>'
            for f in findings
            if f.answer
        )
        summary = "算式、依据、影响" if len(findings) == 1 else f"逐条 {len(findings)} 处，算式、依据、影响"
        return (
            f'<article class="matter matter-{matter.severity} status-{matter.status}" id="{matter_anchor(number)}">'
            f'<p class="matter-head"><span class="number">{number}</span>'
            f'<span class="severity">{_severity_words(matter)}</span>{text(matter.title)}{self._expected_html(findings)}</p>'
            f"{ask}{answers}<details><summary>{summary}</summary>{details}{self._effects_html(findings)}</details></article>"
        )

    def _answerer(self, finding: Finding, findings: Sequence[Finding]) -> str:
        """Which of several findings an answer is about, in words."""
        if len(findings) == 1 or self._data is None:
            return ""
        return f"{text(row_words(self._data.declaration, finding.at))}，"

    def _ask_html(self, matter: Matter) -> str:
        who = addressee_words(matter, self._data, self._reference)
        return f"<strong>请{text(who)}</strong>：{text(matter.question)} <span>（{answered_words(matter)}）</span>"

    def _expected_html(self, findings: Sequence[Finding]) -> str:
        """What a single doubtful cell should read, if the others are right."""
        first = findings[0]
        if len(findings) > 1 or not first.expected or first.matter == first.id:
            return ""  # of a slip that was located the explanations say what each cell may be
        return f" 应为 {text(first.expected)}{_IF_OTHERS_ARE_RIGHT}。"

    def _finding_html(self, finding: Finding, *, is_alone: bool) -> str:
        listed = {*finding.cells, *finding.suspects}
        message = finding.message.removeprefix(finding.summary) if is_alone else finding.message
        rows = [
            ("情形", str(text(message))),
            ("位置", self._places.place_html(finding, listed) if self._places else ""),
            ("应为", "" if is_alone else str(text(finding.expected))),
            ("算式", str(text(finding.arithmetic))),
            ("所据", self._compared_html(finding)),
            ("可疑", single_tab_stop("；".join(self._cell_html(finding, cell) for cell in finding.suspects))),
            ("解释", str(text(finding.hypothesis or ""))),
            ("状态", self._state_html(finding)),
        ]
        body = "".join(
            f'<div class="{_ROW_CLASSES.get(label, "")}"><dt>{label}</dt><dd>{value}</dd></div>'
            for label, value in rows
            if value
        )
        return f"<dl{'' if is_alone else _SEVERAL}>{body}</dl>"

    def _state_html(self, finding: Finding) -> str:
        return "" if finding.status in ("new", "known") else str(text(_state_words(finding.state)))

    def _compared_html(self, finding: Finding) -> str:
        cells = [self._cell_html(finding, cell) for cell in finding.cells]
        if len(cells) <= MOST_COMPARED_CELLS:
            return single_tab_stop("；".join(cells))
        return f"<details><summary>所比较的 {len(cells)} 格</summary><p>{single_tab_stop('；'.join(cells))}</p></details>"

    def _cell_html(self, finding: Finding, cell: CellRef) -> str:
        words = cell_words(self._data, cell) if self._data else cell.path
        linked = self._places.cell(cell, words) if self._places else text(words)
        return f"{linked} {text(display_printed(finding.printed.get(cell, '')))}"

    def _effects_html(self, findings: Sequence[Finding]) -> str:
        """Links to the figures of this page that rest on the doubtful cells; without any, the annexes concerned."""
        declaration = self._data.declaration if self._data else None
        doubtful = {cell for finding in findings for cell in affected_cells(finding, declaration)}
        is_hint = all(finding.severity == "note" for finding in findings)  # it changes no number
        affected = [] if is_hint else [one for one in self._figures.values() if one.cells & doubtful]
        if affected:
            links = "、".join(
                f'<a href="#figure-{figure.name}">{text(figure.label)}</a>' for figure in affected
            )
            shown = single_tab_stop(links)
        else:
            shown = Html("、".join(str(text(annex)) for annex in _annexes_of(doubtful, self._data)))
        return (
            f'<dl><div class="effects"><dt>影响</dt><dd>{shown}</dd></div></dl>' if shown and doubtful else ""
        )


_SEVERAL = ' class="several"'
_ROW_CLASSES = {
    "所据": "evidence",
    "位置": "evidence",
    "可疑": "evidence",
    "应为": "evidence",
    "算式": "arithmetic",
    "解释": "arithmetic",
}
"""What leads to cells stands on the page only; paper has the arithmetic of a matter with one finding."""


def _answer_label(finding: Finding) -> str:
    return "" if finding.status in ("new", "known") else "答复："


def _severity_words(matter: Matter) -> str:
    parts = [SEVERITIES[matter.severity]]
    if matter.status in ("explained", "corrected"):
        parts.append(_state_words(matter.status))
    if matter.age > 1:
        parts.append(f"自{matter.since}起连续 {matter.age} 期")
    return "·".join(parts)


def _state_words(state: str) -> str:
    """A finding's state in words that fit every kind of period."""
    return STATUSES[state].replace("上季度", "上一期")


def _annexes_of(cells: Collection[CellRef], data: QuarterData | None) -> list[str]:
    """The annexes that cells are in, in words and in the order of the declaration."""
    if data is None:
        return []
    tables = {cell.table for cell in cells}
    words = [annex_words(data, name) for name in data.declaration.annexes if name in tables]
    return [f"{annex.removesuffix('表')}表" for annex in words]

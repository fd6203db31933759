"""The choices of ``notebooks/explore.ipynb``: every choice answers at once, and shows the line of Python that does the same."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import ipywidgets as widgets
from IPython.display import display

from haochaping.analysis import annex_tables, bars, comparisons, finding_tables, over_time, unlike_peers
from haochaping.analysis.take_note import source_words, take_note
from haochaping.core.declaration import AnnexSpec
from haochaping.core.errors import ShownWithoutTraceback, UnknownName
from haochaping.core.labels import annex_words
from haochaping.core.model import QuarterData
from haochaping.core.paths import DATA_VARIABLE
from haochaping.core.period import Period
from haochaping.pipeline.load_and_check import load
from haochaping.pipeline.printed_quarter import available
from haochaping.present.html_fragment import text
from haochaping.statistics.validation import NotApplicable
from haochaping.store.notes import note_sections

TABLE, RATES, SHARES, FUNNEL, SERIES, COMPARE, BAR, FINDINGS = (
    "附件表",
    "比率和区间",
    "占比",
    "与同类比（漏斗图）",
    "逐期",
    "两期相比",
    "条形图",
    "核对意见",
)
_ALL, _MOST_WORDS = "全部", 50


@dataclass(frozen=True)
class Call:
    """A call that answers a question, and the same as a line of Python."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    options: dict[str, Any] = field(default_factory=dict)

    def run(self) -> Any:
        """The answer; an argument that is a call itself is answered first."""
        arguments = (each.run() if isinstance(each, Call) else each for each in self.arguments)
        return self.function(*arguments, **self.options)

    @property
    def line(self) -> str:
        """``hcp.rates(q, "附件1", "主动评价率")``."""
        shown = [self._as_code(argument) for argument in self.arguments]
        shown += [f"{name}={self._as_code(value)}" for name, value in self.options.items()]
        return f"hcp.{self.function.__name__}({', '.join(shown)})"

    @staticmethod
    def _as_code(value: Any) -> str:
        if isinstance(value, Call):
            return value.line
        if isinstance(value, QuarterData):
            return "q"
        return f'"{value}"' if isinstance(value, (str, Period)) else repr(value)


class Explorer(widgets.VBox):
    """选时期、附件、看什么、单位、列，表和图随即给出；每次选择都写出那一行 Python。

    ``shown`` 是给出的表或图，``opened`` 是展开的意见所比较的格。
    """

    VIEWS = (TABLE, RATES, SHARES, FUNNEL, SERIES, COMPARE, BAR, FINDINGS)

    def __init__(self, data: str | os.PathLike[str] | None = None):
        self._data = data or os.environ.get(DATA_VARIABLE)
        self._loaded: dict[Period, QuarterData] = {}
        self._periods = available(self._data)
        if not self._periods:
            raise UnknownName("时期", "", ())
        self.period = _dropdown("时期", [(p.label, p) for p in reversed(self._periods)])
        self.annex = _dropdown("附件", [])
        self.view = _dropdown("看什么", self.VIEWS)
        self.unit = _dropdown("单位", [])
        self.measure = _dropdown("列", [])
        self.other = _dropdown("与哪一期比", [])
        self.line = widgets.HTML()
        self.answer = widgets.Output()
        self.finding = _dropdown("展开一条意见", [], width="860px")
        self.finding_line, self.behind = widgets.HTML(), widgets.Output()
        self.section = _dropdown("写进哪一节", [])
        self.words = widgets.Textarea(
            description="写什么",
            layout=widgets.Layout(width="860px", height="60px"),
            style={"description_width": "90px"},
        )
        self.take = widgets.Button(
            description="写入文字说明", icon="pencil", layout=widgets.Layout(width="160px")
        )
        self.source, self.taken = widgets.HTML(), widgets.HTML()
        self._is_filling = False
        self.shown: Any = None
        self.opened: Any = None
        super().__init__(
            [
                widgets.HBox([self.period, self.annex]),
                widgets.HBox([self.view, self.measure]),
                widgets.HBox([self.unit, self.other]),
                self.line,
                self.answer,
                self.finding,
                self.finding_line,
                self.behind,
                self.section,
                self.words,
                self.source,
                widgets.HBox([self.take, self.taken]),
            ]
        )
        self._show(self._fill_period)
        self.period.observe(self._on(self._fill_period), "value")
        self.annex.observe(self._on(self._fill_annex), "value")
        self.view.observe(self._on(self._fill_measures), "value")
        self.unit.observe(self._on(self._fill_findings), "value")
        for choice in (self.measure, self.other):
            choice.observe(self._on(lambda: None), "value")
        self.finding.observe(lambda _: self._show_finding(), "value")
        self.take.on_click(lambda _: self._take())

    # --- choices ------------------------------------------------------------------------------------------------

    def _on(self, fill: Callable[[], None]) -> Callable[[Any], None]:
        def changed(_: Any) -> None:
            if not self._is_filling:
                self._show(fill)

        return changed

    @property
    def q(self) -> QuarterData:
        """The chosen period."""
        period = self.period.value
        if period not in self._loaded:
            self._loaded[period] = load(period, self._data)
        return self._loaded[period]

    @property
    def _spec(self) -> AnnexSpec:
        return self.q.annex(self.annex.value)

    def _fill_period(self) -> None:
        q = self.q
        annexes = [name for name in q.declaration.annexes if not q.table(name).empty]
        self._fill(
            self.annex,
            [
                (f"{annex_words(q, name)} {q.declaration.annexes[name].title}", annex_words(q, name))
                for name in annexes
            ],
        )
        others = [p for p in self._periods if p.kind == q.quarter.kind and p != q.quarter]
        self._fill(self.other, [(p.label, p) for p in reversed(others)])
        self._fill(self.section, list(note_sections(q.declaration)))
        self._fill_annex()

    def _fill_annex(self) -> None:
        spec, content = self._spec, self.q.table(self._spec.name)
        groups = [
            (spec.row_key, spec.groups[0]),
            *([(spec.columns_by.key, spec.columns_by)] if spec.columns_by else []),
        ]
        names = [n for key, group in groups if not group.members for n in dict.fromkeys(content[key])]
        self._fill(self.unit, [(_ALL, ""), *((name, name) for name in names)])
        self._fill_measures()
        self._fill_findings()

    def _fill_measures(self) -> None:
        spec, content = self._spec, self.q.table(self._spec.name)
        rates = [rate.heading for rate in annex_tables.rates_of(self.q, spec).values()]
        present = (m for m in spec.measures_by_name.values() if m.is_count and m.name in content)
        counts = [measure.heading for measure in present if content[measure.name].notna().any()]
        view = self.view.value
        options = {RATES: rates[::-1], FUNNEL: rates[::-1], SHARES: counts, TABLE: [], FINDINGS: []}
        self._fill(self.measure, options.get(view, [*counts, *rates]))
        self.measure.disabled = view in (TABLE, FINDINGS)
        self.unit.disabled = view in (FUNNEL,)
        self.other.disabled = view != COMPARE

    def _fill(self, choice: Any, options: Sequence[Any]) -> None:
        """New options; the old choice stays where it is still there."""
        before = choice.value
        values = [option[1] if isinstance(option, tuple) else option for option in options]
        self._is_filling = True
        choice.options = options
        choice.value = before if before in values else (values[0] if values else None)
        self._is_filling = False

    # --- answers ------------------------------------------------------------------------------------------------

    def call(self) -> Call:
        """The call that the choices stand for."""
        q, view = self.q, self.view.value
        annex = self.annex.value
        measure, unit = self.measure.value or "", self.unit.value or ""
        of_unit = {"unit": unit} if unit else {}
        if view == TABLE:
            return Call(annex_tables.table, (q, annex), of_unit)
        if view == FINDINGS:
            return Call(finding_tables.findings, (q,), of_unit | {"annex": annex})
        if view == BAR:
            return Call(bars.bar, (Call(annex_tables.table, (q, annex), of_unit), measure))
        if view == SERIES:
            data = {} if self._data is None else {"data": str(self._data)}
            is_latest = self.period.value == max(p for p in self._periods if p.kind == q.quarter.kind)
            until = {} if is_latest else {"until": str(self.period.value)}
            return Call(over_time.series, (measure,), of_unit | {"annex": annex} | data | until)
        if view == COMPARE:
            if self.other.value is None:
                raise NotApplicable("只有一期资料，没有可以相比的。")
            other = self._loaded_other()
            both = (other, q) if self.other.value < q.quarter else (q, other)  # the earlier one first
            return Call(comparisons.compare, (*both, annex, measure), of_unit)
        function = {RATES: annex_tables.rates, SHARES: annex_tables.shares, FUNNEL: unlike_peers.funnel}[view]
        return Call(function, (q, annex, measure), of_unit if view != FUNNEL else {})

    def _loaded_other(self) -> Any:
        return self.other.value if self._data is None else Call(load, (self.other.value, str(self._data)))

    def _show(self, fill: Callable[[], None]) -> None:
        """Fill what depends on a choice, and answer; a period that cannot be read says why in place of an answer."""
        self.line.value = _code("正在计算……")
        self.answer.clear_output(wait=True)
        self.shown, lines = None, ""  # of an answer that fails nothing stays
        with self.answer:
            try:
                fill()
                call = self.call()
                self.shown = call.run()
                lines = _code(self._loading_line(), call.line)
                display(self.shown)
            except ShownWithoutTraceback as reason:
                display(widgets.HTML(f"<p>{text(reason)}</p>"))
        self.line.value = lines
        cited = source_words(self.shown)
        self.source.value = f"<span style='margin-left:96px'>依据：{text(cited)}</span>" if cited else ""

    def _loading_line(self) -> str:
        data = "" if self._data is None else f', "{self._data}"'
        return f'q = hcp.load("{self.period.value}"{data})'

    def _fill_findings(self) -> None:
        rows = finding_tables.findings(self.q, self.unit.value or "").to_dict("records")
        options = [(f"第 {r['项号']} 项 {r['轻重']} {_shortened(r['意见'])}", r["编号"]) for r in rows]
        self._fill(self.finding, [("（选一条，看它比较的各格）", ""), *options])
        self._show_finding()

    def _show_finding(self) -> None:
        if self._is_filling:
            return
        self.behind.clear_output(wait=True)
        self.finding_line.value, self.opened = "", None
        if not self.finding.value:
            return
        call = Call(finding_tables.cells, (self.q, self.finding.value))
        self.finding_line.value = _code(call.line)
        self.opened = call.run()
        with self.behind:
            display(self.opened)

    def _take(self) -> None:
        try:
            path = take_note(self.q, self.section.value, self.words.value, self.shown)
        except ShownWithoutTraceback as reason:
            self.taken.value = f"<span>{text(reason)}</span>"
            return
        self.words.value = ""
        self.taken.value = f"已写入 {text(path.name)}，下次 make quarter Q={self.period.value} 印在“{text(self.section.value)}”"


def explore(data: str | os.PathLike[str] | None = None) -> Explorer:
    """选时期、附件、看什么、单位、列，表和图随即给出；每次选择都写出那一行 Python，可以抄到下面的格里改。

    Parameters
    ----------
    data : path, optional
        资料在哪个文件夹；不写的，是本项目的 ``data/``。
    """
    return Explorer(data)


def _dropdown(description: str, options: Sequence[Any], width: str = "420px") -> Any:
    return widgets.Dropdown(
        description=description,
        options=options,
        layout=widgets.Layout(width=width),
        style={"description_width": "90px"},
    )


def _code(*lines: str) -> str:
    return "<pre style='margin:4px 0;user-select:all'>" + "\n".join(map(str, map(text, lines))) + "</pre>"


def _shortened(words: str) -> str:
    return words if len(words) <= _MOST_WORDS else f"{words[:_MOST_WORDS]}……"

"""What a person must decide about a draft, in the order of worth, in an office's words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from haochaping.adopt.draft import Draft
from haochaping.adopt.draft_declaration import evidence_words
from haochaping.adopt.field_words import field_words
from haochaping.adopt.form_table import FormTable
from haochaping.core.declaration import AS_PRINTED, COUNT
from haochaping.core.text import normalize_for_comparison

_MOST_LISTED = 8


def questions(draft: Draft, tables: Sequence[FormTable]) -> list[str]:
    """The questions about a draft; the first decide most about what is checked."""
    return [
        *_relations_that_differ(draft),
        *_rates_without_base(draft),
        *_by_headings_alone(draft),
        *_unknown_headings(draft),
        *_groups(draft),
        *_settings(draft, tables),
    ]


def _relations_that_differ(draft: Draft) -> Iterator[str]:
    for ground in draft.grounds:
        if ground.is_declared and ground.evidence.differing:
            yield (
                f"{ground.annex}：{ground.words}，{evidence_words(ground.evidence)}。"
                "是数有误还是算法不同？关系不对的，从 annexes.toml 中删去；对的，不同的行核对时会列出。"
            )


def _rates_without_base(draft: Draft) -> Iterator[str]:
    names = [measure.heading for measure in draft.measures.values() if measure.has_no_base]
    if names:
        yield (
            f"{_quoted(names)}是用什么除以什么？表中没有找到，暂不核对（base_not_printed = true）；"
            "知道的，写 numerator、denominator。"
        )


def _by_headings_alone(draft: Draft) -> Iterator[str]:
    grounds = [
        ground
        for ground in draft.grounds
        if ground.is_declared and not ground.evidence.is_by_figures and "≤" not in ground.words
    ]
    if grounds:
        shown = "".join(f"\n   - {ground.annex}：{ground.words}" for ground in grounds)
        yield f"下列关系主要凭列名写进，数字不足以证明，请逐条看是否如此：{shown}"


def _unknown_headings(draft: Draft) -> Iterator[str]:
    known = field_words().measures
    unknown = [
        measure.heading
        for measure in draft.measures.values()
        if measure.name not in known and measure.kind == COUNT and not measure.parts
    ]
    if unknown:
        yield (
            f"{_quoted(unknown)}不是这类通报的常用列名，只当作计数读入。是别的列的一部分的，写 parts 或 at_most；"
            '越少越好的，写 better = "less"。'
        )
    texts = [measure.heading for measure in draft.measures.values() if measure.kind == AS_PRINTED]
    if texts:
        yield f"{_quoted(texts)}没有数，照印不核对。"


def _groups(draft: Draft) -> Iterator[str]:
    words = [
        f"\n   - {group.word}（[group.{group.name}]）：{len(group.units)} 个，{'、'.join(group.units[:3])}等"
        for group in draft.groups
        if group.is_registered
    ]
    if words:
        yield (
            "单位按表分成下列几类。称呼不对的改 word；一个表里有几类单位、程序没有分开的，在 rows 中写成几类，"
            f"并在 units.csv 中分别登记；同一单位写法不同的，在 units.csv 的 aliases 写别名。{''.join(words)}"
        )
    places: dict[str, list[str]] = {}
    for group in draft.groups:
        for name in group.units:
            places.setdefault(normalize_for_comparison(name), []).append(group.word)
    twice = {name: groups for name, groups in places.items() if len(groups) > 1}
    if twice:
        shown = "".join(
            f"\n   - {name}：{'、'.join(groups)}" for name, groups in list(twice.items())[:_MOST_LISTED]
        )
        yield f"下列名称在几类单位中都有（如市局与区局同名），各类分开登记；确是同一单位的，从一类中删去。{shown}"


def _settings(draft: Draft, tables: Sequence[FormTable]) -> Iterator[str]:
    if not draft.office:
        yield "印发通报的机构没有读到，请在 city.toml 中写 office。"
    if not draft.subject:
        yield '通报标题中没有读到通报的是什么，请在 annexes.toml 中写 subject，如 "政务服务“好差评”"。'
    untitled = [str(table.position) for table in tables if not table.title]
    if untitled:
        yield f"第 {'、'.join(untitled)} 个表没有标题，只按列名认；各期的列名要一致。请把 title 改成您称呼它的话。"
    units = {measure.unit for measure in draft.measures.values() if measure.kind == COUNT}
    if units:
        yield f"计数的单位写作{'、'.join(sorted(units))}，表头没有注明的是猜的，请核对各列的 unit。"


def _quoted(names: Sequence[str]) -> str:
    return "、".join(f"“{name}”" for name in names)

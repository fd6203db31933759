"""The commands: each calls one function of the kit, reports the outcome and returns the exit code."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from haochaping.commands.streams import print_result, report_progress
from haochaping.core.errors import InputRefused, refuse
from haochaping.core.paths import Locations
from haochaping.core.period import QUARTER, Period
from haochaping.core.text import hidden_characters, visible

if TYPE_CHECKING:
    from haochaping.core.model import QuarterData
    from haochaping.reference.reference import Reference
    from haochaping.simulate.record_plan import RecordOptions

DONE, NEEDS_ATTENTION, REFUSED, FAILED = 0, 1, 2, 3
"""Exit codes: done; done, but people should look at something; input refused; the kit failed."""
_FEWEST_CASES, _MOST_CASES = 1_000, 1_000_000_000
_MAX_QUARTERS_LISTED = 12
"""How many quarters one line lists before it only counts the rest."""


def _quarter(locations: Locations, options: argparse.Namespace) -> int:
    from haochaping.pipeline.run_quarter import run_quarter

    quarter = options.quarter
    outcome = run_quarter(locations, quarter, report_progress, options.as_of, options.by)
    if outcome.unchanged:
        report_progress(f"资料没有变化，未重新生成：{outcome.page}（{outcome.verdict}）")
    else:
        if outcome.missing_glyphs:
            report_progress(
                f"字体缺少以下字符，页面上可能显示不出：{' '.join(map(repr, outcome.missing_glyphs))}"
            )
        report_progress(f"完成：{outcome.page}；{outcome.verdict}；用时 {outcome.seconds:.1f} 秒")
    for line in outcome.unchecked:
        report_progress(line)
    return NEEDS_ATTENTION if options.strict and _is_to_verify(outcome.verdict) else DONE


def _quarters(locations: Locations, options: argparse.Namespace) -> int:
    from haochaping.pipeline.printed_quarter import available
    from haochaping.pipeline.run_quarters import outcome_table, run_quarters

    first, last = (Period.parse(text) if text else None for text in (options.first, options.last))
    if first and last and first.kind != last.kind:
        raise refuse("命令行", f"从 {first} 到 {last}", "起止应为同一种时段，如都是季度或都是月份")
    if first and last and first > last:
        raise refuse("命令行", f"从 {first} 到 {last}", "起止颠倒，前一个应早于后一个")
    limit = first or last
    available_quarters = [q for q in available(locations.data) if limit is None or q.kind == limit.kind]
    wanted = [q for q in available_quarters if (first is None or first <= q) and (last is None or q <= last)]
    if not wanted:
        known = (
            f"有资料的是 {available_quarters[0]} 至 {available_quarters[-1]}"
            if available_quarters
            else f"还没有任何{limit.name if limit else '季度'}的资料"
        )
        requested = f"{first or '最早'} 至 {last or '最近'}"
        raise refuse(str(locations.data), requested, f"其间没有{limit.name if limit else '季度'}，{known}")
    if missing := _quarters_without_data(available_quarters, wanted, first, last):
        more = f" 等 {len(missing)} 个" if len(missing) > _MAX_QUARTERS_LISTED else ""
        listed = "、".join(map(str, missing[:_MAX_QUARTERS_LISTED]))
        report_progress(f"其间没有资料的{missing[0].name}，未生成：{listed}{more}")
    outcomes = run_quarters(
        locations, wanted, report_progress, options.as_of or date.today(), options.by, options.jobs
    )
    print_result(outcome_table(outcomes))
    return NEEDS_ATTENTION if any(outcome.failure for outcome in outcomes) else DONE


def _quarters_without_data(
    available_quarters: Sequence[Period], wanted: Sequence[Period], first: Period | None, last: Period | None
) -> list[Period]:
    """List the periods from `first` to `last` (by default of all `wanted`) that are not available, for each kind."""
    missing: list[Period] = []
    for kind in dict.fromkeys(period.kind for period in wanted):
        of_kind = [period for period in wanted if period.kind == kind]
        requested = first or of_kind[0]
        while requested <= (last or of_kind[-1]):
            missing += [] if requested in available_quarters else [requested]
            requested = requested.next
    return missing


def _index(locations: Locations, options: argparse.Namespace) -> int:
    from haochaping.pipeline.update_index import write_index

    outcome = write_index(locations, report_progress)
    changed = "没有变化" if outcome.unchanged else "已更新"
    report_progress(f"目录{changed}：{outcome.page}，{outcome.quarters} 个季度")
    return DONE


def _doctor(locations: Locations, options: argparse.Namespace) -> int:
    from haochaping.doctor.examine import examine
    from haochaping.doctor.report_line import State, as_text

    states = []
    for line in examine(locations):
        states.append(line.state)
        print_result("\n".join(as_text(line)))
    print_result("，".join(f"{state.value} {states.count(state)} 项" for state in State))
    return NEEDS_ATTENTION if State.WRONG in states else DONE


def _pdf(locations: Locations, options: argparse.Namespace) -> int:
    from haochaping.outputs.page.print_pdf import write_pdf
    from haochaping.pipeline.update_index import refresh_index
    from haochaping.pipeline.verify import is_outdated

    quarter = options.quarter
    printed = write_pdf(locations, quarter, report_progress)
    refresh_index(locations, report_progress)
    if is_outdated(locations, quarter):
        report_progress(
            f"网页是按以前的资料、设置或程序生成的；要最新的，请先运行 make quarter Q={quarter}，再打印"
        )
    report_progress(f"完成：{printed}")
    return DONE


def _verify_all(locations: Locations) -> int:
    from haochaping.pipeline.verify_all import verify_all

    found = verify_all(locations, report_progress)
    for line in found.differences:
        print_result(visible(line))
    looked_at = f"整理后的数据 {found.tidy} 期、已发布的简报 {found.published} 期"
    if not found.differences:
        report_progress(
            f"{looked_at}，与校验值和现有资料全部相符（没有重新生成；要逐字节比较的，运行 make verify Q=…）"
        )
        return DONE
    report_progress(f"{looked_at}，有 {len(found.differences)} 处不符，见上")
    return NEEDS_ATTENTION


def _verify(locations: Locations, options: argparse.Namespace) -> int:
    from haochaping.outputs.published.file_names import PAGE
    from haochaping.pipeline.leftovers import recover_interrupted
    from haochaping.pipeline.verify import verify

    quarter = options.quarter
    recover_interrupted(locations, report_progress)
    if options.all:
        return _verify_all(locations)
    found = verify(locations, quarter, report_progress)
    for line in (*found.changed_inputs, *found.differing_files):
        print_result(visible(line))
    for line in found.about_past:
        report_progress(line)
    if found.edited:
        report_progress(
            f"另有 {len(found.edited)} 个人工改动过的文件没有比较：{'、'.join(found.edited)}"
            f"（通报用 make proof Q={quarter} FILE=文件 校对）"
        )
    if found.changed_inputs:
        report_progress(
            f"资料、设置或程序与生成时不同（{len(found.changed_inputs)} 处），输出已过时，未作比较；请重新生成"
        )
    elif found.differing_files:
        report_progress(
            f"{len(found.differing_files)} 处与重新生成的不同，{found.identical_count} 个文件相同；要恢复的，把那些文件移出文件夹"
            f"（{PAGE} 改动过的不必移），再运行 make quarter Q={quarter}"
        )
    else:
        report_progress(f"{locations.published(quarter)} 与资料一致：{found.identical_count} 个文件全部相同")
    return DONE if found.is_reproduced else NEEDS_ATTENTION


def _is_to_verify(verdict: str) -> bool:
    from haochaping.checks.verdict import Verdict

    return Verdict.of_words(verdict) in (Verdict.VERIFY_FIRST, Verdict.NOT_COVERED)


def _new(locations: Locations, options: argparse.Namespace) -> int:
    from haochaping.outputs.form.new_quarter import write_new_quarter
    from haochaping.reference.reference import load_reference

    quarter = options.quarter
    reference = load_reference(locations.reference)
    reference.admit(quarter)
    previous = _last_readable_quarter(locations, quarter, reference)
    written = write_new_quarter(locations.raw(quarter), quarter, reference, previous)
    previous_quarter = previous.quarter if previous else None
    named = f"单位和列按{previous_quarter.label}" if previous_quarter else "单位按 units.csv"
    missing_note = (
        f"；没有{quarter.before}（{quarter.previous.label}）的资料"
        if previous_quarter != quarter.previous
        else ""
    )
    report_progress(f"已建立：{'、'.join(str(path) for path in written.files)}，{named}{missing_note}")
    for line in written.wording:
        report_progress(line)
    return DONE


def _last_readable_quarter(locations: Locations, quarter: Period, reference: Reference) -> QuarterData | None:
    """Return the last quarter before `quarter` that can be read; report those that cannot."""
    from haochaping.pipeline.assess import earlier_quarters
    from haochaping.pipeline.printed_quarter import load_printed

    for earlier in reversed(earlier_quarters(locations, quarter)):
        try:
            return load_printed(locations, earlier, reference)
        except InputRefused as refusal:
            report_progress(f"{earlier.label}的资料没有用：{refusal.message}")
    return None


def _tidy(locations: Locations, options: argparse.Namespace) -> int:
    from haochaping.pipeline.assess import assess
    from haochaping.pipeline.fingerprint import changed_inputs, hash_inputs
    from haochaping.pipeline.leftovers import recover_interrupted
    from haochaping.pipeline.printed_quarter import read_database
    from haochaping.read.raw_folder import read_raw
    from haochaping.reference.reference import load_reference
    from haochaping.store.tidy_tables import write_tidy

    quarter = options.quarter
    reference = load_reference(locations.reference)
    reference.admit(quarter)
    if not locations.raw(quarter).is_dir():
        read_raw(locations.raw(quarter), quarter, reference)
    recover_interrupted(locations, report_progress)
    read_database(locations, quarter, report_progress, again=True)
    inputs = hash_inputs(locations, quarter, options.as_of or date.today())
    data = assess(locations, quarter, inputs.as_of, report_progress).data
    if saved := changed_inputs(locations, inputs):
        raise refuse("、".join(saved), "读入期间改动过", "没有写入整理后的数据，请再运行一次")
    changed = write_tidy(data, locations.tidy(quarter), report_progress)
    report_progress(f"{'已写入' if changed else '没有变化'}：{locations.tidy(quarter)}")
    return DONE


def _terminal_safe_json(content: object) -> str:
    """Return JSON that is safe to print: invisible characters are written as JSON escapes, which keeps their meaning."""
    text = json.dumps(content, ensure_ascii=False, indent=2)
    return text.translate(
        {ord(char): json.dumps(char)[1:-1] for char in hidden_characters(text) if char != "\n"}
    )


def _check(locations: Locations, options: argparse.Namespace) -> int:
    from haochaping.commands.findings_text import findings_text
    from haochaping.core.labels import numbering_words
    from haochaping.pipeline.assess import assess
    from haochaping.pipeline.printed_quarter import TIDY_NOTICE, rests_on_tidy

    quarter = options.quarter
    if rests_on_tidy(locations, quarter):
        report_progress(TIDY_NOTICE)
    reviewed = assess(locations, quarter, options.as_of or date.today(), report_progress)
    report = reviewed.report
    for result in report.results:
        if result.error:
            report_progress(f"规则 {result.id} 未能运行，没有核对：{result.error}")
    if options.json:
        print_result(_terminal_safe_json(report.as_json(reviewed.data)))
    else:
        print_result(findings_text(report, quarter))
        if numbering := numbering_words(reviewed.data):
            print_result(numbering)
    return NEEDS_ATTENTION if options.strict and _is_to_verify(report.verdict_words) else DONE


def _collect(locations: Locations, options: argparse.Namespace) -> int:
    from haochaping.pipeline.collect_replies import collect

    quarter = options.quarter
    outcome = collect(locations, quarter, options.as_of or date.today())
    for heading, lines in (
        ("未读的文件", outcome.unreadable),
        ("未采用的行，请与填报单位联系", outcome.unusable_rows),
        ("前后不一、未采用，请核实后在 review.xlsx 中填写", outcome.conflicts),
        ("已采用，请补填", outcome.incomplete),
        ("所问的意见已有答复，以下各行没有写入", outcome.needless),
    ):
        for line in lines:
            report_progress(f"{heading}：{line}")
    where_to = f"：{outcome.review}" if outcome.review.exists() else ""
    already = f"，另有 {outcome.already_present} 条原已填写" if outcome.already_present else ""
    if outcome.kept:
        report_progress(
            f"原来的 review.xlsx 存为 {outcome.kept}：其中自己加的列、工作表、批注，只填了经办人等、还没有答复的行，在那里"
        )
    report_progress(f"读入核实单 {len(outcome.read)} 份，新增答复 {len(outcome.added)} 条{already}{where_to}")
    return DONE if outcome.is_complete else NEEDS_ATTENTION


def _proof(locations: Locations, options: argparse.Namespace) -> int:
    from haochaping.figures.compute_figures import compute_figures
    from haochaping.pipeline.assess import assess
    from haochaping.proofreading.proofread import format_differences, proofread, summarise_differences
    from haochaping.reference.reference import load_reference

    quarter = options.quarter
    if options.file == Path():
        raise refuse(
            "命令行",
            "没有指定修改稿",
            f"应写作 make proof Q={quarter} FILE=修改稿.docx，或 python -m haochaping proof {quarter} 修改稿.docx",
        )
    reviewed = assess(locations, quarter, options.as_of or date.today())
    reference = load_reference(locations.reference)
    figures = compute_figures(reviewed.data, reference)
    found = proofread(reviewed.data, reviewed.report, figures, reference, options.file)
    if found:
        print_result(format_differences(found))
    report_progress(summarise_differences(found, quarter))
    if still_wrong := len(reviewed.report.uncorrected):
        report_progress(
            f"尚有 {still_wrong} 条须更正：涉及的数只按所列核对，不表示所列无误；更正以后请再校对一次，再印发"
        )
    return NEEDS_ATTENTION if any(difference.counts for difference in found) else DONE


def _adopt(locations: Locations, options: argparse.Namespace) -> int:
    from haochaping.adopt.adopt import adopt_bulletins

    if options.data is None:
        raise refuse(
            "命令行", "没有指定资料根目录", "应写明 --data 文件夹（make 中为 DATA=），如 --data 试点"
        )
    if not options.city.strip():
        raise refuse("命令行", "没有写城市名称", "应写明 --city 名称（make 中为 CITY=），如 --city 渭南市")
    outcome = adopt_bulletins(options.files, options.city.strip(), locations, is_draft=options.draft)
    for path, period in outcome.periods.items():
        report_progress(f"读入 {path.name}：{period.label}")
    report_progress(f"已起草：{outcome.folder}（{outcome.tables} 个表，{outcome.cells} 格都在原处）")
    report_progress(f"请先看 {outcome.notes}：读到了什么、猜了什么、要您定什么")
    if not options.draft:
        last = max(outcome.periods.values(), key=lambda period: period.start)
        report_progress(f"然后：python -m haochaping quarter {last} --data {options.data}")
    return DONE


def _simulate(locations: Locations, options: argparse.Namespace) -> int:
    from haochaping.core.model import SIMULATED
    from haochaping.files.exclusive_lock import exclusive_lock
    from haochaping.files.swap_folder import refuse_file, stage_and_swap_in
    from haochaping.simulate.data_root import write_data_root

    quarters = [Period.parse(text) for text in options.quarters]
    if other := next((quarter for quarter in quarters if quarter.kind != QUARTER), None):
        raise refuse("命令行", str(other), "模拟数据只有季度，应写作 2024Q1")
    records = _record_options(options)
    refuse_file(options.out)
    if options.out.exists() and any(options.out.iterdir()):
        raise refuse(str(options.out), "文件夹不是空的", "请另指定一个空文件夹，以免与真实资料混在一起")
    with exclusive_lock(options.out, report_progress), stage_and_swap_in(options.out) as staging:
        write_data_root(staging, quarters, options.seed, locations.reference, records)
    report_progress(f"已写入{SIMULATED}：{options.out}（{len(quarters)} 个季度）")
    return DONE


def _record_options(options: argparse.Namespace) -> RecordOptions | None:
    """The records that are asked for; None where only tables are."""
    from haochaping.records.packages import refuse_without_record_packages
    from haochaping.simulate.record_plan import RecordOptions

    if options.cases is None or options.tables:
        if options.faults or options.cases is not None:
            raise refuse(
                "命令行",
                "--faults" if options.faults else "--tables",
                "--faults 只与 --cases 同用，--tables 不与 --cases 同用",
            )
        return None
    if not _FEWEST_CASES <= options.cases <= _MOST_CASES:
        raise refuse("命令行", f"--cases {options.cases}", f"应在 {_FEWEST_CASES:,} 至 {_MOST_CASES:,} 之间")
    refuse_without_record_packages("命令行 --cases")
    return RecordOptions(options.cases, options.format, options.faults)


COMMANDS: dict[str, Callable[[Locations, argparse.Namespace], int]] = {
    "adopt": _adopt,
    "quarter": _quarter,
    "new": _new,
    "tidy": _tidy,
    "check": _check,
    "collect": _collect,
    "pdf": _pdf,
    "verify": _verify,
    "proof": _proof,
    "quarters": _quarters,
    "index": _index,
    "doctor": _doctor,
    "simulate": _simulate,
}

"""The command line: ``python -m haochaping …``; every message to people is Chinese, on standard error."""

from __future__ import annotations

import argparse
import errno
import json
import signal
import sys
import threading
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from haochaping.cleaning.text import hidden_characters, quoted, visible
from haochaping.errors import LONGEST_EXPECTED, InputRefused, refuse
from haochaping.locations import Locations, locations
from haochaping.quarter import Quarter

if TYPE_CHECKING:
    from haochaping.model import QuarterData

DONE, LOOK, REFUSED, FAILED = 0, 1, 2, 3


class _Parser(argparse.ArgumentParser):
    """Refuses what it does not know in Chinese, with exit code 2."""

    def error(self, message: str) -> NoReturn:
        raise refuse("命令行", "", f"{_in_chinese(message)}；用 python -m haochaping --help 查看用法")


def _in_chinese(message: str) -> str:
    for english, chinese in (
        ("unrecognized arguments:", "不认识的选项"),
        ("the following arguments are required:", "缺少"),
        ("argument command: invalid choice:", "不认识的命令"),
        ("expected one argument", "应给出一个值"),
        ("invalid choice:", "不能取"),
        ("choose from", "可选"),
        ("argument ", "选项 "),
    ):
        message = message.replace(english, chinese)
    return message


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m haochaping", description="政务服务“好差评”季度简报", allow_abbrev=False)
    roots = _Parser(add_help=False, allow_abbrev=False)
    roots.add_argument("--data", type=Path, help="资料根目录（含 raw、tidy、reference），默认为项目的 data")
    roots.add_argument("--output", type=Path, help="输出根目录，默认为项目的 output")
    roots.add_argument("--as-of", type=_day, default=None, help="按哪一天判断说明是否到期，默认今天")
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令", parser_class=_Parser)
    simulate = commands.add_parser("simulate", help="生成模拟数据（各处注明“模拟数据”）", allow_abbrev=False)
    simulate.add_argument("quarters", metavar="季度", nargs="+", help="一个或多个季度，如 2024Q1 2024Q2")
    simulate.add_argument("--out", type=Path, required=True, help="写到哪个文件夹，可作 --data 使用")
    simulate.add_argument("--seed", type=int, default=1, help="同一种子得到同样的数据")
    simulate.add_argument("--tables", action="store_true", help="只生成五张表（目前只有这一种）")
    for option in ("--data", "--output"):
        simulate.add_argument(option, type=Path, help=argparse.SUPPRESS)
    simulate.add_argument("--as-of", type=_day, help=argparse.SUPPRESS)
    commands.add_parser(
        "index",
        parents=[roots],
        help="更新目录页 output/index.html：各季度的结论、关键数和走势",
        allow_abbrev=False,
    )
    commands.add_parser(
        "doctor",
        parents=[roots],
        help="自检：Python、软件包、内核、字体、文件夹等，各有什么问题、怎么办",
        allow_abbrev=False,
    )
    many = commands.add_parser(
        "quarters", parents=[roots], help="生成多个季度的简报，最后列表", allow_abbrev=False
    )
    many.add_argument("first", metavar="起", nargs="?", help="从哪个季度起，如 2022Q1；默认从最早的起")
    many.add_argument("last", metavar="止", nargs="?", help="到哪个季度止；默认到最近的")
    many.add_argument("--jobs", type=_number, default=2, help="同时生成几个季度，默认 2；最多为处理器的个数")
    many.add_argument("--by", help=_BY)
    for name, help_text in (
        ("quarter", "生成一个季度的简报"),
        ("new", "建立一个季度的文件夹：待填的附件表格和文字说明"),
        ("tidy", "读入原始资料，写 data/tidy/<季度>/"),
        ("check", "核对一个季度，列出存疑之处"),
        ("collect", "把各单位寄回的核实单汇总到 review.xlsx"),
        ("verify", "重新生成一遍，与已有的输出逐字节比较"),
        ("pdf", "把一个季度的简报网页打印成 PDF"),
        ("proof", "校对在 Word 中修改过的通报，列出与本季数据不一致之处"),
    ):
        command = commands.add_parser(name, parents=[roots], help=help_text, allow_abbrev=False)
        command.add_argument("quarter", metavar="季度", help="如 2022Q4")
        if name == "proof":
            command.add_argument("file", metavar="文件", type=Path, help="修改过的通报（.docx）")
        if name == "quarter":
            command.add_argument("--by", help=_BY)
        if name in ("quarter", "check"):
            command.add_argument("--strict", action="store_true", help="结论为“建议核实后送审”时以 1 退出")
        if name == "check":
            command.add_argument("--json", action="store_true", help="在标准输出写一个 JSON 列表")
    return parser


_BY = "运行人姓名；愿意的才填，写入网页的生成记录和 manifest.json"


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not int(text):
        raise refuse("--jobs", text, "应为 1 以上的整数")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise refuse("--as-of", text, "应写作 2023-01-05") from None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    _plain_streams()
    try:
        if threading.current_thread() is threading.main_thread():
            _stop_alike()
        options = _parser().parse_args(arguments)
        where = locations(options.data, options.output)
        if options.command == "simulate":
            return _simulate(where, options)
        if options.command == "index":
            return _index(where)
        if options.command == "doctor":
            return _doctor(where)
        if options.command == "quarters":
            return _quarters(where, options)
        return _COMMANDS[options.command](where, Quarter.parse(options.quarter), options)
    except InputRefused as refusal:
        say(refusal.message)
        return REFUSED
    except KeyboardInterrupt:
        say("已中断；上一次的输出没有改动")
        return FAILED
    except BrokenPipeError:
        return FAILED
    except OSError as error:
        say(f"没有写成，上一次的输出没有改动：{_system_says(error)}")
        return FAILED
    except Exception as error:  # the last line of defence: a message, never a traceback
        say(f"工具包出错（不是资料的问题）：{type(error).__name__}: {quoted(str(error), LONGEST_EXPECTED)}")
        return FAILED


def _system_says(error: OSError) -> str:
    """What the system complained of, in an office's words, with the place where it tells one."""
    words: dict[int, str] = {
        errno.ENOSPC: "磁盘已满，请腾出空间后再运行",
        errno.EDQUOT: "磁盘配额已用完，请腾出空间后再运行",
        errno.EROFS: "所在磁盘只能读不能写",
        errno.EACCES: "没有写入的权限，或文件正被别的程序打开",
        errno.EPERM: "没有写入的权限",
    }
    if error.errno not in words:
        return visible(str(error))
    return (f"{visible(str(error.filename))}：" if error.filename else "") + words[error.errno]


def _stop_alike() -> None:
    """A request to end (SIGTERM, a closed terminal) is treated as Ctrl-C: nothing stays half written."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:  # nohup's wish is kept
            signal.signal(number, interrupt)


def say(line: str) -> None:
    """One line to the person at the terminal; paths and names in it may hold anything, an escape sequence too."""
    print(visible(line), file=sys.stderr, flush=True)


def _plain_streams() -> None:
    """UTF-8 whatever the console says: an office's Windows console is GBK."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def _quarter(where: Locations, quarter: Quarter, options: argparse.Namespace) -> int:
    from haochaping.publish.run import run_quarter

    outcome = run_quarter(where, quarter, say, options.as_of, options.by)
    if outcome.unchanged:
        say(f"资料没有变化，未重新生成：{outcome.page}（{outcome.verdict}）")
    else:
        if outcome.missing_glyphs:
            say(f"字体缺少以下字符，页面上可能显示不出：{' '.join(map(repr, outcome.missing_glyphs))}")
        say(f"完成：{outcome.page}；{outcome.verdict}；用时 {outcome.seconds:.1f} 秒")
    return LOOK if options.strict and _verify_first(outcome.verdict) else DONE


def _quarters(where: Locations, options: argparse.Namespace) -> int:
    from haochaping.loading import available
    from haochaping.publish.quarters import run_quarters, table

    first, last = (Quarter.parse(text) if text else None for text in (options.first, options.last))
    there = available(where.data)
    wanted = [q for q in there if (first is None or first <= q) and (last is None or q <= last)]
    if not wanted:
        known = f"有资料的是 {there[0]} 至 {there[-1]}" if there else "还没有任何季度的资料"
        asked = f"{first or '最早'} 至 {last or '最近'}"
        raise refuse(str(where.data), asked, f"其间没有季度，{known}")
    ended = run_quarters(where, wanted, say, options.as_of or date.today(), options.by, options.jobs)
    print(table(ended))
    return LOOK if any(one.failure for one in ended) else DONE


def _index(where: Locations) -> int:
    from haochaping.publish.index import write_index

    outcome = write_index(where, say)
    changed = "没有变化" if outcome.unchanged else "已更新"
    say(f"目录{changed}：{outcome.page}，{outcome.quarters} 个季度")
    return DONE


def _doctor(where: Locations) -> int:
    from haochaping.doctor import State, as_text, examine

    states = []
    for line in examine(where):
        states.append(line.state)
        print(*as_text(line), sep="\n", flush=True)
    print("，".join(f"{state.value} {states.count(state)} 项" for state in State))
    return LOOK if State.WRONG in states else DONE


def _pdf(where: Locations, quarter: Quarter, options: argparse.Namespace) -> int:
    from haochaping.publish.index import refresh_index
    from haochaping.publish.pdf import write_pdf

    printed = write_pdf(where, quarter)
    refresh_index(where, say)
    say(f"完成：{printed}")
    return DONE


def _verify(where: Locations, quarter: Quarter, options: argparse.Namespace) -> int:
    from haochaping.publish.verify import verify

    found = verify(where, quarter, say)
    for line in (*found.inputs, *found.files):
        print(visible(line))
    if found.inputs:
        say(f"资料、设置或程序与生成时不同（{len(found.inputs)} 处），输出已过时，未作比较；请重新生成")
    elif found.files:
        say(f"{len(found.files)} 个文件与重新生成的不同，{found.same} 个相同")
    else:
        say(f"{where.published(quarter)} 与资料一致：{found.same} 个文件全部相同")
    return DONE if found.holds else LOOK


def _verify_first(verdict: str) -> bool:
    from haochaping.checks.verdict import Verdict

    return verdict == Verdict.VERIFY_FIRST.value


def _new(where: Locations, quarter: Quarter, options: argparse.Namespace) -> int:
    from haochaping.publish.new import write_new
    from haochaping.reference import load_reference

    previous = _last_readable(where, quarter)
    written = write_new(where.raw(quarter), quarter, load_reference(where.reference), previous)
    before = previous.quarter if previous else None
    named = f"单位、标题和备注的措辞按{before.label}" if before else "单位按 units.csv"
    lacking = f"（没有上一季度{quarter.previous.label}的资料）" if before != quarter.previous else ""
    say(f"已建立：{'、'.join(str(path) for path in written)}，{named}{lacking}")
    return DONE


def _last_readable(where: Locations, quarter: Quarter) -> QuarterData | None:
    """The last quarter before `quarter` that can be read; those that cannot are told."""
    from haochaping.assess import earlier_quarters
    from haochaping.loading import load_printed

    for earlier in reversed(earlier_quarters(where, quarter)):
        try:
            return load_printed(where, earlier)
        except InputRefused as refusal:
            say(f"{earlier.label}的资料没有用：{refusal.message}")
    return None


def _tidy(where: Locations, quarter: Quarter, options: argparse.Namespace) -> int:
    from haochaping.assess import assess
    from haochaping.reference import load_reference
    from haochaping.sources import read_raw
    from haochaping.store import write_tidy

    if not where.raw(quarter).is_dir():
        read_raw(where.raw(quarter), quarter, load_reference(where.reference))
    data = assess(where, quarter, options.as_of or date.today()).data
    changed = write_tidy(data, where.tidy(quarter))
    say(f"{'已写入' if changed else '没有变化'}：{where.tidy(quarter)}")
    return DONE


def _plain_json(content: object) -> str:
    """JSON that is safe on a terminal: what nobody sees is written as an escape of JSON, and reads back as it was."""
    text = json.dumps(content, ensure_ascii=False, indent=2)
    return text.translate(
        {ord(char): json.dumps(char)[1:-1] for char in hidden_characters(text) if char != "\n"}
    )


def _check(where: Locations, quarter: Quarter, options: argparse.Namespace) -> int:
    from haochaping.assess import assess
    from haochaping.loading import TIDY_NOTICE, rests_on_tidy
    from haochaping.publish.terminal import findings_text

    if rests_on_tidy(where, quarter):
        say(TIDY_NOTICE)
    report = assess(where, quarter, options.as_of or date.today()).report
    if options.json:
        print(_plain_json(report.as_json()))
    else:
        print(findings_text(report, quarter))
    return LOOK if options.strict and _verify_first(report.verdict.value) else DONE


def _collect(where: Locations, quarter: Quarter, options: argparse.Namespace) -> int:
    from haochaping.publish.collect import collect

    outcome = collect(where, quarter, options.as_of or date.today())
    for heading, lines in (
        ("未读的文件", outcome.unread),
        ("未采用的行，请与填报单位联系", outcome.left),
        ("前后不一、未采用，请核实后在 review.xlsx 中填写", outcome.conflicts),
        ("已采用，请补填", outcome.incomplete),
    ):
        for line in lines:
            say(f"{heading}：{line}")
    already = f"，另有 {outcome.already} 条原已填写" if outcome.already else ""
    say(f"读入核实单 {len(outcome.read)} 份，新增答复 {len(outcome.taken)} 条{already}：{outcome.review}")
    return DONE if outcome.complete else LOOK


def _proof(where: Locations, quarter: Quarter, options: argparse.Namespace) -> int:
    from haochaping.assess import assess
    from haochaping.figures import compute_figures
    from haochaping.publish.proof import proof, proof_summary, proof_text
    from haochaping.reference import load_reference

    if options.file == Path():
        raise refuse(
            "命令行",
            "没有指定修改稿",
            f"应写作 make proof Q={quarter} FILE=修改稿.docx，或 python -m haochaping proof {quarter} 修改稿.docx",
        )
    reviewed = assess(where, quarter, options.as_of or date.today())
    reference = load_reference(where.reference)
    figures = compute_figures(reviewed.data, reference)
    found = proof(reviewed.data, reviewed.report, figures, reference, options.file)
    if found:
        print(proof_text(found))
    say(proof_summary(found, quarter))
    return LOOK if any(difference.counts for difference in found) else DONE


def _simulate(where: Locations, options: argparse.Namespace) -> int:
    from haochaping.simulate import MARK, write_root

    quarters = [Quarter.parse(text) for text in options.quarters]
    if options.out.exists() and any(options.out.iterdir()):
        raise refuse(str(options.out), "文件夹不是空的", "请另指定一个空文件夹，以免与真实资料混在一起")
    write_root(options.out, quarters, options.seed, where.reference)
    say(f"已写入{MARK}：{options.out}（{len(quarters)} 个季度）")
    return DONE


_COMMANDS = {
    "quarter": _quarter,
    "new": _new,
    "tidy": _tidy,
    "check": _check,
    "collect": _collect,
    "pdf": _pdf,
    "verify": _verify,
    "proof": _proof,
}

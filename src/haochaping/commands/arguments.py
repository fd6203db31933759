"""The arguments of the command line, and Chinese messages for wrong ones."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NoReturn

from haochaping.core.errors import refuse
from haochaping.core.period import Period

_MOST_DIGITS = 15
_BY_HELP = "运行人姓名；愿意的才填，写入网页的生成记录和 manifest.json"


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command with its options; ``quarter`` is a :class:`Period` if the command has one.

    Raises
    ------
    InputRefused
        An option, command or value is unknown, or one is missing.
    """
    options = _parser().parse_args(arguments)
    if "all" in options and options.all == (options.quarter is not None):
        raise refuse("命令行", "verify", "应写一个季度（如 2022Q4），或只写 --all")
    if getattr(options, "quarter", None) is not None:
        options.quarter = Period.parse(options.quarter)
    return options


class _Parser(argparse.ArgumentParser):
    """Raises InputRefused with a Chinese message instead of printing usage and exiting."""

    def error(self, message: str) -> NoReturn:
        raise refuse("命令行", "", f"{_translate_message(message)}；用 python -m haochaping --help 查看用法")


def _translate_message(message: str) -> str:
    """Translate the messages of argparse that can occur here."""
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
    parser = _Parser(
        prog="python -m haochaping", description="政务服务“好差评”简报（季度、月份等）", allow_abbrev=False
    )
    common_options = _Parser(add_help=False, allow_abbrev=False)
    common_options.add_argument(
        "--data", type=Path, help="资料根目录（含 raw、tidy、reference），默认为项目的 data"
    )
    common_options.add_argument("--output", type=Path, help="输出根目录，默认为项目的 output")
    common_options.add_argument(
        "--as-of", type=_iso_date, default=None, help="按哪一天判断说明是否到期，默认今天"
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="命令", parser_class=_Parser)
    simulate_parser = subparsers.add_parser(
        "simulate", help="生成模拟数据（各处注明“模拟数据”）", allow_abbrev=False
    )
    simulate_parser.add_argument(
        "quarters", metavar="季度", nargs="+", help="一个或多个季度，如 2024Q1 2024Q2"
    )
    simulate_parser.add_argument("--out", type=Path, required=True, help="写到哪个文件夹，可作 --data 使用")
    simulate_parser.add_argument("--seed", type=_whole_number, default=1, help="同一种子得到同样的数据")
    simulate_parser.add_argument(
        "--tables", action="store_true", help="只生成五张表（不写 --cases 时就是这样）"
    )
    simulate_parser.add_argument(
        "--cases", type=_whole_number, help="另生成单件记录：每季度这么多件办件，汇总与五张表相同"
    )
    simulate_parser.add_argument(
        "--format", choices=("parquet", "csv"), default="parquet", help="单件记录的文件格式（默认 parquet）"
    )
    simulate_parser.add_argument(
        "--faults", action="store_true", help="单件记录中掺入重复、无效、晚到等真实资料常有的差错，汇总不变"
    )
    for option in ("--data", "--output"):
        simulate_parser.add_argument(option, type=Path, help=argparse.SUPPRESS)
    simulate_parser.add_argument("--as-of", type=_iso_date, help=argparse.SUPPRESS)
    adopt_parser = subparsers.add_parser(
        "adopt", parents=[common_options], help="由本市的通报起草登记（reference）", allow_abbrev=False
    )
    adopt_parser.add_argument(
        "files", metavar="文件", type=Path, nargs="+", help="通报或附件表格，一个时段一份；几个时段的更好"
    )
    adopt_parser.add_argument("--city", required=True, help="城市名称，如 渭南市")
    adopt_parser.add_argument(
        "--draft", action="store_true", help="写 reference.draft，不动已有的 reference，也不复制文件"
    )
    subparsers.add_parser(
        "index",
        parents=[common_options],
        help="更新目录页 output/index.html：各季度的结论、关键数和走势",
        allow_abbrev=False,
    )
    subparsers.add_parser(
        "doctor",
        parents=[common_options],
        help="自检：Python、软件包、内核、字体、文件夹等，各有什么问题、怎么办",
        allow_abbrev=False,
    )
    quarters_parser = subparsers.add_parser(
        "quarters", parents=[common_options], help="生成多个季度的简报，最后列表", allow_abbrev=False
    )
    quarters_parser.add_argument(
        "first", metavar="起", nargs="?", help="从哪个季度（或月份等）起，如 2022Q1、2022M01；默认从最早的起"
    )
    quarters_parser.add_argument(
        "last", metavar="止", nargs="?", help="到哪个季度（或月份等）止，与起为同一种；默认到最近的"
    )
    quarters_parser.add_argument(
        "--jobs", type=_positive_integer, default=2, help="同时生成几个季度，默认 2；最多为处理器的个数"
    )
    quarters_parser.add_argument("--by", help=_BY_HELP)
    for name, help_text in (
        ("quarter", "生成一个季度（或月份等）的简报"),
        ("new", "建立一个季度的文件夹：待填的附件表格和文字说明"),
        ("tidy", "读入原始资料，写 data/tidy/<季度>/"),
        ("check", "核对一个季度，列出存疑之处"),
        ("collect", "把各单位寄回的核实单汇总到 review.xlsx"),
        ("verify", "重新生成一遍，与已有的输出逐字节比较"),
        ("pdf", "把一个季度的简报网页打印成 PDF"),
        ("proof", "校对在 Word 中修改过的通报，列出与本季数据不一致之处"),
    ):
        subparser = subparsers.add_parser(name, parents=[common_options], help=help_text, allow_abbrev=False)
        subparser.add_argument(
            "quarter",
            metavar="季度",
            nargs="?" if name == "verify" else None,
            help="季度 2022Q4、月份 2022M08、半年 2022H1 或年度 2022Y",
        )
        if name == "verify":
            subparser.add_argument(
                "--all",
                action="store_true",
                help="不重新生成，把各期整理后的数据和简报与校验值、资料核对一遍",
            )
        if name == "proof":
            subparser.add_argument("file", metavar="文件", type=Path, help="修改过的通报（.docx）")
        if name == "quarter":
            subparser.add_argument("--by", help=_BY_HELP)
        if name in ("quarter", "check"):
            subparser.add_argument(
                "--strict", action="store_true", help="结论为“建议核实后送审”或“核对覆盖不足”时以 1 退出"
            )
        if name == "check":
            subparser.add_argument("--json", action="store_true", help="在标准输出写一个 JSON 列表")
    return parser


def _positive_integer(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not int(text):
        raise refuse("--jobs（make 中为 J=）", text, "应为 1 以上的整数")
    return int(text)


def _whole_number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > _MOST_DIGITS:
        raise refuse("命令行", text, "应为整数，如 1")
    return int(text)


def _iso_date(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        raise refuse("--as-of", text, "应写作 2023-01-05")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise refuse("--as-of", text, "没有这一天") from None

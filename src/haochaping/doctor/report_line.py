"""One line of the doctor's report: state of one thing, what was found, what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from haochaping.core.errors import InputRefused
from haochaping.core.text import visible

REINSTALL = (
    "运行 make clean setup；没有 make 的，再运行一次 setup.ps1 或 setup.sh，或按 README.zh-CN.md 重新安装"
)


class State(Enum):
    """State of one thing; only `WRONG` keeps the kit from working as it should."""

    FINE = "正常"
    NOTE = "注意"
    WRONG = "有问题"


@dataclass(frozen=True)
class ReportLine:
    """The result for one thing that was looked at; `advice` says how to fix it."""

    state: State
    thing: str
    found: str
    advice: str = ""


def fine(thing: str, found: str) -> ReportLine:
    """Report a thing that is as it should be."""
    return ReportLine(State.FINE, thing, found)


def note(thing: str, found: str, advice: str) -> ReportLine:
    """Report a thing that people should know of although the kit works."""
    return ReportLine(State.NOTE, thing, found, advice)


def wrong(thing: str, found: str, advice: str) -> ReportLine:
    """Report a thing that must be fixed."""
    return ReportLine(State.WRONG, thing, found, advice)


def run_safely(examinations: Iterable[tuple[str, Callable[[], ReportLine]]]) -> Iterator[ReportLine]:
    """Run examinations one after the other; one that raises is reported as wrong and does not stop the rest.

    `examinations` are pairs of the thing's name, used if the function raises, and a function.
    """
    for thing, examination in examinations:
        try:
            yield examination()
        except InputRefused as refusal:
            yield wrong(thing, refusal.message, "按上面所说改正文件")
        except ModuleNotFoundError as error:
            yield wrong(thing, f"缺少软件包 {error.name}", REINSTALL)
        except Exception as error:
            yield wrong(thing, f"没有查成：{type(error).__name__}: {error}", REINSTALL)


def as_text(line: ReportLine) -> list[str]:
    """Return the lines to print: one, and a second with the advice if there is any."""
    lines = [f"{line.state.value:　<3}　{line.thing}：{visible(line.found)}"]
    return lines + [f"　　　　办法：{visible(line.advice)}"] * bool(line.advice)

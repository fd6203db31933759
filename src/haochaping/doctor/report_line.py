"""What the doctor says of one thing: its state, what was found, what to do."""

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
    """How it stands with one thing; only `WRONG` keeps the kit from working as it should."""

    FINE = "正常"
    NOTE = "注意"
    WRONG = "有问题"


@dataclass(frozen=True)
class ReportLine:
    """One thing looked at."""

    state: State
    thing: str
    found: str
    advice: str = ""


def fine(thing: str, found: str) -> ReportLine:
    """A thing that is as it should be."""
    return ReportLine(State.FINE, thing, found)


def note(thing: str, found: str, advice: str) -> ReportLine:
    """A thing that people should know of; the kit works."""
    return ReportLine(State.NOTE, thing, found, advice)


def wrong(thing: str, found: str, advice: str) -> ReportLine:
    """A thing that must be mended."""
    return ReportLine(State.WRONG, thing, found, advice)


def guarded(looks: Iterable[tuple[str, Callable[[], ReportLine]]]) -> Iterator[ReportLine]:
    """Look at one thing after the other; a look that fails is told in its place and stops nothing."""
    for thing, look in looks:
        try:
            yield look()
        except InputRefused as refusal:
            yield wrong(thing, refusal.message, "按上面所说改正文件")
        except ModuleNotFoundError as error:
            yield wrong(thing, f"缺少软件包 {error.name}", REINSTALL)
        except Exception as error:
            yield wrong(thing, f"没有查成：{type(error).__name__}: {error}", REINSTALL)


def as_text(line: ReportLine) -> list[str]:
    """The line as a person reads it: one line, and one more where something can be done."""
    lines = [f"{line.state.value:　<3}　{line.thing}：{visible(line.found)}"]
    return lines + [f"　　　　办法：{visible(line.advice)}"] * bool(line.advice)

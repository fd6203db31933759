"""Refusals of input: every problem with its place, what was found there and what was expected."""

from __future__ import annotations

import difflib
import errno
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from haochaping.core.text import quoted, visible

LONGEST_FOUND, LONGEST_PLACE, LONGEST_EXPECTED = 160, 400, 1_000
"""Most characters shown of what a file holds, of its place, and of what was expected (which may quote the file too)."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the input: its place, what was found there (may be blank), what was expected; all in Chinese."""

    place: str
    found: str
    expected: str

    def __str__(self) -> str:
        found = f"：{quoted(self.found, LONGEST_FOUND)}" if self.found else ""
        return f"{self.shown_place}{found}；{quoted(self.expected, LONGEST_EXPECTED)}"

    @property
    def shown_place(self) -> str:
        """The place, shortened and with control characters made visible."""
        return quoted(self.place, LONGEST_PLACE)


class ShownWithoutTraceback(Exception):
    """An error that is nobody's mistake in the code: a notebook shows its sentence alone (IPython asks for it by this name)."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class WrongArgument(ShownWithoutTraceback, ValueError):
    """A call that cannot be answered as it was written; the message says how to write it."""


class InputRefused(ShownWithoutTraceback):
    """The input cannot be used and nothing may be published (exit code 2).

    Carries every problem found, so that the analyst can correct them in one go.
    """

    def __init__(self, problems: Problem | Iterable[Problem]):
        self.problems = [problems] if isinstance(problems, Problem) else list(problems)
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """All problems, one a line, in Chinese."""
        if len(self.problems) == 1:
            return f"未能读取：{self.problems[0]}"
        lines = [f"  {i}. {line}" for i, line in enumerate(_problem_lines(self.problems), start=1)]
        return "\n".join([f"未能读取，共 {len(self.problems)} 处问题：", *lines])


def refuse(place: str, found: str, expected: str) -> InputRefused:
    """An :class:`InputRefused` with one problem, to be raised by the caller."""
    return InputRefused(Problem(place, found, expected))


MAX_LISTED_ALIKE = 5
"""Problems with the same expectation that are listed one by one; of the others only the number and the last place."""


def _problem_lines(problems: Sequence[Problem]) -> Iterator[str]:
    """Problems as text; of many with the same expectation only the first, then their number and the last place."""
    total = Counter(problem.expected for problem in problems)
    so_far: Counter[str] = Counter()
    for problem in problems:
        so_far[problem.expected] += 1
        count = total[problem.expected]
        if so_far[problem.expected] <= MAX_LISTED_ALIKE or count <= MAX_LISTED_ALIKE + 1:
            yield str(problem)
        elif so_far[problem.expected] == count:
            yield f"……同样的问题共 {count} 处，最后一处是{problem.shown_place}"


def describe_os_error(error: OSError) -> str:
    """The system's error in plain Chinese, with the file where the error names one."""
    words: dict[int, str] = {
        errno.ENOSPC: "磁盘已满，请腾出空间后再运行",
        errno.EDQUOT: "磁盘配额已用完，请腾出空间后再运行",
        errno.EROFS: "所在磁盘只能读不能写",
        errno.EACCES: "没有读写的权限，或文件正被别的程序打开",
        errno.EPERM: "没有读写的权限",
        errno.EFBIG: "文件超过了允许的大小，请放宽 ulimit -f 后再运行",
        errno.ENAMETOOLONG: "路径或文件名过长，请换短一些的",
        errno.ELOOP: "链接绕回了自己，请移走它",
        errno.EEXIST: "应为文件夹，却是文件",
        errno.ENOTDIR: "应为文件夹，却是文件",
        errno.ENOENT: "没有这个位置，也不能建立",
        errno.EMFILE: "同时打开的文件过多，请放宽 ulimit -n 后再运行",
        errno.ENFILE: "系统打开的文件过多，请关闭别的程序后再运行",
        errno.ENOMEM: "内存不足，请关闭别的程序，或放宽内存限制后再运行",
        errno.EAGAIN: "系统的进程或线程过多，请稍后再运行",
        errno.EIO: "磁盘读写出错，请检查磁盘",
    }
    if error.errno not in words:
        return visible(str(error))
    return (f"{visible(str(error.filename))}：" if error.filename else "") + words[error.errno]


MAX_ALIKE = 3
"""Names that a wrong one may mean, at most."""


class UnknownName(ShownWithoutTraceback, KeyError):
    """An analyst asked for an annex, measure or unit that is not there; the message names those that are."""

    def __init__(self, what: str, name: object, known: Iterable[str]):
        names = list(known)
        meant = "、".join(_alike(str(name), names))
        asked = f"，是不是{meant}" if meant else ""
        listed = "、".join(names) or "无"
        super().__init__(f"没有这个{what}：{quoted(str(name), LONGEST_FOUND)}{asked}；可用的有：{listed}")

    def __str__(self) -> str:
        return str(self.args[0])


def _alike(name: str, known: Sequence[str]) -> list[str]:
    """Known names that a misspelt or shortened one may mean, at most three."""
    within = [each for each in known if name and name in each]
    listed = {each.partition("（")[0]: each for each in known}  # 办件数（cases）
    alike = within or [listed[each] for each in difflib.get_close_matches(name, listed, MAX_ALIKE)]
    return alike[:MAX_ALIKE]

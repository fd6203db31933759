"""What the kit says when it must refuse its input."""

from __future__ import annotations

import errno
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from haochaping.core.text import quoted, visible

LONGEST_FOUND, LONGEST_PLACE, LONGEST_EXPECTED = 160, 400, 1_000
"""Characters of what is quoted from a file, of where it stands, and of what was expected, which may quote too."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the input: where it is, what stands there, what was expected."""

    place: str
    found: str
    expected: str

    def __str__(self) -> str:
        found = f"：{quoted(self.found, LONGEST_FOUND)}" if self.found else ""
        return f"{self.shown_place}{found}；{quoted(self.expected, LONGEST_EXPECTED)}"

    @property
    def shown_place(self) -> str:
        """The place as people read it."""
        return quoted(self.place, LONGEST_PLACE)


class InputRefused(Exception):
    """The input cannot be used and nothing may be published (exit code 2).

    Carries every problem found, so that the analyst mends them in one go.
    """

    def __init__(self, problems: Problem | Iterable[Problem]):
        self.problems = [problems] if isinstance(problems, Problem) else list(problems)
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """All problems, one a line, in Chinese."""
        if len(self.problems) == 1:
            return f"未能读取：{self.problems[0]}"
        lines = [f"  {i}. {told}" for i, told in enumerate(_grouped(self.problems), start=1)]
        return "\n".join([f"未能读取，共 {len(self.problems)} 处问题：", *lines])


def refuse(place: str, found: str, expected: str) -> InputRefused:
    """One refusal with one problem, ready to be raised."""
    return InputRefused(Problem(place, found, expected))


MOST_ALIKE = 5
"""Of more problems that ask for the same thing only the first are told one by one."""


def _grouped(problems: Sequence[Problem]) -> Iterator[str]:
    """Problems as text; many that ask for the same thing are cut short, with their number."""
    alike = Counter(problem.expected for problem in problems)
    told: Counter[str] = Counter()
    for problem in problems:
        told[problem.expected] += 1
        number = alike[problem.expected]
        if told[problem.expected] <= MOST_ALIKE or number <= MOST_ALIKE + 1:
            yield str(problem)
        elif told[problem.expected] == number:
            yield f"……同样的问题共 {number} 处，最后一处是{problem.shown_place}"


def describe_os_error(error: OSError) -> str:
    """What the system complained of, in an office's words, with the place where it tells one."""
    words: dict[int, str] = {
        errno.ENOSPC: "磁盘已满，请腾出空间后再运行",
        errno.EDQUOT: "磁盘配额已用完，请腾出空间后再运行",
        errno.EROFS: "所在磁盘只能读不能写",
        errno.EACCES: "没有写入的权限，或文件正被别的程序打开",
        errno.EPERM: "没有写入的权限",
        errno.EEXIST: "应为文件夹，却是文件",
        errno.ENOTDIR: "应为文件夹，却是文件",
        errno.ENOENT: "没有这个位置，也不能建立",
    }
    if error.errno not in words:
        return visible(str(error))
    return (f"{visible(str(error.filename))}：" if error.filename else "") + words[error.errno]

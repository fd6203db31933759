"""A difference between an edited bulletin and the quarter's figures."""

from __future__ import annotations

from dataclasses import dataclass

NUMBER, DATE, NAME, CELL, ROW = "number", "date", "name", "cell", "row"
UNPLACED, MISSING, SUSPECTED, CHANGED = "unplaced", "missing", "suspected", "changed"
"""Kinds: a number that no figure of the quarter explains; text of ours that is missing (for information only); what
may be a misspelt name; a number of the analyst's words that was another in the bulletin as written."""


@dataclass(frozen=True)
class Difference:
    """Its place, the text found there (blank: nothing), the text expected (blank: nothing or unknown), its kind."""

    place: str
    found: str
    expected: str
    kind: str

    @property
    def counts(self) -> bool:
        """Whether it counts as an error; missing text may have been removed on purpose."""
        return self.kind != MISSING

    def __str__(self) -> str:
        if self.kind == UNPLACED:
            return f"无法核对：{self.place}中的 {self.found}"
        if self.kind == MISSING:
            return f"缺少（仅供参考）：{self.place}中的 {self.expected}"
        if self.kind == SUSPECTED:
            return f"{self.place}：“{self.found}”疑为“{self.expected}”"
        if self.kind == CHANGED:
            return f"{self.place}：{self.found}与生成的通报不同，原为 {self.expected}"
        if not self.found:
            return f"{self.place}：缺少，应为 {self.expected}"
        if not self.expected:
            return f"{self.place}：{self.found} 是多出的"
        return f"{self.place}：{self.found}，应为 {self.expected}"

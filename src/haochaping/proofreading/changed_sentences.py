"""The sentences of an edited bulletin against ours: numbers, names, and the lines that have a form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from haochaping.cleaning.number_or_missing import is_number
from haochaping.cleaning.quantities import DAY, plain_text
from haochaping.core.text import normalize_for_comparison
from haochaping.proofreading.changed_names import Names
from haochaping.proofreading.changed_numbers import changed_numbers, unexplained
from haochaping.proofreading.difference import MISSING, NAME, Difference
from haochaping.proofreading.formal_parts import changed_addressees
from haochaping.proofreading.paper import BulletinPart
from haochaping.proofreading.passages import Passage, paired, passages
from haochaping.read.grid.grid import Grid
from haochaping.text_numbers.compare_with_figures import FigureComparison
from haochaping.text_numbers.number_mention import extract_mentions

TITLE, ADDRESSEES, LIST, SIGNED, DATED = "标题", "主送机关", "附件说明", "落款单位", "成文日期"
_FORMAL = (TITLE, ADDRESSEES, SIGNED, DATED)
"""Lines that are recognised by where they stand when nothing of their words is left."""
_EXCERPT = 12
_MARKS = re.compile("[，。；！？]")
_SERIAL = ("序号", "编号", "排名", "名次")


@dataclass(frozen=True)
class OwnLine:
    """A paragraph of ours; ``place`` is blank in the text proper."""

    text: str
    place: str = ""


class Texts:
    """What the text may say.

    ``is_dated`` says whether the source has an issue date; without one the office fills it in. ``foreign`` are
    sentences of the fresh paper that the analyst wrote: their numbers are held to the quarter like any other's.
    """

    def __init__(
        self, figures: FigureComparison, names: Names, *, is_dated: bool, foreign: Iterable[str] = ()
    ):
        self.figures, self.names, self.is_dated = figures, names, is_dated
        self.foreign = {passage.text for passage in passages(list(foreign))}

    def differences(self, own: Sequence[OwnLine], part: BulletinPart) -> list[Difference]:
        """Differences in the sentences of one part; its tables are left out."""
        return _Pairing(own, part, self).differences()

    def unpaired(self, text: str, place: str, own: str = "") -> list[Difference]:
        """Numbers and names of a sentence that is not ours."""
        told = list(extract_mentions(text))
        if not self.is_dated and [(one.quantity.kind, one.quantity.text) for one in told] == [(DAY, text)]:
            return []
        return unexplained(told, place, self.figures) + self.names.suspected(text, own, place)

    def of_table(self, grid: Grid) -> list[Difference]:
        """Numbers in a table that people added, each told after the name of its row and its heading."""
        found = []
        for row in range(len(grid.rows)):
            name = next((text for text in grid.texts(row) if not is_number(text)), "")
            headings = grid.rows[0] if row else ("",) * len(grid.rows[row])
            for heading, text in zip(headings, grid.rows[row], strict=True):
                if text and normalize_for_comparison(heading) not in _SERIAL:
                    before = plain_text(f"{name}{heading}") if text != name else ""
                    told = extract_mentions(before + plain_text(text))
                    here = [one for one in told if one.quantity.start >= len(before)]
                    found += unexplained(here, f"添加的表格第 {row + 1} 行", self.figures)
        return found


class _Pairing:
    """The sentences of one part beside ours."""

    def __init__(self, own: Sequence[OwnLine], part: BulletinPart, texts: Texts):
        self.own, self.part, self.texts = own, part, texts
        self.ours, self.theirs = passages([line.text for line in own]), passages(part.texts)
        self.pairs = paired(self.ours, self.theirs)
        self.paragraphs = {
            self.theirs[j].paragraph: self.ours[i].paragraph
            for j, i in sorted(self.pairs.items(), reverse=True)
        }
        proper = [paragraph for paragraph, i in self.paragraphs.items() if not own[i].place]
        self.opening = min(proper, default=0)

    def differences(self) -> list[Difference]:
        replaced = self._replaced()
        found = [difference for j, one in enumerate(self.theirs) for difference in self._passage(j, one)]
        whole = _without_marks("".join(self.part.texts))
        kept = {*self.pairs.values()}
        gone = [
            Difference(self.own[one.paragraph].place or "正文", "", f"“{one.text}”", MISSING)
            for i, one in enumerate(self.ours)
            if i not in kept and _without_marks(one.text) not in whole and one.paragraph not in replaced
        ]
        return [*self._formal(replaced), *_without_repeats(found, whole), *gone]

    def _passage(self, j: int, passage: Passage) -> list[Difference]:
        place = self._place(passage.paragraph)
        if j not in self.pairs:
            return self.texts.unpaired(passage.text, place)
        own = self.ours[self.pairs[j]].text
        if own in self.texts.foreign:
            return self.texts.unpaired(passage.text, place, own)
        found = changed_numbers(own, passage.text, place, self.texts.figures)
        if place == ADDRESSEES or own == passage.text:
            return found
        names = self.texts.names.changed(own, passage.text, place)
        suspected = [
            one
            for one in self.texts.names.suspected(passage.text, own, place)
            if not any(one.found in other.found or other.found in one.found for other in names)
        ]
        return found + names + suspected

    def _formal(self, replaced: Mapping[int, int]) -> list[Difference]:
        """Addressees office by office; other lines of which only the place is left."""
        beside = {**{own: theirs for theirs, own in self.paragraphs.items()}, **replaced}
        found = []
        for number, line in enumerate(self.own):
            other = self.part.texts[beside[number]] if number in beside else ""
            if line.place == ADDRESSEES and other:
                found += changed_addressees(line.text, other, ADDRESSEES)
            elif number in replaced:
                found.append(Difference(line.place, plain_text(other), plain_text(line.text), NAME))
        return found

    def _replaced(self) -> dict[int, int]:
        """Our formal lines that lost all their words, each with the paragraph that stands in their place."""
        beside = {own: theirs for theirs, own in self.paragraphs.items()}
        found = {}
        for number, line in enumerate(self.own):
            if line.place not in _FORMAL or number in beside:
                continue
            near = [beside[n] + step for n, step in ((number - 1, 1), (number + 1, -1)) if n in beside]
            free = [at for at in near if 0 <= at < len(self.part.texts) and at not in self.paragraphs]
            if free:
                found[number] = free[0]
        return found

    def _place(self, paragraph: int) -> str:
        """A paragraph of the text by number, counted from its opening; headings count."""
        own = self.paragraphs.get(paragraph)
        if own is not None and self.own[own].place:
            return self.own[own].place
        text = plain_text(self.part.texts[paragraph])
        excerpt = f"“{text[:_EXCERPT]}{'…' if len(text) > _EXCERPT else ''}”"
        if self.part.number is not None:
            return f"附件{self.part.number}表外文字{excerpt}"
        number = paragraph - self.opening + 1
        return f"正文第 {number} 段{excerpt}" if number > 0 else f"文首{excerpt}"


def _without_repeats(found: Sequence[Difference], whole: str) -> list[Difference]:
    """Without numbers said to be gone that stand elsewhere in the text."""
    return [d for d in found if d.kind != MISSING or _without_marks(d.expected.strip("“”")) not in whole]


def _without_marks(text: str) -> str:
    """A text without the marks that part sentences and clauses: joined sentences are not gone."""
    return _MARKS.sub("", plain_text(text))

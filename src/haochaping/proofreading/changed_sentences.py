"""Compare the sentences of an edited bulletin with ours: numbers, names, and the formal lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from haochaping.cleaning.number_or_missing import is_number
from haochaping.cleaning.quantities import DAY, plain_text
from haochaping.core.text import normalize_for_comparison
from haochaping.proofreading.changed_names import NameChecker
from haochaping.proofreading.changed_numbers import changed_numbers, changed_words_of_analyst, unexplained
from haochaping.proofreading.difference import MISSING, NAME, SUSPECTED, Difference
from haochaping.proofreading.formal_parts import changed_addressees
from haochaping.proofreading.paper import BulletinPart
from haochaping.proofreading.passages import Passage, pair_passages, split_passages
from haochaping.read.grid.grid import Grid
from haochaping.text_numbers.compare_with_figures import FigureComparison
from haochaping.text_numbers.number_mention import extract_mentions

TITLE, ADDRESSEES, LIST, SIGNED, DATED = "标题", "主送机关", "附件说明", "落款单位", "成文日期"
_FORMAL = (TITLE, ADDRESSEES, SIGNED, DATED)
"""Lines that are recognised by their position when none of their words is left."""
_EXCERPT_CHARACTERS = 12
_PUNCTUATION = re.compile("[，。；！？]")
_SERIAL_HEADINGS = ("序号", "编号", "排名", "名次")


@dataclass(frozen=True)
class OwnLine:
    """A paragraph of the bulletin as we write it; ``place`` names a formal line, and is blank in the body text."""

    text: str
    place: str = ""


class SentenceChecker:
    """Checks sentences and added tables against the quarter's figures and the names that may be used.

    ``is_dated`` says whether the source has an issue date; without one the office fills it in. ``analyst_sentences``
    are sentences of the bulletin that the analyst wrote: their numbers are checked against the quarter's figures.
    """

    def __init__(
        self,
        figures: FigureComparison,
        name_checker: NameChecker,
        *,
        is_dated: bool,
        analyst_sentences: Iterable[str] = (),
    ):
        self.figures, self.name_checker, self.is_dated = figures, name_checker, is_dated
        self.analyst_sentences = {passage.text for passage in split_passages(list(analyst_sentences))}

    def differences(self, own: Sequence[OwnLine], part: BulletinPart) -> list[Difference]:
        """Differences in the sentences of one part; its tables are not compared here."""
        return _PartComparison(own, part, self).differences()

    def check_words_of_analyst(self, own: str, text: str, place: str) -> list[Difference]:
        """Differences of a sentence of the analyst's, `own` as we wrote it, and its wrong or unexplained numbers."""
        names = [replace(d, kind=SUSPECTED) for d in self.name_checker.changed(own, text, place)]
        numbers = changed_words_of_analyst(own, text, place, self.figures)
        suspected = self.name_checker.suspected(text, own, place)
        return [*numbers, *names, *_not_told_by(names, suspected)]

    def check_unpaired(self, text: str, place: str) -> list[Difference]:
        """Wrong or unexplained numbers and suspected names of a sentence without counterpart among ours."""
        mentions = list(extract_mentions(text))
        if not self.is_dated and [(mention.quantity.kind, mention.quantity.text) for mention in mentions] == [
            (DAY, text)
        ]:
            return []
        return unexplained(mentions, place, self.figures) + self.name_checker.suspected(text, "", place)

    def check_added_table(self, grid: Grid) -> list[Difference]:
        """Wrong or unexplained numbers in a table that people added, read after the row's name and the heading."""
        found = []
        for row in range(len(grid.rows)):
            name = next((text for text in grid.texts(row) if not is_number(text)), "")
            headings = grid.rows[0] if row else ("",) * len(grid.rows[row])
            for heading, text in zip(headings, grid.rows[row], strict=True):
                if text and normalize_for_comparison(heading) not in _SERIAL_HEADINGS:
                    context = plain_text(f"{name}{heading}") if text != name else ""
                    mentions = extract_mentions(context + plain_text(text))
                    in_cell = [mention for mention in mentions if mention.quantity.start >= len(context)]
                    found += unexplained(in_cell, f"添加的表格第 {row + 1} 行", self.figures)
        return found


class _PartComparison:
    """Compares the sentences of one part of the edited bulletin with ours.

    ``pairs`` maps indices of passages and ``paragraphs`` indices of paragraphs, both from the edited text to ours.
    """

    def __init__(self, own: Sequence[OwnLine], part: BulletinPart, sentence_checker: SentenceChecker):
        self.own, self.part, self.sentence_checker = own, part, sentence_checker
        self.ours, self.theirs = split_passages([line.text for line in own]), split_passages(part.texts)
        self.pairs = pair_passages(self.ours, self.theirs)
        self.paragraphs = {
            self.theirs[j].paragraph: self.ours[i].paragraph
            for j, i in sorted(self.pairs.items(), reverse=True)
        }
        text_paragraphs = [paragraph for paragraph, i in self.paragraphs.items() if not own[i].place]
        self.opening = min(text_paragraphs, default=0)

    def differences(self) -> list[Difference]:
        replaced = self._replaced_formal_lines()
        found = [
            difference
            for j, passage in enumerate(self.theirs)
            for difference in self._passage_differences(j, passage)
        ]
        whole_text = _without_punctuation("".join(self.part.texts))
        paired_own = {*self.pairs.values()}
        missing = [
            Difference(self.own[passage.paragraph].place or "正文", "", f"“{passage.text}”", MISSING)
            for i, passage in enumerate(self.ours)
            if i not in paired_own
            and _without_punctuation(passage.text) not in whole_text
            and passage.paragraph not in replaced
        ]
        return [*self._formal_differences(replaced), *_without_moved(found, whole_text), *missing]

    def _passage_differences(self, j: int, passage: Passage) -> list[Difference]:
        place = self._place_words(passage.paragraph)
        if j not in self.pairs:
            return self.sentence_checker.check_unpaired(passage.text, place)
        own = self.ours[self.pairs[j]].text
        if own in self.sentence_checker.analyst_sentences:
            return self.sentence_checker.check_words_of_analyst(own, passage.text, place)
        found = changed_numbers(own, passage.text, place, self.sentence_checker.figures)
        if place == ADDRESSEES or own == passage.text:
            return found
        names = self.sentence_checker.name_checker.changed(own, passage.text, place)
        suspected = self.sentence_checker.name_checker.suspected(passage.text, own, place)
        return found + names + _not_told_by(names, suspected)

    def _formal_differences(self, replaced: Mapping[int, int]) -> list[Difference]:
        """Differences of the addressees, office by office, and of formal lines whose words were all replaced."""
        their_paragraph = {**{own: theirs for theirs, own in self.paragraphs.items()}, **replaced}
        found = []
        for number, line in enumerate(self.own):
            other = self.part.texts[their_paragraph[number]] if number in their_paragraph else ""
            if line.place == ADDRESSEES and other:
                found += changed_addressees(line.text, other, ADDRESSEES)
            elif number in replaced:
                found.append(Difference(line.place, plain_text(other), plain_text(line.text), NAME))
        return found

    def _replaced_formal_lines(self) -> dict[int, int]:
        """Index of our formal lines whose words were all replaced, to the paragraph now in their place."""
        their_paragraph = {own: theirs for theirs, own in self.paragraphs.items()}
        found = {}
        for number, line in enumerate(self.own):
            if line.place not in _FORMAL or number in their_paragraph:
                continue
            candidates = [
                their_paragraph[n] + step
                for n, step in ((number - 1, 1), (number + 1, -1))
                if n in their_paragraph
            ]
            free = [at for at in candidates if 0 <= at < len(self.part.texts) and at not in self.paragraphs]
            if free:
                found[number] = free[0]
        return found

    def _place_words(self, paragraph: int) -> str:
        """A paragraph in words: its formal place, or its number counted from the opening (headings included)."""
        own = self.paragraphs.get(paragraph)
        if own is not None and self.own[own].place:
            return self.own[own].place
        text = plain_text(self.part.texts[paragraph])
        excerpt = f"“{text[:_EXCERPT_CHARACTERS]}{'…' if len(text) > _EXCERPT_CHARACTERS else ''}”"
        if self.part.number is not None:
            return f"附件{self.part.number}表外文字{excerpt}"
        number = paragraph - self.opening + 1
        return f"正文第 {number} 段{excerpt}" if number > 0 else f"文首{excerpt}"


def _not_told_by(names: Sequence[Difference], suspected: Sequence[Difference]) -> list[Difference]:
    """The suspected names that `names` do not tell already."""
    return [d for d in suspected if not any(d.found in n.found or n.found in d.found for n in names)]


def _without_moved(found: Sequence[Difference], whole_text: str) -> list[Difference]:
    """Drop missing numbers that occur elsewhere in the text."""
    return [
        d
        for d in found
        if d.kind != MISSING or _without_punctuation(d.expected.strip("“”")) not in whole_text
    ]


def _without_punctuation(text: str) -> str:
    """A text without punctuation, so that sentences that were joined are not reported as missing."""
    return _PUNCTUATION.sub("", plain_text(text))

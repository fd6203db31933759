"""Proof-reading: a bulletin that people edited in Word, against the figures of its quarter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from haochaping.briefing.annex_grid import AnnexGrid, annex_grids
from haochaping.briefing.bulletin_text import bulletin_text
from haochaping.checks.attribution import Attribution
from haochaping.checks.book import Book
from haochaping.checks.confront import CheckReport
from haochaping.checks.telling import tellings
from haochaping.cleaning.cells import is_number
from haochaping.cleaning.quantities import DAY, plain_text, quantities
from haochaping.cleaning.text import fold, visible
from haochaping.errors import refuse
from haochaping.figures import Figures
from haochaping.model import TIERS, QuarterData
from haochaping.proofreading.difference import MISSING, UNPLACED, Difference
from haochaping.proofreading.names import Names
from haochaping.proofreading.numbers import changed_numbers, unexplained
from haochaping.proofreading.paper import Part, parts
from haochaping.proofreading.passages import paired, passages
from haochaping.proofreading.tables import KNOWN_TABLE, changed_cells, likeness_to
from haochaping.publish.bulletin import DRAFT_HEADING, must_be_corrected, write_bulletin
from haochaping.reference import UNIT_KINDS, Reference
from haochaping.sources.grid import Grid
from haochaping.sources.word import read_word

_PLACEHOLDER = re.compile(r"（[^（）]*）[:：]?")
_LISTED = re.compile(r"(?:附件：)?\d+\.")
_APART = re.compile(r"[，、：:]")
_SERIAL = ("序号", "编号", "排名", "名次")
_EXCERPT = 12
_TITLE, _ADDRESSEES, _LIST, _SIGNED, _DAY = "标题", "主送机关", "附件说明", "落款单位", "成文日期"


@dataclass(frozen=True)
class _Own:
    """A paragraph of ours; ``place`` is blank in the text proper."""

    text: str
    place: str = ""


def proof(
    data: QuarterData, report: CheckReport, figures: Figures, reference: Reference, path: Path
) -> list[Difference]:
    """Where an edited bulletin differs from the quarter's figures; words and layout are free.

    Parameters
    ----------
    data : QuarterData
        The quarter, corrections applied.
    report : CheckReport
        Its findings, to know the page of a draft.
    figures : Figures
        Its named figures.
    reference : Reference
        The city's settings and units.
    path : Path
        The Word file that the kit wrote and people edited.

    Returns
    -------
    list of Difference
        In the order of the paper; text that is gone is among them for information only (``counts`` is false).

    Raises
    ------
    InputRefused
        The file is missing or no Word file, or is no bulletin with annexes at all.
    """
    return Proofreader(data, report, figures, reference).read(path)


class Proofreader:
    """Our paper, to be laid beside edited ones; see :func:`proof`."""

    def __init__(self, data: QuarterData, report: CheckReport, figures: Figures, reference: Reference):
        self.draft_items = [finding.message for finding in must_be_corrected(report)]
        self.grids = annex_grids(data, reference)
        self.own = _own_paragraphs(data, figures, reference)
        self.has_day = any(own.place == _DAY for own in self.own)
        notes = [text for grid in self.grids for text in (grid.title, grid.note)]
        texts = [*(own.text for own in self.own), *notes]
        self.figures = Attribution(Book(data, reference), figures, texts)
        self.names = Names(_unit_names(data, reference, self.grids, self.own))

    def read(self, path: Path) -> list[Difference]:
        """Differences of one edited file."""
        if not path.is_file():
            raise refuse(path.name or "文件", "未找到", "应为在 Word 中修改过的通报（.docx）")
        paper = parts(read_word(path), DRAFT_HEADING, self.draft_items)
        assigned = _assigned(self.grids, paper)
        if self.grids and not any(assigned.values()) and not any(part.number for part in paper):
            raise refuse(path.name, "没有附件表格", "应为本工具包写出、在 Word 中修改过的通报")
        numbers = _annexes_of(paper, assigned)
        found: list[Difference] = []
        for at, part in enumerate(paper):
            here = [grid for grid in self.grids if grid.number in numbers[at]]
            own = [line for grid in here for line in _around(grid)]
            if part.number is None:
                told = {number for some in numbers for number in some}
                gone = [line for grid in self.grids if grid.number not in told for line in _around(grid)]
                own = [*self.own, *own, *gone]
            elif here and part.number not in numbers[at]:
                number = here[0].number
                found.append(Difference(f"附件{number}序号", f"附件{part.number}", f"附件{number}", "name"))
            found += self._texts(own, part)
            for grid in here:
                found += changed_cells(grid, assigned[grid.number])
            found += self._other_tables(part, [g for grids in assigned.values() for g in grids])
        for grid in self.grids:
            if not any(grid.number in some for some in numbers):
                found += changed_cells(grid, [])
        return found

    def _texts(self, own_lines: Sequence[_Own], part: Part) -> list[Difference]:
        """Differences in the sentences of one part."""
        ours, theirs = passages([own.text for own in own_lines]), passages(part.texts)
        pairs = paired(ours, theirs)
        roles = {theirs[j].paragraph: own_lines[ours[i].paragraph].place for j, i in pairs.items()}
        opening = min((paragraph for paragraph, role in roles.items() if not role), default=0)
        found: list[Difference] = []
        for j, passage in enumerate(theirs):
            place = roles.get(passage.paragraph) or _place(part, passage.paragraph, opening)
            if j in pairs:
                own = ours[pairs[j]].text
                found += changed_numbers(own, passage.text, place, self.figures)
                found += self.names.changed(own, passage.text, place)
            else:
                found += self._unpaired(passage.text, place)
        kept = set(pairs.values())
        gone = [passage for i, passage in enumerate(ours) if i not in kept]
        whole = plain_text("".join(part.texts))
        return _without_repeats(found, whole) + [
            Difference(own_lines[p.paragraph].place or "正文", "", f"“{p.text}”", MISSING)
            for p in gone
            if p.text not in whole
        ]

    def _unpaired(self, text: str, place: str) -> list[Difference]:
        """Numbers of a sentence that is not ours; a date that only the office knows is theirs to fill in."""
        told = list(tellings(text))
        if not self.has_day and [(one.quantity.kind, one.quantity.text) for one in told] == [(DAY, text)]:
            return []
        return unexplained(told, place, self.figures)

    def _other_tables(self, part: Part, annexes: Sequence[Grid]) -> list[Difference]:
        """Numbers in tables that people added."""
        return [
            difference
            for grid in part.grids
            if not any(grid is annex for annex in annexes)
            for row in range(len(grid.rows))
            for text in _as_sentences(grid, row)
            for difference in unexplained(
                list(tellings(text))[-1:], f"添加的表格第 {row + 1} 行", self.figures
            )
        ]


def _own_paragraphs(data: QuarterData, figures: Figures, reference: Reference) -> list[_Own]:
    """The text that the kit writes, read back from a fresh paper; places to be filled in are left out."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "bulletin.docx"
        write_bulletin(data, CheckReport((), ()), figures, reference, path)
        lines = [text.strip() for text in parts(read_word(path), DRAFT_HEADING)[0].texts]
    told = [block.text for block in bulletin_text(data, figures, reference)]
    first = lines.index(told[0].strip()) if told else len(lines)
    return [
        _Own(line, _role(line, number - first, len(told)))
        for number, line in enumerate(lines)
        if not _PLACEHOLDER.fullmatch(line)
    ]


def _role(line: str, at: int, length: int) -> str:
    """What a paragraph is, `at` paragraphs after the opening of the text."""
    if 0 <= at < length:
        return ""
    if at < 0:
        return _ADDRESSEES if line.endswith(("：", ":")) else _TITLE
    if _LISTED.match(line):
        return _LIST
    told = quantities(plain_text(line))
    return _DAY if told and told[0].text == plain_text(line) else _SIGNED


def _around(grid: AnnexGrid) -> list[_Own]:
    """Title and note of an annex."""
    title = [_Own(grid.title, f"附件{grid.number}标题")]
    return [*title, _Own(grid.note, f"附件{grid.number}备注")] if grid.note else title


def _unit_names(
    data: QuarterData, reference: Reference, grids: Sequence[AnnexGrid], own: Sequence[_Own]
) -> set[str]:
    names = {name for kind in UNIT_KINDS for name in reference.names(kind)}
    names |= {row[1] for grid in grids for row in grid.rows}
    names |= {str(reference.city["name"]), str(reference.city.get("office", "")), data.fact("issuer")}
    for line in own:
        if line.place in (_ADDRESSEES, _SIGNED):
            names |= set(_APART.split(plain_text(line.text)))
    return {plain_text(name) for name in names} - {"", *TIERS}


def _assigned(annexes: Sequence[AnnexGrid], paper: Sequence[Part]) -> dict[int, list[Grid]]:
    """The pieces of each annex's table: those under headings first, then what lost its heading."""
    assigned: dict[int, list[Grid]] = {annex.number: [] for annex in annexes}
    for part in sorted(paper, key=lambda part: part.number is None):
        for grid in part.grids:
            open_to = [a for a in annexes if part.number is not None or not assigned[a.number]]
            scored = [
                (likeness_to(a, grid, under_heading=a.number == part.number), -a.number) for a in open_to
            ]
            score, number = max(scored, default=(0.0, 0))
            if score >= KNOWN_TABLE:
                assigned[-number].append(grid)
    return assigned


def _annexes_of(paper: Sequence[Part], assigned: dict[int, list[Grid]]) -> list[list[int]]:
    """The annexes whose table each part holds; a part without one is what its heading says."""
    found = [
        [n for n, grids in assigned.items() if grids and any(grids[0] is grid for grid in part.grids)]
        for part in paper
    ]
    for some, part in zip(found, paper, strict=True):
        if not some and part.number is not None and not any(part.number in other for other in found):
            some.append(part.number)
    return found


def _place(part: Part, paragraph: int, opening: int) -> str:
    """A paragraph of the text by number, counted from its opening; headings count."""
    text = plain_text(part.texts[paragraph])
    excerpt = f"“{text[:_EXCERPT]}{'…' if len(text) > _EXCERPT else ''}”"
    if part.number is not None:
        return f"附件{part.number}表外文字{excerpt}"
    return f"正文第 {paragraph - opening + 1} 段{excerpt}" if paragraph >= opening else f"文首{excerpt}"


def _as_sentences(grid: Grid, row: int) -> list[str]:
    """The cells of a table that people added, each after the name of its row and its heading; serial numbers left out."""
    name = next((text for text in grid.texts(row) if not is_number(text)), "")
    headings = grid.rows[0] if row else ("",) * len(grid.rows[row])
    return [
        plain_text(text if text == name else f"{name}{heading}{text}")
        for heading, text in zip(headings, grid.rows[row], strict=True)
        if text and fold(heading) not in _SERIAL
    ]


def _without_repeats(found: Sequence[Difference], whole: str) -> list[Difference]:
    """Without numbers said to be gone that stand elsewhere in the text."""
    return [d for d in found if d.kind != MISSING or d.expected.strip("“”") not in whole]


def proof_text(found: Sequence[Difference]) -> str:
    """The list for people, one difference a line; differences first, information last."""
    ordered = sorted(found, key=lambda d: (d.kind == MISSING, d.kind == UNPLACED))
    return "\n".join(visible(str(difference)) for difference in ordered)

"""Proof-reading: a bulletin that people edited in Word, against the figures of its quarter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from haochaping.checks.check_report import CheckReport
from haochaping.cleaning.quantities import plain_text, quantities
from haochaping.core.errors import refuse
from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.core.text import visible
from haochaping.figures.figure import Figures
from haochaping.outputs.word.bulletin import DRAFT_HEADING, write_bulletin
from haochaping.present.annex_grid import AnnexGrid, annex_grids
from haochaping.present.bulletin_text import bulletin_text
from haochaping.proofreading.admission import admit_file, admit_quarter
from haochaping.proofreading.changed_names import NameChecker
from haochaping.proofreading.changed_sentences import (
    ADDRESSEES,
    DATED,
    LIST,
    SIGNED,
    TITLE,
    OwnLine,
    SentenceChecker,
)
from haochaping.proofreading.changed_tables import KNOWN_TABLE, NAME_AT, annex_likeness, changed_cells
from haochaping.proofreading.difference import MISSING, NAME, UNPLACED, Difference
from haochaping.proofreading.formal_parts import (
    as_date,
    changed_document_number,
    early_printing,
    office_names,
    signing_date,
)
from haochaping.proofreading.paper import BulletinPart, split_into_parts
from haochaping.read.formats.docx import read_word
from haochaping.read.grid.grid import Grid
from haochaping.reference.reference import Reference
from haochaping.store.cell_index import CellIndex
from haochaping.text_numbers.compare_with_figures import FigureComparison
from haochaping.text_numbers.vocabulary import Vocabulary

_PLACEHOLDER_LINE = re.compile(r"（[^（）]*）[:：]?")
_LIST_LINE = re.compile(r"(?:附件：)?\d+\.")


def proofread(
    data: QuarterData, report: CheckReport, figures: Figures, reference: Reference, path: Path
) -> list[Difference]:
    """Differences between an edited bulletin and the quarter's figures; words and layout are free.

    Parameters
    ----------
    data : QuarterData
        The quarter, corrections applied.
    report : CheckReport
        Its findings, to recognise the page of a draft.
    figures : Figures
        Its named figures.
    reference : Reference
        The city's settings and units.
    path : Path
        The Word file that the kit wrote and people edited.

    Returns
    -------
    list of Difference
        In the order of the paper; missing text is included for information only (``counts`` is false).

    Raises
    ------
    InputRefused
        The file is missing or no Word file, has no annexes at all, or is another quarter's bulletin.
    """
    return Proofreader(data, report, figures, reference).read(path)


class Proofreader:
    """Our own bulletin of a quarter, to be compared with edited ones; see :func:`proofread`."""

    def __init__(self, data: QuarterData, report: CheckReport, figures: Figures, reference: Reference):
        self.data, self.reference = data, reference
        self.draft_items = [matter.title for _, matter in report.matters_to_correct]
        self.grids = annex_grids(data)
        self.own = _own_lines(data, figures, reference)
        sentences = [s for block in bulletin_text(data, figures, reference) for s in block.sentences]
        known = [sentence.text for sentence in sentences if sentence.rule]
        known += [line.text for line in self.own if line.place]
        known += [text for grid in self.grids for text in (grid.title, grid.note)]
        self.sentence_checker = SentenceChecker(
            FigureComparison(CellIndex(data, reference), figures, known),
            NameChecker(_unit_names(data, reference, self.grids, self.own), Vocabulary(data.declaration)),
            is_dated=any(line.place == DATED for line in self.own),
            analyst_sentences=[sentence.text for sentence in sentences if not sentence.rule],
        )

    def read(self, path: Path) -> list[Difference]:
        """Differences of one edited file."""
        admit_file(path, self.reference)
        paper = split_into_parts(read_word(path), DRAFT_HEADING, self.draft_items)
        assigned = _assign_grids(self.grids, paper)
        if self.grids and not any(assigned.values()) and not any(part.number for part in paper):
            raise refuse(path.name, "没有附件表格", "应为本工具包写出、在 Word 中修改过的通报")
        admit_quarter(paper, self.data.quarter, path.name)
        found = self._formal_differences(paper)
        numbers = _annexes_of_parts(paper, assigned)
        for part, part_numbers in zip(paper, numbers, strict=True):
            found += self._part_differences(
                part, part_numbers, assigned, {number for part_annexes in numbers for number in part_annexes}
            )
        for grid in self.grids:
            if not any(grid.number in part_annexes for part_annexes in numbers):
                found += changed_cells(grid, [])
        return found

    def _part_differences(
        self,
        part: BulletinPart,
        numbers: Sequence[int],
        assigned: dict[int, list[Grid]],
        assigned_numbers: set[int],
    ) -> list[Difference]:
        """Differences in text and tables of one part of the paper.

        Titles and notes of annexes that no part holds are looked for in the text before the annexes.
        """
        annexes_here = [grid for grid in self.grids if grid.number in numbers]
        own = [line for grid in annexes_here for line in _title_and_note(grid)]
        found: list[Difference] = []
        if part.number is None:
            lines_of_missing_annexes = [
                line
                for grid in self.grids
                if grid.number not in assigned_numbers
                for line in _title_and_note(grid)
            ]
            own = [*self.own, *own, *lines_of_missing_annexes]
        elif annexes_here and part.number not in numbers:
            number = annexes_here[0].number
            found.append(Difference(f"附件{number}序号", f"附件{part.number}", f"附件{number}", NAME))
        found += self.sentence_checker.differences(own, part)
        for grid in annexes_here:
            found += changed_cells(grid, assigned[grid.number])
        annexes = [grid for grids in assigned.values() for grid in grids]
        added = [grid for grid in part.grids if not any(grid is annex for annex in annexes)]
        return found + [
            difference for grid in added for difference in self.sentence_checker.check_added_table(grid)
        ]

    def _formal_differences(self, paper: Sequence[BulletinPart]) -> list[Difference]:
        """Differences in document number and printing date."""
        lines = [text for part in paper if part.number is None for text in part.texts]
        issued, extracted = (_fact_date(self.data.fact(name)) for name in ("issue_date", "extraction_date"))
        issued = issued or signing_date(lines)
        days = [(name, day) for name, day in (("成文日期", issued), ("数据提取日期", extracted)) if day]
        imprint = [text for part in paper for text in part.imprint]
        return [
            *changed_document_number(lines, self.data.fact("document_number"), issued),
            *early_printing(imprint, days),
        ]


def _own_lines(data: QuarterData, figures: Figures, reference: Reference) -> list[OwnLine]:
    """The paragraphs that the kit writes, read back from a freshly written file; placeholders are left out."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "bulletin.docx"
        write_bulletin(data, CheckReport((), ()), figures, reference, path)
        lines = [text.strip() for text in split_into_parts(read_word(path), DRAFT_HEADING)[0].texts]
    block_texts = [block.text for block in bulletin_text(data, figures, reference)]
    opening = lines.index(block_texts[0].strip()) if block_texts else len(lines)
    return [
        OwnLine(line, _line_role(line, number - opening, len(block_texts)))
        for number, line in enumerate(lines)
        if not _PLACEHOLDER_LINE.fullmatch(line)
    ]


def _fact_date(iso: str) -> date | None:
    """A fact as a date; None where the source does not say."""
    return as_date(iso.split("-"))


def _line_role(line: str, at: int, length: int) -> str:
    """Name of a formal line (blank for body text) by its position: `at` paragraphs after the opening of the text."""
    if 0 <= at < length:
        return ""
    if at < 0:
        return ADDRESSEES if line.endswith(("：", ":")) else TITLE
    if _LIST_LINE.match(line):
        return LIST
    quantities_found = quantities(plain_text(line))
    return DATED if quantities_found and quantities_found[0].text == plain_text(line) else SIGNED


def _title_and_note(grid: AnnexGrid) -> list[OwnLine]:
    """Title and note of an annex."""
    title = [OwnLine(grid.title, f"附件{grid.number}标题")]
    return [*title, OwnLine(grid.note, f"附件{grid.number}备注")] if grid.note else title


def _unit_names(
    data: QuarterData, reference: Reference, grids: Sequence[AnnexGrid], own: Sequence[OwnLine]
) -> set[str]:
    names = {name for kind in reference.registered_kinds for name in reference.names(kind)}
    names |= {row[NAME_AT] for grid in grids for row in grid.rows}
    names |= {str(reference.city["name"]), str(reference.city.get("office", "")), data.fact("issuer")}
    for line in own:
        if line.place in (ADDRESSEES, SIGNED):
            names |= set(office_names(line.text))
    return {plain_text(name) for name in names} - {""}


def _assign_grids(annexes: Sequence[AnnexGrid], paper: Sequence[BulletinPart]) -> dict[int, list[Grid]]:
    """The pieces of each annex's table: first those under annex headings, then tables that lost their heading."""
    assigned: dict[int, list[Grid]] = {annex.number: [] for annex in annexes}
    for part in sorted(paper, key=lambda part: part.number is None):
        for grid in part.grids:
            open_to = [a for a in annexes if part.number is not None or not assigned[a.number]]
            scored = [
                (annex_likeness(a, grid, under_heading=a.number == part.number), -a.number) for a in open_to
            ]
            score, number = max(scored, default=(0.0, 0))
            if score >= KNOWN_TABLE:
                assigned[-number].append(grid)
    return assigned


def _annexes_of_parts(paper: Sequence[BulletinPart], assigned: dict[int, list[Grid]]) -> list[list[int]]:
    """For each part the numbers of the annexes whose table begins in it; for a part without one, its heading's number."""
    found = [
        [n for n, grids in assigned.items() if grids and any(grids[0] is grid for grid in part.grids)]
        for part in paper
    ]
    for annexes, part in zip(found, paper, strict=True):
        if not annexes and part.number is not None and not any(part.number in other for other in found):
            annexes.append(part.number)
    return found


def format_differences(found: Sequence[Difference]) -> str:
    """The report for people, one difference per line: errors first, then numbers not explained, missing text last."""
    ordered = sorted(found, key=lambda d: (d.kind == MISSING, d.kind == UNPLACED))
    return "\n".join(visible(str(difference)).replace("\n", " ") for difference in ordered)


def summarise_differences(found: Sequence[Difference], quarter: Period) -> str:
    """The closing line of the report; a paper in which something is missing is not said to agree."""
    differing = sum(difference.counts for difference in found)
    missing = len(found) - differing
    missing_words = f"有 {missing} 处缺少（仅供参考）" if missing else ""
    if differing:
        differing_words = f"{differing} 处与{quarter.label}数据不一致或无法核对"
        return f"{differing_words}；另{missing_words}" if missing_words else differing_words
    return (
        f"没有与{quarter.label}数据不一致之处；{missing_words}"
        if missing_words
        else f"与{quarter.label}数据一致"
    )

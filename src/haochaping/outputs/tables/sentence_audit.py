"""The sentence audit: every sentence of page and bulletin, the rule that chose it, the figures in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from haochaping.checks.check_report import CheckReport
from haochaping.core.model import QuarterData
from haochaping.figures.figure import Figures
from haochaping.present.bulletin_text import bulletin_text
from haochaping.present.sentences import Sentence, compose, page_sections
from haochaping.reference.reference import Reference
from haochaping.store.tidy_tables import guard_formula, quoting_for

SENTENCES = "sentences.csv"
COLUMNS = ("文件", "章节", "序号", "语句", "规则", "数字")
PAGE, BULLETIN, OWN_WORDS = "简报", "通报", "分析人员"


def write_audit(
    data: QuarterData, report: CheckReport, figures: Figures, reference: Reference, folder: Path
) -> None:
    """Write ``sentences.csv`` (UTF-8 with BOM, for Excel).

    A row is a sentence; the last column lists ``figure=text`` for every number in it, by the figure's name in the
    table of figures. Sentences of the bulletin that the analyst wrote have 分析人员 as their rule.
    """
    buffer = io.StringIO(newline="")
    rows = [[guard_formula(cell) for cell in row] for row in _rows(data, report, figures, reference)]
    quoting = quoting_for(cell for row in rows for cell in row)
    csv.writer(buffer, lineterminator="\n", quoting=quoting).writerows([COLUMNS, *rows])
    (folder / SENTENCES).write_bytes(buffer.getvalue().encode("utf-8-sig"))


def _rows(
    data: QuarterData, report: CheckReport, figures: Figures, reference: Reference
) -> Iterator[tuple[str, ...]]:
    for section, heading in page_sections(data.declaration).items():
        for sentence in compose(section, figures, report):
            yield _row(PAGE, heading, sentence)
    heading = ""
    for block in bulletin_text(data, figures, reference):
        heading = heading if block.sentences else block.text
        for sentence in block.sentences:
            yield _row(BULLETIN, heading, sentence)


def _row(paper: str, heading: str, sentence: Sentence) -> tuple[str, ...]:
    numbers = "；".join(f"{number.name}={number.text}" for number in sentence.numbers)
    return paper, heading, str(sentence.position), sentence.text, sentence.rule or OWN_WORDS, numbers

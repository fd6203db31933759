"""What of the sheet 正文与日期 is known before a quarter's data are there, and what of it comes from the quarter before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from haochaping.core.declaration import Declaration
from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.outputs.form.carried_wording import Pieces, note_pieces, title_of
from haochaping.read.formats.entries_sheet import TEXTS, annex_items
from haochaping.reference.reference import Reference


@dataclass(frozen=True)
class KnownEntries:
    """Entries that can be filled in before a quarter's data are there."""

    facts: Mapping[str, str | date]
    """Entries of ``about``."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """Title by table."""
    notes: Mapping[str, Pieces] = field(default_factory=dict)
    """Note by table, in pieces: its dates refer to cells of the sheet."""
    left_out: Sequence[tuple[str, str]] = ()
    """Table and field (title, note) of the wordings of the quarter before that speak of that quarter alone."""

    @property
    def period(self) -> Period:
        """The period of the sheet."""
        return Period.parse(self.facts["quarter"])


def known_entries(quarter: Period, reference: Reference, previous: QuarterData | None) -> KnownEntries:
    """The quarter and its dates; issuer, addressees, titles and wording of notes from the quarter before.

    Its figures and dates are not taken over, nor any wording that holds them.
    """
    facts: dict[str, str | date] = {
        "quarter": str(quarter),
        "period_start": quarter.start,
        "period_end": quarter.end,
        "issuer": str(reference.city.get("office", "")),
    }
    if previous is None:
        return KnownEntries(facts)
    facts |= {name: fact for name in ("issuer", "addressees") if (fact := previous.fact(name))}
    old = previous.quarter
    if title := title_of(previous.fact("title"), old, quarter):
        facts["title"] = title
    titles: dict[str, str] = {}
    notes: dict[str, Pieces] = {}
    left_out = []
    for annex in previous.annexes.to_dict("records"):
        table = annex["table"]
        if table not in reference.declaration.annexes:
            continue
        titles[table] = title_of(annex["title"], old, quarter)
        dates = {name: annex[name] for name in ("period_start", "period_end", "extraction_date")}
        if pieces := note_pieces(annex["note"], dates, old, quarter):
            notes[table] = pieces
        left_out += [(table, "title")] if annex["title"] and not titles[table] else []
        left_out += [(table, "note")] if annex["note"] and not pieces else []
    return KnownEntries(facts, {table: title for table, title in titles.items() if title}, notes, left_out)


def told_of_wording(known: KnownEntries, previous: Period, declaration: Declaration) -> list[str]:
    """Tell an analyst which wording of the quarter before the sheet has, and which it has not."""
    items = [
        label for label, name in TEXTS.items() if name in ("title", "addressees") and name in known.facts
    ]
    counts = {"附件标题": len(known.titles), "附件备注": len(known.notes)}
    items += [f"{label} {count} 个" for label, count in counts.items() if count]
    carried = f"沿用{previous.label}的措辞，时段已换：{'、'.join(items)}"
    told = [carried if items else f"{previous.label}没有可以沿用的标题和备注，留空待填"]
    labels = {item: label for label, item in annex_items(declaration).items()}
    if left_out := "、".join(labels[item] for item in known.left_out):
        told.append(f"没有沿用：{left_out}，其中有{previous.label}自己的日期或数；要用的请对照改写")
    return [*told, f"notes.md 只有各节的标题和提示，{previous.label}写的文字没有沿用"]

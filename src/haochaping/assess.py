"""One quarter assessed: read, answered, compared with its past. One loader, one verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from haochaping.answers import answer_file, read_answers
from haochaping.checks.memory import Past
from haochaping.checks.review import Reviewed, review
from haochaping.corrections import as_printed, kept_corrections
from haochaping.errors import InputRefused
from haochaping.loading import load_printed, rests_on_tidy
from haochaping.locations import Locations, quarters_in
from haochaping.model import frame
from haochaping.notes import NOTES, read_notes
from haochaping.quarter import Quarter
from haochaping.reference import Reference, load_reference
from haochaping.sources import describe, input_files
from haochaping.store import read_tidy


def assess(where: Locations, quarter: Quarter, as_of: date) -> Reviewed:
    """Read a quarter, apply its corrections, judge its explanations on `as_of`, compare with earlier quarters.

    Raises
    ------
    InputRefused
        The quarter's own input cannot be used. An earlier quarter that cannot be read is told in the
        report's remarks instead.
    """
    reference = load_reference(where.reference)
    printed = load_printed(where, quarter)
    answers = read_answers(answer_file(where.raw(quarter)), quarter)
    past, untold = load_past(where, quarter, reference)
    noted = where.raw(quarter) / NOTES
    if where.raw(quarter).is_dir():
        printed = replace(printed, notes=read_notes(noted))
    kept = kept_corrections(read_tidy(where.tidy(quarter), quarter)) if rests_on_tidy(where, quarter) else []
    reviewed = review(printed, answers, past, reference, as_of, kept)
    written = [(answer_file(where.raw(quarter)), "answers")]
    written += [] if printed.notes.empty or not noted.exists() else [(noted, "notes")]
    if any(path for path, _ in written):
        inputs = [
            *printed.inputs.to_dict("records"),
            *(describe(path, kind) for path, kind in written if path),
        ]
        reviewed = replace(reviewed, data=replace(reviewed.data, inputs=frame("inputs", inputs)))
    if untold:
        remarks = (*reviewed.report.remarks, *untold)
        reviewed = replace(reviewed, report=replace(reviewed.report, remarks=remarks))
    return reviewed


def earlier_quarters(where: Locations, quarter: Quarter) -> list[Quarter]:
    """Quarters before `quarter` that have tidy tables or a raw source, oldest first."""
    raw = [q for q in quarters_in(where.data / "raw") if input_files(where.raw(q))]
    found = {*quarters_in(where.data / "tidy"), *raw}
    return sorted(q for q in found if q < quarter)


def load_past(where: Locations, quarter: Quarter, reference: Reference) -> tuple[list[Past], list[str]]:
    """Earlier quarters as printed with their answers, oldest first; and why some could not be read."""
    past: list[Past] = []
    untold: list[str] = []
    for earlier in earlier_quarters(where, quarter):
        try:
            answers = tuple(read_answers(answer_file(where.raw(earlier)), earlier))
            if where.tidy(earlier).is_dir():
                tidy = read_tidy(where.tidy(earlier), earlier)
                past.append(Past(as_printed(tidy, reference), answers, tidy))
            else:
                past.append(Past(load_printed(where, earlier), answers))
        except InputRefused as refusal:
            untold.append(f"{earlier.label}未能读取，没有用于比较：{refusal.message}")
    return past, untold

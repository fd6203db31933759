"""Read one quarter, apply its answers and compare it with earlier quarters; every command uses this one way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from haochaping.checks.memory import PriorQuarter
from haochaping.checks.review import ReviewResult, review
from haochaping.core.errors import InputRefused
from haochaping.core.model import QuarterData, frame
from haochaping.core.paths import ANSWERS, NOTES, Locations, quarters_in, record_files
from haochaping.core.period import Period
from haochaping.pipeline.printed_quarter import load_printed, rests_on_tidy
from haochaping.read.raw_folder import describe_input, input_files
from haochaping.reference.record_settings import RECORD_SETTINGS
from haochaping.reference.reference import Reference, load_reference
from haochaping.store.answers import answer_file, read_answers
from haochaping.store.apply_corrections import recorded_corrections, undo_corrections
from haochaping.store.notes import read_notes
from haochaping.store.tidy_tables import read_tidy


def assess(
    locations: Locations,
    quarter: Period,
    as_of: date,
    report_progress: Callable[[str], None] | None = None,
) -> ReviewResult:
    """Read a quarter, apply its corrections, judge its explanations on `as_of`, compare with earlier quarters.

    Raises
    ------
    InputRefused
        The quarter's own input cannot be used. Trouble with an earlier quarter, for example that it cannot be read,
        is reported in ``report.about_past`` instead.
    """
    reference = load_reference(locations.reference)
    printed = load_printed(locations, quarter, reference, report_progress)
    answers = read_answers(answer_file(locations.raw(quarter)), quarter)
    past, about_past = load_past(locations, quarter, reference)
    notes_file = locations.raw(quarter) / NOTES
    if locations.raw(quarter).is_dir():
        printed = replace(printed, notes=read_notes(notes_file, reference.declaration))
    tidied_corrections = (
        recorded_corrections(read_tidy(locations.tidy(quarter), quarter, reference))
        if rests_on_tidy(locations, quarter)
        else []
    )
    reviewed = review(printed, answers, past, reference, as_of, tidied_corrections)
    analyst_files = [(answer_file(locations.raw(quarter)), "answers")]
    analyst_files += [] if printed.notes.empty or not notes_file.exists() else [(notes_file, "notes")]
    if any(path for path, _ in analyst_files):
        inputs = [
            *printed.inputs.to_dict("records"),
            *(describe_input(path, kind) for path, kind in analyst_files if path),
        ]
        reviewed = replace(reviewed, data=replace(reviewed.data, inputs=frame("inputs", inputs)))
    return replace(reviewed, report=replace(reviewed.report, about_past=tuple(about_past)))


def earlier_quarters(locations: Locations, quarter: Period) -> list[Period]:
    """List the periods before `quarter`, of its kind, that have tidy tables or files in their raw folder, oldest first."""
    raw = [q for q in quarters_in(locations.data / "raw") if _has_input(locations.raw(q))]
    found = {*quarters_in(locations.data / "tidy"), *raw}
    return sorted(q for q in found if quarter.follows(q))


def _has_input(folder: Path) -> bool:
    """Whether a raw folder holds anything to read, or to be refused when it is read."""
    try:
        return bool(input_files(folder) or record_files(folder))
    except InputRefused:
        return True


def load_past(
    locations: Locations, quarter: Period, reference: Reference
) -> tuple[list[PriorQuarter], list[str]]:
    """Read the earlier quarters, oldest first, as printed and with their answers; and remarks on them.

    Remarks name quarters that could not be read and quarters whose source files changed after they were tidied.
    """
    past: list[PriorQuarter] = []
    remarks: list[str] = []
    for earlier in earlier_quarters(locations, quarter):
        try:
            answers = tuple(read_answers(answer_file(locations.raw(earlier)), earlier))
            tidy = _tidy_of_past(locations, earlier, reference, remarks)
            if tidy is None:
                past.append(PriorQuarter(load_printed(locations, earlier, reference), answers))
                continue
            past.append(PriorQuarter(undo_corrections(tidy, reference), answers, tidy))
            if changed := changed_source_files(tidy, locations.raw(earlier)):
                remarks.append(_changed_source_remark(earlier, changed))
        except InputRefused as refusal:
            remarks.append(f"{earlier.label}未能读取，没有用于比较：{refusal.message}")
    return past, remarks


def _tidy_of_past(
    locations: Locations, earlier: Period, reference: Reference, remarks: list[str]
) -> QuarterData | None:
    """The tidy tables of an earlier quarter; None where it has none, or where they were changed and its source is there.

    Raises
    ------
    InputRefused
        They cannot be used, and there is no source to read instead.
    """
    if not locations.tidy(earlier).is_dir():
        return None
    try:
        return read_tidy(locations.tidy(earlier), earlier, reference)
    except InputRefused as refusal:
        if not _has_input(locations.raw(earlier)):
            raise
        remarks.append(f"{earlier.label}整理过的数据没有用，改用原始资料：{refusal.message}")
        return None


def changed_source_files(tidy: QuarterData, raw: Path) -> list[str]:
    """Name the files that were changed, added or removed in `raw` since `tidy` was made from it.

    Compared by content. Answers and notes do not count, since figures do not come from them. Empty if the raw folder
    has no files: then the tidy tables are the only source.
    """
    inputs = tidy.inputs[~tidy.inputs["file"].str.lower().isin(ANSWERS)]
    files = [*input_files(raw), *record_files(raw)]
    if (settings := raw / RECORD_SETTINGS).is_file():
        files.append(settings)
    described = [describe_input(path, "") for path in files]
    now = {str(entry["file"]): entry["sha256"] for entry in described}
    if not now or inputs.empty:
        return []
    then = dict(zip(inputs["file"], inputs["sha256"], strict=True))
    return sorted(name for name in {*then, *now} if then.get(name) != now.get(name))


def _changed_source_remark(quarter: Period, names: list[str]) -> str:
    return (
        f"{quarter.label}的资料（{'、'.join(names)}）在整理以后有改动，比较用的仍是改动以前的数；"
        f"请先运行 make quarter Q={quarter}，再重新生成本期"
    )

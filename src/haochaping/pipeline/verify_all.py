"""Hold everything that is stored against its checksums and its sources: tidy tables, published folders, manifests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from haochaping.core.errors import InputRefused, refuse
from haochaping.core.paths import Locations, quarters_in
from haochaping.core.period import Period
from haochaping.figures.compute_figures import compute_figures
from haochaping.outputs.published.edited_papers import edited_papers
from haochaping.outputs.published.file_names import MANIFEST
from haochaping.outputs.published.run_summary import summarise
from haochaping.pipeline.assess import assess
from haochaping.pipeline.fingerprint import hash_inputs
from haochaping.pipeline.manifest import altered_files
from haochaping.pipeline.printed_quarter import rests_on_tidy
from haochaping.pipeline.verify import COMPARED_KEYS, changed_since_the_run, read_complete_manifest
from haochaping.reference.reference import load_reference
from haochaping.store.tidy_tables import changed_files, differing_files

if TYPE_CHECKING:
    from haochaping.checks.review import ReviewResult


@dataclass(frozen=True)
class VerifyAllResult:
    """What was found, one line each, and how many folders were looked at."""

    differences: tuple[str, ...]
    tidy: int
    published: int


def verify_all(locations: Locations, report_progress: Callable[[str], None]) -> VerifyAllResult:
    """Read every period and hold its tidy tables and its published folder against checksums and source; build nothing.

    The tables must be what the source gives today; of a published folder every output must have the hash of its
    manifest, every input too, and the manifest's verdict, matters and figures must be those of today's reading. What a
    page says is not made again: :func:`haochaping.pipeline.verify.verify` does that for one period.

    Raises
    ------
    InputRefused
        There is nothing to look at, or the city's settings cannot be read.
    """
    load_reference(locations.reference)
    tidy, published = quarters_in(locations.data / "tidy"), quarters_in(locations.output)
    wanted = sorted({*tidy, *published})
    if not wanted:
        raise refuse(str(locations.data), "", "还没有整理过或发布过任何一期")
    differences: list[str] = []
    for quarter in wanted:
        report_progress(f"核对 {quarter.label}")
        differences += (f"{quarter} {line}" for line in _differences(locations, quarter))
    return VerifyAllResult(tuple(differences), len(tidy), len(published))


def _differences(locations: Locations, quarter: Period) -> Iterator[str]:
    published, manifest = locations.published(quarter), None
    if published.exists():
        try:
            manifest = read_complete_manifest(published, quarter)
        except InputRefused as refusal:
            yield f"已发布：{refusal.message}"
    as_of = date.fromisoformat(manifest["as_of"]) if manifest else date.today()
    reviewed = None
    try:
        reviewed = assess(locations, quarter, as_of)
    except InputRefused as refusal:
        yield f"资料：{refusal.message}"
    yield from _of_tidy(locations, quarter, reviewed)
    if manifest:
        yield from _of_published(locations, quarter, manifest, as_of, reviewed)


def _of_tidy(locations: Locations, quarter: Period, reviewed: ReviewResult | None) -> Iterator[str]:
    folder = locations.tidy(quarter)
    if not folder.is_dir():
        return
    try:
        changed = changed_files(folder)
    except InputRefused as refusal:
        yield f"整理后的数据：{refusal.message}"
        return
    for name in changed:
        yield f"整理后的数据 {folder / name}：整理以后改动或删去了"
    if reviewed and not changed and not rests_on_tidy(locations, quarter):
        for name in differing_files(reviewed.data, folder):
            yield f"整理后的数据 {folder / name}：与按现有资料、设置、答复整理的不同，请重新运行"


def _of_published(
    locations: Locations, quarter: Period, manifest: Any, as_of: date, reviewed: ReviewResult | None
) -> Iterator[str]:
    published = locations.published(quarter)
    edited = edited_papers(published)
    for name in altered_files(published, manifest):
        if name not in edited:
            yield f"已发布 {published / name}：生成以后改动过，或已没有"
    changed = list(changed_since_the_run(hash_inputs(locations, quarter, as_of), manifest))
    yield from (f"已发布，用的是以前的{line}" for line in changed)
    if changed or reviewed is None:
        return
    figures = compute_figures(reviewed.data, load_reference(locations.reference))
    today = summarise(reviewed.data, reviewed.report, figures)
    for key in COMPARED_KEYS:
        if key in today and today[key] != manifest.get(key):
            yield f"已发布 {published / MANIFEST} 的“{key}”：与按资料算出的不同"

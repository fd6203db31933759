"""Published folders as a run leaves them, without running one."""

import json
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from haochaping.checks.check_report import CheckReport
from haochaping.core.model import QuarterData
from haochaping.core.paths import Locations
from haochaping.core.period import Period
from haochaping.figures.compute_figures import compute_figures
from haochaping.files.file_hash import sha256_by_name
from haochaping.outputs.published.file_names import MANIFEST, PAGE
from haochaping.outputs.published.run_summary import summarise
from haochaping.reference.reference import load_reference
from haochaping.simulate.simulated_quarter import simulate
from haochaping.store.tidy_tables import write_tidy

ROOT = Path(__file__).parents[2]
PAPERS = (
    "bulletin.docx",
    "annexes.xlsx",
    "annexes.internal.xlsx",
    "review.xlsx",
    "findings.csv",
    "findings.json",
    "matters.json",
    "sentences.csv",
    "briefing.ipynb",
    "sheets/市甲局.xlsx",
    "data/datapackage.json",
)


def root(folder: Path) -> Locations:
    """An empty data root with the city's reference, and where output goes."""
    shutil.copytree(ROOT / "data" / "reference", folder / "data" / "reference")
    return Locations(folder / "data", folder / "output")


@cache
def series(first: Period, size: int) -> tuple[QuarterData, ...]:
    """Quarters one after another, each with those before it as its history; made once, nobody may change them."""
    if not size:
        return ()
    earlier = series(first, size - 1)
    quarter = earlier[-1].quarter.next if earlier else first
    return (*earlier, replace(simulate(quarter, 5), history=earlier))


def publish(where: Locations, data: QuarterData, **changed: Any) -> Path:
    """Tidy tables and a published folder of `data`; `changed` are entries of its manifest."""
    write_tidy(data, where.tidy(data.quarter))
    folder = where.published(data.quarter)
    for name in (PAGE, *PAPERS):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"<title>{data.quarter}</title>", encoding="utf-8")
    figures = compute_figures(data, load_reference(where.reference))
    manifest = {
        "quarter": str(data.quarter),
        "written": "2023-01-20 09:30",
        **summarise(data, CheckReport((), ()), figures),
        "outputs": sha256_by_name([folder / name for name in (PAGE, *PAPERS)], folder),
        **changed,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    return folder

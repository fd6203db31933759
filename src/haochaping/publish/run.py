"""One quarter from raw data to a published folder."""

from __future__ import annotations

import json
import platform
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from haochaping.locations import DATA_VARIABLE, STAGED_VARIABLE, Locations, project_root
from haochaping.publish.index import refresh_index
from haochaping.publish.staging import staged
from haochaping.publish.stamp import MANIFEST, PAGE, input_key, is_current, sha256
from haochaping.publish.tricks import skip_slow_imports
from haochaping.quarter import Quarter

_DIRECT = ("pandas", "seaborn", "matplotlib", "papermill", "nbconvert", "jupyterlab", "pandera", "jinja2")


@dataclass(frozen=True)
class Outcome:
    """What a run ended in: the page, its verdict, what the reader should know."""

    page: Path
    verdict: str
    unchanged: bool
    seconds: float
    missing_glyphs: tuple[str, ...] = ()


def run_quarter(
    where: Locations, quarter: Quarter, say: Callable[[str], None], as_of: date | None = None
) -> Outcome:
    """Read, check, run the notebook, convert, swap in; or do nothing when nothing changed.

    At the end the index of all quarters is brought up to date.

    Parameters
    ----------
    where : Locations
        Data and output roots.
    quarter : Quarter
        Which quarter.
    say : callable
        Receives one line of progress at a time.
    as_of : date, optional
        The day on which explanations are judged; by default today.

    Raises
    ------
    InputRefused
        The input cannot be used; what was published before is untouched.
    NotebookFailed
        The notebook raised; what was published before is untouched.
    """
    started = time.perf_counter()
    published = where.published(quarter)
    page = published / PAGE
    as_of = as_of or date.today()
    key = input_key(where, quarter, as_of)
    if is_current(published, key):
        from haochaping.publish.edited import remind_of_edited

        manifest = json.loads((published / MANIFEST).read_text(encoding="utf-8"))
        remind_of_edited(published, quarter, say)
        refresh_index(where, say)
        return Outcome(page, manifest["verdict"], True, time.perf_counter() - started)
    missing_glyphs, verdict = _build(where, quarter, as_of, key, say)
    refresh_index(where, say)
    return Outcome(page, verdict, False, time.perf_counter() - started, missing_glyphs)


def _build(
    where: Locations, quarter: Quarter, as_of: date, key: str, say: Callable[[str], None]
) -> tuple[tuple[str, ...], str]:
    """Build the quarter's folder and swap it in; the characters without a glyph, and the verdict."""
    from haochaping.answers import answer_file, read_answers
    from haochaping.assess import assess
    from haochaping.checks import REPORT
    from haochaping.checks.report_json import dump_report
    from haochaping.figures import compute_figures
    from haochaping.loading import TIDY_NOTICE, rests_on_tidy, stage
    from haochaping.publish.papers import write_papers
    from haochaping.publish.pdf import PDF
    from haochaping.publish.summary import summarise
    from haochaping.reference import load_reference
    from haochaping.store import with_revisions, write_tidy

    parts: dict[str, float] = {}
    clock = _Clock(parts)
    say(f"读入 {quarter.label}资料")
    if rests_on_tidy(where, quarter):
        say(TIDY_NOTICE)
    reviewed = assess(where, quarter, as_of)
    data, report = reviewed.data, reviewed.report
    data = with_revisions(data, where.tidy(quarter))
    write_tidy(data, where.tidy(quarter))
    answers = read_answers(answer_file(where.raw(quarter)), quarter)
    clock.lap("读入与核对")
    with staged(where.published(quarter)) as aside:
        skip_slow_imports()
        import nbconvert  # noqa: F401 - imported here so that its time is told apart
        import papermill  # noqa: F401

        from haochaping.publish.execute import execute
        from haochaping.publish.page import build_page

        clock.lap("载入程序库")
        say("运行笔记本")
        model = aside / ".model"
        stage(data, model)
        (model / REPORT).write_text(dump_report(report), encoding="utf-8")
        notebook = execute(
            project_root() / "notebooks" / "briefing.ipynb",
            aside / "briefing.ipynb",
            {"QUARTER": str(quarter)},
            {DATA_VARIABLE: str(where.data), STAGED_VARIABLE: str(model)},
            aside,
        )
        shutil.rmtree(model)
        clock.lap("运行笔记本")
        say("生成网页")
        page = build_page(notebook, f"{quarter.label}政务服务“好差评”工作简报", _run_block(key))
        (aside / PAGE).write_text(page.html, encoding="utf-8", newline="\n")
        clock.lap("生成网页")
        reference = load_reference(where.reference)
        kept = write_papers(reviewed, answers, reference, where.published(quarter), aside, say)
        clock.lap("生成文件")
        told = summarise(data, report, compute_figures(data, reference))
        _write_manifest(aside, key, quarter, told, parts, edited=kept)
        if (where.published(quarter) / PDF).exists():
            say(f"原来的 {PDF} 是按旧的网页打印的，不再保留；需要的请运行 make pdf Q={quarter}")
    return tuple(page.missing_glyphs), report.verdict.value


class _Clock:
    def __init__(self, parts: dict[str, float]):
        self._parts, self._last = parts, time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self._parts[name], self._last = round(now - self._last, 3), now


def versions() -> dict[str, str]:
    """Versions of Python and of the direct dependencies that shape the page."""
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in _DIRECT}}


def _now() -> str:
    return datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")


def _run_block(key: str) -> dict[str, str]:
    return {
        "生成时间": _now(),
        "输入标识": key[:16],
        "程序版本": "、".join(f"{name} {version}" for name, version in versions().items()),
    }


def _write_manifest(
    folder: Path,
    key: str,
    quarter: Quarter,
    told: Mapping[str, Any],
    parts: dict[str, float],
    edited: Sequence[str],
) -> None:
    """Hashes of what was written, and what the index tells of the run.

    Files that people changed stay without a hash, so that they stay known as changed.
    """
    manifest = {
        "quarter": str(quarter),
        "key": key,
        "written": _now(),
        **told,
        "versions": versions(),
        "seconds": parts,
        "outputs": sha256(
            sorted(
                path
                for path in folder.rglob("*")
                if path.is_file() and path.relative_to(folder).as_posix() not in edited
            ),
            folder,
        ),
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")

"""The inputs of a run and one key computed from their content (never from file times)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from haochaping.core.paths import Locations, project_root, quarters_in, record_files
from haochaping.core.period import Period
from haochaping.files.file_hash import file_sha256
from haochaping.files.free_path import name_without_new
from haochaping.outputs.published.file_names import MANIFEST, PAGE

OUTSIDE_A_RUN = (
    "__main__.py",
    "adopt/",
    "analysis/saved_notebook.py",
    "commands/",
    "doctor/",
    "proofreading/",
    "simulate/",
    "outputs/exchange/merge_replies.py",
    "outputs/exchange/replies.py",
    "outputs/form/",
    "outputs/index/",
    "outputs/page/print_pdf.py",
    "outputs/published/published_quarters.py",
    "outputs/published/shelf.py",
    "pipeline/collect_replies.py",
    "pipeline/forked_kernel.py",
    "pipeline/run_quarters.py",
    "pipeline/update_index.py",
    "pipeline/verify.py",
    "pipeline/verify_all.py",
    "reference/locked_packages.py",
)
"""Folders and files of the package that no output of a run depends on, so that a change there rebuilds nothing.

Written down rather than worked out from the imports, which would take longer than all the hashing; a test
compares it with the graph of imports, in both directions.
"""


@dataclass(frozen=True)
class Inputs:
    """Everything that can change the output: the SHA-256 of each input file, and the date explanations are judged on.

    ``files`` maps group to path to SHA-256. Groups are ``data`` (raw files of the quarter with its answers and
    notes, or its tidy tables if there are none), ``past`` (raw files and tidy tables of earlier quarters),
    ``reference`` (settings), ``notebook``, ``package`` and ``lock``. Paths are relative to the data root or the
    project.
    """

    quarter: Period
    as_of: date
    files: Mapping[str, Mapping[str, str]]
    states: Mapping[str, FileState] = field(default_factory=dict, compare=False)
    """Size and times of the files of people, taken before they were hashed: see :func:`changed_inputs`."""

    @property
    def key(self) -> str:
        """One SHA-256 over quarter, date and all files: equal keys mean equal outputs."""
        return _digest([str(self.quarter), self.as_of.isoformat(), self.files])

    def group_key(self, group: str) -> str:
        """One SHA-256 over the files of a group."""
        return _digest(self.files[group])


def hash_inputs(locations: Locations, quarter: Period, as_of: date) -> Inputs:
    """Hash every file that a run of `quarter` depends on."""
    data = _files_of_people(locations, quarter)
    states = {str(path): _state(path) for paths in data.values() for path in paths}
    groups = {group: _hash_files(paths, locations.data) for group, paths in data.items()}
    groups["notebook"] = _hash_files(sorted((project_root() / "notebooks").glob("*.ipynb")), project_root())
    return Inputs(quarter, as_of, groups | _program_hashes(OUTSIDE_A_RUN), states)


def _files_of_people(locations: Locations, quarter: Period) -> dict[str, list[Path]]:
    """The files below the data root that a run of `quarter` depends on, by group."""
    raw = [*_list_files(locations.raw(quarter), "*"), *record_files(locations.raw(quarter))]
    return {
        "data": raw or _list_files(locations.tidy(quarter), "*.csv"),
        "past": _earlier_files(locations, quarter),
        "reference": _list_files(locations.reference, "*"),
    }


FileState = tuple[int, int, int]
"""Size, time of the last change of the content, time of the last change of anything, both in nanoseconds."""


def _state(path: Path) -> FileState:
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns


def changed_inputs(locations: Locations, inputs: Inputs) -> list[str]:
    """Files of people that were written, added or removed since `inputs` were hashed, even if what they held is back.

    Without such a file, what was read in between is what was hashed: a system keeps the time of every change, which no
    program can set back (on Windows the time of the last write, which a program can), and the content is compared too.
    """
    data = _files_of_people(locations, inputs.quarter)
    now = {str(path): _state(path) for paths in data.values() for path in paths}
    before = inputs.states
    changed = {path for path in {*now, *before} if now.get(path) != before.get(path)}
    for group, paths in data.items():
        hashes = _hash_files(paths, locations.data)
        changed |= {
            str(locations.data / name) for name in hashes if hashes[name] != inputs.files[group].get(name)
        }
    return sorted(changed)


def index_key(locations: Locations, summaries: object) -> str:
    """Compute the key of the index page: equal keys mean an equal page.

    Parameters
    ----------
    locations : Locations
        Data root, whose tidy tables and settings count, like the package and the lock file.
    summaries : object
        What the index shows of the published quarters; its ``repr`` counts.
    """
    tidy = [
        path
        for quarter in quarters_in(locations.data / "tidy")
        for path in _list_files(locations.tidy(quarter), "*.csv")
    ]
    groups = {
        "tidy": _hash_files(tidy, locations.data),
        "reference": _hash_files(_list_files(locations.reference, "*"), locations.data),
    }
    return _digest([repr(summaries), groups | _program_hashes()])


def _program_hashes(without: tuple[str, ...] = ()) -> dict[str, dict[str, str]]:
    """Hashes of the package, but for the parts that begin like one of `without`, and of the lock file."""
    root = project_root()
    source = root / "src" / "haochaping"
    package = [
        path
        for path in _list_files(source, "**/*")
        if "__pycache__" not in path.parts and not path.relative_to(source).as_posix().startswith(without)
    ]
    groups = {"package": package, "lock": [root / "requirements.txt"]}
    return {group: _hash_files(paths, root) for group, paths in groups.items()}


def _hash_files(paths: Iterable[Path], root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): file_sha256(path) for path in paths}


def _digest(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(
        text.encode("utf-8", "surrogatepass")
    ).hexdigest()  # file names may be bytes that are not valid UTF-8


def _earlier_files(locations: Locations, quarter: Period) -> list[Path]:
    """List the files of earlier quarters, of the same kind of period, that the quarter is compared with.

    Raw files count even where there are tidy tables: the page says if they were changed after tidying.
    """
    files = []
    for earlier in [
        q
        for q in {*quarters_in(locations.data / "tidy"), *quarters_in(locations.data / "raw")}
        if quarter.follows(q)
    ]:
        files += [*_list_files(locations.tidy(earlier), "*.csv"), *_list_files(locations.raw(earlier), "*")]
        files += record_files(locations.raw(earlier))
    return sorted(files)


def is_current(published: Path, key: str) -> bool:
    """Whether `published` was made from inputs with this key, still has every file, and its page is unchanged.

    Not current either: a paper written under a second name (``review.new.xlsx``) because an edited one had its name,
    if the edited one is gone; a new run gives the paper its own name. Other files may differ from what was written,
    since people open and save them: that alone is no reason to build again.
    """
    try:
        manifest = json.loads((published / MANIFEST).read_text(encoding="utf-8"))
        page = file_sha256(published / PAGE)
        outputs = [published / name for name in manifest["outputs"]]
        is_complete = all(path.is_file() and name_without_new(path).exists() for path in outputs)
        return manifest["key"] == key and is_complete and manifest["outputs"][PAGE] == page
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _list_files(folder: Path, pattern: str) -> list[Path]:
    return sorted(path for path in folder.glob(pattern) if path.is_file()) if folder.is_dir() else []

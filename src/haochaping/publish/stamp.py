"""What a run depends on, as one hash: content, never times."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from haochaping.locations import Locations, project_root, quarters_in
from haochaping.quarter import Quarter

MANIFEST, PAGE = "manifest.json", "briefing.html"


def input_key(where: Locations, quarter: Quarter, as_of: date) -> str:
    """SHA-256 over names and contents of everything that can change the output.

    Raw files of the quarter and its answers (its tidy tables where there are none), the tidy tables
    and answers of earlier quarters, settings, notebook, package, lock, and the day on which
    explanations are judged.
    """
    raw = _files(where.raw(quarter), "*")
    groups = {
        "data": raw or _files(where.tidy(quarter), "*.csv"),
        "past": _past(where, quarter),
        "reference": _files(where.reference, "*"),
        "notebook": [project_root() / "notebooks" / "briefing.ipynb"],
        **_program(),
    }
    return _digest(f"{quarter} {as_of.isoformat()}", groups)


def index_key(where: Locations, told: object) -> str:
    """The same for the index of all quarters: `told` (how it is written down) is what it says of the published ones.

    The tidy tables, settings, package and lock count too.
    """
    tidy = [path for one in quarters_in(where.data / "tidy") for path in _files(where.tidy(one), "*.csv")]
    return _digest(repr(told), {"tidy": tidy, "reference": _files(where.reference, "*"), **_program()})


def _program() -> dict[str, list[Path]]:
    root = project_root()
    package = [p for p in _files(root / "src" / "haochaping", "**/*") if "__pycache__" not in p.parts]
    return {"package": package, "lock": [root / "requirements.txt"]}


def _digest(start: str, groups: Mapping[str, Iterable[Path]]) -> str:
    """SHA-256 over `start` and the names and contents of the files of each group."""
    made = hashlib.sha256(start.encode())
    for group, paths in groups.items():
        for path in paths:
            made.update(f"\n{group}/{path.parent.name}/{path.name}:".encode())
            made.update(hashlib.sha256(path.read_bytes()).digest())
    return made.hexdigest()


def _past(where: Locations, quarter: Quarter) -> list[Path]:
    """Files of earlier quarters that comparisons rest on."""
    files = []
    for earlier in [
        q for q in {*quarters_in(where.data / "tidy"), *quarters_in(where.data / "raw")} if q < quarter
    ]:
        tidy = _files(where.tidy(earlier), "*.csv")
        answers = [p for p in _files(where.raw(earlier), "*") if p.name.lower().startswith("review.")]
        files += (tidy or _files(where.raw(earlier), "*")) + answers
    return sorted(files)


def is_current(published: Path, key: str) -> bool:
    """Whether `published` was made from inputs with this key and still has its page."""
    try:
        manifest = json.loads((published / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return manifest.get("key") == key and (published / PAGE).is_file()


def _files(folder: Path, pattern: str) -> list[Path]:
    return sorted(path for path in folder.glob(pattern) if path.is_file()) if folder.is_dir() else []


def sha256(paths: Iterable[Path], folder: Path | None = None) -> dict[str, str]:
    """File name (its path below `folder`, where given) to SHA-256."""
    return {
        path.relative_to(folder).as_posix() if folder else path.name: hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in paths
    }

"""What a run depends on, as one hash: content, never times."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from haochaping.locations import Locations, project_root, quarters_in
from haochaping.quarter import Quarter

MANIFEST = "manifest.json"


def input_key(where: Locations, quarter: Quarter, as_of: date) -> str:
    """SHA-256 over names and contents of everything that can change the output.

    Raw files of the quarter and its answers (its tidy tables where there are none), the tidy tables
    and answers of earlier quarters, settings, notebook, package, lock, and the day on which
    explanations are judged.
    """
    root = project_root()
    raw = _files(where.raw(quarter), "*")
    groups = {
        "data": raw or _files(where.tidy(quarter), "*.csv"),
        "past": _past(where, quarter),
        "reference": _files(where.reference, "*"),
        "notebook": [root / "notebooks" / "briefing.ipynb"],
        "package": [p for p in _files(root / "src" / "haochaping", "**/*") if "__pycache__" not in p.parts],
        "lock": [root / "requirements.txt"],
    }
    digest = hashlib.sha256(f"{quarter} {as_of.isoformat()}".encode())
    for group, paths in groups.items():
        for path in paths:
            digest.update(f"\n{group}/{path.parent.name}/{path.name}:".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


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
    return manifest.get("key") == key and (published / "briefing.html").is_file()


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

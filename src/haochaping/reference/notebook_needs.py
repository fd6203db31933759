"""What a notebook of the kit needs: a cell of parameters, and the annexes that it takes by name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from haochaping.core.model import is_attribute

_TAKEN = re.compile(r"\bq\.(\w+)|annex_table\(q, \"(\w+)\"")


def runnable_notebooks(folder: Path) -> list[str]:
    """Names of the notebooks that a run can give its period to: those with a cell of parameters."""
    return [path.name for path in sorted(folder.glob("*.ipynb")) if _has_parameters(path)]


def annexes_of_notebook(path: Path) -> list[str]:
    """Names of the annexes that a notebook takes from its period, in its order."""
    sources = ["".join(cell["source"]) for cell in _cells(path) if cell["cell_type"] == "code"]
    names = (one or other for source in sources for one, other in _TAKEN.findall(source))
    return [name for name in dict.fromkeys(names) if not is_attribute(name)]


def _has_parameters(path: Path) -> bool:
    return any("parameters" in cell["metadata"].get("tags", ()) for cell in _cells(path))


def _cells(path: Path) -> Iterator[dict[str, Any]]:
    yield from json.loads(path.read_text(encoding="utf-8"))["cells"]

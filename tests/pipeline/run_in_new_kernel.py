"""A notebook run in a kernel that is started for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from haochaping.pipeline.kernel import running_kernel
from haochaping.pipeline.run_notebook import run_notebook


def run_in_new_kernel(notebook: Path, target: Path, parameters: Mapping[str, str], folder: Path) -> Any:
    """Start a kernel in `folder`, run `notebook` in it, save the executed copy as `target`."""
    with running_kernel({}, folder) as kernel:
        return run_notebook(notebook, target, parameters, kernel)

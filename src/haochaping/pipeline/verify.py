"""A published quarter held against its inputs: built once more aside, compared byte by byte."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from haochaping.core.errors import InputRefused, refuse
from haochaping.core.paths import Locations
from haochaping.core.quarter import Quarter
from haochaping.outputs.published.file_names import MANIFEST, NOTEBOOK, PAGE
from haochaping.pipeline.fingerprint import Inputs, hash_inputs
from haochaping.pipeline.manifest import damaged, read_manifest
from haochaping.pipeline.run_log import RunLog

_RUN = re.compile(r"<!--run-->.*?<!--/run-->", re.DOTALL)
_TOLD = (
    "quarter",
    "key",
    "verdict",
    "simulated",
    "findings",
    "answered",
    "figures",
    "parameters",
    "about_past",
)
"""What a manifest tells of its run and must tell again; the index believes it."""
_GROUPS = {
    "data": "本季资料",
    "past": "以前季度的数据",
    "reference": "设置",
    "notebook": "笔记本",
    "lock": "依赖的锁定文件",
}


@dataclass(frozen=True)
class Verified:
    """What was found: inputs that differ from those of the run, files that differ, files that are the same.

    ``edited`` are papers that people edited, which are not compared; ``about_past`` is what the run told of earlier
    quarters.

    Where inputs differ, nothing is built: other inputs give other outputs.
    """

    inputs: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    same: int = 0
    edited: tuple[str, ...] = ()
    about_past: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the published folder is what its inputs give."""
        return not self.inputs and not self.files


def verify(locations: Locations, quarter: Quarter, report_progress: Callable[[str], None]) -> Verified:
    """Build the quarter once more aside, with the date of its run, and compare every file that the run wrote.

    Of the page all but its run block is compared, of the notebook its cells and outputs (it also holds times). Papers
    that people edited have no hash in the manifest and are not compared.

    Parameters
    ----------
    locations : Locations
        Data and output roots.
    quarter : Quarter
        Which quarter.
    report_progress : callable
        Receives one line of progress at a time.

    Raises
    ------
    InputRefused
        Nothing is published, or its manifest cannot be read; or the input cannot be used any more.
    NotebookFailed
        The notebook raised.
    """
    published = locations.published(quarter)
    manifest = _manifest(published, quarter)
    inputs = hash_inputs(locations, quarter, date.fromisoformat(manifest["as_of"]))
    if changed := tuple(_changed_inputs(inputs, manifest)):
        return Verified(inputs=changed)
    touched = damaged(published, manifest)
    report_progress(f"重新生成 {quarter.label}，与已有的比较")
    from haochaping.outputs.published.edited_papers import edited_papers
    from haochaping.pipeline.build_quarter import build

    with tempfile.TemporaryDirectory(prefix="haochaping-verify-") as folder:
        staging = Path(folder).resolve() / str(quarter)
        staging.mkdir()
        build(locations, inputs, None, published, staging, RunLog(lambda _: None))
        edited = edited_papers(published)
        names = sorted(set(manifest["outputs"]) - set(edited))
        again = read_manifest(staging)
        differing = [key for key in _TOLD if again.get(key) != manifest.get(key)]
        wrong = {name: _difference(published / name, staging / name, name in touched) for name in names}
    files = [f"{name}：{what}" for name, what in wrong.items() if what]
    same = len(names) - len(files)
    files += [f"{MANIFEST} 的“{key}”：与重新生成的不同" for key in differing]
    about_past = tuple(again.get("about_past", ()))
    return Verified(files=tuple(files), same=same, edited=tuple(edited), about_past=about_past)


def _manifest(published: Path, quarter: Quarter) -> Mapping[str, Any]:
    try:
        manifest = read_manifest(published)
        date.fromisoformat(manifest["as_of"])
        if not {"inputs", "package", "outputs"} <= set(manifest):
            raise KeyError
    except FileNotFoundError:
        raise refuse(str(published), "", f"没有这份简报，请先运行 make quarter Q={quarter}") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise refuse(str(published / MANIFEST), "不完整或由较早的版本写成", "请重新生成这个季度") from None
    return manifest


def is_outdated(locations: Locations, quarter: Quarter) -> bool:
    """Whether the published quarter was made from other inputs than there are now, judged on the day of its run.

    Without a manifest that can be read nobody knows what it was made from: it counts as outdated.
    """
    try:
        manifest = _manifest(locations.published(quarter), quarter)
    except InputRefused:
        return True
    return hash_inputs(locations, quarter, date.fromisoformat(manifest["as_of"])).key != manifest.get("key")


def _changed_inputs(inputs: Inputs, manifest: Mapping[str, Any]) -> Iterator[str]:
    for group, label in _GROUPS.items():
        then, now = manifest["inputs"].get(group, {}), inputs.files[group]
        for path in sorted({*then, *now}):
            if then.get(path) != now.get(path):
                what = "已没有" if path not in now else "后来才有" if path not in then else "内容已变"
                yield f"{label} {path}：{what}"
    if manifest["package"] != inputs.group_key("package"):
        yield "程序（src/haochaping）：内容已变"


def _difference(published: Path, again: Path, touched: bool) -> str:
    """How a file differs from what its inputs give; blank when it does not."""
    if not published.is_file():
        return "已没有"
    if touched:
        return "生成以后被改动过"
    if not again.is_file():
        return "重新生成时没有这份"
    return "" if _comparable(published) == _comparable(again) else "与重新生成的不同"


def _comparable(path: Path) -> object:
    if path.name == PAGE:
        return _RUN.sub("", path.read_text(encoding="utf-8"))
    if path.name == NOTEBOOK:
        import nbformat

        cells = nbformat.read(path, as_version=4).cells
        return [(cell.cell_type, cell.source, cell.get("outputs")) for cell in cells]
    return path.read_bytes()

"""Check a published quarter: build it again from its inputs in a temporary folder and compare byte by byte."""

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
from haochaping.core.period import Period
from haochaping.outputs.published.file_names import MANIFEST, NOTEBOOK, PAGE
from haochaping.pipeline.fingerprint import Inputs, changed_inputs, hash_inputs
from haochaping.pipeline.manifest import altered_files, read_manifest
from haochaping.pipeline.run_log import RunLog

_RUN_BLOCK = re.compile(r"<!--run-->.*?<!--/run-->", re.DOTALL)
COMPARED_KEYS = (
    "quarter",
    "key",
    "verdict",
    "simulated",
    "matters",
    "answered",
    "figures",
    "parameters",
    "about_past",
)
"""Manifest keys that a rebuild must reproduce, because the index shows them without checking."""
_GROUP_LABELS = {
    "data": "本期资料",
    "past": "以前各期的数据",
    "reference": "设置",
    "notebook": "笔记本",
    "lock": "依赖的锁定文件",
}


@dataclass(frozen=True)
class VerifyResult:
    """The outcome of a comparison, as lines to print.

    If inputs changed since the run, nothing is built or compared, since other inputs give other outputs.
    """

    changed_inputs: tuple[str, ...] = ()
    """Inputs that differ from those of the run, and how."""
    differing_files: tuple[str, ...] = ()
    """Published files that differ from the rebuilt ones, and how."""
    identical_count: int = 0
    """Number of files that are identical."""
    edited: tuple[str, ...] = ()
    """Papers that people edited, which are not compared."""
    about_past: tuple[str, ...] = ()
    """Remarks of the run on earlier quarters."""

    @property
    def is_reproduced(self) -> bool:
        """Whether the published folder is what its inputs give."""
        return not self.changed_inputs and not self.differing_files


def verify(locations: Locations, quarter: Period, report_progress: Callable[[str], None]) -> VerifyResult:
    """Build the quarter again in a temporary folder, as of the date of its run, and compare every file it wrote.

    The page is compared without its run block, the notebook by its cells and outputs (its metadata holds times).
    Papers that people edited have no hash in the manifest and are not compared.

    Parameters
    ----------
    locations : Locations
        Data and output roots.
    quarter : Period
        Which quarter.
    report_progress : callable
        Receives one line of progress at a time.

    Raises
    ------
    InputRefused
        Nothing is published, its manifest cannot be read, or the input can no longer be used.
    NotebookFailed
        A cell of the notebook raised, or the kernel ended or took too long.
    """
    published = locations.published(quarter)
    manifest = read_complete_manifest(published, quarter)
    inputs = hash_inputs(locations, quarter, date.fromisoformat(manifest["as_of"]))
    if changed := tuple(changed_since_the_run(inputs, manifest)):
        return VerifyResult(changed_inputs=changed)
    altered_names = altered_files(published, manifest)
    report_progress(f"重新生成 {quarter.label}，与已有的比较")
    from haochaping.outputs.published.edited_papers import edited_papers
    from haochaping.pipeline.build_quarter import build

    with tempfile.TemporaryDirectory(prefix="haochaping-verify-") as folder:
        staging = Path(folder).resolve() / str(quarter)
        staging.mkdir()
        build(locations, inputs, None, published, staging, RunLog(lambda _: None))
        if saved := changed_inputs(locations, inputs):
            raise refuse("、".join(saved), "比较期间改动过", "没有比较完，请再运行一次")
        edited = edited_papers(published)
        names = sorted(set(manifest["outputs"]) - set(edited))
        rebuilt = read_manifest(staging)
        differing = [key for key in COMPARED_KEYS if rebuilt.get(key) != manifest.get(key)]
        differences = {
            name: _difference(published / name, staging / name, name in altered_names) for name in names
        }
    files = [f"{name}：{what}" for name, what in differences.items() if what]
    identical_count = len(names) - len(files)
    files += [f"{MANIFEST} 的“{key}”：与重新生成的不同" for key in differing]
    about_past = tuple(rebuilt.get("about_past", ()))
    return VerifyResult(
        differing_files=tuple(files),
        identical_count=identical_count,
        edited=tuple(edited),
        about_past=about_past,
    )


def read_complete_manifest(published: Path, quarter: Period) -> Mapping[str, Any]:
    """Read the manifest; raise InputRefused where it is missing, unreadable or lacks a key that is needed here."""
    try:
        manifest = read_manifest(published)
        date.fromisoformat(manifest["as_of"])
        if not {"inputs", "package", "outputs"} <= set(manifest):
            raise KeyError
    except FileNotFoundError:
        raise refuse(str(published), "", f"没有这份简报，请先运行 make quarter Q={quarter}") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise refuse(str(published / MANIFEST), "不完整或由较早的版本写成", "请重新生成这一期") from None
    return manifest


def is_outdated(locations: Locations, quarter: Period) -> bool:
    """Whether the inputs have changed since the published quarter was made; both judged as of the day of its run.

    Without a readable manifest its inputs are unknown: it counts as outdated.
    """
    try:
        manifest = read_complete_manifest(locations.published(quarter), quarter)
    except InputRefused:
        return True
    return hash_inputs(locations, quarter, date.fromisoformat(manifest["as_of"])).key != manifest.get("key")


def changed_since_the_run(inputs: Inputs, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield one line for each input that was changed, added or removed since the run."""
    for group, label in _GROUP_LABELS.items():
        then, now = manifest["inputs"].get(group, {}), inputs.files[group]
        for path in sorted({*then, *now}):
            if then.get(path) != now.get(path):
                what = "已没有" if path not in now else "后来才有" if path not in then else "内容已变"
                yield f"{label} {path}：{what}"
    if manifest["package"] != inputs.group_key("package"):
        yield "程序（src/haochaping）：内容已变"


def _difference(published: Path, rebuilt: Path, altered_names: bool) -> str:
    """Say how a published file differs from the rebuilt one; empty if it does not."""
    if not published.is_file():
        return "已没有"
    if altered_names:
        return "生成以后被改动过"
    if not rebuilt.is_file():
        return "重新生成时没有这份"
    return "" if _comparable(published) == _comparable(rebuilt) else "与重新生成的不同"


def _comparable(path: Path) -> object:
    """Return the content of a file without what differs between runs of the same input."""
    if path.name == PAGE:
        return _RUN_BLOCK.sub("", path.read_text(encoding="utf-8"))
    if path.name == NOTEBOOK:
        import nbformat

        cells = nbformat.read(path, as_version=4).cells
        return [(cell.cell_type, cell.source, cell.get("outputs")) for cell in cells]
    return path.read_bytes()

"""What people keep in a published folder, which goes over to the folder that takes its place: nothing of it is lost.

That is papers that they edited, outputs that they changed, and files, links and folders of their own. They are copied
while the new folder is built; what is saved in the old one after that is moved to the new one when the two have changed
places.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from haochaping.files.file_hash import file_sha256
from haochaping.files.free_path import free_path, name_without_new
from haochaping.outputs.published.edited_papers import (
    edited_papers,
    knows_what_was_written,
    output_hashes,
    outputs_to_overwrite,
    printed_hash,
)
from haochaping.outputs.published.file_names import MANIFEST, NOTEBOOK, PAGE, PDF, RUN_LOG

_SPECIAL = "special"
CHANGED = "changed"
"""Folder for outputs that were changed by hand, which a new run writes anew under their own names."""


def foreign_entries(published: Path) -> list[str]:
    """Files, links, empty folders of a published folder that no run wrote, as paths below it.

    Papers that people edited or filled in are not among them: see :func:`edited_papers`. Where it is not known what
    the last run wrote, every file counts but those that each run writes anew.
    """
    ours = {*output_hashes(published), MANIFEST, RUN_LOG, PAGE, NOTEBOOK, *edited_papers(published)}
    ours |= {PDF} if is_printed_pdf(published) else set()
    return sorted(name for name in _entries(published) if name not in ours)


def is_printed_pdf(published: Path) -> bool:
    """Whether the PDF of a published folder is as ``make pdf`` printed it, and not one that people put or wrote there."""
    path = published / PDF
    return path.is_file() and not path.is_symlink() and file_sha256(path) == printed_hash(published)


def _entries(folder: Path) -> Iterator[str]:
    """Every file, link and special file below a folder, and every folder that is empty; not what Office leaves open."""
    for place, folders, files in os.walk(folder):
        links = [name for name in folders if Path(place, name).is_symlink()]
        names = [name for name in (*files, *links) if not name.startswith("~$")]
        yield from (Path(place, name).relative_to(folder).as_posix() for name in names)
        if not folders and not files and Path(place) != folder:
            yield Path(place).relative_to(folder).as_posix()


def saved_by_people(published: Path) -> dict[str, str]:
    """Each entry that people keep or changed in a published folder, with what tells its content."""
    names = [*edited_papers(published), *outputs_to_overwrite(published), *foreign_entries(published)]
    return {name: _content(published / name) for name in names}


def _content(path: Path) -> str:
    """What tells whether an entry is the same as another: where a link leads, a file's hash, else its kind."""
    if path.is_symlink():
        return f"link {path.readlink()}"
    if path.is_file():
        return file_sha256(path)
    return "folder" if path.is_dir() else _SPECIAL


def keep_foreign(published: Path, staging: Path, report_progress: Callable[[str], None]) -> list[str]:
    """Copy what no run wrote, and outputs that were changed, to the folder that is built; give their new paths.

    What has the place of an output goes to `CHANGED`, which is told. Links stay links, files keep mode and time. What is
    no file, link or folder is moved after the swap.
    """
    kept = []
    is_written_known = knows_what_was_written(published)
    for name in foreign_entries(published):
        if not is_written_known and (staging / name).exists():  # one of ours, written anew
            continue
        new_name = _name_beside_outputs(name, staging)
        if copied := _copy_entry(published / name, staging, new_name):
            kept.append(copied)
            if new_name != name:
                report_progress(f"{published / name} 不是生成或打印出来的原样，移到 {copied}")
    for name in outputs_to_overwrite(published):
        kept.append(_copy_entry(published / name, staging, f"{CHANGED}/{name}"))
    return kept


def _name_beside_outputs(name: str, staging: Path) -> str:
    """The name of an entry; below `CHANGED` for a PDF that is not of this page, or what is in the way of an output."""
    is_in_the_way = any((staging / parent).is_file() for parent in Path(name).parents)
    return f"{CHANGED}/{name}" if name == PDF or is_in_the_way else name


def _copy_entry(source: Path, staging: Path, name: str) -> str:
    """Copy one entry to a path below `staging` that is free; give that path, blank where it is of no kind to copy."""
    target = _free_place(staging, name)
    if source.is_symlink():
        target.symlink_to(source.readlink())
    elif source.is_dir():
        target.mkdir(exist_ok=True)
        shutil.copystat(source, target)
    elif source.is_file():
        shutil.copy2(source, target)
    else:
        return ""
    return target.relative_to(staging).as_posix()


def _free_place(folder: Path, name: str) -> Path:
    """A path below `folder` that nothing has, if possible with this name; a folder may be there already."""
    place = (folder / name).parent
    place.mkdir(parents=True, exist_ok=True)
    return folder / name if (folder / name).is_dir() else free_path(place, Path(name).name)


def set_aside(published: Path, name: str) -> Path:
    """Move an entry of a published folder to a free name below `CHANGED` and give its new place."""
    target = _free_place(published, f"{CHANGED}/{name}")
    (published / name).rename(target)
    return target


def move_late_saves(old: Path, published: Path, report_progress: Callable[[str], None]) -> None:
    """Move what people saved in a folder that was replaced, and the one in its place has not, to that one.

    A folder of an interrupted run counts only if it holds a manifest: before that nobody but the run wrote there.
    """
    if not (old / MANIFEST).exists():
        return
    for name, content in saved_by_people(old).items():
        if content in _contents_here(published, name) or content == "folder":
            continue
        target = _free_place(published, _name_beside_outputs(name, published))
        (old / name).rename(target)
        told = "原样保留" if content == _SPECIAL else "是运行期间保存的，没有丢"
        report_progress(f"{name} {told}：现在是 {target}")


def _contents_here(published: Path, name: str) -> Iterable[str]:
    """The contents of the entries that have a name, with or without ``.new``, or were kept as changed under it."""
    wanted = Path(name).name
    folders = {(published / name).parent, published / CHANGED, (published / CHANGED / name).parent}
    paths = [path for folder in folders if folder.is_dir() for path in folder.iterdir()]
    return [
        _content(path) for path in paths if name_without_new(path).name == name_without_new(Path(wanted)).name
    ]

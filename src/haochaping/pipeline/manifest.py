"""``manifest.json``, the provenance of a published folder: inputs, program, versions, durations, hashes of outputs."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Collection, Mapping
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from haochaping.core.paths import project_root
from haochaping.core.text import visible
from haochaping.files.file_hash import sha256_by_name
from haochaping.outputs.published.file_names import MANIFEST, RUN_LOG
from haochaping.pipeline.fingerprint import Inputs

_PROGRAM_PATHS = ("src", "notebooks", "data/reference", "requirements.txt", "pyproject.toml")
_SHORT_HASH_LENGTH = 12


def versions() -> dict[str, str]:
    """Return the versions of Python and of the direct dependencies, by name; of optional ones where they are installed."""
    found = {"python": platform.python_version()}
    for requirement in sorted(metadata.requires("haochaping") or [], key=_requirement_name):
        name = _requirement_name(requirement)
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            if "extra ==" not in requirement:
                raise
    return found


def _requirement_name(requirement: str) -> str:
    return "".join(char if char.isalnum() or char in "-_." else " " for char in requirement).split()[0]


def code_state() -> dict[str, Any] | None:
    """Return the git commit of the program and whether program and settings are as committed; None without git."""
    git = ["git", "-C", str(project_root())]
    try:
        commit = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, check=True, timeout=20)
        status = subprocess.run(
            [*git, "status", "--porcelain", "--", *_PROGRAM_PATHS],
            capture_output=True,
            check=True,
            timeout=20,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return {"commit": commit.stdout.decode().strip(), "clean": not status.stdout.strip()}


def provenance(inputs: Inputs, by: str | None) -> dict[str, Any]:
    """Collect what a run is made from, as the manifest stores it; outputs are not part of it.

    Parameters
    ----------
    inputs : Inputs
        Inputs of the run.
    by : str, optional
        Name of the person who runs it, only if they wish to be named.
    """
    files = {group: dict(paths) for group, paths in inputs.files.items() if group != "package"}
    return {
        "quarter": str(inputs.quarter),
        "key": inputs.key,
        "written": datetime.now().astimezone().strftime("%Y-%m-%d %H:%M"),
        "as_of": inputs.as_of.isoformat(),
        "parameters": {"QUARTER": str(inputs.quarter)},
        **({"by": by} if by else {}),
        "inputs": files,
        "package": inputs.group_key("package"),
        "code": code_state(),
        "platform": platform.platform(),
        "versions": versions(),
    }


def run_block(origin: Mapping[str, Any]) -> dict[str, str]:
    """Return the page's block about its run, as label to text: the only part that may differ between equal inputs."""
    code = origin["code"]
    state = "" if code is None or code["clean"] else "，另有未提交的修改"
    facts = {
        "生成时间": origin["written"],
        **({"运行人": origin["by"]} if "by" in origin else {}),
        "参数": "、".join(f"{name} = {value}" for name, value in origin["parameters"].items()),
        "说明是否到期按何日判断": origin["as_of"],
        "输入标识（全部输入合算）": origin["key"][:16],
        "本期资料及其 SHA-256 的前几位": _format_hashes(origin["inputs"]["data"]),
        "用于比较的以前各期": f"{len(origin['inputs']['past'])} 个文件",
        "本市设置，同上": _format_hashes(origin["inputs"]["reference"]),
        "程序": f"{code['commit'][:_SHORT_HASH_LENGTH]}{state}"
        if code
        else f"标识 {origin['package'][:_SHORT_HASH_LENGTH]}",
        "依赖版本": "、".join(f"{name} {version}" for name, version in origin["versions"].items()),
        "完整记录": f"各输入、输出文件的 SHA-256 见同一文件夹的 {MANIFEST}",
        "如何复核": f"用同样的资料和程序运行 make verify Q={origin['quarter']}，逐字节比较重新生成的与现有的",
    }
    return {
        label: visible(value) for label, value in facts.items()
    }  # file names may contain control characters


def _format_hashes(files: Mapping[str, str]) -> str:
    return "；".join(f"{path} {digest[:_SHORT_HASH_LENGTH]}" for path, digest in files.items())


def write_manifest(
    folder: Path,
    origin: Mapping[str, Any],
    facts: Mapping[str, Any],
    seconds: Mapping[str, float],
    edited: Collection[str],
) -> None:
    """Write ``manifest.json`` into `folder`.

    Parameters
    ----------
    folder : Path
        The folder of the quarter with all its files.
    origin : mapping
        From :func:`provenance`.
    facts : mapping
        What the index shows of the run.
    seconds : mapping
        Part of the run to its duration.
    edited : collection of str
        Files that people edited. They get no hash, so that the next run still knows them as edited.
    """
    paths = (path for path in folder.rglob("*") if path.is_file())
    written = sorted(
        path for path in paths if path.relative_to(folder).as_posix() not in {MANIFEST, RUN_LOG, *edited}
    )
    manifest = {**origin, **facts, "seconds": seconds, "outputs": sha256_by_name(written, folder)}
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a published folder.

    Raises
    ------
    OSError, ValueError
        There is none, or it is not a JSON object.
    """
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    if not isinstance(manifest, dict):
        raise ValueError(MANIFEST)
    return manifest


def altered_files(folder: Path, manifest: Mapping[str, Any]) -> list[str]:
    """Name the outputs of `manifest` that are missing from `folder` or whose content differs."""
    paths = {name: folder / name for name in manifest["outputs"]}
    current_hashes = sha256_by_name([path for path in paths.values() if path.is_file()], folder)
    return [name for name, digest in manifest["outputs"].items() if current_hashes.get(name) != digest]

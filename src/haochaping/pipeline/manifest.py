"""Where a published folder comes from: inputs, program, versions, durations, and the hashes of what was written."""

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

_PROGRAM = ("src", "notebooks", "data/reference", "requirements.txt", "pyproject.toml")
_SHORT = 12


def versions() -> dict[str, str]:
    """Versions of Python and of the direct dependencies."""
    names = sorted({_name(requirement) for requirement in metadata.requires("haochaping") or []})
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in names}}


def _name(requirement: str) -> str:
    return "".join(char if char.isalnum() or char in "-_." else " " for char in requirement).split()[0]


def code_state() -> dict[str, Any] | None:
    """The git commit of the program, and whether program and settings were as committed; None without git."""
    git = ["git", "-C", str(project_root())]
    try:
        commit = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, check=True, timeout=20)
        status = subprocess.run(
            [*git, "status", "--porcelain", "--", *_PROGRAM], capture_output=True, check=True, timeout=20
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return {"commit": commit.stdout.decode().strip(), "clean": not status.stdout.strip()}


def provenance(inputs: Inputs, by: str | None) -> dict[str, Any]:
    """What a run was made from; outputs are not part of it.

    Parameters
    ----------
    inputs : Inputs
        Of the run.
    by : str, optional
        Who ran it, only if they wish to be named.
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
    """The page's block about its run, label to text: all that may differ between runs of one input."""
    code = origin["code"]
    state = "" if code is None or code["clean"] else "，另有未提交的修改"
    facts = {
        "生成时间": origin["written"],
        **({"运行人": origin["by"]} if "by" in origin else {}),
        "参数": "、".join(f"{name} = {value}" for name, value in origin["parameters"].items()),
        "说明是否到期按何日判断": origin["as_of"],
        "输入标识（全部输入合算）": origin["key"][:16],
        "本季资料及其 SHA-256 的前几位": _listed(origin["inputs"]["data"]),
        "用于比较的以前季度": f"{len(origin['inputs']['past'])} 个文件",
        "本市设置，同上": _listed(origin["inputs"]["reference"]),
        "程序": f"{code['commit'][:_SHORT]}{state}" if code else f"标识 {origin['package'][:_SHORT]}",
        "依赖版本": "、".join(f"{name} {version}" for name, version in origin["versions"].items()),
        "完整记录": f"各输入、输出文件的 SHA-256 见同一文件夹的 {MANIFEST}",
        "如何复核": f"用同样的资料和程序运行 make verify Q={origin['quarter']}，逐字节比较重新生成的与现有的",
    }
    return {label: visible(value) for label, value in facts.items()}  # names of files may hold anything


def _listed(files: Mapping[str, str]) -> str:
    return "；".join(f"{path} {digest[:_SHORT]}" for path, digest in files.items())


def write_manifest(
    folder: Path,
    origin: Mapping[str, Any],
    facts: Mapping[str, Any],
    seconds: Mapping[str, float],
    edited: Collection[str],
) -> None:
    """Write ``manifest.json``: `origin`, what the index tells of the run, durations, hashes of what was written.

    Files that people changed stay without a hash, so that they stay known as changed.
    """
    paths = (path for path in folder.rglob("*") if path.is_file())
    written = sorted(
        path for path in paths if path.relative_to(folder).as_posix() not in {MANIFEST, RUN_LOG, *edited}
    )
    manifest = {**origin, **facts, "seconds": seconds, "outputs": sha256_by_name(written, folder)}
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a published folder.

    Raises
    ------
    OSError, ValueError
        There is none, or it is not JSON.
    """
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    if not isinstance(manifest, dict):
        raise ValueError(MANIFEST)
    return manifest


def damaged(folder: Path, manifest: Mapping[str, Any]) -> list[str]:
    """Outputs of `manifest` that are missing from `folder` or read otherwise."""
    there = {name: folder / name for name in manifest["outputs"]}
    held = sha256_by_name([path for path in there.values() if path.is_file()], folder)
    return [name for name, digest in manifest["outputs"].items() if held.get(name) != digest]

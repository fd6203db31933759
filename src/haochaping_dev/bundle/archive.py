"""Write the archive: files of the last commit, wheels, set-up scripts, and the SHA-256 of each."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import tarfile
import tomllib
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from haochaping.files.file_hash import file_sha256
from haochaping_dev.bundle.target import BundleFailed, Target

CHECKSUMS_FILE = "SHA256SUMS"
ABOUT_FILE = "bundle.json"
_HERE = Path(__file__).parent
_WINDOWS_SUFFIXES = (".ps1", ".txt")
"""Files that get a byte order mark: without it, Windows PowerShell 5.1 and old editors do not read UTF-8."""


@dataclass(frozen=True)
class Commit:
    """The last commit: its hash and time (Unix), path to content, and which files are executable."""

    name: str
    seconds: int
    files: Mapping[str, bytes]
    programs: frozenset[str]

    @property
    def version(self) -> str:
        """Version of the package."""
        return str(tomllib.loads(self.files["pyproject.toml"].decode("utf-8"))["project"]["version"])


def last_commit(root: Path) -> Commit:
    """Read the last commit of the project in `root`; nothing else in the folder is read.

    Raises
    ------
    BundleFailed
        There is no git, or no commit.
    """
    name, seconds = _git(root, "log", "-1", "--format=%H %ct").decode().split()
    files, programs = {}, set()
    packed = _git(root, "-c", "core.autocrlf=false", "archive", "--format=tar", name)
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content is not None:
                files[member.name] = content.read()
                programs |= {member.name} if member.mode & 0o100 else set()
    return Commit(name, int(seconds), files, frozenset(programs))


def uncommitted(root: Path) -> list[str]:
    """List the tracked files that differ from the last commit, whose changes the archive will not have."""
    output = _git(root, "-c", "core.quotePath=false", "diff", "--name-only", "HEAD")
    return output.decode("utf-8", "replace").splitlines()


def _git(root: Path, *arguments: str) -> bytes:
    try:
        completed = subprocess.run(
            ["git", "-C", str(root), *arguments], stdin=subprocess.DEVNULL, capture_output=True
        )
    except OSError:
        raise BundleFailed("没有找到 git：安装包只收 git 登记的文件，请先安装 git") from None
    if completed.returncode:
        error_lines = completed.stderr.decode("utf-8", "replace").strip().splitlines()
        raise BundleFailed(f"git 未能读出 {root}：{error_lines[-1] if error_lines else '没有说明原因'}")
    return completed.stdout


def archive_name(commit: Commit, target: Target) -> str:
    """Return the file name of the archive: version, platform and Python."""
    return f"haochaping-{commit.version}-{target.platform}-py{target.python}.zip"


def write_archive(path: Path, commit: Commit, target: Target, wheels: Sequence[Path]) -> None:
    """Write the archive to `path`: the same commit and wheels give the same bytes.

    Parameters
    ----------
    path : Path
        Where to write it; a temporary file beside it is moved there in one step.
    commit : Commit
        The project.
    target : Target
        What the archive is made for.
    wheels : sequence of Path
        The locked wheels.
    """
    contents = {**commit.files, **_scripts(commit, target)}
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    sums |= {f"wheels/{wheel.name}": file_sha256(wheel) for wheel in wheels}
    contents[CHECKSUMS_FILE] = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode()
    timestamp = datetime.fromtimestamp(commit.seconds, UTC).timetuple()[:6]
    top_folder = f"haochaping-{commit.version}"
    staging = path.with_name(f".{path.name}.part")
    try:
        with zipfile.ZipFile(staging, "w") as archive:
            for name in sorted(contents):
                program = name in commit.programs or name.endswith(".sh")
                entry = _entry(f"{top_folder}/{name}", timestamp, zipfile.ZIP_DEFLATED, program)
                archive.writestr(entry, contents[name], compresslevel=9)
            for wheel in sorted(wheels):
                entry = _entry(f"{top_folder}/wheels/{wheel.name}", timestamp, zipfile.ZIP_STORED, False)
                archive.writestr(entry, wheel.read_bytes())
        staging.replace(path)
    finally:
        staging.unlink(missing_ok=True)


def _entry(name: str, timestamp: tuple[int, ...], method: int, program: bool) -> zipfile.ZipInfo:
    year, month, day, hour, minute, second = timestamp
    entry = zipfile.ZipInfo(name, (year, month, day, hour, minute, second))
    entry.compress_type = method
    entry.create_system = 3  # Unix, wherever it is written, so that permissions are stored
    entry.external_attr = (0o100755 if program else 0o100644) << 16
    return entry


def _scripts(commit: Commit, target: Target) -> dict[str, bytes]:
    """Return the files that are added at the top of the archive."""
    about = {
        "version": commit.version,
        "commit": commit.name,
        "platform": target.platform,
        "python": target.python,
    }
    day = datetime.fromtimestamp(commit.seconds, UTC).date().isoformat()
    replacements = {"@PYTHON@": target.python, "@PLATFORM@": target.platform, "@VERSION@": commit.version}
    replacements |= {"@COMMIT@": commit.name[:12], "@DAY@": day}
    scripts = {
        path.name: _script(path, replacements)
        for path in sorted((_HERE / "offline").iterdir())
        if path.is_file()
    }
    return {**scripts, ABOUT_FILE: json.dumps(about, indent=2).encode()}


def _script(path: Path, replacements: Mapping[str, str]) -> bytes:
    text = path.read_text(encoding="utf-8")
    for placeholder, value in replacements.items():
        text = text.replace(placeholder, value)
    if path.suffix in _WINDOWS_SUFFIXES:
        return text.replace("\n", "\r\n").encode("utf-8-sig")
    return text.encode()

"""The archive: what git has and nothing else, the same bytes each time."""

import hashlib
import subprocess
import zipfile
from pathlib import Path

import pytest

from haochaping_dev.bundle.archive import Commit, archive_name, last_commit, uncommitted, write_archive
from haochaping_dev.bundle.target import BundleFailed, Target
from tests.haochaping_dev.bundle.wheels import make_wheel

WINDOWS = Target("win_amd64", "3.12")


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=n", "-c", "user.email=e@example.invalid"]
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with one commit, and beside it what git does not have."""
    root = tmp_path / "project"
    for name, text in {
        "pyproject.toml": '[project]\nname = "haochaping"\nversion = "9.8.7"\n',
        "docs/手册.md": "说明\n",
        "run": "#!/bin/sh\n",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(text.encode())
    (root / "run").chmod(0o755)
    git(root.parent, "init", "-q", str(root))
    git(root, "add", "-A")
    git(root, "commit", "-qm", "first")
    for name in ("data/raw/2024Q1/本单位.xlsx", "output/2024Q1/briefing.html", ".venv/x"):
        (root / name).parent.mkdir(parents=True)
        (root / name).write_text("private")
    return root


def written(commit: Commit, folder: Path) -> Path:
    """The archive of `commit` with one wheel."""
    folder.mkdir()
    path = folder / archive_name(commit, WINDOWS)
    write_archive(path, commit, WINDOWS, [make_wheel(folder, "plain")])
    return path


def test_only_what_is_committed_is_taken(project: Path) -> None:
    (project / "docs" / "手册.md").write_text("改了一半")
    commit = last_commit(project)
    assert set(commit.files) == {"pyproject.toml", "docs/手册.md", "run"}
    assert commit.files["docs/手册.md"].decode() == "说明\n"
    assert commit.programs == {"run"} and commit.version == "9.8.7"
    assert uncommitted(project) == ["docs/手册.md"]


def test_no_commit_and_no_repository_are_told(tmp_path: Path) -> None:
    with pytest.raises(BundleFailed, match="git 未能读出"):
        last_commit(tmp_path)


def test_the_same_commit_gives_the_same_bytes(project: Path, tmp_path: Path) -> None:
    commit = last_commit(project)
    wheel = make_wheel(tmp_path, "plain")
    made = []
    for name in ("one.zip", "two.zip"):
        write_archive(tmp_path / name, commit, WINDOWS, [wheel])
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]
    assert not list(tmp_path.glob(".*.part"))


def test_names_permissions_and_sums(project: Path, tmp_path: Path) -> None:
    path = written(last_commit(project), tmp_path / "out")
    assert path.name == "haochaping-9.8.7-win_amd64-py3.12.zip"
    with zipfile.ZipFile(path) as archive:
        contents = {entry.filename: archive.read(entry) for entry in archive.infolist()}
        modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
    assert all(name.startswith("haochaping-9.8.7/") for name in contents)
    inside = {name.partition("/")[2]: content for name, content in contents.items()}
    assert {"setup.sh", "setup.ps1", "install.py", "安装说明.txt", "docs/手册.md"} <= set(inside)
    assert "wheels/plain-1-py3-none-any.whl" in inside
    assert b"private" not in b"".join(inside.values())
    programs = {name.partition("/")[2] for name, mode in modes.items() if mode & 0o111}
    assert programs == {"setup.sh", "run"}
    sums = dict(line.split("  ")[::-1] for line in inside.pop("SHA256SUMS").decode().splitlines())
    assert sums == {name: hashlib.sha256(content).hexdigest() for name, content in inside.items()}


def test_scripts_are_filled_in_and_readable_where_they_run(project: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(written(last_commit(project), tmp_path / "out")) as archive:
        texts = {
            name: archive.read(f"haochaping-9.8.7/{name}")
            for name in ("setup.sh", "setup.ps1", "安装说明.txt")
        }
    for name, text in texts.items():
        assert b"@" not in text.replace(b"@(", b"").replace(b"@options", b""), name
        assert b"3.12" in text, name
    assert b"\r" not in texts["setup.sh"]
    for name in ("setup.ps1", "安装说明.txt"):
        assert texts[name].startswith(b"\xef\xbb\xbf") and texts[name].count(b"\n") == texts[name].count(
            b"\r\n"
        )


def test_powershell_would_take_no_chinese_quotation_mark_for_its_own() -> None:
    """PowerShell reads “ ” ‘ ’ as quotation marks; in a comment they do no harm."""
    script = Path(__file__).parents[3] / "src" / "haochaping_dev" / "bundle" / "offline" / "setup.ps1"
    code = [line for line in script.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert len(code) > 10 and not set("“”‘’„") & set("".join(code))

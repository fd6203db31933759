"""``python -m haochaping_dev.bundle [--platform win_amd64] [--python 3.12] [--output DIR]``: a tool for who has a network."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from haochaping.core.paths import project_root
from haochaping.reference.locked_packages import read_pins
from haochaping_dev.bundle.archive import archive_name, last_commit, uncommitted, write_archive
from haochaping_dev.bundle.target import PLATFORMS, PYTHON, BundleFailed, Target, this_platform
from haochaping_dev.bundle.wheels import download

FOLDER = "bundle"
"""Folder below the output root."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Make one archive; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m haochaping_dev.bundle", description="制作不联网安装包")
    parser.add_argument("--platform", default="", help=f"{'、'.join(PLATFORMS)}；默认为这台电脑的")
    parser.add_argument("--python", default="", help=f"默认 {PYTHON}")
    parser.add_argument("--output", type=Path, default=project_root() / "output", help="输出根目录")
    options = parser.parse_args(arguments)
    try:
        target = Target(options.platform or this_platform(), options.python or PYTHON)
        made = make_bundle(target, options.output.resolve() / FOLDER)
    except BundleFailed as failure:
        _say(f"未能制作安装包：{failure}")
        return 1
    except OSError as error:
        _say(f"未能制作安装包：{error.filename}：{error.strerror}")
        return 1
    _say(f"完成：{made}（{made.stat().st_size / 1e6:.0f} MB）；解压后的安装方法见其中的“安装说明.txt”")
    return 0


def make_bundle(target: Target, folder: Path) -> Path:
    """Make the archive for `target` in `folder` from the project's last commit.

    Raises
    ------
    BundleFailed
        It cannot be made; the message says why.
    """
    root = project_root()
    commit = last_commit(root)
    if changed := uncommitted(root):
        _say(f"注意：{len(changed)} 个文件有改动尚未提交，改动没有收入安装包：{'、'.join(changed)}")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".wheels-", dir=folder) as aside:
        _say(f"正在下载 {target.platform}、Python {target.python} 的安装文件…")
        wheels = download(read_pins(commit.files["requirements.txt"].decode("utf-8")), target, Path(aside))
        made = folder / archive_name(commit, target)
        write_archive(made, commit, target, wheels)
    return made


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

"""``python -m haochaping_dev.bundle [--platform win_amd64] [--python 3.12] [--output DIR]``; needs a network."""

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

BUNDLE_FOLDER = "bundle"
"""Folder below the output root."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Make one archive and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m haochaping_dev.bundle", description="制作不联网安装包")
    parser.add_argument("--platform", default="", help=f"{'、'.join(PLATFORMS)}；默认为这台电脑的")
    parser.add_argument("--python", default="", help=f"默认 {PYTHON}")
    parser.add_argument("--output", type=Path, default=project_root() / "output", help="输出根目录")
    options = parser.parse_args(arguments)
    try:
        target = Target(options.platform or this_platform(), options.python or PYTHON)
        archive_path = make_bundle(target, options.output.resolve() / BUNDLE_FOLDER)
    except BundleFailed as failure:
        _print_message(f"未能制作安装包：{failure}")
        return 1
    except OSError as error:
        _print_message(f"未能制作安装包：{error.filename}：{error.strerror}")
        return 1
    _print_message(
        f"完成：{archive_path}（{archive_path.stat().st_size / 1e6:.0f} MB）；解压后的安装方法见其中的“安装说明.txt”"
    )
    return 0


def make_bundle(target: Target, folder: Path) -> Path:
    """Make the archive for `target` in `folder` from the project's last commit; return its path.

    Raises
    ------
    BundleFailed
        It cannot be made; the message says why.
    """
    root = project_root()
    commit = last_commit(root)
    if changed_files := uncommitted(root):
        _print_message(
            f"注意：{len(changed_files)} 个文件有改动尚未提交，改动没有收入安装包：{'、'.join(changed_files)}"
        )
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".wheels-", dir=folder) as wheels_folder:
        _print_message(f"正在下载 {target.platform}、Python {target.python} 的安装文件…")
        wheels = download(
            read_pins(commit.files["requirements.txt"].decode("utf-8")), target, Path(wheels_folder)
        )
        archive_path = folder / archive_name(commit, target)
        write_archive(archive_path, commit, target, wheels)
    return archive_path


def _print_message(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

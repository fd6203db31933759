"""Check data root, output root, disk space, paths, console and clock."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from haochaping.core.errors import describe_os_error
from haochaping.core.paths import Locations, quarters_in
from haochaping.doctor.report_line import ReportLine, fine, note, wrong

MIN_FREE_MB, LOW_FREE_MB = 100, 1000
"""Free megabytes below which the disk is reported as 有问题 and as 注意.

A quarter takes a few, twice that while it is built; an office's disk fills up with other things.
"""
MAX_WINDOWS_PATH = 259
"""Longest path in characters that Windows accepts unless long paths are enabled."""
LONGEST_ADDED_PATH = 100
"""Characters that a file below the output root may add to its path: quarter, folder, a unit's name."""


def look_at_data(locations: Locations) -> ReportLine:
    """Check the data root: every file is readable, the city's settings and rules are valid."""
    from haochaping.checks.rule import load_rules
    from haochaping.checks.rule_kinds import KINDS
    from haochaping.reference.reference import load_reference

    thing = "资料"
    if not locations.data.is_dir():
        return wrong(
            thing,
            f"没有文件夹 {locations.data}",
            "用 DATA=（或 --data）指定资料根目录（内有 raw、reference）",
        )
    unread = [str(path) for path in sorted(locations.data.rglob("*")) if not os.access(path, os.R_OK)]
    if unread:
        return wrong(thing, f"没有读取权限：{'、'.join(unread)}", "请系统管理员授予读取权限")
    reference = load_reference(locations.reference)
    rules = load_rules(reference, KINDS)
    raw, tidy = quarters_in(locations.data / "raw"), quarters_in(locations.data / "tidy")
    found = f"{locations.data}；{reference.city['name']}，核对规则 {len(rules)} 条，有原始资料的季度 {len(raw)} 个"
    if not raw and not tidy:
        return note(thing, found, "用 python -m haochaping new 2023Q1 建立第一个季度的文件夹")
    return fine(thing, found)


def nearest_folder(path: Path) -> Path:
    """Return `path` if it exists, else the nearest existing folder above it."""
    return next(folder for folder in (path, *path.parents) if folder.exists())


def look_at_output(output: Path) -> ReportLine:
    """Check that files can be written to the output root, and say whether folders are swapped in one step there."""
    from haochaping.files.swap_folder import swap_in

    thing, nearest = "输出文件夹", nearest_folder(output)
    if not nearest.is_dir():
        return wrong(thing, f"{nearest} 是文件", "用 OUTPUT=（或 --output）另指定一个文件夹")
    try:
        with tempfile.TemporaryDirectory(prefix=".doctor-", dir=nearest) as folder:
            new, published = Path(folder, "new"), Path(folder, "published")
            for place in (new, published):
                place.mkdir()
                (place / "试写.txt").write_text("试写", encoding="utf-8")
            swap_in(new, published)
            # After an exchange in one step the old folder has the new one's place; after two renames nothing has.
            is_exchanged = new.exists()
    except OSError as error:
        return wrong(
            thing,
            f"不能写入 {output}：{describe_os_error(error)}",
            "请系统管理员授予写入权限，或用 OUTPUT=（或 --output）另指定",
        )
    how = "一步替换" if is_exchanged else "分两步替换（这里没有一步替换的功能，不影响使用）"
    return fine(thing, f"{output} 可写，新旧输出{how}")


def look_at_space(free: int) -> ReportLine:
    """Check the disk of the output root, which has `free` bytes left."""
    thing, megabytes = "磁盘空间", free // 1_000_000
    advice = "清理磁盘，或用 OUTPUT=（或 --output）指定别的磁盘"
    if megabytes < MIN_FREE_MB:
        return wrong(thing, f"只剩 {megabytes} MB", advice)
    if megabytes < LOW_FREE_MB:
        return note(thing, f"只剩 {megabytes} MB", advice)
    return fine(thing, f"剩余 {megabytes // 1000} GB")


def free_space(output: Path) -> int:
    """Return the free bytes of the disk where the output root is or would be made."""
    return shutil.disk_usage(nearest_folder(output)).free


def look_at_path(paths: Iterable[str], windows: bool) -> ReportLine:
    """Check paths of project, data and output for undecodable characters, network locations and excessive length."""
    thing = "路径"
    advice = "把整个文件夹移到较短、只含普通文字的路径下，再重新安装"
    for path in paths:
        try:
            path.encode("utf-8")
        except UnicodeEncodeError:
            return wrong(thing, f"文件夹名有不能识别的字符：{path}", advice)
        if windows and path.startswith(("\\\\", "//")):
            return note(thing, f"{path} 在网络位置上", "较慢，也可能不能一次替换输出；建议放在本机磁盘上")
        if windows and len(path) + LONGEST_ADDED_PATH > MAX_WINDOWS_PATH:
            return note(
                thing, f"{path} 有 {len(path)} 个字符，其中的文件可能超过 {MAX_WINDOWS_PATH} 个的限制", advice
            )
    return fine(thing, "没有过长或不能识别的")


def look_at_console(encoding: str, windows: bool) -> ReportLine:
    """Check that the console shows Chinese: the kit always prints UTF-8."""
    thing = "终端"
    if not windows and encoding.lower().replace("-", "") != "utf8":
        return note(
            thing,
            f"编码是 {encoding}，中文可能显示为乱码",
            "运行 export LANG=C.UTF-8 后重开终端；网页不受影响",
        )
    return fine(thing, f"编码 {encoding}，中文可以显示" if not windows else "中文由 Windows 控制台直接显示")


def look_at_clock(now: datetime, newest: datetime) -> ReportLine:
    """Check that the clock is not behind the newest file of the program, since explanations expire by date."""
    thing, found = "系统日期", f"{now:%Y-%m-%d %H:%M}"
    if newest - now > timedelta(days=1):
        advice = "改正系统日期；说明是否到期按日期判断，也可用 --as-of 指定"
        return note(thing, f"{found}，早于程序文件的日期 {newest:%Y-%m-%d}", advice)
    return fine(thing, found)


def newest_file(folder: Path) -> datetime:
    """Return when the newest Python file below `folder` was modified."""
    return datetime.fromtimestamp(max(path.stat().st_mtime for path in folder.rglob("*.py")))

"""Data, output, disk, path, console and clock."""

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

LEAST_FREE, LITTLE_FREE = 100, 1000
"""Megabytes: a quarter takes a few, twice while it is built; an office's disk fills up with other things."""
LONGEST_PATH = 259
"""What Windows takes where long paths are not switched on."""
LONGEST_NAME = 100
"""What the names of files below the output root may add to it: quarter, folder, a unit's name."""


def look_at_data(locations: Locations) -> ReportLine:
    """The data root: everything can be read, the city's settings and rules are as they should be."""
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
    rules = load_rules(locations.reference, KINDS)
    raw, tidy = quarters_in(locations.data / "raw"), quarters_in(locations.data / "tidy")
    found = f"{locations.data}；{reference.city['name']}，核对规则 {len(rules)} 条，有原始资料的季度 {len(raw)} 个"
    if not raw and not tidy:
        return note(thing, found, "用 python -m haochaping new 2023Q1 建立第一个季度的文件夹")
    return fine(thing, found)


def nearest_folder(path: Path) -> Path:
    """`path`, or where there is nothing yet, the folder above in which it would be made."""
    return next(folder for folder in (path, *path.parents) if folder.exists())


def look_at_output(output: Path) -> ReportLine:
    """The output root: files can be written there, and whether a folder is exchanged in one step."""
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
            at_once = new.exists()  # where there is no exchange, nothing is left in the old place
    except OSError as error:
        return wrong(
            thing,
            f"不能写入 {output}：{describe_os_error(error)}",
            "请系统管理员授予写入权限，或用 OUTPUT=（或 --output）另指定",
        )
    how = "一步替换" if at_once else "分两步替换（这里没有一步替换的功能，不影响使用）"
    return fine(thing, f"{output} 可写，新旧输出{how}")


def look_at_space(free: int) -> ReportLine:
    """Free bytes on the disk of the output root."""
    thing, megabytes = "磁盘空间", free // 1_000_000
    advice = "清理磁盘，或用 OUTPUT=（或 --output）指定别的磁盘"
    if megabytes < LEAST_FREE:
        return wrong(thing, f"只剩 {megabytes} MB", advice)
    if megabytes < LITTLE_FREE:
        return note(thing, f"只剩 {megabytes} MB", advice)
    return fine(thing, f"剩余 {megabytes // 1000} GB")


def free_space(output: Path) -> int:
    """Free bytes where the output root is or would be."""
    return shutil.disk_usage(nearest_folder(output)).free


def look_at_path(paths: Iterable[str], windows: bool) -> ReportLine:
    """Paths of the project and its roots: characters and lengths that make trouble."""
    thing = "路径"
    advice = "把整个文件夹移到较短、只含普通文字的路径下，再重新安装"
    for path in paths:
        try:
            path.encode("utf-8")
        except UnicodeEncodeError:
            return wrong(thing, f"文件夹名有不能识别的字符：{path}", advice)
        if windows and path.startswith(("\\\\", "//")):
            return note(thing, f"{path} 在网络位置上", "较慢，也可能不能一次替换输出；建议放在本机磁盘上")
        if windows and len(path) + LONGEST_NAME > LONGEST_PATH:
            return note(
                thing, f"{path} 有 {len(path)} 个字符，其中的文件可能超过 {LONGEST_PATH} 个的限制", advice
            )
    return fine(thing, "没有过长或不能识别的")


def look_at_console(encoding: str, windows: bool) -> ReportLine:
    """Whether Chinese that is printed can be read: what is written is always UTF-8."""
    thing = "终端"
    if not windows and encoding.lower().replace("-", "") != "utf8":
        return note(
            thing,
            f"编码是 {encoding}，中文可能显示为乱码",
            "运行 export LANG=C.UTF-8 后重开终端；网页不受影响",
        )
    return fine(thing, f"编码 {encoding}，中文可以显示" if not windows else "中文由 Windows 控制台直接显示")


def look_at_clock(now: datetime, newest: datetime) -> ReportLine:
    """The clock may not be behind the newest file of the program; explanations expire by the date."""
    thing, found = "系统日期", f"{now:%Y-%m-%d %H:%M}"
    if newest - now > timedelta(days=1):
        advice = "改正系统日期；说明是否到期按日期判断，也可用 --as-of 指定"
        return note(thing, f"{found}，早于程序文件的日期 {newest:%Y-%m-%d}", advice)
    return fine(thing, found)


def newest_file(folder: Path) -> datetime:
    """When the newest Python file below `folder` was written."""
    return datetime.fromtimestamp(max(path.stat().st_mtime for path in folder.rglob("*.py")))

"""``python -m haochaping doctor``: whether this computer can run the kit, and what to do where it cannot."""

from __future__ import annotations

import locale
import os
import shutil
import sys
from collections.abc import Iterator
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

from haochaping.core.paths import Locations, project_root, quarters_in, record_files
from haochaping.doctor import folders, optional_programs, python_packages
from haochaping.doctor.chinese_font import look_at_font
from haochaping.doctor.notebook_kernel import KernelReply, look_at_kernel
from haochaping.doctor.report_line import ReportLine, run_safely


def examine(locations: Locations) -> Iterator[ReportLine]:
    """Look at everything this kit needs, one line at a time; nothing on the computer is changed.

    Parameters
    ----------
    locations : Locations
        The data and output roots to look at.

    Yields
    ------
    ReportLine
        One thing: its state, what was found, what to do about it.
    """
    root, windows = project_root(), os.name == "nt"
    paths = [str(path) for path in (root, locations.data, locations.output)]
    yield from run_safely(
        (
            ("Python", lambda: python_packages.look_at_python(tuple(sys.version_info[:3]), sys.executable)),
            (
                "运行环境",
                lambda: python_packages.look_at_environment(Path(sys.prefix), Path(sys.base_prefix), root),
            ),
            ("软件包", lambda: _packages(root)),
            ("内核", _kernel),
            ("字体", _font),
            ("资料", lambda: folders.look_at_data(locations)),
            ("输出文件夹", lambda: folders.look_at_output(locations.output)),
            ("磁盘空间", lambda: folders.look_at_space(folders.free_space(locations.output))),
            ("路径", lambda: folders.look_at_path(paths, windows)),
            ("终端", lambda: folders.look_at_console(locale.getpreferredencoding(False), windows)),
            ("系统日期", lambda: folders.look_at_clock(datetime.now(), folders.newest_file(root / "src"))),
            ("单件记录", lambda: _record_packages(locations)),
            ("数据库", lambda: _engine_packages(locations)),
            ("浏览器", _browser),
        )
    )
    yield from optional_programs.look_at_unused_programs(shutil.which)


def _packages(root: Path) -> ReportLine:
    project, lock = (
        (root / name).read_text(encoding="utf-8") for name in ("pyproject.toml", "requirements.txt")
    )
    return python_packages.look_at_packages(project, lock, python_packages.installed_versions())


def _record_packages(locations: Locations) -> ReportLine:
    from haochaping.reference.record_settings import database_scheme  # needs packages that may be missing

    periods = [
        str(period)
        for period in quarters_in(locations.data / "raw")
        if record_files(locations.raw(period)) or database_scheme(locations.reference, locations.raw(period))
    ]
    return optional_programs.look_at_record_packages(_is_installed, periods)


def _engine_packages(locations: Locations) -> ReportLine:
    from haochaping.reference.record_settings import database_scheme

    sources = {
        str(period): scheme
        for period in quarters_in(locations.data / "raw")
        if (scheme := database_scheme(locations.reference, locations.raw(period)))
    }
    return optional_programs.look_at_engine_packages(_is_installed, sources)


def _is_installed(name: str) -> bool:
    return find_spec(name) is not None


def _kernel() -> ReportLine:
    from haochaping.pipeline.run_notebook import START_SECONDS

    return look_at_kernel(KernelReply(sys.executable, sys.prefix), START_SECONDS)


def _font() -> ReportLine:
    from haochaping.present.fonts import font_path

    return look_at_font(font_path())


def _browser() -> ReportLine:
    from haochaping.outputs.page.print_pdf import find_browser

    return optional_programs.look_at_browser(find_browser())

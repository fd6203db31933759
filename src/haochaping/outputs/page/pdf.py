"""The published page as a PDF, printed by a browser that is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from haochaping.core.errors import InputRefused, Problem, refuse
from haochaping.core.paths import Locations
from haochaping.core.quarter import Quarter
from haochaping.files.atomic_write import atomic_write
from haochaping.outputs.published.file_names import PAGE, PDF

LONGEST_SECONDS = 180
_ON_PATH = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
    "microsoft-edge-stable",
)
_WINDOWS_FOLDERS = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
_WINDOWS_PLACES = (
    ("Microsoft", "Edge", "Application", "msedge.exe"),
    ("Google", "Chrome", "Application", "chrome.exe"),
    ("Chromium", "Application", "chrome.exe"),
)
_MAC_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--no-default-browser-check",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-pdf-header-footer",
)
"""No window, no network; head and foot of a page are those of its own style sheet."""


class NoBrowser(InputRefused):
    """No browser that could print is installed (exit code 2)."""

    def __init__(self, page: Path):
        super().__init__(Problem(str(page), "", "没有找到 Chromium、Chrome 或 Edge"))

    @property
    def message(self) -> str:
        """What to install, and the way without it."""
        return (
            "未能生成 PDF：没有找到 Chromium、Chrome 或 Edge，请安装其中一种（Debian、Ubuntu：apt-get install chromium）；"
            f"也可以用别的浏览器打开 {self.problems[0].place}，打印成 PDF"
        )


class PrintFailed(Exception):
    """The browser printed nothing that could be used; what was printed before is untouched (exit code 3)."""


def write_pdf(locations: Locations, quarter: Quarter) -> Path:
    """Print the page of `quarter` to ``briefing.pdf`` beside it.

    The PDF is no part of the manifest: it can be made anew at any time, and goes with its page at the next run.

    Raises
    ------
    InputRefused
        There is no page.
    NoBrowser
        No browser is installed.
    PrintFailed
        The browser failed.
    """
    page = locations.published(quarter) / PAGE
    if not page.is_file():
        raise refuse(str(page), "", f"没有这份简报，请先运行 make quarter Q={quarter}")
    browser = find_browser()
    if browser is None:
        raise NoBrowser(page)
    target = page.with_name(PDF)
    atomic_write(target, _printed(browser, page))
    return target


def find_browser() -> str | None:
    """A browser of the Chromium family: on the path, else where Windows and macOS have it."""
    found = filter(None, map(shutil.which, _ON_PATH))
    return next(found, None) or next((str(path) for path in _usual_places() if path.is_file()), None)


def _usual_places() -> Iterator[Path]:
    for place in _WINDOWS_PLACES:
        for variable in _WINDOWS_FOLDERS:
            if folder := os.environ.get(variable):
                yield Path(folder, *place)
    yield from map(Path, _MAC_PLACES)


def _printed(browser: str, page: Path) -> bytes:
    """What the browser prints, with a profile of its own that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="haochaping-", ignore_cleanup_errors=True) as folder:
        staging = Path(folder) / PDF
        command = [browser, *_OPTIONS, *_unboxed(), f"--user-data-dir={Path(folder) / 'profile'}"]
        command += [f"--print-to-pdf={staging}", page.resolve().as_uri()]
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=LONGEST_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise PrintFailed(f"浏览器 {browser} 在 {LONGEST_SECONDS} 秒内没有打印完") from None
        content = staging.read_bytes() if staging.is_file() else b""
    if done.returncode or not _is_whole(content):
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise PrintFailed(f"浏览器 {browser} 没有打印成功：{said[-1] if said else '没有说明原因'}")
    return content


def _unboxed() -> list[str]:
    """Chromium refuses its sandbox to the administrator of a Unix system, as whom containers run."""
    is_administrator = sys.platform != "win32" and os.geteuid() == 0
    return ["--no-sandbox"] if is_administrator else []


def _is_whole(content: bytes) -> bool:
    return content.startswith(b"%PDF-") and b"%%EOF" in content[-64:]

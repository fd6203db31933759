"""Print the published page as a PDF with an installed browser."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from haochaping.core.errors import InputRefused, Problem, refuse
from haochaping.core.paths import Locations
from haochaping.core.period import Period
from haochaping.files.atomic_write import atomic_write, replace_read_file
from haochaping.files.exclusive_lock import exclusive_lock
from haochaping.files.file_hash import file_sha256
from haochaping.outputs.published.file_names import MANIFEST, PAGE, PDF, PRINTED
from haochaping.outputs.published.kept_entries import is_printed_pdf, set_aside

TIMEOUT_SECONDS = 180
_MOST_TRIES = 3
"""How often a PDF that people save meanwhile is set aside."""
_EXECUTABLE_NAMES = (
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
_BROWSER_OPTIONS = (
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
"""No window, no network; headers and footers come from the page's own style sheet."""


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


def write_pdf(
    locations: Locations, quarter: Period, report_progress: Callable[[str], None] | None = None
) -> Path:
    """Print the page of `quarter` to ``briefing.pdf`` beside it.

    The PDF is not in the manifest: it can be printed again at any time, and the next run removes it with its page.

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
    with exclusive_lock(page.parent, report_progress):  # else a run may put another page beside the print
        content = _print_page(browser, page)
        for _ in range(_MOST_TRIES):
            if target.exists() and not is_printed_pdf(page.parent):
                kept = set_aside(page.parent, PDF)
                if report_progress:
                    report_progress(f"{target} 不是打印出来的原样，移到 {kept}")
            was_there = file_sha256(target) if target.exists() else None
            if replace_read_file(target, content, was_there):
                _note_printed(page.parent, content)
                return target
    raise refuse(str(target), "打印期间一再有文件存到这里", "请等文件存好以后再打印")


def _note_printed(published: Path, content: bytes) -> None:
    """Write down in the manifest what was printed, so that another PDF in its place is known as somebody's."""
    path = published / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        manifest[PRINTED] = hashlib.sha256(content).hexdigest()
    except (OSError, ValueError, TypeError):
        return  # without a manifest every PDF counts as somebody's
    atomic_write(path, (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode("utf-8"))


def find_browser() -> str | None:
    """Path of a Chromium, Chrome or Edge: from PATH, else from the usual places on Windows and macOS; None without any."""
    found = filter(None, map(shutil.which, _EXECUTABLE_NAMES))
    return next(found, None) or next((str(path) for path in _install_locations() if path.is_file()), None)


def _install_locations() -> Iterator[Path]:
    for place in _WINDOWS_PLACES:
        for variable in _WINDOWS_FOLDERS:
            if folder := os.environ.get(variable):
                yield Path(folder, *place)
    yield from map(Path, _MAC_PLACES)


def _print_page(browser: str, page: Path) -> bytes:
    """Run the browser on `page` and return the PDF's bytes; its profile is a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="haochaping-", ignore_cleanup_errors=True) as folder:
        staging = Path(folder) / PDF
        command = [
            browser,
            *_BROWSER_OPTIONS,
            *_sandbox_options(),
            f"--user-data-dir={Path(folder) / 'profile'}",
        ]
        command += [f"--print-to-pdf={staging}", page.resolve().as_uri()]
        try:
            process = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise PrintFailed(f"浏览器 {browser} 在 {TIMEOUT_SECONDS} 秒内没有打印完") from None
        content = staging.read_bytes() if staging.is_file() else b""
    if process.returncode or not _is_complete_pdf(content):
        error_lines = process.stderr.decode("utf-8", "replace").strip().splitlines()
        raise PrintFailed(
            f"浏览器 {browser} 没有打印成功：{error_lines[-1] if error_lines else '没有说明原因'}"
        )
    return content


def _sandbox_options() -> list[str]:
    """``--no-sandbox`` for root on Unix (as in containers), to whom Chromium refuses its sandbox."""
    is_administrator = sys.platform != "win32" and os.geteuid() == 0
    return ["--no-sandbox"] if is_administrator else []


def _is_complete_pdf(content: bytes) -> bool:
    return content.startswith(b"%PDF-") and b"%%EOF" in content[-64:]

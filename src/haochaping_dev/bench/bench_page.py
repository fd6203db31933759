"""Measure the page: size, time until it is drawn, stops of the Tab key.

``make bench-page`` builds the real quarter and prints the table of ``docs/performance.md``.
Needs Chromium and playwright, as the tests do.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from haochaping.core.paths import project_root

PAGE_LOADS = 9
MAX_STOPS = 1000
_JS_TIME_UNTIL_DRAWN = (
    "document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame("
    "() => requestAnimationFrame(() => done(performance.now())))))"
)
_JS_FOCUSED_STOP = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  window.stops = window.stops || new Map();
  if (!window.stops.has(at)) window.stops.set(at, window.stops.size);
  const style = getComputedStyle(at), part = at.closest("section, nav, header, footer");
  return {
    number: window.stops.get(at),
    part: part ? part.id || part.tagName.toLowerCase() : "",
    skips: at.classList.contains("skip"),
    shown: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0,
  };
}"""


def keyboard_stops(page: Any) -> list[dict[str, Any]]:
    """Find every stop from the top of the page to its end by pressing Tab.

    Parameters
    ----------
    page : playwright.sync_api.Page
        Freshly loaded.

    Returns
    -------
    list of dict
        For each stop its ``number``, the ``part`` of the page, whether it is a link that ``skips`` to the content, and
        whether its focus is ``shown``.
    """
    stops: list[dict[str, Any]] = []
    for _ in range(MAX_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(_JS_FOCUSED_STOP)
        if stop is None or stop["number"] < len(stops):
            return stops
        stops.append(stop)
    raise RuntimeError(f"more than {MAX_STOPS} stops")


def load_milliseconds(browser: Any, file: Path, width: int) -> float:
    """Measure from the start of loading until fonts are loaded and the page is laid out and drawn."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(file.as_uri())
    elapsed = float(page.evaluate(_JS_TIME_UNTIL_DRAWN))
    page.close()
    return elapsed


def _print_measures(browser: Any, file: Path) -> None:
    print(f"| measure | 1280 px | 360 px |\n|---|---|---|\n| size, kB | {file.stat().st_size / 1000:.0f} | |")
    median_loads, stops, longest_sections = [], [], []
    for width in (1280, 360):
        load_times = [load_milliseconds(browser, file, width) for _ in range(PAGE_LOADS)]
        median_loads.append(f"{statistics.median(load_times):.0f}")
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.goto(file.as_uri())
        found = keyboard_stops(page)
        page.close()
        stops.append(str(len(found)))
        parts = [stop["part"] for stop in found]
        longest_sections.append(str(max(parts.count(part) for part in parts)))
    print(f"| load and layout, median of {PAGE_LOADS}, ms | {' | '.join(median_loads)} |")
    print(f"| keyboard stops, whole page | {' | '.join(stops)} |")
    print(f"| keyboard stops, longest section | {' | '.join(longest_sections)} |")


def main(quarter: str = "2022Q4") -> None:
    """Build the page in a temporary folder and print the table."""
    from playwright.sync_api import sync_playwright

    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        command = [sys.executable, "-m", "haochaping", "quarter", quarter, "--output", folder]
        subprocess.run(command, cwd=project_root(), check=True, capture_output=True)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        _print_measures(browser, Path(folder) / quarter / "briefing.html")
        browser.close()


if __name__ == "__main__":
    main()

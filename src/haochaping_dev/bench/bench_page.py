"""What the page costs its reader: size, seconds until it stands, stops of the keyboard.

``make bench-page`` builds the real quarter and prints the table that stands in ``docs/performance.md``.
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

LOADS = 9
MOST_STOPS = 1000
_STANDS = (
    "document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame("
    "() => requestAnimationFrame(() => done(performance.now())))))"
)
_STOP = """() => {
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
    """Every stop from the top of the page to its end, found by pressing Tab.

    Parameters
    ----------
    page : playwright.sync_api.Page
        Freshly loaded.

    Returns
    -------
    list of dict
        Of each stop its ``number``, the ``part`` of the page, whether it ``skips``, whether its focus is ``shown``.
    """
    stops: list[dict[str, Any]] = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(_STOP)
        if stop is None or stop["number"] < len(stops):
            return stops
        stops.append(stop)
    raise RuntimeError(f"more than {MOST_STOPS} stops")


def milliseconds(browser: Any, file: Path, width: int) -> float:
    """From the start of loading until fonts are there and the page is laid out and drawn."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(file.as_uri())
    taken = float(page.evaluate(_STANDS))
    page.close()
    return taken


def _measure(browser: Any, file: Path) -> None:
    print(f"| measure | 1280 px | 360 px |\n|---|---|---|\n| size, kB | {file.stat().st_size / 1000:.0f} | |")
    loads, stops, longest = [], [], []
    for width in (1280, 360):
        taken = [milliseconds(browser, file, width) for _ in range(LOADS)]
        loads.append(f"{statistics.median(taken):.0f}")
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.goto(file.as_uri())
        found = keyboard_stops(page)
        page.close()
        stops.append(str(len(found)))
        parts = [stop["part"] for stop in found]
        longest.append(str(max(parts.count(part) for part in parts)))
    print(f"| load and layout, median of {LOADS}, ms | {' | '.join(loads)} |")
    print(f"| keyboard stops, whole page | {' | '.join(stops)} |")
    print(f"| keyboard stops, longest section | {' | '.join(longest)} |")


def main(quarter: str = "2022Q4") -> None:
    """Build the page aside and print the table."""
    from playwright.sync_api import sync_playwright

    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        command = [sys.executable, "-m", "haochaping", "quarter", quarter, "--output", folder]
        subprocess.run(command, cwd=project_root(), check=True, capture_output=True)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        _measure(browser, Path(folder) / quarter / "briefing.html")
        browser.close()


if __name__ == "__main__":
    main()

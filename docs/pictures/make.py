"""Pictures for README and manual: pages and papers of a real run, printed by Chromium and LibreOffice.

    python docs/pictures/make.py 2022Q4 2023Q1

The first quarter must be built; the second is laid out anew in a temporary folder.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageOps

from haochaping_dev.jupyterlab import CHROMIUM_OPTIONS, WAIT_MS, choose, lab_server, run_all_cells

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
MOST_HEIGHT = 720


def main(quarter: str, new: str) -> None:
    """Make every picture."""
    output = ROOT / "output" / quarter
    screenshot(output / "briefing.html", HERE / "briefing.png")
    with TemporaryDirectory() as folder:
        explorer(Path(folder), HERE / "explore.png")
    with TemporaryDirectory() as folder:
        aside = Path(folder)
        data = aside / "data"
        shutil.copytree(ROOT / "data" / "reference", data / "reference")
        shutil.copytree(ROOT / "data" / "tidy", data / "tidy")
        command = [sys.executable, "-m", "haochaping", "new", new, "--data", str(data)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        sheet = next(iter(sorted((output / "sheets").glob("*.xlsx"))))
        [bulletin] = output.glob("bulletin*.docx")
        annexes = next(path for path in output.glob("annexes*.xlsx") if "internal" not in path.name)
        page_of(data / "raw" / new / "annexes.xlsx", 3, HERE / "form.png", aside)
        page_of(bulletin, 2, HERE / "bulletin.png", aside)
        page_of(annexes, 3, HERE / "annexes.png", aside)
        page_of(output / "review.xlsx", 1, HERE / "review.png", aside)
        page_of(sheet, 1, HERE / "sheet.png", aside)


def screenshot(page: Path, picture: Path) -> None:
    """The first screen of a page."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    command += ["--window-size=1280,880", f"--screenshot={picture}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True)


def explorer(aside: Path, picture: Path) -> None:
    """The choices of the notebook with what one of them answers."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with lab_server(aside, is_own_city=True) as address, sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
        page = launched.new_page(viewport={"width": 1280, "height": 900})
        run_all_cells(page, address)
        choose(page, "看什么", "比率和区间")
        page.locator(".widget-output").first.locator("svg").first.wait_for(timeout=WAIT_MS)
        page.locator(".jp-CodeCell").first.screenshot(path=picture)
        launched.close()
    trimmed(picture)


def page_of(paper: Path, number: int, picture: Path, aside: Path) -> None:
    """One page of an office paper, as printed."""
    profile = f"-env:UserInstallation={(aside / 'profile').as_uri()}"
    convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(aside), str(paper)]
    subprocess.run(convert, check=True, capture_output=True)
    pdf, page = aside / f"{paper.stem}.pdf", str(number)
    stem = picture.with_suffix("")
    draw = ["pdftoppm", "-png", "-r", "96", "-f", page, "-l", page, "-singlefile", str(pdf), str(stem)]
    subprocess.run(draw, check=True)
    trimmed(picture)


def trimmed(picture: Path) -> None:
    """Cut the white margin off, and what goes beyond a comfortable height."""
    with Image.open(picture) as image:
        grey = image.convert("L")
        left, top, right, bottom = ImageOps.invert(grey).getbbox() or (0, 0, *image.size)
        area = (
            max(left - 12, 0),
            max(top - 12, 0),
            min(right + 12, image.width),
            min(bottom + 12, top + MOST_HEIGHT),
        )
        image.crop(area).quantize(64).save(picture, optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:3])

"""Printing the page, with browsers that are none: what is said, and that nothing half-written stays."""

import sys
from pathlib import Path

import pytest

from haochaping.commands.command_line import main
from haochaping.core.paths import Locations
from haochaping.core.period import Period
from haochaping.files.exclusive_lock import FolderLocked, exclusive_lock
from haochaping.outputs.page import print_pdf as pdf
from haochaping.outputs.page.print_pdf import PrintFailed, find_browser, write_pdf
from haochaping.outputs.published.kept_entries import is_printed_pdf

QUARTER = Period(2022, 4)
GOOD = """for one in "$@"; do case "$one" in --print-to-pdf=*) printf '%%PDF-1.4 new %%%%EOF' > "${one#*=}";; esac; done"""
NEEDS_SH = pytest.mark.skipif(sys.platform == "win32", reason="需要 /bin/sh")


@pytest.fixture
def where(tmp_path: Path) -> Locations:
    page = tmp_path / "output" / "2022Q4" / "briefing.html"
    page.parent.mkdir(parents=True)
    page.write_text("<p>x", encoding="utf-8")
    return Locations(tmp_path / "data", tmp_path / "output")


@pytest.fixture
def no_browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder as the path; nothing in the usual places."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    for variable in pdf._WINDOWS_FOLDERS:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(pdf, "_MAC_PLACES", ())
    return folder


def browser(folder: Path, script: str, name: str = "chromium") -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def names(where: Locations) -> list[str]:
    return sorted(path.name for path in where.published(QUARTER).iterdir())


def test_without_a_browser_it_is_said_what_to_install(
    where: Locations, no_browser: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["pdf", "2022Q4", "--output", str(where.output)]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("未能生成 PDF：没有找到 Chromium、Chrome 或 Edge")
    assert "apt-get install chromium" in said.err and names(where) == ["briefing.html"]


def test_without_the_page_it_is_said_to_make_it_first(
    where: Locations, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["pdf", "2023Q1", "--output", str(where.output)]) == 2
    assert "请先运行 make quarter Q=2023Q1" in capsys.readouterr().err
    assert not where.published(Period(2023, 1)).exists()


@NEEDS_SH
@pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome", "msedge"])
def test_a_browser_on_the_path_is_found(no_browser: Path, name: str) -> None:
    assert find_browser() is None
    browser(no_browser, "", name)
    assert find_browser() == str(no_browser / name)


@pytest.mark.parametrize(
    "place",
    [("Microsoft", "Edge", "Application", "msedge.exe"), ("Google", "Chrome", "Application", "chrome.exe")],
)
@pytest.mark.parametrize("variable", ["PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"])
def test_a_browser_where_windows_has_it_is_found(
    no_browser: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, place: tuple[str, ...]
) -> None:
    program = tmp_path.joinpath("Programs", *place)
    program.parent.mkdir(parents=True)
    program.write_bytes(b"MZ")
    monkeypatch.setenv(variable, str(tmp_path / "Programs"))
    assert find_browser() == str(program)


@NEEDS_SH
def test_it_prints_without_a_network_and_leaves_nothing_else(where: Locations, no_browser: Path) -> None:
    log = no_browser / "log"
    browser(no_browser, f"""printf '%s\\n' "$@" > '{log}'; {GOOD}""")
    printed = write_pdf(where, QUARTER)
    assert printed.read_bytes() == b"%PDF-1.4 new %%EOF"
    assert names(where) == ["briefing.html", "briefing.pdf"]
    told = log.read_text(encoding="utf-8").splitlines()
    assert told[-1] == (where.published(QUARTER) / "briefing.html").as_uri()
    assert "--host-resolver-rules=MAP * ~NOTFOUND" in told and "--headless" in told
    assert "--no-pdf-header-footer" in told
    [profile] = [one.partition("=")[2] for one in told if one.startswith("--user-data-dir=")]
    assert not Path(profile).parent.exists()


@NEEDS_SH
@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("echo broken >&2; exit 1", "broken"),
        ("exit 0", "没有说明原因"),
        (GOOD.replace("%%%%EOF", ""), "没有打印成功"),
        (GOOD + "; echo crashed >&2; exit 133", "crashed"),
    ],
    ids=["fails", "prints nothing", "prints half", "crashes at the end"],
)
def test_a_browser_that_fails_leaves_the_last_pdf(
    where: Locations, no_browser: Path, capsys: pytest.CaptureFixture[str], script: str, told: str
) -> None:
    (where.published(QUARTER) / "briefing.pdf").write_bytes(b"last good one")
    browser(no_browser, script)
    assert main(["pdf", "2022Q4", "--output", str(where.output)]) == 3
    assert told in capsys.readouterr().err
    assert (where.published(QUARTER) / "briefing.pdf").read_bytes() == b"last good one"
    assert names(where) == ["briefing.html", "briefing.pdf"]


@NEEDS_SH
def test_a_browser_that_hangs_is_ended(
    where: Locations, no_browser: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser(no_browser, "exec /bin/sleep 60")
    monkeypatch.setattr(pdf, "TIMEOUT_SECONDS", 0.3)
    with pytest.raises(PrintFailed, match="没有打印完"):
        write_pdf(where, QUARTER)
    assert names(where) == ["briefing.html"]


@NEEDS_SH
def test_no_run_puts_another_page_beside_the_print(where: Locations, no_browser: Path) -> None:
    """The print holds the lock of the folder from before it reads the page until its PDF is there."""
    browser(no_browser, f"{sys.executable} {__file__} {where.published(QUARTER)} && {GOOD}")
    write_pdf(where, QUARTER)
    assert names(where) == ["briefing.html", "briefing.pdf"]
    assert (where.output / "locked").read_text() == "True"


@NEEDS_SH
def test_a_pdf_that_people_put_or_saved_there_is_kept(where: Locations, no_browser: Path) -> None:
    """Before the print, after an earlier one, and while the browser prints."""
    folder, said = where.published(QUARTER), list[str]()
    (folder / "manifest.json").write_text("{}")
    target = folder / "briefing.pdf"
    browser(no_browser, GOOD)
    target.write_text("mine before")
    write_pdf(where, QUARTER, said.append)
    assert target.read_bytes().startswith(b"%PDF-1.4 new") and is_printed_pdf(folder)
    write_pdf(where, QUARTER, said.append)
    assert len(said) == 1 and "移到" in said[0], "what was printed is replaced without a word"
    with target.open("a") as file:
        file.write("note")
    browser(no_browser, f"{GOOD}; echo mine meanwhile > {target}")
    write_pdf(where, QUARTER, said.append)
    kept = {path.read_text() for path in (folder / "changed").iterdir()}
    assert "mine before" in kept and "mine meanwhile\n" in kept and is_printed_pdf(folder)


if __name__ == "__main__":
    published = Path(sys.argv[1])
    try:
        with exclusive_lock(published, wait=0):
            locked = False
    except FolderLocked:
        locked = True
    (published.parent / "locked").write_text(str(locked))

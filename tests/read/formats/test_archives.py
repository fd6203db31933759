"""Files that point elsewhere: nothing is unpacked to the disk, fetched, or read from beside what was given."""

import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from haochaping.core.model import QuarterData
from tests.conftest import ROOT
from tests.read.office_files import write_webpage, write_word, write_workbook

RUN = """
import json, os, sys
import filelock  # tries on import what the temporary folder can
events = []
def note(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        writes = bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)) if isinstance(flags, int) else "w" in str(mode)
        if isinstance(path, (str, bytes)) and not os.fsdecode(path).endswith((".pyc", "/dev/null")):
            if writes or "beside.xml" in os.fsdecode(path):
                events.append(("open", os.fsdecode(path)))
    elif event.split(".")[0] in ("socket", "urllib", "subprocess", "os") and event in (
        "socket.connect", "socket.getaddrinfo", "urllib.Request", "subprocess.Popen", "os.system", "os.symlink", "os.mkdir"
    ):
        events.append((event, str(arguments)))
from haochaping.commands.command_line import main
sys.addaudithook(note)
code = main(["tidy", "--data", sys.argv[1], "--output", sys.argv[1] + "/out", "2022Q4"])
print(json.dumps([code, events]))
"""
SLIPS = ("../../slipped.txt", "/tmp/slipped.csv", "..\\..\\slipped.docx", "word/../../../slipped.xml")
EXTERNAL = "http://example.invalid/x"


def with_parts(content: bytes, more: dict[str, bytes], changed: Callable[[str, bytes], bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            new.writestr(name, changed(name, old.read(name)))
        for name, part in more.items():
            new.writestr(name, part)
    return buffer.getvalue()


def pointing_outside(name: str, part: bytes, secret: Path) -> bytes:
    """A list of relations with some that lead outside."""
    if not name.endswith(".rels"):
        return part
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    targets = (EXTERNAL, secret.as_uri(), "file://///example.invalid/share/x.dotm", "../../../secret.xml")
    more = "".join(
        f'<Relationship Id="x{number}" Type="{kind}/{what}" Target="{target}" TargetMode="External"/>'
        for number, (target, what) in enumerate(
            zip(targets, ("attachedTemplate", "image", "oleObject", "subDocument"), strict=True)
        )
    )
    return part.replace(b"</Relationships>", more.encode() + b"</Relationships>")


def word(data: QuarterData, folder: Path, secret: Path) -> None:
    write_word(data, folder / "通报.docx")
    packed(folder / "通报.docx", secret)


def workbook(data: QuarterData, folder: Path, secret: Path) -> None:
    write_workbook(data, folder / "附件.xlsx")
    packed(folder / "附件.xlsx", secret)


def packed(path: Path, secret: Path) -> None:
    slips = dict.fromkeys(SLIPS, b"<slipped/>")
    path.write_bytes(
        with_parts(path.read_bytes(), slips, lambda name, part: pointing_outside(name, part, secret))
    )


def page(data: QuarterData, folder: Path, secret: Path) -> None:
    write_webpage(data, folder / "通报.html")
    text = (folder / "通报.html").read_text(encoding="utf-8")
    more = (
        f'<img src="{EXTERNAL}"><iframe src="{secret.as_uri()}"></iframe><link rel="stylesheet" href="{EXTERNAL}">'
        f'<object data="{EXTERNAL}"></object><embed src="{EXTERNAL}"><xi:include href="{secret.as_uri()}"/>'
    )
    (folder / "通报.html").write_text(text.replace("<body>", f"<body>{more}"), encoding="utf-8")


def page_with_entities(data: QuarterData, folder: Path, secret: Path) -> None:
    write_webpage(data, folder / "通报.html")
    text = (folder / "通报.html").read_text(encoding="utf-8")
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "ha"}">' for i in range(12))
    doctype = f'<!DOCTYPE html [<!ENTITY s SYSTEM "{secret.as_uri()}">{laughs}]>'
    text = text.replace("<!DOCTYPE html>", doctype).replace("<body>", "<body><p>&s;&l11;</p>")
    (folder / "通报.html").write_text(text, encoding="utf-8")


def archived(data: QuarterData, folder: Path, secret: Path) -> None:
    write_webpage(data, folder / "page.html")
    content = (folder / "page.html").read_bytes()
    (folder / "page.html").unlink()
    head = (
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n"
        f'--x\r\nContent-Type: message/external-body; access-type=local-file; name="{secret}"\r\n\r\n'
        "--x\r\nContent-Type: text/html; charset=utf-8\r\nContent-Location: ../../slipped.html\r\n\r\n"
    )
    (folder / "通报.mht").write_bytes(head.encode() + content + b"\r\n--x--\r\n")


@pytest.mark.slow
@pytest.mark.parametrize("write", [word, workbook, page, page_with_entities, archived])
def test_nothing_is_unpacked_fetched_or_read_from_elsewhere(
    write: Callable[[QuarterData, Path, Path], None], real: QuarterData, tmp_path: Path
) -> None:
    root, secret = tmp_path / "root", tmp_path / "beside.xml"
    secret.write_text("<secret>口令</secret>", encoding="utf-8")
    shutil.copytree(ROOT / "data" / "reference", root / "reference")
    (root / "raw" / "2022Q4").mkdir(parents=True)
    write(real, root / "raw" / "2022Q4", secret)
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(root)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    code, events = json.loads(done.stdout)
    assert code == 0, done.stderr
    strange = [event for event in events if not event[1].removeprefix("('").startswith(str(root / "tidy"))]
    assert strange == []
    assert not list(tmp_path.rglob("*slipped*")) and not list(Path("/tmp").glob("slipped*"))
    written = "".join(path.read_text(encoding="utf-8") for path in (root / "tidy").rglob("*.csv"))
    assert "口令" not in written and "hahaha" not in written

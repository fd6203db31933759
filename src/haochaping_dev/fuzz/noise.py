"""Noise: bytes, characters and parts of zip archives damaged at random, whatever they mean."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from random import Random

from haochaping_dev.fuzz.office_files import pack

Noise = Callable[[bytes, Random], bytes]

TOKENS = (
    *(
        "\x00",
        "\ufeff",
        "\r",
        "\u2028",
        "\x0b",
        "\x1b[31m",
        "\u202e",
        '"',
        "'",
        "&lt;",
        "&#0;",
        "<table>",
        "</tr>",
    ),
    *(
        "<!DOCTYPE x>",
        "<!--",
        "]]>",
        "附件 1：",
        "序号",
        "区县",
        "合计",
        "备注：",
        "镇级",
        "9" * 400,
        "1e999",
        "-0",
    ),
    *(
        "²",
        "٣",
        "½",
        "①",
        "NaN",
        "inf",
        "1/0",
        "#DIV/0!",
        "{{x}}",
        "%s",
        "2022年13月45日",
        "9999年99月99日",
        "一十十",
    ),
    *(
        "2022年第四季度",
        "归集数据1.5亿万条",
        "评价率为101%",
        "\ud7ff",
        "\U000e0001",
        "= 1\n",
        "[[",
        "x = ",
        '"""',
    ),
    *(
        "\n",
        "\n\n",
        ",",
        ";",
        "\t",
        "|",
        "---",
        "# ",
        "## 要点\n",
        "- ",
        "1. ",
        "> ",
        "```",
        "\\",
        "*",
        "**",
        "_" * 40,
    ),
    *("、" * 300, "(" * 500, "[" * 500, "<b>" * 300, "第1页", "0", "1\n2\n3\n"),
)


def change_bytes(data: bytes, random: Random) -> bytes:
    """Set some bytes to any value, or flip one of their bits."""
    noisy = bytearray(data)
    for _ in range(random.choice((1, 1, 3, 10, 100))):
        at = random.randrange(len(noisy))
        noisy[at] = noisy[at] ^ (1 << random.randrange(8)) if random.random() < 0.5 else random.randrange(256)
    return bytes(noisy)


def move_bytes(data: bytes, random: Random) -> bytes:
    """Remove, double, move or insert stretches of bytes."""
    for _ in range(random.choice((1, 1, 2, 5))):
        at, size = random.randrange(len(data)), random.choice((1, 2, 7, 50, 500))
        piece = data[at : at + size]
        to = random.randrange(len(data))
        data = random.choice(
            (
                data[:at] + data[at + size :] or data,
                data[:at] + piece + data[at:],
                data[:to] + piece + data[to:],
                data[:at] + random.randbytes(size) + data[at:],
            )
        )
    return data


def cut_off(data: bytes, random: Random) -> bytes:
    """Keep the beginning or the end only."""
    at = random.randrange(1, len(data))
    return data[:at] if random.random() < 0.8 else data[at:]


def repeat_stretch(data: bytes, random: Random) -> bytes:
    """Repeat a stretch many times: long cells, long lines, many rows."""
    at, size = random.randrange(len(data)), random.choice((1, 3, 30, 300))
    piece = data[at : at + size]
    times = random.choice((10, 100, 1000, 20_000 // size + 1, 200_000 // size + 1))
    return data[:at] + piece * times + data[at:]


def insert_tokens(data: bytes, random: Random) -> bytes:
    """Insert words and signs that have a meaning to some reader anywhere."""
    text = data.decode("utf-8", "ignore") or " "
    for _ in range(random.choice((1, 2, 5))):
        at, lost = random.randrange(len(text)), random.choice((0, 0, 1, 5))
        text = text[:at] + random.choice(TOKENS) + text[at + lost :]
    return text.encode("utf-8", "ignore")


def shuffle_lines(data: bytes, random: Random) -> bytes:
    """Exchange and double lines."""
    lines = data.split(b"\n")
    for _ in range(random.choice((1, 3, 10))):
        a, b = random.randrange(len(lines)), random.randrange(len(lines))
        if random.random() < 0.5:
            lines[a], lines[b] = lines[b], lines[a]
        else:
            lines.insert(a, lines[b])
    return b"\n".join(lines)


def insert_nul_bytes(data: bytes, random: Random) -> bytes:
    """Insert NULs in one place, or between all bytes, as in a file of another encoding."""
    if random.random() < 0.3:
        return data.decode("utf-8", "replace").encode(random.choice(("utf-16-le", "utf-16", "utf-32")))
    at = random.randrange(len(data))
    return data[:at] + b"\x00" * random.choice((1, 2, 100, 10_000)) + data[at:]


KINDS_OF_NOISE: tuple[Noise, ...] = (
    *(change_bytes, change_bytes, move_bytes, cut_off, repeat_stretch, insert_tokens, shuffle_lines),
    insert_nul_bytes,
)


def add_noise(data: bytes, random: Random) -> bytes:
    """Apply one or two kinds of noise to a file."""
    for _ in range(random.choice((1, 1, 1, 2))):
        data = random.choice(KINDS_OF_NOISE)(data or b" ", random)
    return data


# --- packed files ----------------------------------------------------------------------------------------

BILLION_LAUGHS = "<!DOCTYPE x [" + "".join(
    f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "ha" * 50}">' for i in range(10)
)
BOMB_BYTES = 20_000_000
"""Number of blanks put into a part of an archive; compressed they take some thousand bytes."""


def add_noise_to_archive(data: bytes, random: Random) -> bytes:
    """Damage a part of an office file and pack it again, or damage the zip archive itself."""
    if random.random() < 0.3:
        return random.choice((change_bytes, move_bytes, cut_off, repeat_stretch))(data, random)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts: dict[str, bytes | str] = {name: archive.read(name) for name in archive.namelist()}
    name = random.choice(
        [name for name in parts if "sheet" in name or "document" in name or random.random() < 0.3]
    )
    part = bytes(parts[name])  # type: ignore[arg-type]
    kind = random.random()
    if kind < 0.1:
        del parts[name]
    elif kind < 0.13:
        parts[name] = _insert_at_tag(part, b" " * BOMB_BYTES, random)
    elif kind < 0.2:
        parts[name] = _insert_entities(part, random)
    elif kind < 0.3:
        depth = random.choice((100, 5_000, 100_000))
        tag = random.choice((b"w:p", b"w:sdt", b"row", b"a", b"w:tbl", b"w:ins"))
        parts[name] = _insert_at_tag(part, b"<" + tag + b">" * 1 + (b"<" + tag + b">") * depth, random)
    elif kind < 0.45:
        parts[name] = _change_attributes(part, random)
    elif kind < 0.6:
        parts[name] = _repeat_elements(part, random)
    elif kind < 0.65:
        parts[
            random.choice(
                ("xl/vbaProject.bin", "EncryptedPackage", "../../x", "mimetype", "/", "word/document.xml")
            )
        ] = part
    else:
        parts[name] = add_noise(part, random)
    return pack(parts)


def _insert_at_tag(part: bytes, inserted: bytes, random: Random) -> bytes:
    places = [i for i in range(len(part)) if part[i : i + 1] == b"<"][1:] or [0]
    at = random.choice(places)
    return part[:at] + inserted + part[at:]


def _insert_entities(part: bytes, random: Random) -> bytes:
    head, mark, rest = part.partition(b"?>")
    entities = random.choice(
        (BILLION_LAUGHS + "]>", '<!DOCTYPE x [<!ENTITY l9 SYSTEM "file:///etc/hostname">]>')
    )
    inserted = _insert_at_tag(rest, b"&l9;", random)
    return head + mark + entities.encode() + inserted if mark else entities.encode() + part


def _change_attributes(part: bytes, random: Random) -> bytes:
    """Replace some quoted values (of attributes) by others."""
    pieces = part.split(b'"')
    if len(pieces) < 3:
        return change_bytes(part, random)
    for _ in range(random.choice((1, 1, 4))):
        at = random.randrange(1, len(pieces) - 1, 2)
        pieces[at] = random.choice(
            (
                b"",
                b"-1",
                b"0",
                b"999999999",
                b"4294967296",
                b"XFD1048576",
                b"A0",
                b"x",
                b"1e9",
                b"A1:XFD1048576",
                b"&#0;",
            )
        )
    return b'"'.join(pieces)


def _repeat_elements(part: bytes, random: Random) -> bytes:
    """Repeat a stretch between two tags many times."""
    places = [i for i in range(len(part)) if part[i : i + 1] == b"<"]
    if len(places) < 4:
        return repeat_stretch(part, random)
    a, b = sorted(random.sample(places[1:], 2))
    piece = part[a:b][:3000]
    return part[:a] + piece * random.choice((2, 10, 300, 500_000 // max(1, len(piece)))) + part[a:]

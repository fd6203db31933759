"""Damage the bulletin's text: what the reader refuses, what a finding reports."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from haochaping.core.errors import InputRefused
from haochaping.core.paths import project_root
from haochaping.core.text import normalize_for_comparison
from haochaping.read.raw_folder import read_raw
from haochaping.simulate.print_bulletin import print_bulletin
from haochaping_dev.bench.planted_slips import DIGIT_SLIPS, rate_slip
from haochaping_dev.bench.sandbox import CELLS, SEED, Sandbox


def print_text_table(sandbox: Sandbox) -> None:
    """Print what becomes of damage in the text: refused, reported by a finding, read as before, or unnoticed."""
    rng = random.Random(SEED)
    lines = print_bulletin(sandbox.data).splitlines() if sandbox.name == "simulated" else _real_lines()
    rows = [
        i
        for i, line in enumerate(lines)
        if (pieces := line.split()) and pieces[0].isdigit() and len(pieces[0]) < 4 and len(pieces) > 3
    ]
    print(
        f"\n| {sandbox.name}, text | planted | refused | told by a finding | unchanged | untold |\n|---|---|---|---|---|---|"
    )
    for kind, damage in TEXT_DAMAGE.items():
        counts: Counter[str] = Counter()
        for _ in range(4 * CELLS):
            damaged = damage(list(lines), rng.choice(rows), rng)
            if damaged is not None:
                counts[_damage_outcome(sandbox, damaged)] += 1
        shown = " | ".join(str(counts[name]) for name in ("refused", "told", "unchanged", "untold"))
        print(f"| {kind} | {sum(counts.values())} | {shown} |")


def _damage_outcome(sandbox: Sandbox, lines: list[str]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bulletin.txt"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        try:
            data = read_raw(path.parent, sandbox.data.quarter, sandbox.reference)
        except InputRefused:
            return "refused"
    if data == sandbox.data:
        return "unchanged"
    return "told" if sandbox.new_findings(data) else "untold"


def _real_lines() -> list[str]:
    path = project_root() / "data" / "raw" / "2022Q4" / "bulletin.txt"
    return path.read_text(encoding="utf-8").splitlines()


Damage = Callable[[list[str], int, random.Random], list[str] | None]
"""From the lines and the index of a row to the damaged lines; None if the row has no such place."""


def _pick_cell(line: str, rng: random.Random) -> tuple[list[str], int]:
    pieces = line.split()
    return pieces, rng.randrange(2, len(pieces))


def _drop_cell(lines: list[str], i: int, rng: random.Random) -> list[str]:
    pieces, at = _pick_cell(lines[i], rng)
    lines[i] = " ".join(pieces[:at] + pieces[at + 1 :])
    return lines


def _double_cell(lines: list[str], i: int, rng: random.Random) -> list[str]:
    pieces, at = _pick_cell(lines[i], rng)
    lines[i] = " ".join(pieces[: at + 1] + pieces[at:])
    return lines


def _drop_line(lines: list[str], i: int, rng: random.Random) -> list[str]:
    return lines[:i] + lines[i + 1 :]


def _double_line(lines: list[str], i: int, rng: random.Random) -> list[str]:
    return lines[: i + 1] + lines[i:]


def _exchange_cells(lines: list[str], i: int, rng: random.Random) -> list[str]:
    pieces, at = _pick_cell(lines[i], rng)
    other = 2 if at > 2 else len(pieces) - 1
    pieces[at], pieces[other] = pieces[other], pieces[at]
    lines[i] = " ".join(pieces)
    return lines


def _break_cell(lines: list[str], i: int, rng: random.Random) -> list[str]:
    pieces, at = _pick_cell(lines[i], rng)
    cut = max(1, len(pieces[at]) // 2)
    lines[i] = " ".join([*pieces[:at], pieces[at][:cut]])
    return [*lines[: i + 1], " ".join([pieces[at][cut:], *pieces[at + 1 :]]), *lines[i + 1 :]]


def _digit_slip(name: str) -> Damage:
    """Return a function that makes a digit slip in one cell of the row."""

    def damage(lines: list[str], i: int, rng: random.Random) -> list[str] | None:
        return _change_one_cell(
            lines, i, rng, lambda text: DIGIT_SLIPS[name](int(text), rng) if text.isdecimal() else None
        )

    return damage


def _replace_cell(old: str, new: str) -> Damage:
    """Return a function that replaces the text `old` of one cell by `new`."""
    return lambda lines, i, rng: _change_one_cell(lines, i, rng, lambda text: new if text == old else None)


def _wrong_percent(lines: list[str], i: int, rng: random.Random) -> list[str] | None:
    return _change_one_cell(lines, i, rng, lambda text: rate_slip(text) if text.endswith("%") else None)


def _rename_unit(lines: list[str], i: int, rng: random.Random) -> list[str]:
    pieces = lines[i].split()
    lines[i] = " ".join([pieces[0], f"某{pieces[1]}", *pieces[2:]])
    return lines


def _change_one_cell(
    lines: list[str], i: int, rng: random.Random, change: Callable[[str], str | None]
) -> list[str] | None:
    """Change one random cell of those that `change` can change; None if it can change none."""
    pieces = lines[i].split()
    places = [at for at in range(2, len(pieces)) if change(normalize_for_comparison(pieces[at]))]
    if not places:
        return None
    at = rng.choice(places)
    pieces[at] = change(normalize_for_comparison(pieces[at])) or ""
    lines[i] = " ".join(pieces)
    return lines


TEXT_DAMAGE: dict[str, Damage] = {
    **{name: _digit_slip(name) for name in DIGIT_SLIPS},
    "百分数末位错": _wrong_percent,
    "0 写作 /": _replace_cell("0", "/"),
    "/ 写作 0": _replace_cell("/", "0"),
    "单位改名": _rename_unit,
    "a cell lost": _drop_cell,
    "a cell doubled": _double_cell,
    "a row lost": _drop_line,
    "a row doubled": _double_line,
    "two cells of a row exchanged": _exchange_cells,
    "a cell broken over two lines": _break_cell,
}

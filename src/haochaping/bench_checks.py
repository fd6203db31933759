"""What the checks find: plant one slip at a time in real and simulated quarters and look.

``make bench-checks`` prints the tables that stand in ``docs/checks.md``: for each table, column and
kind of slip how often a finding tells it, whether the true cell is among the suspects and the true
value among the hypotheses; what damage in the bulletin's text is refused; and how many findings
clean quarters raise.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from haochaping.checks.arithmetic import number
from haochaping.checks.book import Book
from haochaping.checks.confront import CheckReport, confront
from haochaping.checks.finding import CellRef
from haochaping.checks.kinds import KINDS
from haochaping.checks.rules import Rule, load_rules
from haochaping.corrections import with_value
from haochaping.errors import InputRefused
from haochaping.labels import COLUMNS
from haochaping.locations import project_root
from haochaping.model import HEADLINE, TABLES, QuarterData
from haochaping.quarter import Quarter
from haochaping.reference import Reference, load_reference
from haochaping.simulate import print_bulletin, simulate, write_root
from haochaping.sources import read_raw
from haochaping.sources.bulletin import read_bulletin

SEED = 20230118
CELLS = 5
"""Cells tried for each table, column and kind of slip, in each quarter."""


@dataclass(frozen=True)
class Ground:
    """A quarter to plant slips in, with what the checks say of it as it is."""

    name: str
    data: QuarterData
    reference: Reference
    rules: list[Rule]
    baseline: CheckReport

    @classmethod
    def of(cls, name: str, data: QuarterData, reference: Reference) -> Ground:
        rules = load_rules(reference.folder, KINDS)
        return cls(name, data, reference, rules, confront(data, reference, rules))


def _digits(change: Callable[[str, random.Random], str | None]) -> Callable[[int, random.Random], str | None]:
    def slip(value: int, chance: random.Random) -> str | None:
        text = change(str(value), chance)
        return text if text and str(int(text)) != str(value) else None

    return slip


def _swapped(text: str, chance: random.Random) -> str | None:
    places = [i for i in range(len(text) - 1) if text[i] != text[i + 1]]
    if not places:
        return None
    i = chance.choice(places)
    return text[:i] + text[i + 1] + text[i] + text[i + 2 :]


def _lost(text: str, chance: random.Random) -> str | None:
    i = chance.randrange(len(text))
    return (text[:i] + text[i + 1 :]) or None


def _doubled(text: str, chance: random.Random) -> str:
    i = chance.randrange(len(text))
    return text[: i + 1] + text[i:]


def _replaced(text: str, chance: random.Random) -> str:
    i = chance.randrange(len(text))
    return text[:i] + chance.choice([d for d in "0123456789" if d != text[i]]) + text[i + 1 :]


DIGIT_SLIPS = {
    "两位颠倒": _digits(_swapped),
    "漏一位": _digits(_lost),
    "重一位": _digits(_doubled),
    "错一位": _digits(_replaced),
}


def plant(ground: Ground, chance: random.Random) -> Iterator[tuple[str, str, str, CellRef, str, QuarterData]]:
    """Slips one at a time: table, column, kind, cell, true text, and the quarter with the slip."""
    book = Book(ground.data, ground.reference)
    by_column: dict[tuple[str, str], list[CellRef]] = defaultdict(list)
    totals = {row.cell(c) for row in book.total_rows for c in TABLES[row.table].measures}
    for cell in book.cells():
        if book.printed(cell) == "":
            continue
        by_column[cell.table, ("合计·" if cell in totals else "") + cell.column].append(cell)
    for (table, column), cells in by_column.items():
        for kind, slips in _kinds(book, cells).items():
            for cell in chance.sample(cells, min(CELLS * 3, len(cells))):
                if slips.planted >= CELLS:
                    break
                text = slips.text(cell, chance)
                if text is None:
                    continue
                slips.planted += 1
                try:
                    changed = with_value(ground.data, cell, text, ground.reference)
                except ValueError:
                    continue
                yield table, column, kind, cell, book.printed(cell), changed


@dataclass
class _Slips:
    text: Callable[[CellRef, random.Random], str | None]
    planted: int = 0


def _kinds(book: Book, cells: list[CellRef]) -> dict[str, _Slips]:
    """Kinds of slip for a column, each a function from cell to wrong text (None: not here)."""
    first = cells[0]
    is_rate = first.table == HEADLINE or first.column in TABLES[first.table].rates
    if is_rate and not (first.table == HEADLINE and "records" in first.path):
        return {"百分数末位错": _Slips(lambda cell, _: _rate_slip(book.printed(cell)))}
    kinds: dict[str, _Slips] = {}
    for name, slip in DIGIT_SLIPS.items():

        def wrong(cell: CellRef, chance: random.Random, slip: Callable = slip) -> str | None:
            value = book.count(cell)
            return slip(value, chance) if value is not None else None

        kinds[name] = _Slips(wrong)
    kinds["0 写作 /"] = _Slips(lambda cell, _: "/" if book.count(cell) == 0 else None)
    kinds["/ 写作 0"] = _Slips(lambda cell, _: "0" if book.printed(cell) == "/" else None)
    if any(row.cell(first.column) == first for row in book.total_rows):
        kinds["合计漏一行"] = _Slips(lambda cell, chance: _forgot(book, cell, chance))
    return kinds


def _rate_slip(printed: str) -> str | None:
    digits = printed.rstrip("%以上")
    if not digits[-1:].isdigit():
        return None
    return f"{digits[:-1]}{(int(digits[-1]) + 1) % 10}%"


def _forgot(book: Book, total: CellRef, chance: random.Random) -> str | None:
    row = next(row for row in book.total_rows if row.key == total.names and row.table == total.table)
    parts = [value for part in book.parts(row) if (value := book.count(part.cell(total.column)))]
    value = book.count(total)
    return str(value - chance.choice(parts)) if parts and value is not None else None


@dataclass
class Tally:
    """How often slips of one kind were found, with the true cell suspected, with the true value proposed."""

    planted: int = 0
    found: int = 0
    suspected: int = 0
    proposed: int = 0

    def add(self, report: CheckReport, baseline: CheckReport, cell: CellRef, true: str) -> None:
        """Compare a report with that of the quarter as it was."""
        known = {(f.id, f.message) for f in baseline.findings}
        new = [f for f in report.findings if f.severity != "note" and (f.id, f.message) not in known]
        about = [f for f in new if cell in f.cells or cell in f.suspects]
        self.planted += 1
        self.found += bool(about)
        self.suspected += any(cell in f.suspects for f in about)
        shown = number(int(true)) if true.isdecimal() else true
        self.proposed += any(f"应为 {shown}" in (f.hypothesis or "") for f in about)

    def row(self) -> str:
        return f"{self.planted} | {_share(self.found, self)} | {_share(self.suspected, self)} | {_share(self.proposed, self)}"


def _share(count: int, tally: Tally) -> str:
    return f"{count / tally.planted:.0%}" if tally.planted else "—"


def _grounds(folder: Path) -> list[Ground]:
    root = project_root()
    reference = load_reference(root / "data" / "reference")
    quarter = Quarter(2022, 4)
    grounds = [
        Ground.of("real 2022Q4", read_raw(root / "data" / "raw" / "2022Q4", quarter, reference), reference)
    ]
    simulated = Quarter(2024, 1)
    write_root(folder, [simulated], SEED, reference.folder)
    own = load_reference(folder / "reference")
    grounds.append(Ground.of("simulated", simulate(simulated, SEED), own))
    return grounds


def slips_table(ground: Ground) -> None:
    """Print found, suspected and proposed for every table, column and kind of slip."""
    chance = random.Random(SEED)
    tallies: dict[tuple[str, str, str], Tally] = defaultdict(Tally)
    for table, column, kind, cell, true, changed in plant(ground, chance):
        report = confront(changed, ground.reference, ground.rules)
        tallies[table, column, kind].add(report, ground.baseline, cell, true)
    print(
        f"\n### {ground.name}\n\n| table | column | slip | planted | found | cell suspected | value proposed |"
    )
    print("|---|---|---|---|---|---|---|")
    for (table, column, kind), tally in tallies.items():
        shown = column.removeprefix("合计·")
        label = column.replace(shown, COLUMNS.get(shown, shown))
        print(f"| {table} | {label} | {kind} | {tally.row()} |")
    _blind(ground, tallies)


def _blind(ground: Ground, tallies: dict[tuple[str, str, str], Tally]) -> None:
    """Columns in which most digit slips stay untold: no rule binds them, plausibility alone speaks."""
    book = Book(ground.data, ground.reference)
    cells = Counter((cell.table, cell.column) for cell in book.cells() if book.count(cell) is not None)
    digits = {key for key in tallies if key[2] in DIGIT_SLIPS}
    print("\n| columns where most digit slips stay untold | found | share of all cells |\n|---|---|---|")
    for table, column in sorted({key[:2] for key in digits}):
        mine = [tallies[key] for key in digits if key[:2] == (table, column)]
        planted, found = sum(t.planted for t in mine), sum(t.found for t in mine)
        if planted and found * 2 < planted:
            share = cells[table, column] / sum(cells.values())
            print(f"| {table} {COLUMNS.get(column, column)} | {found} of {planted} | {share:.1%} |")


def rows_table(ground: Ground) -> None:
    """Print what is said of rows exchanged, and of units renamed or missing."""
    chance = random.Random(SEED)
    print(f"\n| {ground.name} | slip | planted | found |\n|---|---|---|---|")
    for name in TABLES:
        for kind, change in (
            ("两行互换", _exchange),
            ("数据错行", _shift),
            ("单位改名", _rename),
            ("漏一行", _drop),
        ):
            planted = found = 0
            for _ in range(CELLS):
                changed = change(ground.data, name, chance)
                report = confront(changed, ground.reference, ground.rules)
                known = {(f.id, f.message) for f in ground.baseline.findings}
                planted += 1
                found += any(f.severity != "note" and (f.id, f.message) not in known for f in report.findings)
            print(f"| {name} | {kind} | {planted} | {found / planted:.0%} |")


def _exchange(data: QuarterData, name: str, chance: random.Random) -> QuarterData:
    """Two rows change their names: each has the other's figures."""
    key = TABLES[name].key[0]
    first, second = chance.sample(sorted(set(data.table(name)[key])), 2)
    rows = data.table(name).copy()
    rows[key] = rows[key].map(lambda one: {first: second, second: first}.get(one, one)).astype("str")
    return replace(data, **{name: rows})


def _shift(data: QuarterData, name: str, chance: random.Random) -> QuarterData:
    """Three rows in a run: each has the figures of the one before."""
    key = TABLES[name].key[0]
    names = list(dict.fromkeys(data.table(name)[key]))
    start = chance.randrange(len(names) - 2)
    first, second, third = names[start : start + 3]
    moved = {first: second, second: third, third: first}
    rows = data.table(name).copy()
    rows[key] = rows[key].map(lambda one: moved.get(one, one)).astype("str")
    return replace(data, **{name: rows})


def pairs_table(ground: Ground, pairs: int = 40) -> None:
    """Print what is said of two digit slips at once, in cells that a hard rule binds."""
    chance = random.Random(SEED)
    book = Book(ground.data, ground.reference)
    bound = sorted(_bound_cells(ground, book), key=lambda cell: cell.path)
    both = one = suspected = 0
    for _ in range(pairs):
        cells = chance.sample(bound, 2)
        data = ground.data
        for cell in cells:
            data = with_value(data, cell, _any_slip(book, cell, chance), ground.reference)
        report = confront(data, ground.reference, ground.rules)
        known = {(f.id, f.message) for f in ground.baseline.findings}
        new = [f for f in report.findings if f.severity != "note" and (f.id, f.message) not in known]
        told = [any(cell in f.cells or cell in f.suspects for f in new) for cell in cells]
        both, one = both + all(told), one + any(told)
        suspected += all(any(cell in f.suspects for f in new) for cell in cells)
    print(f"\n| {ground.name}, two digit slips at once | planted | both told | one told | both suspected |")
    print(
        f"|---|---|---|---|---|\n| cells bound by a hard rule | {pairs} | {both} | {one - both} | {suspected} |"
    )


def _bound_cells(ground: Ground, book: Book) -> set[CellRef]:
    """Counts in an equality or a ratio that holds."""
    cells = set()
    for rule in ground.rules:
        if rule.hard and rule.kind in ("total", "same", "ratio"):
            for outcome in KINDS[rule.kind](rule, book):
                cells |= {
                    c for constraint in outcome.constraints for c, _ in constraint.terms if book.count(c)
                }
    return cells


def _any_slip(book: Book, cell: CellRef, chance: random.Random) -> str:
    value = book.count(cell) or 0
    while True:
        text = chance.choice(list(DIGIT_SLIPS.values()))(value, chance)
        if text:
            return text


def _rename(data: QuarterData, name: str, chance: random.Random) -> QuarterData:
    key = TABLES[name].key[0]
    old = chance.choice(sorted(set(data.table(name)[key])))
    rows = data.table(name).copy()
    rows[key] = rows[key].map(lambda one: f"某{one}" if one == old else one).astype("str")
    return replace(data, **{name: rows})


def _drop(data: QuarterData, name: str, chance: random.Random) -> QuarterData:
    key = TABLES[name].key[0]
    old = chance.choice(sorted(set(data.table(name)[key])))
    return replace(data, **{name: data.table(name)[data.table(name)[key] != old].reset_index(drop=True)})


def text_table(ground: Ground) -> None:
    """Print how the reader takes damage in the bulletin's text: refused, told by a finding, or read as before."""
    chance = random.Random(SEED)
    lines = print_bulletin(ground.data).splitlines() if ground.name == "simulated" else _real_lines()
    rows = [
        i
        for i, line in enumerate(lines)
        if line.split() and line.split()[0].isdigit() and len(line.split()) > 3
    ]
    print(
        f"\n| {ground.name}, text | planted | refused | told by a finding | unchanged | untold |\n|---|---|---|---|---|---|"
    )
    for kind, damage in TEXT_DAMAGE.items():
        counts: Counter[str] = Counter()
        for _ in range(4 * CELLS):
            counts[_outcome(ground, damage(list(lines), chance.choice(rows), chance))] += 1
        shown = " | ".join(str(counts[name]) for name in ("refused", "told", "unchanged", "untold"))
        print(f"| {kind} | {sum(counts.values())} | {shown} |")


def _outcome(ground: Ground, lines: list[str]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bulletin.txt"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        try:
            data = read_bulletin(path, ground.data.quarter, ground.reference)
        except InputRefused:
            return "refused"
    if data == ground.data:
        return "unchanged"
    report = confront(data, ground.reference, ground.rules)
    known = {(f.id, f.message) for f in ground.baseline.findings}
    told = any(f.severity != "note" and (f.id, f.message) not in known for f in report.findings)
    return "told" if told else "untold"


def _real_lines() -> list[str]:
    path = project_root() / "data" / "raw" / "2022Q4" / "bulletin.txt"
    return path.read_text(encoding="utf-8").splitlines()


def _cell_at(line: str, chance: random.Random) -> tuple[list[str], int]:
    pieces = line.split()
    return pieces, chance.randrange(2, len(pieces))


def _drop_cell(lines: list[str], i: int, chance: random.Random) -> list[str]:
    pieces, at = _cell_at(lines[i], chance)
    lines[i] = " ".join(pieces[:at] + pieces[at + 1 :])
    return lines


def _double_cell(lines: list[str], i: int, chance: random.Random) -> list[str]:
    pieces, at = _cell_at(lines[i], chance)
    lines[i] = " ".join(pieces[: at + 1] + pieces[at:])
    return lines


def _drop_line(lines: list[str], i: int, chance: random.Random) -> list[str]:
    return lines[:i] + lines[i + 1 :]


def _double_line(lines: list[str], i: int, chance: random.Random) -> list[str]:
    return lines[: i + 1] + lines[i:]


def _exchange_cells(lines: list[str], i: int, chance: random.Random) -> list[str]:
    pieces, at = _cell_at(lines[i], chance)
    other = 2 if at > 2 else len(pieces) - 1
    pieces[at], pieces[other] = pieces[other], pieces[at]
    lines[i] = " ".join(pieces)
    return lines


def _break_cell(lines: list[str], i: int, chance: random.Random) -> list[str]:
    pieces, at = _cell_at(lines[i], chance)
    cut = max(1, len(pieces[at]) // 2)
    lines[i] = " ".join([*pieces[:at], pieces[at][:cut]])
    return [*lines[: i + 1], " ".join([pieces[at][cut:], *pieces[at + 1 :]]), *lines[i + 1 :]]


TEXT_DAMAGE = {
    "a cell lost": _drop_cell,
    "a cell doubled": _double_cell,
    "a row lost": _drop_line,
    "a row doubled": _double_line,
    "two cells of a row exchanged": _exchange_cells,
    "a cell broken over two lines": _break_cell,
}


def clean_table(folder: Path, quarters: int = 12) -> None:
    """Print findings per clean simulated quarter, by severity."""
    reference = project_root() / "data" / "reference"
    counts: Counter[str] = Counter()
    most: Counter[str] = Counter()
    for seed in range(quarters):
        quarter = Quarter(2024, seed % 4 + 1)
        write_root(folder / str(seed), [quarter], seed, reference)
        found = confront(simulate(quarter, seed), load_reference(folder / str(seed) / "reference")).counts
        counts.update(found)
        most |= Counter(found)
    print("\n| clean simulated quarters | 须更正 | 需核实 | 提示 |\n|---|---|---|---|")
    for label, values in (("mean", {k: v / quarters for k, v in counts.items()}), ("most", most)):
        shown = " | ".join(f"{values.get(name, 0):g}" for name in ("correct", "verify", "note"))
        print(f"| {label} of {quarters} | {shown} |")


def main() -> None:
    """Print every table."""
    with tempfile.TemporaryDirectory() as folder:
        for ground in _grounds(Path(folder) / "one"):
            print(f"running {ground.name}", file=sys.stderr)
            slips_table(ground)
            rows_table(ground)
            pairs_table(ground)
            text_table(ground)
        clean_table(Path(folder) / "clean")


if __name__ == "__main__":
    main()

"""Damaged bulletins: refused, or read with the damage plain to see; never a guess, never a traceback."""

from __future__ import annotations

import re
from random import Random

import pytest

from haochaping.core.errors import InputRefused
from haochaping.core.model import QuarterData
from tests.read.printing import Layout, expected_content, print_text, small_city
from tests.read.reading import (
    ANNEXES,
    assert_read,
    assert_read_or_refused,
    assert_refused,
    plain_values,
    read_or_refusal,
)

CITY, LAYOUT = small_city(1), Layout(seed=1)
TEXT = print_text(CITY, LAYOUT)
LINES = TEXT.split("\n")
WANTED = expected_content(CITY, LAYOUT)
FIRST_ANNEX = LINES.index("附件 1：")
ROWS = [i for i in range(FIRST_ANNEX, len(LINES)) if re.match(r"\d+ \D", LINES[i])]
LAST_ROWS = [i for i in ROWS if i + 1 not in ROWS]
TOTALS = [i for i, line in enumerate(LINES) if line.startswith("合计 ")]
HEADERS = [i for i, line in enumerate(LINES) if line.startswith("序号")]


def with_line(i, *replacement):
    """The text with line `i` replaced."""
    return "\n".join([*LINES[:i], *replacement, *LINES[i + 1 :]])


def test_undamaged_text_is_read(read):
    assert_read(read, TEXT, WANTED)
    assert len(ROWS) == sum(len(annex.rows) for annex in CITY.annexes)


# --- structure: refused ------------------------------------------------------------------------------


def _cell(change):
    """Damage that changes the cells of a row after its serial and name, at every place."""

    def damage(tokens):
        return [tokens[:2] + cells for cells in change(tokens[2:])]

    return damage


STRUCTURE = {
    "dropped cell": _cell(lambda cells: [cells[:k] + cells[k + 1 :] for k in (0, len(cells) - 1)]),
    "doubled cell": _cell(lambda cells: [cells[:k] + cells[k - 1 :] for k in (1, len(cells))]),
    "two cells glued": _cell(lambda cells: [[cells[0] + cells[1], *cells[2:]]]),
    "cell broken in two": _cell(lambda cells: [[cells[0] + "0", "0", *cells[1:]]]),
    "dropped serial": lambda tokens: [tokens[1:]],
    "dropped name": lambda tokens: [tokens[:1] + tokens[2:]],
    "serial too high": lambda tokens: [[str(int(tokens[0]) + 1), *tokens[1:]]],
}


@pytest.mark.parametrize("damage", STRUCTURE.values(), ids=STRUCTURE)
def test_damaged_row_is_refused(read, damage):
    for i in ROWS[::2]:
        for tokens in damage(LINES[i].split()):
            assert_refused(read, with_line(i, " ".join(tokens)))


def test_row_printed_twice_is_refused(read):
    for i in ROWS[::2]:
        assert_refused(read, with_line(i, LINES[i], LINES[i]))


def test_dropped_row_is_refused_by_the_gap_in_the_serials(read):
    for i in sorted(set(ROWS) - set(LAST_ROWS)):
        assert_refused(read, with_line(i))


def test_dropped_last_row_is_absent_and_nothing_else(read):
    for i, annex in zip(LAST_ROWS, CITY.annexes, strict=True):
        name = annex.rows[-1][0]
        found = read_or_refusal(read, with_line(i))
        assert found[annex.table] == [r for r in WANTED[annex.table] if r[annex.key] != name]
        assert found["printed_totals"] == WANTED["printed_totals"]
        for other in set(ANNEXES) - {annex.table}:
            assert found[other] == WANTED[other]


def test_dropped_total_is_absent_and_nothing_else(read):
    for i, annex in zip(TOTALS, CITY.annexes, strict=True):
        remaining = [total for total in WANTED["printed_totals"] if total[0] != annex.table]
        assert_read(read, with_line(i), {**WANTED, "printed_totals": remaining})


def test_lost_header_is_refused(read):
    for i in HEADERS:
        assert_refused(read, with_line(i))


def test_header_without_one_column_is_refused(read):
    for i in HEADERS:
        headings = LINES[i].split()
        for k in range(len(headings)):
            assert_refused(read, with_line(i, " ".join(headings[:k] + headings[k + 1 :])))


@pytest.mark.parametrize("place", ["附件 {}：", "title"])
def test_lost_heading_or_title_changes_no_figure(read, place):
    for annex in CITY.annexes:
        i = LINES.index(f"附件 {annex.number}：") + (place == "title")
        assert_read_or_refused(read, with_line(i), WANTED)


def test_lost_note_changes_no_figure(read):
    for i, line in enumerate(LINES):
        if line.startswith("备注"):
            assert_read(read, with_line(i), WANTED)


# --- cells: refused ----------------------------------------------------------------------------------

JUNK = [
    "abc", "-5", "+5", "5.5", "1e5", "12,34", "1_000", "10①", "10²", "½", "五", "∞", "NaN", "#REF!", "=1+1", "*",
    "?", "\u202e12", "1\u200b2", "10/5", "5元", "9" * 19, "9" * 30, "9" * 400, "9" * 5000, "x" * 300,
]  # fmt: skip


@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: f"{junk[:12]!a}-{len(junk)}")
def test_junk_in_a_cell_is_refused(read, junk):
    for i, k in ((ROWS[0], 2), (ROWS[0], 3), (ROWS[-1], 2), (TOTALS[2], 1)):
        tokens = LINES[i].split()
        assert_refused(read, with_line(i, " ".join([*tokens[:k], junk, *tokens[k + 1 :]])))


def test_number_far_too_large_under_a_rate_is_refused(read):
    tokens = LINES[ROWS[-1]].split()
    for percent in ("9" * 400 + "%", "9" * 5000 + "%", "99.9", "-1%"):
        assert_refused(read, with_line(ROWS[-1], " ".join([*tokens[:-1], percent])))


def test_name_far_too_long_is_refused(read):
    serial, _, *cells = LINES[ROWS[0]].split()
    assert_refused(read, with_line(ROWS[0], " ".join([serial, "局" * 300, *cells])))


# --- order -------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_swapped_lines_change_no_figure_and_lose_none(read):
    for i in range(len(LINES) - 2):
        swapped = "\n".join([*LINES[:i], LINES[i + 1], LINES[i], *LINES[i + 2 :]])
        found = read_or_refusal(read, swapped)
        if isinstance(found, InputRefused):
            continue
        for part in (*ANNEXES, "printed_totals", "unreported"):
            assert found[part] == WANTED[part], (part, LINES[i : i + 2])
        assert found["headline"].items() <= WANTED["headline"].items()


# --- noise -------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_noise_never_yields_what_is_not_printed(read):
    """One or two characters changed: every row read stands on its line as read, and none is missing."""
    random = Random(5)
    start = TEXT.index("附件 1：")
    for _ in range(100):
        text = TEXT
        for _ in range(random.randint(1, 2)):
            at = random.randrange(start, len(text))
            text = (
                text[:at] + random.choice(["", *"57,.%-/①²无市x\u200b"]) + text[at + random.randint(0, 1) :]
            )
        try:
            data = read(text)
        except InputRefused:
            continue
        assert data.cells.loc[~data.cells["is_total"], "place"].nunique() == len(ROWS), text
        _assert_printed_there(data, text)


def _assert_printed_there(data: QuarterData, text: str) -> None:
    """Serial, name and cells of every row, in the order of the columns, are its line and nothing else."""
    lines = text.split("\n")
    serials = dict.fromkeys(ANNEXES, 0)
    rows = data.cells[~data.cells["is_total"]]
    for (annex, place), cells in rows.groupby(["annex", "place"], sort=False):
        serials[annex] += 1
        line = int(re.search(r"第 (\d+) 行", place)[1])
        texts = [_without_ornament(token) for token in cells["printed"]]
        printed = [_without_ornament(token) for token in lines[line - 1].split()]
        assert "".join([str(serials[annex]), cells["row"].iloc[0], *texts]) == "".join(printed)


def _without_ornament(token: str) -> str:
    """A count as a plain number: no separators, leading zeros or ``.0``."""
    match = re.fullmatch(r"(\d[\d,]*)(\.0+)?", token)
    return str(int(match.group(1).replace(",", ""))) if match else token


def test_random_bytes_never_break_the_reader(read):
    random = Random(6)
    data = TEXT.encode()
    for size in (1, 3, 30):
        for _ in range(15):
            noisy = bytearray(data)
            for _ in range(size):
                noisy[random.randrange(len(noisy))] = random.randrange(256)
            read_or_refusal(read, bytes(noisy))


def test_any_nul_is_refused(read):
    for at in range(0, len(TEXT), 400):
        assert_refused(read, TEXT[:at] + "\x00" + TEXT[at:], with_line=False)


# --- truncation --------------------------------------------------------------------------------------


def test_truncated_file_holds_only_what_is_left(read):
    """Cut at every 40 bytes and at the characters around: rows are missing at the end, none is changed.

    A cut inside a number leaves a shorter number, which nobody can tell from a whole one: the very
    last cell is not compared then.
    """
    data = TEXT.encode()
    for end in range(40, len(data), 40):
        whole = data[:end].decode("utf-8", errors="ignore")
        for cut in dict.fromkeys((data[:end], whole.encode())):
            found = read_or_refusal(read, cut)
            if isinstance(found, InputRefused):
                continue
            assert cut == whole.encode()
            inside = whole[-1].isdigit() and TEXT[len(whole)].strip() != ""
            for name in ANNEXES:
                rows, true_rows = found[name], WANTED[name][: len(found[name])]
                assert rows == true_rows or (inside and rows[:-1] == true_rows[:-1]), (end, name)
            other_totals = set(found["printed_totals"]) - set(WANTED["printed_totals"])
            assert len(other_totals) <= inside, end
            assert found["headline"] == WANTED["headline"], end


def test_truncated_annex_names_the_last_line(read):
    half_a_row = LINES[ROWS[-1]].rsplit(" ", 1)[0]
    assert_refused(read, "\n".join([*LINES[: ROWS[-1]], half_a_row]))


def test_same_text_gives_the_same_model(read):
    assert plain_values(read(TEXT)) == plain_values(read(TEXT))

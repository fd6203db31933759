"""The mutated tables of other places: what a person reads in them, and that a fault in the reader would be seen."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from haochaping.read.grid.header_rows import HeaderLabels
from haochaping_dev.fuzz import fuzz
from haochaping_dev.fuzz.declared_form import form_names, load_form
from haochaping_dev.fuzz.input_kinds import Recipe, read_input
from haochaping_dev.fuzz.mutate_form import _MUTATIONS, _number_by_eye, _reading, _tables_of, mutate_form
from haochaping_dev.fuzz.print_form import form_files, formats_of, header_rows


@pytest.mark.parametrize("name", form_names())
def test_an_unchanged_form_is_what_a_person_reads(tmp_path: Path, name: str) -> None:
    form = load_form(name)
    for kind in formats_of(form)[:-1]:
        folder = tmp_path / kind
        folder.mkdir()
        for file, content in form_files(form, kind, Random(1)).items():
            (folder / file).write_bytes(content)
        assert read_input(name, folder) == _reading(_tables_of(form))


def test_every_mutation_changes_something() -> None:
    for mutation in _MUTATIONS:
        changed = 0
        for seed in range(30):
            tables = _tables_of(load_form("qingcheng-2020Q4" if seed % 2 else "yongchang-2023Q2"))
            before = repr(tables)
            mutation(tables[0], Random(seed))
            changed += repr(tables) != before
        assert changed > 3, mutation.__name__


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3,816", 3816),
        ("３８１６", 3816),
        ("99.5%", 0.995),
        ("1.5", 1.5),
        ("1,2", None),
        ("12 345", None),
        ("9" * 16, None),
        ("已办", None),
        ("", None),
    ],
)
def test_a_number_as_a_person_reads_it(text: str, number: float | None) -> None:
    assert _number_by_eye(text) == number


def test_a_header_of_three_levels() -> None:
    rows, merged = header_rows([("单位",), ("件", "总计"), ("件", "热线", "按时"), ("件", "热线", "超时")])
    assert rows == [
        ["单位", "件", "件", "件"],
        ["", "总计", "热线", "热线"],
        ["", "", "按时", "超时"],
    ]
    assert set(merged) == {(0, 0, 2, 0), (0, 1, 0, 3), (1, 1, 2, 1), (1, 2, 1, 3)}


def _lowest_headings(labels: HeaderLabels) -> list[tuple[int, list[str]]]:
    """Headings without those above them."""
    return [(at, [text] if text else []) for at, text in enumerate(labels.grid.rows[labels.bottom - 1])]


def _measure_by_ending(attempt, path):
    """A measure whose heading ends alike, as 结案率 and 率 do."""
    return next(
        (m for h, m in attempt.measures.items() if h.endswith(path[-1]) or path[-1].endswith(h)), None
    )


HEADER = "haochaping.read.grid.header_rows.HeaderLabels"
MEASURE = "haochaping.read.grid.table_meaning._Attempt._measure"
TOTALS = "haochaping.read.assemble._without_repeated_totals"
FAULTS = {
    "texts without a heading dropped": (f"{HEADER}.unheaded", lambda labels: None, "levels-2022Q4"),
    "upper headings dropped": (f"{HEADER}._labels", _lowest_headings, "ningguo-2022M04"),
    "headings taken for similar ones": (MEASURE, _measure_by_ending, "qingcheng-2020Q4"),
    "totals dropped": (
        TOTALS,
        lambda cells, problems: [cell for cell in cells if not cell["is_total"]],
        "weinan-2024Q2",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_planted_in_the_reader_is_found(monkeypatch, tmp_path: Path, what: str) -> None:
    place, fault, name = FAULTS[what]

    def outcomes() -> set[str]:
        return {fuzz.try_input(1, number, tmp_path).outcome for number in range(150)}

    recipe = Recipe(name, "bent", 1, lambda random: mutate_form(name, random))
    monkeypatch.setattr(fuzz, "make_input", lambda seed, number: (recipe, recipe.make(Random(number))))
    assert outcomes() <= {fuzz.AS_EXPECTED, fuzz.REFUSED}
    monkeypatch.setattr(place, fault)
    assert fuzz.WRONG in outcomes()

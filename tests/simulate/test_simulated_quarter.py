from pathlib import Path

import pytest

from haochaping.checks.run_rules import run_rules
from haochaping.core.model import SIMULATED
from haochaping.core.period import Period
from haochaping.read.raw_folder import read_raw
from haochaping.reference.reference import load_reference
from haochaping.simulate.data_root import write_data_root
from haochaping.simulate.print_bulletin import print_bulletin
from haochaping.simulate.simulated_quarter import CitySize, simulate
from haochaping.store.data_contract import validate
from haochaping_dev.bench.bench_checks import clean_reports

REFERENCE = Path(__file__).parents[2] / "data" / "reference"
QUARTER = Period(2024, 1)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_clean_quarter_raises_almost_nothing(seed: int, tmp_path: Path) -> None:
    write_data_root(tmp_path, [QUARTER], seed, REFERENCE)
    report = run_rules(simulate(QUARTER, seed), load_reference(tmp_path / "reference"))
    assert report.counts["correct"] == 0 and report.counts["verify"] <= 2, [f.id for f in report.findings]
    assert not any(result.error for result in report.results)


def test_clean_quarters_of_any_size_ask_for_almost_nothing(tmp_path: Path) -> None:
    """No 须更正, and at most one matter 需核实 in ten quarters; few and small units, with and without a quarter before."""
    counts = [report.matter_counts for report in clean_reports(tmp_path, 20)]
    assert sum(count["correct"] for count in counts) == 0
    assert sum(count["verify"] for count in counts) <= 2


def test_its_bulletin_reads_back_as_the_same_quarter(tmp_path: Path) -> None:
    write_data_root(tmp_path, [QUARTER, Period(2024, 2)], 7, REFERENCE)
    reference = load_reference(tmp_path / "reference")
    for quarter in (QUARTER, Period(2024, 2)):
        read = read_raw(tmp_path / "raw" / str(quarter), quarter, reference)
        assert read == simulate(quarter, 7) and read.is_simulated
        assert validate(read)


def test_same_seed_same_quarter_and_every_paper_says_so() -> None:
    assert simulate(QUARTER, 5) == simulate(QUARTER, 5) != simulate(QUARTER, 6)
    text = print_bulletin(simulate(QUARTER, 5))
    assert text.count(SIMULATED) >= 1 + 5 * 2


def test_any_size(tmp_path: Path) -> None:
    data = simulate(QUARTER, 1, CitySize(districts=23, city_departments=44, district_departments=40))
    assert (len(data.districts), len(data.city_departments)) == (23, 44)
    assert data.district_departments["department"].nunique() == 41

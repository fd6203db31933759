"""Verification sheets of cities that are declared by data only."""

from __future__ import annotations

from pathlib import Path

from openpyxl import load_workbook

from haochaping.checks.owners import Owners
from haochaping.checks.run_rules import run_rules
from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.outputs.exchange.redaction import DIFFERS_FROM_OWN_TOTAL, Redaction
from haochaping.outputs.exchange.verification_sheets import write_sheets
from haochaping.read.raw_folder import read_raw
from haochaping.reference.reference import Reference, load_reference
from haochaping.store.cell_index import CellIndex
from tests.end_to_end.second_cities import SIMILAR, UNLIKE, SecondCity
from tests.shared import run_here


def read_with_slip(
    city: SecondCity, root: Path, slip: tuple[str, str, str, object]
) -> tuple[QuarterData, Reference]:
    city.start(root)
    result = run_here("new", city.period, "--data", root)
    assert result.returncode == 0, result.stderr
    folder = root / "raw" / city.period
    city.fill(folder / "annexes.xlsx", slip)
    reference = load_reference(root / "reference")
    return read_raw(folder, Period.parse(city.period), reference), reference


def texts(path: Path) -> list[str]:
    return [str(c) for row in load_workbook(path).active.iter_rows(values_only=True) for c in row if c]


def test_a_wrong_total_of_a_column_goes_to_the_unit_that_heads_it(tmp_path: Path) -> None:
    slip = ("附件3 县级单位", "公安局", "西陵市", 8450)
    data, reference = read_with_slip(SIMILAR, tmp_path, slip)
    report = run_rules(data, reference)
    [about] = [f.id for f in report.findings if f.at.table == "county_bureaus" and f.severity == "correct"]
    sheets = {path.stem: path for path in write_sheets(data, report, reference, tmp_path / "sheets")}
    assert "公安局" not in sheets and "人社局" not in sheets
    shown = texts(sheets["西陵市"])
    assert about in shown and "8,450 + 2,500 + 900 = 11,850；11,850 − 11,400 = 450" in shown
    assert "公安局 8450；人社局 2500；自然资源局 900；合计 11400" in shown, "the unit's own column"


def test_what_a_rule_asks_for_is_said_in_words_of_the_period(tmp_path: Path) -> None:
    data, reference = read_with_slip(UNLIKE, tmp_path, UNLIKE.slip)
    cell_index = CellIndex(data, reference)
    redaction = Redaction(cell_index, Owners(cell_index, reference), reference)
    assert "上月" in redaction._titles["copied_from_before"]
    assert "季度" not in "".join(redaction._titles.values())


def test_a_total_of_the_same_annex_is_called_so(tmp_path: Path) -> None:
    slip = ("附件3 县级单位", "公安局", "西陵市", 8450)
    data, reference = read_with_slip(SIMILAR, tmp_path, slip)
    report = run_rules(data, reference)
    [about] = [f for f in report.findings if f.at.table == "county_bureaus" and f.severity == "correct"]
    cell_index = CellIndex(data, reference)
    redaction = Redaction(cell_index, Owners(cell_index, reference), reference)
    assert redaction._neutral_message(about) == DIFFERS_FROM_OWN_TOTAL

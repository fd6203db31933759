"""Signs in a unit's records of evaluations: in that unit's sheet alone, with the caveat."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from openpyxl import load_workbook

from haochaping.checks.run_rules import run_rules
from haochaping.core.model import QuarterData, frame
from haochaping.core.period import Period
from haochaping.core.record_counts import SIGN_WORDS, SIGNS
from haochaping.outputs.exchange.rating_signs import SIGNS_HEADING, rating_signs
from haochaping.outputs.exchange.verification_sheets import SHEET, write_sheets
from haochaping.outputs.package.data_package import write_package
from haochaping.reference.reference import Reference
from haochaping.simulate.simulated_quarter import simulate


def with_signs(data: QuarterData, unit: str) -> QuarterData:
    rows = [
        {"view": SIGNS, "row": unit, "member": "districts", "measure": measure, "value": value}
        for measure, value in (("ratings", 400), ("soon", 300))
    ]
    return replace(data, record_counts=frame("record_counts", rows))


def test_a_unit_reads_of_its_own_signs_and_nobody_else(reference: Reference, tmp_path: Path) -> None:
    plain = simulate(Period(2023, 1), 3)
    unit, other = plain.table("districts")["district"][:2]
    data = with_signs(plain, unit)
    assert rating_signs(data, ("district", other), reference) == []
    lines = rating_signs(data, ("district", unit), reference)
    assert "300 条" in lines[0] and "75.0%" in lines[0] and SIGN_WORDS["soon"] in lines[0]
    assert "不是结论" in lines[-1]
    written = write_sheets(data, run_rules(data, reference), reference, tmp_path / "sheets")
    told = {
        path.stem
        for path in written
        if any(
            c == SIGNS_HEADING for row in load_workbook(path)[SHEET].iter_rows(values_only=True) for c in row
        )
    }
    assert told == {unit}
    for word in ("异常", "造假", "不真实", "刷评"):
        assert not any(word in line for line in lines)


def test_signs_are_in_no_published_table(tmp_path: Path) -> None:
    data = with_signs(simulate(Period(2023, 1), 3), "模拟一区")
    other = {"view": "channel", "row": "PC端", "measure": "ratings", "value": 12}
    counts = frame("record_counts", [*data.record_counts.to_dict("records"), other])
    write_package(replace(data, record_counts=counts), tmp_path)
    text = (tmp_path / "record_counts.csv").read_text("utf-8")
    assert "PC端" in text and SIGNS not in text

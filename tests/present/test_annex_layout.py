import re
from dataclasses import replace

import pytest
from haochaping.present.annex_layout import lay_out_annex

from haochaping.core.model import NOT_IN_SOURCE, TABLES, QuarterData, encode_key, frame
from haochaping.core.period import Period
from haochaping.core.text import normalize_for_comparison
from haochaping.reference.reference import Reference
from haochaping.simulate.simulated_quarter import simulate

_UNIT = re.compile(r"（(件|条)）$")


@pytest.mark.parametrize("name", TABLES)
def test_every_heading_is_one_that_the_readers_know(
    real: QuarterData, reference: Reference, name: str
) -> None:
    grid = lay_out_annex(real, name)
    assert len(set(grid.headings)) == len(grid.headings)
    for heading in grid.headings:
        plain = re.sub(r"^(镇级|村级)", "", _UNIT.sub("", heading))
        assert normalize_for_comparison(plain) in reference.headings or reference.unit("district", heading), (
            heading
        )


def test_totals_stand_last_with_the_printed_label(real: QuarterData) -> None:
    matrix, services = lay_out_annex(real, "district_departments"), lay_out_annex(real, "public_services")
    assert [row.name for row in matrix.totals] == ["汇总"] and matrix.totals[0].cells[0].value == 768240
    assert [row.name for row in services.totals] == ["总数"]
    assert [(c.value, c.text) for c in services.totals[0].cells] == [(1989842, "1989842"), (None, "")]
    assert not lay_out_annex(real, "districts").totals


def test_a_column_of_row_totals_stands_last() -> None:
    data = QuarterData(
        Period(2024, 1),
        district_departments=frame(
            "district_departments",
            [{"department": "甲局", "district": d, "evaluations": n} for d, n in (("东区", 1), ("西区", 2))],
        ),
        printed_totals=frame(
            "printed_totals",
            [
                {
                    "table": "district_departments",
                    "key": encode_key({"department": name, "district": place}),
                    "column": "evaluations",
                    "value": value,
                    "printed": str(value),
                    "label": "合计",
                }
                for name, place, value in (("甲局", "合计", 3), ("合计", "东区", 1), ("合计", "合计", 3))
            ],
        ),
    )
    grid = lay_out_annex(data, "district_departments")
    assert grid.headings == ["序号", "部门", "东区", "西区", "合计"]
    assert [[cell.value for cell in row.cells] for row in [*grid.rows, *grid.totals]] == [
        [1, 2, 3],
        [1, None, 3],
    ]


def test_a_column_that_the_source_lacks_is_not_shown_as_blank(real: QuarterData) -> None:
    rows = real.unreported.to_dict("records")
    absent = [
        {**row, "printed": "", "reason": NOT_IN_SOURCE}
        for row in rows
        if row["column"] == "rectification_satisfaction_rate"
    ]
    others = [row for row in rows if row["column"] != "rectification_satisfaction_rate"]
    without = replace(real, unreported=frame("unreported", [*others, *absent]))
    assert "整改满意率" in lay_out_annex(real, "districts").headings
    assert "整改满意率" not in lay_out_annex(without, "districts").headings


def test_every_cell_of_a_simulated_quarter_is_there() -> None:
    data = simulate(Period(2024, 2), seed=5)
    for name, spec in TABLES.items():
        grid = lay_out_annex(data, name)
        cells = sum(len(row.cells) for row in grid.rows)
        assert cells == len(data.table(name)) * len(spec.measures)

from dataclasses import replace

import pandas as pd
import pytest

from haochaping.cleaning.number_or_missing import LONGEST_CELL
from haochaping.core.errors import InputRefused
from haochaping.core.model import TABLES, QuarterData
from haochaping.store import data_contract
from haochaping.store.data_contract import validate


def test_the_real_quarter_satisfies_the_contract(real: QuarterData) -> None:
    assert validate(real) is real


def test_all_violations_of_all_tables_at_once(real: QuarterData) -> None:
    districts = real.districts.copy()
    districts.loc[0, "cases"] = -5
    districts.loc[1, "district"] = districts.loc[2, "district"]
    towns = real.towns_and_villages.copy()
    towns.loc[0, "tier"] = "hamlet"
    with pytest.raises(InputRefused) as refusal:
        validate(replace(real, districts=districts, towns_and_villages=towns))
    message = str(refusal.value)
    assert "张店区 cases：-5" in message
    assert "博山区；同一名称只应出现一次" in message
    assert "hamlet" in message


def test_a_missing_column_is_a_violation(real: QuarterData) -> None:
    with pytest.raises(InputRefused):
        validate(replace(real, public_services=real.public_services.drop(columns="share")))


def test_a_rate_above_all_is_printed_and_wrong_not_a_violation(real: QuarterData) -> None:
    districts = real.districts.copy()
    districts.loc[0, "evaluation_rate"] = 1.2
    assert isinstance(validate(replace(real, districts=districts)).districts, pd.DataFrame)


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("districts", "", None),
        ("districts", "cases", -1),
        ("districts", "cases", pd.NA),
        ("districts", "evaluation_rate", -0.1),
        ("districts", "evaluation_rate", float("nan")),
        ("districts", "evaluation_rate", float("inf")),
        ("districts", "evaluation_rate_printed", None),
        ("districts", "district", None),
        ("districts", "district", ""),
        ("districts", "district", "长" * LONGEST_CELL),
        ("districts", "district", "长" * (LONGEST_CELL + 1)),
        ("districts", "district", "博山区"),
        ("towns_and_villages", "tier", "hamlet"),
        ("towns_and_villages", "tier", "village"),
        ("district_departments", "department", "公共服务（水电气热通讯）"),
    ],
)
def test_what_is_told_at_once_agrees_with_pandera(
    real: QuarterData, table: str, column: str, value: object
) -> None:
    changed = real.table(table).copy()
    if column:
        changed.loc[0, column] = value
    assert data_contract._holds(changed, TABLES[table]) == (
        not data_contract._violations(changed, TABLES[table])
    )


def test_no_form_is_let_through_that_pandera_refuses(real: QuarterData) -> None:
    whole = real.districts
    for changed in (
        whole.drop(columns="cases"),
        whole.assign(more=1),
        whole[whole.columns[::-1]],
        whole.astype({"cases": "float64"}),
        whole.astype({"cases": "int64"}),
        whole.astype({"district": "object"}),
        whole.astype({"evaluation_rate": "Float64"}),
        whole.iloc[:0],
        whole.iloc[::-1],
    ):
        held = data_contract._holds(changed, TABLES["districts"])
        assert not (held and data_contract._violations(changed, TABLES["districts"]))


def test_a_quarter_within_the_contract_needs_no_pandera(
    real: QuarterData, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_contract, "_violations", None)
    assert validate(real) is real

from dataclasses import replace

import pandas as pd
import pytest

from haochaping.core.errors import InputRefused
from haochaping.core.model import QuarterData
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

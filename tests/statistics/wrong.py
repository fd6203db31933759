"""Input that every statistic must refuse, and draws of input that it must take."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st

NUMBERS = [
    pytest.param([], "为空，应至少有一个数", id="empty"),
    pytest.param(np.nan, "为 空值，应为一个有限的数", id="nan"),
    pytest.param(None, "为 空值，应为一个数", id="none"),
    pytest.param([1, np.nan], "第 2 项为 空值", id="nan in list"),
    pytest.param(
        pd.Series([1, None], ["甲", "乙"], dtype="Int64"), "第 2 项（乙）为 空值", id="missing in series"
    ),
    pytest.param([1, pd.NA], "第 2 项为 空值，应为一个数", id="missing object"),
    pytest.param(np.inf, "为 inf，应为一个有限的数", id="infinite"),
    pytest.param([1, "12"], "第 2 项为 12，应为一个数", id="text"),
    pytest.param([True, False], "第 1 项为 True，应为一个数", id="truth"),
    pytest.param([date(2022, 12, 31)], "应为一个数", id="date"),
    pytest.param([[1, 2], [3]], "各行长短不一", id="ragged"),
]
AMOUNTS = [*NUMBERS, pytest.param([1, -2], "第 2 项为 -2，应为不小于 0", id="negative")]
COUNTS = [*AMOUNTS, pytest.param([1, 1.5], "第 2 项为 1.5，应为不小于 0 的整数", id="not whole")]
PROBABILITIES = [0, 1, -0.1, 1.5, 95, np.nan, None, "0.95", [0.9, 2.0]]

rates = st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
units = st.lists(
    st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=2, max_size=9
)

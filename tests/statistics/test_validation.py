from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from haochaping.statistics import validation
from tests.statistics import wrong


@pytest.mark.parametrize(("values", "message"), wrong.COUNTS)
def test_wrong_counts_are_refused(values: object, message: str) -> None:
    with pytest.raises(ValueError, match=f"^评价数.*({message})"):
        validation.counts(values, "评价数")


def test_a_message_is_one_sentence_with_place_value_and_what_was_expected() -> None:
    with pytest.raises(ValueError) as error:
        validation.counts(pd.Series([3, -1], ["张店区", "周村区"]), "评价数")
    assert str(error.value) == "评价数第 2 项（周村区）为 -1，应为不小于 0 的整数。"
    with pytest.raises(ValueError) as error:
        validation.counts(
            pd.DataFrame({"张店区": [1, 2], "周村区": [3, 2.5]}, index=["教体局", "水利局"]), "表"
        )
    assert str(error.value) == "表行“水利局”列“周村区”为 2.5，应为不小于 0 的整数。"
    with pytest.raises(ValueError) as error:
        validation.counts([[1, 2], [3, -4]], "表")
    assert str(error.value) == "表第 2、2 项为 -4，应为不小于 0 的整数。"
    with pytest.raises(ValueError) as error:
        validation.counts(-1, "评价数")
    assert str(error.value) == "评价数为 -1，应为不小于 0 的整数。"


@pytest.mark.parametrize(
    "values",
    [
        [1, 2, 3],
        (1.0, 2.0, 3.0),
        np.array([1, 2, 3], dtype="uint8"),
        pd.Series([1, 2, 3], dtype="Int64"),
        pd.Series([1, 2, 3], dtype="Float64"),
        [Decimal(1), Fraction(2), np.int64(3)],
    ],
)
def test_every_kind_of_column_is_taken(values: object) -> None:
    counts = validation.counts(values, "数")
    assert counts.dtype == np.float64
    assert counts.tolist() == [1, 2, 3]


def test_numerator_above_denominator_is_refused_with_both() -> None:
    with pytest.raises(ValueError, match=r"^分子 k第 2 项（周村区）为 5，应不大于分母 n（4）。$"):
        validation.trials((pd.Series([1, 5], ["张店区", "周村区"]), 4))
    with pytest.raises(ValueError, match=r"^分子 k2为 5，应不大于分母 n2（4）。$"):
        validation.trials((1, 4), (5, 4))


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(
        ValueError, match=r"^各项长度不一致：分子 k \(2,\)、分母 n \(3,\)，应相同，或为单独一个数。$"
    ):
        validation.trials(([1, 2], [3, 4, 5]))


def test_series_in_another_order_are_refused() -> None:
    k = pd.Series([1, 2], ["张店区", "周村区"])
    with pytest.raises(ValueError, match="分母 n与分子 k的索引不一致"):
        validation.trials((k, k[::-1] + 5))


def test_a_reason_can_be_printed() -> None:
    assert validation.NotApplicable("只有一个单位。").reason == "只有一个单位。"
    assert not issubclass(validation.NotApplicable, ValueError)


def test_modules_are_found_by_name() -> None:
    import haochaping.statistics as statistics

    assert set(dir(statistics)) == set(statistics.__all__)
    assert {getattr(statistics, name).__name__ for name in statistics.__all__} == {
        f"haochaping.statistics.{name}" for name in statistics.__all__
    }
    with pytest.raises(AttributeError):
        _ = statistics.regression  # type: ignore[attr-defined]

import csv

import pytest

from haochaping.cleaning.csv_cell_limit import csv_cell_limit


def test_the_limit_holds_whatever_a_library_has_set_and_is_given_back() -> None:
    before = csv.field_size_limit(10_000_000)
    try:
        with pytest.raises(csv.Error), csv_cell_limit(10):
            list(csv.reader(["a," + "b" * 11]))
        assert csv.field_size_limit() == 10_000_000
    finally:
        csv.field_size_limit(before)

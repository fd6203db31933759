import pytest

from haochaping.cleaning.dates import iso_date


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-01-05", "2023-01-05"),
        ("2023/1/5", "2023-01-05"),
        ("2023年1月5日", "2023-01-05"),
        ("", ""),
        ("昨天", None),
    ],
)
def test_dates_as_people_write_them(text: str, expected: str | None) -> None:
    assert iso_date(text) == expected

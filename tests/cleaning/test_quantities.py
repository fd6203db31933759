"""Numbers in Chinese text: what is one, what is none, and when one says the other with fewer decimals."""

from decimal import Decimal

import pytest

from haochaping.cleaning.quantities import (
    COUNT,
    MONTH,
    PERCENT,
    POINTS,
    expresses_rounded,
    plain_text,
    quantities,
)


@pytest.mark.parametrize(
    ("text", "kind", "value", "step"),
    [
        ("有十二个区县", COUNT, "12", "0"),
        ("有两个部门", COUNT, "2", "0"),
        ("四家单位", COUNT, "4", "0"),
        ("两百五十个", COUNT, "250", "0"),
        ("两千零三条", COUNT, "2003", "0"),
        ("一万二千三百件", COUNT, "12300", "0"),
        ("办件一百零八万", COUNT, "1080000", "10000"),
        ("约三十五点五万条", COUNT, "355000", "1000"),
        ("一亿二千万件", COUNT, "120000000", "10000"),
        ("百分之五点二九", PERCENT, "5.29", "0"),
        ("百分之零点三", PERCENT, "0.3", "0"),
        ("百分之百", PERCENT, "100", "0"),
        ("百分之9.5", PERCENT, "9.5", "0"),
        ("十二%", PERCENT, "12", "0"),
        ("提高4.92个百分点", POINTS, "4.92", "0"),
        ("提高五点二个百分点", POINTS, "5.2", "0"),
    ],
)
def test_numbers_in_chinese_numerals_and_points(text: str, kind: str, value: str, step: str) -> None:
    [quantity] = quantities(plain_text(text))
    assert (quantity.kind, quantity.value, quantity.step) == (kind, (Decimal(value),), Decimal(step))


@pytest.mark.parametrize(
    "text",
    [
        "统一标准，进一步优化，十分重视，三农，第一，一次办好，一网通办，二维码，逐件回访",
        "一个，第三个，前三个，三四个，几十万，数十万，十余家",
        "三个方面，两个维护，四个意识，三项制度，两项工作，五类事项，两件事，零件，个别",
        "二、存在问题",
        "万一，千万，百万，千家万户，万件，百家企业",
        "十四五，三个月，7×24小时，〔2022〕8号",
    ],
)
def test_words_with_numerals_are_no_numbers(text: str) -> None:
    assert quantities(plain_text(text)) == []


def test_the_first_month_of_a_stretch() -> None:
    assert [quantity.kind for quantity in quantities("10-12月")] == [MONTH, MONTH]


@pytest.mark.parametrize(
    ("written", "exact", "is_expressed"),
    [
        ("4.9%", "4.92%", True),
        ("4.92%", "4.9%", False),
        ("5%", "4.92%", False),
        ("99.9%", "99.99%", False),
        ("100.0%", "99.99%", False),
        ("4.92个百分点", "4.92%", False),
        ("百分之四点九二", "4.92%", True),
    ],
)
def test_fewer_decimals_that_round_right(written: str, exact: str, is_expressed: bool) -> None:
    ((one,), (two,)) = (quantities(plain_text(text)) for text in (written, exact))
    assert expresses_rounded(one, two) is is_expressed

"""Which periods a title names, and which texts name none."""

from __future__ import annotations

import pytest

from haochaping.cleaning.period_mentions import mentions_of_kind, period_mentions
from haochaping.core.period import MONTH


def labels(text: str) -> list[str]:
    return [mention.label for mention in period_mentions(text, 2022)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("关于2022年第四季度政务服务“好差评”工作情况的通报", "2022年第四季度"),
        ("２０２２年第４季度", "2022年第四季度"),
        ("二〇二二年第三季度", "2022年第三季度"),
        ("22年三季度", "2022年第三季度"),
        ("2022年度第四季度", "2022年第四季度"),
        ("各区县第四季度“好差评”数据通报表", "2022年第四季度"),
        ("2022年10月各区县“好差评”情况", "2022年10月"),
        ("2022.10月", "2022年10月"),
        ("十二月份", "2022年12月"),
        ("10-12月", "2022年第四季度"),
        ("2022.10-12月", "2022年第四季度"),
        ("2022年10月—12月", "2022年第四季度"),
        ("10、11、12月", "2022年第四季度"),
        ("2022年10月1日至12月31日", "2022年第四季度"),
        ("1-6月", "2022年上半年"),
        ("1-9月", "2022年1月至9月"),
        ("2022年前三季度", "2022年1月至9月"),
        ("一、二季度", "2022年上半年"),
        ("2022年10月至2023年1月", "2022年10月至2023年1月"),
        ("2022年下半年", "2022年下半年"),
        ("全年", "2022年度"),
        ("2021年度", "2021年度"),
        ("2022Q3", "2022年第三季度"),
        ("2022-q3", "2022年第三季度"),
        ("Q3", "2022年第三季度"),
        ("2022M08", "2022年8月"),
        ("2022H1", "2022年上半年"),
        ("附件1 10月各区县", "2022年10月"),
        ("附件1\n2月各区县", "2022年2月"),
    ],
)
def test_a_period_however_it_is_named(text: str, wanted: str) -> None:
    assert labels(text) == [wanted]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "各区县“好差评”数据通报表",
        "20230105",
        "2023-01-05 提取",
        "2023年1月5日提取",
        "2023年1月印发",
        "截至2022年12月31日",
        "截至目前",
        "截至11月底",
        "1-9月累计",
        "1-9月各区县累计办件",
        "去年同期",
        "2021年同期",
        "较第三季度",
        "与上一季度相比",
        "统一季度口径",
        "三个季度",
        "近3个月",
        "12345热线",
        "第4期",
    ],
)
def test_what_names_no_period(text: str) -> None:
    assert labels(text) == []


def test_a_period_without_year_is_of_the_year_named_before_it() -> None:
    assert labels("2021年各区县第四季度") == ["2021年度", "2021年第四季度"]
    assert [mention.is_bare_year for mention in period_mentions("2021年各区县第四季度")] == [True, False]


def test_without_any_year_nothing_is_named() -> None:
    assert period_mentions("第四季度") == []
    assert [mention.year_given for mention in period_mentions("第四季度", 2022)] == [False]


def test_mentions_of_one_kind() -> None:
    text = "2022年第三季度，其中8月多；2022年9月少"
    assert [str(mention.period) for mention in mentions_of_kind(text, MONTH)] == ["2022M08", "2022M09"]

"""When data were extracted, as notes say it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.cleaning.extraction_dates import day_soon_after, written_extraction

PERIOD = ("2022-10-01", "2022-12-31")


def day_of(note: str, start: str = PERIOD[0], end: str = PERIOD[1]) -> str:
    """The day that a note gives; blank without one."""
    written = written_extraction(note)
    assert written is not None
    if written.is_whole_date:
        return date(int(written.year), int(written.month), int(written.day)).isoformat()
    return day_soon_after(start, end, written)


@pytest.mark.parametrize(
    "note",
    [
        "备注：数据提取时间：2023 年 1 月 5 日。",
        "提取时间为2023.1.5",
        "提取时间为2023.1.5.",
        "数据提取时间：2023/1/5，其他",
        "数据提取时间：2023-01-05 09:30。",
        "数据提取时间：2023-1-5 9:30。",
        "数据提取时间：2023 年 元月 5 日",
        "数据提取时间：2023年1月5号",
        "数据提取日期：20230105",
        "提取时间：二〇二三年一月五日",
        "数据提取的时间为：2023年1月5日9时",
        "导出时间２０２３年１月５日",
        "数据于2023年1月5日从系统提取。",
        "2023年1月5日提取的数据。",
        "数据提取于2023年1月5日",
        "数据提取时间（2023年1月5日）",
        "数据提取时间截至2023年1月5日24时",
        "数据由平台在1月提取，提取时间：2023年1月5日",
        "数据提取时间：1月5日。",
        "提取日期：元月5日",
        "数据统计范围2022年10月1日至12月31日，1月5日提取。",
    ],
)
def test_a_day_is_read(note: str) -> None:
    assert day_of(note) == "2023-01-05"


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("数据提取时间：2023年1月。", "2023年1月"),
        ("提取日期：1月上旬", "1月上旬"),
        ("数据提取时间为2023年一季度末，其他", "2023年一季度末"),
        ("提取时间：以省平台为准", "以省平台为准"),
        ("数据于1月上旬提取", "1月上旬"),
        ("数据提取时间：1.5", "1.5"),
        ("数据提取时间：12月25日", "12月25日"),  # within the period
        ("数据提取时间：9月30日", "9月30日"),  # long after it
        ("数据提取时间：2月30日", "2月30日"),
        ("数据提取时间：", "（空白）"),
        ("数据提取时间为。", "（空白）"),
    ],
)
def test_words_without_a_certain_day(note: str, words: str) -> None:
    assert day_of(note) == ""
    written = written_extraction(note)
    assert written is not None and written.words == words


@pytest.mark.parametrize(
    "note",
    [
        "",
        "备注：数据来源市政务服务好差评系统。",
        "数据由省平台提取。",
        "数据提取口径与上季度一致",
        "数据统计范围2022年10月1日至12月31日，由系统导出",
    ],
)
def test_notes_that_say_nothing(note: str) -> None:
    assert written_extraction(note) is None


def test_without_a_period_no_year_is_guessed() -> None:
    assert day_of("数据提取时间：1月5日", "", "") == ""


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(1, 183))
def test_the_year_left_out_is_the_one_after_the_quarter(day: date, delay: int) -> None:
    """For every quarter: soon after its end the day is found again, within it none is guessed."""
    start = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    end = (start + timedelta(days=95)).replace(day=1) - timedelta(days=1)
    bounds = start.isoformat(), end.isoformat()
    after = end + timedelta(days=delay)
    if (after.month, after.day) != (2, 29):
        assert day_of(f"数据提取时间：{after.month}月{after.day}日", *bounds) == after.isoformat()
    assert day_of(f"数据提取时间：{day.month}月{day.day}日", *bounds) == ""

"""Words of one quarter carried into the next."""

import pytest

from haochaping.core.period import Period
from haochaping.outputs.form.carried_wording import DateMention, in_quarter, note_pieces, title_of

OLD, NEW = Period(2022, 4), Period(2023, 1)
DATES = {"period_start": "2022-10-01", "period_end": "2022-12-31", "extraction_date": "2023-01-05"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("各区县第四季度“好差评”数据通报表", "各区县第一季度“好差评”数据通报表"),
        ("关于2022年第四季度工作情况的通报", "关于2023年第一季度工作情况的通报"),
        ("2022年四季度通报", "2023年一季度通报"),
        ("2022年第4季度通报", "2023年第1季度通报"),
        ("比第三季度、2021年第四季度", "比第三季度、2021年第四季度"),
        ("没有季度的标题", "没有季度的标题"),
    ],
)
def test_the_quarter_is_replaced_and_nothing_else(text: str, wanted: str) -> None:
    assert in_quarter(text, OLD, NEW) == wanted


@pytest.mark.parametrize(
    ("text", "old", "new", "wanted"),
    [
        ("各区县8月份“好差评”数据通报表", "2022M08", "2022M09", "各区县9月份“好差评”数据通报表"),
        ("关于2022年09月情况的通报", "2022M09", "2022M10", "关于2022年10月情况的通报"),
        ("2022年12月，9月1日，2021年12月", "2022M12", "2023M01", "2023年1月，9月1日，2021年12月"),
        ("2022年上半年、下半年", "2022H1", "2022H2", "2022年下半年、下半年"),
        ("关于2022年工作情况的通报", "2022Y", "2023Y", "关于2023年工作情况的通报"),
        ("2022年度", "2022Y", "2023Y", "2023年度"),
    ],
)
def test_periods_of_other_kinds_are_replaced_too(text: str, old: str, new: str, wanted: str) -> None:
    assert in_quarter(text, Period.parse(old), Period.parse(new)) == wanted


def told(note: str) -> list[str] | None:
    pieces = note_pieces(note, DATES, OLD, NEW)
    return pieces and [piece.name if isinstance(piece, DateMention) else piece for piece in pieces]


def test_dates_of_a_note_become_those_of_the_form() -> None:
    note = "数据统计范围 2022 年 10 月 1 日至 12月 31 日，数据提取时间：2023年1月5日，第四季度数据。"
    assert told(note) == [
        "数据统计范围",
        "period_start",
        "至",
        "period_end",
        "，数据提取时间：",
        "extraction_date",
        "，第一季度数据。",
    ]


@pytest.mark.parametrize(
    "note",
    [
        "",
        "统计范围2022年10月1日至12月30日。",
        "统计范围2022年10月1日至12月31日，其中11月停机。",
        "统计范围2022年10月1日至12月31日，2022年口径。",
        "统计范围2022年10月1日至12月31日，另有120条未计入。",
        "主动评价率99.9%以上的不列。",
        "统计范围2022年10月1日至12月31日，" + "长" * 201,
    ],
)
def test_a_note_with_dates_or_figures_of_its_own_is_not_carried_over(note: str) -> None:
    assert not told(note)


def test_a_note_without_dates_is_carried_over_as_it_is() -> None:
    note = "数据来源12345热线系统，“/”为无办件，办结后5个工作日内可补评。"
    assert told(note) == [note]


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        ("关于2022年第四季度情况的通报", "关于2023年第一季度情况的通报"),
        ("2022年四季度通报", "2023年一季度通报"),
        ("政务服务评价情况通报", "政务服务评价情况通报"),
        ("2022年度第四季度通报", ""),
        ("关于2022年10-12月情况的通报", ""),
        ("第三季度通报", ""),
        ("", ""),
    ],
)
def test_a_title_that_would_name_another_time_is_not_carried_over(title: str, wanted: str) -> None:
    assert title_of(title, OLD, NEW) == wanted


def test_a_date_is_written_as_it_was() -> None:
    pieces = note_pieces("2022-10-01至2022-12-31", DATES, OLD, NEW)
    assert pieces is not None
    mentions = [piece for piece in pieces if isinstance(piece, DateMention)]
    assert [mention.text(day) for mention, day in zip(mentions, (NEW.start, NEW.end), strict=True)] == [
        "2023-01-01",
        "2023-03-31",
    ]
    assert 'TEXT(MONTH($B$3),"00")' in mentions[0].formula("$B$3")
    assert mentions[0].text(None) == "（待填）"

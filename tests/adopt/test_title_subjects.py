"""What titles say of tables and bulletins."""

import pytest

from haochaping.adopt.title_subjects import bulletin_subject, table_subjects
from tests.adopt.tables import form_table


def subjects(*titles: str) -> list[str]:
    return table_subjects([form_table("单位 评价数\n甲 1", title=title) for title in titles], "淄博市")


def test_what_sets_a_title_apart() -> None:
    titles = (
        "各区县第四季度“好差评”数据通报表",
        "淄博市市直部门2022年第四季度“好差评”数据通报表",
        "各区县镇村第四季度“好差评”数据通报表",
    )
    assert subjects(*titles) == ["各区县", "市直部门", "镇村"]


def test_titles_that_are_alike_say_nothing() -> None:
    assert subjects("评价情况表", "评价情况表") == ["", ""]


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("关于2022年第四季度政务服务“好差评”工作情况的通报", "政务服务“好差评”"),
        ("淄博市政务服务管理办公室关于2022年第四季度政务服务“好差评”工作情况的通报", "政务服务“好差评”"),
        ("2024年第二季度市长信箱办理情况", "市长信箱"),
        ("某县2024年3月大厅服务评价情况通报", "某县大厅服务"),
    ],
)
def test_what_a_bulletin_is_about(title: str, subject: str) -> None:
    assert bulletin_subject(title, "淄博市") == subject

from haochaping.core.errors import InputRefused, Problem


def test_many_alike_are_cut_short_and_counted() -> None:
    alike = [Problem(f"表 第 {row} 行", "", "应为数") for row in range(1, 41)]
    message = InputRefused([*alike, Problem("另一处", "甲", "应为乙")]).message
    lines = message.splitlines()
    assert lines[0] == "未能读取，共 41 处问题：" and len(lines) == 8
    assert "同样的问题共 40 处，最后一处是表 第 40 行" in lines[6] and "另一处：甲；应为乙" in lines[7]


def test_few_alike_are_all_told() -> None:
    alike = [Problem(f"表 第 {row} 行", "", "应为数") for row in range(1, 7)]
    assert len(InputRefused(alike).message.splitlines()) == 7


def test_a_message_stays_short_whatever_stands_in_a_cell() -> None:
    message = InputRefused(Problem("长" * 9_000_000, "9\n" * 9_000_000, "应为" + "甲" * 9_000_000)).message
    assert len(message) < 2_000 and "\n" not in message and "共 18000000 个字符" in message

"""Periods of small declared cities that between them make every rule of the general sentences speak."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from haochaping.core.model import QuarterData
from haochaping.reference.reference import Reference
from tests.declared_city import DeclaredCity

GROUPS = """
[group.hall]
word = "大厅"
headings = ["大厅", "单位"]

[group.office]
word = "部门"
headings = ["部门", "单位"]
registered = true

[group.channel]
word = "渠道"
headings = ["渠道"]
ranked = false

[group.county]
word = "县区"
headings = ["县区"]
registered = true

[group.way]
word = "方式"
headings = ["方式"]
[group.way.member.online]
word = "线上"
headings = ["线上"]
[group.way.member.onsite]
word = "现场"
headings = ["现场"]

[measure.cases]
heading = "办件数"
unit = "件"

[measure.votes]
heading = "投票总数"
unit = "票"
parts = "good + bad"

[measure.good]
heading = "满意票"
unit = "票"

[measure.bad]
heading = "不满意票"
unit = "票"
better = "less"

[measure.settled]
heading = "已整改"
unit = "票"
at_most = ["bad"]
better = "more"

[measure.returned]
heading = "退件"
unit = "件"
better = "less"

[measure.voting_rate]
heading = "投票率"
kind = "rate"
numerator = "votes"
denominator = "cases"
better = "more"

[measure.bad_rate]
heading = "不满意率"
kind = "rate"
numerator = "bad"
denominator = "votes"
better = "less"

[measure.points]
heading = "得分"
unit = "分"
kind = "score"
"""
HALLS_ANNEX = """
[[annex]]
name = "halls"
title = "各大厅"
known_by = ["大厅"]
rows = ["hall"]
measures = ["cases", "votes", "good", "bad", "settled", "returned", "voting_rate", "points"]
optional = ["cases", "votes", "good", "bad", "settled", "returned", "voting_rate", "points"]
"""
OTHERS = """
[[annex]]
name = "channels"
title = "分渠道"
known_by = ["渠道"]
rows = ["channel"]
measures = ["votes", "good", "bad", "returned"]
optional = ["votes", "good", "bad", "returned"]

[[annex]]
name = "mixed"
title = "各单位"
known_by = ["各单位"]
rows = ["hall", "office"]
measures = ["cases"]

[[annex]]
name = "ways"
title = "两种方式"
known_by = ["方式"]
rows = ["county"]
columns = "way"
measures = ["votes"]

[[annex]]
name = "matrix"
title = "部门分县区"
known_by = ["分县区"]
rows = ["office"]
columns = "county"
measures = ["cases"]
"""
_RATE_HEAD = "大厅 办件数 投票总数 投票率"


def _rates(*votes: int, cases: int = 1000) -> str:
    """A table of halls with these votes of so many cases each."""
    names = "甲乙丙丁戊己庚辛壬癸"
    rows = [f"{names[i]}大厅 {cases} {v} {100 * v / cases:.2f}%" for i, v in enumerate(votes)]
    return "\n".join([_RATE_HEAD, *rows])


HALLS = {
    "alike": _rates(100, 100, 100),
    "one at either end": _rates(500, 200, 210, 205, 50),
    "one at the top": _rates(500, 200, 210, 205),
    "one at the bottom": _rates(200, 210, 205, 50),
    "two at either end": _rates(500, 505, 50, 55),
    "nothing to tell apart": _rates(100, 105, 102),
    "one above one, the third apart from neither": _rates(115, 140, 100),
    "many that differ and one too small to tell": _rates(*range(100, 300, 20)) + "\n小大厅 50 9 18.00%",
    "more votes than cases": _rates(100, 200, 1100),
    "more votes than cases everywhere": _rates(1100, 1200),
    "one far above the others": _rates(*[100, 101, 102, 99, 98, 100, 103, 97, 101], 990, cases=1000),
    "one far above, one far below": _rates(*[500, 501, 502, 499, 498, 500, 503, 497], 990, 10, cases=1000),
    "one far below the others": _rates(*[900, 901, 902, 899, 898, 900, 903, 897, 901], 10, cases=1000),
    "one hall": _rates(100),
    "one small hall": _rates(100, 100, 120) + "\n小大厅 5 1 20.00%",
    "small halls": _rates(1, 2, 3, cases=5),
    "nothing at all": f"{_RATE_HEAD}\n甲大厅 0 0 /\n乙大厅 0 0 /",
    "a hall that does not list its cases": _rates(100, 200) + "\n丙大厅 / 7 /",
    "largest twice": "大厅 投票总数 满意票 不满意票 已整改\n甲大厅 90 80 10 10\n乙大厅 90 90 0 0\n丙大厅 0 0 0 0",
    "not settled": "大厅 投票总数 满意票 不满意票 已整改\n甲大厅 90 80 10 4\n乙大厅 70 70 0 0\n合计 165 150 10 4",
    "all satisfied": "大厅 投票总数 满意票 不满意票\n甲大厅 90 90 0\n乙大厅 70 70 0",
    "no votes": "大厅 投票总数 满意票 不满意票\n甲大厅 0 0 0\n乙大厅 0 0 0",
    "scores": "大厅 投票总数 得分\n甲大厅 90 98.5\n乙大厅 70 91.0",
    "the same scores": "大厅 得分\n甲大厅 98.5\n乙大厅 98.5",
    "one score": "大厅 投票总数 得分\n甲大厅 90 98.5\n乙大厅 70 /",
    "returned": "大厅 退件\n甲大厅 9\n乙大厅 0",
}


def general_quarters(folder: Path) -> Iterator[tuple[str, QuarterData, Reference]]:
    """Name, data and city of each."""
    for i, (name, table) in enumerate(HALLS.items()):
        city = DeclaredCity(folder / f"halls{i}", GROUPS + HALLS_ANNEX)
        yield name, city.read("", 各大厅=table), city.reference
    city = DeclaredCity(
        folder / "others",
        GROUPS + OTHERS,
        (("office", "甲局"), ("office", "乙局"), ("county", "东县"), ("county", "西区")),
    )
    yield (
        "tables of other kinds",
        city.read(
            "",
            分渠道="渠道 退件\n短信 5\n热线 9",
            各单位="单位 办件数\n甲大厅 5\n乙大厅 9\n甲局 7\n乙局 8",
            两种方式="县区 方式 投票总数\n东县 线上 5\n东县 现场 0\n西区 线上 7\n西区 现场 9",
            部门分县区="部门 东县 西区\n甲局 5 0\n乙局 7 9",
        ),
        city.reference,
    )
    yield (
        "votes of units that may not be ranked",
        city.read("", 分渠道="渠道 投票总数 满意票 不满意票\n短信 50 49 1\n热线 9 9 0"),
        city.reference,
    )
    yield (
        "matrix without zeros",
        city.read("", 部门分县区="部门 东县 西区\n甲局 5 6\n乙局 7 9"),
        city.reference,
    )
    city = DeclaredCity(folder / "series", GROUPS + HALLS_ANNEX)
    before = city.read("", 各大厅="大厅 投票总数 满意票 不满意票\n甲大厅 90000 89000 1000\n乙大厅 70 65 5")
    quarter = before.quarter
    history = (replace(before, quarter=quarter.year_ago), replace(before, quarter=quarter.previous))
    now = city.read("", 各大厅="大厅 投票总数 满意票 不满意票\n甲大厅 190000 187000 3000\n乙大厅 70 65 5")
    yield "after other periods", replace(now, history=history), city.reference
    yield "after the period before", replace(now, history=history[1:]), city.reference
    fewer = city.read("", 各大厅="大厅 投票总数 满意票 不满意票\n甲大厅 90 80 10\n乙大厅 / / /")
    history = (replace(fewer, quarter=quarter.year_ago), replace(fewer, quarter=quarter.previous))
    yield "after periods in which a hall lists nothing", replace(now, history=history), city.reference

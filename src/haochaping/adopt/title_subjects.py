"""What titles say of tables: their subject without period, city and the words that all titles share."""

from __future__ import annotations

import re
from collections.abc import Sequence

from haochaping.adopt.form_table import FormTable
from haochaping.cleaning.period_mentions import period_mentions, plain_mentions
from haochaping.core.text import remove_whitespace

_SHARED_WORDS = "“?好差评”?|政务服务|数据|评价|通报|汇总|统计|明细|一览|排名|工作|办理|受理|运行|情况|结果|表|附件|关于|的|年度|月份|及"
_AT_ENDS = re.compile(f"^(?:{_SHARED_WORDS})+|(?:{_SHARED_WORDS})+$")
_ANNEX = re.compile(
    r"^(?:附?[件表]\s*[\d一二三四五六七八九十]*|[一二三四五六七八九十\d]+)\s*[:：.、．]\s*|^附?[件表]\s*[\d一二三四五六七八九十]+"
)
_BULLETIN_ENDING = re.compile(
    "(?:工作)?(?:办理|评价|运行|受理|工作)?(?:情况|结果)?(?:的)?(?:通报|通知|公示|公告|简报|汇总表|统计表|报告|表)?$"
)
_LONGEST_SUBJECT = 24


def without_period(title: str) -> str:
    """A title without the periods it names."""
    plain = plain_mentions(title)
    for mention in reversed(period_mentions(title, 2000)):
        plain = plain[: mention.at] + plain[mention.at + len(mention.text) :]
    return re.sub(r"^第?[一二三四1-4]季度|\d{4}年度?", "", plain)


def table_subjects(tables: Sequence[FormTable], city: str) -> list[str]:
    """For each table what sets its title apart: 各区县, 市直部门; blank where it has no title or one like all others.

    What another title says as a whole is left out: 各区县镇村 beside 各区县 is 镇村.
    """
    cleaned = [_cleaned(table.title, city) for table in tables]
    subjects = []
    for at, text in enumerate(cleaned):
        others = {other for i, other in enumerate(cleaned) if i != at and other and other != text}
        prefix = max((other for other in others if text.startswith(other)), key=len, default="")
        subjects.append(text.removeprefix(prefix) if len(text) > len(prefix) + 1 else text)
    return [text if subjects.count(text) == 1 else "" for text in subjects]


def _cleaned(title: str, city: str) -> str:
    text = without_period(_ANNEX.sub("", remove_whitespace(title)))
    for word in filter(None, (city, city.rstrip("市县区"))):
        text = text.replace(word, "")
    plain = re.sub(r"[（(][^（）()]*[）)]|[“”\"《》:：\-—]|好差评", "", text)
    return _AT_ENDS.sub("", plain) or plain


def bulletin_subject(title: str, city: str) -> str:
    """What a bulletin is about, from its title: 政务服务“好差评”, 市长信箱; blank where nothing is left."""
    text = without_period(remove_whitespace(title)).rpartition("关于")[2]
    for word in filter(None, (city, city.rstrip("市县区"))):
        text = text.removeprefix(word)
    text = _BULLETIN_ENDING.sub("", text).removeprefix("全市").strip("的")
    return text.replace('"', "”") if len(text) <= _LONGEST_SUBJECT else ""

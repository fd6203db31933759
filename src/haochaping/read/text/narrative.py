"""Read the text of a bulletin: its title, dates, issuer, addressees, and the figures it states."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from haochaping.cleaning.extraction_dates import day_soon_after, written_extraction
from haochaping.core.errors import InputRefused, Problem, refuse
from haochaping.core.period import Period
from haochaping.core.text import normalize_for_comparison, plain_number
from haochaping.read.text.lines import Line

_DATE = r"(\d{4})(?:年|[-./])(\d{1,2})(?:月|[-./])(\d{1,2})日?"
_TITLE_END = re.compile(r"(通报|简报|公告|报告|情况)(\([^()]*\))?$")
"""The last line of a title, with what is added in brackets, as （送审稿）."""
_GOES_ON = re.compile(r"\(.*\)|的?(?:通报|简报|公告|报告).*")
"""A line that belongs to the title above it: the period in brackets, or the end of a title that was broken."""
_MOST_HEADING_LINES = 8
_DATE_LINE = re.compile(_DATE)
_CHINESE_DATE = re.compile(
    r"([〇○零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日"
)
_PERIOD = re.compile(_DATE + r"(?:至|到|—+|–|-|~)(?:(\d{4})(?:年|[-./]))?(\d{1,2})(?:月|[-./])(\d{1,2})日?")
_NUMBER = r"((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,12})(?:\.[0-9]{1,6})?)(?![0-9,.])"
_RECORDS = re.compile(
    r"(?:归集|上传|汇聚|汇集)[^。;,]{0,40}?(?:数据|信息)(?:共计|总计|共|计)?(约|近|超过|超|逾|达)?"
    + _NUMBER
    + r"(万|亿)?([余多]?)条(以上|左右)?"
)
_RATE = re.compile(
    r"(?<=[,。;:、])(?:全市|总体|总|综合|办件)?(差评整改满意率|回访整改满意率|整改满意率|按时整改率|差评整改率|整改率|主动评价率|评价率|好评率|满意率)"
    r"(?:均|都|已|继续)?(?:为|是|达|达到|达到了|保持在|保持|稳定在|在)?(约|近|超过|超|逾)?([0-9]{1,3}(?:\.[0-9]{1,6})?%)(?:\(含\))?(以上|以下|左右)?"
)
_PLAN = re.compile(r"^(?:\d{4}年,|下一步|下步|下阶段|下一阶段|今后)|将(?:按照|继续|进一步|持续)")
_SCALE = {None: 1, "万": 10_000, "亿": 100_000_000}
RATE_FIGURES = {
    "评价率": "evaluation_rate",
    "差评整改率": "rectification_rate",
    "整改率": "rectification_rate",
    "差评整改满意率": "rectification_satisfaction_rate",
    "回访整改满意率": "rectification_satisfaction_rate",
    "整改满意率": "rectification_satisfaction_rate",
    "按时整改率": "on_time_rectification_rate",
    "主动评价率": "active_evaluation_rate",
    "好评率": "positive_rate",
    "满意率": "positive_rate",
}


@dataclass(frozen=True)
class Narrative:
    """The text of a bulletin.

    ``headline`` holds rows of the model's frame of that name; ``facts`` entries of ``about``;
    blank where the text does not say.
    """

    heading: str
    """The lines before the text: the title, and what stands above and below it (淄博市…局, （2022年第四季度）)."""
    facts: dict[str, str]
    headline: list[dict[str, Any]] = field(default_factory=list)
    dated: Period | None = None
    """The period of the dates that a form states beside the text."""


def read_narrative(lines: Sequence[Line], place: str) -> Narrative:
    """Read the lines before the first annex.

    Raises
    ------
    InputRefused
        The text gives two different values for one figure, or a date that does not exist.
    """
    body, annex_list = _without_annex_list(lines)
    opening, addressees, text = _split_opening(body)
    issue_date, issuer = _signature([*body, *annex_list], place)
    return Narrative(
        heading=_heading(body),
        facts={
            "title": _title(opening),
            "issuer": issuer,
            "issue_date": issue_date,
            "addressees": addressees,
            "planned_work": _planned_work(text),
            "annex_list": "".join("".join(token.text for token in line.tokens) for line in annex_list),
            "text": text,
        },
        headline=_headline(text, place),
    )


def read_note(note: str, place: str) -> tuple[str, str, str]:
    """Return period start, period end and extraction date of an annex's note as ISO dates; empty if not given.

    An extraction date without its year counts where the period leaves but one.
    """
    text = normalize_for_comparison(note)
    start = end = extracted = ""
    period = _PERIOD.search(text)
    if period:
        y, m, d, y2, m2, d2 = period.groups()
        start, end = _iso(y, m, d, place), _iso(y2 or y, m2, d2, place)
    written = written_extraction(note)
    if written and written.is_whole_date:
        extracted = _iso(written.year, written.month, written.day, place)
    elif written:
        extracted = day_soon_after(start, end, written)
    return start, end, extracted


def _without_annex_list(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """Split lines into those before the list of annexes (附件：1.…) and those from it on."""
    for i, line in enumerate(lines):
        if re.match(r"附件:?\d?", line.folded) and len(line.folded) > 3:
            return list(lines[:i]), list(lines[i:])
    return list(lines), []


def _split_opening(lines: Sequence[Line]) -> tuple[list[Line], str, str]:
    """Return title lines, addressees (the paragraph that ends with a colon), and the text after them."""
    full_text = ""
    starts: list[int] = []
    for line in lines:
        starts.append(len(full_text))
        full_text += "".join(token.text for token in line.tokens)
    colon = re.search(r"[：:]", full_text)
    stop = re.search(r"。", full_text)
    if colon is None or (stop and stop.start() < colon.start()):
        title_end = _title_end_without_addressees(lines)
        return list(lines[:title_end]), "", full_text[starts[title_end] if title_end < len(starts) else 0 :]
    title_end = 0
    for i, line in enumerate(lines):
        if starts[i] >= colon.start():
            break
        if _TITLE_END.search(line.folded):
            title_end = i + 1
    addressees = full_text[starts[title_end] if title_end < len(starts) else 0 : colon.start()]
    return list(lines[:title_end]), addressees, full_text[colon.end() :]


def _title_end_without_addressees(lines: Sequence[Line]) -> int:
    """How many lines at the top are the title: to the last that ends like one, else all before the first sentence."""
    first_sentence = next((i for i, line in enumerate(lines) if "。" in line.folded), len(lines))
    ends = [i + 1 for i, line in enumerate(lines[:first_sentence]) if _TITLE_END.search(line.folded)]
    return ends[-1] if ends else min(first_sentence, _MOST_HEADING_LINES)


def _title(lines: Sequence[Line]) -> str:
    """Join the title lines; a title that is printed twice is returned once."""
    text = "".join("".join(token.text for token in line.tokens) for line in lines)
    half = len(text) // 2
    if len(text) % 2 == 0 and text[:half] == text[half:]:
        return text[:half]
    return text


def _heading(lines: Sequence[Line]) -> str:
    """Return the lines that say what the bulletin is: up to the end of its title, with a line in brackets below it.

    Where no line ends like a title, all lines before the first of a sentence or the addressees.
    """
    before_text: list[Line] = []
    for line in lines[:_MOST_HEADING_LINES]:
        if "。" in line.folded or line.folded.endswith(":"):
            break
        before_text.append(line)
    last = next((i for i, line in enumerate(before_text) if _TITLE_END.search(line.folded)), None)
    if last is None:
        stop = next((i for i, line in enumerate(before_text) if "," in line.folded), len(before_text))
    else:
        below = before_text[last + 1 :]
        stop = (
            last
            + 1
            + next((i for i, line in enumerate(below) if not _GOES_ON.fullmatch(line.folded)), len(below))
        )
    return "\n".join(line.text for line in before_text[:stop])


def _signature(lines: Sequence[Line], place: str) -> tuple[str, str]:
    """Return issue date (ISO) and issuer: the last line that is a date, and the line above it."""
    for i in range(len(lines) - 1, -1, -1):
        day = _date_of(lines[i].folded, f"{place} 第 {lines[i].number} 行")
        if day:
            above = lines[i - 1] if i else None
            issuer = above.text.replace(" ", "") if above and above.is_text else ""
            return day, "" if re.search(r"[。，,：:]", issuer) else issuer
    return "", ""


def _date_of(text: str, place: str) -> str:
    match = _DATE_LINE.fullmatch(text)
    if match:
        return _iso(match[1], match[2], match[3], place)
    match = _CHINESE_DATE.fullmatch(text)
    if match:
        year, month, day = match.groups()
        digits = "".join(
            str("〇一二三四五六七八九".index(c.replace("○", "〇").replace("零", "〇"))) for c in year
        )
        return _iso(digits, str(_numeral(month)), str(_numeral(day)), place)
    return ""


def _numeral(text: str) -> int:
    """Return the value of a Chinese numeral up to 31."""
    tens, _, ones = text.rpartition("十")
    if "十" not in text:
        return "〇一二三四五六七八九".index(text) if len(text) == 1 else 0
    return 10 * ("一二三".index(tens) + 1 if tens in tuple("一二三") else 1) + (
        "〇一二三四五六七八九".index(ones) if ones else 0
    )


def _iso(year: str, month: str, day: str, place: str) -> str:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        raise refuse(place, f"{year}年{month}月{day}日", "应为存在的日期") from None


def _planned_work(text: str) -> str:
    """Return the sentences about planned work, joined."""
    sentences = [s for s in re.split(r"(?<=。)", text) if s.strip()]
    return "".join(s for s in sentences if _PLAN.search(normalize_for_comparison(s)))


def _headline(text: str, place: str) -> list[dict[str, Any]]:
    """Return rows of ``headline``: the records uploaded and every rate stated, each once."""
    folded = "".join(s for s in re.split(r"(?<=。)", _plain(text)) if not _PLAN.search(s))
    found: dict[str, dict[str, Any]] = {}
    clashes: list[Problem] = []

    def add(figure: str, row: dict[str, Any]) -> None:
        first = found.setdefault(figure, {"figure": figure, **row})
        if (first["value"], first["qualifier"]) != (row["value"], row["qualifier"]):
            clashes.append(
                Problem(
                    f"{place} 正文", f"{first['printed']} 与 {row['printed']}", "同一指标在正文中应只有一个数"
                )
            )

    for match in _RECORDS.finditer(folded):
        before, number, scale, rough_word, after = match.groups()
        value = Decimal(number.replace(",", "")) * _SCALE[scale]
        add(
            "records",
            {
                "value": float(value),
                "unit": "条",
                "printed": number + (scale or "") + "条",
                "qualifier": _qualifier(before, rough_word, after),
                "sentence": _sentence_around(folded, match.start()),
            },
        )
    for match in _RATE.finditer(folded):
        name, before, percent, after = match.groups()
        add(
            RATE_FIGURES[name],
            {
                "value": float(Decimal(percent.rstrip("%")) / 100),
                "unit": "%",
                "printed": percent,
                "qualifier": _qualifier(before, after),
                "sentence": _sentence_around(folded, match.start()),
            },
        )
    if clashes:
        raise InputRefused(clashes)
    return list(found.values())


def _qualifier(*words: str | None) -> str:
    """Return the word that makes a figure a bound or approximate (以上, 约, 余); empty for an exact one and for 达."""
    return "".join(word for word in words if word and word != "达")


def _plain(text: str) -> str:
    """Return text for matching: no blanks, full-width digits and punctuation as half-width; ① stays ①."""
    return plain_number(text).translate(str.maketrans("：；（）", ":;()"))


def _sentence_around(text: str, position: int) -> str:
    start = text.rfind("。", 0, position) + 1
    stop = text.find("。", position)
    return text[start : stop + 1 if stop >= 0 else len(text)]

"""The reader against the real bulletin and against a printed city: the model a person reads, or a refusal."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from haochaping.core.errors import InputRefused
from haochaping.core.period import Period
from haochaping.read.formats.text_file import LARGEST_FILE, read_bulletin
from haochaping.read.raw_folder import read_raw
from tests.read import expected_2022q4 as wanted
from tests.read.printing import (
    DISTRICT_HEAD,
    NARRATIVE,
    NOTE,
    QUARTER,
    SERVICE_HEAD,
    Layout,
    expected_content,
    print_bulletin,
    small_city,
)
from tests.read.reading import (
    ANNEXES,
    assert_read,
    assert_read_or_refused,
    assert_refused,
    assert_same,
    plain_values,
)

REAL = Path(__file__).parents[3] / "data" / "raw" / QUARTER / "bulletin.txt"

# --- the bulletin of 2022 Q4 -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(reference):
    return read_bulletin(REAL, Period.parse(QUARTER), reference)


def test_hand_checked_copy_agrees_with_the_printed_totals():
    departments = [row[1:] for row in wanted.DISTRICT_DEPARTMENTS]
    sums = [sum(v for v in column if isinstance(v, int)) for column in zip(*departments, strict=True)]
    assert sums == list(wanted.DISTRICT_DEPARTMENT_TOTALS[1:])
    assert sum(row[1] for row in wanted.PUBLIC_SERVICES) == 1_994_198
    assert wanted.PUBLIC_SERVICE_TOTAL[1] == 1_989_842


def test_hand_checked_copy_is_complete():
    sizes = [
        len(rows)
        for rows in (
            wanted.DISTRICTS,
            wanted.CITY_DEPARTMENTS,
            wanted.DISTRICT_DEPARTMENTS,
            wanted.TOWNS_AND_VILLAGES,
            wanted.PUBLIC_SERVICES,
        )
    ]
    assert sizes == [11, 36, 30, 11, 11]


def test_real_bulletin_is_read_exactly(real):
    assert_same(plain_values(real), _wanted_content())


def test_real_bulletin_says_who_when_and_to_whom(real):
    assert {name: real.fact(name) for name in wanted.ABOUT} == wanted.ABOUT


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_real_bulletin_in_another_encoding_with_other_line_ends(read, encoding):
    text = REAL.read_text(encoding="utf-8").replace("\n", "\r\n")
    assert_read(read, text.encode(encoding), _wanted_content())


def test_real_bulletin_with_page_numbers(read):
    """Its pages begin with one blank; the number of the page before stands at its foot."""
    for mark in ("— {} —", "{}"):
        lines, page = [], 0
        for line in REAL.read_text(encoding="utf-8").split("\n"):
            if line.startswith(" "):
                lines += [mark.format(page)] if page else []
                page += 1
            lines.append(line)
        assert page == 9
        assert_read(read, "\n".join(lines), _wanted_content())


def _wanted_content():
    content = {name: [] for name in ANNEXES}
    content["headline"], content["unreported"], content["printed_totals"] = wanted.HEADLINE, [], []

    def put(table, key, **measures):
        record, (row, *members) = dict(key), key.values()
        for field, printed in measures.items():
            is_rate = field.endswith("_rate") or field == "share"
            number = None if printed in ("/", "归市") else printed
            if is_rate:
                record[f"{field}_printed"] = printed
                number = None if number is None else round(float(number.rstrip("%")) / 100, 10)
            record[field] = number
            if number is None:
                content["unreported"].append((table, row, "".join(members), field, printed))
        content[table].append(record)

    for name, cases, evaluations, rate, active, negative, satisfaction in wanted.DISTRICTS:
        put(
            "districts",
            {"district": name},
            cases=cases,
            evaluations=evaluations,
            evaluation_rate=rate,
            active_evaluations=active,
            negative_evaluations=negative,
            rectification_satisfaction_rate=satisfaction,
        )
    for name, cases, evaluations, rate, active, negative in wanted.CITY_DEPARTMENTS:
        put(
            "city_departments",
            {"department": name},
            cases=cases,
            evaluations=evaluations,
            evaluation_rate=rate,
            active_evaluations=active,
            negative_evaluations=negative,
        )
    for name, *counts in wanted.DISTRICT_DEPARTMENTS:
        for district, count in zip(wanted.DISTRICT_COLUMNS, counts, strict=True):
            put("district_departments", {"department": name, "district": district}, evaluations=count)
    for name, *counts in wanted.TOWNS_AND_VILLAGES:
        for tier, (evaluations, negative, on_time) in zip(
            ("town", "village"), (counts[:3], counts[3:]), strict=True
        ):
            put(
                "towns_and_villages",
                {"district": name, "tier": tier},
                evaluations=evaluations,
                negative_evaluations=negative,
                rectified_on_time=on_time,
            )
    for name, evaluations, share in wanted.PUBLIC_SERVICES:
        put("public_services", {"district": name}, evaluations=evaluations, share=share)

    def total(table, member, label, number):
        content["printed_totals"].append(
            (table, label, member, "evaluations", float(number), str(number), label)
        )

    label, *numbers = wanted.DISTRICT_DEPARTMENT_TOTALS
    for district, number in zip(wanted.DISTRICT_COLUMNS, numbers, strict=True):
        total("district_departments", district, label, number)
    label, number = wanted.PUBLIC_SERVICE_TOTAL
    total("public_services", "", label, number)
    content["unreported"].append(("public_services", label, "", "share", ""))
    content["unreported"].sort()
    content["printed_totals"].sort()
    return content


# --- bends that must be read -------------------------------------------------------------------------

HEAD = "政务服务“好差评”季度通报"
PLAIN_BENDS = [
    *({"names": names} for names in ("whole", "wrapped", "alone")),
    *({"cells": cells} for cells in ("wrapped", "each")),
    {"names": "wrapped", "cells": "wrapped", "blank_lines": True},
    {"full_width": True},
    {"commas": True},
    {"full_width": True, "commas": True},
    {"percent_decimals": True},
    *({"no_value": word} for word in ("—", "－", "-", "无", "/")),
    *({"total_label": label} for label in ("合计", "汇总", "总数", "总计", "全市", "")),
    {"total_label": "全市", "total_at": "top"},
    *({"columns": columns} for columns in ("measures", "all")),
    {"rows": "shuffled"},
    *({"page_mark": mark} for mark in ("— {page} —", "- {page} -", "第 {page} 页", "{page}", "{page}/9")),
    {"running_head": HEAD},
    {"running_head": HEAD + " 2022 年第 4 期", "page_mark": "{page}"},
    {"repeated_headers": True},
    {"repeated_headers": True, "page_mark": "— {page} —", "running_head": HEAD},
    *({"annexes": annexes} for annexes in ((1,), (2, 5), (5, 3, 1), (3, 4))),
    *({"annexes": annexes} for annexes in ((1, 1), (1, 2, 3, 4, 5, 4), (5, 2, 5, 2))),
    *({"encoding": encoding} for encoding in ("utf-8-sig", "gb18030", "utf-16")),
    *({"newline": newline} for newline in ("\r\n", "\r")),
    *({"separator": separator} for separator in ("\t", "　", "    ")),
]


@pytest.mark.parametrize(
    "bend", PLAIN_BENDS, ids=lambda bend: " ".join(f"{k}={v!r}" for k, v in bend.items())
)
def test_plain_bend_is_read(read, bend):
    for seed in range(3):
        city, layout = small_city(seed), Layout(seed=seed, **bend)
        assert_read(read, print_bulletin(city, layout), expected_content(city, layout))


def test_units_that_the_registry_does_not_know_are_read_in_headers(read, reference):
    city, layout = small_city(3), Layout(annexes=(3,))
    names = {district for annex in city.annexes[:1] for district, _ in annex.rows}
    assert names - set(reference.names("district"))
    assert_read(read, print_bulletin(city, layout), expected_content(city, layout))


# --- bends that may be refused, but never misread ----------------------------------------------------

HARD_BENDS = [
    {"cells": "broken"},
    {"cells": "broken", "commas": True},
    {"glued_serials": True},
    {"glued_serials": True, "names": "wrapped"},
    {"names": "centred"},
    {"names": "trailing"},
    {"names": "centred", "page_mark": "— {page} —", "blank_lines": True},
    *({"header": header} for header in ("wrapped", "each", "side")),
    {"header": "side", "columns": "measures"},
    {"cells": "each", "page_mark": "{page}"},
    {"cells": "each", "page_mark": "{page}", "furniture": "anywhere"},
    {"names": "wrapped", "cells": "wrapped", "page_mark": "{page}", "furniture": "anywhere"},
    {"names": "alone", "page_mark": "— {page} —", "furniture": "anywhere"},
    {"names": "wrapped", "running_head": HEAD, "furniture": "anywhere"},
    {"names": "trailing", "running_head": HEAD, "page_mark": "{page}"},
    {"names": "alone", "repeated_headers": True, "furniture": "anywhere"},
    {"no_value": "暂无", "cells": "wrapped"},
    {"note": "", "page_mark": "{page}"},
    {"heading": "附表{number}"},
]


@pytest.mark.slow
@pytest.mark.parametrize("bend", HARD_BENDS, ids=lambda bend: " ".join(f"{k}={v!r}" for k, v in bend.items()))
def test_hard_bend_is_read_right_or_refused(read, bend):
    for seed in range(4):
        city, layout = small_city(seed), Layout(seed=seed, **bend)
        assert_read_or_refused(read, print_bulletin(city, layout), expected_content(city, layout))


@pytest.mark.slow
def test_random_combinations_are_read_right_or_refused(read):
    """Bends at random; every wrong reading is told with its layout, and enough are read to mean something."""
    wrong, seen, tried = [], 0, 100
    for seed in range(tried):
        city, layout = small_city(seed), _random_layout(seed)
        try:
            seen += assert_read_or_refused(read, print_bulletin(city, layout), expected_content(city, layout))
        except Exception as failure:
            wrong.append(f"{type(failure).__name__} {str(failure).splitlines()[0]}: {layout}")
    assert not wrong, "\n".join(wrong)
    assert seen > tried / 4


def _random_layout(seed):
    random = Random(seed)
    choices = {
        "blank_lines": (True,),
        "names": ("wrapped", "alone", "centred", "trailing"),
        "cells": ("wrapped", "wrapped", "each", "broken"),
        "glued_serials": (True,),
        "columns": ("measures", "all"),
        "rows": ("shuffled",),
        "total_label": ("汇总", "总数", "总计", "全市", ""),
        "total_at": ("top",),
        "no_value": ("—", "－", "-", "无", "归市", "暂无"),
        "full_width": (True,),
        "commas": (True,),
        "percent_decimals": (True,),
        "page_mark": ("— {page} —", "第{page}页", "{page}"),
        "running_head": (HEAD,),
        "repeated_headers": (True,),
        "furniture": ("anywhere",),
        "header": ("wrapped", "each", "side"),
        "annexes": ((2, 5), (5, 4, 3, 2, 1), (1, 2, 1), (3,)),
        "note": ("",),
        "encoding": ("gb18030", "utf-16"),
        "newline": ("\r\n",),
    }
    bent = random.sample(sorted(choices), random.randint(2, 6))
    return Layout(seed=seed, **{knob: random.choice(choices[knob]) for knob in bent})


# --- which bulletin it is ----------------------------------------------------------------------------

ROWS = "1 青禾区 10 5 3\n2 石桥县 4 4 0\n"


def test_no_annex_at_all_is_refused(read):
    assert_refused(read, NARRATIVE, with_line=False)


def test_annex_repeated_with_another_number_is_refused(read):
    annex = DISTRICT_HEAD + ROWS + NOTE
    assert_refused(read, NARRATIVE + annex + annex.replace("10 5 3", "10 5 2"))


def test_annex_repeated_in_another_order_of_rows_is_refused(read):
    annex = DISTRICT_HEAD + ROWS + NOTE
    other = DISTRICT_HEAD + "1 石桥县 4 4 0\n2 青禾区 10 5 3\n" + NOTE
    assert_refused(read, NARRATIVE + annex + other)


@pytest.mark.parametrize("title", ["2022年第三季度", "2021年第四季度", "2023年一季度"])
def test_bulletin_of_another_quarter_is_refused(read, title):
    text = (NARRATIVE + DISTRICT_HEAD + ROWS).replace("2022年第四季度", title)
    assert_refused(read, text, with_line=False)


def test_quarter_comes_from_the_notes_where_the_text_has_none(read):
    text = NARRATIVE.replace("2022年第四季度", "近期")
    assert read(text + DISTRICT_HEAD + ROWS + NOTE).quarter == Period.parse(QUARTER)
    summer = NOTE.replace("10月1日至12月31日", "7月1日至9月30日")
    assert_refused(read, text + DISTRICT_HEAD + ROWS + summer, with_line=False)


def test_quarter_mentioned_in_passing_does_not_outweigh_the_notes(read):
    """The title has months only, the notes say July to September: this is no bulletin of Q4."""
    text = NARRATIVE.replace("关于2022年第四季度", "关于2022年7-9月").replace(
        "2022年第四季度，", "2022年第四季度将至，"
    )
    summer = NOTE.replace("10月1日至12月31日", "7月1日至9月30日")
    assert_refused(read, text + DISTRICT_HEAD + ROWS + summer, with_line=False)


def test_bulletin_without_any_quarter_is_refused(read):
    assert_refused(read, NARRATIVE.replace("2022年第四季度", "近期") + DISTRICT_HEAD + ROWS, with_line=False)


def test_file_far_too_large_is_refused(read):
    assert_refused(read, b"x" * (LARGEST_FILE + 1), with_line=False)


def test_all_problems_are_told_at_once(read):
    text = NARRATIVE + DISTRICT_HEAD + "1 青禾区 10 5\n" + NOTE + SERVICE_HEAD + "1 青禾区 5 x%\n" + NOTE
    with pytest.raises(InputRefused) as refusal:
        read(text)
    assert [problem.place.partition("（")[0] for problem in refusal.value.problems] == [
        "bulletin.txt 第 11 行",
        "bulletin.txt 第 16 行",
    ]


# --- the folder of a quarter -------------------------------------------------------------------------


def test_folder_with_one_bulletin_is_read(tmp_path, reference):
    (tmp_path / "通报.TXT").write_text(NARRATIVE + DISTRICT_HEAD + ROWS, encoding="utf-8")
    (tmp_path / "~$通报.docx").write_bytes(b"lock")
    (tmp_path / "Thumbs.db").write_bytes(b"x")
    data = read_raw(tmp_path, Period.parse(QUARTER), reference)
    assert list(data.districts["district"]) == ["青禾区", "石桥县"]
    assert list(data.inputs["file"]) == ["通报.TXT"]


@pytest.mark.parametrize("files", [[], ["甲.txt", "乙.txt"], ["甲.txt", "乙.pdf"]])
def test_folder_with_other_than_one_bulletin_is_refused(tmp_path, reference, files):
    for name in files:
        (tmp_path / name).write_text(NARRATIVE + DISTRICT_HEAD + ROWS, encoding="utf-8")
    with pytest.raises(InputRefused):
        read_raw(tmp_path, Period.parse(QUARTER), reference)


def test_folder_that_does_not_exist_is_refused(tmp_path, reference):
    with pytest.raises(InputRefused):
        read_raw(tmp_path / "2022Q4", Period.parse(QUARTER), reference)


# --- totals ------------------------------------------------------------------------------------------


def test_total_printed_twice_alike_counts_once(read):
    annex = DISTRICT_HEAD + "合计 14 9 3\n" + ROWS + "合计 14 9 3\n" + NOTE
    drop_repeated_tables = DISTRICT_HEAD + ROWS + "合计 14 9 3\n" + NOTE
    assert_same(plain_values(read(NARRATIVE + annex)), plain_values(read(NARRATIVE + drop_repeated_tables)))


def test_total_printed_twice_with_another_figure_is_refused(read):
    annex = DISTRICT_HEAD + "合计 14 9 3\n" + ROWS + "合计 14 9 4\n" + NOTE
    assert_refused(read, NARRATIVE + annex, with_line=False)

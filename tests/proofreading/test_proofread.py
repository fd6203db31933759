"""Proof-reading: what people changed by mistake is found at its place, what they reworded is left alone."""

import copy
import dataclasses
import random
import re
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from haochaping.checks.check_report import CheckReport
from haochaping.checks.run_rules import run_rules
from haochaping.cleaning.quantities import is_same_quantity, plain_text, quantities
from haochaping.core.errors import InputRefused
from haochaping.core.model import QuarterData, frame
from haochaping.core.period import Period
from haochaping.figures.compute_figures import compute_figures
from haochaping.outputs.word.bulletin import write_bulletin
from haochaping.proofreading.difference import MISSING, ROW, UNPLACED, Difference
from haochaping.proofreading.formal_parts import as_date, changed_document_number, signing_date
from haochaping.proofreading.proofread import (
    Proofreader,
    format_differences,
    proofread,
    summarise_differences,
)
from haochaping.reference.reference import Reference
from haochaping.simulate.simulated_quarter import simulate
from tests.shared import run_here

ROOT = Path(__file__).parents[2]
OPENING = "现将"


@dataclass
class Desk:
    """A fresh paper to be edited, and the proof-reader."""

    reader: Proofreader
    folder: Path
    fresh: Path

    def open(self) -> Any:
        return docx.Document(str(self.fresh))

    def read(self, document: Any) -> list[Difference]:
        path = self.folder / "edited.docx"
        document.save(str(path))
        return self.reader.read(path)

    def read_edited(self, edit: Callable[[Any], None]) -> list[Difference]:
        document = self.open()
        edit(document)
        return self.read(document)


@pytest.fixture(scope="module")
def desk(
    real: QuarterData,
    real_report: CheckReport,
    reference: Reference,
    tmp_path_factory: pytest.TempPathFactory,
) -> Desk:
    folder = tmp_path_factory.mktemp("proof")
    figures = compute_figures(real)
    write_bulletin(real, real_report, figures, reference, folder / "fresh.docx")
    return Desk(Proofreader(real, real_report, figures, reference), folder, folder / "fresh.docx")


# --- editing as people do -----------------------------------------------------------------------------------


def paragraph_with(document: Any, text: str) -> Any:
    return next(p for p in document.paragraphs if text in p.text)


def replace(document: Any, old: str, new: str) -> None:
    for node in document.element.iter(qn("w:t")):
        if old in (node.text or ""):
            node.text = node.text.replace(old, new, 1)
            return
    raise AssertionError(old)


def replaced(*changes: tuple[str, str]) -> Callable[[Any], None]:
    def edit(document: Any) -> None:
        for old, new in changes:
            replace(document, old, new)

    return edit


def added(text: str, after: str = "二、存在问题") -> Callable[[Any], None]:
    def edit(document: Any) -> None:
        paragraph_with(document, after).insert_paragraph_before(text)

    return edit


def slipped(digits: str, chance: random.Random) -> str:
    """Some digits with a typing slip: two swapped, one lost, doubled or replaced; never the same number."""
    while True:
        at = chance.randrange(len(digits))
        kind = chance.choice(["swap", "lose", "double", "replace"])
        if kind == "swap":
            result = digits[:at] + digits[at : at + 2][::-1] + digits[at + 2 :]
        elif kind == "lose":
            result = digits[:at] + digits[at + 1 :]
        elif kind == "double":
            result = digits[:at] + digits[at] + digits[at:]
        else:
            result = digits[:at] + chance.choice("0123456789") + digits[at + 1 :]
        if result and int(result) != int(digits):
            return result


def misspelt(name: str, chance: random.Random) -> str:
    """A name with one character lost or another in its place."""
    at = chance.randrange(len(name))
    return name[:at] + chance.choice(["", "某"]) + name[at + 1 :]


# --- unedited -----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_paper_that_nobody_edited_agrees(desk: Desk) -> None:
    assert desk.read(desk.open()) == []


def test_the_page_of_a_draft_is_left_out_when_it_was_edited_or_deleted(desk: Desk) -> None:
    def delete(document: Any) -> None:
        controls = document.element.body.findall(qn("w:sdt"))
        document.element.body.remove(controls[0])

    assert desk.read_edited(delete) == []
    assert desk.read_edited(replaced(("取整后成了整数", "已改为 98.76%"))) == []


# --- a hundred slips ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Slip:
    place: str
    found: str
    expected: str


def text_places(document: Any) -> list[tuple[str, Any]]:
    """Every paragraph with a figure or a name, the place a person would name, and its text node."""
    paragraphs = list(document.element.body.iterchildren(qn("w:p")))
    texts = ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in paragraphs]
    opening = next(i for i, text in enumerate(texts) if text.startswith(OPENING))
    annexes = next(i for i, text in enumerate(texts) if text == "附件1")
    number, annex, places = 0, "", []
    for i, (paragraph, text) in enumerate(zip(paragraphs, texts, strict=True)):
        annex = text if re.fullmatch(r"附件\d", text) else annex
        if i < opening:
            place = "标题" if "通报" in text else "主送机关"
        elif i < annexes:
            number += bool(text)
            listed = re.match(r"附件：1\.|\d\.", text)
            place = "附件说明" if listed else f"正文第 {number} 段"
            place = {"淄博市政务服务管理办公室": "落款单位", "2023年1月18日": "成文日期"}.get(text, place)
        else:
            place = f"{annex}备注" if text.startswith("备注") else f"{annex}标题"
        places += [(place, node) for node in paragraph.iter(qn("w:t")) if text != annex]
    return places


def plant_in_text(document: Any, chance: random.Random, most: int) -> list[Slip]:
    """One slip in each of some text nodes: in a number, a quarter or a name."""
    slips = []
    places = text_places(document)
    chance.shuffle(places)
    for place, node in places:
        pattern = r"\d+|第四季度|淄博市政务服务管理办公室|文昌湖旅游度假区行政审批服务局|市直部门(?=第四)"
        tokens = list(re.finditer(pattern, node.text or ""))
        if not tokens or len(slips) == most:
            continue
        token = chance.choice(tokens)
        old = token.group()
        if old.isdigit():
            new = slipped(old, chance)
        elif old in ("第四季度", "市直部门"):
            new = {"第四季度": "第三季度", "市直部门": "区直部门"}[old]
        else:
            new = misspelt(old, chance)
        node.text = node.text[: token.start()] + new + node.text[token.end() :]
        slips.append(Slip(place, new, old))
    return slips


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_ten_slips_in_the_text_are_found_and_nothing_else(desk: Desk, seed: int) -> None:
    document = desk.open()
    slips = plant_in_text(document, random.Random(seed), 10)
    found = desk.read(document)
    assert len(slips) == 10 and len(found) == 10, format_differences(found) + f"\n{slips}"
    left = list(found)
    for slip in slips:
        hits = [
            d
            for d in left
            if d.place.split("“")[0] == slip.place
            and d.counts
            and d.kind != UNPLACED
            and (d.expected in slip.expected or slip.expected in d.expected)
            and (slip.found in d.found or d.found in slip.found)
        ]
        assert hits, f"{slip}\n{format_differences(found)}"
        left.remove(hits[0])


def plant_in_tables(document: Any, chance: random.Random, most: int) -> list[Slip]:
    """Slips in cells of the five annexes, at most one a row; every fifth in a name."""
    slips = []
    tables = [table for table in document.tables if len(table.rows) > 5]
    assert len(tables) == 5
    rows = [
        (annex, table, number)
        for annex, table in enumerate(tables, start=1)
        for number in range(2 if annex == 4 else 1, len(table.rows))
    ]
    for annex, table, number in chance.sample(rows, most):
        headings = ["".join(dict.fromkeys(c)) for c in heading_texts(table, 2 if annex == 4 else 1)]
        cells = table.rows[number].cells
        name = cells[1].text
        at = 1 if len(slips) % 5 == 0 else chance.randrange(2, len(cells))
        old = cells[at].text
        digits = re.search(r"\d+", old)
        if at == 1:
            new = misspelt(old, chance)
        elif digits:
            new = old[: digits.start()] + slipped(digits.group(), chance) + old[digits.end() :]
        else:
            new = chance.choice(["0", "8"])
        set_cell(cells[at], new)
        row = number - (1 if annex == 4 else 0)
        place = f"附件{annex}表第 {row} 行" + ("名称" if at == 1 else f"“{name}”{headings[at]}")
        slips.append(Slip(place, new, old))
    return slips


def heading_texts(table: Any, rows: int) -> list[list[str]]:
    return [[table.rows[r].cells[c].text for r in range(rows)] for c in range(len(table.columns))]


def set_cell(cell: Any, text: str) -> None:
    nodes = list(cell._tc.iter(qn("w:t")))
    if not nodes:
        cell.text = text
        return
    nodes[0].text = text
    for node in nodes[1:]:
        node.text = ""


@pytest.mark.parametrize("seed", [1, 2])
def test_twenty_five_slips_in_tables_are_found_and_nothing_else(desk: Desk, seed: int) -> None:
    document = desk.open()
    slips = plant_in_tables(document, random.Random(seed), 25)
    found = desk.read(document)
    assert {(d.place, d.found, d.expected) for d in found} == {(s.place, s.found, s.expected) for s in slips}
    assert len(found) == len(slips) == 25


# --- harmless edits -----------------------------------------------------------------------------------------


def move_paragraph(document: Any) -> None:
    moved = paragraph_with(document, "没有办件的单位要逐一查明")._p
    paragraph_with(document, "现将")._p.addnext(moved)


def join_paragraphs(document: Any) -> None:
    first, second = (paragraph_with(document, text) for text in ("11个区县", "36个市直部门"))
    first.add_run(second.text)
    second._p.getparent().remove(second._p)


def in_sentences(change: Callable[[str], str]) -> Callable[[Any], None]:
    """An edit of the words of every paragraph of sentences, notes of annexes left alone."""

    def edit(document: Any) -> None:
        for paragraph in document.element.body.iterchildren(qn("w:p")):
            nodes = list(paragraph.iter(qn("w:t")))
            text = "".join(node.text or "" for node in nodes)
            if len(nodes) == 1 and "。" in text and not text.startswith("备注"):
                nodes[0].text = change(text)

    return edit


def joined_sentences(text: str) -> str:
    return text[:-1].replace("。", "，") + "。"


def parted_sentences(text: str) -> str:
    return text.replace("，", "。")


def with_separators(text: str) -> str:
    return re.sub(r"(?<![\d.])\d{5,}", lambda match: f"{int(match.group()):,}", text)


def rounded(text: str) -> str:
    return re.sub(r"(?<![\d.])\d{6,}", lambda match: f"约{int(match.group()) / 10000:.0f}万", text)


def full_width(text: str) -> str:
    return text.translate(str.maketrans("0123456789", "０１２３４５６７８９"))


HARMLESS_SENTENCES = [joined_sentences, parted_sentences, with_separators, rounded, full_width]


def reorder_paragraphs(document: Any) -> None:
    texts = ("36个市直部门", "各区县30类", "没有办件的单位", "个别区县村")
    for text in texts:
        paragraph_with(document, "现将")._p.addnext(paragraph_with(document, text)._p)


def merged_zeros(document: Any) -> None:
    document.tables[0].cell(1, 6).merge(document.tables[0].cell(4, 6))


def full_width_cells(document: Any) -> None:
    set_cell(document.tables[0].rows[1].cells[2], "1,080,786")
    set_cell(document.tables[0].rows[2].cells[2], "１１４８８２７")
    set_cell(document.tables[0].rows[3].cells[4], "100.00%")


def tracked(document: Any) -> None:
    """A number typed anew with revisions on: the old one is deleted, the same one inserted."""
    run = paragraph_with(document, "9069695").runs[0]._r
    text = run.find(qn("w:t")).text
    before, after = text.split("9069695")
    for kind, tag, piece in (
        ("", "w:t", before),
        ("w:del", "w:delText", "9069695"),
        ("w:ins", "w:t", "9,069,695"),
        ("", "w:t", after),
    ):
        new = copy.deepcopy(run)
        node = new.find(qn("w:t"))
        node.tag, node.text = qn(tag), piece
        if kind:
            holder = docx.oxml.OxmlElement(kind)
            holder.append(new)
            new = holder
        run.addprevious(new)
    run.getparent().remove(run)


@pytest.mark.parametrize(
    "edit",
    [
        replaced(("通报如下", "作如下通报"), ("企业群众自主参与评价", "企业和群众主动参与评价")),
        replaced(("全市归集上传办件评价数据", "全市共归集并上传办件评价数据")),
        replaced(("办件6233908件，评价6233908条", "评价6233908条，办件6233908件")),
        replaced(("办件253848件，评价253812条", "评价253812条，办件253848件")),
        replaced(("9069695", "9,069,695"), ("6233908", "６２３３９０８"), ("4.56%", "4.56％")),
        replaced(("9069695条", "906.97万条"), ("3551467条", "355.1万条")),
        replaced(("9069695条", "约907万条"), ("99.9%", "99.90%")),
        replaced(("2023年1月18日", "2023年01月18日"), ("2022年10月1日", "2022-10-01")),
        replaced(("2023年1月18日", "二〇二三年一月十八日")),
        replaced(("高新区、经开区", "经开区、高新区")),
        replaced(("市直部门（单位）有评价", "市级部门和单位有评价")),
        move_paragraph,
        join_paragraphs,
        full_width_cells,
        tracked,
        added("据统计，附件2所列36个市直部门评价25.38万条，张店区办件1080786件，主动评价率4.6%。"),
        *(in_sentences(change) for change in HARMLESS_SENTENCES),
        reorder_paragraphs,
        merged_zeros,
        replaced(("4.56%", "4.6%"), ("23.27%", "百分之二十三点二七"), ("有8个市直", "有八个市直")),
        replaced(("有8个市直部门（单位）有评价而没有", "市直部门中，8个单位的主动评价为零，有评价而没有")),
        replaced(
            (
                "镇（街道）评价229558条，村（社区）评价181192条",
                "村（社区）评价181192条，镇（街道）评价229558条",
            )
        ),
        replaced(
            (
                "镇（街道）评价229558条，村（社区）评价181192条",
                "镇村共评价410750条，其中镇级229558条、村级181192条",
            )
        ),
        replaced(("，进驻市政务服务中心", "和进驻市政务服务中心")),
        added("各单位高度重视，进一步统一三个方面的标准，推动高新技术产业新区建设和政务公开区建设。"),
        added("1.加强引导；2.加强培训。"),
        added("10月至12月，办件合计648.78万件，12345热线按国办发〔2019〕51号文件办理。"),
    ],
)
def test_harmless_edits_are_not_reported(desk: Desk, edit: Callable[[Any], None]) -> None:
    assert format_differences(desk.read_edited(edit)) == ""


# --- other edits --------------------------------------------------------------------------------------------


def test_an_added_number_that_no_figure_explains_is_listed_as_such(desk: Desk) -> None:
    (difference,) = desk.read_edited(added("另据了解，全市服务窗口接待群众7654321人次，办件6233908件。"))
    assert difference.kind == UNPLACED and "7654321" in difference.found
    assert str(difference).startswith("无法核对：正文第 10 段“另据了解，")


def test_swapped_figures_of_one_sentence_are_found(desk: Desk) -> None:
    found = desk.read_edited(replaced(("办件253848件，评价253812条", "办件253812件，评价253848条")))
    assert [d.expected for d in found] == ["253848", "253812"]


def test_a_percentage_that_lost_a_digit_though_it_could_be_rounded_is_found(desk: Desk) -> None:
    (difference,) = desk.read_edited(replaced(("99.99%", "99.9%")))
    assert difference.expected == "99.99%"


def test_removed_text_is_information_only(desk: Desk) -> None:
    def remove(document: Any) -> None:
        paragraph = paragraph_with(document, "各区县30类")
        paragraph._p.getparent().remove(paragraph._p)

    found = desk.read_edited(remove)
    assert found and not any(d.counts for d in found)
    assert all(d.kind == MISSING and "缺少（仅供参考）：正文" in str(d) for d in found)


def test_a_sentence_that_lost_its_number_is_not_said_to_agree(desk: Desk) -> None:
    found = desk.read_edited(replaced(("有8个市直部门", "部分市直部门")))
    assert [str(d) for d in found if d.kind == MISSING] and not any(d.counts for d in found)
    quarter = Period(2022, 4)
    assert (
        summarise_differences(found, quarter) == "没有与2022年第四季度数据不一致之处；有 1 处缺少（仅供参考）"
    )
    assert summarise_differences([], quarter) == "与2022年第四季度数据一致"


def test_rows_that_vanished_or_were_added_are_differences(desk: Desk) -> None:
    def edit(document: Any) -> None:
        table = document.tables[1]._tbl
        rows = table.findall(qn("w:tr"))
        table.remove(rows[-1])
        extra = copy.deepcopy(rows[3])
        rows[-2].addnext(extra)
        for cell, text in zip(
            docx.table._Row(extra, document.tables[1]).cells,
            ["99", "市文旅局", "7", "7", "1%", "3", "5"],
            strict=True,
        ):
            set_cell(cell, text)

    last = desk.open().tables[1].rows[-1].cells[1].text
    found = desk.read_edited(edit)
    assert {(d.kind, d.place) for d in found} == {(ROW, "附件2表第 36 行")}
    assert {d.expected or d.found for d in found} == {f"“{last}”一行", "“市文旅局”一行"}


def test_a_removed_table_and_heading(desk: Desk) -> None:
    def no_table(document: Any) -> None:
        table = document.tables[2]._tbl
        table.getparent().remove(table)

    def no_heading(document: Any) -> None:
        heading = paragraph_with(document, "附件3")._p
        heading.getparent().remove(heading)

    assert [str(d) for d in desk.read_edited(no_table)] == ["附件3：缺少，应为 表格（31 行）"]
    assert not any(d.counts for d in desk.read_edited(no_heading))


def test_a_table_that_was_parted_is_read_as_one(desk: Desk) -> None:
    def part(document: Any) -> None:
        table = document.tables[1]._tbl
        second = copy.deepcopy(table)
        rows, others = table.findall(qn("w:tr")), second.findall(qn("w:tr"))
        for row in rows[20:]:
            table.remove(row)
        for row in others[1:20]:
            second.remove(row)
        table.addnext(second)

    assert desk.read_edited(part) == []


# --- whose number it is -------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            [
                (
                    "镇（街道）评价229558条，村（社区）评价181192条",
                    "村（社区）评价229558条，镇（街道）评价181192条",
                )
            ],
            ["181192", "229558"],
        ),
        ([("办件253848件，评价253812条", "评价253848条，办件253812件")], ["253812", "253848"]),
        ([("其中主动评价284171条", "其中差评284171条")], [""]),
        ([("4.56%", "4.56个百分点")], ["4.56%"]),
        ([("4.56%", "4.5%")], ["4.56%"]),
        ([("4.56%", "百分之五点二九")], ["4.56%"]),
        ([("有8个市直", "有十二个市直")], ["8"]),
        ([("有5个市直", "有两个市直")], ["5"]),
    ],
)
def test_a_number_given_to_another_measure_group_or_kind(
    desk: Desk, changes: list[tuple[str, str]], expected: list[str]
) -> None:
    found = desk.read_edited(replaced(*changes))
    assert [d.expected for d in found] == expected, format_differences(found)
    assert all(d.counts for d in found)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("张店区办件1148827件。", ["“张店区办件1148827”，应为 1080786"]),
        ("全市差评6233908条。", ["“全市差评6233908”"]),
        ("有7个部门零评价，有9个区县差评较多。", ["“有7”", "“有9”"]),
        ("评价质量方面，周春区还需改进。", ["“周春区”疑为“周村区”"]),
        ("市医疗保险局评价良好。", ["“市医疗保险局”疑为“市医疗保障局”"]),
        ("镇、村评价分别为181192条、229558条。", ["“村评价分别为181192”", "229558"]),
    ],
)
def test_a_new_sentence_gives_numbers_and_names_wrongly(desk: Desk, text: str, expected: list[str]) -> None:
    lines = format_differences(desk.read_edited(added(text))).splitlines()
    assert len(lines) == len(expected)
    assert all(line.endswith(end) for line, end in zip(lines, expected, strict=True)), lines


def test_a_table_that_people_added_is_read_by_row_and_heading(desk: Desk) -> None:
    def edit(document: Any) -> None:
        table = document.add_table(rows=3, cols=3)
        rows = [["序号", "区县", "办件数"], ["1", "张店区", "1080786"], ["2", "淄川区", "1080786"]]
        for cells, texts in zip(table.rows, rows, strict=True):
            for cell, text in zip(cells.cells, texts, strict=True):
                cell.text = text
        paragraph_with(document, "二、存在问题")._p.addprevious(table._tbl)

    [difference] = desk.read_edited(edit)
    assert (difference.place, difference.expected) == ("添加的表格第 3 行", "1148827")


# --- formal lines -------------------------------------------------------------------------------------------

OFFICE = "淄博市政务服务管理办公室"


def last_replaced(old: str, new: str) -> Callable[[Any], None]:
    """The last text node that holds just `old`: the signature, an annex's title."""

    def edit(document: Any) -> None:
        [*_, node] = [node for node in document.element.iter(qn("w:t")) if node.text == old]
        node.text = new

    return edit


ADDRESSEES = (
    "各区县行政审批服务局，高新区、经开区、文昌湖旅游度假区行政审批服务局，进驻市政务服务中心部门单位窗口："
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (last_replaced(OFFICE, "淄博市行政审批服务局"), [f"落款单位：淄博市行政审批服务局，应为 {OFFICE}"]),
        (last_replaced(OFFICE, "市大数据局"), [f"落款单位：市大数据局，应为 {OFFICE}"]),
        (
            replaced(("，进驻市政务服务中心部门单位窗口", "")),
            ["主送机关：缺少，应为 进驻市政务服务中心部门单位窗口"],
        ),
        (replaced(("各区县行政审批", "市大数据局，各区县行政审批")), ["主送机关：市大数据局 是多出的"]),
        (
            last_replaced("各区县第四季度“好差评”数据通报表", "市直部门第四季度“好差评”数据通报表"),
            ["附件1标题：市直部门，应为 区县"],
        ),
        (replaced(("1.各区县第四", "1.市直部门第四")), ["附件说明：市直部门，应为 区县"]),
        (
            replaced(("（发文字号）", "某政发〔2022〕8号")),
            ["发文字号：某政发〔2022〕8号，应为 〔2023〕（与成文日期同年）"],
        ),
        (replaced(("（发文字号）", "某政发〔2023〕8号")), []),
        (
            replaced(("（印发日期）", "2022年1月19日")),
            ["版记印发日期：2022年1月19日，应为 不早于成文日期2023年1月18日的日期"],
        ),
        (replaced(("（印发日期）", "2023年1月18日")), []),
    ],
)
def test_formal_lines(desk: Desk, edit: Callable[[Any], None], expected: list[str]) -> None:
    assert format_differences(desk.read_edited(edit)).splitlines() == expected


def test_the_issue_date_that_the_office_filled_in_gives_the_year() -> None:
    day = signing_date(["某办公室", "2023年2月30日", "二〇二三年一月十八日", "附言"])
    assert day == date(2023, 1, 18)
    assert signing_date(["某办公室"]) is None and as_date(["2023", "2", "30"]) is None
    [difference] = changed_document_number(["某政发〔2022〕8号"], "", day)
    assert difference.found == "某政发〔2022〕8号"
    [difference] = changed_document_number(["某政发〔2023〕9号"], "某政发〔2023〕8号", day)
    assert difference.expected == "某政发〔2023〕8号"


def test_addressees_written_anew_are_told_one_by_one(desk: Desk) -> None:
    found = desk.read_edited(replaced((ADDRESSEES, "各有关单位：")))
    assert {d.place for d in found} == {"主送机关"} and len(found) == 6


# --- rows ---------------------------------------------------------------------------------------------------


def exchanged(document: Any, columns: range) -> None:
    """Cells of the first two districts in each other's place."""
    one, two = (document.tables[0].rows[number].cells for number in (1, 2))
    for at in columns:
        first, second = one[at].text, two[at].text
        set_cell(one[at], second)
        set_cell(two[at], first)


def test_rows_in_another_order_are_told_once(desk: Desk) -> None:
    def with_serials(document: Any) -> None:
        rows = document.tables[0]._tbl.findall(qn("w:tr"))
        rows[2].addnext(rows[1])

    expected = "附件1表行的次序：“淄川区、张店区”，应为 “张店区、淄川区”"
    for edit in (with_serials, lambda document: exchanged(document, range(1, 8))):
        assert format_differences(desk.read_edited(edit)) == expected


def test_numbers_under_another_name_are_told_by_cell(desk: Desk) -> None:
    cells = [
        "附件1表第 1 行“张店区”办件数：1148827，应为 1080786",
        "附件1表第 2 行“淄川区”主动评价数：62036，应为 40330",
    ]
    names = [
        "附件1表行的次序：“淄川区、张店区”，应为 “张店区、淄川区”",
        "附件1表第 2 行“张店区”办件数：1148827，应为 1080786",
    ]
    for columns, lines in ((range(2, 8), cells), (range(1, 2), names)):
        found = format_differences(
            desk.read_edited(lambda document, c=columns: exchanged(document, c))
        ).splitlines()  # type: ignore[misc]
        assert {*lines} <= {*found} and len(found) == 6 + (columns.start == 1)


def test_merged_cells_are_read_cell_by_cell(desk: Desk) -> None:
    def edit(document: Any) -> None:
        merged = document.tables[0].cell(1, 5).merge(document.tables[0].cell(3, 5))
        for paragraph in merged.paragraphs[1:]:
            paragraph._p.getparent().remove(paragraph._p)
        set_cell(merged, "0")

    found = desk.read_edited(edit)
    assert [(d.found, d.expected) for d in found] == [("0", "62036"), ("0", "40330"), ("0", "28039")]


# --- pieces and refusals ------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("number", [1, 3])
def test_simulated_quarters_and_named_units_agree_with_their_own_paper(
    reference: Reference, tmp_path: Path, number: int
) -> None:
    data = simulate(Period(2024, number), 7)
    named = dataclasses.replace(reference, city={**reference.city, "bulletin": {"name_units": True}})
    for settings in (reference, named):
        figures, path = compute_figures(data), tmp_path / "b.docx"
        report = run_rules(data, settings)
        write_bulletin(data, report, figures, settings, path)
        assert proofread(data, report, figures, settings, path) == []
        simulated = Desk(Proofreader(data, report, figures, settings), tmp_path, path)
        for change in HARMLESS_SENTENCES:
            found = simulated.read_edited(in_sentences(change))
            assert not found, format_differences(found)


@pytest.mark.parametrize(
    ("one", "two", "alike"),
    [
        ("9069695条", "906.97万条", True),
        ("9069695条", "906.96万条", False),
        ("1,080", "1080", True),
        ("99.9%", "99.9", False),
        ("2022年12月31日", "12月31日", True),
        ("第四季度", "4季度", True),
    ],
)
def test_when_two_quantities_say_the_same(one: str, two: str, alike: bool) -> None:
    ((first,), (second,)) = (quantities(plain_text(text)) for text in (one, two))
    assert is_same_quantity(first, second) is alike


def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return run_here("proof", "--data", ROOT / "data", *arguments)


@pytest.mark.slow
def test_the_command_lists_one_difference_a_line(desk: Desk, tmp_path: Path) -> None:
    document = desk.open()
    replace(document, "9069695", "9069659")
    document.save(str(tmp_path / "edited.docx"))
    result = command("2022Q4", tmp_path / "edited.docx")
    assert result.returncode == 1
    (line,) = result.stdout.splitlines()
    assert line.startswith("正文第 4 段") and "9069659" in line and "应为 9069695" in line
    assert command("2022Q4", desk.fresh).returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "content", [None, b"", b"plain text", b"PK\x03\x04", b"%PDF-1.7", b"\xd0\xcf\x11\xe0"]
)
def test_what_is_no_word_file_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "edited.docx"
    if content is not None:
        path.write_bytes(content)
    result = command("2022Q4", path)
    assert result.returncode == 2 and result.stdout == ""
    assert result.stderr.startswith("未能读取：") and len(result.stderr.splitlines()) == 1
    assert "Error" not in result.stderr


WORD_97 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.doc", WORD_97, "另存为 .docx"),
        ("a.wps", WORD_97, "另存为 .docx"),
        ("a.pdf", b"%PDF-1.7", "PDF 文件；校对只读 Word 文件，请在 Word 或 WPS 中另存为 .docx"),
        ("a.docx", "通报".encode(), "纯文本文件"),
        ("a.odt", "application/vnd.oasis.opendocument.text", "另存为 .docx"),
        ("a.xlsx", "application/vnd.oasis.opendocument.spreadsheet", "电子表格"),
        ("folder", None, "是文件夹"),
    ],
)
def test_other_kinds_of_files_are_told_by_name(
    desk: Desk, tmp_path: Path, name: str, content: bytes | str | None, told: str
) -> None:
    path = tmp_path / name
    if content is None:
        path.mkdir()
    elif isinstance(content, str):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("mimetype", content)
    else:
        path.write_bytes(content)
    with pytest.raises(InputRefused, match=re.escape(told)):
        desk.reader.read(path)


def test_no_file_given_is_told_with_an_example(tmp_path: Path) -> None:
    for given in ("", "."):
        result = command("2022Q4", given)
        assert result.returncode == 2 and "make proof Q=2022Q4 FILE=修改稿.docx" in result.stderr


def test_another_quarters_bulletin_is_refused_with_both_quarters(desk: Desk) -> None:
    def edit(document: Any) -> None:
        for node in document.element.body.iter(qn("w:t")):
            node.text = (node.text or "").replace("第四季度", "第三季度")

    with pytest.raises(InputRefused, match=r"这是2022年第三季度的通报；应为2022年第四季度的通报.*2022Q3"):
        desk.read_edited(edit)


def test_a_word_file_that_is_no_bulletin_is_refused(desk: Desk, tmp_path: Path) -> None:
    docx.Document().save(str(tmp_path / "empty.docx"))
    with pytest.raises(InputRefused, match="没有附件表格"):
        desk.reader.read(tmp_path / "empty.docx")


def test_a_number_typed_into_a_header_of_two_rows_is_one_difference(desk: Desk) -> None:
    def edit(document: Any) -> None:
        document.tables[3].cell(1, 2).paragraphs[0].runs[0].text = "7"

    [difference] = desk.read_edited(edit)
    assert difference.place == "附件4表表头" and "评价数" in difference.expected


def noted_desk(data: QuarterData, reference: Reference, folder: Path, text: str) -> Desk:
    """A desk whose fresh paper holds words of the analyst."""
    rows = [{"section": "通报·总体情况", "kind": "paragraph", "text": text, "line": 3}]
    noted = dataclasses.replace(data, notes=frame("notes", rows))
    report, figures = run_rules(noted, reference, history=noted.history), compute_figures(noted, reference)
    write_bulletin(noted, report, figures, reference, folder / "fresh.docx")
    return Desk(Proofreader(noted, report, figures, reference), folder, folder / "fresh.docx")


@pytest.mark.slow
def test_the_analysts_own_numbers_are_held_to_the_quarter(
    real: QuarterData, reference: Reference, tmp_path: Path
) -> None:
    right = noted_desk(real, reference, tmp_path, "张店区办件1080786件。")
    assert format_differences(right.read(right.open())) == ""
    wrong = noted_desk(real, reference, tmp_path, "张店区办件1080876件，新增终端1214台。")
    first, second = wrong.read(wrong.open())
    assert first.expected == "1080786" and second.kind == UNPLACED


@pytest.mark.slow
def test_the_analysts_sentence_edited_differs_from_the_bulletin_as_written(
    real: QuarterData, reference: Reference, tmp_path: Path
) -> None:
    text = "个别区县办件量不大，整改率提高到85%，张店区办件1080786件。"
    desk = noted_desk(real, reference, tmp_path, text)
    [as_written] = desk.read(desk.open())
    assert as_written.kind == UNPLACED and "85%" in as_written.found
    told = desk.read_edited(replaced(("85%", "86%"), ("1080786", "1080876"), ("个别区县", "个别县域")))
    assert [str(difference).partition("：")[2] for difference in told] == [
        "“整改率提高到86%”与生成的通报不同，原为 85%",
        "“张店区办件1080876”，应为 1080786",
        "“县域”疑为“区县”",
    ]


def test_a_quarter_is_told_as_it_is_written(desk: Desk) -> None:
    [told] = desk.read_edited(replaced(("1.各区县第四季度", "1.各区县第三季度")))
    assert told.expected == "第四季度"


@pytest.mark.slow
def test_a_change_that_was_turned_round(reference: Reference, tmp_path: Path) -> None:
    now, before = simulate(Period(2023, 2), 5), simulate(Period(2023, 1), 5)
    desk = noted_desk(dataclasses.replace(now, history=(before,)), reference, tmp_path, "认真落实。")
    assert desk.read(desk.open()) == []
    document = desk.open()
    paragraph = paragraph_with(document, "环比增长")
    paragraph.runs[0].text = paragraph.text.replace("环比增长", "环比下降", 1)
    for run in paragraph.runs[1:]:
        run.text = ""
    [difference] = desk.read(document)
    assert "下降" in difference.found and "增长" in difference.expected

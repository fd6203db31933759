import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm

from haochaping.checks.check_report import CheckReport
from haochaping.core.model import CellRef, QuarterData, frame
from haochaping.core.period import Period
from haochaping.figures.compute_figures import compute_figures
from haochaping.outputs.published.file_names import DRAFT, FINAL
from haochaping.outputs.word.bulletin import DRAFT_HEADING, _fit_columns, bulletin_name, write_bulletin
from haochaping.outputs.word.official_layout import TEXT_WIDTH, em
from haochaping.present.annex_grid import AnnexGrid
from haochaping.present.bulletin_text import bulletin_text
from haochaping.present.header_tree import header_rows as header_of
from haochaping.read.raw_folder import read_raw
from haochaping.reference.reference import Reference
from haochaping.simulate.simulated_quarter import simulate
from haochaping.store.apply_corrections import Correction, apply_corrections
from haochaping.store.cell_index import cell_of
from tests.shared import with_total, without_annexes, without_rates_of_nothing

NOTHING = CheckReport((), ())


def written(
    data: QuarterData, reference: Reference, folder: Path, report: CheckReport = NOTHING, name: str = "b.docx"
) -> Any:
    """The bulletin of `data`, opened again."""
    path = folder / name
    write_bulletin(data, report, compute_figures(data), reference, path)
    return docx.Document(str(path))


@pytest.fixture(scope="module")
def paper(real: QuarterData, reference: Reference, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The real bulletin as if nothing were left to correct."""
    return written(real, reference, tmp_path_factory.mktemp("paper"))


def everything(document: Any) -> str:
    """Every text of the document, content controls included."""
    return "\n".join(node.text or "" for node in document.element.iter(qn("w:t")))


def text_of(document: Any) -> str:
    """The text from the opening to the list of annexes."""
    texts = [p.text for p in document.paragraphs]
    stop = next((i for i, t in enumerate(texts) if t.startswith("附件：")), len(texts))
    return "\n".join(texts[texts.index(next(t for t in texts if t.startswith("现将"))) : stop])


def style(document: Any, name: str) -> Any:
    return next(s for s in document.styles.element.findall(qn("w:style")) if s.get(qn("w:styleId")) == name)


def cells(table: Any) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


# --- the page -----------------------------------------------------------------------------------------------


def test_page_and_text_block_are_those_of_the_standard(paper: Any) -> None:
    upright, wide, last = paper.sections
    for section in (upright, last):
        assert round(section.page_width / Mm(1)) == 210 and round(section.page_height / Mm(1)) == 297
        assert round(section.top_margin / Mm(1)) == 37 and round(section.left_margin / Mm(1)) == 28
        block = section.page_width - section.left_margin - section.right_margin
        assert block / Mm(1) == pytest.approx(156, abs=0.1)
        block = section.page_height - section.top_margin - section.bottom_margin
        assert block / Mm(1) == pytest.approx(225, abs=0.1)
    assert wide.orientation == WD_ORIENT.LANDSCAPE and wide.page_width > wide.page_height
    block = wide.page_width - wide.left_margin - wide.right_margin
    assert block / Mm(1) == pytest.approx(225, abs=0.1)


@pytest.mark.parametrize(
    ("name", "font", "half_points"),
    [
        ("公文标题", "方正小标宋简体", "44"),
        ("公文正文", "仿宋_GB2312", "32"),
        ("一级标题", "黑体", "32"),
        ("二级标题", "楷体_GB2312", "32"),
        ("附件序号", "黑体", "32"),
        ("单页码", "宋体", "28"),
    ],
)
def test_fonts_and_sizes(paper: Any, name: str, font: str, half_points: str) -> None:
    properties = style(paper, name).find(qn("w:rPr"))
    assert properties.find(qn("w:rFonts")).get(qn("w:eastAsia")) == font
    assert properties.find(qn("w:sz")).get(qn("w:val")) == half_points


def test_twenty_two_lines_of_twenty_eight_characters_fit(paper: Any) -> None:
    body = style(paper, "公文正文")
    spacing = body.find(qn("w:pPr")).find(qn("w:spacing"))
    assert spacing.get(qn("w:lineRule")) == "exact"
    line = int(spacing.get(qn("w:line"))) / 20 / 72 * 25.4
    assert 22 * line <= 225 < 22.1 * line
    tighter = int(body.find(qn("w:rPr")).find(qn("w:spacing")).get(qn("w:val"))) / 20
    character = (16 + tighter) / 72 * 25.4
    assert 28 * character <= 156 < 28.2 * character
    assert body.find(qn("w:pPr")).find(qn("w:ind")).get(qn("w:firstLineChars")) == "200"


def test_page_numbers_stand_outside(paper: Any) -> None:
    assert paper.settings.odd_and_even_pages_header_footer
    for section in paper.sections:
        for footer, name in ((section.footer, "单页码"), (section.even_page_footer, "双页码")):
            (number,) = footer.paragraphs
            assert number.text == "— 1 —" and number.style.name == name
            assert "PAGE" in [code.text for code in number._p.iter(qn("w:instrText"))]
    sides = [
        style(paper, name).find(qn("w:pPr")).find(qn("w:jc")).get(qn("w:val"))
        for name in ("单页码", "双页码")
    ]
    assert sides == ["right", "left"]


def test_every_table_repeats_its_header_and_keeps_rows_whole(paper: Any) -> None:
    for table, header_rows in zip(paper.tables, (1, 1, 1, 2, 1), strict=True):
        rows = list(table._tbl.tr_lst)
        repeated = [row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in rows]
        assert repeated == [True] * header_rows + [False] * (len(rows) - header_rows)
        assert all(row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in rows)
        assert table._tbl.tblPr.find(qn("w:tblBorders")) is not None


# --- what stands in it --------------------------------------------------------------------------------------


def test_opening_list_and_signature_are_the_source_s(paper: Any, real: QuarterData) -> None:
    texts = [p.text for p in paper.paragraphs]
    assert texts[0].replace("\n", "") == real.fact("title")
    assert texts[1] == f"{real.fact('addressees')}："
    first = next(i for i, text in enumerate(texts) if text.startswith("附件："))
    titles = list(real.annexes["title"])
    assert texts[first : first + 5] == [
        f"附件：1.{titles[0]}",
        *(f"{i}.{t}" for i, t in enumerate(titles[1:], 2)),
    ]
    assert texts[first + 5 : first + 7] == [real.fact("issuer"), "2023年1月18日"]


def test_what_only_the_office_knows_is_left_to_fill_in(paper: Any) -> None:
    labels = [node.get(qn("w:val")) for node in paper.element.iter(qn("w:alias"))]
    assert labels == ["发文机关标志", "发文字号", "版记"]
    shown = everything(paper)
    assert all(word in shown for word in ("抄送：", "（印发机关）", "（印发日期）"))


def test_every_figure_of_the_tables_stands_in_its_cell(paper: Any, real: QuarterData) -> None:
    annexes = real.declaration.annexes
    unreported = {cell_of(row): row["printed"] for row in real.unreported.to_dict("records")}
    places = dict(zip(annexes, map(_by_place, paper.tables), strict=True))
    for name, spec in annexes.items():
        for record in real.table(name).to_dict("records"):
            key = {k: record[k] for k in spec.key}
            for column in record.keys() & {*spec.measures}:
                empty = unreported.get(CellRef(name, record[spec.row_key], column, *list(key.values())[1:]))
                text = record.get(f"{column}_printed") or str(record[column])
                assert places[name][(*key.values(), column)] == (text if empty is None else empty)
    for total in real.printed_totals.to_dict("records"):
        at = cell_of(total)
        assert places[at.table][(*at.names, at.column)] == total["printed"]


ANNEXES = ["districts", "city_departments", "district_departments", "towns_and_villages", "public_services"]
_MEASURES = {
    "办件数": "cases",
    "评价数": "evaluations",
    "评价率": "evaluation_rate",
    "主动评价数": "active_evaluations",
    "差评数": "negative_evaluations",
    "整改满意率": "rectification_satisfaction_rate",
    "按时整改数": "rectified_on_time",
    "总量占比": "share",
    "镇级": "town",
    "村级": "village",
}


def _by_place(table: Any) -> dict[tuple[str, ...], str]:
    """Cell texts by name, rest of the key and measure, from the headings over them."""
    rows = cells(table)
    levels = 2 if rows[0] != rows[1] and rows[1][0] == "序号" else 1
    found = {}
    for row in rows[levels:]:
        for column in range(2, len(row)):
            above = [_MEASURES.get(rows[level][column], rows[level][column]) for level in range(levels)]
            if above[-1] not in _MEASURES.values():
                above.append("evaluations")
            found[(row[1], *above, row[column])[:-1]] = row[column]
    return found


def test_serial_numbers_count_and_totals_have_none(paper: Any, real: QuarterData) -> None:
    rows = cells(paper.tables[2])
    assert [row[0] for row in rows] == ["序号", *map(str, range(1, 31)), ""]
    assert rows[-1][1] == "汇总" and cells(paper.tables[4])[-1] == ["", "总数", "1989842", ""]


def test_each_annex_is_heading_title_table_and_note(paper: Any, real: QuarterData) -> None:
    pieces = [(p.tag.split("}")[1], "".join(t.text for t in p.iter(qn("w:t")))) for p in paper.element.body]
    for annex in real.annexes.to_dict("records"):
        at = pieces.index(("p", f"附件{annex['annex']}"))
        assert pieces[at + 1] == ("p", annex["title"]) and pieces[at + 2][0] == "tbl"
        assert pieces[at + 3][0] == "p" and pieces[at + 3][1].startswith("备注：数据来源")
        assert pieces[at + 3][1].endswith("数据提取时间：2023年1月5日。")


def test_the_text_states_the_source_s_figures_and_ranks_nobody(paper: Any, real: QuarterData) -> None:
    text = text_of(paper)
    assert "归集上传办件评价数据9069695条，评价率99.9%以上。" in text
    assert "整改率" not in text.replace(real.fact("planned_work"), "")  # no negative rating is listed
    assert "一、总体情况" in text and "二、存在问题" in text and "三、下一步工作" in text
    assert "有8个市直部门（单位）有评价而没有主动评价" in text
    assert real.fact("planned_work") in text
    assert not re.search(r"最高|最低|第一|末位|排名|倒数|,", text)


def test_nothing_internal_and_no_unit_is_named(paper: Any, real: QuarterData) -> None:
    shown = everything(paper)
    assert not re.search(r"可送审|附说明送审|建议核实后送审|须更正|需核实|存疑|草稿|\bNone\b|nan", shown)
    names = [*real.districts["district"], *real.city_departments["department"]]
    names += list(real.district_departments["department"].unique())
    assert [name for name in names if name in text_of(paper)] == []


def test_the_city_may_allow_names(real: QuarterData, reference: Reference) -> None:
    allowed = replace(reference, city={**reference.city, "bulletin": {"name_units": True}})
    text = "".join(block.text for block in bulletin_text(real, compute_figures(real), allowed))
    assert "个别区县（经开区、文昌湖区）村（社区）评价数为零" in text


def test_every_number_of_the_text_is_a_figure_or_a_claim(paper: Any, real: QuarterData) -> None:
    known = {figure.text.replace(",", "") for figure in compute_figures(real).values()}
    known |= {"9069695", "99.9%"}
    rest = text_of(paper).replace(real.quarter.label, "").replace(real.fact("planned_work"), "")
    assert set(re.findall(r"\d[\d.]*%?", rest)) <= known


def test_read_back_it_is_the_same_quarter(
    paper: Any, real: QuarterData, reference: Reference, tmp_path: Path
) -> None:
    path = tmp_path / "bulletin.txt"
    path.write_text("\n".join(_lines(paper)), encoding="utf-8")
    again = read_raw(tmp_path, real.quarter, reference)
    assert again == without_rates_of_nothing(real)
    for fact in ("title", "issuer", "issue_date", "addressees", "planned_work", "extraction_date"):
        assert again.fact(fact) == real.fact(fact)


def _lines(document: Any) -> Iterator[str]:
    """Paragraphs and rows in order, content controls left out; a merged heading is said once."""
    for piece in document.iter_inner_content():
        if hasattr(piece, "rows"):
            for row in piece._tbl.tr_lst:
                texts = ["".join(t.text for t in cell.iter(qn("w:t"))) for cell in row.tc_lst]
                yield " ".join(text for text in texts if text)
        elif piece.text:
            yield piece.text


# --- drafts, corrections, other quarters --------------------------------------------------------------------


def test_while_something_must_be_corrected_it_is_a_draft(
    real: QuarterData, real_report: CheckReport, reference: Reference, tmp_path: Path
) -> None:
    assert bulletin_name(real_report) == DRAFT
    document = written(real, reference, tmp_path, real_report)
    page = document.element.body[0]
    texts = ["".join(t.text for t in p.iter(qn("w:t"))) for p in page.iter(qn("w:p"))]
    to_correct = real_report.matters_to_correct
    assert len(to_correct) == 5
    assert texts == [DRAFT_HEADING, *(f"{number}. {matter.title}" for number, matter in to_correct), ""]
    (last_break,) = page.iter(qn("w:br"))
    assert last_break.get(qn("w:type")) == "page"
    after = everything(document).replace("\n".join(filter(None, texts)), "")
    assert "须更正" not in after and "建议核实后送审" not in after


def test_it_is_no_draft_once_all_are_corrected(real_report: CheckReport) -> None:
    done = [replace(f, status="corrected") if f.severity == "correct" else f for f in real_report.findings]
    assert bulletin_name(replace(real_report, findings=tuple(done))) == FINAL
    assert bulletin_name(NOTHING) == FINAL


def test_corrected_values_are_printed(real: QuarterData, reference: Reference, tmp_path: Path) -> None:
    evaluations = CellRef("city_departments", "市水务集团有限责任公司", "evaluations")
    total = CellRef("public_services", "总数", "evaluations")
    day = CellRef("districts", "备注", "extraction_date")
    corrections = [
        Correction(evaluations, "11237", "11273"),
        Correction(total, "1989842", "1994198"),
        Correction(day, "2023-01-05", "2023-01-06"),
    ]
    document = written(apply_corrections(real, corrections, reference), reference, tmp_path)
    row = next(r for r in cells(document.tables[1]) if r[1] == "市水务集团有限责任公司")
    assert row[2:4] == ["11273", "11273"]
    assert cells(document.tables[4])[-1][2] == "1994198"
    assert "公共服务领域评价1994198条" in text_of(document)
    notes = [p.text for p in document.paragraphs if p.text.startswith("备注：")]
    assert notes[0].endswith("数据统计范围2022年10月1日至2022年12月31日，数据提取时间：2023年1月6日。")
    assert notes[0].startswith("备注：数据来源") and notes[1].endswith("2023年1月5日。")


@pytest.mark.slow
@pytest.mark.parametrize("missing", ANNEXES)
def test_an_absent_annex_is_left_out_and_the_numbers_stay(
    missing: str, real: QuarterData, reference: Reference, tmp_path: Path
) -> None:
    annexes = real.annexes[real.annexes["table"] != missing]
    data = replace(without_annexes(real, missing), annexes=annexes)
    document = written(data, reference, tmp_path)
    shown = everything(document)
    numbers = [p.text for p in document.paragraphs if re.fullmatch(r"附件\d", p.text)]
    assert numbers == [f"附件{n}" for n, name in enumerate(ANNEXES, start=1) if name != missing]
    assert len(document.tables) == 4 and "不适用" not in shown and "None" not in shown
    number = ANNEXES.index(missing) + 1
    assert f"{number}.{real.annexes['title'][number - 1]}" not in shown


def test_a_quarter_without_anything_is_still_a_paper(reference: Reference, tmp_path: Path) -> None:
    document = written(QuarterData(Period(2023, 2), reference.declaration), reference, tmp_path)
    texts = [p.text for p in document.paragraphs]
    assert texts[0].replace("\n", "") == "关于2023年第二季度政务服务“好差评”工作情况的通报"
    assert not document.tables and not any(text.startswith("附件") for text in texts)
    assert reference.city["office"] in texts
    assert "（成文日期）" in everything(document) and "（主送机关）：" in everything(document)


def test_zero_denominators_and_absent_columns_are_not_told(
    real: QuarterData, reference: Reference, tmp_path: Path
) -> None:
    districts = real.districts.assign(cases=0, evaluations=0)
    districts = districts.assign(active_evaluations=0).astype(real.districts.dtypes.to_dict())
    departments = real.city_departments.drop(columns="active_evaluations")
    data = real.with_table("districts", districts).with_table("city_departments", departments)
    document = written(data, reference, tmp_path)
    assert cells(document.tables[1])[0] == ["序号", "部门", "办件数", "评价数", "评价率", "差评数"]
    text = text_of(document)
    assert "不适用" not in text and "区县合计评价率" not in text and "主动评价" not in text.split("二、")[0]
    assert "有11个区县本期办件数为零" in text


def test_totals_of_rows_and_columns_stand_where_the_source_has_them(
    real: QuarterData, reference: Reference, tmp_path: Path
) -> None:
    names = list(real.district_departments["department"].unique())
    data = with_total(real, "district_departments", "汇总", "evaluations", 7, "合计")
    for name in names:
        data = with_total(data, "district_departments", name, "evaluations", 7, "合计", "district_department")
    document = written(data, reference, tmp_path)
    matrix = cells(document.tables[2])
    assert matrix[0][-1] == "合计" and matrix[-1][1] == "汇总" and {row[-1] for row in matrix[1:]} == {"7"}


def test_names_that_xml_or_word_cannot_hold_survive(
    real: QuarterData, reference: Reference, tmp_path: Path
) -> None:
    districts = real.districts.copy()
    districts.loc[0, "district"] = "<甲&乙>\x07\u202e\ufffe区"
    document = written(real.with_table("districts", districts), reference, tmp_path)
    assert cells(document.tables[0])[1][1] == "<甲&乙>\\u{0007}\\u{202E}\\u{FFFE}区"


def test_same_input_same_bytes(real: QuarterData, reference: Reference, tmp_path: Path) -> None:
    for name in ("one.docx", "two.docx"):
        written(real, reference, tmp_path, name=name)
    assert (tmp_path / "one.docx").read_bytes() == (tmp_path / "two.docx").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.docx") as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
        assert not any("thumbnail" in name for name in archive.namelist())
    properties = docx.Document(str(tmp_path / "one.docx")).core_properties
    assert properties.created == properties.modified and "python" not in properties.comments.lower()


def test_another_city_s_paper(tmp_path: Path, reference: Reference) -> None:
    data = simulate(Period(2024, 1), 3)
    document = written(data, reference, tmp_path)
    assert len(document.tables) == 5
    assert document.paragraphs[0].text.replace("\n", "") == data.fact("title")


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("soffice") is None, reason="需要 LibreOffice：apt-get install libreoffice-writer"
)
def test_another_program_opens_it(real: QuarterData, reference: Reference, tmp_path: Path) -> None:
    written(real, reference, tmp_path)
    home = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", home, "--headless", "--convert-to", "txt:Text", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "b.docx")], check=True, capture_output=True, timeout=180)
    assert "区直部门第四季度“好差评”评价数据通报表" in (tmp_path / "b.txt").read_text(encoding="utf-8-sig")


def kept_with_next(paragraph: Any) -> bool:
    properties = paragraph._p.pPr
    order = [child.tag for child in properties]
    kept = properties.find(qn("w:keepNext")) is not None and properties.find(qn("w:widowControl")) is not None
    assert not kept or order[:3] == [qn("w:pStyle"), qn("w:keepNext"), qn("w:widowControl")]
    return kept


def test_a_heading_above_one_column_stands_horizontally() -> None:
    """Above columns of one digit it would be set one character a line."""
    paths = [
        ("序号",),
        ("县区",),
        ("政务服务便民热线", "件"),
        ("工单办理情况汇总", "件"),
        ("工单办理情况汇总", "次"),
    ]
    rows = [["1", "东山县", "1", "2", "3"], ["2", "西河县", "4", "5", "6"]]
    grid = AnnexGrid("hotline", 1, "热线", header_of(paths), rows, [])
    for available in (TEXT_WIDTH, TEXT_WIDTH // 2):
        size, widths = _fit_columns(grid, available)
        assert sum(widths) <= available
        for heading in (heading for headings in grid.header for heading in headings):
            room = sum(widths[heading.first_column : heading.first_column + heading.columns]) / (size * 20)
            least = em(heading.text) if available == TEXT_WIDTH else max(em(heading.text) / 2, 2)
            assert room >= least, heading


def test_the_last_lines_of_the_text_the_list_and_the_signature_stay_together(paper: Any) -> None:
    texts = [p.text for p in paper.paragraphs]
    first = next(i for i, text in enumerate(texts) if text.startswith("附件：1."))
    assert [kept_with_next(p) for p in paper.paragraphs[first - 2 : first + 7]] == [
        False,
        *[True] * 7,
        False,
    ], "the last paragraph, five annexes, the issuer; the date is the end"


def test_a_signature_to_fill_in_is_kept_too(real: QuarterData, reference: Reference, tmp_path: Path) -> None:
    about = real.about[~real.about["field"].isin(["issuer", "issue_date"])]
    document = written(
        replace(real, about=about), replace(reference, city={**reference.city, "office": ""}), tmp_path
    )
    [issuer] = [p for p in document.element.iter(qn("w:p")) if "（发文机关）" in "".join(p.itertext())]
    assert issuer.find(f"{qn('w:pPr')}/{qn('w:keepNext')}") is not None


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("soffice") is None, reason="需要 LibreOffice：apt-get install libreoffice-writer"
)
def test_the_page_of_the_signature_has_text(reference: Reference, tmp_path: Path) -> None:
    import pdfplumber

    home = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    for lines in range(4):  # the text ends a line lower each time
        data = simulate(Period(2024, 1), 1)
        note = {
            "section": "通报·下一步工作",
            "kind": "paragraph",
            "text": "认真落实。" * (6 * lines + 1),
            "line": 1,
        }
        written(replace(data, notes=frame("notes", [note])), reference, tmp_path)
        command = ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
        subprocess.run([*command, str(tmp_path / "b.docx")], check=True, capture_output=True, timeout=180)
        with pdfplumber.open(tmp_path / "b.pdf") as pdf:
            pages = [page.extract_text().splitlines() for page in pdf.pages[:4]]
        [signed] = [page for page in pages if any("2024年4月30日" in line.replace(" ", "") for line in page)]
        first = next(i for i, line in enumerate(signed) if line.replace(" ", "").startswith("附件：1."))
        assert first > 0, "the list begins below a line of text"

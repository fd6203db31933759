"""Files that cannot be read with certainty: one message that names file, sheet and cell."""

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from haochaping.core.errors import InputRefused
from haochaping.core.model import QuarterData
from haochaping.read.formats.file_format import WORKBOOK, file_format
from haochaping.read.raw_folder import read_raw
from haochaping.reference.reference import Reference
from tests.read.office_files import write_webpage, write_word, write_workbook

Edit = Callable[[openpyxl.Workbook], None]


def set_cell(sheet: str, cell: str, value: object) -> Edit:
    def edit(workbook: openpyxl.Workbook) -> None:
        workbook[sheet][cell] = value

    return edit


def hide(workbook: openpyxl.Workbook) -> None:
    workbook["表1"].sheet_state = "hidden"


def merge(workbook: openpyxl.Workbook) -> None:
    workbook["表1"].merge_cells("C5:C7")


def far_cell(workbook: openpyxl.Workbook) -> None:
    workbook["表1"]["A1048576"] = "x"


def stray(workbook: openpyxl.Workbook) -> None:
    sheet = workbook.create_sheet("草稿")
    for row in ([1, 2, 3], [4, 5, 6], [7, 8, 9]):
        sheet.append(row)


def second_header(workbook: openpyxl.Workbook) -> None:
    workbook["表5"].append(["序号", "区县", "评价数", "总量占比"])
    workbook["表5"].append([1, "某某区", 5, "100%"])


def gap(workbook: openpyxl.Workbook) -> None:
    workbook["表1"].delete_rows(6)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (set_cell("表1", "C5", date(2022, 1, 2)), ["工作表“表1” 第 5 行 C 列", "2022-01-02", "办件数"]),
        (set_cell("表1", "C5", "12a"), ["第 5 行 C 列", "12a"]),
        (set_cell("表1", "C5", 12.5), ["第 5 行 C 列", "12.5"]),
        (set_cell("表1", "C5", -3), ["第 5 行 C 列", "-3"]),
        (set_cell("表1", "E5", 98.5), ["第 5 行 E 列", "98.5", "百分数"]),
        (set_cell("表1", "B5", date(2022, 1, 2)), ["第 5 行 B 列", "单位名称"]),
        (set_cell("表1", "B5", None), ["第 5 行 B 列", "应有名称"]),
        (set_cell("表1", "C5", "=1+1"), ["C5", "公式没有结果"]),
        (set_cell("表1", "D3", "没有的列"), ["没有的列", "应有“评价数”列", "annexes.toml"]),
        (set_cell("表1", "D3", None), ["D 列有内容而没有列名"]),
        (hide, ["工作表“表1”", "隐藏"]),
        (merge, ["第 6 行 C 列", "合并单元格"]),
        (far_cell, ["1048576 行"]),
        (stray, ["草稿", "有数据而没有表头"]),
        (second_header, ["备注之后不应再有数据"]),
        (gap, ["序号应为 3"]),
    ],
)
def test_a_damaged_workbook(
    real: QuarterData, reference: Reference, tmp_path: Path, edit: Edit, said: list[str]
) -> None:
    path = tmp_path / "附件.xlsx"
    write_workbook(real, path)
    workbook = openpyxl.load_workbook(path)
    edit(workbook)
    workbook.save(path)
    with pytest.raises(InputRefused) as refusal:
        read_raw(tmp_path, real.quarter, reference)
    for text in said:
        assert text in refusal.value.message, refusal.value.message
    assert "附件.xlsx" in refusal.value.message


def word_without_tables(data: QuarterData, path: Path) -> None:
    import docx

    document = docx.Document()
    document.add_paragraph(data.fact("title"))
    document.save(str(path))


def bomb(data: QuarterData, path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 310_000_000)


def macros(data: QuarterData, path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/vbaProject.bin", b"x")


def picture_pdf(data: QuarterData, path: Path) -> None:
    import matplotlib.pyplot as plt

    figure = plt.figure()
    figure.figimage(np.random.default_rng(1).random((40, 40)), resize=True)
    figure.savefig(path, format="pdf")
    plt.close(figure)


def encrypted(data: QuarterData, path: Path) -> None:
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 900 + "EncryptedPackage".encode("utf-16-le")
    )


def old_word(data: QuarterData, path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 900 + "WordDocument".encode("utf-16-le"))


def cut_off(data: QuarterData, path: Path) -> None:
    write_word(data, path)
    path.write_bytes(path.read_bytes()[:5000])


def empty_page(data: QuarterData, path: Path) -> None:
    path.write_text("<html><body></body></html>", encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("write", "name", "said"),
    [
        (word_without_tables, "通报.docx", "没有附件表格"),
        (bomb, "附件.xlsx", "解开后"),
        (macros, "附件.xlsm", "宏"),
        (picture_pdf, "通报.pdf", "扫描件"),
        (encrypted, "附件.xlsx", "已加密"),
        (old_word, "通报.doc", "另存为 .docx"),
        (cut_off, "通报.docx", "损坏"),
        (empty_page, "通报.html", "没有附件表格"),
    ],
)
def test_a_file_of_the_wrong_kind(
    real: QuarterData,
    reference: Reference,
    tmp_path: Path,
    write: Callable[[QuarterData, Path], None],
    name: str,
    said: str,
) -> None:
    write(real, tmp_path / name)
    with pytest.raises(InputRefused) as refusal:
        read_raw(tmp_path, real.quarter, reference)
    assert name in refusal.value.message and said in refusal.value.message


def test_the_format_is_known_by_content_not_by_name(
    real: QuarterData, reference: Reference, tmp_path: Path
) -> None:
    write_word(real, tmp_path / "通报.txt")
    assert read_raw(tmp_path, real.quarter, reference) == real


@pytest.mark.slow
def test_two_sources_are_compared_cell_by_cell(
    real: QuarterData, reference: Reference, tmp_path: Path
) -> None:
    from haochaping.checks.run_rules import run_rules

    write_workbook(real, tmp_path / "附件.xlsx")
    write_webpage(real, tmp_path / "通报.html")
    same = read_raw(tmp_path, real.quarter, reference)
    assert same.second.empty and same.fact("source_used") == "附件.xlsx"
    assert same.headline["figure"].tolist() == real.headline["figure"].tolist(), "what only the text says"
    workbook = openpyxl.load_workbook(tmp_path / "附件.xlsx")
    workbook["表1"]["D5"] = 4242
    workbook.save(tmp_path / "附件.xlsx")
    other = read_raw(tmp_path, real.quarter, reference)
    row = real.districts.loc[1]
    assert other.second[["table", "column", "printed", "file"]].to_numpy().tolist() == [
        ["districts", "evaluations", str(row["evaluations"]), "通报.html"]
    ]
    found = [f for f in run_rules(other, reference).findings if f.check == "two_sources"]
    assert len(found) == 1
    assert found[0].message == (
        f"附件1“{row['district']}”评价数列为 4242，通报.html列为 {row['evaluations']}，两份资料不同。"
    )


def test_an_annex_that_only_the_second_source_has_is_taken_from_it(
    real: QuarterData, reference: Reference, tmp_path: Path
) -> None:
    write_workbook(real, tmp_path / "附件.xlsx")
    write_webpage(real, tmp_path / "通报.html")
    workbook = openpyxl.load_workbook(tmp_path / "附件.xlsx")
    del workbook["表5"]
    workbook.save(tmp_path / "附件.xlsx")
    both = read_raw(tmp_path, real.quarter, reference)
    assert both == real and both.fact("annexes_from") == "附件5取自 通报.html"
    assert both.annexes["table"].tolist().count("public_services") == 1


@pytest.mark.parametrize("part", ["word/document.xml", "[Content_Types].xml"])
def test_a_part_in_an_unknown_encoding(
    real: QuarterData, reference: Reference, tmp_path: Path, part: str
) -> None:
    path = tmp_path / "通报.docx"
    write_word(real, path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    _, mark, rest = parts[part].partition(b"?>")
    assert mark
    parts[part] = b'<?xml version="1.0" encoding="A0"?>' + rest
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(InputRefused, match="损坏"):
        read_raw(tmp_path, real.quarter, reference)


def test_a_span_of_many_digits(reference: Reference, real: QuarterData, tmp_path: Path) -> None:
    write_webpage(real, tmp_path / "通报.html")
    page = (tmp_path / "通报.html").read_text(encoding="utf-8")
    assert 'rowspan="1"' in page
    page = page.replace('rowspan="1"', f'rowspan="{"9" * 5000}"', 1)
    (tmp_path / "通报.html").write_text(page, encoding="utf-8")
    with pytest.raises(InputRefused, match=r"通报\.html"):
        read_raw(tmp_path, real.quarter, reference)


def test_a_sheet_listed_many_times(real: QuarterData, reference: Reference, tmp_path: Path) -> None:
    path = tmp_path / "附件.xlsx"
    write_workbook(real, path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    workbook = parts["xl/workbook.xml"]
    start, stop = workbook.index(b"<sheet "), workbook.index(b"</sheets>")
    parts["xl/workbook.xml"] = workbook[:stop] + workbook[start:stop] * 2000 + workbook[stop:]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(InputRefused, match="损坏"):
        read_raw(tmp_path, real.quarter, reference)


def test_a_workbook_of_excel_95_is_known_by_its_stream(tmp_path: Path, reference: Reference) -> None:
    """Its records are in a stream called Book, those of later versions in Workbook."""
    path = tmp_path / "附件.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 900 + "Book".encode("utf-16-le"))
    assert file_format(path, reference) == WORKBOOK

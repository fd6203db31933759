"""Two invented cities that are not Zibo, declared by data only (``tests/cities/``), and forms filled in for them.

``similar`` has other names, words, numbers of annexes and columns; ``unlike`` has halls, five levels, months, rows of two
groups in one table and columns by channel.
"""

from __future__ import annotations

import datetime
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import openpyxl

CITIES = Path(__file__).parents[1] / "cities"
Row = Mapping[str, object]


@dataclass(frozen=True)
class SecondCity:
    """A city with one filled-in period.

    Attributes
    ----------
    sheets : mapping
        By sheet and unit the cells, by their headings without unit; totals stand under their labels.
    foreign : tuple of str
        Words that must stand in none of its outputs.
    slip : tuple
        Sheet, unit, heading and a wrong value.
    """

    name: str
    period: str
    title: str
    addressees: str
    sheets: Mapping[str, Mapping[str, Row]]
    foreign: tuple[str, ...]
    slip: tuple[str, str, str, object]

    def start(self, root: Path) -> None:
        """Make its data root."""
        shutil.copytree(CITIES / self.name / "reference", root / "reference")

    def fill(self, workbook_path: Path, slip: tuple[str, str, str, object] | None = None) -> None:
        """Fill in the form that ``make new`` wrote, formulas too, as a person may."""
        workbook = openpyxl.load_workbook(workbook_path)
        for sheet_name, rows in self.sheets.items():
            sheet = workbook[sheet_name]
            headings = {str(cell.value).partition("（")[0]: cell.column for cell in sheet[1]}
            for cells in sheet.iter_rows(min_row=2):
                name = str(cells[1].value)
                for heading, value in rows.get(name, {}).items():
                    if slip and slip[:3] == (sheet_name, name, heading):
                        value = slip[3]
                    sheet.cell(cells[0].row, headings[heading]).value = value
        entries = {
            "数据提取时间": datetime.date(2024, 4, 15),
            "通报标题": self.title,
            "主送": self.addressees,
        }
        for cells in workbook["正文与日期"].iter_rows(min_row=2):
            if cells[0].value in entries:
                workbook["正文与日期"].cell(cells[0].row, 2).value = entries[cells[0].value]
        workbook.save(workbook_path)


def _table(
    headings: str,
    rows: Mapping[str, tuple[object, ...]],
    *,
    total: str = "",
    rates: Mapping[str, str] | None = None,
    subtotals: Mapping[str, tuple[str, ...]] | None = None,
) -> dict[str, Row]:
    """Rows of a sheet, with rows of the sums of the headings that `total` names.

    These rows are 合计 with the given `rates` of all units, or `subtotals`, each with the units that it adds up.
    """
    names = headings.split()
    table: dict[str, Row] = {unit: dict(zip(names, values, strict=True)) for unit, values in rows.items()}
    summed = {label: units for label, units in (subtotals or {"合计": tuple(rows)}).items() if total}
    for label, units in summed.items():
        sums = {name: sum(table[unit][name] for unit in units) for name in total.split()}  # type: ignore[misc]
        shown = sums | dict(rates or {})
        table[label] = {name: shown[name] for name in names if name in shown}
    return table


_COUNTS = "办件量 评价量 评价率 自主评价量 不满意量 按期整改数"
_SUMMED = "办件量 评价量 自主评价量 不满意量 按期整改数"
_ZIBO = (
    "淄博",
    "区县",
    "市直",
    "区直",
    "镇村",
    "镇（街道）",
    "村（社区）",
    "公共服务",
    "主动评价",
    "差评",
    "好差评",
)
SIMILAR = SecondCity(
    "similar",
    "2024Q1",
    "关于2024年第一季度政务服务评价情况的通报",
    "各县市行政审批局，市级各单位",
    {
        "附件1 市级单位": _table(
            _COUNTS,
            {
                "市公安局": (5200, 5100, "98.08%", 900, 12, 12),
                "市人社局": (830, 820, "98.80%", 120, 3, 2),
                "市医保局": (2410, 2400, "99.59%", 300, 0, 0),
                "市档案馆": (0, 0, "/", 0, 0, 0),
            },
            total=_SUMMED,
            rates={"评价率": "98.58%"},
        ),
        "附件2 各县市": _table(
            _COUNTS,
            {
                "安丘县": (41000, 40100, "97.80%", 8100, 40, 38),
                "西陵市": (38200, 38000, "99.48%", 2100, 22, 22),
                "岚河县": (9100, 9000, "98.90%", 1900, 9, 9),
                "云岫开发区": (1200, 1150, "95.83%", 240, 1, 1),
            },
            total=_SUMMED,
            rates={"评价率": "98.60%"},
        ),
        "附件3 县级单位": _table(
            "安丘县 西陵市 岚河县 云岫开发区",
            {
                "公安局": (9000, 8000, 2100, 300),
                "人社局": (3000, 2500, 700, 0),
                "自然资源局": (1500, 900, 300, 80),
            },
            total="安丘县 西陵市 岚河县 云岫开发区",
        ),
        "附件4 水电气热": _table(
            "评价量 占比",
            {
                "安丘县": (5000, "55.56%"),
                "西陵市": (3000, "33.33%"),
                "岚河县": (900, "10.00%"),
                "云岫开发区": (100, "1.11%"),
            },
            total="评价量",
        ),
    },
    _ZIBO,
    ("附件1 市级单位", "市人社局", "评价率", "89.80%"),
)
_LEVELS = "评价总数 非常满意 满意 基本满意 不满意 非常不满意 满意率"
UNLIKE = SecondCity(
    "unlike",
    "2024M03",
    "关于2024年3月大厅服务评价情况的通报",
    "各乡镇，县直各部门",
    {
        "各大厅": _table(
            _LEVELS,
            {
                "县政务大厅": (5875, 5000, 800, 60, 12, 3, "99.74%"),
                "不动产登记厅": (1169, 900, 200, 40, 20, 9, "97.52%"),
                "车辆管理厅": (2273, 2100, 150, 20, 2, 1, "99.87%"),
                "婚姻登记厅": (15, 12, 3, 0, 0, 0, "100%"),
            },
            total="评价总数 非常满意 满意 基本满意 不满意 非常不满意",
            rates={"满意率": "99.50%"},
        ),
        "各单位": _table(
            "受理 办结 得分",
            {
                "青石镇": (120, 118, 96.5),
                "双桥镇": (80, 80, 98),
                "大岭乡": (0, 0, 95),
                "县人社局": (310, 305, 97.2),
                "县民政局": (95, 95, 99.1),
            },
            total="受理 办结",
            subtotals={"乡镇小计": ("青石镇", "双桥镇", "大岭乡"), "部门小计": ("县人社局", "县民政局")},
        ),
        "大厅分渠道": _table(
            "窗口评价总数 网上评价总数 电话评价总数",
            {
                "县政务大厅": (5000, 800, 75),
                "不动产登记厅": (1000, 150, 19),
                "车辆管理厅": (2000, 273, 0),
                "婚姻登记厅": (15, 0, 0),
            },
            total="窗口评价总数 网上评价总数 电话评价总数",
        ),
    },
    (*_ZIBO, "季度", "本季", "季末"),
    ("各大厅", "不动产登记厅", "非常满意", 990),
)


def texts_of_outputs(folder: Path) -> Iterator[tuple[str, str]]:
    """Name and content of every text in a folder, and of every part of the packed files in it."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".docx", ".xlsx"):
            with zipfile.ZipFile(path) as archive:
                for part in archive.namelist():
                    if part.endswith((".xml", ".rels")):
                        yield f"{path.name} {part}", archive.read(part).decode("utf-8")
        elif path.suffix in (".html", ".csv", ".json", ".ipynb", ".md", ".log", ".txt"):
            yield path.name, path.read_text("utf-8")

"""Any table to a workbook that a colleague can use: Chinese heads, number formats, widths, notes on a second sheet."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pandas as pd

from haochaping.analysis.labelled_table import COUNT, NUMBER, PERCENT, POINTS, SPAN, shown_text
from haochaping.files.atomic_write import atomic_write
from haochaping.outputs.excel.workbook_style import Styles, display_width, open_workbook, set_page
from haochaping.present.html_table import in_chinese

_FORMATS = {COUNT: "#,##0", PERCENT: "0.00%", POINTS: "0.00%", SPAN: "0.00%", NUMBER: "General"}
_LEAST_WIDTH, _MOST_WIDTH = 8, 60
_MOST_ROWS = 1_048_575


def to_excel(frame: pd.DataFrame, path: str | os.PathLike[str], sheet: str = "数据") -> Path:
    """把一张表写成 Excel：中文列名、数字格式、列宽、首行冻结；说明另在一张工作表。``pd.read_excel`` 可以读回。

    百分比存为小数、显示为百分比；数仍是数，缺的是空格。同名文件会被换掉。

    Parameters
    ----------
    frame : DataFrame
        ``hcp.table`` 等得到的表，或任何一张表；英文列名换成中文。
    path : path
        写到哪里，以 ``.xlsx`` 结尾。
    sheet : str
        工作表的名称。

    Returns
    -------
    Path
        写好的文件。

    Examples
    --------
    >>> import haochaping as hcp, tempfile, pandas as pd
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = hcp.to_excel(hcp.table(hcp.load("2022Q4"), "附件1"), folder + "/附件1.xlsx")
    ...     pd.read_excel(written)["区县"].tolist()[:2]
    ['张店区', '淄川区']
    """
    target = Path(path)
    if target.suffix.lower() != ".xlsx":
        raise ValueError(f"没有写：{target.name}；文件名应以 .xlsx 结尾")
    if len(frame) > _MOST_ROWS:
        raise ValueError(f"没有写：表有 {len(frame)} 行，一张工作表最多 {_MOST_ROWS} 行，请先筛选或汇总")
    content = frame if frame.index.dtype.kind in "iu" else frame.reset_index()
    shown = in_chinese(pd.DataFrame(content).rename(columns=frame.attrs.get("headings", {})))
    buffer = io.BytesIO()
    workbook = open_workbook(buffer, frame.attrs.get("title", "") or sheet)
    styles, kinds, units = Styles(workbook), frame.attrs.get("kinds", {}), frame.attrs.get("units", {})
    page = workbook.add_worksheet(sheet)
    for column, name in enumerate(shown.columns):
        kind = kinds.get(name, "") or _kind(shown.iloc[:, column])
        texts = [shown_text(value, kind) for value in shown.iloc[:, column].head(2000)]
        width = max(map(display_width, (str(name), *texts)), default=0) + 3
        page.set_column(column, column, min(max(width, _LEAST_WIDTH), _MOST_WIDTH))
        page.write_string(0, column, str(name), styles.head)
        for row, value in enumerate(shown.iloc[:, column], start=1):
            _write(page, row, column, value, styles.get(num_format=_FORMATS.get(kind, "General"), border=1))
    page.freeze_panes(1, 0)
    if len(shown):
        page.autofilter(0, 0, len(shown), max(0, shown.shape[1] - 1))
    set_page(page, landscape=shown.shape[1] > 6)
    lines = [frame.attrs.get("title", ""), *(f"{name}：单位 {unit}" for name, unit in units.items())]
    if notes := [line for line in (*lines, *frame.attrs.get("notes", ())) if line]:
        about = workbook.add_worksheet("说明")
        about.set_column(0, 0, 100)
        for row, line in enumerate(notes):
            about.write_string(row, 0, line, styles.get(text_wrap=True))
    workbook.close()
    target.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(target, buffer.getvalue())
    return target


def _write(page: Any, row: int, column: int, value: Any, style: Any) -> None:
    if value is None or (not isinstance(value, (list, tuple, dict, set)) and pd.isna(value)):
        page.write_blank(row, column, None, style)
    elif isinstance(value, bool):
        page.write_boolean(row, column, value, style)
    elif isinstance(value, (int, float)) or (hasattr(value, "__float__") and not isinstance(value, str)):
        page.write_number(row, column, float(value), style)
    else:
        page.write_string(row, column, str(value)[:32_000], style)


def _kind(values: pd.Series) -> str:
    """Whole numbers are shown with separators, also where nobody said what they are."""
    is_whole = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    return COUNT if is_whole and values.dropna().mod(1).eq(0).all() else ""

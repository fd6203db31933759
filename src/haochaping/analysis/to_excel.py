"""Any table to a workbook that a colleague can use: Chinese heads, number formats, widths, notes on a second sheet."""

from __future__ import annotations

import io
import itertools
import math
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from haochaping.analysis.labelled_table import (
    COUNT,
    NUMBER,
    PERCENT,
    POINTS,
    SPAN,
    kinds_of_cells,
    notes_of,
    shown_text,
    title_of,
)
from haochaping.core.errors import WrongArgument, describe_os_error, refuse
from haochaping.files.atomic_write import atomic_write
from haochaping.outputs.excel.workbook_style import (
    Styles,
    display_width,
    fit_row,
    open_workbook,
    set_page,
)
from haochaping.present.html_table import in_chinese

_DECIMAL = "decimal"
"""What became of counts by arithmetic: with decimals."""
_FORMATS = {
    COUNT: "#,##0",
    PERCENT: "0.00%",
    POINTS: "0.00%",
    SPAN: "0.00%",
    NUMBER: "General",
    _DECIMAL: "#,##0.00",
}
_LEAST_WIDTH, _MOST_WIDTH, _MOST_WIDTH_OF_MANY = 8, 44, 24
_MANY_COLUMNS = 6
"""A table of more is printed across, its columns are narrower."""
_MOST_ROWS = 1_048_575
_NOTES, _VALUE = "说明", "数"
_SHEET_NAME = re.compile(r"(?!')[^\[\]:*?/\\]{1,31}(?<!')")


def to_excel(
    frame: pd.DataFrame | pd.Series | Mapping[str, pd.DataFrame],
    path: str | os.PathLike[str],
    sheet: str = "数据",
) -> Path:
    """把一张表写成 Excel：中文列名、数字格式、列宽、首行冻结；说明另在一张工作表。``pd.read_excel(文件, engine="calamine")`` 可以读回。

    百分比存为小数、显示为百分比；数仍是数，缺的是空格。同名文件会被换掉。

    Parameters
    ----------
    frame : DataFrame, Series or dict
        ``hcp.table`` 等得到的表，或任何一张表；英文列名换成中文，自己算的百分比先用 ``hcp.as_percent`` 声明。
        几张表写在一个文件里的，写作 ``{"工作表名": 表, …}``。
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
    ...     pd.read_excel(written, engine="calamine")["区县"].tolist()[:2]
    ['张店区', '淄川区']

    Raises
    ------
    WrongArgument
        不是表，文件名、工作表名不能用，没有这个文件夹，或行数过多。
    InputRefused
        写不进去，如文件正在 Excel 中打开；原有的文件不动。
    """
    if not isinstance(path, (str, os.PathLike)):
        raise WrongArgument('没有写：应写作 hcp.to_excel(表, "文件.xlsx")，先写表，后写文件名')
    target = Path(path).expanduser()
    tables = dict(frame) if isinstance(frame, Mapping) else {sheet: frame}
    if len({str(name).casefold() for name in tables}) < max(len(tables), 1):
        raise WrongArgument("没有写：至少要有一张表，各工作表的名称不能相同（不分大小写）")
    contents = {name: _as_written(table, target, name) for name, table in tables.items()}
    buffer = io.BytesIO()
    workbook = open_workbook(buffer, next(iter(map(title_of, contents.values())), "") or sheet)
    styles, written = Styles(workbook), []
    for name, content in contents.items():
        _write_table(workbook.add_worksheet(name), content, styles)
        written += _lines_about(content, name if len(contents) > 1 else "")
    if written:
        about = workbook.add_worksheet(next(name for name in _names_of_notes() if name not in contents))
        about.set_column(0, 0, 100)
        for row, line in enumerate(written):
            about.write_string(row, 0, line, styles.get(text_wrap=True))
    workbook.close()
    try:
        atomic_write(target, buffer.getvalue())
    except OSError as error:
        raise refuse(str(target), describe_os_error(error), "没有写成，原有的文件没有动") from None
    return target


def _names_of_notes() -> Iterator[str]:
    yield _NOTES
    yield from (f"{_NOTES}{number}" for number in itertools.count(2))


def _lines_about(content: pd.DataFrame, sheet: str) -> list[str]:
    """Title, units and notes of a table, under the name of its sheet where there are several."""
    units = content.attrs.get("units", {}).items()
    lines = [title_of(content), *(f"{name}：单位 {unit}" for name, unit in units if name in content)]
    found = [line for line in (*lines, *notes_of(content, content.attrs.get("headings"))) if line]
    return [f"【{sheet}】", *found] if sheet and found else found


def _as_written(frame: Any, target: Path, sheet: str) -> pd.DataFrame:
    """The table with its index as columns; refused where a workbook cannot hold it."""
    if isinstance(frame, pd.Series):
        frame = frame.to_frame(_VALUE if frame.name is None else frame.name)
    if not isinstance(sheet, str) or not _SHEET_NAME.fullmatch(sheet):
        raise WrongArgument(
            f"没有写：工作表名称“{sheet}”不能用，应为 1 至 31 个字，不含 [ ] : * ? / \\，不以撇号起止"
        )
    if not isinstance(frame, pd.DataFrame):
        raise WrongArgument(f"没有写：应是一张表，收到的是 {type(frame).__name__}")
    if target.suffix.lower() != ".xlsx":
        raise WrongArgument(f"没有写：{target.name}；文件名应以 .xlsx 结尾")
    if not target.parent.is_dir():
        raise WrongArgument(f"没有写：没有文件夹 {target.parent}，请先建立，或改写别处")
    if len(frame) > _MOST_ROWS:
        raise WrongArgument(f"没有写：表有 {len(frame)} 行，一张工作表最多 {_MOST_ROWS} 行，请先筛选或汇总")
    return frame if frame.index.dtype.kind in "iu" and frame.index.name is None else frame.reset_index()


def _write_table(page: Any, content: pd.DataFrame, styles: Styles) -> None:
    """Headings and cells from the first row on, with formats, widths, filter and frozen heading."""
    words = content.attrs.get("words", {})
    named = content.head(0).rename(
        columns={**words.get(content.columns.name, {}), **content.attrs.get("headings", {})}
    )
    if named.columns.nlevels > 1:
        named = named.set_axis([" ".join(filter(None, map(str, name))) for name in named.columns], axis=1)
    headings = in_chinese(named).columns
    is_wide = content.shape[1] > _MANY_COLUMNS
    most = _MOST_WIDTH_OF_MANY if is_wide else _MOST_WIDTH
    shown, widths = [], []
    for column, (name, heading) in enumerate(zip(content.columns, headings, strict=True)):
        values = list(content.iloc[:, column])
        if name in words:
            values = [words[name].get(value, value) for value in values]
        kinds = _kinds(content.iloc[:, column], kinds_of_cells(content, name))
        shown.append(list(map(shown_text, values, kinds)))
        needed = max(display_width(text) for text in (str(heading), *shown[-1])) + 3
        widths.append(min(max(needed, _LEAST_WIDTH), most))
        page.set_column(column, column, widths[-1])
        page.write_string(0, column, str(heading), styles.head)
        look = {"border": 1, "valign": "top", "text_wrap": needed > most}
        for row, (value, kind) in enumerate(zip(values, kinds, strict=True), start=1):
            _write(page, row, column, value, styles.get(num_format=_FORMATS.get(kind, "General"), **look))
    if most in widths:
        for row, texts in enumerate(zip(*shown, strict=True), start=1):
            fit_row(page, row, texts, widths)
    page.freeze_panes(1, 0)
    if len(content):
        page.autofilter(0, 0, len(content), max(0, content.shape[1] - 1))
    set_page(page, landscape=is_wide)


def _write(page: Any, row: int, column: int, value: Any, style: Any) -> None:
    if value is None or (not isinstance(value, (list, tuple, dict, set)) and pd.isna(value)):
        page.write_blank(row, column, None, style)
    elif isinstance(value, bool):
        page.write_boolean(row, column, value, style)
    elif isinstance(value, (int, float)) or (hasattr(value, "__float__") and not isinstance(value, str)):
        if math.isinf(value):
            page.write_string(row, column, shown_text(float(value)), style)
        else:
            page.write_number(row, column, float(value), style)
    else:
        page.write_string(row, column, str(value)[:32_000], style)


def _kinds(values: pd.Series, kinds: list[str]) -> list[str]:
    """Kinds of the cells of a column: whole numbers are counts, also where nobody said so; counts with decimals are none."""
    if not any(kinds):
        return [COUNT if _is_whole(values) else ""] * len(values)
    counted = values[[kind == COUNT for kind in kinds]]
    return kinds if _is_whole(counted) else [_DECIMAL if kind == COUNT else kind for kind in kinds]


def _is_whole(values: pd.Series) -> bool:
    is_number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    return bool(is_number and values.dropna().mod(1).eq(0).all())

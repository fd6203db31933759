"""Every printed cell of every period in one long frame, for pivots and charts of the analyst's own."""

from __future__ import annotations

import os

import pandas as pd

from haochaping.analysis.all_periods import all_periods
from haochaping.analysis.labelled_table import COUNT, PERCENT, KindByRow, LabelledTable, labelled
from haochaping.core.labels import SEVERITIES, annex_words
from haochaping.core.model import QuarterData
from haochaping.present.cell_places import CellPlaces
from haochaping.store.cell_index import cell_of

DESCRIPTIONS = {
    "period": "哪一期，如 2022Q4",
    "annex": "附件的英文名，如 districts",
    "group": "这一行是哪一类单位，如 district",
    "unit": "行的名称，照原文：区县、部门",
    "member": "列的名称：附件3 的区县、附件4 的层级；没有的为空",
    "measure": "哪一列数，如 cases 办件数",
    "value": "数；百分比为小数；缺的为空，不是零",
    "printed": "原文",
    "status": "number 有数；missing 原表没有数；as_printed 文字",
    "doubt": "这一格的核对意见：须更正、需核实；没有的为空",
    "matters": "意见的项号，hcp.matters 中的",
}
"""Columns of :func:`tidy` and what they hold."""


HEADINGS = {
    "period": "时期",
    "annex": "附件",
    "group": "类别",
    "unit": "单位",
    "member": "所在列",
    "measure": "项目",
    "value": "数",
    "printed": "原文",
    "status": "状态",
    "doubt": "轻重",
    "matters": "核对意见",
}
"""Their headings in a workbook."""
_STATUSES = {"number": "有数", "missing": "没有数", "as_printed": "文字"}


def tidy(data: str | os.PathLike[str] | None = None) -> LabelledTable:
    """各期各附件的每一格排成一张长表，一行一格，不含合计；各列的含义在 ``attrs["columns"]``。

    附件、类别、项目用英文名，便于筛选；``hcp.to_excel`` 写出的列名和内容都换成中文。

    Parameters
    ----------
    data : path, optional
        资料在哪个文件夹；不写的，是本项目的 ``data/``。

    Examples
    --------
    各期各区县的评价数：

    >>> import haochaping as hcp
    >>> t = hcp.tidy()
    >>> t[(t["annex"] == "districts") & (t["measure"] == "evaluations")].pivot_table(
    ...     index="unit", columns="period", values="value", sort=False).loc["张店区"].tolist()
    [1080786.0]
    """
    periods = all_periods(data)
    frames = [_long(each.data, each.data.derived(CellPlaces, each.report)) for each in periods]
    declared = [measure for each in periods for measure in each.data.declaration.measures.values()]
    by_measure = {
        measure.name: COUNT if measure.is_count else PERCENT
        for measure in declared
        if measure.is_count or measure.is_percentage
    }
    table = labelled(
        pd.concat(frames, ignore_index=True),
        "各期各附件",
        {"value": KindByRow("measure", by_measure)},
        keys=["period", "annex", "unit", "member", "measure"],
        columns=DESCRIPTIONS,
    )
    table.attrs["headings"] = HEADINGS
    table.attrs["words"] = _words([each.data for each in periods])
    return table


def _words(periods: list[QuarterData]) -> dict[str, dict[str, str]]:
    """Chinese words for what the columns hold, by column; where periods differ, those of the latest."""
    annexes: dict[str, str] = {}
    groups: dict[str, str] = {}
    members: dict[str, str] = {}
    measures: dict[str, str] = {}
    for data in periods:
        for spec in data.declaration.annexes.values():
            annexes[spec.name] = f"{annex_words(data, spec.name)} {spec.title}"
            groups |= {group.name: group.word for group in spec.groups}
            if (across := spec.columns_by) is not None:
                members |= {member.name: member.word for member in across.members}
        measures |= {measure.name: measure.heading for measure in data.declaration.measures.values()}
    return {"annex": annexes, "group": groups, "member": members, "measure": measures, "status": _STATUSES}


def _long(data: QuarterData, places: CellPlaces) -> pd.DataFrame:
    is_of_unit = ~data.cells["is_total"] & (data.cells["measure"] != "")
    rows = data.cells[is_of_unit].rename(columns={"row": "unit"}).assign(period=str(data.quarter))
    refs = [cell_of(cell) for cell in _as_cells(rows)]
    severities = [SEVERITIES.get(places.severity_of_cell.get(ref, ""), "") for ref in refs]
    numbers = ["、".join(map(str, places.matters_of_cell.get(ref, ()))) for ref in refs]
    return rows.assign(doubt=severities, matters=numbers)[list(DESCRIPTIONS)]


def _as_cells(rows: pd.DataFrame) -> list[dict[str, str]]:
    renamed = rows[["annex", "unit", "measure", "member"]].set_axis(
        ["table", "row", "column", "member"], axis=1
    )
    return renamed.to_dict("records")

"""The findings and matters of a period as tables: of a unit, a severity, an annex."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from haochaping.analysis.labelled_table import COUNT, LabelledTable, labelled
from haochaping.analysis.loaded_period import as_period, find_unit, period_words, reference_of, report_of
from haochaping.checks.cell_names import cell_words
from haochaping.checks.finding import SEVERITY_ORDER, Finding
from haochaping.checks.owners import Owners, cells_to_verify
from haochaping.core.errors import UnknownName
from haochaping.core.labels import SEVERITIES, STATUSES, annex_words
from haochaping.core.model import TEXT_CLAIMS, QuarterData
from haochaping.present.numbered_matters import matter_numbers
from haochaping.store.cell_index import CellIndex

OFFICE = "编制单位"
"""Who made the bulletin, where it does not say so."""


def findings(
    q: QuarterData,
    unit: str = "",
    severity: str = "",
    annex: str | int = "",
    only_open: bool = True,
) -> LabelledTable:
    """核对意见逐条列出：属于哪一项、轻重、请谁核实、涉及哪个单位、哪张附件、哪一格、说了什么、怎么算的、状态。

    “附件”列是一条意见比较了哪几张表；比较几张的，按附件数条数时会数几次。“请谁核实”与 ``hcp.matters`` 相同。

    Parameters
    ----------
    unit : str
        只要涉及这个单位的：请它核实的、疑它的格的、意见中提到它的；``"编制单位"`` 是要由编制单位核实的。
    severity : str
        ``"须更正"``、``"需核实"`` 或 ``"提示"``。
    annex : str or int
        只要比较了这张附件的；``"正文"`` 也可以。
    only_open : bool
        只要还没有答复的（提示不需要答复，也列出）；``False`` 时全部列出。

    Examples
    --------
    >>> import haochaping as hcp
    >>> q = hcp.load("2022Q4")
    >>> "高新区" in hcp.findings(q, unit="高新区")["涉及单位"].tolist()
    True
    """
    q = as_period(q)
    report = report_of(q)
    if severity and severity not in (*SEVERITY_ORDER, *SEVERITIES.values()):
        raise UnknownName("轻重", severity, SEVERITIES.values())
    owners: Owners = q.derived(_owners)
    office = q.fact("issuer") or OFFICE
    of_office = unit in (OFFICE, office)
    wanted = _registered_names(q, unit) if unit and not of_office else set()
    table = TEXT_CLAIMS if annex == annex_words(q, TEXT_CLAIMS) else q.annex(annex).name if annex else ""
    numbers = matter_numbers(report)
    addressees = [matter.addressee or office for matter in report.matters]
    rows = []
    for finding in report.findings:
        number = numbers[finding.id]
        units = list(dict.fromkeys(_units(finding, owners)))
        is_standing = finding.is_open or (finding.severity == "note" and finding.status != "corrected")
        if (
            (only_open and not is_standing)
            or (severity and severity not in (finding.severity, SEVERITIES[finding.severity]))
            or (table and table not in {cell.table for cell in (finding.at, *finding.cells)})
            or (of_office and addressees[number - 1] != office)
            or (wanted and not _concerns(finding, wanted, units))
        ):
            continue
        rows.append(_row(q, finding, number, addressees[number - 1], units))
    columns = ["项号", "轻重", "意见", "位置", "附件", "请谁核实", "涉及单位", "状态", "编号", "算式"]
    asked = "、".join(filter(None, (unit, severity, annex_words(q, table) if table else "")))
    title = f"{period_words(q)}核对意见" + (f"：{asked}" if asked else "")
    return labelled(
        pd.DataFrame(rows, columns=columns),
        title,
        {"项号": COUNT},
        keys=["编号"],
        notes=[] if rows else ["没有"],
        hints=["一条意见所比较的各格：hcp.cells(q, 编号)"] if rows else (),
    )


def _owners(q: QuarterData) -> Owners:
    return Owners(q.derived(CellIndex), reference_of(q))


def _units(finding: Finding, owners: Owners) -> Iterator[str]:
    """Names of the units that must verify a finding."""
    for cell in cells_to_verify(finding, owners):
        if owner := owners.of(cell):
            yield owner[1]


def _concerns(finding: Finding, wanted: set[str], units: list[str]) -> bool:
    """Whether a unit must verify a finding, has a cell that is doubted, or is named in it."""
    if wanted & {*units} or any(name in finding.message for name in wanted):
        return True
    return any(wanted & {cell.row, cell.member} for cell in (finding.at, *finding.suspects))


def _row(
    q: QuarterData, finding: Finding, number: int, addressee: str, units: list[str]
) -> dict[str, object]:
    compared = {cell.table for cell in (finding.at, *finding.cells)}
    ordered = [name for name in (TEXT_CLAIMS, *q.declaration.annexes) if name in compared]
    tables = [*ordered, *sorted(compared.difference(ordered))]
    shown = "、".join(units[:3]) + (f"等 {len(units)} 个" if len(units) > 3 else "")
    return {
        "项号": number,
        "轻重": SEVERITIES[finding.severity],
        "请谁核实": addressee,
        "涉及单位": shown,
        "附件": "、".join(annex_words(q, name) for name in tables),
        "位置": cell_words(q, finding.at),
        "意见": finding.message,
        "算式": finding.arithmetic,
        "状态": STATUSES[finding.state],
        "编号": finding.id,
    }


def _registered_names(q: QuarterData, unit: str) -> set[str]:
    """The registered names that a unit's name may mean: one in each kind of unit."""
    name, reference = find_unit(q, unit), reference_of(q)
    return {name, *(reference.canonical(kind, name) for kind in {each.kind for each in reference.units})}


def cells(q: QuarterData, finding: str) -> LabelledTable:
    """一条核对意见所比较的各格：位置、原文、是不是可疑的格。

    Parameters
    ----------
    finding : str
        编号，即 ``hcp.findings(q)`` 的“编号”列；或项号，列出该项全部意见的格。

    Examples
    --------
    >>> import haochaping as hcp
    >>> q = hcp.load("2022Q4")
    >>> len(hcp.cells(q, 1)) > 40
    True
    """
    q = as_period(q)
    report = report_of(q)
    numbers = matter_numbers(report)
    wanted = [f for f in report.findings if str(finding) in (f.id, str(numbers[f.id]))]
    if not wanted:
        raise UnknownName("意见", finding, [f"项号 1 至 {len(report.matters)}，或 hcp.findings(q) 中的编号"])
    rows = [
        {
            "表": annex_words(q, cell.table),
            "格": cell_words(q, cell),
            "原文": each.printed.get(cell, ""),
            "可疑": "可疑" if cell in each.suspects or cell == each.at else "",
        }
        for each in wanted
        for cell in each.cells
    ]
    shown = pd.DataFrame(rows, columns=["表", "格", "原文", "可疑"]).drop_duplicates(["格"])
    return labelled(shown, wanted[0].message, {}, keys=["格"])


def matters(q: QuarterData, unit: str = "") -> LabelledTable:
    """核对意见归成的各项，按简报中的项号：轻重、说了什么、请谁核实、涉及多少条、状态。

    Parameters
    ----------
    unit : str
        只要涉及这个单位的，与 ``hcp.findings`` 相同；``"编制单位"`` 是要由编制单位核实的。

    Examples
    --------
    >>> import haochaping as hcp
    >>> hcp.matters(hcp.load("2022Q4")).loc[0, "事项"][:12]
    '正文写归集上传 9,06'
    """
    q = as_period(q)
    report = report_of(q)
    office = q.fact("issuer") or OFFICE
    of_unit = {*findings(q, unit, only_open=False)["项号"]} if unit else set()
    rows = [
        {
            "项号": number,
            "轻重": SEVERITIES[matter.severity],
            "事项": matter.title,
            "请谁核实": matter.addressee or office,
            "涉及条数": matter.records_affected,
            "状态": STATUSES[matter.status],
        }
        for number, matter in enumerate(report.matters, start=1)
        if not unit or number in of_unit
    ]
    shown = pd.DataFrame(rows, columns=["项号", "轻重", "事项", "请谁核实", "涉及条数", "状态"])
    shown["涉及条数"] = shown["涉及条数"].astype("float64").round().astype("Int64")
    return labelled(
        shown,
        f"{period_words(q)}"
        + (f"：{unit}，共 {len(rows)} 项" if unit else f"：{report.verdict_words}；{report.counts_words}"),
        {"项号": COUNT, "涉及条数": COUNT},
        keys=["项号"],
        notes=[] if rows else ["没有"],
        hints=["逐条列出：hcp.findings(q)；所比较的各格：hcp.cells(q, 项号)"] if rows else (),
        columns={"涉及条数": "如属实，数字会因此变动多少条；空的无从估计"},
    )

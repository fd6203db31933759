"""A check report as JSON and back: how the runner hands its findings to the notebook's kernel."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import Any

from haochaping.checks.check_report import CheckReport, Revision, RuleResult
from haochaping.checks.coverage import TableCoverage
from haochaping.checks.finding import Finding, Matter
from haochaping.core.model import CellRef


def dump_report(report: CheckReport) -> str:
    """Everything in a report, as JSON text."""
    return json.dumps(
        {
            "findings": [_finding(finding) for finding in report.findings],
            "matters": [asdict(matter) for matter in report.matters],
            "results": [asdict(result) for result in report.results],
            "remarks": list(report.remarks),
            "about_past": list(report.about_past),
            "gone": [_finding(finding) for finding in report.gone],
            "compared": report.compared,
            "coverage": [asdict(table) for table in report.coverage],
            "coverage_limit": report.coverage_limit,
            "figures_not_found": list(report.figures_not_found),
            "as_of": report.as_of,
            "is_issued": report.is_issued,
            "revised": [asdict(revision) for revision in report.revised],
        },
        ensure_ascii=False,
    )


def load_report(text: str) -> CheckReport:
    """The inverse of :func:`dump_report`."""
    data = json.loads(text)
    return CheckReport(
        findings=tuple(_read_finding(item) for item in data["findings"]),
        results=tuple(RuleResult(**{**item, "reasons": tuple(item["reasons"])}) for item in data["results"]),
        matters=tuple(
            Matter(**{**item, "units": tuple(item["units"]), "findings": tuple(item["findings"])})
            for item in data["matters"]
        ),
        remarks=tuple(data["remarks"]),
        about_past=tuple(data["about_past"]),
        gone=tuple(_read_finding(item) for item in data["gone"]),
        compared=data["compared"],
        coverage=tuple(_read_coverage(item) for item in data["coverage"]),
        coverage_limit=data["coverage_limit"],
        figures_not_found=tuple(data["figures_not_found"]),
        as_of=data["as_of"],
        is_issued=data["is_issued"],
        revised=tuple(Revision(**item) for item in data["revised"]),
    )


def _read_coverage(data: dict[str, Any]) -> TableCoverage:
    lists = {name: tuple(data[name]) for name in ("unchecked", "undeclared", "lacking", "lines_to_add")}
    return TableCoverage(**{**data, **lists})


def _finding(finding: Finding) -> dict[str, Any]:
    plain = {item.name: getattr(finding, item.name) for item in fields(finding)}
    return plain | {
        "at": _cell(finding.at),
        "cells": [_cell(cell) for cell in finding.cells],
        "suspects": [_cell(cell) for cell in finding.suspects],
        "likeliest": [_cell(cell) for cell in finding.likeliest],
        "changes": [[_cell(cell), value] for cell, value in finding.changes],
        "printed": [[_cell(cell), text] for cell, text in finding.printed.items()],
    }


def _read_finding(data: dict[str, Any]) -> Finding:
    return Finding(
        **{
            **data,
            "at": _read_cell(data["at"]),
            "cells": tuple(_read_cell(cell) for cell in data["cells"]),
            "suspects": tuple(_read_cell(cell) for cell in data["suspects"]),
            "likeliest": tuple(_read_cell(cell) for cell in data["likeliest"]),
            "changes": tuple((_read_cell(cell), value) for cell, value in data["changes"]),
            "printed": {_read_cell(cell): text for cell, text in data["printed"]},
        }
    )


def _cell(cell: CellRef) -> list[Any]:
    return [cell.table, cell.row, cell.member, cell.column]


def _read_cell(data: list[Any]) -> CellRef:
    table, row, member, column = data
    return CellRef(table, row, column, member)

"""Findings as data, for a spreadsheet and for other programs."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from haochaping.checks.check_report import CheckReport
from haochaping.checks.matters import matters_json
from haochaping.core.labels import SEVERITIES, STATUSES
from haochaping.core.model import QuarterData
from haochaping.outputs.cell_words import cell_words
from haochaping.store.tidy_tables import guard_formula

_HEADINGS = ["事项", "编号", "程度", "状态", "位置", "原值", "应为", "意见", "算式", "建议"]


def write_findings(data: QuarterData, report: CheckReport, folder: Path) -> None:
    """Write ``findings.csv`` (matter by matter; opens in Excel, UTF-8 with BOM), ``findings.json`` and ``matters.json``."""
    with (folder / "findings.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(_HEADINGS)
        numbers = [(n, name) for n, matter in enumerate(report.matters, start=1) for name in matter.findings]
        findings = {finding.id: finding for finding in report.findings}
        for number, name in numbers:
            finding = findings[name]
            row = [
                str(number),
                finding.id,
                SEVERITIES[finding.severity],
                data.quarter.in_own_words(STATUSES[finding.state]),
                cell_words(data, finding.at),
                finding.printed.get(finding.at, ""),
                finding.expected,
                finding.message,
                finding.arithmetic,
                finding.consider,
            ]
            writer.writerow([guard_formula(value) for value in row])
    text = json.dumps(report.as_json(data), ensure_ascii=False, indent=2) + "\n"
    (folder / "findings.json").write_text(text, encoding="utf-8", newline="\n")
    (folder / "matters.json").write_text(matters_json(report), encoding="utf-8", newline="\n")

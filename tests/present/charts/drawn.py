"""Pieces of quarters and reports for tests of charts."""

from dataclasses import replace

from haochaping.checks.check_report import CheckReport
from haochaping.core.model import QuarterData
from haochaping.present.charts.chart import Chart


def all_settled(report: CheckReport) -> CheckReport:
    """The report after every finding was corrected."""
    return replace(report, findings=tuple(replace(f, status="corrected") for f in report.findings))


def after(data: QuarterData, earlier: QuarterData) -> QuarterData:
    """The quarter with `earlier` as the one before it."""
    return replace(data, history=(replace(earlier, quarter=data.quarter.previous),))


def scaled(data: QuarterData, table: str, column: str, divisor: int) -> QuarterData:
    """A copy with a column of counts divided."""
    rows = data.table(table).copy()
    rows[column] = rows[column] // divisor
    return data.with_table(table, rows)


def drawn(chart: object) -> Chart:
    """The chart, which must have been drawn."""
    assert isinstance(chart, Chart)
    return chart

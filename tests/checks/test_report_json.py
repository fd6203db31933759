from haochaping.checks.check_report import CheckReport
from haochaping.checks.report_json import dump_report, load_report
from haochaping.core.model import QuarterData


def test_the_kernel_gets_the_runner_s_report(real_report: CheckReport, real: QuarterData) -> None:
    again = load_report(dump_report(real_report))
    assert again == real_report
    assert again.verdict is real_report.verdict and again.as_json(real) == real_report.as_json(real)

"""Back test: what the rules say of the real bulletin, in exactly which cells, with which arithmetic."""

from haochaping.checks.confront import CheckReport
from haochaping.checks.verdict import Verdict

CORRECT = {
    "rate_recomputed/city_departments/市水务集团有限责任公司/evaluation_rate",
    "rate_undefined/city_departments/市残联/evaluation_rate",
    "rate_undefined/city_departments/市民政局/evaluation_rate",
    "rate_undefined/city_departments/市供电公司/evaluation_rate",
    "rate_undefined/city_departments/华润燃气有限公司/evaluation_rate",
    "total_sum/public_services/总数/evaluations",
    "share_recomputed/public_services/博山区/share",
}
VERIFY = {
    "rate_unreported/city_departments/张店区税务局/active_evaluations",
    "rate_unreported/city_departments/市体育局/evaluation_rate",
    "rate_unreported/city_departments/市气象局/evaluation_rate",
    "rate_unreported/city_departments/市卫健委/evaluation_rate",
    "rate_unreported/city_departments/省通信行业协会淄博办事处/evaluation_rate",
    "same_quantity/district_departments/公共服务（水电气热通讯）/周村区/evaluations",
    "headline_records/headline/records/value",
    "headline_rectification/headline/rectification_rate/value",
}
NOTE = {"share_sum/public_services/全部/share"}


def _by_id(report: CheckReport) -> dict:
    return {finding.id: finding for finding in report.findings}


def test_exactly_these_findings(real_report: CheckReport) -> None:
    for severity, expected in (("correct", CORRECT), ("verify", VERIFY), ("note", NOTE)):
        assert {f.id for f in real_report.findings if f.severity == severity} == expected
    assert real_report.verdict is Verdict.VERIFY_FIRST


def test_arithmetic_is_shown_in_full(real_report: CheckReport) -> None:
    found = _by_id(real_report)
    assert "11,237 ÷ 11,273 = 99.68%" in found[min(CORRECT)].arithmetic
    assert found["total_sum/public_services/总数/evaluations"].arithmetic.endswith(
        "1,994,198 − 1,989,842 = 4,356"
    )
    assert "9,069,695 − 6,487,756 = 2,581,939" in found["headline_records/headline/records/value"].arithmetic
    assert "99.0%" in found["share_sum/public_services/全部/share"].message
    share = found["share_recomputed/public_services/博山区/share"]
    assert "131,353 ÷ 1,994,198 = 6.59%" in share.arithmetic and "截去尾数" in share.message


def test_cells_hold_what_was_compared_and_no_more(real_report: CheckReport) -> None:
    found = _by_id(real_report)
    same = found["same_quantity/district_departments/公共服务（水电气热通讯）/周村区/evaluations"].as_json()
    assert same["cells"] == [
        {
            "table": "district_departments",
            "key": {"department": "公共服务（水电气热通讯）", "district": "周村区"},
            "column": "evaluations",
            "printed": "0",
        },
        {
            "table": "public_services",
            "key": {"district": "周村区"},
            "column": "evaluations",
            "printed": "4356",
        },
    ]
    assert same["suspects"] == [] and same["hypothesis"] is None and same["status"] == "new"
    total = found["total_sum/public_services/总数/evaluations"].as_json()
    assert total["cells"][0] == {
        "table": "public_services",
        "key": {"district": "总数"},
        "column": "evaluations",
        "printed": "1989842",
    }
    assert len(total["cells"]) == 12


def test_rules_that_hold_are_counted(real_report: CheckReport) -> None:
    states = {result.rule.id: (result.state, result.held) for result in real_report.results}
    assert states["evaluations_within_cases"] == ("passed", 47)
    assert states["headline_rate"] == ("passed", 1)
    totals = next(result for result in real_report.results if result.rule.id == "total_sum")
    assert (totals.held, totals.failed) == (11, 1)
    assert not any(result.error for result in real_report.results)

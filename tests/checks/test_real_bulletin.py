"""Back test: what the rules say of the real bulletin, in exactly which cells, with which arithmetic."""

from dataclasses import replace

from haochaping.checks.check_report import CheckReport
from haochaping.checks.outcome import FAILS
from haochaping.checks.rule import load_rules
from haochaping.checks.rule_kinds import KINDS
from haochaping.checks.run_rules import run_rules
from haochaping.checks.verdict import Verdict
from haochaping.core.model import MISSING, NUMBER, QuarterData
from haochaping.reference.reference import Reference
from haochaping.store.cell_index import CellIndex

CORRECT = {
    "rate_recomputed/city_departments/市水务集团有限责任公司/evaluation_rate",
    "rate_undefined/city_departments/市残联/evaluation_rate",
    "rate_undefined/city_departments/市民政局/evaluation_rate",
    "rate_undefined/city_departments/市供电公司/evaluation_rate",
    "rate_undefined/city_departments/华润燃气有限公司/evaluation_rate",
    "total_sum/public_services/总数/evaluations",
    "share_recomputed/public_services/博山区/share",
    "headline_rectification/headline/rectification_rate/value",
}
VERIFY = {
    "rate_unreported/city_departments/张店区税务局/active_evaluations",
    "headline_records/headline/records/value",
    "extraction_window/headline/extraction_date/value",
    "zero_negatives/districts/全部/negative_evaluations",
    "active_rate_peers/districts/周村区/active_evaluations",
    "volume_peers/districts/高新区/evaluations",
    "rates_all_alike/districts/全部/evaluation_rate",
    "rates_all_alike/city_departments/全部/evaluation_rate",
    "silent_unit/city_departments/市公安局/active_evaluations",
    "silent_unit/city_departments/市文化和旅游局/active_evaluations",
    "silent_unit/city_departments/市教育局/active_evaluations",
    "silent_unit/city_departments/市金融监督管理局/active_evaluations",
    "silent_unit/city_departments/山东省淄博市鲁中公证处/active_evaluations",
    "silent_unit/city_departments/市水务集团有限责任公司/active_evaluations",
    "empty_tier/towns_and_villages/经开区/village/evaluations",
    "scope_of_annexes/districts/全部/evaluations",
    "idle_counterpart/city_departments/全部/cases",
    "claim_unsupported/headline/claim:channel/value",
    "unlikely_zeros/district_departments/自然资源局（含不动产）/经开区/evaluations",
    "unlikely_zeros/district_departments/卫健委/淄川区/evaluations",
}
NOTE = {
    "near_equal_counts/district_departments/全部/淄川区/evaluations",
    "rate_unreported_small/city_departments/市体育局/evaluation_rate",
    "rate_unreported_small/city_departments/市气象局/evaluation_rate",
    "rate_unreported_small/city_departments/市卫健委/evaluation_rate",
    "rate_unreported_small/city_departments/省通信行业协会淄博办事处/evaluation_rate",
    "share_sum/public_services/全部/share",
    "tier_ratio_peers/towns_and_villages/高新区/village/evaluations",
    "concentration/district_departments/全部/全部/evaluations",
    "counted_in_city/district_departments/住房公积金/张店区/evaluations",
    "claim_without_figure/headline/claim:ranking/value",
    "unit_alias/headline/names/value",
    "no_cases/headline/measures/value",
    "word_undefined/headline/word:／/value",
    "district_body/city_departments/张店区税务局/cases",
}


def _by_id(report: CheckReport) -> dict:
    return {finding.id: finding for finding in report.findings}


def test_exactly_these_findings(real_report: CheckReport) -> None:
    for severity, expected in (("correct", CORRECT), ("verify", VERIFY), ("note", NOTE)):
        assert {f.id for f in real_report.findings if f.severity == severity} == expected
    assert real_report.verdict is Verdict.VERIFY_FIRST


def test_arithmetic_is_shown_in_full(real_report: CheckReport) -> None:
    found = _by_id(real_report)
    assert (
        "11,237 ÷ 11,273 = 99.68%"
        in found["rate_recomputed/city_departments/市水务集团有限责任公司/evaluation_rate"].arithmetic
    )
    assert "1,994,198 − 1,989,842 = 4,356" in found["total_sum/public_services/总数/evaluations"].arithmetic
    assert "9,069,695 − 6,487,756 = 2,581,939" in found["headline_records/headline/records/value"].arithmetic
    assert "99.0%" in found["share_sum/public_services/全部/share"].message
    share = found["share_recomputed/public_services/博山区/share"]
    assert "131,353 ÷ 1,994,198 = 6.59%" in share.arithmetic and "截去尾数" in share.message


def cell(table: str, column: str, printed: str, **key: str) -> dict:
    return {"table": table, "key": key, "column": column, "printed": printed}


DEPARTMENT = {"department": "公共服务（水电气热通讯）"}


def test_4356_is_reported_once_with_both_explanations(real_report: CheckReport, real: QuarterData) -> None:
    """Annex 5's rows exceed its total by the very figure that annex 3 prints as 0."""
    finding = _by_id(real_report)["total_sum/public_services/总数/evaluations"]
    finding_json = finding.as_json(CellIndex(real))
    here = cell("public_services", "evaluations", "4356", district="周村区")
    there = cell("district_departments", "evaluations", "0", **DEPARTMENT, district="周村区")
    assert finding_json["cells"][0] == cell("public_services", "evaluations", "1989842", district="总数")
    assert (
        len(finding_json["cells"]) == 13 and here in finding_json["cells"] and there in finding_json["cells"]
    )
    assert finding_json["suspects"] == [
        here,
        cell("public_services", "evaluations", "1989842", district="总数"),
        there,
        cell("district_departments", "evaluations", "40934", department="汇总", district="周村区"),
    ]
    one, two = str(finding_json["hypothesis"]).split("；")
    assert "4,356 应为 0，但与所列附件5“周村区”总量占比 0.2% 不合" in one, "a printed share speaks against it"
    assert "1,989,842 应为 1,994,198（漏加附件5“周村区”的 4,356）" in two
    assert "0 应为 4,356" in two and "40,934 应为 45,290" in two
    assert "4,356 − 0 = 4,356" in finding_json["arithmetic"]


def test_swapped_digits_are_suspected_in_both_cells(real_report: CheckReport, real: QuarterData) -> None:
    finding_json = _by_id(real_report)[
        "rate_recomputed/city_departments/市水务集团有限责任公司/evaluation_rate"
    ].as_json(CellIndex(real))
    assert {(c["column"], c["printed"]) for c in finding_json["suspects"]} == {
        ("evaluation_rate", "100%"),
        ("evaluations", "11237"),
        ("cases", "11273"),
    }
    assert "11,237 应为 11,273（相邻两位数字颠倒）" in str(finding_json["hypothesis"])
    assert "11,273 应为 11,237（相邻两位数字颠倒）" in str(finding_json["hypothesis"])


def test_scope_relations_name_the_districts_that_refute_them(real_report: CheckReport) -> None:
    finding = _by_id(real_report)["scope_of_annexes/districts/全部/evaluations"]
    for arithmetic in ("67,199 − 76,977 = −9,778", "98,188 − 120,392 = −22,204", "48,702 − 52,208 = −3,506"):
        assert arithmetic in finding.arithmetic
    assert {c.member if c.table == "district_departments" else c.row for c in finding.cells} == {
        "周村区",
        "经开区",
        "高青县",
    }


def test_volume_and_active_rate_of_an_outlier(real_report: CheckReport) -> None:
    finding = _by_id(real_report)["volume_peers/districts/高新区/evaluations"]
    assert "1,373,402 ÷ 124,405 = 11.04" in finding.arithmetic
    assert "137,340" in str(finding.hypothesis) and "4.76%" in str(finding.hypothesis)
    assert "很可能是同一原因，还使：附件1“高新区”主动评价率为 0.48%" in finding.message, (
        "one cause, one finding"
    )
    assert {c.column for c in finding.suspects} == {"evaluations", "cases"}
    active = _by_id(real_report)["active_rate_peers/districts/周村区/active_evaluations"]
    assert "33,808 ÷ 67,199 = 50.31%" in active.arithmetic


def test_the_slip_of_one_digit_says_what_it_does_to_the_totals(real_report: CheckReport) -> None:
    hypothesis = str(_by_id(real_report)["volume_peers/districts/高新区/evaluations"].hypothesis)
    assert (
        "如按此改，附件1、2办件数合计为 5,251,694（现为 6,487,756），主动评价率为 6.53%，"
        "与正文所写 9,069,695 相差 3,818,001" in hypothesis
    )


def test_sums_of_other_annexes_beside_the_gap_of_the_text(real_report: CheckReport) -> None:
    arithmetic = _by_id(real_report)["headline_records/headline/records/value"].arithmetic
    assert (
        "附件3、4、5各自的合计及其相加没有一个等于差额，最接近的是附件4 410,750 + 附件5 1,994,198 = 2,404,948，"
        "仍相差 176,991" in arithmetic
    )


def test_a_word_that_no_size_explains(real_report: CheckReport) -> None:
    arithmetic = _by_id(real_report)["word_undefined/headline/word:／/value"].arithmetic
    assert "附件2主动评价数列为“/”的各行评价数为 0、1、1、2、4、480，而评价数同为 4 的市科技局" in arithmetic
    assert "附件2评价率列为“/”的各行办件数为 0、1、1、2、4" in arithmetic


def test_by_how_many_records_a_doubt_would_change_the_counts(real_report: CheckReport) -> None:
    affected = {finding.check: finding.affected for finding in real_report.findings}
    assert affected["headline_records"] == 2_581_939
    assert affected["volume_peers"] == 1_373_402 - 137_340
    assert affected["zero_negatives"] == 343_126, "only those who rated could have rated negatively"
    assert affected["scope_of_annexes"] == 9_778 + 22_204 + 3_506
    assert affected["total_sum"] == 4_356
    for check in (
        "rate_undefined",
        "rates_all_alike",
        "extraction_window",
        "empty_tier",
        "near_equal_counts",
    ):
        assert affected[check] is None


def test_totals_and_the_same_quantity_say_how_many_records(real: QuarterData, reference: Reference) -> None:
    index = CellIndex(real, reference)
    for rule in load_rules(reference, KINDS):
        if rule.id in ("total_sum", "same_quantity"):
            failed = [o for o in KINDS[rule.kind](rule, index) if o.state == FAILS]
            assert [outcome.affected for outcome in failed] == [4_356]


def test_counts_as_near_as_a_quota(real_report: CheckReport) -> None:
    [finding] = [f for f in real_report.findings if f.check == "near_equal_counts"]
    assert "附件3淄川区有 6 个单位的评价数都在 208 至 228 之间：工信局 208、" in finding.message
    assert finding.severity == "note" and {cell.member for cell in finding.cells} == {"淄川区"}


def test_few_telling_zeros(real_report: CheckReport) -> None:
    found = {f.at: f for f in real_report.findings if f.check == "unlikely_zeros"}
    assert {(cell.member, cell.row) for cell in found} == {
        ("经开区", "自然资源局（含不动产）"),
        ("淄川区", "卫健委"),
    }
    [land] = [f for cell, f in found.items() if cell.member == "经开区"]
    assert "按此约为 2,265" in land.arithmetic and "只作比较" in land.arithmetic


def test_at_most_eighteen_matters_ask_for_an_answer(real_report: CheckReport) -> None:
    assert len({finding.matter for finding in real_report.findings if finding.severity != "note"}) <= 18


def test_window_by_the_calendar_of_working_days(real_report: CheckReport) -> None:
    finding = _by_id(real_report)["extraction_window/headline/extraction_date/value"]
    assert "2022-12-30" in finding.arithmetic and "2023-01-09" in finding.arithmetic


def test_counterparts_names_and_claims(real_report: CheckReport) -> None:
    found = _by_id(real_report)
    assert "16,979" in found["counted_in_city/district_departments/住房公积金/张店区/evaluations"].arithmetic
    assert "29,213" in found["counted_in_city/district_departments/住房公积金/张店区/evaluations"].arithmetic
    idle = found["idle_counterpart/city_departments/全部/cases"]
    assert {c.row for c in idle.cells} == {
        "市供电公司",
        "华润燃气有限公司",
        "市热力集团有限责任公司",
    }
    aliases = found["unit_alias/headline/names/value"].message
    assert all(name in aliases for name in ("市场监管局", "贸促会", "文昌湖旅游度假区"))
    assert "以短信评价为主" in found["claim_unsupported/headline/claim:channel/value"].message
    assert "全省前列" in found["claim_without_figure/headline/claim:ranking/value"].message


def test_concentrations_are_listed_once(real_report: CheckReport) -> None:
    finding = _by_id(real_report)["concentration/district_departments/全部/全部/evaluations"]
    shown = {(c.member, c.row) for c in finding.cells}
    assert {
        ("沂源县", "医疗保障局"), ("沂源县", "卫健委"), ("沂源县", "农业农村局"), ("沂源县", "教体局"),
        ("淄川区", "民政局"), ("淄川区", "公安局（出入境、治安、交警）"), ("高新区", "人社局"),
    } <= shown  # fmt: skip


def test_rules_that_hold_are_counted(real_report: CheckReport) -> None:
    states = {result.id: (result.state, result.held) for result in real_report.results}
    assert states["evaluations_within_cases"] == ("passed", 47)
    assert states["headline_rate"] == ("passed", 1)
    totals = next(result for result in real_report.results if result.id == "total_sum")
    assert (totals.held, totals.failed) == (11, 1)
    assert not any(result.error for result in real_report.results)
    assert states["satisfaction_of_none"] == ("passed", 11)
    assert states["satisfaction_possible"] == ("not applicable", 0), "no district has a negative evaluation"


def test_a_rule_without_anything_to_look_at_holds_nowhere(real: QuarterData, reference: Reference) -> None:
    """Rules that begin with a condition (有……的) are not green where no row fulfils it."""
    cells = real.cells.copy()
    missing = cells["status"] == MISSING
    counts = missing & cells["measure"].isin(
        [m.name for m in real.declaration.measures.values() if m.is_count]
    )
    cells.loc[counts, ["printed", "value", "status", "reason"]] = ["1", 1.0, NUMBER, ""]
    negatives = (cells["annex"] == "districts") & (cells["measure"] == "negative_evaluations")
    cells.loc[negatives, ["printed", "value"]] = ["3", 3.0]
    towns = (cells["annex"] == "towns_and_villages") & (cells["measure"] == "evaluations")
    cells.loc[towns, ["printed", "value"]] = ["9", 9.0]
    cells = cells[~missing | counts]  # no rate is printed as "/"
    about = real.about[real.about["field"] != "text"]
    report = run_rules(replace(real, about=about, cells=cells.reset_index(drop=True)), reference)
    states = {result.id: result.state for result in report.results}
    silent = ("satisfaction_of_none", "count_unreported", "empty_tier", "claim_unsupported")
    assert {states[name] for name in silent} == {"not applicable"}

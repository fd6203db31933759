"""The analyst's answers: applied, shown, expired, refused; and what a quarter remembers of the one before."""

from dataclasses import replace
from datetime import date

import pytest

from haochaping.checks.memory import PriorQuarter
from haochaping.checks.review import ReviewResult, review
from haochaping.checks.verdict import Verdict
from haochaping.core.model import CellRef, QuarterData, frame
from haochaping.reference.reference import Reference
from haochaping.store.answers import Answer
from haochaping.store.apply_corrections import Correction, apply_corrections, undo_corrections

TODAY = date(2023, 1, 20)
WATER = "rate_recomputed/city_departments/市水务集团有限责任公司/evaluation_rate"
TOTAL = "total_sum/public_services/总数/evaluations"
WINDOW = "extraction_window/headline/extraction_date/value"


def answer(finding: str, **given: str) -> Answer:
    names = ("cell", "original", "kind", "value", "text", "by", "on", "until")
    return Answer("review.xlsx 第 2 行", finding, **{name: given.get(name, "") for name in names})


def correct(finding: str, cell: str, original: str, value: str) -> Answer:
    return answer(
        finding,
        cell=cell,
        original=original,
        kind="更正",
        value=value,
        text="查系统",
        by="甲",
        on="2023-01-19",
    )


def explain(finding: str, text: str = "口径如此", until: str = "") -> Answer:
    return answer(finding, kind="说明", text=text, by="甲", on="2023-01-19", until=until)


WATER_CORRECTED = correct(WATER, "city_departments/市水务集团有限责任公司/evaluations", "11237", "11273")


def run(
    real: QuarterData, reference: Reference, *answers: Answer, past: tuple[PriorQuarter, ...] = ()
) -> ReviewResult:
    return review(real, answers, past, reference, TODAY)


def status(reviewed: ReviewResult, finding: str) -> str:
    return next(f.status for f in reviewed.report.findings if f.id == finding)


def test_a_correction_goes_into_the_tables_and_keeps_what_was_printed(
    real: QuarterData, reference: Reference
) -> None:
    reviewed = run(real, reference, WATER_CORRECTED)
    row = reviewed.data.city_departments.set_index("department").loc["市水务集团有限责任公司"]
    assert row["evaluations"] == 11273
    assert reviewed.data.corrections.to_dict("records") == [
        {
            "table": "city_departments",
            "row": "市水务集团有限责任公司",
            "member": "",
            "column": "evaluations",
            "printed": "11237",
            "corrected": "11273",
            "basis": "查系统",
            "by": "甲",
            "on": "2023-01-19",
        }
    ]
    assert status(reviewed, WATER) == "corrected"
    assert not reviewed.report.remarks
    assert undo_corrections(reviewed.data, reference) == real


def test_a_total_is_not_changed_but_checked_again(real: QuarterData, reference: Reference) -> None:
    """Filling in annex 3's 0 makes its column total wrong, which nobody corrected."""
    cell = "district_departments/公共服务（水电气热通讯）/周村区/evaluations"
    reviewed = run(real, reference, correct(TOTAL, cell, "0", "4356"))
    assert "total_sum/district_departments/汇总/周村区/evaluations" in {
        f.id for f in reviewed.report.findings
    }
    assert status(reviewed, TOTAL) == "new"
    assert any("1,989,842" in remark and "仍不成立" in remark for remark in reviewed.report.remarks)


def test_all_cells_of_an_explanation_corrected_close_the_finding(
    real: QuarterData, reference: Reference
) -> None:
    reviewed = run(
        real,
        reference,
        correct(TOTAL, "district_departments/公共服务（水电气热通讯）/周村区/evaluations", "0", "4356"),
        correct(TOTAL, "district_departments/汇总/周村区/evaluations", "40934", "45290"),
        correct(TOTAL, "public_services/总数/evaluations", "1989842", "1994198"),
    )
    assert status(reviewed, TOTAL) == "corrected" and not reviewed.report.remarks


def test_corrections_of_every_kind_of_cell(real: QuarterData, reference: Reference) -> None:
    rate = "rate_undefined/city_departments/市残联/evaluation_rate"
    unreported = "rate_unreported/city_departments/张店区税务局/active_evaluations"
    reviewed = run(
        real,
        reference,
        correct(rate, "", "100%", "/"),
        correct(unreported, "", "/", "12"),
        correct("headline_records/headline/records/value", "", "9069695条", "6487756"),
    )
    assert not reviewed.report.remarks
    assert {
        status(reviewed, one) for one in (rate, unreported, "headline_records/headline/records/value")
    } == {"corrected"}
    assert undo_corrections(reviewed.data, reference) == real


@pytest.mark.slow
@pytest.mark.parametrize(
    ("given", "why"),
    [
        (replace(WATER_CORRECTED, finding="no/such/finding"), "没有对应的核对意见"),
        (replace(WATER_CORRECTED, value="many"), "应为整数"),
        (replace(WATER_CORRECTED, value=""), "应填写核实值"),
        (replace(WATER_CORRECTED, original="11236"), "可能资料已换"),
        (replace(WATER_CORRECTED, cell="city_departments/无此单位/cases"), "不是一个可以更正的单元格"),
        (replace(WATER_CORRECTED, on="昨天"), "日期"),
        (replace(WATER_CORRECTED, kind="删除"), "应为更正、说明或不再沿用"),
        (explain(WATER, text=""), "应填写说明或依据"),
        (explain("no/such/finding"), "没有对应的核对意见"),
        (explain(WINDOW, until="2023-01-01"), "已过期"),
    ],
)
def test_what_cannot_be_applied_is_reported_and_not_applied(
    real: QuarterData, reference: Reference, given: Answer, why: str
) -> None:
    reviewed = run(real, reference, given)
    assert len(reviewed.report.remarks) == 1
    assert why in reviewed.report.remarks[0] and "review.xlsx 第 2 行" in reviewed.report.remarks[0]
    assert reviewed.data == real
    assert {f.status for f in reviewed.report.findings} == {"new"}


@pytest.mark.slow
def test_a_cell_can_be_named_in_words_but_never_guessed(real: QuarterData, reference: Reference) -> None:
    named = replace(WATER_CORRECTED, cell="", cell_words="附件2“市水务集团有限责任公司”评价数")
    assert run(real, reference, named).data != real
    elsewhere = replace(WATER_CORRECTED, cell="", cell_words="附件9“某处”评价数")
    reviewed = run(real, reference, elsewhere)
    assert reviewed.data == real and "某处" in reviewed.report.remarks[0]
    nameless = run(real, reference, replace(named, finding=""))
    assert nameless.data == real and "应填写编号" in nameless.report.remarks[0]


@pytest.mark.slow
def test_what_lacks_a_basis_is_reported_and_what_changes_nothing_is_no_correction(
    real: QuarterData, reference: Reference
) -> None:
    reviewed = run(real, reference, replace(WATER_CORRECTED, text="", by="", on=""))
    assert reviewed.data != real and "没有写明依据、经办人、日期" in reviewed.report.remarks[0]
    same = run(real, reference, replace(WATER_CORRECTED, value="11,237"))
    assert same.data == real and "与原值相同" in same.report.remarks[0]


def test_a_figure_to_correct_is_never_folded(real: QuarterData, reference: Reference) -> None:
    past = (
        PriorQuarter(replace(real, quarter=real.quarter.previous), (explain(WATER, until="2099-12-31"),)),
    )
    found = next(f for f in run(real, reference, past=past).report.findings if f.id == WATER)
    assert found.status == "explained" and not found.folded


@pytest.mark.slow
def test_explanations_and_the_verdict(real: QuarterData, reference: Reference) -> None:
    everything = [explain(f.id) for f in run(real, reference).report.findings]
    reviewed = run(real, reference, *everything)
    assert {f.status for f in reviewed.report.findings} == {"explained"}
    assert reviewed.report.verdict is Verdict.VERIFY_FIRST, "an explanation never closes a 须更正"
    grave = [f for f in reviewed.report.findings if f.severity == "correct"]
    fixes = [
        WATER_CORRECTED,
        *(correct(f.id, "", "100%", "/") for f in grave if f.check == "rate_undefined"),
        correct(TOTAL, "public_services/周村区/evaluations", "4356", "0"),
        correct("share_recomputed/public_services/博山区/share", "", "6%", "7%"),
        correct("headline_rectification/headline/rectification_rate/value", "", "100%", "/"),
    ]
    reviewed = run(real, reference, *everything, *fixes)
    left = [f.id for f in reviewed.report.findings if f.severity == "correct" and f.status != "corrected"]
    share = "share_recomputed/public_services/周村区/share"
    assert left == [share], "its share follows from the corrected value"
    reviewed = run(
        real, reference, *everything, *fixes, correct(TOTAL, "public_services/周村区/share", "0.2%", "0%")
    )
    new = [f.id for f in reviewed.report.findings if f.status == "new" and f.severity != "note"]
    assert not new, new
    assert reviewed.report.verdict is Verdict.WITH_NOTES


def test_the_same_quirk_three_quarters_in_a_row_is_one_folded_line(
    real: QuarterData, reference: Reference
) -> None:
    explanation = explain(WINDOW, "每年如此", until="2023-12-31")
    first = PriorQuarter(replace(real, quarter=real.quarter.previous.previous), (explanation,))
    second = PriorQuarter(replace(real, quarter=real.quarter.previous), ())
    reviewed = run(real, reference, past=(first, second))
    found = [f for f in reviewed.report.findings if f.check == "extraction_window"]
    assert len(found) == 1 and found[0].folded and found[0].status == "explained"
    assert "每年如此" in found[0].answer
    others = [f for f in reviewed.report.findings if f.check == "rate_undefined"]
    assert {f.status for f in others} == {"known"} and not any(f.folded for f in others)


@pytest.mark.slow
def test_an_explanation_without_end_is_not_carried_over(real: QuarterData, reference: Reference) -> None:
    past = (PriorQuarter(replace(real, quarter=real.quarter.previous), (explain(WINDOW),)),)
    assert status(run(real, reference, past=past), WINDOW) == "known"
    again = run(real, reference, explain(WINDOW), past=past)
    assert next(f for f in again.report.findings if f.id == WINDOW).folded


def test_what_is_gone_is_reported(real: QuarterData, reference: Reference) -> None:
    departments = real.city_departments[real.city_departments["cases"] != 0].reset_index(drop=True)
    reviewed = run(
        real.with_table("city_departments", departments), reference, past=(PriorQuarter(real, ()),)
    )
    assert {f.check for f in reviewed.report.gone} >= {"rate_undefined", "idle_counterpart"}


def test_what_another_correction_removed_is_not_counted_as_corrected(
    real: QuarterData, reference: Reference
) -> None:
    """The total's finding goes away when someone corrects a cell on another finding's row."""
    cell = correct(WATER, "public_services/周村区/evaluations", "4356", "0")
    reviewed = run(real, reference, cell)
    found = next(f for f in reviewed.report.findings if f.id == TOTAL)
    assert (found.status, found.state) == ("corrected", "followed")
    assert "因其他更正而消除" in found.answer and "由 4356 改为 0" in found.answer
    assert reviewed.report.answered_words == "；已更正 1 项"


@pytest.mark.slow
def test_a_title_of_another_quarter_can_be_corrected(real: QuarterData, reference: Reference) -> None:
    annexes = real.annexes.copy()
    annexes["title"] = annexes["title"].str.replace("第四季度", "第三季度")
    wrong = replace(real, annexes=annexes)
    titled = next(f for f in run(wrong, reference).report.findings if f.check == "title_of_quarter")
    right = str(real.annexes.loc[real.annexes["table"] == titled.at.table, "title"].iloc[0])
    answered = run(wrong, reference, correct(titled.id, "", "", right))
    assert status(answered, titled.id) == "corrected"
    assert undo_corrections(answered.data, reference) == wrong
    assert undo_corrections(answered.data, reference).annexes.equals(wrong.annexes)


@pytest.mark.slow
def test_a_period_is_corrected_only_to_a_period(real: QuarterData, reference: Reference) -> None:
    annexes = real.annexes.copy()
    annexes.loc[0, "period_end"] = "2022-12-30"
    wrong = replace(real, annexes=annexes)
    found = next(f for f in run(wrong, reference).report.findings if f.check == "period_of_quarter")
    assert found.expected == "2022-10-01 至 2022-12-31"
    refused = run(wrong, reference, correct(found.id, "", "", "四季度"))
    assert any("2022-10-01 至 2022-12-31" in remark for remark in refused.report.remarks)
    good = run(wrong, reference, correct(found.id, "", "", "2022年10月1日至2022年12月31日"))
    assert status(good, found.id) == "corrected"
    assert good.data.annexes.loc[0, "period_end"] == "2022-12-31"


@pytest.mark.slow
def test_history_uses_corrected_figures_and_tells_revisions(real: QuarterData, reference: Reference) -> None:
    from haochaping.store.revisions import add_revisions

    earlier = replace(real, quarter=real.quarter.previous)
    corrected = run(earlier, reference, WATER_CORRECTED).data
    tidy = add_revisions(earlier, corrected, TODAY)
    past = (PriorQuarter(replace(earlier, revisions=tidy.revisions), (), tidy),)
    revised = run(real, reference, past=past).report.revised
    assert [(one.quarter, one.before, one.after) for one in revised] == [("2022年第三季度", "11237", "11273")]


@pytest.mark.slow
def test_lapsed_and_carried_explanations_are_handed_on(real: QuarterData, reference: Reference) -> None:
    standing = explain(WINDOW, "每年如此", until="2023-12-31")
    over = explain("zero_negatives/districts/全部/negative_evaluations", "渠道问题", until="2023-01-10")
    past = (PriorQuarter(replace(real, quarter=real.quarter.previous), (standing, over)),)
    reviewed = run(real, reference, past=past)
    assert [a.text for a in reviewed.carried] == ["每年如此"]
    zero = next(f for f in reviewed.report.findings if f.check == "zero_negatives")
    assert zero.status == "known" and "渠道问题（有效至 2023-01-10，已过期" in zero.answer


@pytest.mark.slow
def test_an_explanation_is_not_carried_to_the_opposite_doubt(real: QuarterData, reference: Reference) -> None:
    finding = "active_rate_peers/districts/周村区/active_evaluations"
    past = (
        PriorQuarter(
            replace(real, quarter=real.quarter.previous), (explain(finding, "集中宣传", "2027-01-01"),)
        ),
    )
    assert status(run(real, reference, past=past), finding) == "explained"
    districts = real.districts.copy()
    districts.loc[districts["district"] == "周村区", "active_evaluations"] = 10
    low = run(real.with_table("districts", districts), reference, past=past)
    found = next(f for f in low.report.findings if f.id == finding)
    assert found.status == "known" and "情形与上季度不同" in found.answer


@pytest.mark.slow
def test_a_withdrawn_explanation_ends(real: QuarterData, reference: Reference) -> None:
    first = PriorQuarter(
        replace(real, quarter=real.quarter.previous.previous), (explain(WINDOW, "口径", "2030-01-01"),)
    )
    second = PriorQuarter(replace(real, quarter=real.quarter.previous), ())
    assert status(run(real, reference, past=(first, second)), WINDOW) == "explained"
    stop = answer(WINDOW, kind="不再沿用")
    assert status(run(real, reference, stop, past=(first, second)), WINDOW) == "known"
    second = PriorQuarter(second.data, (stop,))
    assert status(run(real, reference, past=(first, second)), WINDOW) == "known"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("finding", "cell"),
    [
        ("headline_rectification/headline/rectification_rate/value", "headline/rectification_rate/value"),
        ("headline_records/headline/records/value", "headline/records/value"),
        (TOTAL, "public_services/总数/evaluations"),
    ],
)
def test_a_figure_of_the_text_or_a_total_can_be_taken_out(
    real: QuarterData, reference: Reference, finding: str, cell: str
) -> None:
    from haochaping.figures.compute_figures import compute_figures

    reviewed = run(real, reference, correct(finding, cell, "", "/"))
    assert len(reviewed.data.corrections) == 1 and not reviewed.report.refused
    compute_figures(reviewed.data)
    back = undo_corrections(reviewed.data, reference)
    assert back.printed_totals.equals(real.printed_totals)
    assert back.headline["value"].equals(real.headline["value"])


def test_findings_that_a_correction_raised_say_so(real: QuarterData, reference: Reference) -> None:
    doubt = "active_rate_peers/districts/周村区/active_evaluations"
    wrong = correct(doubt, "districts/周村区/evaluations", "67199", "76990")
    messages = [f.message for f in run(real, reference, wrong).report.findings if "由更正引起" in f.message]
    assert any("76,990" in message or "周村区" in message for message in messages)


@pytest.mark.slow
def test_the_original_may_be_typed_with_commas(real: QuarterData, reference: Reference) -> None:
    typed = correct(WATER, "city_departments/市水务集团有限责任公司/evaluations", "11,237", "11,273")
    assert status(run(real, reference, typed), WATER) == "corrected"
    spaced = correct(WATER, "city_departments/市水务集团有限责任公司/evaluations", "11237", "11 273")
    assert run(real, reference, spaced).report.refused == 1


@pytest.mark.slow
def test_corrections_kept_in_the_tidy_tables_stand(real: QuarterData, reference: Reference) -> None:
    from haochaping.store.apply_corrections import recorded_corrections

    done = run(real, reference, WATER_CORRECTED).data
    again = review(undo_corrections(done, reference), (), (), reference, TODAY, recorded_corrections(done))
    assert again.data == done and again.data.corrections.equals(done.corrections)
    assert status(again, WATER) == "corrected"


@pytest.mark.slow
def test_a_correction_may_answer_what_another_correction_raised(
    real: QuarterData, reference: Reference
) -> None:
    def corrected(finding: str, cell: str, original: str, value: str, row: int) -> Answer:
        place = f"review.xlsx 第 {row} 行"
        return Answer(place, finding, cell, original, "更正", value, "查系统", "甲", "2023-01-19", "")

    silent = "silent_unit/city_departments/山东省淄博市鲁中公证处/active_evaluations"
    cell = "city_departments/山东省淄博市鲁中公证处/active_evaluations"
    too_many = corrected(silent, cell, "0", "22190", 2)
    [raised] = [
        f.id
        for f in review(real, [too_many], (), reference, date(2023, 1, 20)).report.findings
        if f.check == "active_within_evaluations"
    ]
    bound = "city_departments/山东省淄博市鲁中公证处/evaluations"
    second = corrected(raised, bound, real_printed(real, "evaluations"), "32190", 3)
    cases = corrected(raised, bound.replace("evaluations", "cases"), real_printed(real, "cases"), "32190", 4)
    reviewed = review(real, [too_many, second, cases], (), reference, date(2023, 1, 20))
    assert not any("未采用" in remark for remark in reviewed.report.remarks)
    assert len(reviewed.data.corrections) == 3
    other = corrected(raised, cell, "0", "2219", 5)
    conflict = review(real, [too_many, other], (), reference, date(2023, 1, 20))
    assert any("review.xlsx 第 2 行已有另一个核实值 22190" in remark for remark in conflict.report.remarks)


def real_printed(data: QuarterData, column: str) -> str:
    rows = data.city_departments.set_index("department")
    return str(rows.loc["山东省淄博市鲁中公证处", column])


def test_findings_about_notes_are_never_those_of_another_quarter(
    real: QuarterData, reference: Reference
) -> None:
    def noted(*sections: str) -> QuarterData:
        rows = [
            {"section": section, "kind": "paragraph", "text": "新增终端 987 台。", "line": 7}
            for section in sections
        ]
        return replace(real, notes=frame("notes", rows))

    about = "notes_unplaced/headline/note:各区县/text"
    explained = explain(about, "另有台账", until="2023-12-31")
    past = (PriorQuarter(noted("各区县", "要点"), (explained,)),)
    reviewed = run(noted("各区县"), reference, past=past)
    assert status(reviewed, about) == "new"
    assert not any("note:" in finding.id for finding in reviewed.report.gone)


def test_an_answer_of_before_the_period_could_be_known_is_not_of_this_period(
    real: QuarterData, reference: Reference
) -> None:
    early = replace(explain(WINDOW), on="2022-10-12")
    reviewed = run(real, reference, early)
    assert status(reviewed, WINDOW) == "new" and reviewed.report.refused == 1
    [remark] = [r for r in reviewed.report.remarks if "未采用" in r]
    assert "日期“2022-10-12”早于本期数据提取和期末（2022-12-31）" in remark
    before = PriorQuarter(replace(real, quarter=real.quarter.previous), (early,))
    carried = run(real, reference, early, past=(before,))
    assert carried.report.refused == 0, "an explanation that is carried on has its old date"


def test_a_file_that_does_not_say_its_period_is_told(real: QuarterData, reference: Reference) -> None:
    unstated = replace(explain(WINDOW), is_of_stated_period=False)
    reviewed = run(real, reference, unstated)
    assert status(reviewed, WINDOW) == "explained"
    [remark] = reviewed.report.remarks
    assert remark == "review.xlsx 没有写明是哪一期的答复，按2022年第四季度的采用，请确认"


def test_a_number_held_against_a_doubtful_one_says_so(real: QuarterData, reference: Reference) -> None:
    """In the quarter before 高新区 had a digit too many; now its number looks far too small beside that."""
    before = replace(real, quarter=real.quarter.previous)
    cells = [CellRef("districts", "高新区", column) for column in ("cases", "evaluations")]
    now = apply_corrections(real, [Correction(cell, "1373402", "137340") for cell in cells], reference)
    report = review(now, [], [PriorQuarter(before, ())], reference, date(2023, 3, 1)).report
    told = {f.at: f.consider for f in report.findings if f.check == "previous_quarter"}
    assert told[cells[1]].startswith("上季度的此数也存疑，先核实上季度的数；")
    others = {cell: text for cell, text in told.items() if cell.row != "高新区"}
    assert not any("也存疑" in text for text in others.values())


def test_a_refused_answer_is_told_at_its_finding(real: QuarterData, reference: Reference) -> None:
    early = replace(explain(WINDOW, "原因"), on="2022-09-20")
    finding = next(f for f in run(real, reference, early).report.findings if f.id == WINDOW)
    assert finding.status == "new" and finding.answer.startswith("答复未采用：日期“2022-09-20”早于")


def test_a_total_that_did_not_follow_a_correction_is_the_only_suspect(
    real: QuarterData, reference: Reference
) -> None:
    """Not the right rows of its column, of which each could be too large by as much."""
    cell = "district_departments/公共服务（水电气热通讯）/周村区/evaluations"
    report = run(real, reference, correct(TOTAL, cell, "0", "4356")).report
    [raised] = [f for f in report.findings if "由更正引起" in f.message]
    assert raised.at == CellRef("district_departments", "汇总", "evaluations", "周村区")
    assert raised.suspects == (raised.at,) and raised.hypothesis == "此数没有随更正改动，应为 45,290。"
    still = next(f for f in report.findings if f.id == TOTAL)
    [matter] = [m for m in report.matters if TOTAL in m.findings]
    assert still.is_open and matter.units == () and matter.needs_office, (
        "the rows agree: no unit need be asked"
    )

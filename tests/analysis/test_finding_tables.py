"""Findings and matters of units, annexes and the office."""

from __future__ import annotations

import haochaping as hcp
from haochaping.analysis.loaded_period import report_of
from haochaping.core.model import QuarterData


def test_matters_of_a_unit_and_of_the_office(q: QuarterData) -> None:
    assert 5 in hcp.matters(q, unit="周村区")["项号"].tolist()
    office = q.fact("issuer")
    of_office = hcp.matters(q, unit="编制单位")
    assert set(of_office["请谁核实"]) == {office} and 0 < len(of_office) < len(hcp.matters(q))
    asked = hcp.findings(q, unit="编制单位")
    assert set(asked["请谁核实"]) == {office} and set(asked["项号"]) == set(of_office["项号"])
    for unit in ("经开区", "文昌湖区", "市公安局"):
        of_unit = hcp.matters(q, unit=unit)
        assert set(of_unit["项号"]) == set(hcp.findings(q, unit=unit)["项号"])
        assert f"{unit}，共 {len(of_unit)} 项" in of_unit.attrs["title"]


def test_doubts_that_only_name_a_unit_are_found(q: QuarterData) -> None:
    answer = hcp.findings(q, unit="沂源县")
    assert 22 in set(answer["项号"])
    assert any("沂源县" in message for message in answer["意见"])


def test_a_finding_names_its_annexes_and_who_is_asked(q: QuarterData) -> None:
    answer = hcp.findings(q, annex="正文")
    assert len(answer) and answer["附件"].str.contains("正文").all()
    compared = answer[answer["编号"].str.startswith("headline_records")]
    assert compared["附件"].tolist() == ["正文、附件1、附件2"]
    asked = dict(hcp.matters(q)[["项号", "请谁核实"]].to_numpy().tolist())
    every = hcp.findings(q)
    assert every["请谁核实"].tolist() == [asked[number] for number in every["项号"]]


def test_a_period_is_checked_once(q: QuarterData) -> None:
    assert report_of(q) is report_of(q)

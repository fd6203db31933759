from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import haochaping as hcp
from haochaping.checks.check_report import CheckReport
from haochaping.core.model import QuarterData
from haochaping.core.paths import find_locations
from haochaping.core.period import Period
from haochaping.figures import compute_figures as figures_module
from haochaping.figures.compute_figures import compute_figures
from haochaping.figures.figure import Figures
from haochaping.figures.figures_json import dump_figures, load_figures
from haochaping.figures.unit_name import UnitName
from haochaping.pipeline.assess import assess
from haochaping.pipeline.staging import stage
from haochaping.reference.reference import Reference
from haochaping.simulate.data_root import write_data_root

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def with_past(tmp_path_factory: pytest.TempPathFactory) -> QuarterData:
    root = tmp_path_factory.mktemp("simulated") / "data"
    quarters = [Period(2023, number) for number in (1, 2)]
    write_data_root(root, quarters, 1, ROOT / "data" / "reference")
    return assess(find_locations(root), quarters[-1], date(2024, 1, 1)).data


@pytest.mark.parametrize("fixture", ["real", "with_past"])
def test_figures_come_back_from_json_as_they_were(
    fixture: str, reference: Reference, request: pytest.FixtureRequest
) -> None:
    data = request.getfixturevalue(fixture)
    figures = compute_figures(data, reference)
    back = load_figures(dump_figures(figures), data, reference)
    assert back.data is data and list(back) == list(figures) and dict(back) == dict(figures)
    assert _words(back) == _words(figures)
    for name, figure in figures.items():
        assert type(back[name].value) is type(figure.value)


def _words(figures: Figures) -> dict[str, object]:
    return {name: (type(value), _with_cells(value)) for name, value in figures.words.items()}


def _with_cells(value: object) -> object:
    if isinstance(value, list):
        return [_with_cells(one) for one in value]
    return (str(value), value.cells) if isinstance(value, UnitName) else value


def test_a_notebook_gets_the_figures_of_the_runner_and_computes_those_of_what_it_changed(
    tmp_path: Path,
    real: QuarterData,
    real_report: CheckReport,
    reference: Reference,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    figures = compute_figures(real, reference)
    stage(real, real_report, figures, tmp_path / "model")
    computed: list[QuarterData] = []
    compute = figures_module.figures_of_one_quarter
    monkeypatch.setattr(
        figures_module,
        "figures_of_one_quarter",
        lambda data, *rest: computed.append(data) or compute(data, *rest),
    )
    q = hcp.load("2022Q4", prepared=tmp_path / "model")
    assert hcp.check(q) == real_report
    assert dict(hcp.compute_figures(q)) == dict(figures) and not computed
    assert hcp.compute_figures(replace(q))["cases"] == figures["cases"] and len(computed) == 1
    q = q.with_table("districts", q.districts.assign(cases=7))
    assert hcp.compute_figures(q)["cases"] != figures["cases"] and len(computed) == 2

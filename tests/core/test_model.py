import pickle
from collections.abc import Callable
from copy import copy
from dataclasses import replace

import pandas as pd
import pytest

from haochaping.checks.check_report import CheckReport
from haochaping.core.model import CellRef, QuarterData
from haochaping.core.period import Period
from haochaping.figures.compute_figures import compute_figures
from haochaping.outputs.page.annex_html import annex_table
from haochaping.outputs.page.appendix import appendix_html
from haochaping.outputs.page.head import head_html
from haochaping.outputs.page.matters_section import matters_html
from haochaping.present.sentences import page_sections, write_sentences
from haochaping.reference.reference import Reference
from haochaping.store.cell_index import CellIndex

CASES = CellRef("districts", "张店区", "cases")


@pytest.fixture
def own(real: QuarterData) -> QuarterData:
    """The real quarter in frames that a test may change."""
    return replace(real, **{name: frame.copy() for name, frame in real.frames()})


def test_what_is_made_of_a_quarter_is_made_once(own: QuarterData) -> None:
    assert own.derived(CellIndex) is own.derived(CellIndex)
    assert own.derived(_beside, "districts") is own.derived(_beside, "districts")
    assert own.derived(_beside, "districts") is not own.derived(_beside, "annexes")


def _beside(data: QuarterData, name: str) -> list[str]:
    return list(getattr(data, name))


def _write(data: QuarterData) -> None:
    data.cells.loc[0, "value"] = 5


def _append(data: QuarterData) -> None:
    data.cells.loc[len(data.cells)] = data.cells.loc[0]


def _drop(data: QuarterData) -> None:
    del data.cells["reason"]


def _rename(data: QuarterData) -> None:
    data.cells["row"] = data.cells["row"] + "（改）"


def _text(data: QuarterData) -> None:
    data.headline.loc[0, "printed"] = "另"


def _columns(data: QuarterData) -> None:
    data.cells.columns = [name.upper() for name in data.cells]


@pytest.mark.parametrize("change", [_write, _append, _drop, _rename, _text, _columns])
def test_a_frame_changed_in_place_is_seen(own: QuarterData, change: Callable[[QuarterData], None]) -> None:
    before = own.derived(_shape)
    change(own)
    assert own.derived(_shape) != before
    assert own.derived(_shape) == _shape(own)


def _shape(data: QuarterData) -> str:
    return "".join(frame.to_csv() for _, frame in data.frames())


def test_a_changed_number_is_in_the_index_and_the_annex_at_once(own: QuarterData) -> None:
    assert own.derived(CellIndex).count(CASES) != 7
    assert own.districts["cases"].iloc[0] != 7
    own.cells.loc[(own.cells["row"] == "张店区") & (own.cells["measure"] == "cases"), "value"] = 7
    assert own.derived(CellIndex).count(CASES) == 7
    assert own.districts["cases"].iloc[0] == 7


def test_another_quarter_has_made_nothing_yet(own: QuarterData) -> None:
    made = own.derived(CellIndex)
    districts = own.districts.assign(cases=pd.array([7] * len(own.districts), dtype="Int64"))
    assert own.with_table("districts", districts).derived(CellIndex).count(CASES) == 7
    for other in (replace(own), copy(own), pickle.loads(pickle.dumps(own))):
        assert other == own and other.derived(CellIndex) is not made


# --- views of the cells ----------------------------------------------------------------------------------


def test_each_annex_is_an_attribute_of_its_name(real: QuarterData) -> None:
    for name in real.declaration.annexes:
        assert getattr(real, name) is real.table(name) and name in dir(real)
    with pytest.raises(AttributeError, match="halls"):
        _ = real.halls
    with pytest.raises(KeyError):
        real.table("halls")


def test_an_annex_replaced_by_its_own_frame_is_the_same(real: QuarterData) -> None:
    for name in real.declaration.annexes:
        frame = real.table(name)
        pd.testing.assert_frame_equal(real.with_table(name, frame).table(name), frame)
        pd.testing.assert_frame_equal(real.with_table(name, frame).printed_totals, real.printed_totals)


def test_a_cell_that_still_has_no_number_keeps_the_word_printed_there(real: QuarterData) -> None:
    words = set(real.unreported["printed"])
    assert len(words) > 1
    for name in real.declaration.annexes:
        real = real.with_table(name, real.table(name))
    assert set(real.unreported["printed"]) == words


def test_annexes_without_cells_are_absent_and_empty(real: QuarterData) -> None:
    without = replace(real, cells=real.cells[real.cells["annex"] != "districts"])
    assert without.absent == ["districts"] and real.absent == []
    assert without.districts.empty and list(without.districts) == list(real.districts)
    assert without.annex_number("districts") == 1


def test_every_cell_is_in_one_view(real: QuarterData) -> None:
    """A number in an annex's frame or among the totals; a cell without one is told with its reason."""
    numbers = sum(
        int(real.table(name)[list(spec.measures_by_name.keys() & set(real.table(name)))].notna().sum().sum())
        for name, spec in real.declaration.annexes.items()
    )
    assert numbers + len(real.printed_totals) + len(real.unreported) == len(real.cells)
    assert (real.unreported["reason"] != "").all()


def test_a_page_builds_the_index_of_cells_once(
    own: QuarterData, real_report: CheckReport, reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[Period] = []
    build = CellIndex.__init__

    def counted(self: CellIndex, data: QuarterData, *rest: object) -> None:
        built.append(data.quarter)
        build(self, data, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(CellIndex, "__init__", counted)
    figures = compute_figures(own, reference)
    head_html(own, real_report, figures)
    for section in page_sections(own.declaration):
        write_sentences(section, figures, real_report)
    for name in own.declaration.annexes:
        annex_table(own, name, real_report)
    matters_html(real_report, figures, reference)
    appendix_html(own, figures, real_report)
    assert built == [own.quarter]

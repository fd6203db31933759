"""What columns mean does not depend on their order or on columns beside them that nobody declared."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haochaping.core.declaration import AnnexSpec
from haochaping.core.text import normalize_for_comparison
from haochaping.read.grid.annex_table import TableColumn, TableMeaning
from haochaping.read.grid.table_meaning import HeaderUnread, TableEvidence, find_meaning
from haochaping.reference.reference import Reference
from haochaping_dev.fuzz.model_content import kit_reference

Path = tuple[str, ...]
REFERENCE = kit_reference()
SPECS = list(REFERENCE.declaration.annexes.values())
TITLES = {"districts": "各区县数据通报表", "public_services": "各区县公共服务领域数据通报表"}


def paths_of(spec: AnnexSpec) -> list[Path]:
    """The headings of an annex with all its columns: serial number, names, figures."""
    measures = [(measure.heading,) for measure in spec.measures_by_name.values()]
    names: list[Path] = [("序号",), (spec.groups[0].headings[0],)]
    if spec.columns_by is None:
        return [*names, *measures]
    if spec.columns_by.members:
        return [
            *names,
            *((member.headings[0], *path) for member in spec.columns_by.members for path in measures),
        ]
    return [*names, *((name,) for name in REFERENCE.names(spec.columns_by.name)[:5]), ("合计",)]


def meaning_of(paths: Sequence[Path], title: str = "", reference: Reference = REFERENCE) -> TableMeaning:
    """The meaning of columns with names under headings of names and figures under all others."""
    groups = reference.declaration.groups.values()
    names = {heading for group in groups for heading in group.headings}
    cells = [["某某"] if path[-1] in names else ["5", "6"] for path in paths]
    return find_meaning(list(enumerate(paths)), reference, TableEvidence((title,), lambda at: cells[at]))


def by_path(meaning: TableMeaning) -> dict[Path, tuple[object, ...]]:
    """What each column of figures is, whatever its place."""
    return {column.path: _content(column) for column in meaning.values}


def _content(column: TableColumn) -> tuple[object, ...]:
    measure = column.measure.name if column.measure else None
    return measure, column.member, column.is_total, column.in_percent


SPEC = st.sampled_from(SPECS)
KNOWN = sorted({normalize_for_comparison(heading) for heading in REFERENCE.headings})
UNKNOWN = st.text("投诉举报情况说明渠道平台率数件年月次", min_size=2, max_size=6).filter(
    lambda text: text not in KNOWN and text[-1] not in "区县市旗岛"
)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_every_column_of_an_annex_has_its_meaning(spec: AnnexSpec) -> None:
    meaning = meaning_of(paths_of(spec), TITLES.get(spec.name, ""))
    assert meaning.spec is spec and (meaning.serial_at, meaning.names_at) == (0, (1,))
    assert all(column.measure for column in meaning.values)
    assert {column.measure.name for column in meaning.values if column.measure} == set(spec.measures_by_name)
    assert len(by_path(meaning)) == len(paths_of(spec)) - 2


@settings(deadline=None)
@given(SPEC, st.randoms(use_true_random=False))
def test_shuffled_columns_mean_the_same(spec: AnnexSpec, random) -> None:
    paths, title = paths_of(spec), TITLES.get(spec.name, "")
    wanted = meaning_of(paths, title)
    shuffled = random.sample(paths, len(paths))
    found = meaning_of(shuffled, title)
    assert found.spec is wanted.spec and by_path(found) == by_path(wanted)
    assert shuffled[found.names_at[0]] == paths[1]
    assert found.serial_at is not None and shuffled[found.serial_at] == ("序号",)
    assert [shuffled[column.at] for column in found.values] == [column.path for column in found.values]


@settings(deadline=None)
@given(SPEC, UNKNOWN, st.integers(0, 30), st.booleans())
def test_an_unknown_column_is_kept_and_changes_no_other(
    spec: AnnexSpec, heading: str, place: int, is_below_another: bool
) -> None:
    paths, title = paths_of(spec), TITLES.get(spec.name, "")
    wanted = meaning_of(paths, title)
    added: Path = ("其他情况", heading) if is_below_another else (heading,)
    at = place % (len(paths) + 1)
    found = meaning_of([*paths[:at], added, *paths[at:]], title)
    assert found.spec is wanted.spec
    assert by_path(found) == {**by_path(wanted), added: (None, "", False, False)}
    assert [column.at for column in found.values if column.path == added] == [at]


@settings(deadline=None)
@given(SPEC, st.data())
def test_columns_of_another_quarter_change_no_other(spec: AnnexSpec, data) -> None:
    """Under 上季度 or 去年同期 the same headings are columns of their own, which nobody declared."""
    paths, title = paths_of(spec), TITLES.get(spec.name, "")
    wanted = meaning_of(paths, title)
    spanner = data.draw(st.sampled_from(["上季度", "去年同期", "上年", "同比增幅"]))
    others = [(spanner, *path) for path in data.draw(st.lists(st.sampled_from(paths[2:]), unique=True))]
    found = meaning_of([*paths, *others], title)
    assert found.spec is wanted.spec
    assert by_path(found) == {**by_path(wanted), **dict.fromkeys(others, (None, "", False, False))}


@settings(deadline=None)
@given(SPEC, st.data())
def test_a_column_twice_is_refused(spec: AnnexSpec, data) -> None:
    paths = paths_of(spec)
    again = data.draw(st.sampled_from(paths[2:]))
    with pytest.raises(HeaderUnread, match="重复的列"):
        meaning_of([*paths, again], TITLES.get(spec.name, ""))


@settings(deadline=None)
@given(SPEC, SPEC)
def test_the_columns_of_two_annexes_side_by_side_are_never_one_annex_with_all(
    one: AnnexSpec, two: AnnexSpec
) -> None:
    """Either refused, or no annex, or the columns of one of the two with the other's kept as printed."""
    if one.groups[0].headings[0] == two.groups[0].headings[0]:
        return
    with pytest.raises(HeaderUnread):
        meaning_of([*paths_of(one), *paths_of(two)[1:]])


@settings(deadline=None)
@given(st.lists(UNKNOWN, min_size=2, max_size=6, unique=True), st.randoms(use_true_random=False))
def test_a_table_of_unknown_columns_is_no_annex_and_keeps_them_all(headings: list[str], random) -> None:
    paths: list[Path] = [("大厅名称",), *((heading,) for heading in headings)]
    cells = [["某某"], *(["5"] for _ in headings)]
    meaning = find_meaning(list(enumerate(paths)), REFERENCE, TableEvidence(("",), lambda at: cells[at]))
    assert meaning.spec is None and meaning.names_at == (0,)
    assert [column.path for column in meaning.values] == paths[1:]
    assert all(column.measure is None for column in meaning.values)

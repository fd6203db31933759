from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haochaping.core.errors import InputRefused
from haochaping.core.model import QuarterData, frame
from haochaping.core.paths import quarters_in
from haochaping.core.period import Period
from haochaping.store.tidy_tables import guard_formula, read_tidy, unguard_formula, write_tidy

ROOT = Path(__file__).parents[2]


def test_written_and_read_back_identically(real: QuarterData, tmp_path: Path) -> None:
    assert write_tidy(real, tmp_path)
    back = read_tidy(tmp_path, real.quarter)
    assert back == real
    for (name, ours), (_, theirs) in zip(real.frames(), back.frames(), strict=True):
        assert ours.equals(theirs), name


def test_the_committed_tidy_tables_are_those_of_the_bulletin(real: QuarterData) -> None:
    assert read_tidy(ROOT / "data" / "tidy" / "2022Q4", real.quarter) == real


def test_writing_again_changes_nothing(real: QuarterData, tmp_path: Path) -> None:
    write_tidy(real, tmp_path)
    assert not write_tidy(real, tmp_path)


names = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)
awkward = st.sampled_from(
    [
        *("=1+1", "-", "'-", "''=", "@x", "+86", "NA", "null", "1e5", '"', "a,b", " x ", "nan"),
        *(" =1+1", "\t", "\r", "\n", "'\t=", "＝1+1", "－", "' +1", "\u3000=1+1", "\xa0=1+1"),
    ]
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(names | awkward, st.none() | st.integers(0, 10**12), st.none() | st.floats(0, 1)),
        max_size=5,
    )
)
def test_any_text_and_number_survives(tmp_path_factory: pytest.TempPathFactory, rows: list) -> None:
    folder = tmp_path_factory.mktemp("tidy")
    content = [
        {"district": name, "evaluations": count, "share": share, "share_printed": name}
        for name, count, share in rows
    ]
    data = QuarterData(
        Period(2022, 4),
        public_services=frame("public_services", content),
        about=frame("about", [{"field": "quarter", "value": "2022Q4"}]),
    )
    write_tidy(data, folder)
    assert read_tidy(folder, data.quarter) == data


def test_no_cell_starts_like_a_formula(real: QuarterData, tmp_path: Path) -> None:
    evil = replace(real, unreported=frame("unreported", [{"table": "=cmd|' /C calc'!A0", "printed": "-"}]))
    write_tidy(evil, tmp_path)
    text = (tmp_path / "unreported.csv").read_text(encoding="utf-8")
    assert not any(line.startswith(("=", "+", "-", "@")) for line in text.replace(",", "\n").splitlines())


@pytest.mark.slow
def test_a_changed_value_is_remembered(real: QuarterData, tmp_path: Path) -> None:
    write_tidy(real, tmp_path)
    assert read_tidy(tmp_path, real.quarter).revisions.empty
    districts = real.districts.copy()
    districts.loc[0, "cases"] = 5
    write_tidy(replace(real, districts=districts.drop(index=1)), tmp_path)
    write_tidy(replace(real, districts=districts.drop(index=1)), tmp_path)
    changes = read_tidy(tmp_path, real.quarter).revisions
    first = changes.iloc[0]
    assert (first["table"], first["column"], first["before"], first["after"]) == (
        "districts",
        "cases",
        "1080786",
        "5",
    )
    assert set(changes["key"]) == {'{"district": "张店区"}', '{"district": "淄川区"}'}
    assert read_tidy(tmp_path, real.quarter).districts.loc[0, "cases"] == 5


def test_wrong_cells_are_all_named(real: QuarterData, tmp_path: Path) -> None:
    write_tidy(real, tmp_path)
    path = tmp_path / "districts.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("1080786,1080786", "many,1.5"), encoding="utf-8")
    with pytest.raises(InputRefused) as refusal:
        read_tidy(tmp_path, real.quarter)
    assert len(refusal.value.problems) == 2
    assert "districts.csv 第 2 行 cases" in str(refusal.value)


def test_wrong_columns_and_missing_folder_are_refused(real: QuarterData, tmp_path: Path) -> None:
    with pytest.raises(InputRefused):
        read_tidy(tmp_path / "none", real.quarter)
    write_tidy(real, tmp_path)
    (tmp_path / "districts.csv").write_text("district,x\n", encoding="utf-8")
    with pytest.raises(InputRefused, match="列应依次为"):
        read_tidy(tmp_path, real.quarter)


def test_quarters_are_found_in_order_of_time(tmp_path: Path) -> None:
    for name in ("2023Q1", "2022Q4", "notes", "20Q9"):
        (tmp_path / name).mkdir()
    assert [str(q) for q in quarters_in(tmp_path)] == ["2022Q4", "2023Q1"]


@pytest.mark.parametrize(
    "text",
    [
        "=cmd|' /C calc'!A0",
        " =1",
        "\t1",
        "\r1",
        "\n1",
        "\u3000=1",
        "＝1",
        "＋1",
        "－1",
        "＠甲",
        "-2+3",
        "'=1",
    ],
)
def test_what_a_spreadsheet_may_run_is_guarded(text: str) -> None:
    assert guard_formula(text) == f"'{text}" and unguard_formula(guard_formula(text)) == text


@pytest.mark.parametrize("text", ["", "张店区", "'甲'", "1,234", "—", "（=）", " 甲"])
def test_other_text_is_left_alone(text: str) -> None:
    assert guard_formula(text) == text == unguard_formula(text)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "old", "new", "expected_message"),
    [
        ("districts.csv", "张店区".encode(), b"\xff\xfe", "CSV 文件（UTF-8）"),
        ("districts.csv", "张店区".encode(), b'"', "CSV 文件（UTF-8）"),
        ("districts.csv", b"1080786,1080786", b"1080786,7,1080786", "读到"),
        ("districts.csv", b"1080786,1080786", b"1080786,inf", "应为数或空白"),
        ("districts.csv", b"1080786,1080786", b"1080786," + b"9" * 30, "应为数或空白"),
        ("districts.csv", b"1080786,1080786", b"1080786,1e400", "应为数或空白"),
        ("districts.csv", b",1.0,", b",inf,", "应为数或空白"),
        ("printed_totals.csv", b'"{""department""', b'"{department', "应为 JSON"),
        ("unreported.csv", b'"{""district""', b'"[""district""', "应为 JSON"),
    ],
)
def test_damaged_files_are_refused(
    real: QuarterData, tmp_path: Path, name: str, old: bytes, new: bytes, expected_message: str
) -> None:
    write_tidy(real, tmp_path)
    content = (tmp_path / name).read_bytes()
    assert old in content
    (tmp_path / name).write_bytes(content.replace(old, new, 1))
    with pytest.raises(InputRefused, match=expected_message):
        read_tidy(tmp_path, real.quarter)


def test_a_long_text_is_read_back(real: QuarterData, tmp_path: Path) -> None:
    about = real.about.copy()
    about.loc[about["field"] == "text", "value"] = "好" * 300_000
    write_tidy(replace(real, about=about), tmp_path)
    assert read_tidy(tmp_path, real.quarter).fact("text") == "好" * 300_000

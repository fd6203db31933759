"""Months, half-years and years on the command line, from a bulletin to findings and tidy tables."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.shared import run_here

BULLETIN = (ROOT / "data" / "raw" / "2022Q4" / "bulletin.txt").read_text(encoding="utf-8")
WORDS = {
    "2022M10": ("2022 年 10 月", "10月份", "10 月", "10 月 1 日", "10 月 31 日"),
    "2022M11": ("2022 年 11 月", "11月份", "11 月", "11 月 1 日", "11 月 30 日"),
    "2022H2": ("2022 年下半年", "下半年", "7-12 月", "7 月 1 日", "12 月 31 日"),
    "2022Y": ("2022 年", "2022年度", "全年", "1 月 1 日", "12 月 31 日"),
}
"""The period in the title, in the annexes' titles and in the text; the first and last day in the notes."""


def bulletin(code: str) -> str:
    """The real bulletin as one of another period: its words are replaced, its figures stay."""
    title, short, months, first, last = WORDS[code]
    text = BULLETIN.replace("2022 年第四季度", title).replace("第四季度", short).replace("10-12 月", months)
    return re.sub(r"10 月 1 日至 12\s*月 31 日", f"{first}至 {last}", text)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data root of a city that publishes all kinds of period, with a bulletin of each but a quarter."""
    root = tmp_path / "data"
    shutil.copytree(ROOT / "data" / "reference", root / "reference")
    declare(root, '"quarter", "month", "half_year", "year"')
    for code in WORDS:
        put(root, code, bulletin(code))
    return root


def declare(root: Path, kinds: str) -> None:
    city = root / "reference" / "city.toml"
    text = re.sub(r"(?m)^periods = .*$", f"periods = [{kinds}]", city.read_text(encoding="utf-8"))
    city.write_text(text, encoding="utf-8")


def put(root: Path, code: str, text: str) -> None:
    folder = root / "raw" / code
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bulletin.txt").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("code", WORDS)
def test_a_period_of_any_kind_is_checked_like_a_quarter(data: Path, code: str) -> None:
    result = run_here("check", code, "--json", "--data", data, "--as-of", "2023-03-01")
    assert result.returncode == 0, result.stderr
    rules = [finding["check"] for finding in json.loads(result.stdout)]
    assert len(rules) > 20, "the figures of the real bulletin have as many doubts in whatever period"
    assert not {"period_of_quarter", "title_of_quarter"} & {*rules}


def test_a_month_is_tidied_and_compared_with_the_month_before(data: Path) -> None:
    for code in ("2022M10", "2022H2", "2022M11"):
        result = run_here("tidy", code, "--data", data, "--as-of", "2023-03-01")
        assert result.returncode == 0, result.stderr
    with (data / "tidy" / "2022M11" / "about.csv").open(encoding="utf-8") as file:
        assert {row["field"]: row["value"] for row in csv.DictReader(file)}["quarter"] == "2022M11"
    result = run_here("check", "2022M11", "--data", data, "--as-of", "2023-03-01")
    assert (
        "2022年11月：" in result.stdout
        and "·自2022年10月起连续 2 期" in result.stdout
        and "[上月已有]" in result.stdout
    )
    assert "与2022年10月" in result.stdout and "沿用了上月的表" in result.stdout
    assert "下半年" not in result.stdout, "a half-year is no past of a month"


def test_tidy_tables_alone_are_enough_for_a_month(data: Path) -> None:
    assert run_here("tidy", "2022M10", "--data", data).returncode == 0
    shutil.rmtree(data / "raw" / "2022M10")
    result = run_here("check", "2022年10月份", "--data", data)
    assert result.returncode == 0 and "2022年10月：" in result.stdout


@pytest.mark.parametrize(("code", "name"), [("2022M10", "月份"), ("2022H2", "半年"), ("2022Y", "年度")])
@pytest.mark.parametrize("command", ["check", "tidy", "new", "quarter"])
def test_a_kind_that_the_city_does_not_declare_is_refused(
    data: Path, tmp_path: Path, command: str, code: str, name: str
) -> None:
    declare(data, '"quarter"')
    result = run_here(command, code, "--data", data, "--output", tmp_path / "output")
    kind = {"月份": "month", "半年": "half_year", "年度": "year"}[name]
    assert result.returncode == 2
    assert f"是{name}；本市声明公布的是季度" in result.stderr
    assert "city.toml" in result.stderr and f'periods = ["quarter", "{kind}"]' in result.stderr


def test_without_a_declaration_only_quarters_are_read(data: Path) -> None:
    city = data / "reference" / "city.toml"
    lines = city.read_text(encoding="utf-8").splitlines()
    city.write_text("\n".join(line for line in lines if not line.startswith("periods")), encoding="utf-8")
    put(data, "2022Q4", BULLETIN)
    assert run_here("check", "2022Q4", "--data", data).returncode == 0
    assert run_here("check", "2022M10", "--data", data).returncode == 2


def test_a_month_in_the_folder_of_its_quarter_is_refused(data: Path) -> None:
    put(data, "2022Q4", bulletin("2022M10"))
    result = run_here("check", "2022Q4", "--data", data)
    assert result.returncode == 2
    assert "内容是2022年10月" in result.stderr and "应为2022年第四季度" in result.stderr


def test_a_sentence_of_another_period_is_a_finding(data: Path) -> None:
    put(data, "2022M10", bulletin("2022M10").replace("10 月，全市归集", "9 月，全市归集"))
    result = run_here("check", "2022M10", "--json", "--data", data)
    found = [finding for finding in json.loads(result.stdout) if finding["check"] == "text_of_quarter"]
    assert [finding["severity"] for finding in found] == ["correct"]
    assert "正文以“9月”为数据的时段" in found[0]["message"]


@pytest.mark.parametrize(
    "sentence",
    [
        "1-9 月累计归集",
        "10 月底以前归集",
        "较去年同期归集",
        "截至 12 月 31 日，全市归集",
        "2022 年，全市归集",
    ],
)
def test_a_sentence_in_passing_is_no_finding(data: Path, sentence: str) -> None:
    put(data, "2022Q4", BULLETIN.replace("10-12 月，全市归集", sentence))
    result = run_here("check", "2022Q4", "--json", "--data", data)
    assert "period_of_quarter" not in [finding["check"] for finding in json.loads(result.stdout)]


def test_a_form_for_the_next_month_has_its_words_and_is_read_as_one(data: Path) -> None:
    from openpyxl import load_workbook

    assert run_here("new", "2022M12", "--data", data).returncode == 0
    path = data / "raw" / "2022M12" / "annexes.xlsx"
    entries = {row[0]: row[1] for row in load_workbook(path)["正文与日期"].values}
    assert entries["月份"] == "2022M12" and "季度" not in entries
    assert entries["附件1标题"] == "各区县12月份“好差评”数据通报表"
    assert "没有填数" in run_here("check", "2022M12", "--data", data).stderr


def test_ranges_are_of_one_kind(data: Path, tmp_path: Path) -> None:
    for first, last, expected in (
        ("2022M01", "2022Q4", "起止应为同一种时段"),
        ("2022M12", "2022M11", "起止颠倒"),
        ("2021M01", "2021M12", "其间没有月份"),
    ):
        result = run_here("quarters", first, last, "--data", data, "--output", tmp_path / "output")
        assert result.returncode == 2 and expected in result.stderr


def test_only_quarters_are_simulated(tmp_path: Path) -> None:
    result = run_here("simulate", "2024M01", "--out", tmp_path / "out")
    assert result.returncode == 2 and "模拟数据只有季度" in result.stderr


@pytest.mark.slow
def test_briefings_of_months_and_quarters_beside_each_other(data: Path, tmp_path: Path) -> None:
    put(data, "2022Q4", BULLETIN)
    output = tmp_path / "output"
    result = run_here("quarters", "--data", data, "--output", output, "--as-of", "2023-03-01")
    assert result.returncode == 0, result.stderr
    assert {path.name for path in output.iterdir() if not path.name.startswith(".")} == {
        *WORDS,
        "2022Q4",
        "index.html",
    }
    index = (output / "index.html").read_text(encoding="utf-8")
    assert "1 个季度、2 个月、1 个半年、1 个年度" in index
    assert index.count('id="chart-series') == len(set(re.findall(r'id="chart-series[^"]*"', index)))
    page = (output / "2022M11" / "briefing.html").read_text(encoding="utf-8")
    assert "2022年11月政务服务“好差评”工作简报" in page

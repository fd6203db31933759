"""Periods of the two second cities with figures drawn at random: what is right by construction is never 须更正."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import pytest

from haochaping.checks.run_rules import run_rules
from haochaping.core.period import Period
from haochaping.figures.compute_figures import compute_figures
from haochaping.present.sentences import compose, page_sections
from haochaping.read.raw_folder import read_raw
from haochaping.reference.reference import Reference, load_reference
from tests.end_to_end.second_cities import CITIES

Table = list[list[object]]


def percent(k: int, n: int) -> str:
    """A rate with two decimals, halves up; a stroke without a base."""
    return f"{(k * 20_000 + n) // (2 * n) / 100:.2f}%" if n else "/"


def with_total(head: list[object], rows: Table, summed: list[int]) -> Table:
    total = ["合计", *("" for _ in head[1:])]
    for column in summed:
        total[column] = sum(row[column] for row in rows)  # type: ignore[misc]
    return [head, *rows, total]


def similar(random: Random, reference: Reference) -> dict[str, Table]:
    """The tables of the city like Zibo, by title."""

    def services(group: str, heading: str) -> Table:
        rows: Table = []
        for unit in reference.names(group):
            cases = random.choice((0, random.randrange(40), random.randrange(90_000)))
            evaluations = random.randint(0, cases)
            own, bad = random.randint(0, evaluations), random.randint(0, min(evaluations, 50))
            settled = random.randint(0, bad)
            rows.append([unit, cases, evaluations, percent(evaluations, cases), own, bad, settled])
        head = [heading, "办件量", "评价量", "评价率", "自主评价量", "不满意量", "按期整改数"]
        return with_total(head, rows, [1, 2, 4, 5, 6])

    counties = reference.names("county")
    matrix = [
        [bureau, *(random.choice((0, random.randrange(9000))) for _ in counties)]
        for bureau in reference.names("county_bureau")
    ]
    counts = [random.randrange(1, 9000) for _ in counties]
    shares = [[c, n, percent(n, sum(counts))] for c, n in zip(counties, counts, strict=True)]
    return {
        "附件1：市级单位评价情况": services("bureau", "单位名称"),
        "附件2：各县市评价情况": services("county", "县市"),
        "附件3：县级单位评价情况": with_total(
            ["县级单位", *counties], matrix, list(range(1, len(counties) + 1))
        ),
        "附件4：水电气热评价情况": with_total(["县市", "评价量", "占比"], shares, [1]),
    }


def unlike(random: Random, reference: Reference) -> dict[str, Table]:
    """The tables of the city with halls, by title."""
    halls, channels = [], []
    for hall in reference.names("hall"):
        levels = [random.choice((0, random.randrange(5_000))) for _ in range(3)]
        levels += [random.randrange(20), random.randrange(9)]
        votes = sum(levels)
        halls.append([hall, votes, *levels, percent(sum(levels[:3]), votes)])
        window = random.randint(0, votes)
        online = random.randint(0, votes - window)
        channels.append([hall, window, online, votes - window - online])
    offices: Table = []
    for group in ("town", "office"):
        for unit in reference.names(group):
            cases = random.choice((0, random.randrange(400)))
            offices.append([unit, cases, random.randint(0, cases), f"{random.randint(800, 1000) / 10:.1f}"])
    levels_head = ["评价总数", "非常满意", "满意", "基本满意", "不满意", "非常不满意"]
    return {
        "大厅评价情况": with_total(["大厅", *levels_head, "满意率"], halls, list(range(1, 7))),
        "各单位办理情况": [["单位", "受理", "办结", "得分"], *offices],
        "大厅分渠道评价情况": with_total(
            ["大厅", "窗口评价总数", "网上评价总数", "电话评价总数"], channels, [1, 2, 3]
        ),
    }


PRINTERS = {"similar": (similar, Period(2024, 1)), "unlike": (unlike, Period.parse("2024M03"))}


def html_of(title: str, tables: dict[str, Table]) -> str:
    shown = [f"<h1>{title}</h1>"]
    for heading, rows in tables.items():
        lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
        shown.append(f"<h2>{heading}</h2><table>{lines}</table>")
    return f"<html><head><meta charset='utf-8'></head><body>{''.join(shown)}</body></html>"


@pytest.mark.parametrize("name", PRINTERS)
def test_clean_periods_raise_nothing_to_correct(name: str, tmp_path: Path) -> None:
    shutil.copytree(CITIES / name / "reference", tmp_path / "reference")
    reference = load_reference(tmp_path / "reference")
    print_tables, period = PRINTERS[name]
    raw = tmp_path / "raw"
    raw.mkdir()
    for seed in range(40):
        tables = print_tables(Random(seed), reference)
        page = html_of(f"关于{period.label}{reference.declaration.subject}情况的通报", tables)
        (raw / "bulletin.html").write_text(page, encoding="utf-8")
        data = read_raw(raw, period, reference)
        report = run_rules(data, reference)
        assert not [f.message for f in report.findings if f.severity == "correct"], seed
        figures = compute_figures(data, reference)
        told = [
            s.text for section in page_sections(data.declaration) for s in compose(section, figures, report)
        ]
        assert len(told) > 8 and not [text for text in told if "None" in text or "nan" in text], seed

"""Every number in a sentence of the built page, recomputed from the tidy tables by code of its own."""

import csv
import html
import re
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

LINK = re.compile(r'<a class="figure" href="#figure-(\w+)">(.*?)</a>')
Z = 1.959963984540054


def tables(folder: Path) -> dict[str, pd.DataFrame]:
    return {
        path.stem: pd.read_csv(path) for path in folder.glob("*.csv") if path.stem not in ("about", "inputs")
    }


def recomputed(folder: Path) -> dict[str, Fraction]:
    """Figures of one quarter by name, from the CSV files alone."""
    t = tables(folder)
    found: dict[str, Fraction] = {}
    for prefix, frame in (("district", t["districts"]), ("department", t["city_departments"])):
        listed = frame[frame["active_evaluations"].notna()]
        found |= {
            f"{prefix}_count": len(frame),
            f"{prefix}_cases": frame["cases"].sum(),
            f"{prefix}_evaluations": frame["evaluations"].sum(),
            f"{prefix}_active": listed["active_evaluations"].sum(),
            f"{prefix}_base": listed["evaluations"].sum(),
            f"{prefix}_negatives": frame["negative_evaluations"].sum(),
            f"{prefix}_idle": (frame["cases"] == 0).sum(),
            f"{prefix}_silent": ((frame["active_evaluations"] == 0) & (frame["evaluations"] > 0)).sum(),
            f"{prefix}_small": ((frame["evaluations"] > 0) & (frame["evaluations"] < 30)).sum(),
            f"{prefix}_largest_cases": frame["cases"].max(),
        }
        found[f"{prefix}_largest_share"] = Fraction(int(frame["cases"].max()), int(frame["cases"].sum()))
    for part in ("cases", "evaluations", "active", "base", "negatives"):
        found[part] = found[f"district_{part}"] + found[f"department_{part}"]
    for name, k, n in (("rate", "evaluations", "cases"), ("active_rate", "active", "base")):
        for prefix in ("", "district_", "department_"):
            found[prefix + name] = Fraction(int(found[prefix + k]), int(found[prefix + n]))
    departments = t["city_departments"].dropna(subset=["active_evaluations"])
    most = departments["active_evaluations"].idxmax()
    active, base = departments["active_evaluations"], departments["evaluations"]
    found["department_most_active_share"] = Fraction(int(active[most]), int(active.sum()))
    found["department_rest_active_rate"] = Fraction(int(active.drop(most).sum()), int(base.drop(most).sum()))
    districts = t["districts"]
    top = districts["evaluations"].nlargest(3).sum()
    found["district_top_share"] = Fraction(int(top), int(districts["evaluations"].sum()))
    rates = districts["active_evaluations"] / districts["evaluations"]
    found |= {"highest_active_rate": Fraction(rates.max()), "lowest_active_rate": Fraction(rates.min())}
    matrix = t["district_departments"]
    by_department = matrix.groupby("department")["evaluations"].sum().sort_values(ascending=False)
    whole = int(matrix["evaluations"].sum())
    found |= {
        "matrix_departments": matrix["department"].nunique(),
        "matrix_evaluations": whole,
        "matrix_first_share": Fraction(int(by_department.iloc[0]), whole),
        "matrix_second_share": Fraction(int(by_department.iloc[1]), whole),
        "matrix_cells": matrix["evaluations"].notna().sum(),
        "matrix_zero_cells": (matrix["evaluations"] == 0).sum(),
    }
    found["matrix_zero_share"] = Fraction(int(found["matrix_zero_cells"]), int(found["matrix_cells"]))
    tiers = t["towns_and_villages"]
    for tier in ("town", "village"):
        found[f"{tier}_evaluations"] = tiers.loc[tiers["tier"] == tier, "evaluations"].sum()
    found["village_share"] = Fraction(int(found["village_evaluations"]), int(tiers["evaluations"].sum()))
    found["tier_negatives"] = tiers["negative_evaluations"].sum()
    public = t["public_services"]["evaluations"]
    found["public_evaluations"] = public.sum()
    found["public_top_share"] = Fraction(int(public.nlargest(3).sum()), int(public.sum()))
    totals = t["printed_totals"]
    found["public_printed_total"] = totals.loc[totals["table"] == "public_services", "value"].iloc[0]
    headline = t["headline"].set_index("figure")["value"]
    found["records"] = headline["records"]
    found["records_gap"] = headline["records"] - found["cases"]
    found["records_gap_share"] = Fraction(int(found["records_gap"]), int(headline["records"]))
    found["claimed_rectification"] = Fraction(str(headline.get("rectification_rate", 0)))
    found["tier_evaluations"] = tiers["evaluations"].sum()
    for prefix in ("", "district_", "department_", "tier_"):
        n = int(found[f"{prefix}evaluations"])
        found[f"{prefix}negatives_per"] = Fraction(10_000 * int(found[f"{prefix}negatives"]), n)
    return {
        name: value if isinstance(value, Fraction) else Fraction(int(value)) for name, value in found.items()
    }


def with_changes(now: dict[str, Fraction], earlier: dict[str, dict[str, Fraction]]) -> dict[str, Fraction]:
    found = dict(now)
    for comparison, then in earlier.items():
        for name, value in now.items():
            if name.endswith("_per"):
                found[f"{name}_{comparison}"] = then[name]
            elif name.endswith("rate"):
                found[f"{name}_{comparison}"] = value - then[name]
            elif then.get(name):
                found[f"{name}_{comparison}"] = (value - then[name]) / then[name]
    return found


def agrees(shown: str, following: str, value: Fraction) -> bool:
    """Whether a number as written is the value, rounded half up at the decimals written."""
    match = re.fullmatch(r"([−+]?)([\d,]+(?:\.\d+)?)(万|亿|%)?", shown)
    assert match, shown
    sign, digits, unit = match.groups()
    told = Fraction(digits.replace(",", "")) * (-1 if sign == "−" else 1)
    scale = {"万": 10_000, "亿": 100_000_000, "%": Fraction(1, 100)}.get(unit or "", 1)
    if following.startswith(" 个百分点"):
        scale = Fraction(1, 100)
    decimals = len(digits.partition(".")[2])
    half = Fraction(1, 2 * 10**decimals) * scale
    exact = abs(value) if not sign else value
    return abs(told * scale - exact) <= half * (1 + Fraction(1, 10**6))


def check(page: str, audit: Path, values: dict[str, Fraction]) -> int:
    """Compare every linked number of the sentences; returns how many there were."""
    with audit.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    audited = {(row["语句"], number) for row in rows for number in row["数字"].split("；") if number}
    count = 0
    for sentence in re.findall(r'<p id="sentence-[^"]*">(.*?)</p>', page):
        told = re.sub(r'<span class="doubt">.*?</span>|<a class="corrected".*?</a>', "", sentence)
        plain = html.unescape(re.sub(r"<[^>]*>", "", told))
        assert any(row["语句"] == plain for row in rows), plain
        bare = re.sub(
            r"2\d\d\d年第.季度|附件[\d、]+", "", html.unescape(re.sub(r"<[^>]*>", "", LINK.sub("", told)))
        )
        assert not re.search(r"\d", bare), bare
        for link in LINK.finditer(told):
            name, shown = link.group(1), html.unescape(link.group(2))
            assert (plain, f"{name}={shown}") in audited
            assert name in values, f"no independent value of {name}"
            assert agrees(shown, told[link.end() :], values[name]), f"{name}: {shown}, {float(values[name])}"
            count += 1
    return count


def test_numbers_of_the_real_page(built: Path) -> None:
    values = recomputed(built.parents[1] / "data" / "tidy" / "2022Q4")
    page = (built / "briefing.html").read_text(encoding="utf-8")
    assert check(page, built / "sentences.csv", values) > 40


def test_numbers_of_a_page_with_earlier_quarters(series: Path) -> None:
    tidy = series / "data" / "tidy"
    earlier = {"before": recomputed(tidy / "2023Q1"), "year": recomputed(tidy / "2022Q2")}
    values = with_changes(recomputed(tidy / "2023Q2"), earlier)
    d1, d2 = (tables(tidy / quarter)["districts"] for quarter in ("2023Q1", "2023Q2"))
    w1, w2 = (d["evaluations"] / d["evaluations"].sum() for d in (d1, d2))
    r1, r2 = (d["active_evaluations"] / d["evaluations"] for d in (d1, d2))
    values["district_active_rate_effect"] = Fraction(float(((r2 - r1) * (w1 + w2) / 2).sum()))
    values["district_active_mix_effect"] = Fraction(float(((w2 - w1) * (r1 + r2) / 2).sum()))
    folder = series / "output" / "2023Q2"
    page = (folder / "briefing.html").read_text(encoding="utf-8")
    assert "环比" in page and "同比" in page
    assert check(page, folder / "sentences.csv", values) > 40


def test_the_table_of_figures_links_back_to_the_sentences(built: Path) -> None:
    page = (built / "briefing.html").read_text(encoding="utf-8")
    table = page[page.index('id="table-figures"') :]
    for name in set(LINK.findall(page[: page.index('id="table-figures"')])):
        row = re.search(rf'<tr id="figure-{name[0]}">(.*?)</tr>', table, re.DOTALL)
        assert row, name
    backs = re.findall(r'<a href="#(sentence-[\w-]+)">', table)
    assert len(backs) > 30 and all(f'<p id="{back}">' in page or back == "head" for back in backs)


@pytest.mark.parametrize("page_of", ["built", "series"])
def test_captions_of_charts_take_their_numbers_from_the_table_of_figures(
    page_of: str, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue(page_of)
    folder = folder if page_of == "built" else folder / "output" / "2023Q2"
    page = html.unescape((folder / "briefing.html").read_text(encoding="utf-8"))
    table = page[page.index('id="table-figures"') :]
    # The back series tells what earlier quarters were: those stand in its own table.
    series_tables = re.findall(r'<table id="data-chart-series.*?</table>', page, re.DOTALL)
    cells = re.findall(r"<td[^>]*>(.*?)</td>", table + "".join(series_tables))
    known = {re.sub(r"<[^>]*>", "", cell) for cell in cells}
    captions = re.findall(r"<figcaption><strong>(.*?)</strong>", page)
    assert len(captions) >= 6
    for caption in captions:
        numbers = re.findall(r"[\d,]+(?:\.\d+)?%?", re.sub(r"\d{4}年", "", caption))
        assert not [one for one in numbers if one.strip(",") and one.strip(",") not in known], caption

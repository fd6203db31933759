"""Every number in a sentence of the built page, recomputed from the tidy tables by code of its own."""

import csv
import html
import re
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import lxml.html
import pandas as pd
import pytest

from haochaping.core.paths import find_locations
from haochaping.core.period import Period
from haochaping.figures.compute_figures import compute_figures
from haochaping.figures.what_if import figures_if
from haochaping.pipeline.assess import assess
from haochaping.reference.reference import load_reference

pytestmark = pytest.mark.slow

LINK = re.compile(r'<a (?:tabindex="-1" )?class="figure(?: doubtful)?" href="#figure-(\w+)">(.*?)</a>')
REMARKS = r'<a (?:tabindex="-1" )?class="corrected".*?</a>'


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
    for prefix in ("district_", "department_"):
        found[f"{prefix}active_base"] = found[f"{prefix}base"]
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
    services = t["cells"].query("annex == 'public_services' and measure == 'evaluations'")
    found["public_printed_total"] = services.loc[services["row"] == "总数", "value"].iloc[0]
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
    if shown == "零":
        return value == 0
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
    for sentence in re.findall(r'<span id="sentence-[^"]*">(.*?)</span>', page):
        told = re.sub(REMARKS, "", sentence)
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


def parsed(page: Path) -> Any:
    return lxml.html.fromstring(page.read_text(encoding="utf-8"))


def test_the_table_of_figures_names_every_place_and_each_place_its_figures(briefing: Path) -> None:
    page = parsed(briefing)
    rows = {row.get("id"): row for row in page.xpath('//table[@id="table-figures"]/tbody/tr')}
    shown: dict[str, set[str]] = {}
    for link in page.xpath('//a[starts-with(@class, "figure") and starts-with(@href, "#figure-")]'):
        [place, *_] = link.xpath('ancestor::*[self::span or self::div[@id="head"] or self::figure][@id]/@id')[
            -1:
        ]
        shown.setdefault(link.get("href")[1:], set()).add(place)
    assert len(shown) > 40 and set(shown) <= set(rows)
    for name, row in rows.items():
        links = row.xpath("td[last()]//a[not(starts-with(@href, '#matter-'))]/@href")
        assert links, f"{name}: neither shown nor computed with"
        if name in shown:
            assert sorted(links) == sorted(f"#{place}" for place in shown[name]), name
        else:
            assert "不单独列出" in row.xpath("string(td[last()])")
            assert all(link[1:] in rows for link in links)


@pytest.fixture(scope="module")
def reviewed(briefing: Path) -> Any:
    """The quarter behind the page, read and checked once more."""
    root = briefing.parents[2]
    where = find_locations(root / "data", root / "output")
    return assess(where, Period.parse(briefing.parent.name), date.today())


def test_numbers_are_underlined_where_an_open_matter_could_change_them(briefing: Path, reviewed: Any) -> None:
    """What a located slip would change by one per cent or more is marked; nothing is that no open finding is about."""
    page, report = parsed(briefing), reviewed.report
    reference = load_reference(briefing.parents[2] / "data" / "reference")
    figures = compute_figures(reviewed.data, reference)
    open_findings = [finding for finding in report.findings if finding.is_open]
    about = {cell for one in open_findings for cell in (one.at, *one.suspects, *one.cells)}
    moved: set[str] = set()
    for finding in open_findings:
        otherwise = figures_if(reviewed.data, finding.changes, reference) if finding.changes else {}
        for name, figure in figures.items():
            if finding.changes and name in otherwise and figure.value and otherwise[name].value is not None:
                change = abs(Fraction(otherwise[name].value) / Fraction(figure.value) - 1)
                moved |= {name} if change >= Fraction(1, 100) and figure.unit not in ("个", "格") else set()
    marked: set[str] = set()
    for link in page.xpath('//a[starts-with(@class, "figure") and starts-with(@href, "#figure-")]'):
        name = link.get("href").removeprefix("#figure-")
        if "doubtful" in link.get("class"):
            marked.add(name)
            assert figures[name].cells & about, name
            assert figures[name].unit not in ("个", "格"), "a number of rows stays the same"
        else:
            assert name not in moved, name
    if briefing.parent.name == "2022Q4":
        assert {"cases", "active_rate", "records", "negatives"} <= marked
    listed = {
        row.get("id").removeprefix("figure-")
        for row in page.xpath('//table[@id="table-figures"]/tbody/tr[.//a[contains(@href, "#matter-")]]')
    }
    assert marked <= listed


def test_a_paragraph_names_what_is_in_doubt_beside_it(built: Path) -> None:
    page = parsed(built / "briefing.html")
    [box] = page.xpath('//div[@class="noted"][.//span[@id="sentence-districts-1"]]')
    said = box.xpath('string(details[@class="in-doubt"]/summary)')
    assert said.startswith("存疑：") and "高新区（" in said and "周村区（" in said
    numbers = re.findall(r"（(\d+)）", said)
    assert box.xpath("details//a/@href") == [f"#matter-{number}" for number in numbers]


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
    # A title says 下降 in place of the minus sign.
    known = {re.sub(r"<[^>]*>", "", cell).removeprefix("−") for cell in cells}
    captions = re.findall(r"<figcaption><strong>(.*?)</strong>", page)
    assert len(captions) >= 5
    for caption in captions:
        plain = re.sub(r"<[^>]*>|\d{4}年", "", caption)
        numbers = re.findall(r"[\d,]+(?:\.\d+)?%?", plain)
        assert not [one for one in numbers if one.strip(",") and one.strip(",") not in known], caption

"""Figures of each annex: totals, rates, counts of rows."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pandas as pd

from haochaping.cleaning.number_format import number
from haochaping.core.model import QuarterData
from haochaping.figures.annex_content import TIERS, annex_content, has_annex
from haochaping.figures.figure import PERCENT
from haochaping.figures.figure_builder import FigureBuilder, interval_text
from haochaping.figures.general_figures import add_general_annexes, add_key_figures
from haochaping.figures.unit_name import UnitName
from haochaping.store.cell_index import cell_of, claim_cell

_PREFIXES = {"districts": "district", "city_departments": "department"}
"""Annex to the column of its names, which begins the names of its figures."""
_SERVICE_MEASURES = ("cases", "evaluations", "active_evaluations", "negative_evaluations")
_TIER_MEASURES = ("evaluations", "negative_evaluations", "rectified_on_time")

RECTIFICATION_RATE = "rectification_rate"


def add_annexes(builder: FigureBuilder, words: dict[str, Any]) -> None:
    """Add the figures of every annex that the quarter has; ``words["small"]`` is the city's small denominator."""
    present = [name for name in builder.data.declaration.annexes if has_annex(builder.data, name)]
    for name in _PREFIXES:
        if name in present:
            _add_service_table(builder, name, words)
    if {*_PREFIXES} <= {*present}:
        _add_city(builder)
    if "district_departments" in present:
        _add_district_departments(builder, words)
    if "towns_and_villages" in present:
        _add_towns_and_villages(builder, words)
    if "public_services" in present:
        _add_public_services(builder, words)
    _add_text_figures(builder, builder.data)
    add_general_annexes(builder)
    add_key_figures(builder)


def _add_text_figures(builder: FigureBuilder, data: QuarterData) -> None:
    """Add the figures of the bulletin's text."""
    for item in data.headline.itertuples():
        if item.figure == "records" and pd.notna(item.value):
            cell = claim_cell("records")
            builder.add(
                "records", "正文归集上传数据", round(float(item.value)), "条", "正文所列", "正文", [cell]
            )
            if "cases" in builder.figures:
                _add_records_gap(builder)
        elif item.figure == RECTIFICATION_RATE and pd.notna(item.value):
            _add_claimed_rectification(builder, float(item.value), str(item.printed))


def _add_claimed_rectification(builder: FigureBuilder, value: float, printed: str) -> None:
    cell = claim_cell(RECTIFICATION_RATE)
    claimed = Fraction(str(value))
    builder.add(
        "claimed_rectification",
        "正文差评整改率",
        claimed,
        PERCENT,
        "正文所列",
        "正文",
        [cell],
        "正文所列，不列区间",
        printed,
    )


def _add_records_gap(builder: FigureBuilder) -> None:
    """Add the difference between the text's figure of records and the cases of annexes 1 and 2."""
    called = builder.words["called"]
    claimed, listed = (int(builder.figures[name].value or 0) for name in ("records", "cases"))
    cells = builder.cells_of("records", "cases")
    formula = f"正文归集上传数据 − {called['district']}与{called['department']}办件数"
    builder.add(
        "records_gap",
        "正文归集上传数据与两表办件数之差",
        claimed - listed,
        "条",
        formula,
        f"正文；{builder.annex('districts')}；{builder.annex('city_departments')}",
        cells,
        of=("records", "cases"),
    )
    builder.add_rate("records_gap_share", "该差数占正文数", "records_gap", "records", share=True)


def _add_service_table(builder: FigureBuilder, table: str, words: dict[str, Any]) -> None:
    """Add totals, rates, extremes and counts of rows of annex 1 or 2."""
    prefix, label = _PREFIXES[table], builder.data.declaration.annexes[table].title
    frame = annex_content(builder.data, table, *_SERVICE_MEASURES)
    builder.add(f"{prefix}_count", f"{label}个数", len(frame), "个", "行数", builder.annex(table))
    builder.add_total(table, "cases", f"{prefix}_cases", f"{label}办件数")
    builder.add_total(table, "evaluations", f"{prefix}_evaluations", f"{label}评价数")
    builder.add_total(table, "active_evaluations", f"{prefix}_active", f"{label}主动评价数")
    builder.add_total(table, "negative_evaluations", f"{prefix}_negatives", f"{label}差评数")
    _add_evaluation_rate(builder, table, frame)
    with_active = frame[frame["active_evaluations"].notna()]
    which = f"列有主动评价数的 {len(with_active)} 行相加" if len(with_active) < len(frame) else ""
    builder.add_total(
        table, "evaluations", f"{prefix}_active_base", f"{label}评价数（有主动评价数的）", with_active, which
    )
    builder.add_rate(
        f"{prefix}_active_rate", f"{label}主动评价率", f"{prefix}_active", f"{prefix}_active_base"
    )
    idle = frame[(frame["cases"] == 0).fillna(False)]
    builder.add(
        f"{prefix}_idle",
        f"{label}无办件个数",
        len(idle),
        "个",
        "办件数为零的行数",
        builder.annex(table),
        builder.cells(table, "cases", rows=idle),
    )
    silent = frame[((frame["active_evaluations"] == 0) & (frame["evaluations"] > 0)).fillna(False)]
    builder.add(
        f"{prefix}_silent",
        f"{label}有评价而无主动评价个数",
        len(silent),
        "个",
        "主动评价数为零、评价数大于零的行数",
        builder.annex(table),
        builder.cells(table, "active_evaluations", rows=silent),
    )
    largest = frame.dropna(subset=["cases"]).sort_values("cases", ascending=False, kind="stable").head(1)
    for row in largest.to_dict("records"):
        [words[f"{prefix}_largest"]] = builder.unit_names(table, largest, "cases")
        builder.add(
            f"{prefix}_largest_cases",
            f"{label}最多的办件数",
            int(row["cases"]),
            "件",
            "各行最大值",
            builder.annex(table),
            builder.cells(table, "cases", rows=largest),
        )
        builder.add_rate(
            f"{prefix}_largest_share",
            f"{label}办件最多者占比",
            f"{prefix}_largest_cases",
            f"{prefix}_cases",
            share=True,
        )
        _add_active_rate_of_row(builder, table, row, f"{prefix}_largest_active_rate")
    small = frame[
        (frame["evaluations"] < words["small"]).fillna(False) & (frame["evaluations"] > 0).fillna(False)
    ]
    builder.add(
        f"{prefix}_small",
        f"{label}评价数很少的个数",
        len(small),
        "个",
        f"评价数大于零、不足 {number(int(words['small']))} 条的行数",
        builder.annex(table),
        builder.cells(table, "evaluations", rows=small),
    )
    builder.add_per_ten_thousand(
        f"{prefix}_negatives_per", f"{label}每万条评价差评数", f"{prefix}_negatives", f"{prefix}_evaluations"
    )
    _add_most_active(builder, table, with_active, words)
    charted = with_active[
        (with_active["cases"] > 0).fillna(False) & (with_active["evaluations"] > 0).fillna(False)
    ]
    words[f"several_{prefix}s_drawn"] = len(charted) > 1


def _add_active_rate_of_row(builder: FigureBuilder, table: str, row: dict[Any, Any], name: str) -> None:
    """Add the active rate of one row, where it has one."""
    k, n = row["active_evaluations"], row["evaluations"]
    if pd.isna(k) or pd.isna(n) or not n:
        return
    unit = str(row[_PREFIXES[table]])
    builder.add(
        name,
        f"{unit}主动评价率",
        Fraction(int(k), int(n)),
        PERCENT,
        f"{number(int(k))} ÷ {number(int(n))}",
        f"{builder.annex(table)} {unit}",
        builder.cells(table, "active_evaluations", "evaluations", rows=pd.DataFrame([row])),
        interval_text(int(k), int(n)),
    )


def _add_most_active(
    builder: FigureBuilder, table: str, with_active: pd.DataFrame, words: dict[str, Any]
) -> None:
    """Add the unit with most active evaluations, and the active rate of all others together."""
    prefix, label = _PREFIXES[table], builder.data.declaration.annexes[table].title
    if len(with_active) < 2 or not with_active["active_evaluations"].sum():
        return
    top = with_active.sort_values("active_evaluations", ascending=False, kind="stable").head(1)
    rest = with_active.drop(top.index)
    [words[f"{prefix}_most_active"]] = builder.unit_names(table, top, "active_evaluations")
    name = f"{prefix}_most_active"
    builder.add_total(table, "active_evaluations", name, f"{label}中主动评价最多者的主动评价数", top)
    builder.add_rate(
        f"{name}_share", f"{label}中主动评价最多者占主动评价", name, f"{prefix}_active", share=True
    )
    which = f"列有主动评价数的各行相加，不含{top[prefix].iloc[0]}"
    builder.add_total(
        table, "active_evaluations", f"{prefix}_rest_active", f"{label}其余单位主动评价数", rest, which
    )
    builder.add_total(table, "evaluations", f"{prefix}_rest_base", f"{label}其余单位评价数", rest, which)
    builder.add_rate(
        f"{prefix}_rest_active_rate",
        f"{label}其余单位主动评价率",
        f"{prefix}_rest_active",
        f"{prefix}_rest_base",
    )


def _add_evaluation_rate(builder: FigureBuilder, table: str, frame: pd.DataFrame) -> None:
    """Add evaluations over cases, of the rows that list both."""
    prefix, label = _PREFIXES[table], builder.data.declaration.annexes[table].title
    both = frame[frame["cases"].notna() & frame["evaluations"].notna()]
    k, n = f"{prefix}_evaluations", f"{prefix}_cases"
    if len(both) < len(frame):
        k, n = f"{prefix}_paired_evaluations", f"{prefix}_paired_cases"
        builder.add_total(table, "evaluations", k, f"{label}评价数（两数都列出的）", both)
        builder.add_total(table, "cases", n, f"{label}办件数（两数都列出的）", both)
    builder.add_rate(f"{prefix}_rate", f"{label}评价率", k, n)


def _add_city(builder: FigureBuilder) -> None:
    called = builder.words["called"]
    for part, label in (
        ("cases", "办件数"),
        ("evaluations", "评价数"),
        ("active", "主动评价数"),
        ("active_base", "评价数（有主动评价数的）"),
        ("negatives", "差评数"),
    ):
        names = (f"district_{part}", f"department_{part}")
        value = sum(int(builder.figures[name].value or 0) for name in names)
        builder.add(
            part,
            f"{called['district']}与{called['department']}{label}",
            value,
            "件" if part == "cases" else "条",
            f"{called['district']}{label}＋{called['department']}{label}",
            f"{called['district']}、{called['department']}的{label}",
            builder.cells_of(*names),
            of=names,
        )
    _add_city_rate(builder)
    builder.add_per_ten_thousand(
        "negatives_per",
        f"{called['district']}与{called['department']}每万条评价差评数",
        "negatives",
        "evaluations",
    )
    builder.add_rate(
        "active_rate", f"{called['district']}与{called['department']}主动评价率", "active", "active_base"
    )


def _add_city_rate(builder: FigureBuilder) -> None:
    """Add evaluations over cases of annexes 1 and 2 together, of the rows that list both."""
    called = builder.words["called"]
    k, n = "evaluations", "cases"
    if any(f"{prefix}_paired_cases" in builder.figures for prefix in ("district", "department")):
        k, n = "paired_evaluations", "paired_cases"
        for name, part, unit in ((k, "evaluations", "条"), (n, "cases", "件")):
            names = tuple(
                f"{prefix}_paired_{part}"
                if f"{prefix}_paired_{part}" in builder.figures
                else f"{prefix}_{part}"
                for prefix in ("district", "department")
            )
            value = sum(int(builder.figures[part_name].value or 0) for part_name in names)
            heading = builder.data.declaration.heading(part)
            annexes = [builder.annex(table) for table in _PREFIXES]
            label = f"{called['district']}与{called['department']}{heading}（两数都列出的）"
            builder.add(
                name,
                label,
                value,
                unit,
                f"{'与'.join(annexes)}相加",
                "；".join(annexes),
                builder.cells_of(*names),
                of=names,
            )
    builder.add_rate("rate", f"{called['district']}与{called['department']}评价率", k, n)


def _add_district_departments(builder: FigureBuilder, words: dict[str, Any]) -> None:
    called = builder.words["called"]
    frame = annex_content(builder.data, "district_departments", "evaluations")
    annex = builder.annex("district_departments")
    builder.add_total(
        "district_departments", "evaluations", "matrix_evaluations", f"{called['district_department']}评价数"
    )
    by_department = frame.groupby("department", sort=False)["evaluations"].sum()
    builder.add(
        "matrix_departments", f"{called['district_department']}个数", len(by_department), "个", "行数", annex
    )
    top = by_department.sort_values(ascending=False, kind="stable").head(2)
    for rank, (name, value) in zip(("first", "second"), top.items(), strict=False):
        rows = frame[frame["department"] == name]
        [words[f"matrix_{rank}"]] = builder.unit_names("district_departments", rows, "evaluations")
        builder.add(
            f"matrix_{rank}_value",
            f"{called['district_department']}中{name}评价数",
            int(value),
            "条",
            f"该行各{called['district']}相加",
            f"{annex} {name}",
            builder.cells("district_departments", "evaluations", rows=rows),
        )
        builder.add_rate(
            f"matrix_{rank}_share",
            f"{name}占{called['district_department']}评价数",
            f"matrix_{rank}_value",
            "matrix_evaluations",
            share=True,
        )
    reported = frame["evaluations"].dropna()
    if len(reported):
        largest = frame.loc[[reported.idxmax()]]
        name = f"{largest['district'].iloc[0]}{largest['department'].iloc[0]}"
        words["matrix_largest"] = UnitName(
            name, builder.cells("district_departments", "evaluations", rows=largest)
        )
    builder.add("matrix_cells", "有数的格数", len(reported), "格", "列有数字的格数", annex)
    zeros = frame.loc[reported.index[reported == 0]]
    cells = builder.cells("district_departments", "evaluations", rows=zeros)
    builder.add("matrix_zero_cells", "为零的格数", len(zeros), "格", "列为 0 的格数", annex, cells)
    builder.add_rate("matrix_zero_share", "为零的格占比", "matrix_zero_cells", "matrix_cells", share=True)


def _add_towns_and_villages(builder: FigureBuilder, words: dict[str, Any]) -> None:
    called = builder.words["called"]
    frame = annex_content(builder.data, "towns_and_villages", *_TIER_MEASURES)
    words["tiers_listed"] = []
    for tier in TIERS:
        label = builder.data.declaration.word_of(tier)
        rows = frame[frame["tier"] == tier]
        builder.add_total("towns_and_villages", "evaluations", f"{tier}_evaluations", f"{label}评价数", rows)
        empty = rows[(rows["evaluations"] == 0).fillna(False)]
        if rows["evaluations"].notna().any():
            words["tiers_listed"].append(tier)
        words[f"{tier}_empty"] = builder.unit_names("towns_and_villages", empty, "evaluations")
    builder.add_total("towns_and_villages", "evaluations", "tier_evaluations", f"{called['tiers']}评价数")
    builder.add_total(
        "towns_and_villages", "negative_evaluations", "tier_negatives", f"{called['tiers']}差评数"
    )
    builder.add_per_ten_thousand(
        "tier_negatives_per", f"{called['tiers']}每万条评价差评数", "tier_negatives", "tier_evaluations"
    )
    builder.add_total(
        "towns_and_villages", "rectified_on_time", "tier_rectified", f"{called['tiers']}按时整改数"
    )
    builder.add_rate(
        "tier_rectified_rate", f"{called['tiers']}按时整改率", "tier_rectified", "tier_negatives"
    )
    village_label = builder.data.declaration.word_of("village")
    builder.add_rate(
        "village_share",
        f"{village_label}评价数占{called['tiers']}",
        "village_evaluations",
        "tier_evaluations",
        share=True,
    )


def _add_public_services(builder: FigureBuilder, words: dict[str, Any]) -> None:
    called = builder.words["called"]
    frame = annex_content(builder.data, "public_services", "evaluations")
    builder.add_total(
        "public_services", "evaluations", "public_evaluations", f"{called['public_services']}评价数"
    )
    top = (
        frame.dropna(subset=["evaluations"])
        .sort_values("evaluations", ascending=False, kind="stable")
        .head(3)
    )
    words["public_top"] = builder.unit_names("public_services", top, "evaluations")
    builder.add_total(
        "public_services",
        "evaluations",
        "public_first",
        f"{called['public_services']}评价数最多者",
        top.head(1),
    )
    builder.add_rate(
        "public_first_share",
        f"最多者占{called['public_services']}评价数",
        "public_first",
        "public_evaluations",
        share=True,
    )
    builder.add_total(
        "public_services",
        "evaluations",
        "public_top_evaluations",
        f"{called['public_services']}评价数前三位之和",
        top,
    )
    builder.add_rate(
        "public_top_share",
        f"前三位占{called['public_services']}评价数",
        "public_top_evaluations",
        "public_evaluations",
        share=True,
    )
    totals = builder.data.printed_totals
    printed = totals[(totals["table"] == "public_services") & (totals["column"] == "evaluations")]
    if len(printed) == 1 and printed["value"].notna().all():
        words["public_total_label"] = printed["label"].iloc[0]
        builder.add(
            "public_printed_total",
            f"{called['public_services']}所列合计",
            int(printed["value"].iloc[0]),
            "条",
            "通报所列",
            builder.annex("public_services"),
            [cell_of(printed.iloc[0].to_dict())],
        )

"""Named figures: every number a sentence may use, with its unit, formula and source.

Tables, charts and sentences take their numbers from here, and the page links each one to its row in
the table of figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd

from haochaping.labels import COLUMNS
from haochaping.model import HEADLINE, TABLES, CellRef, QuarterData, decode_key
from haochaping.numbers import number, percent_text
from haochaping.statistics.rates import add_rates

NOT_APPLICABLE = "不适用"


@dataclass(frozen=True)
class Figure:
    """One number with its name.

    ``value`` is a whole number, an exact fraction (rates) or None where it cannot be had; ``formula``
    is said in Chinese, ``source`` names the cells; ``cells`` are those it rests on, ``corrected`` says
    whether the office corrected one of them.
    """

    name: str
    label: str
    value: int | Fraction | None
    unit: str
    formula: str
    source: str
    cells: frozenset[CellRef] = frozenset()
    corrected: bool = False

    @property
    def text(self) -> str:
        """As printed: thousands separators, two decimals for rates."""
        if self.value is None:
            return NOT_APPLICABLE
        if isinstance(self.value, Fraction):
            return percent_text(self.value)
        return number(self.value)

    @property
    def rounding(self) -> str:
        """How the text was rounded from the value."""
        return "保留两位小数，四舍五入" if isinstance(self.value, Fraction) else "整数"

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.value)


class Figures(Mapping[str, Figure]):
    """All figures of a quarter by name; in templates ``{{ n.cases }}``."""

    def __init__(self, figures: dict[str, Figure], words: dict[str, Any]):
        self._figures, self.words = figures, words

    def __getitem__(self, name: str) -> Figure:
        return self._figures[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._figures)

    def __len__(self) -> int:
        return len(self._figures)

    def frame(self) -> pd.DataFrame:
        """One row a figure: name, label, value as text, unit, formula, source."""
        rows = [
            (f.name, f.label, f.text, f.unit, f.formula, f.source + ("（含更正）" if f.corrected else ""))
            for f in self.values()
        ]
        return pd.DataFrame(rows, columns=["名称", "指标", "数值", "单位", "算法", "来源"])

    def _repr_html_(self) -> str:
        return self.frame().to_html(index=False)


class _Maker:
    """Collects figures while they are computed."""

    def __init__(self, data: QuarterData):
        self.data = data
        self.made: dict[str, Figure] = {}
        self._corrected = {
            CellRef.of(row["table"], decode_key(row["key"]), row["column"])
            for row in data.corrections.to_dict("records")
        }

    def add(
        self,
        name: str,
        label: str,
        value: Any,
        unit: str,
        formula: str,
        source: str,
        cells: Iterable[CellRef] = (),
    ) -> None:
        rests_on = frozenset(cells)
        corrected = bool(rests_on & self._corrected)
        self.made[name] = Figure(name, label, value, unit, formula, source, rests_on, corrected)

    def cells(self, table: str, *columns: str, rows: pd.DataFrame | None = None) -> list[CellRef]:
        """The cells of some columns, in the given rows or in all."""
        content = self.data.table(table) if rows is None else rows
        keys = content[list(TABLES[table].key)].to_dict("records")
        return [CellRef.of(table, key, column) for key in keys for column in columns]

    def rests_on(self, *names: str) -> frozenset[CellRef]:
        """The cells of some figures together."""
        return frozenset().union(*(self.made[name].cells for name in names))

    def total(self, table: str, column: str, name: str, label: str, rows: pd.DataFrame | None = None) -> None:
        content = self.data.table(table) if rows is None else rows
        value = int(content[column].sum())
        annex = f"附件{TABLES[table].annex} {COLUMNS[column]}列"
        unit = "条" if "evaluations" in column else "件"
        self.add(name, label, value, unit, "各行所列数相加", annex, self.cells(table, column, rows=content))

    def rate(self, name: str, label: str, k: str, n: str) -> None:
        numerator, denominator = self.made[k], self.made[n]
        value = Fraction(int(numerator.value or 0), int(denominator.value)) if denominator.value else None
        self.add(
            name,
            label,
            value,
            "%",
            f"{numerator.label} ÷ {denominator.label}",
            f"{numerator.source}；{denominator.source}",
            self.rests_on(k, n),
        )


def compute_figures(data: QuarterData) -> Figures:
    """Every figure of the briefing from one quarter.

    Figures of an absent annex are missing from the result; sentences branch on that.
    """
    maker = _Maker(data)
    words: dict[str, Any] = {
        "quarter": data.quarter.label,
        "absent": [TABLES[name].annex for name in data.absent],
    }
    for name in ("districts", "city_departments"):
        if name not in data.absent:
            _service_tables(maker, name, words)
    if "districts" not in data.absent and "city_departments" not in data.absent:
        _city(maker)
    if "district_departments" not in data.absent:
        _district_departments(maker, words)
    if "towns_and_villages" not in data.absent:
        _towns_and_villages(maker, words)
    if "public_services" not in data.absent:
        _public_services(maker, words)
    for item in data.headline.itertuples():
        if item.figure == "records" and pd.notna(item.value):
            at = CellRef.of(HEADLINE, {"figure": "records"}, "value")
            maker.add("records", "正文归集上传数据", round(float(item.value)), "条", "正文所列", "正文", [at])
    return Figures(maker.made, words)


_PREFIX = {"districts": ("district", "各区县"), "city_departments": ("department", "市直部门")}


def _service_tables(maker: _Maker, table: str, words: dict[str, Any]) -> None:
    """Totals and extremes of annex 1 or 2."""
    prefix, label = _PREFIX[table]
    frame = add_rates(maker.data.table(table))
    key = TABLES[table].key[0]
    maker.add(f"{prefix}_count", f"{label}个数", len(frame), "个", "行数", f"附件{TABLES[table].annex}")
    maker.total(table, "cases", f"{prefix}_cases", f"{label}办件数")
    maker.total(table, "evaluations", f"{prefix}_evaluations", f"{label}评价数")
    maker.total(table, "active_evaluations", f"{prefix}_active", f"{label}主动评价数")
    maker.total(table, "negative_evaluations", f"{prefix}_negatives", f"{label}差评数")
    maker.rate(f"{prefix}_rate", f"{label}评价率", f"{prefix}_evaluations", f"{prefix}_cases")
    known = frame[frame["active_evaluations"].notna()]
    maker.total(table, "evaluations", f"{prefix}_active_base", f"{label}评价数（有主动评价数的）", known)
    maker.rate(f"{prefix}_active_rate", f"{label}主动评价率", f"{prefix}_active", f"{prefix}_active_base")
    idle = frame[(frame["cases"] == 0).fillna(False)]
    maker.add(
        f"{prefix}_idle",
        f"{label}无办件个数",
        len(idle),
        "个",
        "办件数为零的行数",
        f"附件{TABLES[table].annex}",
        maker.cells(table, "cases", rows=idle),
    )
    silent = frame[((frame["active_evaluations"] == 0) & (frame["evaluations"] > 0)).fillna(False)]
    maker.add(
        f"{prefix}_silent",
        f"{label}有评价而无主动评价个数",
        len(silent),
        "个",
        "主动评价数为零、评价数大于零的行数",
        f"附件{TABLES[table].annex}",
        maker.cells(table, "active_evaluations", rows=silent),
    )
    largest = frame.dropna(subset=["cases"]).sort_values("cases", ascending=False, kind="stable").head(1)
    for row in largest.to_dict("records"):
        words[f"{prefix}_largest"] = row[key]
        maker.add(
            f"{prefix}_largest_cases",
            f"{label}最多的办件数",
            int(row["cases"]),
            "件",
            "各行最大值",
            f"附件{TABLES[table].annex}",
            maker.cells(table, "cases", rows=largest),
        )
        maker.rate(
            f"{prefix}_largest_share", f"{label}办件最多者占比", f"{prefix}_largest_cases", f"{prefix}_cases"
        )
    _extremes(maker, known, table, words)


def _extremes(maker: _Maker, known: pd.DataFrame, table: str, words: dict[str, Any]) -> None:
    """Highest and lowest active rate; only for districts, whose denominators are large."""
    prefix, _ = _PREFIX[table]
    if table != "districts" or len(known) < 2 or known["active_rate"].isna().any():
        return
    ordered = known.sort_values("active_rate", kind="stable")
    for which, row in (("lowest", ordered.iloc[0]), ("highest", ordered.iloc[-1])):
        words[f"{prefix}_{which}"] = row["district"]
        rate = Fraction(int(row["active_evaluations"]), int(row["evaluations"]))
        maker.add(
            f"{prefix}_{which}_active_rate",
            f"{row['district']}主动评价率",
            rate,
            "%",
            f"{number(int(row['active_evaluations']))} ÷ {number(int(row['evaluations']))}",
            f"附件1 {row['district']}",
            [
                CellRef.of(table, {"district": row["district"]}, c)
                for c in ("active_evaluations", "evaluations")
            ],
        )


def _city(maker: _Maker) -> None:
    for part, label in (
        ("cases", "办件数"),
        ("evaluations", "评价数"),
        ("active", "主动评价数"),
        ("active_base", "评价数（有主动评价数的）"),
        ("negatives", "差评数"),
    ):
        value = sum(int(maker.made[f"{prefix}_{part}"].value or 0) for prefix in ("district", "department"))
        maker.add(
            part,
            f"区县与市直部门{label}",
            value,
            "件" if part == "cases" else "条",
            "附件1与附件2合计相加",
            f"区县、市直部门的{label}",
            maker.rests_on(f"district_{part}", f"department_{part}"),
        )
    maker.rate("rate", "区县与市直部门评价率", "evaluations", "cases")
    maker.rate("active_rate", "区县与市直部门主动评价率", "active", "active_base")


def _district_departments(maker: _Maker, words: dict[str, Any]) -> None:
    frame = maker.data.district_departments
    maker.total("district_departments", "evaluations", "matrix_evaluations", "区直部门评价数")
    by_department = frame.groupby("department", sort=False)["evaluations"].sum()
    maker.add("matrix_departments", "区直部门个数", len(by_department), "个", "行数", "附件3")
    top = by_department.sort_values(ascending=False, kind="stable").head(2)
    for rank, (name, value) in zip(("first", "second"), top.items(), strict=False):
        words[f"matrix_{rank}"] = name
        maker.add(
            f"matrix_{rank}_value",
            f"{name}评价数",
            int(value),
            "条",
            "该行各区县相加",
            f"附件3 {name}",
            maker.cells("district_departments", "evaluations", rows=frame[frame["department"] == name]),
        )
        maker.rate(
            f"matrix_{rank}_share", f"{name}占区直部门评价数", f"matrix_{rank}_value", "matrix_evaluations"
        )
    reported = frame["evaluations"].dropna()
    cells = maker.cells("district_departments", "evaluations")
    maker.add("matrix_cells", "有数的格数", len(reported), "格", "列有数字的格数", "附件3", cells)
    zeros = int((reported == 0).sum())
    maker.add("matrix_zero_cells", "为零的格数", zeros, "格", "列为 0 的格数", "附件3", cells)
    maker.rate("matrix_zero_share", "为零的格占比", "matrix_zero_cells", "matrix_cells")


def _towns_and_villages(maker: _Maker, words: dict[str, Any]) -> None:
    frame = maker.data.towns_and_villages
    for tier, label in (("town", "镇（街道）"), ("village", "村（社区）")):
        rows = frame[frame["tier"] == tier]
        maker.total("towns_and_villages", "evaluations", f"{tier}_evaluations", f"{label}评价数", rows)
        words[f"{tier}_empty"] = list(rows.loc[(rows["evaluations"] == 0).fillna(False), "district"])
    maker.total("towns_and_villages", "evaluations", "tier_evaluations", "镇村评价数")
    maker.total("towns_and_villages", "negative_evaluations", "tier_negatives", "镇村差评数")
    maker.rate("village_share", "村（社区）评价数占镇村", "village_evaluations", "tier_evaluations")


def _public_services(maker: _Maker, words: dict[str, Any]) -> None:
    frame = maker.data.public_services
    maker.total("public_services", "evaluations", "public_evaluations", "公共服务评价数")
    top = (
        frame.dropna(subset=["evaluations"])
        .sort_values("evaluations", ascending=False, kind="stable")
        .head(3)
    )
    words["public_top"] = list(top["district"])
    maker.total("public_services", "evaluations", "public_top_evaluations", "公共服务评价数前三位之和", top)
    maker.rate("public_top_share", "前三位占公共服务评价数", "public_top_evaluations", "public_evaluations")
    totals = maker.data.printed_totals
    printed = totals[(totals["table"] == "public_services") & (totals["column"] == "evaluations")]
    if len(printed) == 1 and printed["value"].notna().all():
        words["public_total_label"] = printed["label"].iloc[0]
        maker.add(
            "public_printed_total",
            "公共服务所列合计",
            int(printed["value"].iloc[0]),
            "条",
            "通报所列",
            "附件5",
            [CellRef.of("public_services", decode_key(str(printed["key"].iloc[0])), "evaluations")],
        )

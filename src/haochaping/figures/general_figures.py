"""Figures of any declared annex, by kind: totals, rates with intervals, extremes, parts of sums, shares, zeros.

Each part of an annex (see :mod:`haochaping.figures.annex_part`) leaves a :class:`PartFigures` in ``words["parts"]``,
under the name of its annex: which figures there are, and the names that sentences and charts use with them.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd

from haochaping.cleaning.number_format import number
from haochaping.core.declaration import SCORE, Expression, Measure
from haochaping.core.measure_words import expression_words
from haochaping.figures.annex_part import AnnexPart, annex_parts, general_annexes
from haochaping.figures.figure_builder import TEN_THOUSAND, FigureBuilder
from haochaping.figures.rate_spread import RateRows, add_rate_of_unit, find_spread
from haochaping.figures.unit_name import UnitName
from haochaping.store.cell_index import cell_of

MOST_KEY_TOTALS, MOST_KEY_RATES = 3, 2
"""Most totals and rates of the first annex at the head of the page."""
_SUM_WORDS = ("合计", "总计", "小计", "总数", "总量")
"""Ends of a heading that say that it is a sum."""
_COUNT_WORDS = ("件数", "总数", "数量", "数", "量")
"""Ends of a heading that say that it counts."""
Words = dict[str, Any]


def add_general_annexes(builder: FigureBuilder) -> None:
    """Add the figures of every annex that has no figures of its own; ``words["small"]`` is the city's small denominator."""
    builder.words["parts"] = {
        spec.name: [_PartBuilder(builder, part).words() for part in annex_parts(builder.data, spec)]
        for spec in general_annexes(builder.data)
    }
    for parts in builder.words["parts"].values():
        for place, part in enumerate(parts):
            part["is_within_all_groups"] = place > 0 and parts[0]["is_all_groups"]
    _name_annexes_where_several_say_the_same(builder)


def _name_annexes_where_several_say_the_same(builder: FigureBuilder) -> None:
    """Put ``of`` to parts, zeros and ``behind``: the annex's title where another one says the same of the same group.

    For a part that is that it counts the same: 各县市 and 水电气热, which both list 评价量 of each 县市.
    """
    annexes = builder.data.declaration.annexes
    told: list[tuple[Words, tuple[str, ...], str]] = []
    for name, parts in builder.words["parts"].items():
        for part in parts:
            part["of"] = ""
            zeros = [part["zeros"]] if part.get("zeros", {}).get("names") else []
            said = [(problem, problem["heading"], problem.get("than", "")) for problem in part["behind"]]
            said += [(problem, problem["heading"], "0") for problem in zeros]
            said += [(part, total["heading"], "total") for total in part["totals"][:1]]
            told += [(words, (part["word"], *key), annexes[name].title) for words, *key in said]
    counted = Counter(key for _, key, _ in told)
    for words, key, title in told:
        words["of"] = title if counted[key] > 1 else ""


def heading_of(measure: Measure) -> str:
    """A measure's heading in one word, without a lowest level that only says that it is a sum (案件总数/总计)."""
    *above, lowest = measure.heading.split("/")
    return "".join(above) if above and lowest in _SUM_WORDS else "".join((*above, lowest))


def _action_of(measure: Measure) -> str:
    """What is done in each case of a count, from its heading: 按期整改 of 按期整改数."""
    heading = heading_of(measure).removeprefix("已")
    ending = next((end for end in _COUNT_WORDS if heading.endswith(end) and heading != end), "")
    return heading.removesuffix(ending)


class _PartBuilder:
    """Adds the figures of one part."""

    def __init__(self, builder: FigureBuilder, part: AnnexPart):
        self.builder, self.part = builder, part
        self.table, self.prefix = part.spec.name, part.prefix
        self.small = builder.words["small"]

    def words(self) -> Words:
        """Add them all, and say which there are and which chart fits them."""
        part, columns = self.part, self.part.spec.columns_by
        main = part.main_count
        self._add_totals()
        words: Words = {
            "title": part.title,
            "prefix": part.prefix,
            "annex_title": part.spec.title,
            "word": part.group.word,
            "full_word": part.group.full_word,
            "may_be_ranked": part.group.may_be_ranked,
            "kind": "units" if columns is None else "columns" if columns.members else "matrix",
            "rows": self._add_row_count(),
            "totals": [self._total_words(measure) for measure in part.top_level_counts],
            "compositions": self._compositions(),
            "rates": [self._rate(rate) for rate in part.rates(self.builder.data.declaration)],
            "differing_totals": self._differing_totals(),
            "is_all_groups": part.is_all_groups,
            "rare": [],
            "behind": [],
            "chart": "",
        }
        if part.is_all_groups:
            return words
        words["rare"] = [self._rare(measure) for measure in part.counts if measure.better == "less"]
        words["behind"] = self._behind()
        if columns is None:
            words["scores"] = self._scores()
        if main and columns is None:
            words |= self._largest(main) | {"zeros": self._zeros(main)}
        elif main and columns and columns.members:
            words["columns"] = self._columns(main)
        elif main:
            words["matrix"] = self._matrix(main)
        if main:
            words |= {"main_name": self.name(main.name), "main_unit": main.unit}
        return words | {"chart": self._chart(words)}

    def _chart(self, words: Words) -> str:
        """Which chart fits: ``rate``, ``composition``, ``count``, ``columns``, ``matrix``, or none."""
        main = words.get("main_name")
        if not main or not self.builder.figures[main] or self.builder.figures[words["rows"]].value == 1:
            return ""
        if words["kind"] != "units":
            return str(words["kind"])
        if any(
            rate.get("has_spread") and self.builder.figures[rate["name"]].value is not None
            for rate in words["rates"]
        ):
            return "rate"
        return "composition" if words["compositions"] and words["compositions"][0]["most"] else "count"

    # --- totals ------------------------------------------------------------------------------------------------

    def name(self, measure: str) -> str:
        return f"{self.prefix}_{measure}"

    def _which(self) -> str:
        """Which rows are added up, where they are not all of the annex."""
        is_one_of_several = self.part.spec.is_mixed and not self.part.is_all_groups
        return f"各{self.part.group.word}所列数相加" if is_one_of_several else ""

    def _add_totals(self) -> None:
        for measure in self.part.counts:
            label = f"{self.part.title}{heading_of(measure)}"
            self.builder.add_total(
                self.table, measure.name, self.name(measure.name), label, self.part.rows, self._which()
            )
            self.builder.compared_counts.append(self.name(measure.name))
            self._remember_units(self.name(measure.name), self.part.rows[measure.name].notna())
            unlisted = int(self.part.rows[measure.name].isna().sum())
            self.builder.add(
                f"{self.name(measure.name)}_unlisted",
                f"{label}没有列数的格数",
                unlisted,
                "格",
                "没有数字的格数",
                self.builder.annex(self.table),
                self.builder.cells(
                    self.table, measure.name, rows=self.part.rows[self.part.rows[measure.name].isna()]
                ),
            )

    def _remember_units(self, figure: str, have: pd.Series) -> None:
        """Remember whose numbers a figure holds: another period's is comparable only where they are the same."""
        listed = self.part.rows.loc[have, list(self.part.spec.key)].astype(str)
        self.builder.units_of[figure] = frozenset(map(tuple, listed.to_numpy()))

    def _total_words(self, measure: Measure) -> Words:
        return {
            "name": self.name(measure.name),
            "heading": heading_of(measure),
            "summed": "" if heading_of(measure).endswith(_SUM_WORDS) else "合计",
            "unit": measure.unit,
            "better": measure.better,
            "unlisted": f"{self.name(measure.name)}_unlisted",
        }

    def _add_row_count(self) -> str:
        columns = self.part.spec.columns_by
        keys = [key for key in self.part.spec.key if columns is None or key != columns.key]
        names = len(self.part.rows[keys].drop_duplicates())
        word, title = self.part.group.full_word, self.part.title
        label = f"{title}个数" if title.endswith(self.part.group.word) else f"{title}所列{word}个数"
        self.builder.add(self.name("rows"), label, names, "个", "行数", self.builder.annex(self.table))
        return self.name("rows")

    def _differing_totals(self) -> list[Words]:
        """Printed totals of its rows, each of one column, that differ from the sum of what is printed above them."""
        totals, columns = self.builder.data.printed_totals, self.part.spec.columns_by
        own = totals[(totals["table"] == self.table) & totals["value"].notna()]
        found: list[Words] = []
        for total in own.to_dict("records"):
            measure = self.part.spec.measures_by_name.get(total["column"])
            if measure not in self.part.counts or not self._adds_up(total["label"]):
                continue
            member, computed_name, rows = total["member"], self.name(measure.name), self.part.rows
            if member and columns is not None:
                rows = rows[rows[columns.key] == member]
            of = columns.word_of(member) if columns and member else ""
            name = f"{computed_name}_printed_total{f'_{len(found) + 1}' if member else ''}"
            computed = int(rows[measure.name].sum())
            if rows.empty or int(total["value"]) == computed or name in self.builder.figures:
                continue
            label = f"{self.part.title}{of}"
            if member:
                computed_name = f"{name}_computed"
                self.builder.add_total(
                    self.table, measure.name, computed_name, f"{label}{heading_of(measure)}", rows
                )
            label = f"{label}所列{heading_of(measure)}合计"
            source = self.builder.annex(self.table)
            cells = [cell_of(total)]
            self.builder.add(name, label, int(total["value"]), measure.unit, "通报所列", source, cells)
            found.append(
                self._total_words(measure)
                | {
                    "name": computed_name,
                    "heading": f"{of}{heading_of(measure)}",
                    "printed": name,
                    "label": UnitName(total["label"], cells),
                }
            )
        return found

    def _adds_up(self, label: str) -> bool:
        """Whether a printed total of the annex is one of the rows of this part."""
        group = self.part.spec.group_of_total(label)
        if not self.part.spec.is_mixed or group == self.part.group.name:
            return True
        return not group and len(self.part.rows) == len(self.builder.data.table(self.table))

    def _compositions(self) -> list[Words]:
        """Counts that are made of others, with the share of each part."""
        found = []
        for whole in self.part.counts:
            parts = [self.part.spec.measures_by_name.get(name) for factor, name in whole.parts if factor == 1]
            if len(parts) < 2 or not all(part in self.part.counts for part in parts):
                continue
            items = []
            for part in filter(None, parts):
                share = f"{self.name(part.name)}_of_{whole.name}"
                label = f"{self.part.title}{heading_of(part)}占{heading_of(whole)}"
                self.builder.add_rate(share, label, self.name(part.name), self.name(whole.name), share=True)
                items.append(self._total_words(part) | {"share": share})
            most = max(items, key=lambda item: self.builder.figures[item["name"]].value or 0)
            has_any = bool(self.builder.figures[self.name(whole.name)])
            found.append(
                self._total_words(whole)
                | {
                    "items": items,
                    "most": most if has_any else None,
                    "zeros": [item["heading"] for item in items if not self.builder.figures[item["name"]]],
                }
            )
        return found

    # --- rates -------------------------------------------------------------------------------------------------

    def _rate(self, rate: Measure) -> Words:
        """The rate of all rows that list both counts, and the units that stand out by it."""
        part = self.part
        of_rows = part.rate_of_rows(rate)
        k, n = of_rows["k"], of_rows["n"]
        both = part.rows[k.notna() & n.notna()]
        name, heading = self.name(rate.name), heading_of(rate)
        names = (
            self._add_expression(rate.numerator, both, f"{name}_numerator"),
            self._add_expression(rate.denominator, both, f"{name}_denominator"),
        )
        self.builder.add_rate(name, f"{part.title}{heading}", *names)
        self.builder.compared_rates[name] = names
        self._remember_units(name, k.notna() & n.notna())
        words: Words = {
            "name": name,
            "heading": heading,
            "better": rate.better,
            "is_partial": len(both) < len(part.rows),
            "numerator": self._expression_words(rate.numerator),
            "denominator": self._expression_words(rate.denominator),
        }
        if part.spec.columns_by is None and part.group.may_be_ranked and rate.better:
            measures = tuple(dict.fromkeys(m for _, m in (*rate.numerator, *rate.denominator)))
            rate_rows = RateRows(self.table, part.rows, k, n, measures)
            words |= self._spread(rate_rows, name, heading)
        return words

    def _spread(self, rate_rows: RateRows, name: str, heading: str) -> Words:
        compared = rate_rows.comparable(self.small)
        words: Words = vars(find_spread(self.builder, compared)) | {"has_spread": True}
        words["impossible"] = self._names(rate_rows.impossible(self.small).rows, *rate_rows.measures)
        for which in ("highest", "lowest"):
            words[f"{which}_rate"] = ""
            if len(words[which]) == 1:
                words[f"{which}_rate"] = f"{name}_{which}"
                add_rate_of_unit(self.builder, compared, words[which][0], f"{name}_{which}", heading)
        few = rate_rows.select((rate_rows.n > 0) & (rate_rows.n < self.small)).rows
        words["few"] = f"{name}_few"
        self.builder.add(
            f"{name}_few",
            f"{self.part.title}{heading}的分母很小的个数",
            len(few),
            "个",
            f"分母大于零、不足 {number(int(self.small))} 的行数",
            self.builder.annex(self.table),
        )  # without cells: a doubt about one of them hardly moves it across the limit
        return words

    def _add_expression(self, expression: Expression, rows: pd.DataFrame, name: str) -> str:
        """Name of the figure that holds a sum of measures over some rows; the measure's own total where it is the same."""
        builder, part = self.builder, self.part
        if len(expression) == 1 and expression[0][0] == 1:
            measure = expression[0][1]
            if len(rows) == part.rows[measure].notna().sum():
                return self.name(measure)
        value = sum(factor * int(rows[measure].sum()) for factor, measure in expression)
        words = self._expression_words(expression)
        which = "" if len(rows) == len(part.rows) else "（两数都列出的）"
        builder.add(
            name,
            f"{part.title}{words}{which}",
            value,
            builder.data.declaration.unit(expression[0][1]),
            f"各行{words}相加",
            builder.annex(self.table),
            builder.cells(self.table, *(measure for _, measure in expression), rows=rows),
        )
        return name

    def _expression_words(self, expression: Expression) -> str:
        words = expression_words(expression, self.builder.data.declaration.heading)
        return words.replace("/", "")

    # --- units -------------------------------------------------------------------------------------------------

    def _measure(self, name: str) -> Measure:
        return self.part.spec.measures_by_name[name]

    def _names(self, rows: pd.DataFrame, *measures: str) -> list[UnitName]:
        return self.builder.unit_names(self.table, rows, *measures)

    def _largest(self, main: Measure) -> Words:
        """The units with the most of the main count, and the share of one of them."""
        rows = self.part.rows.dropna(subset=[main.name])
        words: Words = {"largest": [], "largest_value": "", "largest_share": "", "main": heading_of(main)}
        if not self.part.group.may_be_ranked or len(rows) < 2 or not rows[main.name].max() > 0:
            return words
        top = rows[rows[main.name] == rows[main.name].max()]
        value = f"{self.name(main.name)}_largest"
        label = f"{self.part.title}最多的{heading_of(main)}"
        first = top.head(1)
        self.builder.add(
            value,
            label,
            int(first[main.name].iloc[0]),
            main.unit,
            "各行最大值",
            self.builder.annex(self.table),
            self.builder.cells(self.table, main.name, rows=top),
        )
        self.builder.add_rate(
            f"{value}_share",
            f"{label}占比",
            value,
            self.name(main.name),
            share=True,
        )
        return words | {
            "largest": self._names(top, main.name),
            "largest_value": value,
            "largest_share": f"{value}_share",
            "unit": main.unit,
        }

    def _zeros(self, main: Measure) -> Words:
        """Units whose main count is zero, unless that is what one would wish."""
        rows = self.part.rows[(self.part.rows[main.name] == 0).fillna(False)]
        names = [] if main.better == "less" else self._names(rows, main.name)
        return {"names": names, "heading": heading_of(main)}

    def _rare(self, measure: Measure) -> Words:
        """A count of which less is better, per ten thousand of the count that it is a part of, where that is so large."""
        words = self._total_words(measure) | {"per": "", "of": ""}
        wholes = [m.name for m in self.part.counts if (1, measure.name) in m.parts]
        base = next((name for name in (*measure.at_most, *wholes) if self.part.has_numbers(name)), "")
        if base and (self.builder.figures[self.name(base)].value or 0) >= TEN_THOUSAND:
            of = heading_of(self.part.spec.measures_by_name[base])
            per = f"{self.name(measure.name)}_per"
            label = f"{self.part.title}每万{self.builder.data.declaration.unit(base)}{of}中的{heading_of(measure)}"
            unit = f"{measure.unit}/万{self.builder.data.declaration.unit(base)}"
            self.builder.add_per_ten_thousand(per, label, self.name(measure.name), self.name(base), unit)
            self.builder.compared_per_ten_thousand.append(per)
            words |= {"per": per, "of": of, "of_unit": self.builder.data.declaration.unit(base)}
        return words

    def _behind(self) -> list[Words]:
        """Counts that stay below what they should settle, with the rows where they do.

        That is a count of which more is better, at most another one of which less is better: rectified cases among
        negative evaluations. Where the other is as it comes, such as the cases of a month, some are still open.
        """
        found = []
        for measure in self.part.counts:
            for other in measure.at_most if measure.better == "more" else ():
                if not self.part.has_numbers(other) or self._measure(other).better != "less":
                    continue
                rows = self.part.rows
                late = rows[(rows[measure.name] < rows[other]).fillna(False)]
                if len(late):
                    found.append(
                        {
                            "heading": heading_of(measure),
                            "than": heading_of(self._measure(other)),
                            "action": _action_of(measure),
                            "names": self._names(late, measure.name, other),
                        }
                    )
        return found

    def _scores(self) -> list[Words]:
        """The highest and lowest of each score, where units may be ranked."""
        found = []
        for measure in self.part.spec.measures_by_name.values():
            if measure.kind != SCORE or not self.part.has_numbers(measure.name):
                continue
            if not self.part.group.may_be_ranked:
                continue
            rows = self.part.rows.dropna(subset=[measure.name])
            ends: Words = {}
            for which, value in (("highest", rows[measure.name].max()), ("lowest", rows[measure.name].min())):
                own = rows[rows[measure.name] == value]
                name = f"{self.name(measure.name)}_{which}"
                self.builder.add(
                    name,
                    f"{self.part.title}{'最高' if which == 'highest' else '最低'}的{heading_of(measure)}",
                    float(value),
                    measure.unit,
                    "各行最大值" if which == "highest" else "各行最小值",
                    self.builder.annex(self.table),
                    self.builder.cells(self.table, measure.name, rows=own),
                    printed=str(own[f"{measure.name}_printed"].iloc[0]),
                )
                ends |= {which: self._names(own, measure.name), f"{which}_value": name}
            found.append({"heading": heading_of(measure), "unit": measure.unit, "count": len(rows), **ends})
        return found

    # --- columns that are grouped ------------------------------------------------------------------------------

    def _columns(self, main: Measure) -> Words:
        """The main count of each fixed member in the columns: 镇（街道）, 村（社区）."""
        columns = self.part.spec.columns_by
        assert columns is not None
        items = []
        for member in columns.members:
            is_member = self.part.rows[columns.key] == member.name
            rows = self.part.rows[is_member]
            if not rows[main.name].notna().any():
                continue
            name = f"{self.prefix}_{member.name}_{main.name}"
            label = f"{self.part.title}{member.word}{heading_of(main)}"
            self.builder.add_total(self.table, main.name, name, label, rows)
            self.builder.compared_counts.append(name)
            self._remember_units(name, is_member & self.part.rows[main.name].notna())
            share = f"{name}_share"
            self.builder.add_rate(share, f"{label}占比", name, self.name(main.name), share=True)
            empty = rows[(rows[main.name] == 0).fillna(False)]
            items.append(
                {"word": member.word, "name": name, "share": share, "zeros": self._names(empty, main.name)}
            )
        return {"heading": heading_of(main), "unit": main.unit, "items": items}

    def _matrix(self, main: Measure) -> Words:
        """The rows, columns and cells of a matrix that hold most, and the cells that are zero."""
        part, columns = self.part, self.part.spec.columns_by
        assert columns is not None
        rows = part.rows.dropna(subset=[main.name])
        words: Words = {"heading": heading_of(main), "unit": main.unit, "columns_word": columns.full_word}
        for axis, key in (("row", part.spec.row_key), ("column", columns.key)):
            sums = rows.groupby(key, sort=False)[main.name].sum().sort_values(ascending=False, kind="stable")
            words[f"{axis}s"] = self.name("rows") if axis == "row" else self._add_column_count(len(sums))
            words[f"largest_{axis}s"] = []
            may_rank = part.group.may_be_ranked if axis == "row" else columns.may_be_ranked
            for rank, (unit, value) in enumerate(sums.head(2).items(), start=1):
                if len(sums) < 2 or not value or not may_rank:
                    continue
                words[f"largest_{axis}s"].append(
                    self._add_line_of_matrix(main, rows[rows[key] == unit], f"{axis}_{rank}", str(unit))
                )
        words["cells"], words["zeros"] = f"{self.prefix}_cells", f"{self.prefix}_zero_cells"
        annex = self.builder.annex(self.table)
        self.builder.add(words["cells"], f"{part.title}有数的格数", len(rows), "格", "列有数字的格数", annex)
        zeros = rows[rows[main.name] == 0]
        cells = self.builder.cells(self.table, main.name, rows=zeros)
        self.builder.add(
            words["zeros"], f"{part.title}为零的格数", len(zeros), "格", "列为 0 的格数", annex, cells
        )
        words["zero_share"] = f"{self.prefix}_zero_share"
        self.builder.add_rate(
            words["zero_share"], f"{part.title}为零的格占比", words["zeros"], words["cells"], share=True
        )
        if len(rows) and part.group.may_be_ranked:
            largest = rows.loc[[rows[main.name].idxmax()]]
            name = f"{largest[columns.key].iloc[0]}{largest[part.spec.row_key].iloc[0]}"
            words["largest_cell"] = UnitName(name, self.builder.cells(self.table, main.name, rows=largest))
        return words

    def _add_column_count(self, count: int) -> str:
        columns = self.part.spec.columns_by
        assert columns is not None
        label, annex = f"{self.part.title}所列{columns.full_word}个数", self.builder.annex(self.table)
        self.builder.add(self.name("columns"), label, count, "个", "列数", annex)
        return self.name("columns")

    def _add_line_of_matrix(self, main: Measure, rows: pd.DataFrame, which: str, unit: str) -> Words:
        """The sum of one row or column of a matrix and its share."""
        name = f"{self.prefix}_{which}"
        label = f"{self.part.title}{unit}{heading_of(main)}"
        self.builder.add_total(self.table, main.name, name, label, rows, "该行或该列各格相加")
        self.builder.add_rate(f"{name}_share", f"{unit}占比", name, self.name(main.name), share=True)
        cells = self.builder.cells(self.table, main.name, rows=rows)
        return {"unit": UnitName(unit, cells), "name": name, "share": f"{name}_share"}


def add_key_figures(builder: FigureBuilder) -> None:
    """Choose the figures at the head of the page: totals and rates of the first annex that has any.

    ``words["key_figures"]`` are label, name and unit of each, ``words["key_figures_of"]`` is what they are about.
    """
    parts = [part for parts in builder.words["parts"].values() for part in parts if part["totals"]]
    for part in parts[:1]:
        totals = [(t["heading"], t["name"], t["unit"]) for t in part["totals"][:MOST_KEY_TOTALS]]
        rates = [(r["heading"], r["name"], "") for r in part["rates"][:MOST_KEY_RATES]]
        builder.words["key_figures"] = [*totals, *rates]
        builder.words["key_figures_of"] = part["title"]

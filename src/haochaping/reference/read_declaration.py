"""Read ``annexes.toml``, a city's declaration of its bulletin, and refuse what contradicts itself, all at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from haochaping.core.declaration import (
    GENERAL_NOTEBOOK,
    PARTICULAR_ANNEXES,
    AnnexSpec,
    Declaration,
    Expression,
    Group,
    Measure,
    Member,
    Relation,
    TextFigure,
    Unwanted,
)
from haochaping.core.errors import InputRefused, Problem
from haochaping.core.model import is_attribute
from haochaping.core.paths import project_root
from haochaping.core.text import normalize_for_comparison
from haochaping.reference.declaration_keys import check_keys
from haochaping.reference.notebook_needs import annexes_of_notebook, runnable_notebooks
from haochaping.reference.parse_toml import parse_toml
from haochaping.reference.relation_text import TEXT, RelationUnread, parse_expression, parse_relation
from haochaping.reference.toml_lines import TomlLines

DECLARATION = "annexes.toml"
"""Name of the file in ``data/reference``."""
_TAKEN_NAMES = frozenset({TEXT, "origins"})
"""Names that mean something beside annexes: figures of the text in relations, a file of earlier versions."""
_UNDECLARED_TABLE = re.compile(r"table_\d+", re.IGNORECASE)


def read_declaration(path: Path, text: str, *, needs_annexes: bool = True) -> Declaration:
    """Read a declaration; of groups and measures alone where it needs no annexes.

    Parameters
    ----------
    path : Path
        Names the file in messages.
    text : str
        Its content, TOML.

    Raises
    ------
    InputRefused
        It is no TOML, or has wrong, unknown, missing or contradictory entries: each with file, line, key and what is
        allowed.
    """
    document = parse_toml(text, str(path))
    lines = TomlLines(text)
    problems = check_keys(document, path, lines, needs_annexes=needs_annexes)
    if problems:
        raise InputRefused(problems)
    reader = _DeclarationReader(document, path, lines)
    declaration = reader.read()
    if reader.problems:
        raise InputRefused(reader.problems)
    return declaration


class _DeclarationReader:
    """Makes values of a document whose keys and types are right, and collects contradictions."""

    def __init__(self, document: Mapping[str, Any], path: Path, lines: TomlLines):
        self.document, self.path, self.lines = document, path, lines
        self.problems: list[Problem] = []

    def read(self) -> Declaration:
        groups = {name: self._group(name, entry) for name, entry in self._section("group").items()}
        measures = {name: self._measure(name, entry) for name, entry in self._section("measure").items()}
        self._refuse_contradictory_measures(measures)
        annexes = self._annexes(groups, measures)
        declaration = Declaration(
            groups=groups,
            measures=measures,
            annexes=annexes,
            text_figures={
                name: TextFigure(
                    name, entry["word"], tuple(entry.get("words_before", (entry["word"],))), entry["unit"]
                )
                for name, entry in self._section("text_figure").items()
            },
            unwanted=tuple(Unwanted(e["heading"], e["reason"]) for e in self.document.get("unwanted", [])),
            notebook=self._notebook(annexes),
            subject=self.document.get("subject", ""),
            serial_headings=tuple(self.document.get("serial", ("序号",))),
        )
        self._refuse_two_meanings(declaration)
        relations = tuple(self._relations(declaration))
        return Declaration(**{**vars(declaration), "relations": relations})

    def _section(self, name: str) -> Mapping[str, Any]:
        section: Mapping[str, Any] = self.document.get(name, {})
        return section

    def _problem(self, place: Sequence[str | int], found: str, expected: str) -> None:
        self.problems.append(Problem(self.lines.place(self.path, place), found, expected))

    def _notebook(self, annexes: Mapping[str, AnnexSpec]) -> str:
        if "notebook" not in self.document:
            return GENERAL_NOTEBOOK
        name: str = self.document["notebook"]
        folder = project_root() / "notebooks"
        known = runnable_notebooks(folder)
        if name not in known:
            expected = f"应为 notebooks/ 中有参数单元格（parameters）的笔记本：{'、'.join(known)}"
            self._problem(("notebook",), name, expected)
        elif missing := [needed for needed in annexes_of_notebook(folder / name) if needed not in annexes]:
            expected = f"这个笔记本要用的附件没有声明：{'、'.join(missing)}；各市通用的是 {GENERAL_NOTEBOOK}"
            self._problem(("notebook",), name, expected)
        return name

    # --- groups and measures ------------------------------------------------------------------------------

    def _group(self, name: str, entry: Mapping[str, Any]) -> Group:
        members = tuple(
            Member(member, value["word"], tuple(value.get("headings", (value["word"],))))
            for member, value in entry.get("member", {}).items()
        )
        word = entry["word"]
        return Group(
            name,
            word,
            entry.get("key", name),
            tuple(entry.get("headings", (word,))),
            entry.get("registered", False),
            entry.get("ranked", True),
            entry.get("endings", ""),
            members,
            entry.get("long_word", ""),
        )

    def _measure(self, name: str, entry: Mapping[str, Any]) -> Measure:
        def expression(key: str) -> Expression:
            if key not in entry:
                return ()
            try:
                return parse_expression(entry[key])
            except RelationUnread as error:
                self._problem(("measure", name, key), entry[key], str(error))
                return ()

        return Measure(
            name=name,
            heading=entry["heading"],
            kind=entry.get("kind", "count"),
            unit=entry.get("unit", "%" if entry.get("kind") in ("rate", "share", "change") else ""),
            aliases=tuple(entry.get("aliases", ())),
            numerator=expression("numerator"),
            denominator=expression("denominator"),
            parts=expression("parts"),
            at_most=tuple(entry.get("at_most", ())),
            of=entry.get("of", ""),
            against=entry.get("against", ""),
            better=entry.get("better", ""),
            definition=entry.get("definition", "").rstrip("。"),
        )

    def _refuse_contradictory_measures(self, measures: Mapping[str, Measure]) -> None:
        for name, measure in measures.items():
            entry = self._section("measure")[name]
            self._check_base(name, measure, not_printed=entry.get("base_not_printed", False))
            for key in ("numerator", "denominator", "parts"):
                self._check_terms(name, key, [term for _, term in getattr(measure, key)], measures)
            self._check_terms(name, "at_most", measure.at_most, measures)
            if measure.of:
                self._check_terms(name, "of", [measure.of], measures)
        for name in measures:
            if cycle := _find_cycle(name, measures):
                self._problem(("measure", name, "parts"), " → ".join(cycle), "一列不能由自身相加或相除得出")

    def _check_base(self, name: str, measure: Measure, *, not_printed: bool) -> None:
        place = ("measure", name)
        if measure.kind == "rate" and not not_printed and not (measure.numerator and measure.denominator):
            expected = (
                "比率应写明 numerator（分子）和 denominator（分母）；表中没有的，写 base_not_printed = true"
            )
            self._problem(place, measure.heading, expected)
        if measure.kind == "share" and not measure.numerator:
            self._problem(place, measure.heading, "占比应写明 numerator（哪一列的合计为整体）")
        if measure.kind == "change" and not (measure.of and measure.against):
            expected = "变动应写明 of（哪一列）和 against（previous 上一期，year_ago 上年同期）"
            self._problem(place, measure.heading, expected)
        if measure.kind != "count" and (measure.parts or measure.at_most):
            self._problem(place, measure.heading, 'parts、at_most 只用于计数（kind = "count"）')

    def _check_terms(
        self, name: str, key: str, terms: Iterable[str], measures: Mapping[str, Measure]
    ) -> None:
        for term in terms:
            if term not in measures:
                self._problem(("measure", name, key), term, f"应为已声明的列：{'、'.join(measures)}")
            elif key != "of" and not measures[term].is_count:
                self._problem(("measure", name, key), term, '应为计数的列（kind = "count"）')

    # --- annexes ------------------------------------------------------------------------------------------

    def _annexes(self, groups: Mapping[str, Group], measures: Mapping[str, Measure]) -> dict[str, AnnexSpec]:
        annexes: dict[str, AnnexSpec] = {}
        for i, entry in enumerate(self.document.get("annex", [])):
            place = ("annex", i)
            known = self._known(place, "rows", entry["rows"], groups, "group")
            columns = (
                self._known(place, "columns", [entry["columns"]], groups, "group")
                if "columns" in entry
                else []
            )
            self._refuse_unknowable_columns(place, groups[columns[0]] if columns else None)
            its_measures = self._known(place, "measures", entry["measures"], measures, "measure")
            for key in ("required", "optional"):
                self._known(place, key, entry.get(key, []), dict.fromkeys(entry["measures"]), "measures")
            self._refuse_reserved_name((*place, "name"), entry["name"])
            if entry["name"] in annexes:
                self._problem((*place, "name"), entry["name"], "附件的 name 不应重复")
            for label, group in entry.get("totals", {}).items():
                if group not in entry["rows"]:
                    found = f"{label} = {group}"
                    self._problem(
                        (*place, "totals"), found, f"合计的是哪些行，应为 {'、'.join(entry['rows'])} 之一"
                    )
            if not (known and its_measures):
                continue
            annexes[entry["name"]] = AnnexSpec(
                name=entry["name"],
                number=entry.get("number"),
                title=entry["title"],
                known_by=tuple(entry.get("known_by", ())),
                groups=tuple(groups[name] for name in known),
                columns_by=groups[columns[0]] if columns else None,
                measures_by_name={name: measures[name] for name in its_measures},
                required=frozenset(entry.get("required", ())),
                optional=frozenset(entry.get("optional", ())),
                totals=entry.get("totals", {}),
                is_particular=entry.get("particular", False),
            )
            self._refuse_unknown_particular((*place, "particular"), annexes[entry["name"]])
        self._refuse_same_titles()
        return annexes

    def _refuse_unknown_particular(self, place: Sequence[str | int], spec: AnnexSpec) -> None:
        """Figures and sentences of their own are written for annexes of certain names, rows and columns."""
        if spec.is_particular and spec.key != PARTICULAR_ANNEXES.get(spec.name):
            names = "；".join(
                f"{name} 的行、列为 {'、'.join(key)}" for name, key in PARTICULAR_ANNEXES.items()
            )
            self._problem(place, spec.name, f"程序只为这些附件写有专用的句子和图：{names}；其余请删去这一行")

    def _refuse_reserved_name(self, place: Sequence[str | int], name: str) -> None:
        """The name of an annex is an attribute of every period and names a file, beside those that all periods have."""
        if not name.isidentifier():
            self._problem(place, name, "附件的 name 应由字母、数字和下划线组成，不以数字开头")
        elif is_attribute(name.lower()) or name.lower() in _TAKEN_NAMES or _UNDECLARED_TABLE.fullmatch(name):
            self._problem(place, name, "这个名称程序另有用处（数据表、文件或属性），请换一个 name")

    def _refuse_unknowable_columns(self, place: Sequence[str | int], group: Group | None) -> None:
        """No column of a matrix could be told from any other heading, so that its totals would have no parts."""
        if group and not (group.is_registered or group.endings or group.members):
            expected = (
                f"columns 的组应能从列名认出：在 [group.{group.name}] 中写 registered = true（单位登记在 units.csv）、"
                f"endings（名称末字，如 区县市旗），或用 [group.{group.name}.member.…] 列出各项"
            )
            self._problem((*place, "columns"), group.name, expected)

    def _known(
        self,
        place: Sequence[str | int],
        key: str,
        names: Sequence[str],
        known: Mapping[str, Any],
        section: str,
    ) -> list[str]:
        """The names that are declared; each of the others is a problem."""
        for name in names:
            if name not in known:
                self._problem((*place, key), name, f"应为 {section} 中已有的：{'、'.join(known)}")
        return [name for name in names if name in known]

    def _refuse_same_titles(self) -> None:
        first: dict[str, int] = {}
        for i, entry in enumerate(self.document.get("annex", [])):
            for key, words in (("title", [entry["title"]]), ("known_by", entry.get("known_by", []))):
                for word in words:
                    other = first.setdefault(normalize_for_comparison(word), i)
                    if other != i:
                        other_name = self.document["annex"][other]["name"]
                        self._problem(
                            ("annex", i, key), word, f"与附件 {other_name} 的标题用语相同，应各不相同"
                        )

    # --- headings and relations ------------------------------------------------------------------------------

    def _refuse_two_meanings(self, declaration: Declaration) -> None:
        unwanted = {normalize_for_comparison(entry.heading): "unwanted" for entry in declaration.unwanted}
        for annex in declaration.annexes.values():
            meanings = dict(unwanted)
            for heading, meaning in _headings_of(annex):
                known = meanings.setdefault(normalize_for_comparison(heading), meaning)
                if known != meaning:
                    expected = f"同一附件（{annex.name}）中一个列名只能有一个含义，现有 {known} 和 {meaning}"
                    self._problem(("measure", meaning), heading, expected)

    def _relations(self, declaration: Declaration) -> Iterator[Relation]:
        ids: set[str] = set()
        for i, entry in enumerate(self.document.get("relation", [])):
            place = ("relation", i)
            if entry["id"] in ids:
                self._problem((*place, "id"), entry["id"], "id 不应重复")
            ids.add(entry["id"])
            try:
                yield parse_relation(entry, declaration)
            except RelationUnread as error:
                self._problem((*place, "holds"), entry["holds"], str(error))


def _headings_of(annex: AnnexSpec) -> Iterator[tuple[str, str]]:
    """Every heading of an annex with its meaning."""
    for group in annex.groups:
        for heading in group.headings:
            yield heading, "rows"  # the columns of names of several groups may have one heading
    for measure in annex.measures_by_name.values():
        for heading in (measure.heading, *measure.aliases):
            yield heading, measure.name
    for member in annex.columns_by.members if annex.columns_by else ():
        for heading in member.headings:
            yield heading, member.name


def _find_cycle(start: str, measures: Mapping[str, Measure]) -> list[str]:
    """The way from a measure through what it is made of back to itself; empty without one."""

    def walk(name: str, way: list[str]) -> list[str]:
        measure = measures.get(name)
        if measure is None:
            return []
        for _, term in (*measure.parts, *measure.numerator, *measure.denominator):
            if term == start:
                return [*way, term]
            if term not in way and (found := walk(term, [*way, term])):
                return found
        return []

    return walk(start, [start])

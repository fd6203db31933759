"""Draft declarations of bulletins whose relations are known: how many are found, how many are false, what is told of errors.

``make bench-adopt`` invents thirty bulletins, and for each kind of relation three more with one planted error. A relation is
right where the draft has it as the bulletin was made; a bound (≤) is right where it holds by what the columns are. An error is
told where a finding that is no 提示 names its table and row.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from haochaping.adopt.adopt import adopt_bulletins
from haochaping.adopt.draft import GroundedRelation
from haochaping.adopt.evidence import RATE_OF, SHARE_OF
from haochaping.adopt.evidence import SUM as COLUMN_SUM
from haochaping.checks.run_rules import run_rules
from haochaping.core.paths import Locations
from haochaping.core.period import Period
from haochaping.read.raw_folder import read_raw
from haochaping.reference.reference import load_reference
from haochaping_dev.bench.invented_bulletins import (
    KINDS,
    RATE,
    SAME,
    SHARE,
    SUM,
    TOTAL,
    Bulletin,
    Relation,
    invent,
    plant,
)

BULLETINS, WITH_ERROR = 30, 3
_KINDS = {COLUMN_SUM: SUM, RATE_OF: RATE, SHARE_OF: SHARE}
PERIOD = Period(2024, 1)


@dataclass
class Score:
    """How many relations there are, are found, and are false, by kind."""

    known: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    false: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


def score_bulletin(bulletin: Bulletin, score: Score) -> set[tuple[int, str]]:
    """Draft one bulletin, add to the score, and give table and row of everything the checks tell."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        path = root / "通报.html"
        path.write_text(bulletin.html(), encoding="utf-8")
        locations = Locations(root / "data", root / "output")
        adopted = adopt_bulletins([path], bulletin.city, locations)
        reference = load_reference(locations.reference)
        data = read_raw(locations.raw(PERIOD), PERIOD, reference)
        report = run_rules(data, reference)
    drafted = set(_drafted(adopted.draft.grounds))
    for relation in bulletin.relations:
        if relation.kind in (TOTAL, SAME):
            continue  # totals are checked wherever they are printed; equal quantities are counted below
        score.known[relation.kind] += 1
        match = next((d for d in drafted if _is_same(d, relation)), None)
        if match is None:
            score.missed.append(_words(relation))
        else:
            score.found[relation.kind] += 1
            drafted.discard(match)
    score.false += [_words(d) for d in drafted]
    equal = sum(relation.id.startswith("same_") for relation in adopted.draft.relations)
    same = [r for r in bulletin.relations if r.kind == SAME]
    score.known[SAME] += len(same)
    score.found[SAME] += min(len(same), equal)
    score.false += ["两表相等"] * max(0, equal - len(same))
    positions = {row["table"]: int(row["position"]) - 1 for row in data.annexes.to_dict("records")}
    told = [finding for finding in report.findings if finding.severity != "note"]
    return {
        (positions[cell.table], cell.row)
        for finding in told
        for cell in (finding.at, *finding.cells)
        if cell.table in positions
    }


def _drafted(grounds: list[GroundedRelation]) -> Iterator[Relation]:
    """The declared relations between columns, without bounds."""
    for ground in grounds:
        relation = ground.relation
        if ground.is_declared and relation is not None and relation.kind in _KINDS:
            terms, denominator = (
                frozenset((factor, column.path[-1]) for factor, column in part)
                for part in (relation.terms, relation.denominator)
            )
            heading = relation.result.path[-1]
            yield Relation(_KINDS[relation.kind], ground.position - 1, heading, terms, denominator)


def _is_same(drafted: Relation, known: Relation) -> bool:
    is_same_result = (drafted.kind, drafted.table, drafted.result) == (known.kind, known.table, known.result)
    return (
        is_same_result
        and drafted.terms in (known.terms, *known.alternatives)
        and drafted.denominator == known.denominator
    )


def _words(relation: Relation) -> str:
    def words(terms: frozenset[tuple[int, str]]) -> str:
        return " ".join(
            f"{'−' if factor < 0 else '+'}{heading}" for factor, heading in sorted(terms, reverse=True)
        )

    base = f" ÷ {words(relation.denominator)}" if relation.denominator else ""
    return f"表{relation.table + 1} {relation.result} = {words(relation.terms)}{base}"


def main(arguments: list[str]) -> int:
    """Print the table of relations by kind, false and missed ones, and the errors that were told."""
    first = int(arguments[0]) if arguments else 1
    score = Score()
    for seed in range(first, first + BULLETINS):
        score_bulletin(invent(seed), score)
    print(f"{'关系':<8}{'应有':>6}{'写出':>6}")
    names = {SUM: "列相加", RATE: "比率", SHARE: "占比", SAME: "两表相等"}
    for kind, name in names.items():
        print(f"{name:<8}{score.known[kind]:>8}{score.found[kind]:>8}")
    known, found = score.known.total(), score.found.total()
    drafted = found + len(score.false)
    print(
        f"找到 {found}/{known} = {found / known:.1%}；写出的 {drafted} 条中对的 {found / max(drafted, 1):.1%}"
    )
    for name, lines in (("没有找到", score.missed), ("写错", score.false)):
        print(*(f"  {name}：{line}" for line in lines), sep="\n")
    told = Counter[str]()
    planted = Counter[str]()
    for kind in KINDS:
        seed = first
        while planted[kind] < WITH_ERROR and seed < first + 10 * BULLETINS:
            bulletin = invent(seed)
            if plant(bulletin, kind, Random(seed)):
                assert bulletin.planted is not None
                planted[kind] += 1
                places = score_bulletin(bulletin, Score())
                is_told = any(
                    table == bulletin.planted[1] and row == bulletin.planted[2] for table, row in places
                )
                told[kind] += is_told
                if not is_told:
                    print(f"  没有指出：{bulletin.planted}（种子 {seed}）")
            seed += 1
    print(
        "差错："
        + "；".join(f"{names.get(kind, '合计行')} 指出 {told[kind]}/{planted[kind]}" for kind in KINDS)
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

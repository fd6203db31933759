"""Find an annex or a measure by whatever an analyst calls it: 附件1, 1, 各区县, ``districts``; 办件数, ``cases``."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral

from haochaping.core.declaration import AnnexSpec, Measure
from haochaping.core.errors import UnknownName, WrongArgument
from haochaping.core.text import normalize_for_comparison

_NUMERALS = str.maketrans("一二三四五六七八九", "123456789")


def find_annex(
    annexes: Mapping[str, AnnexSpec], numbers: Mapping[str, int | None], name: str | int
) -> AnnexSpec:
    """The declared annex of a name.

    Parameters
    ----------
    annexes : mapping
        Declared annexes by name.
    numbers : mapping
        Number of each in the papers, where it has one.
    name : str or int
        A number (``1``, ``"附件1"``), a title (``"各区县"``), what the rows are (``"区县"``), or a declared name.

    Raises
    ------
    UnknownName
        None is called so; the message lists those that are there.
    WrongArgument
        It is no name, but a list or the like.
    """
    if not isinstance(name, (str, Integral)):
        raise WrongArgument(f'附件应写一个号或表名，如 1、"各区县"，收到的是 {type(name).__name__}')
    if name in annexes:
        return annexes[str(name)]
    wanted = normalize_for_comparison(str(name)).removesuffix("表").translate(_NUMERALS)
    for spec in annexes.values():
        if wanted in _names_of(spec, numbers.get(spec.name)):
            return spec
    raise UnknownName("附件", name, (_listed(spec, numbers.get(spec.name)) for spec in annexes.values()))


def _names_of(spec: AnnexSpec, number: int | None) -> set[str]:
    numbered = (
        [] if number is None else [str(number), f"附件{number}", f"附表{number}", f"附件{number}{spec.title}"]
    )
    rows = [] if spec.columns_by else [group.word for group in spec.groups]
    return {normalize_for_comparison(text) for text in (*numbered, spec.title, *rows)}


def _listed(spec: AnnexSpec, number: int | None) -> str:
    return f"{'' if number is None else f'附件{number} '}{spec.title}（{spec.name}）"


def find_measure(measures: Mapping[str, Measure], name: str) -> Measure:
    """The measure of a name, heading or alias.

    Raises
    ------
    UnknownName
        None is called so; the message lists those that are there.
    WrongArgument
        It is no name, but a list or the like.
    """
    if not isinstance(name, str):
        raise WrongArgument(f"列应写一个名称，收到的是 {type(name).__name__}")
    if name in measures:
        return measures[name]
    wanted = normalize_for_comparison(name)
    for measure in measures.values():
        if wanted in {normalize_for_comparison(text) for text in (measure.heading, *measure.aliases)}:
            return measure
    raise UnknownName("列", name, (f"{measure.heading}（{measure.name}）" for measure in measures.values()))

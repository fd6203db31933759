"""The first two calls of a notebook: load a quarter's data, check them.

In a run the runner has prepared both, and the notebook's second parameter says where; in a notebook opened by hand they
are computed here.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from haochaping.core.model import QuarterData
from haochaping.core.paths import Locations, existing_locations, find_locations
from haochaping.core.period import Period
from haochaping.reference.reference import load_reference

if TYPE_CHECKING:
    from haochaping.checks.check_report import CheckReport


def load(
    quarter: str | Period,
    data: str | os.PathLike[str] | None = None,
    prepared: str | os.PathLike[str] = "",
) -> QuarterData:
    """读入一期：已清洗、已核对格式、已采用 review.xlsx 中的更正；缺的是缺，不是零。

    有原始资料的读原始资料；已发布、其后没有改动的，取整理好的数据，同样的内容，快得多。

    Parameters
    ----------
    quarter : str or Period
        哪一期：``"2022Q4"``、月份 ``"2022M08"``、半年 ``"2022H1"``、年度 ``"2022Y"``。
    data : path, optional
        资料在哪个文件夹；不写的，是本项目的 ``data/``。
    prepared : path, optional
        由 make quarter 填写；自己打开笔记本时留空。

    Examples
    --------
    >>> import haochaping as hcp
    >>> hcp.load("2022Q4")
    <2022年第四季度：5 张附件，677 格>

    Raises
    ------
    InputRefused
        没有资料，或不能确定地读出；信息写明文件、位置、应为什么。
    """
    wanted = Period.parse(quarter)
    if prepared:
        from haochaping.pipeline.staging import read_staged, read_staged_report

        handed = read_staged(Path(prepared), wanted, load_reference(find_locations(data).reference))
        handed.set_derived(check, read_staged_report(Path(prepared)))
        return handed
    from haochaping.pipeline.published_quarter import load_published

    locations = existing_locations(data)
    loaded = load_published(locations, wanted)
    if loaded is None:  # what reads and checks is slow to import, and not needed inside a run either
        from haochaping.pipeline.assess import assess

        loaded = assess(locations, wanted, date.today()).data
    return loaded if data is None else replace(loaded, data_root=Path(data).resolve())


def check(
    quarter: QuarterData, data: str | os.PathLike[str] | None = None, as_of: date | None = None
) -> CheckReport:
    """核对一期：各项核对意见、结论，采用分析员的答复，并与以前各期相比。

    Parameters
    ----------
    quarter : QuarterData
        ``hcp.load`` 得到的，或用 ``q.with_table(…)`` 换过数的；直接改表中的数不起作用。
    data : path, optional
        资料在哪个文件夹；不写的，是读入时的那个。
    as_of : date, optional
        说明是否到期按哪一天判断；不写的按今天。

    Examples
    --------
    >>> import haochaping as hcp
    >>> hcp.check(hcp.load("2022Q4")).verdict_words
    '建议更正'
    """
    if data is None and as_of is None and (report := quarter.find_derived(check)) is not None:
        return report
    return _check(quarter, find_locations(data or quarter.data_root), as_of or date.today())


def _check(quarter: QuarterData, locations: Locations, as_of: date) -> CheckReport:
    from haochaping.checks.review import review
    from haochaping.pipeline.assess import load_past
    from haochaping.store.answers import answer_file, read_answers
    from haochaping.store.apply_corrections import undo_corrections

    reference = load_reference(locations.reference)
    answers = read_answers(answer_file(locations.raw(quarter.quarter)), quarter.quarter)
    past, _ = load_past(locations, quarter.quarter, reference)
    printed = undo_corrections(quarter, reference)
    return review(printed, answers, past, reference, as_of).report

"""Which units are unlike their peers: a funnel of rates with limits that allow for how much units vary anyway."""

from __future__ import annotations

import numpy as np
import pandas as pd

from haochaping.analysis.annex_tables import MATTERS, rates
from haochaping.analysis.labelled_table import NUMBER, PERCENT, LabelledTable
from haochaping.analysis.loaded_period import as_period, reference_of
from haochaping.core.model import QuarterData
from haochaping.present.charts.funnel_chart import funnel_chart
from haochaping.statistics.funnel import overdispersed

_LOW, _HIGH = 0.001, 0.999
WITHIN, ABOVE, BELOW = "限内", "高于上限", "低于下限"
_DEVIATION = "偏离（倍标准差）"
SMALL, IMPOSSIBLE, NO_NUMBER = "基数小，不判断", "分子大于分母，不判断", "没有数"


def funnel(q: QuarterData, annex: str | int = 1, measure: str = "") -> LabelledTable:
    """哪些单位的比率与同类明显不同：漏斗图，99.8% 控制限已计入单位之间本来就有的差异。

    “判断”列为高于上限、低于下限、限内；分母不足 30 的不判断。高于、低于只说明与同类不同，不说明好坏或真假。“偏离”是离合计的比率
    多少倍标准差，99.8% 控制限约在 3.1 倍。

    Parameters
    ----------
    annex : str or int
        附件号、表名或英文名。
    measure : str
        比率；不写的，取附件能算出的最后一个（一般是主动评价率）。

    Examples
    --------
    >>> import haochaping as hcp
    >>> t = hcp.funnel(hcp.load("2022Q4"), "附件1")
    >>> t[t["判断"] == "高于上限"]["区县"].tolist()
    ['周村区']

    Raises
    ------
    NotApplicable
        有记录的单位不足两个，或各单位的比率都是 0 或 100%。
    """
    q = as_period(q)
    found = rates(q, annex, measure)
    names = found.attrs["keys"]
    numerator, denominator, rate = found.columns[len(names) : len(names) + 3]
    k, n, value = (found[column].astype("float64") for column in (numerator, denominator, rate))
    is_possible = (n > 0) & (k <= n)
    spread = overdispersed(k[is_possible], n[is_possible])
    low, high = (
        pd.Series(spread.limits(n[is_possible], p), n[is_possible].index).reindex(n.index)
        for p in (_LOW, _HIGH)
    )
    variance = 1 / (4 * n[is_possible])
    deviation = pd.Series(spread.z, n[is_possible].index) * np.sqrt(variance / (variance + spread.tau2))
    is_small = n < reference_of(q).threshold("small_denominator")
    found["控制限下限"], found["控制限上限"] = low, high
    found[_DEVIATION] = deviation.reindex(n.index)
    found["判断"] = np.select(
        [~(n > 0) | k.isna(), ~is_possible, is_small, value > high, value < low],
        [NO_NUMBER, IMPOSSIBLE, SMALL, ABOVE, BELOW],
        WITHIN,
    )
    found.attrs["kinds"] |= {"控制限下限": PERCENT, "控制限上限": PERCENT, _DEVIATION: NUMBER}
    drawn = pd.DataFrame(
        {
            "name": found[names].astype("str").agg(" ".join, axis=1),
            "n": n,
            "rate": value,
            "is_outside": found["判断"].isin([ABOVE, BELOW]),
            "is_small": is_small,
        }
    )
    others = [column for column in found.columns if column not in (MATTERS, "名次", "名次区间")]
    result = found[[*others, MATTERS]]
    chart = funnel_chart(
        drawn[is_possible], spread.target, spread.limits, found.attrs["title"], rate, denominator
    )
    return result.with_chart(chart)

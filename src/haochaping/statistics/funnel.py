"""Funnel limits: how far from a common target a rate may lie, given its denominator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from haochaping.statistics.validation import (
    FloatArray,
    NotApplicable,
    broadcast_checked,
    counts,
    fractions,
    one_column,
    probabilities,
    scalar_or_array,
    single_number,
    trials,
)

WINSORISED = (0.1, 0.9)  # quantiles beyond which z is set to the quantile


def limits(n: npt.ArrayLike, target: float, p: npt.ArrayLike) -> Any:
    """The exact binomial limit below which a rate falls with probability `p` if the true rate is `target`.

    With R ~ Binomial(n, target), F its distribution function and r the least whole number with F(r) ≥ p::

        limit = (r − (F(r) − p) / P(R = r)) / n,   clipped to [0, 1]

    The second term interpolates between whole numbers, so that the limits are smooth in n. Usual pairs of `p`:
    0.025 and 0.975 (95 %), 0.001 and 0.999 (99.8 %).

    Parameters
    ----------
    n : counts
        Denominators.
    target : float
        The common rate, a fraction.
    p : float or array
        Cumulative probability; broadcasts against `n`.

    Returns
    -------
    float or ndarray
        Fraction; NaN (not applicable) where n is 0.

    Raises
    ------
    ValueError
        `n` negative, missing or not whole; target outside [0, 1]; p outside (0, 1); shapes that do not fit.
    NotApplicable
        The target is 0 or 1: then no rate can vary by chance.

    References
    ----------
    Spiegelhalter, D. J. (2005). Statistics in Medicine 24:1185-1202, appendix.
    """
    from scipy import special  # here: slow to load; scipy.stats has the same and takes three times as long

    theta = single_number(fractions(target, "目标值"), "目标值")
    if theta in (0, 1):
        raise NotApplicable(f"目标值为 {theta:.0%}，各单位之间没有可供比较的波动，不画漏斗图。")
    n_, p_ = _sizes_and_probabilities(n, p)
    size = np.where(n_ > 0, n_, 1)
    r = np.ceil(special.bdtrik(p_, size, theta))
    below, up_to = _cumulative(r - 1, size, theta), _cumulative(r, size, theta)
    limit = np.clip((r - (up_to - p_) / (up_to - below)) / size, 0, 1)
    return scalar_or_array(np.where(n_ > 0, limit, np.nan))


@dataclass(frozen=True, eq=False)
class Overdispersion:
    """How much more the rates of units vary than chance alone would have it.

    Attributes
    ----------
    target : float
        Σk/Σn, a fraction.
    z : ndarray, shape (units,)
        Distance of each unit from the target in standard errors, on the arcsine scale; NaN where n is 0.
    phi : float
        Dispersion ratio: mean square of the winsorised z; about 1 when there is only chance.
    tau2 : float
        Variance between units on the arcsine scale (squared radians); 0 when chance explains all.
    """

    target: float
    z: FloatArray
    phi: float
    tau2: float

    def limits(self, n: npt.ArrayLike, p: npt.ArrayLike) -> Any:
        """Additive limit: ``sin²(asin√target + q √(1/4n + tau2))`` with q the normal quantile of `p`.

        The angle is clipped to [0, π/2] before it is squared, where the sine would turn back.

        Parameters
        ----------
        n : counts
            Denominators.
        p : float or array
            Cumulative probability (0.001 and 0.999 for 99.8 % limits); broadcasts against `n`.

        Returns
        -------
        float or ndarray
            Fraction; NaN (not applicable) where n is 0.

        Raises
        ------
        ValueError
            As the function :func:`limits`.
        """
        from scipy import special

        n_, p_ = _sizes_and_probabilities(n, p)
        spread = np.sqrt(_variance(n_) + self.tau2)
        angle = np.arcsin(np.sqrt(self.target)) + special.ndtri(p_) * spread
        return scalar_or_array(np.sin(np.clip(angle, 0, np.pi / 2)) ** 2)

    def multiplicative_limits(self, n: npt.ArrayLike, p: npt.ArrayLike) -> Any:
        """Multiplicative limit: ``target + q √(phi target (1 − target)/n)``, clipped to [0, 1].

        It closes in on the target as n grows, however much the units vary; prefer :meth:`limits` where
        denominators differ by orders of magnitude. Parameters and result as there.
        """
        from scipy import special

        n_, p_ = _sizes_and_probabilities(n, p)
        variance = self.phi * self.target * (1 - self.target) * 4 * _variance(n_)
        return scalar_or_array(np.clip(self.target + special.ndtri(p_) * np.sqrt(variance), 0, 1))


def overdispersed(k: npt.ArrayLike, n: npt.ArrayLike) -> Overdispersion:
    """Over-dispersion of the rates k/n around their common target (random effects, arcsine scale).

    With Y = asin√(k/n), s² = 1/4n and z = (Y − asin√target)/s, winsorised at its 10 % and 90 % quantiles
    (linear interpolation), I units and w = 1/s²::

        phi  = mean(z²)
        tau2 = 0                                              if I·phi < I − 1
               max(0, (I·phi − (I − 1)) / (Σw − Σw²/Σw))      else

    Parameters
    ----------
    k, n : counts, shape (units,)
        Numerators and denominators. Units with n = 0 take no part.

    Returns
    -------
    Overdispersion

    Raises
    ------
    ValueError
        Negative, missing or not whole; k above n; not one column; shapes or indexes that do not fit.
    NotApplicable
        Fewer than two units with records; or all rates 100 %, or all 0 %: there is no variation to judge.

    References
    ----------
    Spiegelhalter, D. J. (2005). Quality and Safety in Health Care 14:347-351.
    DerSimonian, R. and Laird, N. (1986). Controlled Clinical Trials 7:177-188.
    The choices (arcsine, winsorising by quantiles) are those of the R package FunnelPlotR, data type "PR".
    """
    k_, n_ = (one_column(array, "分子与分母") for array in trials((k, n)))
    has_records = n_ > 0
    units = int(has_records.sum())
    if units < 2:
        raise NotApplicable(f"有记录的单位只有 {units} 个，至少要有 2 个才能相互比较，不画漏斗图。")
    target = k_.sum() / n_.sum()
    if target in (0, 1):
        raise NotApplicable(f"各单位的比率都是 {target:.0%}，没有可供比较的波动，不画漏斗图。")
    variance = _variance(n_)
    angle = np.arcsin(np.sqrt(k_ / np.where(has_records, n_, np.nan)))
    z = (angle - np.arcsin(np.sqrt(target))) / np.sqrt(variance)
    phi = float(np.mean(np.clip(z[has_records], *np.quantile(z[has_records], WINSORISED)) ** 2))
    return Overdispersion(float(target), z, phi, _between_units(phi, 1 / variance[has_records]))


def _between_units(phi: float, weights: FloatArray) -> float:
    """Tau², by the method of moments."""
    excess = weights.size * phi - (weights.size - 1)
    return max(0.0, float(excess / (weights.sum() - (weights**2).sum() / weights.sum())))


def _variance(n: FloatArray) -> FloatArray:
    """Variance of asin√(k/n) by chance: 1/4n; NaN where n is 0."""
    return 1 / (4 * np.where(n > 0, n, np.nan))


def _sizes_and_probabilities(n: npt.ArrayLike, p: npt.ArrayLike) -> list[FloatArray]:
    return broadcast_checked({"分母 n": (n, counts(n, "分母 n")), "概率 p": (p, probabilities(p, "概率 p"))})


def _cumulative(r: FloatArray, n: FloatArray, theta: float) -> FloatArray:
    """F(r) by the incomplete beta function: scipy's own ``bdtr`` errs in the third decimal at n = 10⁷."""
    from scipy import special

    by_beta = special.betaincc(np.maximum(r, 0) + 1, np.maximum(n - r, 1), theta)
    return np.where(r < 0, 0.0, np.where(r >= n, 1.0, by_beta))

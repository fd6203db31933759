"""One look for all charts: colours, text sizes, and the drawing areas for wide and narrow screens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from haochaping.present.fonts import FAMILY, font_path

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

INK = "#1F2328"
QUIET = "#57606A"
GREY = "#8A929B"
"""The second series: 3:1 on white, and far enough from blue in lightness for grey print."""
PALE = "#D8DDE3"
FAINT = "#ECEFF2"
BLUE = "#1849A9"
RED = "#B42318"
AMBER = "#B54708"
"""What an open finding puts in doubt; never without a mark, hatch or outline, for it is close to grey in grey print."""
LEAST_NAME_SIZE = 9.5
"""Smallest names beside bars, in points."""
POINTS_PER_INCH = 72


@dataclass(frozen=True)
class Canvas:
    """The area of a chart: width in inches and its smallest text in points (one point is shown as 4/3 px or more)."""

    width: float
    text: float

    def subplots(self, height: float, *, width: float | None = None, **options: Any) -> tuple[Drawing, Any]:
        """Call ``plt.subplots`` with this width and the charts' style; `width` replaces it where content needs more."""
        import matplotlib as mpl
        import matplotlib.pyplot as plt

        use_style(self.text)
        mpl.rcParams["text.parse_math"] = False  # a dollar sign in a name is a dollar sign
        return plt.subplots(figsize=(width or self.width, height), **options)

    @property
    def points(self) -> float:
        """Width in points."""
        return self.width * POINTS_PER_INCH

    @property
    def name_size(self) -> float:
        """Size of names beside bars in points."""
        return max(self.text, LEAST_NAME_SIZE)

    def rows(self, lines: float, count: int) -> float:
        """Height in inches of `count` rows, each as high as `lines` lines of text."""
        return lines * 1.12 * self.text / 72 * count

    def room(self, characters: float) -> float:
        """Rough share of the plot's width that so many digits need; a fifth of the canvas is reserved for names."""
        return characters * 0.58 * self.text / (self.width * 72 * 0.8)


WIDE = Canvas(7.4, 9.0)
NARROW = Canvas(4.5, 12.0)
"""As wide as a phone's column in points, so that text keeps its size there without scrolling."""


def use_style(text: float = WIDE.text) -> None:
    """之后 seaborn、matplotlib 画的图可以直接显示中文，样式与简报相同；用 hcp 画过图以后再自己画的，先再调用一次。

    Parameters
    ----------
    text : float
        最小的字，磅。

    Examples
    --------
    >>> import haochaping as hcp
    >>> hcp.use_style()
    """
    import matplotlib as mpl
    import seaborn as sns
    from matplotlib import font_manager

    mpl.rcdefaults()
    sns.set_theme(style="ticks")
    path = str(font_path())
    if not any(entry.fname == path for entry in font_manager.fontManager.ttflist):
        font_manager.fontManager.addfont(path)
    mpl.rcParams.update(
        {
            "font.family": FAMILY,
            "font.size": text,
            "axes.edgecolor": PALE,
            "axes.labelcolor": QUIET,
            "axes.labelsize": text,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.spines.left": False,
            "legend.fontsize": text,
            "xtick.color": QUIET,
            "xtick.labelsize": text,
            "ytick.color": INK,
            "ytick.labelsize": max(text, LEAST_NAME_SIZE),
            "ytick.major.size": 0,
            "text.color": INK,
            "axes.formatter.limits": (-5, 12),
            "axes.formatter.useoffset": False,
            "grid.color": FAINT,
            "svg.fonttype": "none",
            "svg.hashsalt": "haochaping",
            "figure.constrained_layout.use": True,
        }
    )

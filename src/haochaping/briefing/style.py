"""One look for all charts."""

from __future__ import annotations

from haochaping.fonts import FAMILY, font_path

INK = "#1F2328"
QUIET = "#57606A"
GREY = "#9AA1A9"
PALE = "#D8DDE3"
BLUE = "#1849A9"
RED = "#B42318"


def use_style() -> None:
    """Set the charts' style: seaborn's theme first, then the font, which the theme resets.

    Text stays text in SVG (searchable, small); ids depend on content alone, so that the same chart
    gives the same bytes.
    """
    import matplotlib as mpl
    import seaborn as sns
    from matplotlib import font_manager

    sns.set_theme(style="ticks")
    path = str(font_path())
    if not any(entry.fname == path for entry in font_manager.fontManager.ttflist):
        font_manager.fontManager.addfont(path)
    mpl.rcParams.update(
        {
            "font.family": FAMILY,
            "font.size": 10,
            "axes.edgecolor": PALE,
            "axes.labelcolor": QUIET,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.spines.left": False,
            "xtick.color": QUIET,
            "ytick.color": INK,
            "axes.labelsize": 9,
            "legend.fontsize": 9,
            "xtick.labelsize": 9,
            "ytick.labelsize": 9.5,
            "ytick.major.size": 0,
            "text.color": INK,
            "grid.color": "#ECEFF2",
            "svg.fonttype": "none",
            "svg.hashsalt": "haochaping",
            "figure.constrained_layout.use": True,
        }
    )

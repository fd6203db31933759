"""The Chinese font of page and charts."""

from __future__ import annotations

from pathlib import Path

from haochaping.doctor.report_line import REINSTALL, ReportLine, fine, wrong

SAMPLE = "政务服务“好差评”0123456789％（①）"
"""What the page and the charts are full of."""


def look_at_font(path: Path) -> ReportLine:
    """The font's file is there, has the characters of `SAMPLE` and draws them."""
    if not path.is_file():
        return wrong("字体", f"没有字体文件 {path}", REINSTALL)
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with TTFont(path, lazy=True) as font:
            known = font.getBestCmap()
        failing = [one for one in SAMPLE if ord(one) not in known or not _draws(path, one)]
    except (TTLibError, RuntimeError, OSError) as error:
        return wrong("字体", f"字体文件不能使用：{path}：{error}", REINSTALL)
    if failing:
        return wrong("字体", f"{path} 画不出{'、'.join(failing)}", REINSTALL)
    return fine("字体", f"{path.name}，{len(known)} 个字；网页和图都用它，不必另装中文字体")


def _draws(path: Path, character: str) -> bool:
    """Whether matplotlib gets an outline for `character` out of the font."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    return len(TextPath((0, 0), character, size=12, prop=FontProperties(fname=path)).vertices) > 0

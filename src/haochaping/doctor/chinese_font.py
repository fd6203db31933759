"""Check the Chinese font of page and charts."""

from __future__ import annotations

from pathlib import Path

from haochaping.doctor.report_line import REINSTALL, ReportLine, fine, wrong

SAMPLE = "政务服务“好差评”0123456789％（①）"
"""Characters that page and charts use everywhere."""


def look_at_font(path: Path) -> ReportLine:
    """Check that the font file exists, has the characters of `SAMPLE` and that matplotlib can draw them."""
    if not path.is_file():
        return wrong("字体", f"没有字体文件 {path}", REINSTALL)
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with TTFont(path, lazy=True) as font:
            characters = font.getBestCmap()
        missing = [char for char in SAMPLE if ord(char) not in characters or not _has_outline(path, char)]
    except (TTLibError, RuntimeError, OSError) as error:
        return wrong("字体", f"字体文件不能使用：{path}：{error}", REINSTALL)
    if missing:
        return wrong("字体", f"{path} 画不出{'、'.join(missing)}", REINSTALL)
    return fine("字体", f"{path.name}，{len(characters)} 个字；网页和图都用它，不必另装中文字体")


def _has_outline(path: Path, character: str) -> bool:
    """Whether matplotlib gets an outline for `character` from the font."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    return len(TextPath((0, 0), character, size=12, prop=FontProperties(fname=path)).vertices) > 0

"""Convert a drawing to inline SVG."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from haochaping.core.text import visible

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

_TAG = re.compile(r"<[^>]*>")
_POSSIBLY_INVISIBLE = re.compile(r"[^\n\x20-\x7e\u3000-\u9fff\uff00-\uffee]")
"""Characters outside the common ranges, which may be invisible and are shown by :func:`visible`."""


def inline_svg(figure: Drawing, prefix: str) -> str:
    """The drawing as inline SVG: same drawing, same bytes; every id carries `prefix`.

    Its natural width in points becomes the style sheet's ``--width``: below it the chart scrolls instead of
    shrinking its text.
    """
    import matplotlib.pyplot as plt

    lay_out_once(figure)
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    svg = _POSSIBLY_INVISIBLE.sub(lambda found: visible(found[0]), buffer.getvalue())
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = _TAG.sub(lambda tag: _prefix_ids(tag[0], prefix), svg)
    svg = re.sub(
        r'<svg [^>]*?viewBox="0 0 (\S+) (\S+)"[^>]*>',
        r'<svg viewBox="0 0 \1 \2" style="--width: \1" xmlns="http://www.w3.org/2000/svg" '
        r'xmlns:xlink="http://www.w3.org/1999/xlink" aria-hidden="true" focusable="false">',
        svg,
        count=1,
    )
    return re.sub(r"\s*\n\s*", "\n", svg)


def _prefix_ids(tag: str, prefix: str) -> str:
    """A tag with `prefix` before its ids and references to ids; only tags are changed, text in the drawing is not."""
    tag = re.sub(r'\bid="', f'id="{prefix}-', tag)
    tag = tag.replace("url(#", f"url(#{prefix}-")
    return tag.replace('xlink:href="#', f'xlink:href="#{prefix}-')


def lay_out_once(figure: Drawing) -> None:
    """Run the figure's layout engine once and remove it: a figure with an engine is drawn twice when drawn or saved."""
    import matplotlib as mpl

    engine = figure.get_layout_engine()
    if engine is None:
        return
    engine.execute(figure)
    with mpl.rc_context({"figure.constrained_layout.use": False}):
        figure.set_layout_engine(None)

"""A piece of HTML that is displayed in Jupyter and in the briefing alike; links and escaping."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from haochaping.core.text import visible
from haochaping.present.notebook_style import in_notebook


class Html(str):
    """HTML made by this package. Text from data gets in only through :func:`text`."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return in_notebook(str(self))

    def __html__(self) -> str:
        return str(self)

    def __repr__(self) -> str:
        return f"<Html, {len(self)} characters>"


def text(value: object) -> Markup:
    """Text from data, escaped, with control and format characters shown."""
    return escape(visible(str(value)))


def number_link(name: str, shown: str, *, is_doubtful: bool = False) -> Html:
    """A number as written in a sentence, linked to the row of its figure; underlined where an open matter could change it."""
    css_class = "figure doubtful" if is_doubtful else "figure"
    return Html(f'<a class="{css_class}" href="#figure-{text(name)}">{text(shown)}</a>')


def single_tab_stop(links: str) -> Html:
    """Several links as a single tab stop: the keyboard stops at the first, all can be clicked and read."""
    first, link, others = links.partition("<a ")
    return Html(first + link + others.replace("<a ", '<a tabindex="-1" '))


_LINK = re.compile(r'<a href="(#[^"]+)"')


def single_tab_stop_per_target(links: str) -> Html:
    """Many links with one tab stop for each target: the keyboard stops at the first link to it, all can be clicked."""
    targets: set[str] = set()

    def keep_first(link: re.Match[str]) -> str:
        if link[1] in targets:
            return f'<a tabindex="-1" href="{link[1]}"'
        targets.add(link[1])
        return link[0]

    return Html(_LINK.sub(keep_first, links))


def stack(*pieces: str) -> Html:
    """Several pieces, one under another."""
    return Html("\n".join(str(piece) for piece in pieces))

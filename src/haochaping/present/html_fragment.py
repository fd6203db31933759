"""A piece of the page that shows itself in Jupyter and in the briefing alike."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from haochaping.core.text import visible
from haochaping.figures.figure import Figure


class Html(str):
    """HTML made by this package. Text from data gets in only through :func:`text`."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return str(self)

    def __html__(self) -> str:
        return str(self)

    def __repr__(self) -> str:
        return f"<Html, {len(self)} characters>"


def text(value: object) -> Markup:
    """Text from data, escaped, with control and format characters shown."""
    return escape(visible(str(value)))


def figure_link(figure: Figure) -> Html:
    """A number of the page, linked to its row in the table of figures."""
    return number_link(figure.name, figure.text)


def number_link(name: str, shown: str) -> Html:
    """A number as written in a sentence, linked to the row of its figure."""
    return Html(f'<a class="figure" href="#figure-{text(name)}">{text(shown)}</a>')


def single_tab_stop(links: str) -> Html:
    """Several links of which the keyboard stops at the first alone; all can be clicked and read."""
    first, link, others = links.partition("<a ")
    return Html(first + link + others.replace("<a ", '<a tabindex="-1" '))


_STOP = re.compile(r'<a href="(#[^"]+)"')


def single_tab_stop_per_target(links: str) -> Html:
    """Many links of which the keyboard stops at the first to each place alone; all can be clicked and read."""
    seen: set[str] = set()

    def stop(link: re.Match[str]) -> str:
        if link[1] in seen:
            return f'<a tabindex="-1" href="{link[1]}"'
        seen.add(link[1])
        return link[0]

    return Html(_STOP.sub(stop, links))


def stack(*pieces: str) -> Html:
    """Several pieces, one under another."""
    return Html("\n".join(str(piece) for piece in pieces))

"""The look of tables, charts and matters where a notebook shows them; the page has its own style sheet."""

from __future__ import annotations

from pathlib import Path

_RULES = (Path(__file__).parent / "notebook.css").read_text("utf-8").partition("*/\n")[2]
STYLE = f"<style>{_RULES.strip()}</style>"
"""Stands before every piece that a notebook shows."""
_BEGIN, _END = f'{STYLE}<div class="hcp">', "</div><!-- hcp -->"


def in_notebook(html: str) -> str:
    """A piece of HTML as a notebook shows it: with its look, which reaches nothing else."""
    return f"{_BEGIN}{html}{_END}" if html else ""


def on_page(shown: str) -> str:
    """What :func:`in_notebook` was given: the page brings its own look."""
    return shown.replace(_BEGIN, "").replace(_END, "")

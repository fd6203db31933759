"""Words of the field: headings that bulletins of many places print, with what they usually mean."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from haochaping.core.declaration import Declaration
from haochaping.reference.read_declaration import read_declaration

_FILE = "field_words.toml"


@cache
def field_words() -> Declaration:
    """Groups and measures of the field, without annexes: what is read with it is kept as printed."""
    resource = files(__package__) / _FILE
    return read_declaration(Path(_FILE), resource.read_text("utf-8"), needs_annexes=False)

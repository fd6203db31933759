"""The sentences of rules are templates."""

from __future__ import annotations

from functools import cache

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

_TEMPLATES = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
"""Sandboxed: rules of other cities are untrusted data, and an ordinary template can reach any Python object."""


@cache
def sentence_template(sentence: str) -> Template:
    """A rule's sentence, compiled once: most rules speak in several places."""
    return _TEMPLATES.from_string(sentence)

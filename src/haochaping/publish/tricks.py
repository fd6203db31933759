"""Shortcuts that only save time; each with its reason, each harmless where it does not apply."""

from __future__ import annotations

import sys


def skip_slow_imports() -> None:
    """Keep ``rfc3987_syntax`` out of this process.

    jsonschema imports it, if it can, to check the format "iri", which no notebook uses; building its
    grammars takes a third of the time that importing papermill takes. Call before nbformat is imported.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

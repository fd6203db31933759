"""A finding: one doubt about printed figures, with the cells that were compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from haochaping.checks.cell_names import named_key
from haochaping.core.model import CellRef
from haochaping.store.cell_index import CellIndex

SEVERITY_ORDER = ("correct", "verify", "note")


def must_be_settled(severity: str, status: str) -> bool:
    """Whether something is still open: an explanation does not settle a 须更正, and nobody need answer a 提示."""
    if severity == "note" or status == "corrected":
        return False
    return status != "explained" or severity == "correct"


@dataclass(frozen=True)
class Finding:
    """One doubt about printed figures.

    ``check`` is the id of the rule, ``at`` the cell or column that it is about. ``cells`` are exactly the cells that the
    rule compared; ``printed`` maps them to their printed text. ``suspects`` are the cells of the smallest
    explanations, ``hypothesis`` is those explanations in Chinese. ``message`` is the sentence a reviewer reads,
    ``consider`` what to check first.
    """

    check: str
    at: CellRef
    severity: str
    message: str
    arithmetic: str
    consider: str
    cells: tuple[CellRef, ...]
    printed: Mapping[CellRef, str] = field(repr=False, default_factory=dict)
    suspects: tuple[CellRef, ...] = ()
    likeliest: tuple[CellRef, ...] = ()
    """The suspects of the likeliest explanation; none where no explanation was located."""
    changes: tuple[tuple[CellRef, int], ...] = ()
    """The counts that the likeliest explanation changes, with their new values; none where none is likeliest."""
    hypothesis: str | None = None
    expected: str = ""
    """What the cell ``at`` should read if the other cells are right; blank when the rule does not say."""
    summary: str = ""
    """The message without what else the same cause breaks."""
    several: str = ""
    """The rule's sentence in place of the messages of several findings of one matter: a template."""
    brief: str = ""
    """What it is about in a few words; blank where the unit says it."""
    matter: str = ""
    """Id of the matter that it belongs to (see :mod:`haochaping.checks.matters`)."""
    affected: float | None = None
    """By how many records printed counts would change if the doubt is right; none where nobody can say."""
    status: str = "new"
    """``new``, ``known`` (also in the quarter before), ``explained`` or ``corrected``."""
    answer: str = ""
    """The analyst's answer in Chinese, or why an earlier one has lapsed."""
    folded: bool = False
    """Explained before with the same reason: shown in one line."""
    follows: bool = False
    """Closed by a correction that was given for another finding."""

    @property
    def state(self) -> str:
        """The status; ``followed`` for findings closed by a correction that was given for another one."""
        return "followed" if self.status == "corrected" and self.follows else self.status

    @property
    def is_open(self) -> bool:
        """See :func:`must_be_settled`."""
        return must_be_settled(self.severity, self.status)

    @property
    def id(self) -> str:
        """``check/table/key/column``; contains no figures, so that it is the same in every run."""
        return f"{self.check}/{self.at.path}"

    def as_json(self, cell_index: CellIndex) -> dict[str, Any]:
        """The documented JSON form, for other programs; `cell_index` is that of the quarter."""
        return {
            "id": self.id,
            "check": self.check,
            "severity": self.severity,
            "matter": self.matter,
            "message": self.message,
            "arithmetic": self.arithmetic,
            "cells": [self._cell(cell, cell_index) for cell in self.cells],
            "suspects": [self._cell(cell, cell_index) for cell in self.suspects],
            "hypothesis": self.hypothesis,
            "status": self.status,
        }

    def _cell(self, cell: CellRef, cell_index: CellIndex) -> dict[str, Any]:
        return {
            "table": cell.table,
            "key": named_key(cell_index, cell),
            "column": cell.column,
            "printed": self.printed.get(cell, ""),
        }


@dataclass(frozen=True)
class Matter:
    """What one person settles in one go: a cause, a question, an addressee, and the findings that belong to it.

    ``addressee`` is the one unit that can settle it, blank where whoever made the bulletin must (``needs_office``) or
    several units must; ``units`` are all units whose cells it is about.
    ``records_affected`` says by how many records counts would change (None: nobody can say). It stands in ``age`` periods
    in a row, this one included, since the one labelled ``since``. ``status`` is that of its findings that are still open; a
    提示 in it asks nobody anything.
    """

    id: str
    title: str
    severity: str
    question: str
    addressee: str
    units: tuple[str, ...]
    needs_office: bool
    records_affected: float | None
    age: int
    since: str
    status: str
    answered: int
    """How many of its findings that ask for an answer have one."""
    findings: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """See :func:`must_be_settled`."""
        return must_be_settled(self.severity, self.status)

"""Folders as an office of another place would have them: its settings, and a form in one file format."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.read.raw_folder import read_raw
from haochaping.reference.reference import Reference
from haochaping_dev.fuzz.declared_form import Form, form_names, load_form
from haochaping_dev.fuzz.print_form import form_files, formats_of

FORMS_AND_FORMATS = [(name, kind) for name in form_names() for kind in formats_of(load_form(name))]
OFFICE_FORMATS = {name: formats_of(load_form(name))[-2] for name in form_names()}
"""A file format for each form, where one is enough."""


def write_form(form: Form, kind: str, folder: Path, seed: int = 0) -> None:
    """The form's files in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in form_files(form, kind, Random(seed)).items():
        (folder / name).write_bytes(content)


def read_form(
    name: str,
    kind: str,
    folder: Path,
    *,
    seed: int = 0,
    period: Period | None = None,
    reference: Reference | None = None,
) -> QuarterData:
    """A form written and read back, by its own settings and for its own period unless others are given."""
    form = load_form(name)
    write_form(form, kind, folder, seed)
    return read_raw(folder, period or form.period, reference or form.reference)


def data_root(name: str, kind: str, folder: Path) -> Path:
    """A data root with the settings of the form's place and the form as its raw file."""
    form = load_form(name)
    shutil.copytree(form.folder / "reference", folder / "data" / "reference")
    write_form(form, kind, folder / "data" / "raw" / str(form.period))
    return folder / "data"

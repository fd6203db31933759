"""What a command writes: its result on standard output, progress and messages on standard error."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from haochaping.core.errors import describe_os_error
from haochaping.core.text import visible


class ResultNotWritten(Exception):
    """Standard output is closed, or cannot be written to: nobody has seen the result of the command."""


_closed: list[str] = []
"""Names of the streams that were closed when the program began."""


def print_result(text: str) -> None:
    """Print the result of a command to standard output at once.

    Raises
    ------
    BrokenPipeError
        Whoever read it has read enough.
    ResultNotWritten
        It cannot be written.
    """
    if "stdout" in _closed:
        raise ResultNotWritten("已关闭")
    try:
        print(text, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ResultNotWritten(describe_os_error(error)) from None
    except ValueError:
        raise ResultNotWritten("已关闭") from None


def report_progress(line: str) -> None:
    """Print one line to standard error; control characters, which paths and names may contain, are made visible.

    Where nobody can read it, the command goes on: what it does and its exit code do not depend on that.
    """
    try:
        print(visible(line), file=sys.stderr, flush=True)
    except (OSError, ValueError):
        return


def use_utf8_streams() -> None:
    """Write UTF-8 whatever the encoding of the console, which is GBK on Chinese Windows; nowhere where it is closed."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # libraries expect a stream
            _closed.append(name)
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="backslashreplace")

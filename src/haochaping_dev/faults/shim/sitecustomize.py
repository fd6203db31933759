# mypy: ignore-errors
# ruff: noqa: PTH100, PTH105, PTH123
"""Imported by Python at its start where this folder is on its path: strikes at one file operation of a command.

``HAOCHAPING_FAULT`` is JSON: ``roots`` (operations below them count), ``strike`` (``count``, ``error``, ``kill``, ``pause`` or
``save``), ``at`` (which operation, from 1), and for ``error`` its ``number``, for ``pause`` its ``seconds``, for ``save`` the
``files`` that somebody saves then (target to source; those that were are listed in ``log``). ``count`` writes the number of
operations to ``counted``. No ``pathlib``: this is imported before anything else.

Operations are what changes a folder or file: opening to write, flushing to disk, renaming, exchanging, linking, making and
removing. They are seen by Python's audit hooks (PEP 578), but for flushing and exchanging, which have none.
"""

import atexit
import contextlib
import ctypes
import json
import os
import shutil
import signal
import sys
import time

_PLAN = json.loads(os.environ.get("HAOCHAPING_FAULT", "null"))
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_PATHS = {
    "os.rename": (0, 1),
    "os.link": (1,),
    "os.mkdir": (0,),
    "os.remove": (0,),
    "os.rmdir": (0,),
    "os.symlink": (1,),
    "os.chmod": (0,),
}
_state = {"done": 0, "busy": False}


def _is_ours(path: object) -> bool:
    try:
        text = os.path.abspath(os.fsdecode(path))
    except (TypeError, ValueError):
        return False
    return any(text.startswith(root) for root in _PLAN["roots"])


def _operation() -> None:
    """Count one operation and strike if it is the one."""
    if _state["busy"]:
        return
    _state["done"] += 1
    if _state["done"] != _PLAN.get("at"):
        return
    _state["busy"] = True
    try:
        strike = _PLAN["strike"]
        if strike == "error":
            raise OSError(_PLAN["number"], os.strerror(_PLAN["number"]))
        if strike == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if strike == "pause":
            time.sleep(_PLAN["seconds"])
        for target, source in _PLAN.get("files", {}).items() if strike == "save" else ():
            with contextlib.suppress(FileNotFoundError):  # its folder is not there yet
                shutil.copyfile(source, f"{target}.saving")
                os.replace(f"{target}.saving", target)
                with open(_PLAN["log"], "a", encoding="utf-8") as log:
                    log.write(f"{target}\n")
    finally:
        _state["busy"] = False


def _hook(event: str, arguments: tuple) -> None:
    if event == "open":
        path, mode, flags = arguments
        is_write = (isinstance(mode, str) and set(mode) & set("wax+")) or (
            isinstance(flags, int) and flags & _WRITES
        )
        if is_write and not isinstance(path, int) and _is_ours(path):
            _operation()
    elif event in _PATHS and any(_is_ours(arguments[i]) for i in _PATHS[event]):
        _operation()


def _install() -> None:
    sys.addaudithook(_hook)
    really_sync, really_load = os.fsync, ctypes.CDLL

    def fsync(handle: int) -> None:
        _operation()
        really_sync(handle)

    class Library(really_load):
        """The C library, whose exchange of two files counts as an operation."""

        def __getattr__(self, name: str) -> object:
            function = super().__getattr__(name)
            if name != "renameat2":
                return function

            def exchange(*arguments: object) -> object:
                _operation()
                return function(*arguments)

            return exchange

    os.fsync, ctypes.CDLL = fsync, Library
    if _PLAN["strike"] == "count":
        atexit.register(_write_count)


def _write_count() -> None:
    _state["busy"] = True
    with open(_PLAN["counted"], "w", encoding="ascii") as file:
        file.write(str(_state["done"]))


if _PLAN and "haochaping.pipeline.kernel_process" not in sys.orig_argv:
    _install()

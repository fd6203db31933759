"""The command line: ``python -m haochaping …``; every message to people is Chinese, on standard error."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Sequence
from typing import Any

from haochaping.commands.arguments import parse_arguments
from haochaping.commands.commands import COMMANDS, FAILED, REFUSED, report_progress
from haochaping.core.errors import LONGEST_EXPECTED, InputRefused, describe_os_error
from haochaping.core.paths import find_locations
from haochaping.core.text import quoted


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    _plain_streams()
    try:
        if threading.current_thread() is threading.main_thread():
            _stop_alike()
        options = parse_arguments(arguments)
        return COMMANDS[options.command](find_locations(options.data, options.output), options)
    except InputRefused as refusal:
        report_progress(refusal.message)
        return REFUSED
    except KeyboardInterrupt as stopped:
        report_progress(str(stopped) or "已中断；上一次的输出没有改动")
        return FAILED
    except BrokenPipeError:
        return FAILED
    except OSError as error:
        report_progress(f"没有写成，上一次的输出没有改动：{describe_os_error(error)}")
        return FAILED
    except Exception as error:  # the last line of defence: a message, never a traceback
        report_progress(
            f"工具包出错（不是资料的问题）：{type(error).__name__}: {quoted(str(error), LONGEST_EXPECTED)}"
        )
        return FAILED


def _stop_alike() -> None:
    """A request to end (SIGTERM, a closed terminal) is treated as Ctrl-C: nothing stays half written."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:  # nohup's wish is kept
            signal.signal(number, interrupt)


def _plain_streams() -> None:
    """UTF-8 whatever the console says: an office's Windows console is GBK."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="backslashreplace")

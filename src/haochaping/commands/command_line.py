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
    """Run one command and return the exit code (see :mod:`haochaping.commands.commands`).

    Errors become a message at the terminal, never a traceback.
    """
    _use_utf8_streams()
    try:
        if threading.current_thread() is threading.main_thread():
            _treat_signals_as_interrupt()
        options = parse_arguments(arguments)
        return COMMANDS[options.command](find_locations(options.data, options.output), options)
    except InputRefused as refusal:
        report_progress(refusal.message)
        return REFUSED
    except KeyboardInterrupt as interruption:
        report_progress(str(interruption) or "已中断；上一次的输出没有改动")
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


def _treat_signals_as_interrupt() -> None:
    """Treat SIGTERM and a closed terminal like Ctrl-C, so that nothing stays half written."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        # A signal that is ignored stays so: nohup relies on that.
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, interrupt)


def _use_utf8_streams() -> None:
    """Write UTF-8 whatever the encoding of the console, which is GBK on Chinese Windows."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="backslashreplace")

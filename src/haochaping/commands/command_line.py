"""The command line: ``python -m haochaping …``; every message to people is Chinese, on standard error."""

from __future__ import annotations

import signal
import threading
from collections.abc import Sequence

from haochaping.commands.arguments import parse_arguments
from haochaping.commands.commands import COMMANDS, FAILED, REFUSED
from haochaping.commands.streams import ResultNotWritten, report_progress, use_utf8_streams
from haochaping.commands.system_limits import SystemUnfit, refuse_unfit_system
from haochaping.core.errors import LONGEST_EXPECTED, InputRefused, describe_os_error
from haochaping.core.paths import find_locations
from haochaping.core.text import quoted


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code (see :mod:`haochaping.commands.commands`).

    Errors become a message at the terminal, never a traceback.
    """
    use_utf8_streams()
    try:
        refuse_unfit_system()
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
    except ResultNotWritten as error:
        report_progress(f"结果没有显示出来：标准输出写不进（{error}）")
        return FAILED
    except SystemUnfit as error:
        report_progress(f"没有运行：{error}")
        return FAILED
    except MemoryError:
        report_progress("内存不足，上一次的输出没有改动；请关闭别的程序，或放宽内存限制后再运行")
        return FAILED
    except Exception as error:  # the last line of defence: a message, never a traceback
        if isinstance(system_error := _system_error_behind(error), OSError):
            report_progress(f"没有做完，上一次的输出没有改动：{describe_os_error(system_error)}")
            return FAILED
        report_progress(
            f"工具包出错（不是资料的问题）：{type(error).__name__}: {quoted(str(error), LONGEST_EXPECTED)}"
        )
        return FAILED


def _system_error_behind(error: BaseException) -> OSError | None:
    """The system's error that an error is, holds or was raised for: libraries wrap those of the disk in their own."""
    found: BaseException | None = error
    while found is not None:
        for candidate in (found, *found.args):
            if isinstance(candidate, OSError) and (candidate is error or candidate.errno):
                return candidate
        found = found.__cause__
    return None


def _treat_signals_as_interrupt() -> None:
    """Treat SIGTERM and a closed terminal like Ctrl-C, so that nothing stays half written."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        # A signal that is ignored stays so: nohup relies on that.
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, interrupt)

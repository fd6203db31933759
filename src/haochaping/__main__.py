"""``python -m haochaping``."""

import os
import sys
from contextlib import suppress

_INTERRUPTED_OR_FAILED = 3
for number in (0, 1, 2):  # a closed stream: else the next file opened would take what libraries print there
    try:
        os.fstat(number)
    except OSError:
        os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)

try:  # Ctrl-C may come while these are imported
    from haochaping.pipeline.platform_shortcuts import collect_garbage_rarely, skip_garbage_collection_at_exit

    collect_garbage_rarely()
    from haochaping.commands.command_line import main

    code = main()
    skip_garbage_collection_at_exit()
except KeyboardInterrupt:  # before or after the command itself
    code = _INTERRUPTED_OR_FAILED
if code == _INTERRUPTED_OR_FAILED:
    # An interrupt that came while Python ran a text (exec, as dataclasses do) is remembered although it was caught: the
    # interpreter then ends by the signal and not with this code.
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # full, or closed
            stream.flush()
    os._exit(code)
sys.exit(code)

"""``python -m haochaping``."""

import gc
import sys

# A command needs its objects until it ends: collecting garbage while it imports and reads would free next to nothing.
gc.set_threshold(100_000, 50, 100)

try:
    from haochaping.commands.command_line import main
    from haochaping.pipeline.platform_shortcuts import leave_quickly

    code = main()
    leave_quickly()
except KeyboardInterrupt:  # before or after the command itself
    code = 3
sys.exit(code)

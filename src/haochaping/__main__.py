"""``python -m haochaping``."""

import gc
import sys

# A command needs its objects until it ends: collecting garbage while it imports and reads would free next to nothing.
gc.set_threshold(100_000, 50, 100)

try:
    from haochaping.commands.command_line import main
    from haochaping.pipeline.platform_shortcuts import skip_garbage_collection_at_exit

    code = main()
    skip_garbage_collection_at_exit()
except KeyboardInterrupt:  # before or after the command itself
    code = 3
sys.exit(code)

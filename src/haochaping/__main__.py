"""``python -m haochaping``."""

import sys

try:  # Ctrl-C may come while these are imported
    from haochaping.pipeline.platform_shortcuts import collect_garbage_rarely, skip_garbage_collection_at_exit

    collect_garbage_rarely()
    from haochaping.commands.command_line import main

    code = main()
    skip_garbage_collection_at_exit()
except KeyboardInterrupt:  # before or after the command itself
    code = 3
sys.exit(code)

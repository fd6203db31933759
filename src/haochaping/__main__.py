"""``python -m haochaping``."""

import sys

try:
    from haochaping.commands.command_line import main
    from haochaping.pipeline.platform_shortcuts import leave_quickly

    code = main()
    leave_quickly()
except KeyboardInterrupt:  # before or after the command itself
    code = 3
sys.exit(code)

"""``python -m haochaping``."""

import sys

try:
    from haochaping.cli import main
    from haochaping.publish.tricks import leave_quickly

    code = main()
    leave_quickly()
except KeyboardInterrupt:  # before or after the command itself
    code = 3
sys.exit(code)

"""``python -m haochaping``."""

import sys

from haochaping.cli import main
from haochaping.publish.tricks import leave_quickly

code = main()
leave_quickly()
sys.exit(code)

"""``python -m haochaping``."""

import sys

from haochaping.cli import main

sys.exit(main())

"""`python -m jobs.cli`: the command without its script."""

import sys

from jobs.cli import main

sys.exit(main())

"""`python -m jobs.cli`: the command without its script."""

import sys

from jobs.cli import main

# A worker process that is spawned imports this module again and must not run the command again.
if __name__ == "__main__":
    sys.exit(main())

"""`python -m caremarket_sim` is the `caremarket` command."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())

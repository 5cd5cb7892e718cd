"""``python -m ops.cli``: the command ``tongda`` where no script of that name is installed."""

import sys

from ops.cli import main

if __name__ == "__main__":
    sys.exit(main())

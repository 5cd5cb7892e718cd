"""``python -m ops.embedded``: fetch what the embedded parts need, once (``make jars``)."""

import sys

from ops.cli import ended
from ops.embedded.java import jars

if __name__ == "__main__":
    sys.exit(ended(jars))

"""``python -m ops.embedded``: bring what the embedded parts need, once (``make jars``)."""

import os
import sys

from ops import say
from ops.embedded.java import jars
from ops.settings import language
from schemas.errors import HubError

if __name__ == "__main__":
    try:
        jars()
    except HubError as error:
        sys.exit(say.failure(error, language(os.environ)))

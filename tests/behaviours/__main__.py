"""``python -m tests.behaviours``: every behaviour tried once; what is not right, and how many are."""

from __future__ import annotations

import sys
import tempfile
import traceback
from datetime import datetime
from pathlib import Path

from connectors.http.client import HttpClient
from ops.run import CHINA
from tests.behaviours.stage import Stage
from tests.behaviours.test_behaviours import BEHAVIOURS


def main() -> int:
    right = 0
    with HttpClient(lambda: datetime.now(CHINA)) as client:
        for name, behaviour in BEHAVIOURS.items():
            with tempfile.TemporaryDirectory() as folder:
                try:
                    behaviour(Stage(Path(folder), client))
                    right += 1
                except Exception:
                    print(f"wrong: {name}: {(behaviour.__doc__ or '').strip()}")
                    print(traceback.format_exc(limit=-2))
    print(f"{right} of {len(BEHAVIOURS)} right")
    return int(right != len(BEHAVIOURS))


if __name__ == "__main__":
    sys.exit(main())

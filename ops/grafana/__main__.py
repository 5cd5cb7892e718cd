"""``python -m ops.grafana``: write the dashboards."""

import json
from pathlib import Path

from ops.grafana.overview import dashboard

FOLDER = Path(__file__).with_name("dashboards")


def text() -> str:
    """The overview as a file."""
    return json.dumps(dashboard(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    (FOLDER / "overview.json").write_text(text(), encoding="utf-8")

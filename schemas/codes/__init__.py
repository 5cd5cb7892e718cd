"""Code lists of the hub: small data files, read once and kept."""

from __future__ import annotations

import csv
import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of ``<name>.csv`` of this folder."""
    text = files(__name__).joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def document(name: str) -> Any:
    """The content of ``<name>.json`` of this folder."""
    return json.loads(files(__name__).joinpath(f"{name}.json").read_text(encoding="utf-8"))

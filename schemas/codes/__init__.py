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
    lines = files(__name__).joinpath(f"{name}.csv").read_text(encoding="utf-8").splitlines()
    return tuple(csv.DictReader(lines))


@cache
def document(name: str) -> Any:
    """The content of ``<name>.json`` of this folder."""
    return json.loads(files(__name__).joinpath(f"{name}.json").read_text(encoding="utf-8"))


@cache
def text(name: str) -> str:
    """The characters of ``<name>.txt`` of this folder, without line ends."""
    return "".join(files(__name__).joinpath(f"{name}.txt").read_text(encoding="utf-8").split())

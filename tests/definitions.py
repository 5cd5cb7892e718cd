"""The definitions of platforms that are shipped, read once a process: many tests look at them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from ops.settings import ROOT
from ops.sources import load_sources
from schemas.source.model import Source

FOLDER = ROOT / "connectors" / "sources"


@cache
def shipped() -> Mapping[str, Source]:
    """By id. Nobody changes them: the models are frozen."""
    return load_sources(FOLDER)

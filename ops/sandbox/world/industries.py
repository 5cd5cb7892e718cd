"""The 4×4 industries of a patent by its IPC: the world's own copy of the mapping (docs/domain.md#ipc-and-industries)."""

from __future__ import annotations

import re
from functools import cache

PREFIXES = {
    "T1": "C07 C08 C09 C10 C11 B01J C01B",
    "T2": "E21 B02 B03 C21 C22B C22C C25C C04B",
    "T3": "A21 A22 A23 C12G C12J C13",
    "T4": "A41 A42 A43 A44 A45 A46 A47 B27 B31 B42 B43 B44 D01 D02 D03 D04 D05 D06 D07 D21",
    "A1": "E01 E02 B66 B60K B62D F15B E04G",
    "A2": "B61 B60L B60M E01B H02P",
    "A3": "A01 A01N C05 C12N5",
    "A4": "A63 G09B G09F G11B H04N21",
    "N1": "G06F G06Q H04L H04W H04B H01L H10 H03 G11C",
    "N2": "H01M H02J H02M H02S F03B F03D F24S G21",
    "N3": "A61 A61K C07D C07K C12P G16H",
    "N4": "B63 B64 F02C F02K G01S E21B43",
    "F1": "G06N G06T G06V G10L B25J",
    "F2": "C12N C12Q C40B A61K48 A61P",
    "F3": "G06N10 H04L9/08 B82Y10 G01R33",
    "F4": "B82Y30 C01B32 C23C C22C H01F B22F B29C",
}


@cache
def by_prefix() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for industry, prefixes in PREFIXES.items():
        for prefix in prefixes.split():
            found[prefix] = (*found.get(prefix, ()), industry)
    return found


def industries_of(ipc: str) -> tuple[str, ...]:
    """The industries of the longest prefix that matches; one with a group means that main group. () is unmapped."""
    found = re.match(r"([A-H]\d{2})([A-Z])(\d+)/(\d+)", ipc)
    if not found:
        return ()
    section, letter, group, subgroup = found.groups()
    for prefix in (f"{section}{letter}{group}/{subgroup}", f"{section}{letter}{group}", f"{section}{letter}", section):
        if prefix in by_prefix():
            return by_prefix()[prefix]
    return ()

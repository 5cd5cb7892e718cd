"""A kind is one file and one line: identity, matching, renames, secrecy, effect follow from its class."""

from __future__ import annotations

import subprocess
import sys

from ops.settings import ROOT
from schemas.wire import decode


def test_a_kind_that_is_added_needs_no_other_place() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.streams.another_kind"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert decode(done.stdout.encode()) == {
        "phase": "sold",
        "sources": ["b", "a"],
        "disagreements": ["sold_on"],
        "occurred_on": "2025-05-10",
        "auctioneer": [{"name": "张*", "party_type": "individual"}],
        "sme": None,
        "listing": ["concluded", "auction_sold", True],
        "redirects": ["merged"],
    }

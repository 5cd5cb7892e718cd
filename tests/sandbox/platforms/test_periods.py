"""A bank sends a month again without a loan: the hub drops that record, and no other of the month."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from connectors.http.client import HttpClient
from ops.sandbox.platforms.platforms import Platforms, today
from ops.sandbox.stories.simulation import Origin
from ops.sandbox.world.ledger import Change
from ops.settings import ROOT
from ops.sources import load_sources
from tests.connectors.conftest import client
from tests.connectors.platform import Bench

__all__ = ["client"]
SOURCE, FEED = "bank_pledges", "loans"


@pytest.fixture
def platforms(tmp_path: Path) -> Iterator[Platforms]:
    opened = Platforms(tmp_path / "world", Origin(3, 150, today()), 0)
    opened.open()
    yield opened
    opened.close()


def show(
    platforms: Platforms, record: str, month: str, op: Literal["insert", "delete"], content: dict[str, str]
) -> None:
    """One change in the table of a month."""
    change = Change(1, 1, SOURCE, FEED, record, op, "loan", f"{today()}T10:00:00+08:00", content, place=month)
    platforms.inboxes.touch(platforms.shelves.apply([change]))
    platforms.inboxes.flush(today())


def test_a_loan_that_a_month_sent_again_leaves_out_is_gone(
    platforms: Platforms, tmp_path: Path, client: HttpClient
) -> None:
    base = platforms.inboxes.bases()[SOURCE]
    defined = load_sources(ROOT / "connectors" / "sources")[SOURCE]
    source = defined.model_copy(update={"access": defined.access.model_copy(update={"base": base}), "synthetic": True})
    bench = Bench(tmp_path / "evidence", source, client, FEED)
    shelf = platforms.shelves[SOURCE, FEED]
    stays = shelf.order[-1]
    month, left_out = shelf.places[stays], "DK99000001"
    show(platforms, left_out, month, "insert", {**shelf.rows[stays], "贷款合同号": left_out})
    bench.poll()
    known = set(bench.keys())
    show(platforms, left_out, month, "delete", {})
    again = bench.poll()
    assert again.outcome.verdict == "complete"
    assert {one["record"] for one in bench.raw() if one["absent"]} == {left_out} < known
    assert again.rows.read == len(shelf.by_place[month]) > 0

"""What a process measured of a feed ends with its lease: the new owner's values stand alone."""

from __future__ import annotations

from connectors.poll.measure import OF_A_FEED, forget_feed
from ops import telemetry
from ops.catalogue import METRICS
from tests.ops.metrics import sample


def test_every_gauge_of_a_feed_is_forgotten_and_no_other_feeds() -> None:
    of_a_feed = [each.name for each in METRICS if each.kind == "gauge" and each.labels == ("source", "feed")]
    assert sorted(OF_A_FEED) == sorted(of_a_feed)
    for metric in OF_A_FEED:
        for feed in ("moved", "kept"):
            telemetry.gauge(metric, 1, source="t-forget", feed=feed)
    for _ in range(2):
        forget_feed("t-forget", "moved")
    assert [sample(metric, source="t-forget", feed="moved") for metric in OF_A_FEED] == [None] * len(OF_A_FEED)
    assert [sample(metric, source="t-forget", feed="kept") for metric in OF_A_FEED] == [1] * len(OF_A_FEED)

"""Judged pairs: what needs are matched with among the listings of a province, and how near it comes to what answers them."""

from __future__ import annotations

from tests.measures.matching import DEMANDS, FIRST, judged, matched, measured

RANK, PRECISION, RECALL = 0.85, 0.80, 0.75  # of the needs that are held back; measured 0.875, 0.83 and 0.78


def test_rank_precision_and_recall_on_the_needs_that_are_held_back_do_not_fall() -> None:
    held = measured("matching_held", is_held=True)
    assert held.rank >= RANK
    assert held.precision.share >= PRECISION, held.precision.as_json()
    assert held.recall.share >= RECALL, held.recall.as_json()


def test_matches_are_far_better_than_offers_of_the_same_industry() -> None:
    baseline, found = measured("industry", by_industry=True), measured("matching")
    assert found.rank > 2 * baseline.rank
    assert found.precision.share > 4 * baseline.precision.share


def test_bamboo_against_mould_is_not_offered_for_a_seabed_vehicle() -> None:
    """Two things that happen to be listed under one industry, which was all that pages went by."""
    (need,) = (each for each in judged().needs if "深海采矿车" in each.listing.title)
    assert "supply:bam1" in need.near
    assert not {id for id in matched(need.listing) if id.startswith("supply:bam")}
    assert set(matched(need.listing)[:FIRST]) & need.answers


def test_a_need_that_nothing_answers_is_offered_next_to_nothing() -> None:
    unanswered = [each for each in judged().needs if not each.answers]
    assert len(unanswered) == 6
    assert sum(len(matched(each.listing)) for each in unanswered) <= 2


def test_more_than_three_hundred_pairs_are_judged_and_none_twice() -> None:
    needs, offers = judged().needs, judged().listings
    assert sum(len(each.answers) + len(each.near) for each in needs) >= 500, DEMANDS
    assert all(each.answers.isdisjoint(each.near) for each in needs)
    assert {id for each in needs for id in each.answers | each.near} <= set(offers)

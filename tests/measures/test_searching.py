"""Judged queries: what a search over the sample province finds first, and how near it comes to what answers them."""

from __future__ import annotations

from tests.measures.searching import FILE, answered, queries, searching

RECALL, PRECISION = 0.975, 0.97  # of 220 queries; measured 0.987 and 0.975


def test_recall_and_precision_of_the_first_ten_do_not_fall() -> None:
    recall, precision = searching()
    assert recall.share >= RECALL, recall.as_json()
    assert precision.share >= PRECISION, precision.as_json()


def test_every_exact_number_code_and_name_leads_to_its_page() -> None:
    exact = [each for each in queries() if each.family in ("number", "credit code", "organisation", "not on offer")]
    assert len(exact) >= 45
    assert [each for each in exact if not answered(each)[0]] == []


def test_there_are_two_hundred_queries_and_none_twice() -> None:
    asked = [each.q for each in queries()]
    assert len(asked) == len(set(asked)) >= 200, FILE

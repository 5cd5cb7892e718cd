"""The matcher is a function of the listings at hand: their order, their batches and what they once were decide nothing."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.fields.money import Money
from schemas.fields.price import Price
from schemas.records.listing import Encumbrance, Listing
from sinks.portal.match.match import Match, Reason
from sinks.portal.match.matcher import CANDIDATES, MOST, of_several, suggestions
from sinks.portal.match.reasons import match
from sinks.portal.match.terms import phrases, tokens
from sinks.portal.search.alike import RAREST, WIDEST, rarest, weight
from sinks.portal.search.documents import document
from sinks.portal.search.index import Index
from tests.examples_count import examples
from tests.operations import counted
from tests.sinks.examples import a_listing

SUBJECTS = (
    "深海作业车行走机构",
    "竹材防霉改性",
    "锂电池隔膜涂覆",
    "盾构滚刀耐磨涂层",
    "稻瘟病叶片识别",
    "水稻降镉钝化剂",
)
WORDS = ("高效", "新型", "智能控制", "低成本", "便携", "在线监测")
CLASSES = ("B63C11/52", "B27K3/52", "H01M50/451", "C23C24/10", "G06V20/10", "C09K17/08")


def a_demand(number: int, title: str, **changes: Any) -> Listing:
    own = {"kind": "demand", "id": f"demand:{number}", "owner": f"需求企业{number}", "patent_number": None, "ipc": ()}
    return a_listing(number, **{**own, "title": title, "summary": "", **changes})


def a_supply(number: int, title: str, **changes: Any) -> Listing:
    own = {"id": f"supply:{number}", "owner": f"供给大学{number}", "title": title, "summary": ""}
    return a_listing(number, **{**own, **changes})


@cache
def others(number: int, start: int = 1000) -> tuple[Listing, ...]:
    """Listings of all sorts, so that rare words are rare."""
    chance = random.Random(7)
    hanzi = [chr(0x4E00 + code) for code in range(2_000)]
    return tuple(
        a_supply(start + n, "一种" + "".join(chance.choices(hanzi, k=8)) + "装置", ipc=(), industries=("T4",))
        for n in range(number)
    )


a_document = lru_cache(maxsize=512)(document)  # a property makes many corpora of the same listings


class Corpus:
    """Listings as a portal has them: each arrival replaces what was there."""

    def __init__(self, listings: Iterable[Listing] = ()) -> None:
        self.index, self.listings, self.sequence = Index(), dict[str, Listing](), 0
        self.arrive(listings)

    def arrive(self, listings: Iterable[Listing]) -> None:
        batch = list(listings)
        self.listings |= {each.id: each for each in batch}
        self.index.apply((self.sequence + n, each.id, a_document(each)) for n, each in enumerate(batch, 1))
        self.sequence += len(batch)

    def read(self, ids: Sequence[str]) -> list[Listing]:
        return [self.listings[id] for id in ids if id in self.listings]

    def matches(self, id: str) -> tuple[Match, ...]:
        return tuple(each.match for each in suggestions(self.listings[id], self.index, self.read))

    def all_matches(self) -> dict[str, tuple[Match, ...]]:
        """Of the listings that a test is about."""
        return {id: self.matches(id) for id in sorted(self.listings) if len(id) <= len("supply:99")}


@st.composite
def a_listing_of_some_kind(draw: st.DrawFn) -> Listing:
    number = draw(st.integers(1, 8))
    subject = draw(st.integers(0, len(SUBJECTS) - 1))
    title = draw(st.sampled_from(WORDS)) + SUBJECTS[subject]
    changes = {
        "state": draw(st.sampled_from(("open", "open", "open", "withdrawn", "reserved"))),
        "ipc": draw(st.sampled_from(((), (CLASSES[subject],)))),
        "industries": draw(st.sampled_from((("F1",), ("N4", "F1"), ()))),
        "area": draw(st.sampled_from(("430104", "430102", "431000", "440300", None))),
    }
    return (a_demand if draw(st.booleans()) else a_supply)(number, title, **changes)


@pytest.mark.slow
@settings(max_examples=examples(40), deadline=None)
@given(st.lists(a_listing_of_some_kind(), max_size=24), st.randoms(use_true_random=False))
def test_any_order_and_any_batches_of_arrival_give_the_same_matches(said: list[Listing], chance: random.Random) -> None:
    final = {each.id: each for each in said}
    from_scratch = Corpus([*final.values(), *others(40)]).all_matches()
    grown = Corpus(others(40))
    for each in said:  # what a listing said before is gone with what it says now
        grown.arrive([each])
    mixed = [*final.values(), *others(40)]
    chance.shuffle(mixed)
    cut = chance.randrange(len(mixed) + 1)
    in_two = Corpus(mixed[:cut])
    in_two.arrive(mixed[cut:])
    assert grown.all_matches() == in_two.all_matches() == from_scratch


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(a_listing_of_some_kind(), max_size=24))
def test_a_pair_has_one_score_whichever_side_asks_and_the_score_is_the_sum_of_its_reasons(said: list[Listing]) -> None:
    found = Corpus([*said, *others(40)]).all_matches()
    pairs: dict[tuple[str, str], Match] = {}
    for each in (each for matches in found.values() for each in matches):
        assert pairs.setdefault((each.demand_id, each.supply_id), each) == each
        assert each.score == sum(reason.points for reason in each.reasons) <= 100
        assert all(reason.points > 0 for reason in each.reasons)
        assert not any(reason.points for reason in each.against)


def test_the_reasons_of_a_match_are_named_whole() -> None:
    demand = a_demand(
        1,
        "深海作业车行走机构",
        ipc=("B63C11/00",),
        industries=("N4", "F1"),
        area="430102",
        deal_forms=("licence", "co_development"),
        price=Price(basis="lump_sum", high=Money.of(50_000_000), text=""),
    )
    supply = a_supply(
        1,
        "一种深海作业车的行走机构",
        ipc=("B63C11/52", "E21C50/00"),
        industries=("N4",),
        area="430104",
        deal_forms=("ordinary", "transfer"),
        price=Price(basis="lump_sum", low=Money.of(60_000_000), text=""),
        encumbrances=(Encumbrance(type="pledge", event_id="pledge:1"),),
    )
    (found,) = Corpus([demand, supply, *others(200)]).matches("demand:1")
    words, ipc, industry, nearness, form = found.reasons
    assert (words.aspect, words.points, words.values) == ("words", 50, ("深海作业车", "行走机构"))
    assert ipc == Reason(aspect="ipc", points=20, level="main_group", values=("B63C11",))
    assert industry == Reason(aspect="industry", points=10, values=("N4",))
    assert nearness == Reason(aspect="nearness", points=4, level="same_prefecture", values=("430100",))
    assert form == Reason(aspect="deal_form", points=5, values=("ordinary",))
    assert found.against == (Reason(aspect="price", level="over"), Reason(aspect="encumbrance", values=("pledge",)))
    assert found.score == 89


def test_one_industry_alone_is_no_match_however_near_and_cheap() -> None:
    demand = a_demand(1, "深海作业车行走机构", industries=("N4",), deal_forms=("transfer",))
    supply = a_supply(1, "竹材防霉改性方法", ipc=("B27K3/52",), industries=("N4",), price=Price(basis="free", text=""))
    corpus = Corpus([demand, supply, *others(200)])
    assert corpus.matches("demand:1") == corpus.matches("supply:1") == ()
    assert match(demand, supply, {}) is None


def test_a_withdrawn_listing_takes_its_matches_with_it_and_an_open_one_brings_them_back() -> None:
    demand, supply = a_demand(1, "深海作业车行走机构"), a_supply(1, "深海作业车行走机构")
    corpus = Corpus([demand, supply, *others(40)])
    before = corpus.all_matches()
    assert [each.supply_id for each in before["demand:1"]] == ["supply:1"]
    for state in ("withdrawn", "reserved", "concluded", "expired"):
        corpus.arrive([replace(supply, state=state)])
        assert corpus.matches("demand:1") == corpus.matches("supply:1") == (), state
    corpus.arrive([supply])
    assert corpus.all_matches() == before


def test_what_the_index_holds_and_the_store_no_more_is_left_out() -> None:
    corpus = Corpus([a_demand(1, "深海作业车行走机构"), a_supply(1, "深海作业车行走机构"), *others(40)])
    del corpus.listings["supply:1"]
    assert corpus.matches("demand:1") == ()


def test_nobody_is_offered_what_is_already_theirs() -> None:
    demand = a_demand(1, "深海作业车行走机构", owner="湘江深海装备有限公司")
    corpus = Corpus([demand, a_supply(1, demand.title, owner="湘江深海装备有限公司"), *others(40)])
    assert corpus.matches("demand:1") == ()


def test_an_exclusively_licensed_patent_offers_no_licence() -> None:
    demand = a_demand(1, "深海作业车行走机构", deal_forms=("licence",))
    supply = a_supply(
        1,
        demand.title,
        deal_forms=("ordinary", "transfer"),
        encumbrances=(Encumbrance(type="exclusive_licence", event_id="licence:1"),),
    )
    (found,) = Corpus([demand, supply, *others(40)]).matches("demand:1")
    assert Reason(aspect="deal_form", level="not_wanted", values=("transfer",)) in found.against


def test_a_classification_in_common_needs_no_word_in_common() -> None:
    demand = a_demand(1, "海底车辆", ipc=("B63C11/52",), industries=())
    supply = a_supply(1, "水中机械手驱动", ipc=("B63C11/52",), industries=())
    (found,) = Corpus([demand, supply, *others(40)]).matches("supply:1")
    assert [(each.aspect, each.level) for each in found.reasons if each.aspect == "ipc"] == [("ipc", "group")]


@pytest.mark.slow  # 2,000 listings, among which words that a hundred have are rare
def test_a_listing_has_at_most_so_many_matches_and_the_best_are_kept() -> None:
    demand = a_demand(1, "深海作业车行走机构", area="430104")
    near = [a_supply(n, "深海作业车行走机构", area="430104") for n in range(100, 110)]
    far = [a_supply(n, "深海作业车行走机构", area="440300") for n in range(110, 110 + 2 * CANDIDATES)]
    found = Corpus([*far, demand, *near, *others(2_000)]).matches("demand:1")
    assert len(found) == MOST
    assert {each.supply_id for each in found[:10]} == {each.id for each in near}


def test_of_several_listings_each_pair_stands_once_the_best_first() -> None:
    listings = [a_demand(n, SUBJECTS[n]) for n in range(3)] + [a_supply(n, SUBJECTS[n]) for n in range(3)]
    corpus = Corpus([*listings, *others(40)])
    found = [each.match for each in of_several(listings, corpus.index, corpus.read)]
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert sorted((each.demand_id, each.supply_id) for each in found) == [
        (f"demand:{n}", f"supply:{n}") for n in range(3)
    ]


def test_phrases_are_the_longest_runs_that_both_have() -> None:
    demand = a_demand(1, "深海作业车的AUV回收装置", summary="深海作业")
    supply = a_supply(1, "用于AUV的深海作业车", summary="回收装置")
    assert phrases(demand, supply, dict.fromkeys(tokens(demand), 100)) == ("深海作业车", "回收装置", "auv")
    assert phrases(demand, supply, {}) == ()


def test_a_weight_is_whole_falls_with_frequency_and_is_nothing_for_what_half_of_all_have() -> None:
    for documents in (10, 1_000, 1_000_000):
        weights = [weight(documents, having) for having in range(1, min(documents, 5_000))]
        assert weights == sorted(weights, reverse=True)
        assert weight(documents, documents // 2) == 0
    assert weight(0, 0) == 0


def test_without_weights_there_is_no_match_by_words() -> None:
    assert match(a_demand(1, SUBJECTS[0]), a_supply(1, SUBJECTS[0]), {}) is None


@pytest.mark.slow  # 20,000 listings
def test_a_new_listing_is_matched_at_the_same_cost_among_twenty_times_as_many() -> None:
    """Candidates are bounded in number, their lists in length, and what is read in both."""

    def cost(number: int) -> int:
        demand = a_demand(1, "深海作业车行走机构", summary="用于深海采矿的作业车在软底质上行走")
        alike = [a_supply(n, "一种深海作业车行走机构" + WORDS[n % 6]) for n in range(number // 4)]
        corpus = Corpus([*alike, *others(number - len(alike), start=number)])
        corpus.arrive([demand])
        corpus.matches("demand:1")  # caches are warm
        with counted() as operations:
            corpus.arrive([replace(demand, revision=2)])
            assert len(corpus.matches("demand:1")) <= MOST
        return operations.count

    few, many = cost(1_000), cost(20_000)
    assert many <= 1.2 * few, (few, many)


def test_only_so_many_candidates_are_read_and_a_token_that_too_many_have_is_no_way_to_them() -> None:
    assert len(rarest(dict.fromkeys(range(100), 5), dict.fromkeys(range(100), 400))) == RAREST
    assert rarest({1: WIDEST + 1, 2: WIDEST, 3: 0, 4: 7}, {1: 100, 2: 100, 3: 700, 4: 0}) == [2]
    words = [chr(0x4E00 + 2 * n) + chr(0x4E01 + 2 * n) for n in range(RAREST)]
    corpus = Corpus(a_supply(n, words[n // 5]) for n in range(5 * RAREST))  # of each word five
    read: list[Sequence[str]] = []

    def noted(ids: Sequence[str]) -> list[Listing]:
        read.append(ids)
        return corpus.read(ids)

    suggestions(a_demand(1, "，".join(words)), corpus.index, noted)
    assert [len(ids) for ids in read] == [CANDIDATES]

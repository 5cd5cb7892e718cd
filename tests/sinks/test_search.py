"""Search finds what contains the words; totals, facets and pages equal a plain scan of all listings."""

from __future__ import annotations

import random
from collections import Counter
from functools import cache

import pytest

from schemas.fields.money import Money
from schemas.fields.price import NO_PRICE, Price
from schemas.records.listing import Listing
from sinks.portal.search.documents import Facets, document, facets, price_band
from sinks.portal.search.facets import FACETS
from sinks.portal.search.filter import ListingFilter
from sinks.portal.search.index import Index
from sinks.portal.search.meanings import Way
from sinks.portal.search.query import read_query
from sinks.portal.search.text import index_tokens, word_token
from tests.sinks.examples import a_listing

WORDS = ("枯草芽孢杆菌", "发酵装置", "传感器", "质押", "3D打印", "锂电池", "隔膜", "控制方法", "养殖", "饲料")


def asked(basis: str, **fen: int) -> Price:
    return Price(basis=basis, text="", **{name: Money.of(amount) for name, amount in fen.items()})


def an_index(listings: list[Listing]) -> Index:
    index = Index()
    index.apply((number, listing.id, document(listing)) for number, listing in enumerate(listings, 1))
    return index


@cache
def many(seed: int, number: int = 300) -> list[Listing]:
    chance = random.Random(seed)
    pick = chance.choice
    return [
        a_listing(
            n,
            title="一种" + pick(WORDS) + pick(WORDS),
            summary=pick(WORDS),
            keywords=(pick(WORDS),),
            kind=pick(("supply", "demand")),
            state=pick(("open", "open", "reserved", "withdrawn")),
            area=pick(("430104", "430200", "431000", "110105", None)),
            industries=tuple({pick(("F1", "F2", "N1")), pick(("F1", "N2"))}),
            posted_on=f"2025-0{pick('12')}-1{pick('0123')}",
            price=pick((NO_PRICE, asked("free"), asked("lump_sum", low=pick((5, 500, 5000)) * 100_000))),
            missing=pick(((), ("area",))),
        )
        for n in range(number)
    ]


@cache
def an_index_of_many(seed: int) -> Index:
    """Searched by several tests, changed by none."""
    return an_index(many(seed))


def scan(listings: list[Listing], filter: ListingFilter, ignoring: str = "") -> list[Listing]:
    """The listings that match, by its words alone and nothing of the index."""
    query = read_query(filter.q)

    def passes(listing: Listing) -> bool:
        text = tokens(listing.title, listing.summary, listing.owner.name, *listing.keywords)
        text |= {word_token(code) for code in document(listing).codes}
        values = facets(listing)
        ways = [any(meant(way, text, values) for way in word.ways) for word in query.meanings]
        if not all(ways) or any(excluded <= text for excluded in query.excluded):
            return False
        if filter.since and listing.posted_on < filter.since:
            return False
        include = {"state": filter.states, **filter.include}
        return all(
            (not include.get(name) or set(include[name]) & set(values[name]))
            and not set(filter.exclude.get(name, ())) & set(values[name])
            for name in FACETS
            if name != ignoring
        )

    return [listing for listing in listings if passes(listing)]


def meant(way: Way, text: frozenset[int], values: Facets) -> bool:
    return way.tokens <= text and all(value in values[name] for name, value in way.values)


@cache
def tokens(*texts: str) -> frozenset[int]:
    """What a reader may search for in these texts."""
    return frozenset(token for text in texts for token in index_tokens(text, characters=True))


FILTERS = [
    ListingFilter(),
    ListingFilter(q="质押"),
    ListingFilter(q="传感器 -饲料"),
    ListingFilter(q="打印", include={"area": ("430100", "430200")}),
    ListingFilter(q="电池", include={"industry": ("F1",)}, exclude={"area": ("430100",), "price": ("free",)}),
    ListingFilter(
        include={"kind": ("demand",), "price": ("free", "le_50")}, exclude={"industry": ("N2",)}, since="2025-02-01"
    ),
    ListingFilter(include={"state": ("withdrawn",)}),
    ListingFilter(q="没有这样的词"),
]


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 5))])
@pytest.mark.parametrize("filter", FILTERS, ids=lambda filter: filter.query() or "all")
def test_totals_and_facets_equal_a_plain_scan(seed: int, filter: ListingFilter) -> None:
    listings = many(seed)
    found = an_index_of_many(seed).search(filter)
    assert found.total == len(scan(listings, filter))
    for name in FACETS:
        expected = Counter(
            value for listing in scan(listings, filter, ignoring=name) for value in facets(listing)[name]
        )
        assert found.facets[name] == dict(expected), name


@pytest.mark.parametrize("sort", ["relevance", "newest", "price", "expiry"])
@pytest.mark.parametrize("q", ["", "传感器", "发酵 饲料"])
def test_pages_hold_every_hit_once_in_one_order(q: str, sort: str) -> None:
    """Many listings share a day: the cursor is (order, id), so none is skipped or repeated."""
    index = an_index_of_many(9)
    whole = index.search(ListingFilter(q=q, sort=sort, limit=200), None)
    for limit in (1, 7, 50):
        seen: list[str] = []
        after = None
        while True:
            page = index.search(ListingFilter(q=q, sort=sort, limit=limit), after)
            seen += page.ids
            after = page.last
            if after is None:
                break
        assert len(seen) == len(set(seen)) == whole.total
        assert tuple(seen[:200]) == whole.ids


def test_title_stands_before_keyword_before_text_and_the_newest_first() -> None:
    listings = [
        a_listing(1, title="发酵罐", summary="传感器", posted_on="2025-03-09"),
        a_listing(2, title="发酵罐", keywords=("传感器",), posted_on="2025-01-01"),
        a_listing(3, title="传感器支架", posted_on="2024-01-01"),
        a_listing(4, title="传感器外壳", posted_on="2025-01-01"),
        a_listing(5, title="传感器", posted_on="2025-06-01", missing=("area",)),
    ]
    ids = [listing.id for listing in listings]
    assert an_index(listings).search(ListingFilter(q="传感器")).ids == tuple(ids[n - 1] for n in (4, 3, 5, 2, 1))


def test_a_changed_listing_is_found_by_what_it_says_now() -> None:
    index = an_index([a_listing(1, title="旧标题隔膜")])
    assert index.search(ListingFilter(q="隔膜")).total == 1
    changed = a_listing(1, title="新标题电解液", area="430200")
    index.apply([(2, changed.id, document(changed))])
    assert index.search(ListingFilter(q="隔膜")).total == 0
    found = index.search(ListingFilter(q="电解液"))
    assert found.ids == (changed.id,)
    assert found.facets["area"] == {"430200": 1}
    index.apply([(3, changed.id, None)])
    assert index.search(ListingFilter()).total == 0
    assert (index.sequence, len(index)) == (3, 0)


@pytest.mark.parametrize(
    "form",
    [
        "ZL202110123456.7",
        "202110123456.7",
        "2021101234567",
        "CN202110123456",
        "CN202110123456.7",
        "２０２１１０１２３４５６．７",
        "zl 202110123456.7",
    ],
)
def test_every_form_of_a_patent_number_finds_the_listing(form: str) -> None:
    index = an_index([a_listing(1), a_listing(2, patent_number="201210464170.6")])
    assert index.search(ListingFilter(q=form)).ids == (a_listing(1).id,), form


def test_a_wrong_check_digit_is_told_and_still_searched() -> None:
    found = an_index([a_listing(1)]).search(ListingFilter(q="202110123456.5"))
    assert found.ids == (a_listing(1).id,)
    assert [(hint.code, hint.expected) for hint in found.hints] == [("wrong_check_digit", "7")]


def test_traditional_characters_width_and_case_make_no_difference() -> None:
    index = an_index([a_listing(1, title="一种3D打印传感器")])
    for text in ("傳感器", "３Ｄ打印", "3d", "感"):
        assert index.search(ListingFilter(q=text)).total == 1, text


@pytest.mark.parametrize(
    ("price", "band"),
    [
        (asked("negotiable"), "negotiable"),
        (asked("free"), "free"),
        (NO_PRICE, "unknown"),
        (asked("lump_sum", low=10_000_000), "le_10"),
        (asked("lump_sum", low=10_000_001), "le_50"),
        (asked("lump_sum", high=200_000_000), "le_200"),
        (asked("lump_sum", low=200_000_001), "more"),
    ],
)
def test_a_price_falls_into_one_band(price: Price, band: str) -> None:
    assert price_band(price) == band


def found(index: Index, q: str) -> set[str]:
    return set(index.search(ListingFilter(q=q)).ids)


def test_a_word_is_also_a_place_a_form_a_class_an_owner_and_its_synonyms() -> None:
    other = {"owner": "岳麓精密制造有限公司", "area": "430200", "right_type": "design", "ipc": ("H01M10/05",)}
    index = an_index(
        [
            a_listing(1, title="增材制造喷头", owner="湖南大学", open_licence=True, price=asked("free")),
            a_listing(2, title="隔膜", **other),
        ]
    )
    first, second = (a_listing(number).id for number in (1, 2))
    one = (
        "岳麓区",
        "长沙",
        "发明",
        "免费",
        "开放许可",
        "c12n",
        "C12N1",
        "C12N 1/20",
        "3D打印",
        "湖大",
        "hndx",
        "hunandaxue",
    )
    assert {q: found(index, q) for q in one} == dict.fromkeys(one, {first})
    two = ("株洲市", "外观设计", "H01", "H01M10/05", "jmzz", "岳麓精密制造有限公司")
    assert {q: found(index, q) for q in two} == dict.fromkeys(two, {second})
    assert found(index, "C12N2") == found(index, "！？。") == set()


def test_a_phrase_without_blanks_is_read_at_its_names() -> None:
    index = an_index([a_listing(1, title="湿度传感器"), a_listing(2, title="湿度传感器", area="430200")])
    assert found(index, "岳麓区发明传感器") == {a_listing(1).id}
    assert found(index, "传感器湿度") == {a_listing(1).id, a_listing(2).id}


def test_a_near_miss_is_told_and_searched_for() -> None:
    answer = an_index([a_listing(1, title="湿度传感器"), a_listing(2, title="隔膜", summary="")]).search(
        ListingFilter(q="传敢器")
    )
    assert answer.ids == (a_listing(1).id,)
    assert [(hint.code, hint.expected) for hint in answer.hints] == [("did_you_mean", "传感器")]


def test_what_is_not_on_offer_any_more_is_found_behind_what_is() -> None:
    sold = a_listing(1, title="隔膜", state="concluded", posted_on="2026-01-01")
    index = an_index([sold, a_listing(2, title="隔膜", posted_on="2024-01-01")])
    answer = index.search(ListingFilter(q="隔膜", in_any_state=True))
    assert (answer.ids, answer.total, answer.on_offer) == ((a_listing(2).id, sold.id), 2, 1)
    assert index.search(ListingFilter(in_any_state=True)).ids == (a_listing(2).id,)
    assert index.search(ListingFilter(q="隔膜")).ids == (a_listing(2).id,)


def test_every_page_knows_where_the_one_before_begins() -> None:
    index = an_index([a_listing(number, title="隔膜") for number in range(7)])
    filter, begins = ListingFilter(q="隔膜", limit=2), [None]
    while (last := index.search(filter, begins[-1]).last) is not None:
        begins.append(last)
    assert len(begins) == 4
    assert [index.before(filter, begin) for begin in begins[1:]] == begins[:-1]

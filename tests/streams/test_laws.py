"""Laws of the folds: what the hub says is a function of the set of sightings."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.figures import INDICATORS, Counting
from schemas.records.contribution import Contribution
from schemas.records.event import EVENT
from schemas.records.listing import Listing
from schemas.records.point import Point
from schemas.records.sighting import SIGHTING as SIGHTINGS
from schemas.topics import CONTRIBUTION, DEMAND, EVENTS, SIGHTING, STATISTICS, SUPPLY
from schemas.wire import decode, encode, load
from streams.processor import Context
from tests.content import content
from tests.examples import (
    BANK,
    FIRM,
    INSTITUTE,
    SME,
    UNIVERSITY,
    A,
    B,
    a_contract,
    a_demand,
    a_legal_status,
    a_licence,
    a_party_status,
    a_pledge,
    a_supply,
    a_transfer,
    seen,
    worked_example,
)
from tests.examples_count import examples
from tests.hub import Hub

laws = settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
DAYS = st.sampled_from(["2025-03-01", "2025-03-20", "2025-04-02", "2025-05", "2026-01-15"])
NAMES = st.sampled_from([UNIVERSITY, INSTITUTE, SME, FIRM, BANK, "上海样例科技有限公司"])
PATENTS = st.sampled_from([A, B])
RECORDS = st.integers(1, 3)
DISTINCT_IN_WINDOW = {indicator.id for indicator in INDICATORS if indicator.counting is Counting.WINDOW}
PUBLISHED = frozenset({*(topic.name for topic in EVENTS.values()), SUPPLY.name, DEMAND.name})
TRANSFERS = [f"{feed}|{number}" for feed in ("cnipa_gazette|transfer", "hn_ip_service|notice") for number in (1, 2, 3)]


@st.composite
def sightings(draw: st.DrawFn) -> dict[str, Any]:
    """One statement of a small world: two patents, six organisations, three records a list, two states a record."""
    patent, day, giver, taker, number = draw(PATENTS), draw(DAYS), draw(NAMES), draw(NAMES), draw(RECORDS)
    sequence = draw(st.integers(1, 3))
    kind = draw(
        st.sampled_from(
            [
                "transfer",
                "notice",
                "licence",
                "licence notice",
                "pledge",
                "ledger",
                "release",
                "status",
                "contract",
                "supply",
                "demand",
                "party",
                "rename",
                "ruling",
            ]
        )
    )
    record = f"{kind}|{number}"
    more: dict[str, Any] = {"sequence": sequence}
    made = {
        "transfer": lambda: a_transfer(
            patent, givers=(giver,), takers=(taker,), on=day, record=f"cnipa_gazette|{record}", **more
        ),
        "notice": lambda: a_transfer(
            patent,
            givers=(giver,),
            takers=(taker,),
            phase="noticed",
            signed_on=day,
            price=100_000 * number,
            record=f"hn_ip_service|{record}",
            **more,
        ),
        "licence": lambda: a_licence(
            patent, f"X202543000000{number}", on=day, giver=giver, taker=taker, record=f"g|{record}", **more
        ),
        "licence notice": lambda: a_licence(
            patent,
            None,
            on=None,
            giver=giver,
            taker=taker,
            phase="noticed",
            signed_on=day,
            record=f"hn_ip_service|{record}",
            **more,
        ),
        "pledge": lambda: a_pledge(
            patent, f"Y202543000000{number}", on=day, pledgor=giver, record=f"g|{record}", **more
        ),
        "ledger": lambda: a_pledge(
            patent,
            f"Y202543000000{number}",
            on=day,
            pledgor=giver,
            secured=1_000_000 * sequence,
            ledger=True,
            record=f"hn_ip_service|{record}",
            **more,
        ),
        "release": lambda: a_pledge(
            patent,
            f"Y202543000000{number}",
            on=None,
            phase="released",
            released_on=day,
            pledgor=giver,
            record=f"g|{record}",
            **more,
        ),
        "status": lambda: a_legal_status(
            patent,
            draw(st.sampled_from(["granted", "lapsed", "restored", "preserved"])),
            day,
            holder=giver,
            record=f"g|{record}",
            **more,
        ),
        "rename": lambda: a_legal_status(
            patent,
            draw(st.sampled_from(["holder_renamed", "granted"])),
            day,
            record=f"g|{record}",
            renamed_from=[giver],
            renamed_to=[taker],
            **more,
        ),
        "ruling": lambda: seen(
            "ruling",
            "",
            f"patent:{patent}",
            f"hub|{record}",
            kind="transfer",
            action=draw(st.sampled_from(["merge", "split"])),
            members=draw(st.lists(st.sampled_from(TRANSFERS), min_size=1, max_size=3, unique=True)),
            **more,
        ),
        "contract": lambda: a_contract(
            f"202543010100012{number}",
            on=day,
            value=draw(st.sampled_from([None, 200_000, 300_000])),
            record=f"hn_ip_service|{record}",
            **more,
        ),
        "supply": lambda: a_supply(
            patent,
            owner=giver,
            posted_on=day,
            phase=draw(st.sampled_from(["open", "reserved", "withdrawn"])),
            record=f"platform{number}|{record}",
            **more,
        ),
        "demand": lambda: a_demand(
            draw(st.sampled_from(["寻求铝合金铸造工艺", "寻求高强度铝合金铸造工艺", "求购污水处理药剂"])),
            owner=giver,
            posted_on=day,
            record=f"platform{number}|{record}",
            **more,
        ),
        "party": lambda: a_party_status(giver, since=day, until=None, record=f"hn_sme_service|{record}{giver}", **more),
    }[kind]()
    if draw(st.booleans()) and draw(st.booleans()):
        made = {name: value for name, value in made.items() if name != "statement"} | {"absent": True}
    return made


def consistent(drawn: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One content for each state of a record, as a connector guarantees."""
    return list({(one["subject"], one["id"], one["sequence"]): one for one in drawn}.values())


worlds = st.lists(sightings(), max_size=14).map(consistent)
shuffles = st.randoms(use_true_random=False)


def without_the_hubs_own(hub: Hub) -> tuple[Any, Any]:
    """What is said, and what the sources said. A statement that came and went may have asked about a party."""
    dossiers = {
        subject: {name: one for name, one in dossier.items() if not name.startswith("hub|")}
        for subject, dossier in hub.dossiers().items()
    }
    return hub.says(), {subject: dossier for subject, dossier in dossiers.items() if dossier}


def sequences_in_order(world: list[dict[str, Any]], chance: random.Random) -> list[dict[str, Any]]:
    """A random order in which each record's states still come in their own order, as one partition keeps them."""
    order = list(world)
    chance.shuffle(order)
    places: dict[tuple[str, str], list[int]] = {}
    for place, one in enumerate(order):
        places.setdefault((one["subject"], one["id"]), []).append(place)
    for those in places.values():
        for place, one in zip(
            those, sorted((order[place] for place in those), key=lambda one: int(one["sequence"])), strict=True
        ):
            order[place] = one
    return order


@laws
@given(worlds, shuffles, st.sampled_from([1, 3, 100]))
def test_what_is_said_is_the_same_in_any_order_and_with_any_repetition(
    world: list[dict[str, Any]],
    chance: random.Random,
    batch: int,
) -> None:
    again = [*world, *(chance.choice(world) for _ in world)]
    chance.shuffle(again)
    plain, shuffled = Hub().sight(world), Hub().sight(again, batch)
    assert without_the_hubs_own(shuffled) == without_the_hubs_own(plain)


@laws
@given(worlds, shuffles, st.sampled_from([1, 3, 100]))
def test_no_content_is_published_twice_and_its_revision_rises_with_it(
    world: list[dict[str, Any]],
    chance: random.Random,
    batch: int,
) -> None:
    """In any order in which each record keeps its own, with repetitions, restarts and batches of any size."""
    again = [more for sighting in sequences_in_order(world, chance) for more in [sighting] * chance.randint(1, 2)]
    hub = Hub().sight(again[:7], batch)
    hub.restart()
    hub.sight(again[7:], batch)
    known: dict[tuple[str, bytes], tuple[int, Any]] = {}
    for output in hub.history:
        if output.topic not in PUBLISHED:
            continue
        document = decode(output.value or b"")
        revision, before = document["revision"], known.get((output.topic, output.key))
        assert before is None or (revision > before[0] and content(document) != before[1])
        known[output.topic, output.key] = (revision, content(document))


@laws
@given(worlds, shuffles, st.integers(0, 14))
def test_a_restart_at_any_point_changes_nothing(world: list[dict[str, Any]], chance: random.Random, cut: int) -> None:
    hub = Hub().sight(world[:cut], 2)
    hub.restart()
    hub.sight(world[cut:], 2)
    assert hub.logs == Hub().sight(world[:cut], 2).sight(world[cut:], 2).logs
    assert without_the_hubs_own(hub) == without_the_hubs_own(Hub().sight(world))


@laws
@given(worlds, st.sampled_from([1, 2, 8]))
def test_partitions_change_nothing(world: list[dict[str, Any]], partitions: int) -> None:
    assert without_the_hubs_own(Hub(Context(partitions)).sight(world)) == without_the_hubs_own(Hub().sight(world))


@laws
@given(worlds, worlds)
def test_withdrawing_undoes_asserting(world: list[dict[str, Any]], more: list[dict[str, Any]]) -> None:
    there = {(one["subject"], one["id"]) for one in world}
    more = [one for one in more if (one["subject"], one["id"]) not in there and "absent" not in one]
    gone = [
        {name: value for name, value in one.items() if name != "statement"} | {"absent": True, "sequence": 9}
        for one in more
    ]
    with_detour, plain = Hub().sight([*world, *more, *gone], 2), Hub().sight(world)
    assert values(with_detour) == values(plain)
    assert set(with_detour.says()) == set(plain.says())


def values(hub: Hub) -> dict[str, str]:
    points = hub.points()
    return {key: point["value"] for key, point in points.items() if point["value"] not in ("0", "0.00")}


@laws
@given(worlds)
def test_an_older_repeat_stays_dead(world: list[dict[str, Any]]) -> None:
    gone = [
        {name: value for name, value in one.items() if name != "statement"} | {"absent": True, "sequence": 9}
        for one in world
    ]
    hub = Hub().sight([*world, *gone])
    before = len(hub.history)
    hub.sight(world)
    assert len(hub.history) == before
    assert values(hub) == {}


@laws
@given(worlds, shuffles)
def test_revisions_only_rise_and_equal_revisions_have_equal_bytes(
    world: list[dict[str, Any]], chance: random.Random
) -> None:
    hub = Hub().sight(sequences_in_order(world, chance), 1)
    known: dict[tuple[str, bytes], tuple[int, bytes]] = {}
    for output in hub.history:
        if not output.topic.endswith(".v1") and output.topic != CONTRIBUTION.name:
            continue
        assert output.value is not None
        revision = decode(output.value)["revision"]
        before = known.get((output.topic, output.key))
        assert before is None or revision > before[0]
        known[output.topic, output.key] = (revision, output.value)


@laws
@given(worlds)
def test_prefectures_and_other_make_the_province_and_months_the_year(world: list[dict[str, Any]]) -> None:
    points = Hub().sight(world, 3).points().values()
    for indicator in {point["indicator"] for point in points} - DISTINCT_IN_WINDOW:
        mine = [point for point in points if point["indicator"] == indicator and len(point["dimensions"]) == 1]
        for period in {point["period"] for point in mine}:
            areas = {point["dimensions"]["area"]: cents(point["value"]) for point in mine if point["period"] == period}
            assert areas.pop("430000") == sum(areas.values())
        for area in {point["dimensions"]["area"] for point in mine}:
            cells = {point["period"]: cents(point["value"]) for point in mine if point["dimensions"]["area"] == area}
            for year in {period for period in cells if len(period) == 4}:
                assert cells[year] == sum(value for period, value in cells.items() if period.startswith(f"{year}-"))


def cents(value: str) -> int:
    return int(value.replace(".", ""))


@laws
@given(worlds)
def test_no_figure_is_ever_below_nothing(world: list[dict[str, Any]]) -> None:
    hub = Hub().sight(world, 1)
    assert all(not point["value"].startswith("-") for point in hub.points().values())


@laws
@given(worlds)
def test_everything_published_obeys_its_model(world: list[dict[str, Any]]) -> None:
    hub = Hub().sight(world)
    readers: dict[str, Callable[[bytes], Any]] = {
        **dict.fromkeys((topic.name for topic in EVENTS.values()), EVENT.decode),
        SUPPLY.name: partial(load, Listing),
        DEMAND.name: partial(load, Listing),
        CONTRIBUTION.name: partial(load, Contribution),
        **{topic.name: partial(load, Point) for topic in STATISTICS},
        SIGHTING.name: SIGHTINGS.decode,
    }
    for record in hub.history:
        if record.topic in readers and record.value is not None:
            assert encode(readers[record.topic](record.value)) == record.value


def test_the_same_bytes_come_out_of_the_worked_example_twice() -> None:
    one, other = Hub().sight(worked_example()), Hub().sight(worked_example())
    assert one.history == other.history


def test_an_unreadable_sighting_is_one_dead_letter_and_counted() -> None:
    hub = Hub(Context(partitions=1)).put(
        SIGHTING, [(b"patent:1", b"not json"), (b"patent:2", encode(seen("nonsense", "", "patent:2", "a|b|c")))]
    )
    letters = hub.values("tongda.dead-letter")
    assert sorted(letter["reason"] for letter in letters.values()) == ["json_invalid", "kind_unknown"]

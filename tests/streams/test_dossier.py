"""A dossier kept up to date sighting by sighting is the dossier made of the whole set at once."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.kinds.legal_status import ENDED, REACHED, LegalStatus, right_after
from schemas.wire import decode
from streams.dossier import relations
from streams.dossier.clusters import Ruling, clusters
from streams.dossier.dossier import Dossier
from streams.dossier.history import TURNS
from tests.examples import BANK, FIRM, INSTITUTE, SME, A, a_demand, a_supply, a_transfer, typed, wire
from tests.examples_count import examples
from tests.hub import Hub
from tests.streams.test_laws import consistent, sightings

laws = settings(max_examples=examples(300), deadline=None, suppress_health_check=[HealthCheck.too_slow])
TITLES = [
    "寻求铝合金铸造工艺",
    "寻求高强度铝合金铸造工艺",
    "高强度铝合金铸造工艺",
    "铝合金铸造工艺",
    "新铝合金铸造工艺",
    "求购污水处理药剂",
    "求购污水处理设备药剂",
    "铝",
]
one_subject = st.lists(sightings(), max_size=30).map(consistent)


def seen_in(dossier: Dossier) -> dict[str, list[tuple[str, tuple[str, ...], frozenset[str]]]]:
    """Its clusters by kind."""
    return {kind: parts(found.values()) for kind, found in dossier.clusters.items() if found}


def parts(found: Any) -> list[tuple[str, tuple[str, ...], frozenset[str]]]:
    return sorted((one.id, one.weaker, frozenset(member.id for member in one.members)) for one in found)


def at_once(dossier: Dossier) -> dict[str, list[tuple[str, tuple[str, ...], frozenset[str]]]]:
    """The clusters of all its sightings by the relation itself, without neighbourhoods."""
    rulings: dict[str, list[Ruling]] = {}
    for sighting in dossier.sightings.values():
        if sighting.kind == "ruling" and not sighting.absent:
            said = sighting.statement
            rulings.setdefault(said.kind, []).append(Ruling(sighting.id, said.action, frozenset(said.members)))
    by_kind: dict[str, list[Any]] = {}
    for member in dossier.members.values():
        by_kind.setdefault(member.kind.name, []).append(member)
    return {kind: parts(clusters(members, rulings.get(kind, ()))) for kind, members in by_kind.items()}


@laws
@given(one_subject, st.integers(1, 5))
def test_every_step_gives_the_clusters_of_the_whole_set(world: list[dict[str, Any]], step: int) -> None:
    by_subject: dict[str, list[dict[str, Any]]] = {}
    for one in world:
        by_subject.setdefault(one["subject"], []).append(one)
    for subject, told in by_subject.items():
        dossier = Dossier(subject)
        for start in range(0, len(told), step):
            for sighting in map(typed, told[start : start + step]):
                if dossier.accepts(sighting):
                    dossier.put(sighting)
            dossier.changes()
            assert seen_in(dossier) == at_once(dossier)
            assert seen_in(Dossier(subject, dossier.sightings.values())) == seen_in(dossier)
            assert Dossier(subject, dossier.sightings.values()).revision("supply") == dossier.revision("supply")


@st.composite
def postings(draw: st.DrawFn) -> dict[str, Any]:
    made = a_demand(
        draw(st.sampled_from(TITLES)),
        record=f"platform|demand|{draw(st.integers(1, 9))}",
        sequence=draw(st.integers(1, 4)),
        problem=draw(st.sampled_from([None, "需要一种新的铸造工艺", "需要一种新的铸造工艺。", "水处理"])),
    )
    gone = draw(st.integers(0, 4)) == 0
    return {name: value for name, value in made.items() if name != "statement"} | {"absent": True} if gone else made


@laws
@given(
    st.lists(postings(), max_size=40),
    st.sampled_from([1, 2, 50]),
    st.sampled_from([1, 2, 3, 64]),
    st.randoms(use_true_random=False),
)
def test_the_order_of_postings_does_not_show_even_where_words_are_crowded(
    told: list[dict[str, Any]], crowd: int, most: int, chance: random.Random
) -> None:
    """With the bounds as they are the neighbourhoods miss nothing; with lower ones, the same in any order."""
    last = {(one["id"], one["sequence"]): one for one in told}
    world = [typed(one) for one in last.values()]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(relations, "CROWD", crowd)
        patch.setattr(relations, "MOST_RELATED", most)
        dossiers = []
        for _ in range(2):
            chance.shuffle(world)
            dossier = Dossier(f"party:{SME}")
            for sighting in world:
                if dossier.accepts(sighting):
                    dossier.put(sighting)
                    dossier.changes()
            dossiers.append(dossier)
        assert seen_in(dossiers[0]) == seen_in(dossiers[1])
        if (crowd, most) == (50, 64):
            assert seen_in(dossiers[0]) == at_once(dossiers[0])


@st.composite
def deals(draw: st.DrawFn) -> dict[str, Any]:
    """A notice or a record of a transfer, or that it is gone, of one patent; takers overlap in chains."""
    number, noticed, day = draw(st.integers(1, 7)), draw(st.booleans()), f"2025-0{draw(st.integers(1, 6))}-10"
    takers = draw(st.sampled_from([(SME,), (SME, FIRM), (FIRM,), (FIRM, BANK), (BANK,), (BANK, INSTITUTE)]))
    more: dict[str, Any] = {"phase": "noticed", "signed_on": day} if noticed else {"on": day}
    more["contract_number"] = draw(st.sampled_from([None, None, "2025430101000123"]))
    made = a_transfer(A, takers=takers, record=f"s|t|{number}", sequence=draw(st.integers(1, 4)), **more)
    gone = draw(st.integers(0, 4)) == 0
    return {name: value for name, value in made.items() if name != "statement"} | {"absent": True} if gone else made


@laws
@given(st.lists(deals(), max_size=30), st.sampled_from([1, 2, 3, 4, 64]))
def test_deals_related_in_chains_are_those_of_the_set_whatever_the_bound(told: list[dict[str, Any]], most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(relations, "MOST_RELATED", most)
        dossier = Dossier(f"patent:{A}")
        for sighting in map(typed, {(one["id"], one["sequence"]): one for one in told}.values()):
            if dossier.accepts(sighting):
                dossier.put(sighting)
                dossier.changes()
                assert seen_in(dossier) == seen_in(Dossier(f"patent:{A}", dossier.sightings.values()))
        if most == 64:
            assert seen_in(dossier) == at_once(dossier)


@given(st.lists(st.tuples(st.sampled_from([*LegalStatus.phases]), st.integers(0, 20)), max_size=30))
def test_the_last_announcement_of_each_turn_decides_what_all_decide(told: list[tuple[str, int]]) -> None:
    ordered = [
        (phase, f"2025-01-{day:02d}", str(place))
        for place, (phase, day) in enumerate(sorted(told, key=lambda one: one[1]))
    ]
    last = {TURNS[one[0]]: one for one in ordered if one[0] in TURNS}
    assert TURNS.keys() >= ENDED | REACHED
    assert right_after(one for one in ordered if one in last.values()) == right_after(ordered)


def test_a_field_of_a_later_release_survives_in_the_state_and_over_a_restart() -> None:
    later = a_transfer(A) | {"grade": "A", "statement": {**a_transfer(A)["statement"], "notary": "长沙公证处"}}
    hub = Hub().sight([later])
    hub.restart()
    hub.sight([a_supply(A)])
    assert hub.dossiers()[f"patent:{A}"][later["id"]] == decode(wire(later)[1])
    assert [event["statement"].get("notary") for event in hub.current("transfer").values()] == [None]


def test_an_event_rests_on_its_most_trusted_sightings_and_says_how_many_more_there_are() -> None:
    many = [a_supply(A, record=f"platform{n}|supply|1", posted_on="2025-01-10") for n in range(100)]
    (listing,) = Hub().sight(many).current("supply").values()
    assert (len(listing["sources"]), listing["more_sources"]) == (32, 68)
    again = Hub().sight(many[::-1], 7)
    assert [one["source"] for one in listing["sources"]] == [
        one["source"] for one in [*again.current("supply").values()][0]["sources"]
    ]


def test_words_that_are_no_longer_crowded_find_near_equal_titles_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relations, "CROWD", 2)
    titles = ["铝合金铸造工艺", "新铝合金铸造工艺", "寻求铝合金铸造工艺"]
    told = [a_demand(title, record=f"p|demand|{place}") for place, title in enumerate(titles)]
    gone = {name: value for name, value in told[2].items() if name != "statement"} | {"absent": True, "sequence": 2}
    dossier = Dossier(f"party:{SME}", map(typed, told))
    assert len(dossier.clusters["demand"]) == 3
    dossier.put(typed(gone))
    dossier.changes()
    assert len(dossier.clusters["demand"]) == 1


def test_a_chain_of_deals_that_becomes_too_long_falls_apart_to_its_end_and_joins_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(relations, "MOST_RELATED", 4)
    chain = [
        a_transfer(A, takers=(SME,), on="2025-02-10", record="s|t|1"),
        a_transfer(A, takers=(SME, FIRM), phase="noticed", signed_on="2025-02-01", record="s|t|2"),
        a_transfer(A, takers=(FIRM,), on="2025-03-10", record="s|t|3"),
        a_transfer(A, takers=(FIRM, BANK), phase="noticed", signed_on="2025-03-01", record="s|t|4"),
        a_transfer(A, takers=(BANK,), on="2025-09-10", record="s|t|5"),
    ]

    def gone(one: dict[str, Any], sequence: int) -> dict[str, Any]:
        rest = {name: value for name, value in one.items() if name != "statement"}
        return rest | {"absent": True, "sequence": sequence}

    dossier = Dossier(f"patent:{A}")
    sizes = []
    for sighting in (*chain, gone(chain[4], 2), {**chain[4], "sequence": 3}, gone(chain[0], 2)):
        dossier.put(typed(sighting))
        dossier.changes()
        sizes.append(len(dossier.clusters["transfer"]))
        assert seen_in(dossier) == seen_in(Dossier(f"patent:{A}", dossier.sightings.values()))
    assert sizes == [1, 1, 2, 2, 5, 2, 5, 2]

"""An operator's rulings: what they name is put together or set apart, in any order of arrival, until they are withdrawn."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.records.ruling import Ruling as WrittenRuling
from schemas.topics import RAW
from schemas.wire import decode, encode
from streams.dossier.clusters import Cluster, Ruling
from tests.content import content
from tests.examples import FIRM, INSTITUTE, SME, UNIVERSITY, A, a_transfer, seen
from tests.examples_count import examples
from tests.hub import Hub
from tests.streams.resolving import clustered

DAYS = st.sampled_from(["2025-03-01", "2025-03-20", "2025-04-02", "2026-01-15"])
TAKERS = st.sampled_from([SME, FIRM])
GIVERS = st.sampled_from([UNIVERSITY, INSTITUTE])
laws = settings(max_examples=examples(200), deadline=None)
shuffles = st.randoms(use_true_random=False)


@st.composite
def transfers(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Recorded and noticed transfers of one patent."""
    made = []
    for number in range(draw(st.integers(1, 6))):
        noticed, day = draw(st.booleans()), draw(DAYS)
        more: dict[str, Any] = {"phase": "noticed", "signed_on": day} if noticed else {"on": day}
        made.append(
            a_transfer(
                A, givers=(draw(GIVERS),), takers=(draw(TAKERS),), record=f"source{number}|transfers|{number}", **more
            )
        )
    return made


@st.composite
def ruled(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[Ruling]]:
    """A world and rulings about it; some name sightings that are not there."""
    world = draw(transfers())
    names = st.sampled_from([*(one["id"] for one in world), "gone|transfers|9"])
    members = st.frozensets(names, min_size=1, max_size=4)
    actions = draw(st.lists(st.tuples(st.sampled_from(["merge", "split"]), members), max_size=3))
    return world, [Ruling(f"hub|ruling|{number}", action, named) for number, (action, named) in enumerate(actions)]


def parts(found: list[Cluster]) -> list[tuple[str, tuple[str, ...], frozenset[str]]]:
    return [(one.id, one.weaker, frozenset(member.id for member in one.members)) for one in found]


def sighted(ruling: Ruling, **more: Any) -> dict[str, Any]:
    said: dict[str, Any] = {"kind": "transfer", "action": ruling.action, "members": sorted(ruling.members)}
    return seen("ruling", "", f"patent:{A}", ruling.id, **said, **more)


@laws
@given(ruled(), shuffles)
def test_every_sighting_lies_in_one_cluster_whose_id_is_its_own_in_any_order(
    case: tuple[list[dict[str, Any]], list[Ruling]], chance: random.Random
) -> None:
    world, rulings = case
    found = parts(clustered(world, rulings))
    assert sorted(name for _, _, members in found for name in members) == sorted(one["id"] for one in world)
    assert len({name for name, _, _ in found}) == len(found)
    assert not {name for name, _, _ in found} & {weak for _, weaker, _ in found for weak in weaker}
    chance.shuffle(world)
    chance.shuffle(rulings)
    assert parts(clustered(world, rulings)) == found


@laws
@given(ruled())
def test_the_first_split_names_a_cluster_of_its_own(case: tuple[list[dict[str, Any]], list[Ruling]]) -> None:
    world, rulings = case
    split = next((ruling for ruling in rulings if ruling.action == "split"), None)
    here = {one["id"] for one in world} & (split.members if split else frozenset())
    if here:
        assert here in [members for _, _, members in parts(clustered(world, rulings))]


@laws
@given(ruled())
def test_a_merge_puts_together_whatever_no_split_set_apart(case: tuple[list[dict[str, Any]], list[Ruling]]) -> None:
    world, rulings = case
    apart = {name for ruling in rulings if ruling.action == "split" for name in ruling.members}
    found = parts(clustered(world, rulings))
    for ruling in rulings:
        here = ({one["id"] for one in world} & ruling.members) - apart
        if ruling.action == "merge" and here:
            assert sum(bool(members & here) for _, _, members in found) == 1


@laws
@given(ruled(), shuffles)
def test_rulings_survive_a_replay_and_a_restart_and_a_withdrawn_one_leaves_nothing(
    case: tuple[list[dict[str, Any]], list[Ruling]], chance: random.Random
) -> None:
    world, rulings = case
    everything = [*world, *map(sighted, rulings)]
    hub = Hub().sight(everything)
    again = [*everything, *everything]
    chance.shuffle(again)
    replayed = Hub().sight(again, 2)
    replayed.restart()
    replayed.sight(everything)
    assert said(replayed) == said(hub)
    hub.sight([sighted(ruling, sequence=2, absent=True) for ruling in rulings])
    assert said(hub) == said(Hub().sight(world))


def said(hub: Hub) -> dict[str, Any]:
    """Current transfers without revisions: a ruling that came and went has raised them."""
    return {name: content(event) for name, event in hub.current("transfer").items()}


def raw_ruling(sequence: int, absent: bool = False) -> tuple[bytes, bytes]:
    """The raw record of the desk that sets the notice of ``A`` apart."""
    ruling = WrittenRuling(
        action="split", kind="transfer", subject=f"patent:{A}", members=("a|notices|1",), decided_at="2026-01-01"
    )
    content = {} if absent else decode(encode(ruling))
    record = {
        "source": "desk", "feed": "rulings", "record": ruling.id, "sequence": sequence, "url": "", "absent": absent,
        "fetched_at": f"2026-01-01T00:0{sequence}:00+08:00", "content": content,
        "evidence": {"sha256": "0" * 64, "pointer": ""},
    }  # fmt: skip
    return f"desk|rulings|{ruling.id}".encode(), encode(record)


def test_a_ruling_of_the_desk_is_obeyed_before_or_after_its_sightings_and_undone_by_its_next_state() -> None:
    world = [a_transfer(A), a_transfer(A, phase="noticed", signed_on="2025-03-20", record="a|notices|1")]
    (one,) = Hub().sight(world).current("transfer")
    early, late = Hub(), Hub().sight(world)
    early.put(RAW, [raw_ruling(1)])
    early.sight(world)
    late.put(RAW, [raw_ruling(1)])
    assert said(early) == said(late) and len(said(late)) == 2 and one in said(late)
    late.put(RAW, [raw_ruling(2, absent=True)])
    assert said(late) == said(Hub().sight(world))
    late.put(RAW, [raw_ruling(1), raw_ruling(2, absent=True)])
    assert said(late) == said(Hub().sight(world))
    late.put(RAW, [raw_ruling(3)])
    assert said(late) == said(early)


def test_a_notice_set_apart_keeps_its_old_name_as_a_redirect() -> None:
    record, notice = a_transfer(A), a_transfer(A, phase="noticed", signed_on="2025-03-20", record="a|notices|1")
    (alone,) = Hub().sight([notice]).current("transfer")
    hub = Hub().sight([record, notice])
    hub.put(RAW, [raw_ruling(1)])
    home = hub.values("tongda.transfer.v1")[alone]["merged_into"]
    assert [seen["record"] for seen in hub.current("transfer")[home]["sources"]] == ["1"]


def test_a_ruling_without_members_is_a_dead_letter_until_it_comes_whole_and_every_record_is_accounted_for() -> None:
    hub = Hub()
    key, value = raw_ruling(1)
    hub.put(RAW, [(key, encode(decode(value) | {"content": {"action": "split"}})), (key, value), (key, value)])
    processors = [processor for (stage, _), processor in hub.processors.items() if stage == "normalise"]
    assert (
        sum(processor.understood for processor in processors),
        sum(processor.unchanged for processor in processors),
    ) == (1, 1)
    letter, closed = (record.value for record in hub.log("tongda.dead-letter"))
    assert (decode(letter or b"")["reason"], closed) == ("ruling_shape", None)  # the whole ruling closes it

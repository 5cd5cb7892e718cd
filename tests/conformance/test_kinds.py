"""Every kind keeps the contract of ``Occurrence`` and of its ``Matching``."""

from __future__ import annotations

from functools import cache
from itertools import permutations
from math import ceil
from random import Random
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.figures import Reads as Reading
from schemas.kinds import BY_NAME, KINDS
from schemas.kinds.columns import Merge, Reads
from schemas.kinds.identity import event_id
from schemas.kinds.occurrence import Occurrence, Secrecy, rules_of
from schemas.records.base import json_schema
from schemas.records.event import EVENTS
from schemas.records.sighting import SIGHTING, kind_of
from schemas.topics import EVENTS as TOPIC_OF
from schemas.topics import named
from schemas.wire import decode, encode
from streams.dossier.member import Member
from streams.dossier.renaming import AS_WRITTEN
from tests.conformance.happenings import happening
from tests.conformance.json_schema import complaints
from tests.examples import typed
from tests.examples_count import examples
from tests.examples_of_kinds import made, of_kind
from tests.measures.merging import PAIRS, sighting
from tests.streams.test_dossier import deals, postings
from tests.streams.test_laws import sightings

of_kinds = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


def an_example(kind: type[Occurrence]) -> dict[str, Any]:
    return of_kind(kind.name, "platform|feed|1")


@of_kinds
def test_what_a_kind_names_are_fields_of_its_own(kind: type[Occurrence]) -> None:
    rules = rules_of(kind)
    named = {*kind.roles(), *kind.stated_on, *kind.named_on, *((kind.counts_on,) if kind.counts_on else ())}
    assert named <= rules.keys()
    assert {rules[role].merge for role in kind.roles()} <= {Merge.PARTIES}
    assert {rules[name].reads for name in (*kind.stated_on, *kind.named_on)} <= {Reads.DAY}
    assert kind.secrecy in get_args(Secrecy) and kind.phases and BY_NAME[kind.name] is kind


@of_kinds
def test_every_name_has_words_in_both_languages(kind: type[Occurrence]) -> None:
    terms = [kind.label, *kind.phases.values()]
    terms += [term for rule in rules_of(kind).values() for term in (rule.label, *rule.values.values())]
    assert all(term.zh and term.en.isascii() for term in terms)


@of_kinds
def test_a_default_is_a_value_of_its_field(kind: type[Occurrence]) -> None:
    example = typed(an_example(kind)).statement
    defaults = {name: rule.otherwise for name, rule in rules_of(kind).items() if rule.otherwise is not None}
    assert msgspec.convert(msgspec.to_builtins(msgspec.structs.replace(example, **defaults)), kind)


@of_kinds
def test_a_sighting_comes_back_from_its_bytes_and_names_one_event(kind: type[Occurrence]) -> None:
    read = typed(an_example(kind))
    assert SIGHTING.decode(encode(read)) == read and kind_of(read) is kind
    assert read.subject in read.statement.subjects()
    for phase in kind.phases:
        identity = read.statement.identity(read.subject, phase)
        assert event_id(kind.name, identity.parts).startswith(f"{kind.name}:")
        read.statement.effect(phase)
        read.statement.size_evidence(phase)


@of_kinds
def test_what_is_published_of_a_kind_is_as_its_json_schema_says(kind: type[Occurrence]) -> None:
    everything = (Reading(kind, tuple(kind.phases)),)
    schema_of = cache(json_schema)
    for seed in range(20):
        found, sighting = happening(Random(seed), everything, f"{kind.name}:1", 1)
        for record in (found, sighting):
            assert list(complaints(schema_of(type(record)), decode(encode(record)))) == []
    said = decode(encode(made(kind.name, "platform|feed|1")))["statement"]
    for name in schema_of(kind).get("required", ()):
        without = {field: value for field, value in said.items() if field != name}
        assert list(complaints(schema_of(kind), without)) == [f"/{name}: missing"]


@of_kinds
def test_a_kind_has_a_public_form_on_a_topic_of_its_own(kind: type[Occurrence]) -> None:
    topic = named(f"tongda.{kind.name}.v1")
    assert topic.is_public and topic.is_made_again
    assert (topic.policy, topic.written_by, topic.secrecy) == ("compact", "fold", kind.secrecy)
    assert kind.is_listing or (EVENTS[kind.name].__name__, TOPIC_OF[kind.name]) == (f"{kind.__name__}Event", topic)


@of_kinds
def test_what_changes_the_listing_of_a_patent_is_about_a_patent(kind: type[Occurrence]) -> None:
    assert kind.effect is Occurrence.effect or an_example(kind)["subject"].startswith("patent:")


@of_kinds
def test_who_holds_a_patent_afterwards_is_named_by_the_statement(kind: type[Occurrence]) -> None:
    said = made(kind.name, "platform|feed|1")
    statement = typed(said).statement
    named = {*statement.givers(), *statement.takers()}
    assert {*statement.held_by(), *(party for phase in kind.phases for party in statement.passes_to(phase))} <= named
    noticed = [phase for phase in kind.phases if phase == "noticed" and statement.passes_to(phase)]
    assert noticed == [], "only a registered fact passes a patent"


def related(one: Member, other: Member) -> bool:
    """The kind's own rule says that two sightings may be of one event."""
    matching, mine, theirs = one.kind.matching, one.candidate, other.candidate
    if not (matching and mine and theirs) or one.identity.is_official:
        return False
    return matching.fits(mine, theirs) if other.identity.is_official else matching.peers(mine, theirs)


def keeps_its_promise(one: Member, other: Member) -> bool:
    """Those that are related share enough to find each other, and peers are peers both ways."""
    if not related(one, other):
        return True
    assert one.shares is not None and other.shares is not None and one.kind.matching is not None
    common = len(one.shares & other.shares)
    return common >= max(1, ceil(one.kind.matching.overlap * len(one.shares))) and (
        other.identity.is_official or related(other, one)
    )


@settings(max_examples=examples(300), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(sightings(), postings(), deals()), min_size=2, max_size=12))
def test_what_may_be_one_event_shares_enough_to_be_found(told: list[dict[str, Any]]) -> None:
    members = [Member(read, AS_WRITTEN) for read in map(typed, told) if read.kind in BY_NAME and not read.absent]
    assert all(keeps_its_promise(*pair) for pair in permutations(members, 2) if pair[0].kind is pair[1].kind)


def test_labelled_pairs_share_enough_to_be_found() -> None:
    for pair in PAIRS:
        both = [Member(typed(sighting(pair, side)), AS_WRITTEN) for side in "ab"]
        assert keeps_its_promise(*both) and keeps_its_promise(*both[::-1]), pair["reason"]

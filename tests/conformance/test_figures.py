"""Every figure: its words, its rule, and that any order, repetition, revision and withdrawal give what a plain count gives."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import groupby
from random import Random

import pytest
from msgspec.structs import replace

from ops.bus import Incoming
from schemas.figures import BY_ID, INDICATORS, SUBJECTS, Counting, Indicator, Reads
from schemas.figures.dimensions import AREA, SOURCE
from schemas.figures.values import PROVINCE
from schemas.kinds.occurrence import rules_of
from schemas.records.contribution import Contribution
from schemas.records.event import Event
from schemas.records.listing import Listing
from schemas.records.point import Point, point_key
from schemas.records.sighting import Sighting, rank_of
from schemas.topics import CONTRIBUTION, DEAD_LETTER, FIGURES, TALLY_STATE
from schemas.wire import encode, load
from schemas.words import Term
from streams.figures.contributions import spread
from streams.processor import Context
from streams.tally import Tally
from tests.conformance.happenings import DAYS, happening
from tests.examples_count import examples

each_figure = pytest.mark.parametrize("indicator", INDICATORS, ids=lambda indicator: indicator.id)
WORLDS = 60  # at least, and as many more as a rare figure takes to count something
MOST_WORLDS = 300
HAPPENINGS = 300  # enough that each figure counts some
Found = tuple[Event | Listing, Sighting]
PERIODS = ("current", *sorted({day[:4] for day in DAYS} | {day[:7] for day in DAYS if day[5:6].isdigit()}))


def is_said(term: Term) -> bool:
    """Chinese in Chinese, English in English."""
    return bool(re.search(r"[\u4e00-\u9fff%]", term.zh)) and bool(re.search(r"[A-Za-z%]", term.en))


def test_figures_stand_in_the_order_of_their_subject_groups() -> None:
    assert [group for group, _ in groupby(indicator.subject for indicator in INDICATORS)] == list(SUBJECTS)
    assert list(BY_ID) == [indicator.id for indicator in INDICATORS]
    assert len({indicator.label for indicator in INDICATORS}) == len(BY_ID) == len(INDICATORS)


@cache
def example(reads: tuple[Reads, ...], seed: int) -> Found:
    """What figures that read the same are tried with; made once for all of them."""
    return happening(Random(seed), reads, "found:1", 1)[0]


@each_figure
def test_a_figure_or_dimension_that_reads_what_is_not_public_says_so(indicator: Indicator) -> None:
    """An event without its fields that are not public counts the same and has the same values, unless that is said."""
    for seed in range(examples(HAPPENINGS)):
        found = example(indicator.reads, seed)
        if isinstance(found, Listing):
            continue
        rules = rules_of(type(found.statement))
        hidden = {name: None for name, rule in rules.items() if rule.secrecy != "public"}
        public = replace(found, statement=replace(found.statement, **hidden))
        assert indicator.counts(found) == indicator.counts(public) or indicator.secrecy != "public"
        assert (indicator.distinct(found), indicator.day_of(found)) == (
            indicator.distinct(public),
            indicator.day_of(public),
        )
        for dimension in indicator.dimensions:
            assert dimension.cut(found) == dimension.cut(public) or dimension.secrecy != "public"


@each_figure
def test_a_figure_has_its_words_in_both_languages(indicator: Indicator) -> None:
    assert is_said(indicator.label) and is_said(indicator.definition) and is_said(indicator.unit.label)
    assert indicator.definition.zh.endswith("。") and indicator.definition.en.endswith((".", ")."))
    assert indicator.version >= 1


@each_figure
def test_the_values_of_a_dimension_have_their_words(indicator: Indicator) -> None:
    for dimension in (indicator.area, *indicator.dimensions):
        assert is_said(dimension.label)
        assert dimension.values or dimension is SOURCE
        assert all(is_said(term) for term in dimension.values.values())


def histories(chance: Random, indicator: Indicator) -> list[list[Found | None]]:
    """For each of a few events its revisions, the newest last; None: withdrawn."""
    told: list[list[Found | None]] = []
    for number in range(chance.randint(1, 6)):
        revisions = range(1, chance.randint(2, 4))
        made = (happening(chance, indicator.reads, f"event:{number}", revision) for revision in revisions)
        told.append([found if chance.randrange(6) else None for found in made])
    return told


def contributions(indicator: Indicator, history: Sequence[Found | None]) -> list[Contribution]:
    """What one event adds with each revision, and, under keys that it leaves, what it no longer adds."""
    said: list[Contribution] = []
    current: dict[str, Contribution] = {}
    for revision, found in enumerate(history, start=1):
        now = {one.key: one for one in spread(found[0], [found[1]]) if one.indicator == indicator.id} if found else {}
        gone = [
            replace(one, live=False, amount=None, revision=revision) for key, one in current.items() if key not in now
        ]
        said += [*now.values(), *gone]
        current = now
    return said


def points(told: Iterable[Contribution], batch: int, restart_after: int) -> dict[str, Point]:
    """What the tally publishes for these contributions; after so many batches it starts anew from its state."""
    tally, state, found = Tally(0, Context(1)), list[tuple[bytes, bytes | None]](), dict[str, Point]()
    records = [Incoming(CONTRIBUTION.name, 0, n, b"", encode(one), (), 0) for n, one in enumerate(told)]
    for number, start in enumerate(range(0, len(records), batch)):
        if number == restart_after:
            tally = Tally(0, Context(1))
            for key, value in state:
                tally.restore(key, value)
        for output in tally.apply(records[start : start + batch]):
            assert output.topic != DEAD_LETTER.name, output.value
            if output.topic == TALLY_STATE.name:
                state.append((output.key, output.value))
            elif output.topic in FIGURES:
                assert output.value is not None
                found[output.key.decode()] = load(Point, output.value)
    assert tally.apply(records) == [], "what was counted is not counted again"
    return found


def lies_in(day: str | None, period: str) -> bool:
    """A recorded date lies in a period when all of it does; a quarter lies in no month."""
    return day is not None and (day[:4] == period or (day[:7] == period and day[5].isdigit()))


def order(found: Found, day: str | None) -> tuple[str, int, str]:
    return (day or "", rank_of(found[1].authority), found[0].id)


def recount(indicator: Indicator, live: Iterable[Found]) -> dict[str, tuple[int, int]]:
    """Value (keys or 分) and contributions of every cell that has any, by going through the events once for each period."""
    behind: dict[str, list[Found]] = defaultdict(list)
    for found in live:
        if indicator.area.cut(found[0]) and indicator.counts(found[0]):
            for key in indicator.distinct(found[0]):
                behind[key].append(found)
    values, numbers = Counter[str](), Counter[str]()
    for those in behind.values():
        for period in PERIODS:
            first, counted = counted_in(indicator, those, period)
            for cell in {point_key(indicator.id, cut, period) for found in first for cut in cuts(indicator, found)}:
                values[cell] += money(indicator, counted) if indicator.amount else 1
                numbers[cell] += len(counted)
    return {cell: (values[cell], number) for cell, number in numbers.items()}


def counted_in(indicator: Indicator, those: list[Found], period: str) -> tuple[list[Found], list[Found]]:
    """Whose dimensions a key has in a period, and all events behind it there."""
    days = {found[0].id: indicator.day_of(found[0]) for found in those}
    first = min(those, key=lambda found: order(found, days[found[0].id]))
    match indicator.counting:
        case Counting.WINDOW:
            there = [found for found in those if lies_in(days[found[0].id], period)]
            return there, there
        case Counting.STOCK:
            counts = period == "current"
        case Counting.COMPLETE:
            counts = None not in days.values() and lies_in(max(day for day in days.values() if day), period)
        case Counting.ONCE:
            counts = lies_in(days[first[0].id], period)
    return ([first], those) if counts else ([], [])


def cuts(indicator: Indicator, found: Found) -> list[dict[str, str]]:
    further = [{dimension.id: value} for dimension in indicator.dimensions for value in dimension.cut(found[0])]
    return [{"area": area, **cut} for area in (*indicator.area.cut(found[0]), PROVINCE) for cut in ({}, *further)]


def money(indicator: Indicator, counted: list[Found]) -> int:
    """The amount of the most trusted that names one."""
    assert indicator.amount
    named = [
        (rank_of(sighting.authority), found.id, amount.fen)
        for found, sighting in counted
        if (amount := getattr(found.statement, indicator.amount)) is not None  # type: ignore[union-attr]
    ]
    return min(named)[2] if named else 0


@each_figure
def test_any_order_repetition_revision_and_withdrawal_give_what_a_plain_count_gives(indicator: Indicator) -> None:
    counted = 0
    for seed in range(WORLDS if indicator.area is AREA else 6 * WORLDS):  # few events come from outside
        chance = Random(f"{indicator.id} {seed}")
        told = histories(chance, indicator)
        said = [one for history in told for one in contributions(indicator, history)]
        said += [chance.choice(said) for _ in said]
        chance.shuffle(said)
        expected = recount(indicator, [history[-1] for history in told if history[-1] is not None])
        published = points(said, chance.choice([1, 2, 50]), chance.randrange(3))
        found = {
            key: (int(point.value.replace(".", "")), point.contributions)
            for key, point in published.items()
            if point.contributions
        }
        assert (seed, found) == (seed, expected)
        assert {point.value for key, point in published.items() if key not in expected} <= {"0", "0.00"}
        counted += len(expected)
        if seed + 1 >= examples(WORLDS) < counted:
            return
    pytest.fail("the worlds hold too little to try the figure")


@pytest.mark.slow
@each_figure
def test_what_is_counted_has_words_for_every_value_and_says_all_that_a_point_needs(indicator: Indicator) -> None:
    chance = Random(indicator.id)
    dimensions = (indicator.area, *indicator.dimensions)
    counted: list[Contribution] = []
    for _ in range(HAPPENINGS):
        found, sighting = happening(chance, indicator.reads, "x:1", 1)
        counted += [one for one in spread(found, [sighting]) if one.indicator == indicator.id]
    assert counted
    for one in counted:
        assert list(one.dimensions) == [dimension.id for dimension in dimensions]
        for dimension in dimensions:
            values = set(one.dimensions[dimension.id].split(";"))
            assert not dimension.values or values <= dimension.values.keys()
        assert one.amount_missing is (indicator.amount is not None and one.amount is None)
        assert one.occurred_on or indicator.counting in (Counting.STOCK, Counting.COMPLETE)

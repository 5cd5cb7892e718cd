"""Heavy: what the next record of a subject with very many costs, beside one of subjects with few. CPU of the fold alone."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ops.bus import Incoming
from ops.garbage import collect_seldom
from ops.settings import Settings
from schemas.fields.patent_number import read_patent_number
from schemas.topics import SIGHTING
from streams.fold import Fold
from streams.processor import Context
from tests.bench.line import Line
from tests.bench.run import Run
from tests.examples import SME, A, a_demand, a_legal_status, a_party_status, party, seen, wire

MEASURED, TIMES = 20, 5
MOST = 2.0
METHOD = (
    f"one record a batch, best of {TIMES} times {MEASURED}; beside: the third record of subjects of their own; aim: a"
    f" ratio of {MOST:g} or less"
)
HANZI = [chr(0x4E00 + number) for number in range(3_000)]
PHASES = ("granted", "lapsed", "restored", "preserved", "biblio_changed")
Make = Callable[[int, int], dict[str, Any]]  # a sighting by the number of its subject and its own


class Case(NamedTuple):
    name: str
    make: Make


def words(number: int) -> str:
    chance = random.Random(number)
    return "".join(chance.choice(HANZI) for _ in range(12))


def day(number: int) -> str:
    return f"{2000 + number // 336 % 25}-{1 + number // 28 % 12:02d}-{1 + number % 28:02d}"


def firm(number: int) -> str:
    return f"长沙样例{number}号机械有限公司" if number else SME


def patent(number: int) -> str:
    return read_patent_number(f"2012{100_00000 + number}").number if number else A


def demand(subject: int, number: int) -> dict[str, Any]:
    title = words(1_000_000 * subject + number)
    return a_demand(title, owner=firm(subject), record=f"p|d|{subject}.{number}", posted_on=day(number))


def legal_status(subject: int, number: int) -> dict[str, Any]:
    phase = PHASES[number % len(PHASES)]
    return a_legal_status(patent(subject), phase, day(number), record=f"g|l|{subject}.{number}")


def enquiry(subject: int, number: int) -> dict[str, Any]:
    """The first record says what is known of the party; then one patent after another asks."""
    if number == 0:
        return a_party_status(firm(subject))
    key, asking = party(firm(subject))["key"], f"patent:{subject}.{number}"
    return seen("enquiry", "", f"party:{key}", f"hub|enquiry|{asking}/{key}", subject=asking, key=key)


CASES = (
    Case("one owner's demand", demand),
    Case("one patent's legal status", legal_status),
    Case("one party's enquiry", enquiry),
)


def measure(settings: Settings, run: Run) -> Iterator[Line]:
    collect_seldom()
    many = run.scale.siblings
    for name, make in CASES:
        heavy = cost([make(0, n) for n in range(many)], [make(0, many + n) for n in range(MEASURED * TIMES)])
        subjects = range(1, MEASURED * TIMES + 1)
        light = cost([make(s, n) for n in range(2) for s in subjects], [make(s, 2) for s in subjects])
        yield Line("heavy", f"{name} number {many:,}", heavy, "µs", METHOD, light)


def cost(before: list[dict[str, Any]], measured: list[dict[str, Any]]) -> float:
    """Microseconds of CPU for one of the measured sightings, after those before."""
    fold = Fold(0, Context(1))
    for begin in range(0, len(before), 500):
        fold.apply([incoming(one) for one in before[begin : begin + 500]])
    spent = []
    for begin in range(0, len(measured), MEASURED):
        records = [incoming(one) for one in measured[begin : begin + MEASURED]]
        started = time.process_time()
        for record in records:
            fold.apply([record])
        spent.append(1e6 * (time.process_time() - started) / len(records))
    return min(spent)


def incoming(sighting: dict[str, Any]) -> Incoming:
    return Incoming(SIGHTING.name, 0, 0, *wire(sighting), (), 0)

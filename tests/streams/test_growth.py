"""Growth: the next sighting costs what the tenth did, however many its subject has, and writes as little.

Operations are counted, not seconds (``tests.operations``). Batches before the measured ones are not counted.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from ops.bus import Incoming
from schemas.fields.patent_number import read_patent_number
from schemas.topics import SIGHTING
from streams.fold import Fold
from streams.processor import Context, Output
from tests.examples import (
    SME,
    A,
    a_demand,
    a_legal_status,
    a_party_status,
    a_pledge,
    a_supply,
    a_transfer,
    party,
    seen,
    wire,
)
from tests.operations import counted

pytestmark = pytest.mark.slow  # dossiers of up to 50,000 sightings

Make = Callable[[int], dict[str, Any]]
FEW, MEASURED = 10, 8
FACTOR = 2
PHASES = ("granted", "lapsed", "restored", "preserved", "biblio_changed")
HANZI = [chr(0x4E00 + number) for number in range(3_000)]
WORDS = ["铝合金", "铸造", "工艺", "高强度", "污水", "处理", "药剂", "轨道", "车辆", "减振", "装置", "智能", "检测", "系统", "新型", "材料",
         "电池", "回收", "方法", "软件", "平台", "数据", "医疗", "器械", "农业", "机械", "环保", "节能", "设备", "控制"]  # fmt: skip


class Cost(NamedTuple):
    """Of one sighting, on average: lines of the hub's code, records and bytes written."""

    operations: float
    records: float
    bytes: float


def day(number: int) -> str:
    return f"{2000 + number // 336 % 25}-{1 + number // 28 % 12:02d}-{1 + number % 28:02d}"


def firm(number: int) -> str:
    return f"长沙样例{number}号机械有限公司"


def any_words(number: int) -> str:
    chance = random.Random(number)
    return "".join(chance.choice(HANZI) for _ in range(12))


def usual_words(number: int) -> str:
    chance = random.Random(number)
    return "寻求" + "".join(chance.choice(WORDS) for _ in range(4))


def an_evaluation(number: int) -> dict[str, Any]:
    return seen(
        "evaluation", "recorded", f"patent:{A}", f"n|e|{number}", patents=[A], enterprise=[party(firm(number))],
        evaluated_on=day(number)
    )  # fmt: skip


def an_enquiry(number: int) -> dict[str, Any]:
    return seen(
        "enquiry", "", f"party:{SME}", f"hub|enquiry|patent:{number}/{SME}", subject=f"patent:{number}", key=SME
    )


def a_profile(number: int) -> dict[str, Any]:
    """What the dossier of an evaluating firm answers."""
    key = firm(number)
    return seen(
        "profile", "", f"patent:{A}", f"hub|profile|party:{key}", key=key, party_type="enterprise", region="430100"
    )


def listed(make: Make) -> Make:
    """The same of a patent that is on offer."""
    return lambda number: make(number) if number else a_supply(A)


def status(number: int) -> dict[str, Any]:
    return a_legal_status(A, PHASES[number % len(PHASES)], day(number), record=f"g|l|{number}")


CASES: dict[str, tuple[Make, int]] = {
    "demands of one owner in any words": (
        lambda n: a_demand(any_words(n), record=f"p|d|{n}", posted_on=day(n)), 50_000),
    "demands of one owner in usual words": (
        lambda n: a_demand(usual_words(n), record=f"p|d|{n}", posted_on=day(n)), 4_000),
    "demands of one owner that differ in a number": (
        lambda n: a_demand(f"寻求样例技术{n}", record=f"p|d|{n}", posted_on=day(n)), 4_000),
    "postings of one demand": (lambda n: a_demand(record=f"p{n}|d|1", posted_on=day(n)), 10_000),
    "postings of one patent": (lambda n: a_supply(A, record=f"p{n}|s|1", posted_on=day(n)), 10_000),
    "announcements about one patent": (status, 10_000),
    "announcements about a patent on offer": (listed(status), 10_000),
    "evaluations of a patent on offer": (listed(an_evaluation), 10_000),
    "profiles of those who evaluated a patent": (
        lambda n: an_evaluation(n // 2) if n % 2 == 0 else a_profile(n // 2), 10_000),
    "transfers of one patent": (lambda n: a_transfer(A, on=day(n), record=f"g|t|{n}"), 5_000),
    "pledges of one patent": (lambda n: a_pledge(A, f"Y{n}", on=day(n), record=f"g|p|{n}"), 5_000),
    "lists that name one firm": (
        lambda n: a_party_status(list_name=f"名单{n}", since=day(n), record=f"h|l|{n}"), 4_000),
    "patents that name one firm": (lambda n: a_transfer(f"20211{n:07d}.0"), 5_000),
    "subjects that ask about one firm": (lambda n: an_enquiry(n) if n else a_party_status(), 10_000),
}  # fmt: skip


def costs(make: Make, many: int) -> Iterator[Cost]:
    """What a sighting costs after few, and after many."""
    fold, number = Fold(0, Context(1)), 0

    def read(until: int) -> list[Incoming]:
        nonlocal number
        pairs = [wire(make(n)) for n in range(number, until)]
        number = until
        return [Incoming(SIGHTING.name, 0, 0, key, value, (), 0) for key, value in pairs]

    for before in (FEW, many):
        while number < before:
            fold.apply(read(min(number + 500, before)))
        one_by_one = read(before + MEASURED)
        outputs: list[Output] = []
        with counted() as operations:
            for record in one_by_one:
                outputs += fold.apply([record])
        size = sum(len(output.value or b"") for output in outputs)
        yield Cost(operations.count / MEASURED, len(outputs) / MEASURED, size / MEASURED)


@pytest.mark.parametrize("case", CASES)
def test_the_next_sighting_costs_what_the_tenth_did(case: str) -> None:
    make, many = CASES[case]
    few, later = costs(make, many)
    assert later.operations <= FACTOR * few.operations
    assert later.records <= FACTOR * few.records
    assert later.bytes <= 64 << 10


def test_no_record_of_the_state_grows_with_its_subject() -> None:
    make, _ = CASES["demands of one owner that differ in a number"]
    fold = Fold(0, Context(1))
    outputs = fold.apply([Incoming(SIGHTING.name, 0, n, *wire(make(n)), (), 0) for n in range(1_000)])
    assert max(len(output.key) + len(output.value or b"") for output in outputs) < 64 << 10


def test_a_large_dossier_stays_at_hand_while_many_others_are_touched() -> None:
    make, _ = CASES["demands of one owner in any words"]
    fold = Fold(0, Context(1))

    def told(first: int, last: int) -> list[Incoming]:
        return [Incoming(SIGHTING.name, 0, 0, *wire(make(number)), (), 0) for number in range(first, last)]

    for first in range(0, 2_000, 500):
        fold.apply(told(first, first + 500))
    patents = [read_patent_number(f"2012{100_00000 + number}").number for number in range(7_000)]
    fold.apply([Incoming(SIGHTING.name, 0, 0, *wire(a_transfer(patent)), (), 0) for patent in patents])
    with counted() as operations:
        fold.apply(told(2_000, 2_001))
    assert operations.count < 5_000

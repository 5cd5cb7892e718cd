"""Pages: what is packed and what is not say the same, for any order and split; and opening one costs the same among many."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.bus import Incoming
from schemas.topics import SIGHTING
from schemas.wire import encode
from streams.dossier import packing, pages, stored, unsorted
from streams.dossier.packing import Packing
from streams.dossier.pages import Pages
from streams.dossier.stored import SIGHTED, StoredDossiers
from streams.fold import Fold
from streams.processor import Context
from tests.examples import a_demand, a_transfer, wire
from tests.hub import Hub
from tests.operations import counted
from tests.streams.test_laws import laws, shuffles, worlds

OWNERS, RECORDS = st.sampled_from(["patent:A", "patent:B", "party:湖南", "named:湖南"]), st.integers(0, 12).map(str)
CHANGES = st.lists(st.tuples(OWNERS, st.sampled_from("sd"), RECORDS, st.none() | st.binary(max_size=9)), max_size=80)
FACTOR = 2
COMMON = random.Random(1).randbytes(300)
TEXTS = [b"%d: %b" % (number, COMMON) for number in range(300)]


@contextmanager
def all_packed() -> Iterator[None]:
    """Nothing stays open or at hand, records have few numbers and folders few records, dictionaries are made early."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "OPEN_IN_BATCH_BYTES", 0)
        patch.setattr(pages, "MOST_RECORDS", 2)
        patch.setattr(pages, "LEARN_AT", 2)
        patch.setattr(pages, "crc32", lambda data: crc32(data) % 5)
        patch.setattr(stored, "OPEN_AFTER_BATCH", 0)
        patch.setattr(stored, "OPEN_IN_RESTORE", 0)
        patch.setattr(stored, "MOST_SMALL", 0)
        patch.setattr(unsorted, "BLOCK_BYTES", 0)
        yield


@contextmanager
def all_open() -> Iterator[None]:
    """Nothing is packed, and pages have few numbers, so that several owners share one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "crc32", lambda data: crc32(data) % 2)
        yield


@laws
@given(CHANGES, st.sampled_from([all_packed, all_open]))
def test_pages_hold_what_was_put_there_last(
    changes: list[tuple[str, str, str, bytes | None]], so: Callable[[], AbstractContextManager[None]]
) -> None:
    with so():
        kept, plain = Pages({}), dict[tuple[str, str, str], bytes]()
        for owner, kind, name, value in changes:
            assert kept.get("party:湖南", kind, name) == plain.get(("party:湖南", kind, name))
            assert kept.put(owner, kind, name, value) == plain.pop((owner, kind, name), None)
            if value is not None:
                plain[owner, kind, name] = value
            assert kept.get(owner, kind, name) == value
        assert all(kept.get(*where) == value for where, value in plain.items())
        for owner, kind in {(owner, kind) for owner, kind, _, _ in changes}:
            there = [(name, value) for (*where, name), value in plain.items() if where == [owner, kind]]
            assert sorted(kept.of(owner, kind)) == sorted(there)


def told(hub: Hub) -> dict[str, dict[bytes, list[tuple[bytes | None, Any]]]]:
    """What each key of each topic was given, in order; the events of one batch and subject may stand in any order."""
    found: dict[str, dict[bytes, list[tuple[bytes | None, Any]]]] = {}
    for (topic, _), records in hub.logs.items():
        for record in records:
            found.setdefault(topic, {}).setdefault(record.key, []).append((record.value, record.headers))
    return found


@laws
@given(worlds, shuffles, st.sampled_from([1, 3, 100]), st.integers(0, 14))
def test_what_is_packed_says_the_same_for_any_order_and_split(
    world: list[dict[str, Any]], chance: random.Random, batch: int, cut: int
) -> None:
    chance.shuffle(world)
    plain = Hub().sight(world[:cut], batch).sight(world[cut:], batch)
    with all_packed(), TemporaryDirectory() as folder:
        packed = Hub(Context(pages=Path(folder))).sight(world[:cut], batch)
        packed.restart()
        packed.sight(world[cut:], batch)
    assert told(packed) == told(plain)
    sizes = [{place: one.size() for place, one in hub.processors.items()} for hub in (plain, packed)]
    assert sizes[0] == sizes[1]


def test_what_was_packed_with_any_dictionary_is_unpacked() -> None:
    packer, texts = Packing(), TEXTS
    packed = [packer.pack(text) for text in texts[:100]]
    packer.learn(texts[:1])  # of which no dictionary can be made
    packed += [packer.pack(text) for text in texts[100:200]]
    packer.learn(texts)
    packed += [packer.pack(text) for text in texts[200:]]
    assert [packer.unpack(each) for each in packed] == texts
    assert sum(map(len, packed[200:])) < sum(map(len, packed[:100])) / 2


def test_no_more_dictionaries_are_made_than_a_byte_can_tell_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "MOST_DICTIONARIES", 2)
    packer, texts = Packing(), TEXTS
    for _ in range(3):
        packer.learn(texts)
    assert packer.pack(texts[0])[0] == 1 and packer.unpack(packer.pack(texts[0])) == texts[0]


def applied(fold: Fold, sightings: list[dict[str, Any]]) -> int:
    """Operations that some sightings cost, one by one."""
    with counted() as operations:
        for sighting in sightings:
            fold.apply([Incoming(SIGHTING.name, 0, 0, *wire(sighting), (), 0)])
    return operations.count


@pytest.mark.slow
def test_a_subject_is_opened_as_fast_among_many_packed_ones() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stored, "OPEN_AFTER_BATCH", 0)
        patch.setattr(stored, "MOST_SMALL", 0)
        fold = Fold(0, Context(1))
        first = [a_transfer(f"20211{number:07d}.0", record=f"g|t|{number}") for number in range(2_000)]
        applied(fold, first[:100])
        few = applied(fold, [one | {"sequence": 2} for one in first[20:30]])
        applied(fold, first[100:])
        many = applied(fold, [one | {"sequence": 2} for one in first[40:50]])
    assert many <= FACTOR * few


@pytest.mark.slow
def test_no_page_grows_with_its_subject() -> None:
    fold = Fold(0, Context(1))
    for number in range(1_500):
        sighting = a_demand(f"寻求样例技术{number}", record=f"p|d|{number}")
        fold.apply([Incoming(SIGHTING.name, 0, 0, *wire(sighting), (), 0)])
    assert max(page.size for page in fold.stored.pages._open.values()) < 128 << 10


def test_little_stays_open_after_a_restore_and_after_a_batch() -> None:
    hub = Hub(Context(1)).sight(a_transfer(f"20211{number:07d}.0") for number in range(300))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stored, "OPEN_IN_RESTORE", 10_000)
        patch.setattr(stored, "OPEN_AFTER_BATCH", 20_000)
        hub.restart()
        restored = sum(page.size for page in pages_of(hub)._open.values())
        hub.sight(a_transfer(f"20212{number:07d}.0") for number in range(300))
        assert restored < 10_000 < sum(page.size for page in pages_of(hub)._open.values()) < 20_000


@pytest.mark.slow
def test_a_state_scattered_over_its_log_is_restored_as_cheaply_as_one_in_order() -> None:
    owners, texts = [f"patent:{number}" for number in range(400)], [b"%d" % number * 40 for number in range(8)]
    in_order = [(SIGHTED + encode([owner, str(n)]), text) for owner in owners for n, text in enumerate(texts)]
    scattered = sorted(in_order, key=lambda record: record[1])
    costs, kept = [], []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stored, "OPEN_IN_RESTORE", 10_000)
        for log in (in_order, scattered):
            restored = StoredDossiers(0)
            with counted() as operations:
                for key, value in log:
                    restored.restore(key, value)
                restored.restored()
            costs.append(operations.count)
            kept.append({owner: [*restored.pages.of(owner, "s")] for owner in owners})
    assert costs[1] < 1.1 * costs[0]
    assert kept[0] == kept[1] == {owner: [*zip(map(str, range(8)), texts, strict=True)] for owner in owners}


def pages_of(hub: Hub) -> Pages:
    fold = hub.processors["fold", 0]
    assert isinstance(fold, Fold)
    return fold.stored.pages

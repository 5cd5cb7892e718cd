"""Memory, plan and proof hold for any lists and any order."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from connectors.poll.cursor import Cursor, Remembered, Window
from connectors.poll.memory import Memory
from connectors.poll.pages import Origin
from connectors.poll.plan import halves, watermark_after, windows
from connectors.poll.prove import Sweep
from connectors.poll.publish import Publication
from connectors.read.page import Page, row_of
from ops.run import CHINA
from schemas.source.model import Feed
from schemas.topics import RAW
from schemas.wire import load
from tests.connectors.platform import a_source

KEYS = st.lists(st.sampled_from([f"r{number}" for number in range(12)]), max_size=30)
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=CHINA)
DAYS = Cursor(watermark="2026-11-20", reconciled_at=NOW.isoformat())


def a_feed(**given: Any) -> Feed:
    return a_source("http://127.0.0.1:1", **given).feeds["deals"]


def a_page(statements: Iterable[tuple[str, int]]) -> Page:
    """A page with a row for each key and value."""
    rows = ({"id": key, "v": value} for key, value in statements)
    return Page(tuple(row_of(FEED, f"/{n}", row) for n, row in enumerate(rows)))


def replace_total(page: Page, total: int) -> Page:
    return dataclasses.replace(page, total=total)


FEED = a_feed()


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2)), max_size=30))
def test_every_row_is_new_changed_or_unchanged_and_sequences_rise(statements: list[tuple[str, int]]) -> None:
    publication = Publication(a_source("http://127.0.0.1:1"), "deals", 4)
    page = a_page((key, value) for key, value in statements)
    memory = Memory()
    batch = publication.weigh(page, Origin("0" * 64, "u", NOW), memory)
    assert batch.rows.gap == 0
    for _, changes in publication.transactions(batch, Cursor(), 3):
        memory.keep(changes)
    changes_of = {key: 0 for key, _ in statements}
    last: dict[str, int] = {}
    for key, value in statements:
        changes_of[key] += last.get(key) != value
        last[key] = value
    assert {key: known.sequence for key, known in memory.records.items()} == changes_of


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 2)), max_size=30), st.integers(0, 8))
def test_a_poll_that_ends_between_two_transactions_leaves_totals_of_what_it_published(
    statements: list[tuple[str, int]], cut: int
) -> None:
    publication = Publication(a_source("http://127.0.0.1:1"), "deals", 4)
    page = a_page((key, value) for key, value in statements)
    memory, cursor, published = Memory(), Cursor(), 0
    for ending in (cut, len(statements)):  # the second poll goes on from what the first committed
        batch = publication.weigh(page, Origin("0" * 64, "u", NOW), memory)
        for records, changes in list(publication.transactions(batch, cursor, 3))[:ending]:
            memory.keep(changes)
            published += sum(record.topic == RAW.name for record in records)
            cursor = load(Cursor, next(one.value for one in records if one.key == b"hn_test|deals" and one.value))
            assert cursor.total_rows.new + cursor.total_rows.changed == published
            assert cursor.total_rows.gap == 0


def test_a_volatile_field_makes_no_change() -> None:
    plain, volatile = a_feed(), a_feed(volatile=["浏览量"])
    seven, eight = {"id": 1, "浏览量": 7}, {"id": 1, "浏览量": 8}
    assert row_of(volatile, "/0", seven).digest == row_of(volatile, "/0", eight).digest
    assert row_of(plain, "/0", seven).digest != row_of(plain, "/0", eight).digest


def test_one_miss_is_no_absence_and_a_sighting_between_two_misses_forgets_the_first() -> None:
    memory = Memory({"a": Remembered(digest="d", sequence=1)})
    first = memory.absences(set(), 2, 0.05)
    assert first.gone == ()
    memory.keep(first.changes)
    assert memory.suspects
    _, seen = memory.weigh("a", "d", {})
    assert seen == Remembered(digest="d", sequence=1)
    assert memory.absences(set(), 2, 0.05).gone == ("a",)


@given(st.integers(0, 400), st.integers(1, 60), st.integers(0, 30))
def test_windows_join_without_a_gap_and_end_today(days_ago: int, span: int, reread: int) -> None:
    feed = a_source("http://x", slice={"by": "day", "from": "a", "to": "b", "reread": f"{reread}d", "span": f"{span}d"})
    mark = NOW.date() - timedelta(days=days_ago)
    found = windows(feed.feeds["deals"], replace(DAYS, watermark=mark.isoformat()), NOW)
    assert (found[0].start, found[-1].end) == ((mark - timedelta(days=reread)).isoformat(), NOW.date().isoformat())
    for one, following in zip(found, found[1:], strict=False):
        shared = timedelta() if one.start < one.end else timedelta(days=1)
        assert date.fromisoformat(one.end) + shared == date.fromisoformat(following.start)
    assert all((date.fromisoformat(w.end) - date.fromisoformat(w.start)).days < span for w in found)


def test_the_watermark_never_reaches_today_nor_passes_the_platforms_clock_nor_goes_back() -> None:
    window = Window(start="2026-11-01", end="2026-11-24")
    assert watermark_after(window, None, NOW, None) == "2026-11-23"
    assert watermark_after(window, None, NOW, NOW - timedelta(days=3)) == "2026-11-20"
    assert watermark_after(Window(start="2026-01-01", end="2026-01-31"), "2026-11-20", NOW, None) == "2026-11-20"


def test_a_window_splits_into_days_and_no_further() -> None:
    assert halves(Window(start="2026-11-01", end="2026-11-02")) == (
        Window(start="2026-11-01", end="2026-11-01"),
        Window(start="2026-11-02", end="2026-11-02"),
    )
    assert halves(Window(start="2026-11-01", end="2026-11-01")) is None and halves(Window()) is None


@given(KEYS, st.integers(0, 30))
def test_complete_means_that_every_declared_record_was_seen(keys: list[str], total: int) -> None:
    sweep = Sweep(a_feed())
    for start in range(0, max(1, len(keys)), 5):
        sweep.add(replace_total(a_page((key, 0) for key in keys[start : start + 5]), total))
    assert (sweep.proof().verdict == "complete") == (len(set(keys)) == total)


def test_a_list_without_total_or_end_is_proved_by_two_equal_sweeps_only() -> None:
    sweep = Sweep(a_feed(paging={"style": "none"}))
    sweep.add(a_page([("a", 1)]))
    other = Sweep(sweep.feed)
    other.add(a_page([("a", 2)]))
    assert sweep.proof().verdict == "unknown"
    assert sweep.proof(other.digest).verdict == "unknown"
    assert sweep.proof(sweep.digest).verdict == "complete"

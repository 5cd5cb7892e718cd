"""Memory, plan and proof hold for any lists and any order."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from connectors.cursor import Cursor, Remembered, Window
from connectors.extract import Page, Row
from connectors.memory import Memory, content_digest
from connectors.plan import halves, watermark_after, windows
from connectors.prove import Sweep, verdict
from connectors.publish import Origin, Publication
from ops.run import CHINA
from schemas.source.model import Paging
from schemas.topics import RAW
from schemas.wire import load
from tests.connectors.platform import a_source

KEYS = st.lists(st.sampled_from([f"r{number}" for number in range(12)]), max_size=30)
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=CHINA)
DAYS = Cursor(watermark="2026-11-20", reconciled_at=NOW.isoformat())


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2)), max_size=30))
def test_every_row_is_new_changed_or_unchanged_and_sequences_rise(statements: list[tuple[str, int]]) -> None:
    publication = Publication(a_source("http://127.0.0.1:1"), "deals", 4)
    page = Page(tuple(Row(key, f"/{n}", {"id": key, "v": value}) for n, (key, value) in enumerate(statements)))
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
    page = Page(tuple(Row(key, f"/{n}", {"id": key, "v": value}) for n, (key, value) in enumerate(statements)))
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
    assert content_digest({"id": 1, "浏览量": 7}, ["浏览量"]) == content_digest({"id": 1, "浏览量": 8}, ["浏览量"])
    assert content_digest({"id": 1, "浏览量": 7}) != content_digest({"id": 1, "浏览量": 8})


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
    found = windows(feed.feeds["deals"], DAYS.model_copy(update={"watermark": mark.isoformat()}), NOW)
    assert (found[0].start, found[-1].end) == ((mark - timedelta(days=reread)).isoformat(), NOW.date().isoformat())
    for one, following in zip(found, found[1:], strict=False):
        assert date.fromisoformat(one.end) + timedelta(days=1) == date.fromisoformat(following.start)
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
    sweep = Sweep()
    for start in range(0, max(1, len(keys)), 5):
        part = keys[start : start + 5]
        sweep.add(Page(tuple(Row(key, "", {"id": key}) for key in part), total=total), part, Paging(style="page"))
    assert (verdict(sweep, Paging(style="page")).verdict == "complete") == (len(set(keys)) == total)


def test_a_list_without_total_or_end_is_proved_by_two_equal_sweeps_only() -> None:
    sweep = Sweep()
    sweep.add(Page((Row("a", "", {}),)), ["1"], Paging())
    assert verdict(sweep, Paging()).verdict == "unknown"
    assert verdict(sweep, Paging(), {"a": "0"}).verdict == "unknown"
    assert verdict(sweep, Paging(), {"a": "1"}).verdict == "complete"

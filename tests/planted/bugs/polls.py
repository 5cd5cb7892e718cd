"""A poll believes only what is proved: no short list is complete, no error page a list, no clock but the platform's."""

from __future__ import annotations

from tests.planted.bug import Bug

POLL = "tests/connectors/poll/test_poll.py::"
MEMORY = "tests/connectors/poll/test_memory.py::"
CIRCUIT = "tests/connectors/process/test_circuit.py::"
CLOCK = "tests/connectors/process/test_clock.py::"

BUGS = (
    Bug(
        "digest over the retrieval stamp",
        "every poll publishes every record again",
        "connectors.read.page:row_of",
        "name not in feed.volatile",
        "True",
        (f"{MEMORY}test_a_volatile_field_makes_no_change",),
    ),
    Bug(
        "absence after one poll",
        "a page that failed once withdraws its records",
        "connectors.poll.memory:Memory.absences",
        "known.missing_polls + 1 >= polls",
        "True",
        (f"{MEMORY}test_one_miss_is_no_absence_and_a_sighting_between_two_misses_forgets_the_first",),
    ),
    Bug(
        "mass absence believed",
        "a platform that loses half a list withdraws half the events",
        "connectors.poll.memory:Memory.absences",
        "return Absences(held=True)",
        "pass",
        (f"{POLL}test_half_a_feed_that_vanishes_is_held",),
    ),
    Bug(
        "the watermark moves over a short slice",
        "records of a page that stayed empty are never read",
        "connectors.poll.lists:ListPages.advanced",
        """
if not is_proved:
    return cursor
""",
        "",
        (f"{POLL}test_the_watermark_stands_still_before_a_slice_that_was_short",),
    ),
    Bug(
        "cursor past the platform's Date",
        "a hub whose clock is ahead skips a day",
        "connectors.poll.plan:watermark_after",
        "min(now, served_at.astimezone(now.tzinfo)) if served_at else now",
        "now",
        (f"{MEMORY}test_the_watermark_never_reaches_today_nor_passes_the_platforms_clock_nor_goes_back",),
    ),
    Bug(
        "day cursor without re-read",
        "what a platform enters late is never seen",
        "connectors.poll.plan:windows",
        "mark - timedelta(days=_days(feed.slice.reread))",
        "mark",
        (f"{MEMORY}test_windows_join_without_a_gap_and_end_today",),
    ),
    Bug(
        "an empty page in the middle is believed",
        "one hiccup of a platform makes the slice short",
        "connectors.poll.lists:ListPages._page",
        "read.listed.read == 0",
        "read.listed.read < 0",
        (f"{POLL}test_a_middle_page_that_is_empty_once_is_asked_for_again",),
    ),
    Bug(
        "HTML taken as a list",
        "a challenge page is an empty list",
        "connectors.poll.guards:check_media",
        "answer.media not in accepted",
        "not answer.media",
        (f"{POLL}test_a_challenge_page_is_blocked_with_its_evidence",),
    ),
    Bug(
        "a business code ignored",
        "{code: 500} in a 200 is an empty list",
        "connectors.poll.guards:any_other_code",
        "access.ok is None or matches(access.ok, value)",
        "True",
        (f"{POLL}test_a_code_that_nobody_declared_is_never_an_empty_list",),
    ),
    Bug(
        "per-read timeout only",
        "a body that drips holds the poll for ever",
        "connectors.http.client:HttpClient",
        "asyncio.timeout(request.deadline_seconds)",
        "asyncio.timeout(None)",
        (f"{POLL}test_a_body_that_drips_ends_at_the_total_deadline",),
    ),
    Bug(
        "redirects followed",
        "a platform sends the hub to an inner address",
        "connectors.http.client:HttpClient",
        "follow_redirects=False",
        "follow_redirects=True",
        (f"{POLL}test_no_redirect_is_followed",),
    ),
    Bug(
        "Retry-After ignored",
        "the hub hammers a platform that asked for a pause",
        "connectors.poll.guards:throttles",
        "after or 0.0",
        "0.0",
        (f"{POLL}test_retry_after_is_waited_for_in_place_when_it_is_short",),
    ),
    Bug(
        "rows that did not change close the circuit",
        "a renamed column is forgiven because most rows are old",
        "connectors.poll.flood:FloodWatch.page",
        "news or self.before",
        "news",
        (f"{CIRCUIT}test_a_renamed_column_opens_the_circuit_and_every_row_is_raw_all_the_same",),
    ),
    Bug(
        "silence closes the circuit",
        "a poll that shows nothing counts as a good one",
        "connectors.poll.flood:FloodWatch.flood",
        "not self.seen",
        "self.seen is None",
        (f"{CIRCUIT}test_a_poll_that_shows_nothing_leaves_the_circuit_open",),
    ),
    Bug(
        "one dead list opens the circuit of all",
        "a platform's good lists are not polled because one is down",
        "connectors.process.circuit:circuit_of",
        "all",
        "any",
        (f"{CIRCUIT}test_failures_open_the_circuit_when_no_list_answers_and_a_list_alone_backs_off_alone",),
    ),
    Bug(
        "a file of the future moves the watermark",
        "one wrongly dated file stops all later ones",
        "connectors.poll.inbox:InboxPages.advanced",
        "day if day <= self.started.date().isoformat() else ''",
        "day",
        (f"{CLOCK}test_an_inboxped_file_of_the_future_is_read_and_moves_nothing",),
    ),
    Bug(
        "a watermark of the future skips the days between",
        "a hub whose clock was wrong once never reads those days",
        "connectors.poll.plan:windows",
        "min(date.fromisoformat(cursor.watermark), today)",
        "date.fromisoformat(cursor.watermark)",
        (f"{CLOCK}test_a_watermark_far_off_costs_neither_the_days_between_nor_a_thousand_requests",),
    ),
    Bug(
        "元 taken for 万元",
        "a figure is wrong by a factor of ten thousand",
        "connectors.poll.poll:Poll._publish",
        "check_page(self.feed.expect, readings)",
        "pass",
        ("tests/connectors/poll/test_expect.py::test_wan_yuan_that_became_yuan_is_held_until_a_person_lets_it_pass",),
    ),
    Bug(
        "absence from a short slice",
        "what a broken list left out is withdrawn",
        "connectors.poll.prove:counted_against_total",
        "sweep.distinct < total",
        "sweep.distinct < 0",
        (
            f"{MEMORY}test_complete_means_that_every_declared_record_was_seen",
            f"{POLL}test_a_middle_page_that_stays_empty_is_short_and_heals",
        ),
    ),
)

"""What a host's robots.txt does not let be read is not requested, and nobody asks for it twice a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.http.client import HttpClient
from connectors.http.robots import MOST_BYTES, rules_of
from connectors.poll.poll import Poll
from ops.run import CHINA
from tests.connectors.platform import HTML, Bench, Reply, a_platform, a_source, paged, rows

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=CHINA)
DEALS = "https://ip.example.invalid/api/deals?pageNo=1"


def says(text: str) -> Reply:
    return 200, {"Content-Type": "text/plain"}, text.encode()


CLOSED = says("User-agent: *\nDisallow: /api/")
Try = Callable[..., tuple[Poll, Bench, Any]]


@pytest.fixture
def one_poll(tmp_path: Path, client: HttpClient) -> Try:
    """One poll of a platform with these answers to /robots.txt; ``access``: parts of the definition."""

    def polled(*robots: Reply, **access: Any) -> tuple[Poll, Bench, Any]:
        with a_platform(lambda path, query, n: paged(rows(1, 15), query)) as platform:
            platform.robots = list(robots)
            bench = Bench(tmp_path, a_source(platform.base, access=access), client, now=lambda: NOW)
            return bench.poll(), bench, platform

    return polled


def test_a_disallowed_path_is_not_requested_and_the_feed_says_so(one_poll: Try) -> None:
    poll, bench, platform = one_poll(CLOSED)
    assert platform.requests == [] and len(platform.asked_robots) == 1
    assert (bench.cursor.state, bench.cursor.reason, bench.raw()) == ("blocked", "robots_disallowed", [])
    host = platform.base.removeprefix("http://")
    assert bench.cursor.detail == (
        f"T7002 robots.txt of {host} keeps Tongda-hub from /api/deals; "
        "agree the access with the operator, then access.robots: ignored with the reason"
    )
    assert bench.cursor.next_poll_at == "2026-11-24T09:30:30.000+08:00"  # of a stand-in: six intervals, not an hour
    failure = poll.outcome.failure
    assert failure is not None and failure.code == "T7002" and failure.exit_code == 7


def test_a_rule_may_concern_the_query(one_poll: Try) -> None:
    _, bench, platform = one_poll(says("User-agent: *\nDisallow: /api/deals?pageSize=10&pageNo=2"))
    assert [query["pageNo"] for _, query in platform.requests] == ["1"]
    assert (bench.cursor.reason, len(bench.raw())) == ("robots_disallowed", 10)


def test_a_definition_with_a_reason_may_ignore_it_and_then_it_is_not_asked_for(one_poll: Try) -> None:
    _, bench, platform = one_poll(CLOSED, robots="ignored", robots_reason="按协议调用的签名网关")
    assert (bench.cursor.state, len(bench.raw()), platform.asked_robots) == ("ok", 15, [])


@pytest.mark.parametrize(
    "answer",
    [(404, {}, b""), (403, HTML, b"<html>forbidden</html>"), says(""), (200, HTML, b"<html>no such page</html>")],
    ids=["none", "forbidden", "empty", "a page"],
)
def test_without_rules_everything_may_be_read(one_poll: Try, answer: Reply) -> None:
    _, bench, _ = one_poll(answer)
    assert (bench.cursor.state, len(bench.raw())) == ("ok", 15)


def test_a_host_that_cannot_tell_is_not_read_until_it_can(one_poll: Try) -> None:
    _, bench, platform = one_poll((503, {}, b""))
    assert platform.requests == [] and len(platform.asked_robots) == 5
    assert (bench.cursor.state, bench.cursor.reason) == ("unknown", "robots_unreachable")
    assert bench.cursor.detail == (
        f"{platform.base}/robots.txt has status 503; nothing is read there until it can be read"
    )
    assert bench.cursor.asked.requests == 5  # each try is a request of the day's budget


def test_a_host_that_can_tell_again_is_read(one_poll: Try) -> None:
    _, bench, platform = one_poll((503, {}, b""), (404, {}, b""))
    assert (bench.cursor.state, len(bench.raw()), len(platform.asked_robots)) == ("ok", 15, 2)


def test_the_wait_that_a_host_asks_for_is_observed(one_poll: Try) -> None:
    _, bench, platform = one_poll((429, {"Retry-After": "7"}, b""), (404, {}, b""))
    assert (bench.waits, bench.cursor.state, len(platform.asked_robots)) == ([7.0], "ok", 2)


def test_a_file_beyond_the_bound_of_an_answer_is_not_readable(one_poll: Try) -> None:
    _, bench, platform = one_poll(says("#" * 3000), max_bytes=2000)
    assert (bench.cursor.state, bench.cursor.reason, platform.requests) == ("blocked", "robots_unreadable", [])
    assert bench.cursor.detail == f"{platform.base}/robots.txt: more than 2000 bytes on the wire"


def test_redirects_are_followed_on_the_definition_s_own_hosts_only(one_poll: Try) -> None:
    def moved(to: str) -> Reply:
        return 301, {"Location": to}, b""

    _, bench, platform = one_poll(moved("/robots.txt?a"), moved("/robots.txt?b"), CLOSED)
    assert (bench.cursor.reason, len(platform.asked_robots)) == ("robots_disallowed", 3)


def test_a_redirect_elsewhere_means_that_there_is_no_file(one_poll: Try) -> None:
    _, bench, platform = one_poll((302, {"Location": "http://169.254.169.254/robots.txt"}, b""))
    assert (bench.cursor.state, len(platform.asked_robots)) == ("ok", 1)


def test_it_is_asked_for_once_a_day_over_restarts_with_evidence_and_the_hub_s_name(
    tmp_path: Path, client: HttpClient
) -> None:
    now = [NOW]
    with a_platform(lambda path, query, n: paged(rows(1, 5), query)) as platform:
        platform.robots = [says("User-agent: *\nDisallow: /other/")]
        source = a_source(platform.base)
        for hours in (0, 1, 2):  # each bench begins with nothing but the folder of the evidence
            now[0] = NOW + timedelta(hours=hours)
            Bench(tmp_path, source, client, now=lambda: now[0]).poll()
        assert [sent["User-Agent"] for sent in platform.asked_robots] == ["Tongda-hub/1.0"]
        (journal,) = tmp_path.glob("journal-*.ndjson")
        assert journal.read_text().count(f'"url": "{platform.base}/robots.txt"') == 1
        bench = Bench(tmp_path, source, client, now=lambda: now[0])
        bench.poll()
        now[0] = NOW + timedelta(days=1)
        platform.robots = [CLOSED]
        bench.poll()
    assert (len(platform.asked_robots), bench.cursor.reason) == (2, "robots_disallowed")


def test_a_note_that_is_damaged_is_asked_for_again(tmp_path: Path, client: HttpClient) -> None:
    with a_platform(lambda path, query, n: paged(rows(1, 5), query)) as platform:
        source = a_source(platform.base)
        Bench(tmp_path, source, client).poll()
        (note,) = (tmp_path / "robots").glob("*.json")
        note.write_text("{")
        Bench(tmp_path, source, client).poll()
    assert len(platform.asked_robots) == 2


def test_a_login_is_a_request_like_any_other(one_poll: Try) -> None:
    login = {"path": "/login", "token": "/token"}
    auth = {"style": "token", "account": "hub", "secret": "KEY", "login": login}
    _, bench, platform = one_poll(says("User-agent: *\nDisallow: /login"), auth=auth)
    assert (platform.requests, bench.cursor.reason) == ([], "robots_disallowed")


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow:", True),
        ("User-agent: *\nDisallow: /api\nAllow: /api/deals", True),  # the longest match
        ("User-agent: *\nAllow: /api\nDisallow: /api/deals", False),
        ("User-agent: *\nDisallow: /api/deals\nAllow: /api/deals", True),  # of one length: allow
        ("User-agent: *\nDisallow: /\nUser-agent: tongda-hub\nDisallow: /other", True),  # the hub's own group
        ("User-agent: *\nDisallow:\nUser-agent: Tongda-Hub\nDisallow: /api", False),
        ("User-agent: Tongda-hub\nDisallow: /other\nUser-agent: tongda-hub\nDisallow: /api", False),  # one group
        ("User-agent: hub\nDisallow: /", True),  # another robot
        ("User-agent: a\nUser-agent: tongda-hub\nDisallow: /api", False),
        ("User-agent: *\nDisallow: /*?pageNo=", False),
        ("User-agent: *\nDisallow: /api/deals$", True),
        ("\ufeffUser-agent: *\r\nDisallow: /api # not for robots\r\n", False),
        ("Disallow: /", True),  # of no group
    ],
)
def test_the_rules_are_those_of_rfc_9309(text: str, allowed: bool) -> None:
    assert rules_of(200, text.encode()).allow(DEALS) is allowed


def test_what_stands_beyond_500_kib_is_not_read() -> None:
    rule = b"User-agent: *\nDisallow: /\n"
    filling = b"#" * (MOST_BYTES - len(rule) - 1) + b"\n"
    assert rules_of(200, filling + rule).allow(DEALS) is False
    assert rules_of(200, filling + b"#\n" * len(rule) + rule).allow(DEALS) is True

"""What `tongda verify` says while the hub settles."""

from __future__ import annotations

import pytest

from schemas.errors import Refused
from sinks.operator.verify import awaited, refuse_paused


@pytest.mark.parametrize(
    ("waiting", "lags", "text"),
    [
        ([], {}, ""),
        (["a|b"], {}, "waits for 1 feed (a|b)"),
        (["a|b", "a|c", "a|d", "a|e"], {"fold": 1}, "waits for 4 feeds (a|b, a|c, a|d, …)"),
        ([], {"fold": 1, "tally": 12}, "waits for 1 record before fold, 12 records before tally"),
    ],
)
def test_what_is_awaited_is_told_in_numbers_that_agree(waiting: list[str], lags: dict[str, int], text: str) -> None:
    assert awaited(waiting, lags) == text


def test_a_feed_that_a_person_let_rest_is_named_at_once_with_the_command_that_ends_it() -> None:
    refuse_paused([])
    with pytest.raises(Refused) as refused:
        refuse_paused(["hn_ip_service|demand", "univ_csu|equity"])
    assert refused.value.message.startswith("a person paused hn_ip_service demand, +1,")
    assert refused.value.next_step == "tongda sources resume hn_ip_service"

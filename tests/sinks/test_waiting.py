"""What `tongda verify` says while the hub settles."""

from __future__ import annotations

import pytest

from sinks.operator.verify import awaited


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

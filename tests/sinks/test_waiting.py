"""What `tongda verify` says while the hub settles."""

from __future__ import annotations

import pytest

from schemas.errors import Refused, Unreachable
from sinks.operator.verify import Patience, awaited, awaited_zh, refuse_paused


@pytest.mark.parametrize(
    ("waiting", "lags", "text"),
    [
        ([], {}, ""),
        (["a|b"], {}, "waits for two complete polls of 1 feed (a|b)"),
        (["a|b", "a|c", "a|d", "a|e"], {"fold": 1}, "waits for two complete polls of 4 feeds (a|b, a|c, a|d, …)"),
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


class Hours:
    """A clock that moves by a second with every pause."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds


def test_what_does_not_answer_under_load_is_asked_again_as_long_as_one_has_patience() -> None:
    hours, answers = Hours(), iter([Unreachable("the broker is away · 消息总线无应答")] * 3 + [7])
    asked: list[float] = []

    def ask() -> int:
        asked.append(hours.now)
        if isinstance(answer := next(answers), Unreachable):
            raise answer
        return answer

    assert Patience(10, hours, hours.pause).until_answered(ask) == 7
    assert asked == [0, 1, 2, 3]


def test_who_gives_up_says_for_what_and_how_long_it_waited_and_how_to_wait_longer() -> None:
    hours = Hours()
    patience = Patience(120, hours, hours.pause)
    with pytest.raises(Unreachable) as gave_up:
        while True:
            patience.wait(awaited(["a|b"], {}), awaited_zh(["a|b"], {}))
    assert hours.now == 121
    assert gave_up.value.message == (
        "the hub did not settle within 120 s: waits for two complete polls of 1 feed (a|b)"
        " · 120 秒内未稳定:等待 1 个栏目各再完整轮询两次(a|b)"
    )
    assert gave_up.value.next_step == "tongda verify --wait 300"
    with pytest.raises(Unreachable, match="within 120 s: the broker is away") as gave_up:
        patience.until_answered(away)
    assert gave_up.value.message.endswith(" · 120 秒内未稳定:消息总线无应答")
    assert awaited_zh([], {"fold": 2}) == "等待 fold 前的 2 条记录" and awaited_zh([], {}) == ""


def away() -> None:
    raise Unreachable("the broker is away · 消息总线无应答")

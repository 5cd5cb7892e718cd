"""``tongda sources record``: the answers of a real poll, without persons, give the same when they are replayed."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from connectors.commands.cassette import Cassette, Exchange, Found, recorded, replayed, written
from connectors.commands.tryout import Trial
from connectors.http.client import HttpClient
from ops.run import CHINA
from schemas.errors import Refused
from schemas.source.model import Source
from schemas.wire import load
from tests.connectors.platform import HTML, JSON, Reply, a_platform, a_source, paged

READS = {
    "phase": "noticed",
    "fields": {"patents": "专利号", "transferor": "转让方", "transferee": "受让方"},
    "drop": ["经办人电话"],
    "ignore": ["id", "发明人", "说明"],
}
PATENTS = ("2020113456785", "202011345679X", "2020113456802")
DEAL = '{"code": 200, "data": {"total": 1, "list": [{"id": "r1", "专利号": "2020113456785"}]}}'.encode()
CANARIES = ("欧阳三丰", "张三丰", "李四光", "13787654321", "0731-88889999", "li@example.com", "430102199003071230")


def deals(number: int) -> list[dict[str, Any]]:
    """Rows with persons wherever a platform puts them."""
    return [
        {
            "id": f"r{n:03d}",
            "专利号": PATENTS[n % 3],
            "转让方": "欧阳三丰；中南大学",
            "受让方": f"长沙第{n}机械有限公司",
            "发明人": "张三丰、李四光",
            "经办人电话": "13787654321",
            "说明": "电话0731-88889999，邮箱li@example.com，身份证430102199003071230，经办李四光",
        }
        for n in range(number)
    ]


@pytest.fixture
def trial(client: HttpClient) -> Trial:
    return Trial(client, lambda: datetime.now(CHINA), str, lambda seconds: None)


def record(trial: Trial, reply: Any, most: int = 20, **parts: Any) -> tuple[Source, Cassette]:
    """The cassette of a feed, and its definition at an address where nothing answers."""
    with a_platform(reply) as platform:
        source = a_source(platform.base, **{**READS, **parts})
        made = recorded(source, "deals", trial, most, 14)
    away = source.access.model_copy(update={"base": "http://127.0.0.1:1"})
    return source.model_copy(update={"access": away}), made


def test_a_whole_poll_is_replayed_without_its_platform_and_proves_the_same(trial: Trial) -> None:
    source, made = record(trial, lambda path, query, n: paged(deals(15), query))
    assert made.found == Found("complete", "", 15, 0, {"transfer noticed": 15})
    assert [(one.request, one.status) for one in made.exchanges] == [
        ("GET /api/deals?pageSize=10&pageNo=1", 200),
        ("GET /api/deals?pageSize=10&pageNo=2", 200),
        ("GET /api/deals?pageSize=10&pageNo=1", 200),
    ]
    assert replayed(source, load(Cassette, written(made))) == made.found


def test_no_person_is_in_what_is_kept_and_persons_are_read_as_persons_still(trial: Trial) -> None:
    source, made = record(trial, lambda path, query, n: paged(deals(15), query))
    kept = written(made)
    assert [canary for canary in CANARIES if canary in kept] == []
    row = json.loads(made.exchanges[0].text)["data"]["list"][0]
    assert row == {
        **deals(1)[0],
        "转让方": "欧某某某；中南大学",
        "发明人": "张某某、李某某",
        "经办人电话": "***",
        "说明": "电话0000-0000000，邮箱mail@example.invalid，身份证000000000000000000，经办李某某",
    }


def test_a_long_list_is_kept_as_far_as_requests_are_allowed(trial: Trial) -> None:
    source, made = record(trial, lambda path, query, n: paged(deals(95), query), most=3)
    assert (made.found.verdict, made.found.reason, made.found.read, len(made.exchanges)) == (
        "unknown",
        "cassette_end",
        30,
        3,
    )
    assert replayed(source, made) == made.found


def test_a_definition_that_reads_less_than_when_it_was_recorded_is_noticed(trial: Trial) -> None:
    source, made = record(trial, lambda path, query, n: paged(deals(15), query))
    feed = source.feeds["deals"].model_copy(update={"records": "/data/rows"})
    changed = source.model_copy(update={"feeds": {"deals": feed}})
    assert replayed(changed, made).verdict != "complete"


def test_a_poll_that_is_blocked_is_not_kept(trial: Trial) -> None:
    def reply(path: str, query: dict[str, str], number: int) -> Reply:
        return 200, HTML, "<title>请输入验证码</title>".encode()

    with pytest.raises(Refused, match="came to blocked with 0 rows: media_type") as refusal:
        record(trial, reply)
    assert refusal.value.code == "T5801"


def test_an_answer_that_is_no_text_is_not_kept(trial: Trial) -> None:
    def reply(path: str, query: dict[str, str], number: int) -> Reply:
        status, _, body = paged(deals(5), query)
        return status, {"Content-Type": "application/vnd.ms-excel"}, body

    with pytest.raises(Refused, match="cannot be scrubbed") as refusal:
        record(trial, reply, access={"media": "application/vnd.ms-excel"})
    assert refusal.value.code == "T5802"


def test_no_credential_is_kept(trial: Trial) -> None:
    with a_platform(lambda path, query, n: paged(deals(5), query)) as platform:
        auth = {"style": "header", "name": "X-Api-Key", "secret": "KEY"}
        source = a_source(platform.base, access={"auth": auth}, **READS)
        made = recorded(source, "deals", trial._replace(secret=lambda name: "canary-of-a-secret"), 20, 14)
        assert platform.sent["X-Api-Key"] == "canary-of-a-secret"
    assert "canary-of-a-secret" not in written(made)
    assert replayed(source, made) == made.found


def test_an_inbox_has_no_cassette(trial: Trial, tmp_path: Any) -> None:
    source = Source.model_validate(
        {
            "id": "hn_box",
            "name": "测试",
            "authority": "bank",
            "access": {"style": "inbox", "base": tmp_path.as_uri()},
            "feeds": {"deals": {"kind": "transfer", "phase": "noticed", "file": {"pattern": "*.csv"}}},
        }
    )
    with pytest.raises(Refused, match="inbox"):
        recorded(source, "deals", trial, 20, 14)


def test_an_empty_list_is_not_kept(trial: Trial) -> None:
    with pytest.raises(Refused, match="came to complete with 0 rows"):
        record(trial, lambda path, query, n: paged([], query))


def test_a_poll_that_was_cut_before_its_last_request_is_cut_there_again(trial: Trial) -> None:
    source, made = record(trial, lambda path, query, n: paged(deals(15), query), most=2)
    assert (made.found.reason, made.found.read, replayed(source, made)) == ("cassette_end", 15, made.found)


def test_an_exchange_says_what_was_asked_and_answered(trial: Trial) -> None:
    _, made = record(trial, lambda path, query, n: (200, JSON, DEAL))
    (first,) = made.exchanges
    assert first == Exchange(
        "GET /api/deals?pageSize=10&pageNo=1",
        200,
        {"content-type": "application/json; charset=utf-8", "date": first.headers["date"]},
        "utf-8",
        DEAL.decode(),
    )

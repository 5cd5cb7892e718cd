"""Access: how platforms want to know who asks, each way with its published vector, and what happens to secrets."""

from __future__ import annotations

import base64
import hmac
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from connectors.http.auth import blocks, sm2
from connectors.http.auth.gateways import hmac_sign, md5_sign, sha1_sign, tif_sign
from connectors.http.auth.session import Session
from connectors.http.auth.sm import NationalCiphers, signed_text, sm4_decrypted, sm4_encrypted
from ops import telemetry
from tests.behaviours.stage import TOTAL, Stage, answer, listed, numbered, slice_of, verdict
from tests.connectors.platform import Bench, a_platform, a_source

ALL = numbered(1, 15)
SECRET = "s3cret-canary-0001"
SM2_KEY = "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8"
SM4_KEY = "0123456789abcdeffedcba9876543210"


def _sent(stage: Stage, auth: dict[str, Any], secrets: dict[str, str] | None = None) -> tuple[dict[str, str], Any]:
    """The headers, and path with query, of a poll's request."""
    with a_platform(lambda path, query, n: listed(slice_of(ALL, query), 15)) as platform:
        bench = stage.bench(a_source(platform.base, access={"auth": auth}, paging=TOTAL))
        _secrets(bench, secrets or {"KEY": SECRET})
        assert verdict(bench.poll()) == ("complete", "")
        return platform.sent, platform.requests[-1]


def _secrets(bench: Bench, values: dict[str, str]) -> None:
    bench.session = Session(bench.source.access.auth, values.__getitem__, lambda: "nonce-1")


def wants_a_bearer_token(stage: Stage) -> None:
    """RFC 6750."""
    headers, _ = _sent(stage, {"style": "bearer", "secret": "KEY"})
    assert headers["Authorization"] == f"Bearer {SECRET}"


def wants_account_and_password(stage: Stage) -> None:
    """RFC 7617, with its example: Aladdin, open sesame."""
    headers, _ = _sent(stage, {"style": "basic", "account": "Aladdin", "secret": "KEY"}, {"KEY": "open sesame"})
    assert headers["Authorization"] == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="


def gives_a_token_for_a_login(stage: Stage) -> None:
    """The token is asked for once and used until its end; a new one after it, or after a 401."""
    tokens, valid = [0], [1]

    def reply(path: str, query: dict[str, str], n: int) -> Any:
        if path == "/login":
            tokens[0] += 1
            return answer({"data": {"token": f"t{tokens[0]}", "expires": 3600}})
        if platform.sent.get("X-Token") != f"t{valid[0]}":
            return 401, {}, b""
        return listed(slice_of(ALL, query), 15)

    login = {"path": "/login", "token": "/data/token", "expires": "/data/expires", "user": "u", "password": "p"}
    auth = {"style": "token", "account": "hub", "secret": "KEY", "name": "X-Token", "login": login}
    with a_platform(reply) as platform:
        bench = stage.bench(a_source(platform.base, access={"auth": auth}, paging=TOTAL))
        _secrets(bench, {"KEY": SECRET})
        assert verdict(bench.poll()) == ("complete", "") and tokens == [1]
        assert verdict(bench.poll()) == ("complete", "") and tokens == [1]
        valid[0] = 2  # the platform forgot the first one
        assert verdict(bench.poll()) == ("complete", "") and tokens == [2]


def puts_its_token_into_the_address(stage: Stage) -> None:
    """P7: access_token in the query; evidence and records show the address without it."""

    def reply(path: str, query: dict[str, str], n: int) -> Any:
        return answer({"token": SECRET}) if path == "/login" else listed(slice_of(ALL, query), 15)

    auth = {
        "style": "token",
        "account": "hub",
        "secret": "KEY",
        "place": "query",
        "login": {"path": "/login", "token": "/token"},
    }
    with a_platform(reply) as platform:
        bench = stage.bench(a_source(platform.base, access={"auth": auth}, paging=TOTAL))
        _secrets(bench, {"KEY": "x"})
        bench.poll()
        assert platform.requests[-1][1]["access_token"] == SECRET
    assert bench.raw()[0]["url"] == f"{platform.base}/api/deals?pageSize=10&pageNo=1"
    assert not any(SECRET in file.read_text() for file in (stage.folder / "evidence").glob("journal-*"))


def tells_of_an_expired_token_in_a_200(stage: Stage) -> None:
    """A declared code: renewed once, then blocked."""
    login = {"path": "/login", "token": "/token"}
    auth = {
        "style": "token",
        "account": "a",
        "secret": "KEY",
        "login": login,
        "expired": {"at": "/code", "in": ["TOKEN"]},
    }
    for stays in (False, True):
        logins = [0]

        def reply(path: str, query: dict[str, str], n: int, stays: bool = stays, logins: list[int] = logins) -> Any:
            if path == "/login":
                logins[0] += 1
                return answer({"token": "t"})
            return answer({"code": "TOKEN"}) if stays or logins[0] == 1 else listed(slice_of(ALL, query), 15)

        _, (poll,) = stage.polls(reply, access={"auth": auth}, paging=TOTAL)
        assert verdict(poll) == (("blocked", "auth") if stays else ("complete", "")) and logins == [2]


def refuses_the_login(stage: Stage) -> None:
    """Blocked, without the secret in any word about it."""
    login = {"path": "/login", "token": "/token"}
    auth = {"style": "token", "account": "a", "secret": "KEY", "login": login}
    for said in ((403, {}, SECRET.encode()), answer({"error": SECRET}), (200, {}, b"<html>")):
        bench, (poll,) = stage.polls(lambda path, query, n, said=said: said, access={"auth": auth})
        assert verdict(poll) == ("blocked", "auth") and SECRET not in bench.cursor.detail


def speaks_oauth2(stage: Stage) -> None:
    """Client credentials, RFC 6749 section 4.4."""
    asked: list[bytes] = []

    def reply(path: str, query: dict[str, str], n: int) -> Any:
        if path == "/oauth/token":
            asked.append(platform.body)
            return answer({"access_token": "t1", "token_type": "Bearer", "expires_in": 3600})
        return listed(slice_of(ALL, query), 15)

    auth = {"style": "oauth2", "account": "hub", "secret": "KEY", "scope": "read", "login": {"path": "/oauth/token"}}
    with a_platform(reply) as platform:
        bench = stage.bench(a_source(platform.base, access={"auth": auth}, paging=TOTAL))
        _secrets(bench, {"KEY": "a b"})
        assert verdict(bench.poll()) == ("complete", "")
        assert platform.sent["Authorization"] == "Bearer t1"
    assert asked == [b"grant_type=client_credentials&client_id=hub&client_secret=a+b&scope=read"]


def refuses_a_signature_once(stage: Stage) -> None:
    """b43: a 401 is signed again once with the time of then; a second one is blocked: auth."""
    for refusals, found in ((1, ("complete", "")), (9, ("blocked", "auth"))):
        times: list[str] = []

        def reply(path: str, query: dict[str, str], n: int, refusals: int = refusals, times: list[str] = times) -> Any:
            times.append(platform.sent["x-tif-signature"])
            return (401, {}, b"") if n <= refusals else listed(slice_of(ALL, query), 15)

        auth = {"style": "tif", "account": "hub", "secret": "KEY"}
        with a_platform(reply) as platform:
            bench = stage.bench(a_source(platform.base, access={"auth": auth}, paging=TOTAL))
            poll = bench.poll()
        assert verdict(poll) == found and (refusals == 1 or len(times) == 2)


def is_a_data_sharing_gateway(stage: Stage) -> None:
    """P8, with its vector; the secret of the day comes encrypted from a first call and is renewed before its end."""
    sign = hmac_sign("test-secret", "s_test_0001", "rid-0001", "1700000000000")
    assert sign == "5xUhJpRd1q7o5z+kfZ7YCoft1KaBgxlPvN+v1d4MmYQ="
    key, day = "0123456789abcdef", "secret-of-the-day"
    calls: list[str] = []

    def reply(path: str, query: dict[str, str], n: int) -> Any:
        sent = platform.sent
        by = key if path == "/first" else day
        right = hmac_sign(by, "s1", "r1", sent["gjgxjhpt_rtime"])
        assert (sent["gjgxjhpt_rid"], sent["gjgxjhpt_sid"]) == ("r1", "s1")
        calls.append(path)
        if sent["gjgxjhpt_sign"] != right:
            return 401, {}, b""
        if path == "/first":
            secret = base64.b64encode(blocks.encrypted("AES", day.encode(), key.encode())).decode()
            return answer({"code": "0", "data": {"secret": secret, "secretEndTime": 4_000_000_000_000}})
        return listed(slice_of(ALL, query), 15)

    auth = {"style": "hmac_gateway", "account": "r1", "service": "s1", "secret": "KEY", "login": {"path": "/first"}}
    with a_platform(reply) as platform:
        bench = stage.bench(a_source(platform.base, access={"auth": auth}, paging=TOTAL))
        _secrets(bench, {"KEY": key})
        assert verdict(bench.poll()) == verdict(bench.poll()) == ("complete", "")
    assert calls.count("/first") == 1


def is_a_tif_gateway(stage: Stage) -> None:
    """P9, with its vector."""
    sign = tif_sign("1700000000", "test-token", "nonce-1")
    assert sign == "7f27ce287dbbb1d584e167dd6eac24853d88ae04d869f7910e17e09cb2ed1a62"
    headers, _ = _sent(stage, {"style": "tif", "account": "pass1", "secret": "KEY"}, {"KEY": "test-token"})
    assert (headers["x-tif-paasid"], headers["x-tif-nonce"]) == ("pass1", "nonce-1")
    assert headers["x-tif-signature"] == tif_sign(headers["x-tif-timestamp"], "test-token", "nonce-1")


def signs_with_md5_over_sorted_parameters(stage: Stage) -> None:
    """With its vector; the signature covers the page's parameters."""
    query = {"timestamp": "1700000000000", "pageSize": "50", "page": "1", "appId": "demo"}
    assert md5_sign(query, "test-app-secret") == "6C7C0717726E0FDB240C96DFA0B15C49"
    _, (_, sent) = _sent(stage, {"style": "md5_sorted", "account": "demo", "secret": "KEY"})
    sign = sent.pop("sign")
    assert sent.keys() == {"appId", "pageNo", "pageSize", "timestamp"} and sign == md5_sign(sent, SECRET)


def signs_with_sha1_over_key_and_time(stage: Stage) -> None:
    """With its vector."""
    assert sha1_sign("test-key", "test-app-secret", "1700000000000") == "3fcf412904448ee7b45310317c5a6279a852275f"
    headers, _ = _sent(stage, {"style": "sha1_key", "account": "test-key", "secret": "KEY"})
    assert headers["sign"] == sha1_sign("test-key", SECRET, headers["timestamp"])


def uses_the_national_algorithms(stage: Stage) -> None:
    """P10: SM3, HMAC-SM3, SM4 and SM2 by their standards' examples; an envelope that holds, and an answer opened."""
    assert sm2.sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    mac = hmac.new(b"key", b"The quick brown fox jumps over the lazy dog", "sm3").hexdigest()
    assert mac == "bd4a34077888162b210645b8ebf74b9af357303789357a27c7fc457244ebd398"
    key = bytes.fromhex(SM4_KEY)
    assert blocks.encrypted("SM4", key, key)[:16].hex() == "681edf34d206965e86b3e94f536e4246"
    private, number = int(SM2_KEY, 16), 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21
    signature = sm2.sign(b"message digest", private, number)
    assert signature.hex().upper() == (
        "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
        "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
    )
    public = sm2.public_key(private)
    assert sm2.holds(b"message digest", signature, public) and not sm2.holds(b"another", signature, public)

    def reply(path: str, query: dict[str, str], n: int) -> Any:
        data = json.loads(platform.body)["data"]
        sign = base64.b64decode(data.pop("signData"))
        assert sm2.holds(signed_text(data), sign, public) and data["appCode"] == "hub"
        asked = json.loads(sm4_decrypted(data["encData"], key))
        rows = slice_of(ALL, {"pageNo": str(asked["page"])})
        plain = json.dumps({"list": rows, "total": 15}, ensure_ascii=False).encode()
        return answer({"code": 200, "data": {"encData": sm4_encrypted(plain, key)}})

    auth = {"style": "sm", "account": "hub", "secret": "SM2", "cipher": "SM4"}
    request = {"path": "/q", "method": "POST", "body": {"size": 10}}
    with a_platform(reply) as platform:
        source = a_source(platform.base, access={"auth": auth}, request=request, paging={**TOTAL, "parameter": "/page"})
        bench = stage.bench(source)
        _secrets(bench, {"SM2": SM2_KEY, "SM4": SM4_KEY})
        poll = bench.poll()
    assert (verdict(poll), len(bench.keys())) == (("complete", ""), 15)
    assert isinstance(bench.session.signer, NationalCiphers)


def is_given_secrets_that_are_no_keys(stage: Stage) -> None:
    """Empty, with line breaks, of a wrong length, not hex: paused, the value in no word about it."""
    sm = {"style": "sm", "account": "hub", "secret": "SM2", "cipher": "SM4"}
    for auth, values in (
        ({"style": "bearer", "secret": "KEY"}, {"KEY": ""}),
        ({"style": "bearer", "secret": "KEY"}, {"KEY": f"{SECRET}\nx"}),
        (sm, {"SM2": SECRET, "SM4": SM4_KEY}),
        (sm, {"SM2": SM2_KEY, "SM4": SECRET}),
    ):
        request = {"path": "/q", "method": "POST", "body": {"size": 10}}
        with a_platform(lambda path, query, n: listed(ALL, 15)) as platform:
            bench = stage.bench(a_source(platform.base, access={"auth": auth}, request=request))
            _secrets(bench, values)
            poll = bench.poll()
            assert platform.requests == []
        assert (poll.outcome.state, poll.outcome.reason) == ("paused", "secret_missing")
        assert SECRET not in bench.cursor.detail


STYLES: dict[str, dict[str, Any]] = {
    "header": {"secret": "KEY"},
    "bearer": {"secret": "KEY"},
    "basic": {"account": "a", "secret": "KEY"},
    "token": {"account": "a", "secret": "KEY", "login": {"path": "/login", "token": "/access_token"}},
    "oauth2": {"account": "a", "secret": "KEY", "login": {"path": "/login"}},
    "hmac_gateway": {"account": "a", "service": "s", "secret": "KEY"},
    "tif": {"account": "a", "secret": "KEY"},
    "md5_sorted": {"account": "a", "secret": "KEY"},
    "sha1_key": {"account": "a", "secret": "KEY"},
    "sm": {"account": "a", "secret": "SM2", "cipher": "SM4"},
}


def fails_after_it_was_shown_a_secret(stage: Stage) -> None:
    """No secret, token or signing key stands in logs, metrics, evidence, records, cursors, errors, any ``repr``, on a topic
    or among the arguments of a process."""
    canaries = {"KEY": SECRET, "SM2": SM2_KEY, "SM4": SM4_KEY}
    token = "t0ken-canary-0002"
    for name, auth in STYLES.items():
        for status in (200, 401, 500):

            def reply(path: str, query: dict[str, str], n: int, status: int = status) -> Any:
                if path == "/login":
                    return answer({"access_token": token})
                return listed(slice_of(ALL, query), 15) if status == 200 else (status, {}, b"{}")

            folder = stage.folder / f"{name}{status}"
            request = {"path": "/q", "method": "POST", "body": {"size": 10}} if name == "sm" else {"path": "/q"}
            with a_platform(reply) as platform, _logged() as lines:
                source = a_source(
                    platform.base, access={"auth": {"style": name, **auth}}, request=request, paging=TOTAL
                )
                bench = Bench(folder, source, stage.client)
                _secrets(bench, canaries)
                poll = bench.poll()
                assert platform.requests
            files = b"".join(file.read_bytes() for file in folder.rglob("journal-*"))
            told = [str(lines), telemetry.render().decode(), files.decode(), repr(bench.records), repr(bench.cursor)]
            told += [
                repr(bench.session),
                repr(bench.session.signer),
                repr(poll),
                repr(poll.outcome),
                repr(poll.fetcher),
            ]
            told += [repr(one.value) + repr(one.headers) for one in bench.records]  # what would stand on the topics
            told.append(_command_lines())
            spelt = [base64.b64encode(f"a:{SECRET}".encode()).decode(), SECRET.encode().hex()]
            for canary in (*canaries.values(), token, *spelt):
                assert not any(canary in text for text in told), (name, status)


def _command_lines() -> str:
    """The arguments of every process of this machine: what anybody on it can read."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found.append(file.read_bytes().decode(errors="replace"))
    return "\n".join(found)


@contextmanager
def _logged() -> Iterator[list[Any]]:
    lines: list[Any] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append((record.getMessage(), getattr(record, "facts", None)))  # type: ignore[method-assign]
    logger = logging.getLogger("tongda")
    logger.addHandler(handler)
    level = logger.level
    logger.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        logger.setLevel(level)
        logger.removeHandler(handler)

"""Platforms that know who asks: a key in a header, a signed query, a licensed interface, the government's signed gateway.

The signatures are computed here a second time, by their published rules and without the hub's code, so that a mistake in
one of the two shows as a refused request.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from ops.sandbox.platforms.shelf import Shelves
from ops.sandbox.platforms.web import Answer, Call, as_json

Reply = Callable[[Call], Answer]
WINDOW_SECONDS = 600  # by which a signature's time may differ from the platform's
SECRET_SECONDS = 3600  # that a secret of the gateway lasts
REQUESTER, SERVICE = "tongda-hunan", "jsht-query"
LONGEST_WINDOW = 31  # days that one query may span
LARGEST_PAGE = 200
CLIENT = "tongda-hunan"  # of the licensed interface
TOKEN_SECONDS, CALLS_A_DAY, ROWS_A_PAGE = 600, 100_000, 10
REFUSED = "1001"  # the gateway's code for a wrong or outlived signature


def with_header(name: str, key: str, reply: Reply) -> Reply:
    """A platform that wants its key in a header."""

    def answer(call: Call) -> Answer:
        if not hmac.compare_digest(call.headers.get(name.lower(), "").encode(), key.encode()):
            return as_json({"error": "invalid key"}, 401)
        return reply(call)

    return answer


def with_md5(key: str, reply: Reply, now: Callable[[], datetime]) -> Reply:
    """A commercial service: MD5 over the sorted parameters and the key, upper case, within some minutes."""

    def answer(call: Call) -> Answer:
        given = {name: value for name, value in call.query.items() if name != "sign"}
        if call.query.get("sign") != md5_signature(given, key) or is_late(given.get("timestamp", ""), now()):
            return as_json({"errorCode": "4001", "errorMsg": "签名错误"})
        return reply(call)

    return answer


def md5_signature(query: Mapping[str, str], key: str) -> str:
    """Of ``a=1&b=2`` in the order of the names, then the key."""
    text = "&".join(f"{name}={value}" for name, value in sorted(query.items())) + key
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()


def is_late(milliseconds: str, now: datetime) -> bool:
    """Whether an instant is no number, or too far from the platform's clock."""
    return not milliseconds.isdigit() or abs(int(milliseconds) / 1000 - now.timestamp()) > WINDOW_SECONDS


@dataclass(frozen=True)
class Gateway:
    """国家数据共享交换平台 before the contract register: a secret for each hour, HMAC-SHA256 on each request.

    The first call is signed with the key of the application; its answer holds the secret of the hour, encrypted with it.
    """

    key: str
    now: Callable[[], datetime]

    def answer(self, shelves: Shelves, call: Call) -> Answer:
        if call.method != "POST" or call.path not in ("/gateway/secret", "/gateway/jsht/query"):
            return as_json({"code": "404", "msg": "服务不存在"}, 404)
        asks_for_secret = call.path == "/gateway/secret"
        if not self._is_signed(call, self.key if asks_for_secret else self.secret()):
            return as_json({"code": REFUSED, "msg": "签名校验失败或密钥已过期"})
        if asks_for_secret:
            end = (self._hour() + 1) * SECRET_SECONDS * 1000
            return as_json({"code": "0", "data": {"secret": encrypted(self.secret(), self.key), "secretEndTime": end}})
        return contracts(shelves, call.json())

    def _is_signed(self, call: Call, secret: str) -> bool:
        given = {name: call.headers.get(f"gjgxjhpt_{name}", "") for name in ("rid", "sid", "rtime", "sign")}
        sign = gateway_signature(secret, given["sid"], given["rid"], given["rtime"])
        known = (given["rid"], given["sid"]) == (REQUESTER, SERVICE)
        return known and hmac.compare_digest(given["sign"], sign) and not is_late(given["rtime"], self.now())

    def _hour(self) -> int:
        return int(self.now().timestamp()) // SECRET_SECONDS

    def secret(self) -> str:
        """Of this hour."""
        return hashlib.sha256(f"{self.key} {self._hour()}".encode()).hexdigest()[:32]


def gateway_signature(secret: str, service: str, requester: str, time: str) -> str:
    """Base64 of HMAC-SHA256(secret, service + requester + time)."""
    return base64.b64encode(hmac.digest(secret.encode(), (service + requester + time).encode(), "sha256")).decode()


def contracts(shelves: Shelves, body: dict[str, Any]) -> Answer:
    """Contracts by the day on which they were reported, both ends included; paging and window stand in the body."""
    begin, end = str(body["beginDate"]), str(body["endDate"])
    page, size = int(body["page"]), min(int(body["size"]), LARGEST_PAGE)
    if (datetime.fromisoformat(end) - datetime.fromisoformat(begin)).days >= LONGEST_WINDOW:
        return as_json({"code": "400", "msg": "查询时间跨度不能超过31天"})
    shelf = shelves["tech_contracts_gateway", "contracts"]
    records = shelf.newest_first(begin, end)
    rows = [shelf.rows[record] for record in records[(page - 1) * size : page * size]]
    return as_json({"code": "0", "msg": "成功", "data": {"total": len(records), "rows": rows}})


@dataclass
class Licensed:
    """CNIPR's interface: a token for ten minutes, so many calls a day, ten rows a page, codes in answers with status 200."""

    key: str
    now: Callable[[], datetime]
    calls_a_day: int = CALLS_A_DAY
    calls: Counter[str] = field(default_factory=Counter)  # by day

    def answer(self, shelves: Shelves, call: Call) -> Answer:
        if (call.method, call.path) == ("POST", "/oauth/token"):
            given = dict(parse_qsl(call.body.decode()))
            if (given.get("client_id"), given.get("password")) != (CLIENT, self.key):
                return as_json({"errorCode": "1001", "errorMsg": "客户端认证失败"})
            return as_json({"access_token": self._token(self._ends()), "expires_in": TOKEN_SECONDS})
        if call.path != "/api/law/cn":
            return as_json({"errorCode": "1404"}, 404)
        end, _, _ = call.query.get("access_token", "").partition(".")
        is_known = end.isdigit() and call.query["access_token"] == self._token(int(end))
        if not is_known or int(end) <= self.now().timestamp():
            return as_json({"errorCode": "1002", "errorMsg": "令牌无效或已过期"})
        today = self.now().date().isoformat()
        self.calls[today] += 1
        if self.calls[today] > self.calls_a_day:
            return as_json({"errorCode": "9999", "errorMsg": "超出当日调用次数"})
        shelf = shelves["cnipr", "transfers"]
        last = date.fromisoformat(call.query["load_to"]) - timedelta(1)  # the end is excluded
        records = shelf.newest_first(call.query["load_from"], last.isoformat())
        page = int(call.query.get("page", "1"))
        shown = records[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE]
        rows = [shelf.rows[record] for record in shown]
        return as_json({"errorCode": "000000", "total": len(records), "records": rows})

    def _ends(self) -> int:
        return int(self.now().timestamp()) + TOKEN_SECONDS

    def _token(self, end: int) -> str:
        return f"{end}.{hmac.new(self.key.encode(), str(end).encode(), 'sha256').hexdigest()}"


def encrypted(text: str, key: str) -> str:
    """Base64 of AES in ECB mode with PKCS #7. The package is imported with the first secret: it takes some 10 MB."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    plain = text.encode()
    rest = 16 - len(plain) % 16
    way = Cipher(algorithms.AES(key.encode()), modes.ECB()).encryptor()
    return base64.b64encode(way.update(plain + bytes([rest]) * rest) + way.finalize()).decode()

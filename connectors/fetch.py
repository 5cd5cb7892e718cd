"""Fetch: the only door to platforms over HTTP. One request in, its bytes out, every wait and every size bounded.

No redirect is followed, no cookie kept, no proxy taken from the environment; only hosts of the definition are asked,
one request at a time and never faster than the source's pace. What goes wrong is a ``Failure`` with the class that
says what to do next.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import ip_address, ip_network
from types import TracebackType
from typing import Literal, Self
from urllib.parse import urlsplit

import httpx

from ops import telemetry
from ops.failpoints import hit
from schemas.errors import HubError

FailureClass = Literal["transient", "rate", "blocked", "paging", "contract", "short", "missing", "local"]
AGENT = "Tongda-hub/1.0"
STEP = 64 * 1024
CLOCK_YEARS = range(2000, 2200)  # a Date outside them is no clock's, and the calendar ends at 9999
KEPT_HEADERS = (
    "content-type",
    "content-encoding",
    "content-length",
    "date",
    "etag",
    "last-modified",
    "retry-after",
    "location",
)
# is_global alone lets ::127.0.0.1 and fec0::1 through on Python 3.11.
DENIED = [
    ip_network(text)
    for text in (
        "::/96",
        "fec0::/10",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "198.18.0.0/15",
        "240.0.0.0/4",
        "fc00::/7",
        "fe80::/10",
    )
]


@dataclass(frozen=True)
class Answer:
    """What a platform answered, or what lay in a file drop: the bytes after content decoding, before any reading."""

    url: str
    body: bytes
    received_at: datetime
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def media(self) -> str:
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    @property
    def served_at(self) -> datetime | None:
        """The instant by the platform's clock; None for one that no clock can show."""
        try:
            served = parsedate_to_datetime(self.headers.get("date", ""))
        except (ValueError, OverflowError):
            return None
        return served if served.tzinfo and served.year in CLOCK_YEARS else None

    @property
    def charset(self) -> str:
        for part in self.headers.get("content-type", "").split(";")[1:]:
            name, _, value = part.strip().partition("=")
            if name.lower() == "charset":
                return value.strip("\"' ").lower()
        return ""


class Failure(HubError):
    """A platform gave nothing that can be read as an answer."""

    code = "T7001"

    def __init__(
        self,
        kind: FailureClass,
        reason: str,
        message: str = "",
        *,
        after_seconds: float = 0.0,
        answer: Answer | None = None,
    ) -> None:
        self.kind = kind
        self.reason = reason
        self.after_seconds = after_seconds
        self.answer = answer
        super().__init__(message or reason)


@dataclass(frozen=True)
class Ask:
    """One request to be made. ``guarded``: the address is the definition's own, so it must be a public one."""

    source: str
    url: str
    host: str  # the only host that may be asked, with its port
    method: Literal["GET", "POST"] = "GET"
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    deadline_seconds: float = 60.0
    max_bytes: int = 16 << 20
    interval_seconds: float = 1.0  # between two requests to one host
    guarded: bool = True


@dataclass
class _Gate:
    """One host's queue: one request in flight, and when the next may start."""

    lock: asyncio.Lock
    free_at: float = 0.0


class Door:
    """The HTTP client of one process: its own event loop in a thread, so that a poll may simply wait for its answer."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fetch", daemon=True)
        self._gates: dict[str, _Gate] = {}
        self._client: httpx.AsyncClient | None = None
        self._closed = False

    def open(self) -> None:
        """Start the loop; nothing is asked before."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(10)

    async def _open(self) -> None:
        no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        self._client = httpx.AsyncClient(
            trust_env=False,
            follow_redirects=False,
            cookies=no_cookies,
            timeout=httpx.Timeout(20.0),
            headers={"User-Agent": AGENT, "Accept-Encoding": "gzip", "Accept": "*/*"},
            limits=httpx.Limits(max_keepalive_connections=32),
        )

    def fetch(self, ask: Ask) -> Answer:
        """One answer, whatever its status. Raises Failure when there is none within the bounds."""
        if self._closed:
            raise Failure("transient", "closing", "the process ends")
        future = asyncio.run_coroutine_threadsafe(self._ask(ask), self._loop)
        started, outcome = time.monotonic(), "refused"
        try:
            answer = future.result()
            outcome = outcome_of(answer.status)
            return answer
        except Failure as failure:
            outcome = OUTCOMES.get(failure.reason, "refused")
            raise
        finally:
            telemetry.count("tongda_requests_total", source=ask.source, outcome=outcome)
            telemetry.observe("tongda_request_duration_seconds", time.monotonic() - started, source=ask.source)

    async def _ask(self, ask: Ask) -> Answer:
        if urlsplit(ask.url).netloc != ask.host or urlsplit(ask.url).scheme not in ("http", "https"):
            raise Failure(
                "contract",
                "host_refused",
                f"{urlsplit(ask.url).netloc[:80]!r} is not the host of the definition, {ask.host}",
            )
        gate = self._gates.setdefault(ask.host, _Gate(asyncio.Lock()))
        async with gate.lock:
            await asyncio.sleep(max(0.0, gate.free_at - time.monotonic()))
            gate.free_at = time.monotonic() + ask.interval_seconds
            hit("poll.request.before")
            try:
                async with asyncio.timeout(ask.deadline_seconds):
                    return await self._exchange(ask)
            except TimeoutError:
                raise Failure("transient", "deadline", f"no whole answer within {ask.deadline_seconds:g} s") from None
            except httpx.TimeoutException as error:
                raise Failure("transient", "timeout", type(error).__name__) from None
            except httpx.ConnectError as error:
                raise Failure("transient", "tls" if _is_tls(error) else "refused", str(error)[:200]) from None
            except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
                raise Failure("transient", "transport", f"{type(error).__name__}: {error}"[:200]) from None

    async def _exchange(self, ask: Ask) -> Answer:
        assert self._client is not None
        url, headers, extensions = ask.url, dict(ask.headers), {}
        if ask.guarded:
            url, headers["Host"], extensions["sni_hostname"] = await self._pinned(ask.url)
        request = self._client.build_request(
            ask.method, url, params=ask.query or None, headers=headers, extensions=extensions
        )
        response = await self._client.send(request, stream=True)
        try:
            hit("poll.headers.after")
            body = await read_body(response, ask.max_bytes)
        finally:
            await response.aclose()
        hit("poll.body.after")
        telemetry.count("tongda_response_bytes_total", response.num_bytes_downloaded, source=ask.source)
        kept = {name: response.headers[name][:1000] for name in KEPT_HEADERS if name in response.headers}
        asked = str(httpx.URL(ask.url, params=dict(ask.query)) if ask.query else ask.url)
        return Answer(asked, body, self._now(), response.status_code, kept)

    async def _pinned(self, url: str) -> tuple[str, str, str]:
        """The address with its name resolved and each result checked: what was checked is what is connected to."""
        parts = httpx.URL(url)
        found = await self._loop.getaddrinfo(parts.host, parts.port or (443 if parts.scheme == "https" else 80))
        addresses = sorted({str(entry[4][0]) for entry in found})
        if not addresses or not all(map(is_public, addresses)):
            raise Failure("contract", "address_refused", f"{parts.host} does not resolve to public addresses only")
        return str(parts.copy_with(host=addresses[0])), parts.netloc.decode(), parts.host

    def close(self) -> None:
        """End the loop and the connections. Whoever waits for an answer is told that none comes, else he waits for ever."""
        self._closed = True
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.run_until_complete(self._end())
        self._loop.close()

    async def _end(self) -> None:
        waiting = asyncio.all_tasks() - {asyncio.current_task()}
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


async def read_body(response: httpx.Response, limit: int) -> bytes:
    """The decoded body, at most ``limit`` bytes on the wire and as many again after inflating. Raises Failure."""
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("identity", "", "gzip", "x-gzip"):
        raise Failure("contract", "content_encoding", f"{coding[:40]!r} was not asked for; accepted: gzip, identity")
    inflate = zlib.decompressobj(31) if "gzip" in coding else None
    out, raw = bytearray(), 0
    async for chunk in response.aiter_raw(STEP):
        hit("poll.body.partial")
        raw += len(chunk)
        if raw > limit:
            raise Failure("contract", "too_large", f"more than {limit} bytes on the wire")
        out += _inflated(inflate, chunk, limit - len(out)) if inflate else chunk
    if inflate and (not inflate.eof or inflate.unused_data):
        raise Failure(
            "transient",
            "truncated",
            "the gzip stream has no end" if not inflate.eof else "bytes follow the gzip stream",
        )
    return bytes(out)


def _inflated(inflate: zlib._Decompress, chunk: bytes, room: int) -> bytes:
    """One chunk inflated, never more than one byte beyond the room: a bomb is noticed, not unfolded."""
    try:
        out = inflate.decompress(chunk, room + 1)
    except zlib.error as error:
        raise Failure("transient", "gzip_invalid", str(error)) from None
    if len(out) > room:
        raise Failure("contract", "too_large", "the inflated body is above the bound")
    return out


def retry_after(text: str, now: datetime) -> float | None:
    """Seconds a platform asks to wait: a number or a date. None when it says nothing that makes sense."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        asked = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (asked - now).total_seconds()) if asked.tzinfo else None


def is_public(text: str) -> bool:
    """An address on the open internet, not of this machine or a private network."""
    address = ip_address(text)
    address = getattr(address, "ipv4_mapped", None) or address
    denied = any(address.version == network.version and address in network for network in DENIED)
    return address.is_global and not address.is_multicast and not denied


def outcome_of(status: int) -> str:
    """The metric's word for a status."""
    match status:
        case 304:
            return "not_modified"
        case 429:
            return "throttled"
        case _ if status >= 500:
            return "http_5xx"
        case _ if status >= 300:
            return "http_4xx"
    return "ok"


OUTCOMES = {
    "deadline": "timeout",
    "timeout": "timeout",
    "tls": "tls",
    "too_large": "too_large",
    "host_refused": "guarded",
    "address_refused": "guarded",
}


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False

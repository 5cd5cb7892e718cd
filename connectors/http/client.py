"""Client: the only user of the HTTP library.

No redirect is followed, no cookie kept, no proxy taken from the environment; requests go to the definition's host only,
one at a time and never faster than the source's pace. What goes wrong is a ``Failure`` with the class that
decides what is done next.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.util import find_spec
from types import TracebackType
from typing import Self

import httpx

from connectors.http.body import read_body
from connectors.http.guard import Networks, check_addresses, check_host
from connectors.http.messages import Answer, Failure, HttpRequest
from ops import telemetry
from ops.failpoints import hit

AGENT = "Tongda-hub/1.0"
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
OUTCOMES = {  # of requests without an answer, as the metric names them
    "deadline": "timeout",
    "timeout": "timeout",
    "tls": "tls",
    "too_large": "too_large",
    "host_refused": "guarded",
    "address_refused": "guarded",
}


@dataclass
class _Gate:
    """One host's queue: so many requests in flight as its definition allows, and when the next may start."""

    lock: asyncio.Semaphore
    free_at: float = 0.0


class HttpClient:
    """The HTTP client of one process, with an event loop in a thread of its own, so that polls can block on an answer."""

    def __init__(self, now: Callable[[], datetime], private: Networks = ()) -> None:
        self._now, self._private = now, private
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fetch", daemon=True)
        self._gates: dict[str, _Gate] = {}
        self._client: httpx.AsyncClient | None = None
        self._closed = False

    def open(self) -> None:
        """Start the loop; no request is made before."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(10)

    async def _open(self) -> None:
        if find_spec("sniffio") is None:
            # httpcore looks for this package four times a request; a search through all folders costs 0.2 ms each.
            sys.modules["sniffio"] = None  # type: ignore[assignment]
        no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        self._client = httpx.AsyncClient(
            trust_env=False,
            follow_redirects=False,
            cookies=no_cookies,
            timeout=httpx.Timeout(20.0),
            headers={"User-Agent": AGENT, "Accept-Encoding": "gzip", "Accept": "*/*"},
            limits=httpx.Limits(max_keepalive_connections=32),
        )

    def fetch(self, request: HttpRequest) -> Answer:
        """One answer, whatever its status. Raises Failure when there is none within the bounds."""
        if self._closed:
            raise Failure("transient", "closing", "the process ends")
        future = asyncio.run_coroutine_threadsafe(self._queued(request), self._loop)
        started, outcome = time.monotonic(), "refused"
        try:
            answer = future.result()
            outcome = outcome_of(answer.status)
            return answer
        except Failure as failure:
            outcome = OUTCOMES.get(failure.reason, "refused")
            raise
        finally:
            telemetry.count("tongda_requests_total", source=request.source, outcome=outcome)
            telemetry.observe("tongda_request_duration_seconds", time.monotonic() - started, source=request.source)

    async def _queued(self, request: HttpRequest) -> Answer:
        """One exchange when the host's gate is free. Raises Failure."""
        check_host(request)
        gate = self._gates.setdefault(request.host, _Gate(asyncio.Semaphore(request.parallel)))
        came = time.monotonic()
        async with gate.lock:
            begins = max(gate.free_at, time.monotonic())
            gate.free_at = begins + request.interval_seconds
            await asyncio.sleep(max(0.0, begins - time.monotonic()))
            waited = time.monotonic() - came
            telemetry.count("tongda_pace_wait_seconds_total", waited, source=request.source)
            hit("poll.request.before")
            with _failures(request):
                async with asyncio.timeout(request.deadline_seconds):
                    return replace(await self._exchange(request), waited_seconds=waited)
        raise AssertionError("unreachable")

    async def _exchange(self, request: HttpRequest) -> Answer:
        assert self._client is not None
        url, headers, extensions = request.url, dict(request.headers), {}
        if request.guarded:
            url, headers["Host"], extensions["sni_hostname"] = await self._pinned(request.url)
        sent = self._client.build_request(
            request.method,
            url,
            params=request.query or None,
            headers=headers,
            content=request.body or None,
            extensions=extensions,
        )
        response = await self._client.send(sent, stream=True)
        try:
            hit("poll.headers.after")
            body = await read_body(response, request.max_bytes)
        finally:
            await response.aclose()
        hit("poll.body.after")
        telemetry.count("tongda_response_bytes_total", response.num_bytes_downloaded, source=request.source)
        kept = {name: response.headers[name][:1000] for name in KEPT_HEADERS if name in response.headers}
        wire_bytes = response.num_bytes_downloaded
        return Answer(request.shown or request.url, body, self._now(), response.status_code, kept, wire_bytes)

    async def _pinned(self, url: str) -> tuple[str, str, str]:
        """The address with its name resolved and each result checked: the connection goes to the checked address."""
        parts = httpx.URL(url)
        found = await self._loop.getaddrinfo(parts.host, parts.port or (443 if parts.scheme == "https" else 80))
        addresses = sorted({str(entry[4][0]) for entry in found})
        check_addresses(parts.host, addresses, self._private)
        return str(parts.copy_with(host=addresses[0])), parts.netloc.decode(), parts.host

    def close(self) -> None:
        """End the loop and the connections. Threads that wait for an answer get an exception, or they would wait on."""
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


@contextmanager
def _failures(request: HttpRequest) -> Iterator[None]:
    """What the library raises, as failures. The order matters: a subclass stands before its base."""
    try:
        yield
    except TimeoutError:
        raise Failure("transient", "deadline", f"no whole answer within {request.deadline_seconds:g} s") from None
    except httpx.TimeoutException as error:
        raise Failure("transient", "timeout", type(error).__name__) from None
    except httpx.ConnectError as error:
        raise Failure("transient", "tls" if _is_tls(error) else "refused", str(error)[:200]) from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise Failure("transient", "transport", f"{type(error).__name__}: {error}"[:200]) from None


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


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False

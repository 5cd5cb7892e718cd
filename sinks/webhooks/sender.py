"""Sender: one request to a receiver, whoever it is: to public addresses only, no redirect, a bounded answer in a bounded time.

The guard is the resolver: the connection goes to the addresses that were checked, so that a name cannot mean another one a moment
later. The answer's body is read for a verification alone, and never further than some kilobytes.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Collection, Mapping
from ipaddress import ip_address
from typing import NamedTuple

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from ops.outbound import is_public

DEADLINE_SECONDS = 15.0
MOST_BYTES = 4096  # of a receiver's answer
MOST_HEADER_BYTES = 8190
AGENT = "Tongda-webhooks/1.0"


class Answer(NamedTuple):
    """What a receiver answered, or the word for why it did not: ``status`` 0."""

    status: int
    problem: str = ""
    retry_after: str = ""
    body: bytes = b""

    @property
    def is_received(self) -> bool:
        return 200 <= self.status < 300


class PublicAddresses(AbstractResolver):
    """Names as the system resolves them, but only to public addresses; ``inside``: host:port that may be private."""

    def __init__(self, inside: Collection[str]) -> None:
        self._inside = frozenset(inside)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        addresses = [str(entry[4][0]) for entry in found]
        self.check(host, port, addresses)
        return [
            ResolveResult(
                hostname=host,
                host=str(entry[4][0]),
                port=port,
                family=entry[0],
                proto=entry[2],
                flags=socket.AI_NUMERICHOST,
            )
            for entry in found
        ]

    def check(self, host: str, port: int, addresses: Collection[str]) -> None:
        """Raises PermissionError."""
        if f"{host}:{port}" not in self._inside and not (addresses and all(map(is_public, addresses))):
            raise PermissionError(f"{host} does not resolve to public addresses only")

    async def close(self) -> None:
        """Nothing is held."""


class Sender:
    """The connections of one process to all receivers."""

    def __init__(self, inside: Collection[str], deadline_seconds: float = DEADLINE_SECONDS) -> None:
        self._guard = PublicAddresses(inside)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=self._guard, ttl_dns_cache=0, use_dns_cache=False, limit_per_host=8
            ),
            timeout=aiohttp.ClientTimeout(total=deadline_seconds),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": AGENT, "Accept-Encoding": "identity"},
            auto_decompress=False,
            max_line_size=MOST_HEADER_BYTES,
            max_field_size=MOST_HEADER_BYTES,
        )

    async def send(self, url: str, body: bytes, headers: Mapping[str, str], *, is_read: bool = False) -> Answer:
        """Post once. ``is_read``: the first kilobytes of the answer are wanted."""
        try:
            self._check_literal(url)
            async with self._session.post(
                URL(url),
                data=body,
                headers={**headers, "Content-Type": "application/json"},
                allow_redirects=False,
            ) as answer:
                said = await answer.content.read(MOST_BYTES) if is_read else b""
                problem = "" if 200 <= answer.status < 300 else _told(answer.status)
                return Answer(answer.status, problem, answer.headers.get("Retry-After", "")[:40], said)
        except TimeoutError:
            return Answer(0, "no answer in time")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Answer(0, _what(error))

    def _check_literal(self, url: str) -> None:
        """An address that is a number is resolved by nobody. Raises PermissionError."""
        parts = URL(url)
        host = parts.host or ""
        try:
            ip_address(host)
        except ValueError:
            return
        self._guard.check(host, parts.port or 0, [host])

    async def close(self) -> None:
        await self._session.close()


def _told(status: int) -> str:
    return "it redirects, which is not followed" if 300 <= status < 400 else f"status {status}"


def _what(error: BaseException) -> str:
    """In a few words, without what the receiver sent."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, PermissionError):
            return str(cause)[:200]
        cause = cause.__cause__ or cause.__context__
    return type(error).__name__

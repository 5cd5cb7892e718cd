"""Body: the bytes of a response, bounded on the wire and after inflating."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

import httpx

from connectors.http.messages import Failure
from ops.failpoints import hit

STEP = 64 * 1024
GZIP = 31  # window bits and format


async def read_body(response: httpx.Response, limit: int) -> bytes:
    """The decoded body, at most ``limit`` bytes on the wire and as many again after inflating. Raises Failure."""
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("identity", "", "gzip", "x-gzip"):
        raise Failure("contract", "content_encoding", f"{coding[:40]!r} was not asked for; accepted: gzip, identity")
    inflate = Inflate(limit) if "gzip" in coding else None
    out, raw = bytearray(), 0
    async for chunk in response.aiter_raw(STEP):
        hit("poll.body.partial")
        raw += len(chunk)
        if raw > limit:
            raise Failure("contract", "too_large", f"more than {limit} bytes on the wire")
        if inflate:
            inflate.take(chunk, out)
        else:
            out += chunk
    if inflate:
        inflate.check_end()
    return bytes(out)


@dataclass
class Inflate:
    """A gzip stream of one or several members, inflated to at most ``limit`` bytes."""

    limit: int
    member: zlib._Decompress = field(default_factory=lambda: zlib.decompressobj(GZIP))

    def take(self, chunk: bytes, out: bytearray) -> None:
        """One chunk inflated, at most one byte beyond the room: a bomb is refused before it takes memory."""
        while chunk:
            if self.member.eof:
                self.member = zlib.decompressobj(GZIP)
            room = self.limit - len(out)
            try:
                found = self.member.decompress(chunk, room + 1)
            except zlib.error as error:
                raise Failure("transient", "gzip_invalid", str(error)) from None
            if len(found) > room:
                raise Failure("contract", "too_large", "the inflated body is above the bound")
            out += found
            chunk = self.member.unused_data.lstrip(b"\0")  # zeros fill up the last block of some servers

    def check_end(self) -> None:
        if not self.member.eof:
            raise Failure("transient", "truncated", "the gzip stream has no end")

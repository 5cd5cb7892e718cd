"""Body: the bytes of a response, bounded on the wire and after inflating."""

from __future__ import annotations

import zlib

import httpx

from connectors.http.messages import Failure
from ops.failpoints import hit

STEP = 64 * 1024


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
        message = "the gzip stream has no end" if not inflate.eof else "bytes follow the gzip stream"
        raise Failure("transient", "truncated", message)
    return bytes(out)


def _inflated(inflate: zlib._Decompress, chunk: bytes, room: int) -> bytes:
    """One chunk inflated, at most one byte beyond the room: a bomb is refused before it takes memory."""
    try:
        out = inflate.decompress(chunk, room + 1)
    except zlib.error as error:
        raise Failure("transient", "gzip_invalid", str(error)) from None
    if len(out) > room:
        raise Failure("contract", "too_large", "the inflated body is above the bound")
    return out

"""Traces: one id from a poll to the log lines of the stages, in the header ``traceparent`` (W3C Trace Context) of raw records."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

HEADER = "traceparent"
FORM = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


def trace_of(*parts: str) -> str:
    """An id of 32 hexadecimal digits, the same for the same parts: what is repeated has the same trace."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def traceparent(trace: str, part: str) -> tuple[str, bytes]:
    """The header of one part of a trace."""
    return HEADER, f"00-{trace}-{trace_of(trace, part)[:16]}-01".encode()


def trace_in(headers: Iterable[tuple[str, bytes]]) -> str:
    """The id in a record's headers; empty when there is none, or it is none."""
    for name, value in headers:
        if name == HEADER and (found := FORM.fullmatch(value.decode("latin-1"))):
            return found[1]
    return ""

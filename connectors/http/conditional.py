"""Conditional: requests for pages that may not have changed (``ETag``, ``Last-Modified``).

A 304 concerns one address only: that page's bytes are read again from the evidence, and every other page of the list is
requested as before. Validators are held in memory only, so a process begins with whole answers. After a week each address
is requested without condition, and a platform whose validator stayed while its bytes changed is not trusted again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from connectors.http.messages import Answer, HttpRequest
from ops.evidence import EvidenceStore

UNCONDITIONAL_AFTER = timedelta(days=7)
MOST_ADDRESSES = 500


@dataclass(frozen=True)
class Validated:
    """The last whole answer of an address, and since when its requests carry a condition."""

    etag: str
    last_modified: str
    sha256: str
    headers: dict[str, str]
    since: datetime


@dataclass
class Validators:
    """What is known of the addresses of one feed."""

    known: dict[str, Validated] = field(default_factory=dict)
    trusted: bool = True

    def conditional(self, request: HttpRequest, now: datetime, evidence: EvidenceStore) -> HttpRequest:
        """The request with its condition, if there is one and the bytes are still there."""
        known = self.known.get(_address(request))
        if known is None or not self.trusted or not evidence.has(known.sha256):
            return request
        if not timedelta() <= now - known.since < UNCONDITIONAL_AFTER:
            return request
        named = (("If-None-Match", known.etag), ("If-Modified-Since", known.last_modified))
        return replace(request, headers=(*request.headers, *((name, value) for name, value in named if value)))

    def unchanged(self, request: HttpRequest, answer: Answer, evidence: EvidenceStore) -> Answer:
        """A 304 with the bytes that it stands for; any other answer as it is."""
        known = self.known.get(_address(request))
        return answer if answer.status != 304 or known is None else replace(answer, body=evidence.get(known.sha256))

    def whole(self, request: HttpRequest, answer: Answer, sha256: str) -> Answer:
        """The answer to be read, after it was kept: a 304 as the 200 it stands for. Remembers a 200."""
        address, headers = _address(request), answer.headers
        known = self.known.get(address)
        if answer.status == 304 and known is not None:
            return replace(answer, status=200, headers={**known.headers, "date": headers.get("date", "")})
        etag, last_modified = headers.get("etag", ""), headers.get("last-modified", "")
        if answer.status == 200 and (etag or last_modified):
            if known and (known.etag, known.last_modified) == (etag, last_modified) and known.sha256 != sha256:
                self.trusted = False
            self.known.pop(address, None)
            self.known[address] = Validated(etag, last_modified, sha256, headers, answer.received_at)
            for oldest in list(self.known)[:-MOST_ADDRESSES]:
                del self.known[oldest]
        return answer


def _address(request: HttpRequest) -> str:
    return f"{request.method} {request.shown or request.url}"

"""Evidence 原始证据: where the bytes behind a record lie."""

from __future__ import annotations

import base64

from schemas.records.base import Record


class Evidence(Record, frozen=True):
    """The response's SHA-256 and a pointer into its bytes.

    ``pointer`` is a JSON Pointer (``/data/list/12``), ``Sheet1!R12``, ``line 17``, ``table 0 row 12`` or ``/doc/3``;
    a file inside an archive or an attachment is chained: ``member a.xml > /doc/3``.
    """

    sha256: str
    pointer: str

    @property
    def address(self) -> str:
        """The bytes by their digest, wherever they are kept (RFC 6920)."""
        return "ni:///sha-256;" + base64.urlsafe_b64encode(bytes.fromhex(self.sha256)).decode().rstrip("=")


def public_address(url: str, evidence: Evidence | None) -> str:
    """Where others find what a record rests on: the platform's page, or its bytes by their digest.

    A platform that puts files into an inbox has no page for them, and where the inbox lies on a machine of ours is nobody's
    business.
    """
    if not url.startswith("file:"):
        return url
    return evidence.address if evidence else ""

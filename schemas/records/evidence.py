"""Evidence 原始证据: where the bytes behind a record lie."""

from __future__ import annotations

from schemas.records.base import Record


class Evidence(Record, frozen=True):
    """The response's SHA-256 and a pointer into its bytes.

    ``pointer`` is a JSON Pointer (``/data/list/12``), ``Sheet1!R12``, ``line 17``, ``table 0 row 12`` or ``/doc/3``;
    a file inside an archive or an attachment is chained: ``member a.xml > /doc/3``.
    """

    sha256: str
    pointer: str

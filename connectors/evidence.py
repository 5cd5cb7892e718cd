"""Evidence: what a platform answered is kept before anything is read out of it: the bytes, when and how they came."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path

from connectors.fetch import Answer
from ops import telemetry
from ops.evidence import EvidenceStore
from ops.failpoints import hit


def keep(store: EvidenceStore, answer: Answer) -> str:
    """Store an answer and return the SHA-256 of its bytes. Bytes that were seen before are stored once.

    1 the bytes, whole and synced  2 a line in the day's journal: hash, time, address, status, headers.
    """
    try:
        sha = store.put(answer.body)
        hit("poll.evidence.partial")
        _journal(store.folder, sha, answer)
    except OSError:
        telemetry.count("tongda_evidence_writes_total", outcome="failed")
        raise
    telemetry.count("tongda_evidence_writes_total", outcome="stored")
    hit("poll.evidence.after")
    return sha


def _journal(folder: Path, sha: str, answer: Answer) -> None:
    """One write of one line: lines of several processes do not mix."""
    line = json.dumps(
        {
            "sha256": sha,
            "received_at": stamp(answer.received_at),
            "url": answer.url,
            "status": answer.status,
            "headers": answer.headers,
        },
        ensure_ascii=False,
    )
    descriptor = os.open(
        folder / f"journal-{answer.received_at:%Y-%m-%d}.ndjson", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640
    )
    try:
        os.write(descriptor, line.encode() + b"\n")
    finally:
        os.close(descriptor)


def stamp(instant: datetime) -> str:
    """An instant as the hub writes it: RFC 3339, milliseconds, +08:00."""
    return instant.isoformat(timespec="milliseconds")

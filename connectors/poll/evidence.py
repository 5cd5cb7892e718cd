"""Evidence: an answer is stored before anything is read out of it: its bytes, and when and how they came."""

from __future__ import annotations

import errno
import json
import os
import shutil
from datetime import datetime
from pathlib import Path

from connectors.http.messages import Answer, Failure
from ops import telemetry
from ops.evidence import EvidenceStore
from ops.failpoints import hit

DISK_FULL = "disk_full"
ROOM_BYTES = 64 << 20  # polls under way may still bring some answers of 8 MiB
FULL = (errno.ENOSPC, errno.EDQUOT)


def shortage(folder: Path) -> str:
    """What is missing for another poll, as a sentence; empty while there is room."""
    free = _free_bytes(folder)
    return _full(folder, free) if free < ROOM_BYTES else ""


def _free_bytes(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(folder).free


def _full(folder: Path, free: int) -> str:
    return f"disk full: {folder}, {free} bytes free · 证据磁盘已满"


def keep(store: EvidenceStore, answer: Answer) -> str:
    """Store an answer and return the SHA-256 of its bytes. Bytes that were seen before are stored once.

    1 the bytes, whole and synced  2 a line in the day's journal: hash, time, address, status, headers.
    Raises Failure(``local``) when the disk is full: then nothing was read out of the answer.
    """
    try:
        sha = store.put(answer.body)
        hit("poll.evidence.partial")
        _journal(store.folder, sha, answer)
    except OSError as error:
        telemetry.count("tongda_evidence_writes_total", outcome="failed")
        if error.errno in FULL:
            raise Failure("local", DISK_FULL, _full(store.folder, _free_bytes(store.folder))) from None
        raise
    telemetry.count("tongda_evidence_writes_total", outcome="stored")
    hit("poll.evidence.after")
    return sha


def _journal(folder: Path, sha: str, answer: Answer) -> None:
    """One write of one line: lines of several processes do not mix. After one that was cut a new line begins.

    Raises OSError when it does not fit as a whole.
    """
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
        folder / f"journal-{answer.received_at:%Y-%m-%d}.ndjson", os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640
    )
    try:
        size = os.fstat(descriptor).st_size
        cut = size and os.pread(descriptor, 1, size - 1) != b"\n"
        data = (b"\n" if cut else b"") + line.encode() + b"\n"
        if os.write(descriptor, data) < len(data):
            raise OSError(errno.ENOSPC, "the line does not fit")
    finally:
        os.close(descriptor)


def stamp(instant: datetime) -> str:
    """An instant as the hub writes it: RFC 3339, milliseconds, +08:00."""
    return instant.isoformat(timespec="milliseconds")

"""Child: a large or much packed file is read in a process of its own, with bounded memory and time.

A hostile workbook, archive or document can then end nothing but its own reading. The child gets the definition and the
bytes on its standard input and answers with rows in JSON; it is given no secret and opens no file.
"""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from connectors.http.messages import Failure
from connectors.read.file import file_table, without_conflicts
from connectors.read.page import Page, Unreadable, keyed
from connectors.read.table import Table
from schemas.errors import Reject
from schemas.source.model import Feed
from schemas.wire import decode, encode

MEMORY_BYTES = 1 << 30  # of addresses; the interpreter and its libraries take a quarter of it
SECONDS = 120  # of wall clock, and of CPU
LARGE_BYTES = 2 << 20  # packed
LARGE_UNPACKED = 16 << 20
ROOT = Path(__file__).resolve().parents[2]


def read_file(name: str, body: bytes, feed: Feed) -> Table:
    """The rows of a file, by a child where it is large. Raises as ``file_table``; Reject (file_too_heavy)."""
    return _by_child(name, body, feed) if is_large(body) else file_table(name, body, feed)


def file_page(name: str, body: bytes, feed: Feed) -> Page:
    """All rows of one file; a damaged member is one refusal, the others are read.

    Raises Reject when the file as a whole cannot be read, Failure(``contract``) when its header is not as declared.
    """
    found = read_file(name, body, feed)
    assert feed.file is not None
    rows, unkeyed = keyed(feed, found.items)
    single, conflicting = without_conflicts(rows, numbered=feed.file.repeats == "numbered")
    return Page(single, (*found.refused, *unkeyed, *conflicting), doubt=found.doubt)


def is_large(body: bytes) -> bool:
    """By its bytes, or by what it declares to unfold to."""
    if len(body) >= LARGE_BYTES:
        return True
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return sum(entry.file_size for entry in archive.infolist()) >= LARGE_UNPACKED
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return False


def _by_child(name: str, body: bytes, feed: Feed) -> Table:
    """Raises as ``read_file``."""
    definition = feed.model_dump(mode="json", by_alias=True, exclude_unset=True)
    head = json.dumps({"name": name, "feed": definition, "memory": MEMORY_BYTES, "seconds": SECONDS})
    try:
        done = subprocess.run(
            [sys.executable, "-m", "connectors.read.child"],
            input=head.encode() + b"\n" + body,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            cwd=ROOT,
            env={"PYTHONUTF8": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Reject("file_too_heavy", f"the file takes more than {SECONDS} s to read") from None
    if done.returncode:
        raise Reject("file_too_heavy", f"the file takes more than {MEMORY_BYTES >> 20} MiB to read, or ends its reader")
    return _table(decode(done.stdout))


def _table(found: dict[str, Any]) -> Table:
    if "reject" in found:
        raise Reject(*found["reject"])
    if "failure" in found:
        raise Failure(*found["failure"])
    refused = [
        Unreadable(pointer, reason, message, original.encode("latin-1"))
        for pointer, reason, message, original in found["refused"]
    ]
    return Table([(pointer, record) for pointer, record in found["items"]], refused, found["doubt"])


def main() -> None:
    """One file from standard input; the answer to standard output."""
    head = json.loads(sys.stdin.buffer.readline())
    for bound, value in ((resource.RLIMIT_AS, head["memory"]), (resource.RLIMIT_CPU, max(1, int(head["seconds"])))):
        resource.setrlimit(bound, (value, value))
    try:
        read = file_table(head["name"], sys.stdin.buffer.read(), Feed.model_validate_json(json.dumps(head["feed"])))
    except Reject as error:
        answer: dict[str, Any] = {"reject": [error.reason, error.message]}
    except Failure as failure:
        answer = {"failure": [failure.kind, failure.reason, failure.message]}
    else:
        refused = [[one.pointer, one.reason, one.message, one.original.decode("latin-1")] for one in read.refused]
        answer = {"items": read.items, "refused": refused, "doubt": read.doubt}
    sys.stdout.buffer.write(encode(answer))


if __name__ == "__main__":
    main()

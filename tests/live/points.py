"""Points: the failpoints in the code, those of the design, and those that are enumerated."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ops.settings import ROOT
from tests.code import nodes
from tests.live.edge_subjects import PollSubject, StoreSubject, StreamSubject
from tests.live.stage_subjects import REVOKED, STEPS

PACKAGES = ("schemas", "ops", "connectors", "streams", "sinks")
RESTORED = "backup.restore.partial"  # test_backup.py kills the restore there
PUSHED = tuple(  # tests/sinks/webhooks/test_kills.py kills the process at each of them
    f"push.{step}" for step in ("queue.before", "queue.after", "sent.after", "settle.before", "settle.after")
)
MAILED = tuple(  # tests/sinks/mail/test_kills.py kills a process at each of them
    f"mail.{step}" for step in ("queue.before", "queue.after", "sent.after", "settle.before", "settle.after")
)
NAME = re.compile(r"\.?([a-z_]+\.)?[a-z_]+\.(before|after|partial)")
WHOLE = re.compile(r"(poll|sink|sse|file|stop|backup|push|mail)\.[a-z_.]+")
# Steps that are named without their process, by the file that has them.
OWNERS = {
    **dict.fromkeys(("streams/runtime/host.py", "streams/runtime/partition.py"), "<stage>"),
    "ops/bus/writer.py": "poll",
}

# What must be enumerated: each step of a poll, a stage, the store, a file and a stop, and a restore of a backup.
DESIGN = frozenset(
    [
        f"poll.{step}"
        for step in (
            "request.before",
            "headers.after",
            "body.partial",
            "body.after",
            "evidence.partial",
            "evidence.after",
            "prove.after",
            "begin.after",
            "raw.partial",
            "cursor.after",
            "commit.before",
            "commit.after",
        )
    ]
    + [
        f"<stage>.{step}"
        for step in (
            "fence.after",
            "restore.partial",
            "restore.after",
            "polled.after",
            "folded.after",
            "begin.after",
            "outputs.partial",
            "outputs.after",
            "state.partial",
            "offsets.after",
            "commit.before",
            "commit.after",
            "revoke.before",
        )
    ]
    + [
        "sink.rows.partial",
        "sink.offsets.after",
        "sink.commit.before",
        "sink.commit.after",
        "sse.flush.before",
        "file.partial",
        "file.rename.before",
        "stop.drain.partial",
        RESTORED,
        *PUSHED,
        *MAILED,
    ]
)
ENUMERATED = frozenset(
    [
        *PollSubject.points,
        *StoreSubject.points,
        *StreamSubject.points,
        *(f"<stage>.{step}" for step in (*STEPS, REVOKED)),
        RESTORED,
        *PUSHED,
        *MAILED,
    ]
)


def in_code() -> dict[str, str]:
    """Each failpoint in the code, with its file and line."""
    return dict(sorted(_named()))


def _named() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            path = str(file.relative_to(ROOT))
            for node in nodes(file):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and NAME.fullmatch(node.value):
                    name = node.value
                    yield (
                        (name if WHOLE.fullmatch(name) else f"{OWNERS[path]}.{name.removeprefix('.')}"),
                        f"{path}:{node.lineno}",
                    )

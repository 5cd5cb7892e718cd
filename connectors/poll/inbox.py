"""Inbox: the pages of a feed whose platform puts files into a folder. Each edition is one slice of one page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import replace

from connectors.http.messages import Failure
from connectors.poll.cursor import Cursor
from connectors.poll.evidence import keep
from connectors.poll.memory import Memory
from connectors.poll.pages import Origin, ReadPage, Replaced, Slice
from connectors.poll.prove import End, Proof, Sweep
from connectors.read.child import file_page
from connectors.read.inbox import InboxFile, day_in, files_of, folder_of, read_inbox_file
from connectors.read.page import unread_page
from ops.evidence import EvidenceStore
from schemas.errors import Reject
from schemas.source.model import File, Source


@dataclass
class InboxPages:
    """The page source of one poll of an inbox."""

    source: Source
    feed_id: str
    evidence: EvidenceStore
    now: Callable[[], datetime]
    started: datetime
    origin: Origin | None = None
    known: dict[str, str] = field(default_factory=dict)  # editions that were read before this poll
    left_out: Replaced = field(default_factory=Replaced)
    read: set[str] = field(default_factory=set)  # keys that this poll's files show

    @property
    def reads_everything(self) -> bool:
        return True

    @property
    def doubt(self) -> Proof | None:
        return None

    @property
    def _file(self) -> File:
        file = self.source.feeds[self.feed_id].file
        assert file is not None  # the definition was refused otherwise
        return file

    def slices(self, cursor: Cursor, memory: Memory) -> Sequence[Slice]:
        """All editions that were not read yet, in the order of their names."""
        access, self.known = self.source.access, cursor.editions
        files = files_of(folder_of(access.base, access.folder, self.feed_id), self._file.pattern)
        due = due_files(files, cursor.editions, self._file.edition == "snapshot", memory.suspects or cursor.silent > 0)
        return [Slice(file=file) for file in due]

    def close(self) -> None:
        """Nothing is begun before its turn."""

    def pages(self, part: Slice, memory: Memory, *, is_first_sweep: bool) -> Iterator[ReadPage | End]:
        yield self.first_page(part)
        yield End.NOTHING_FOLLOWS

    def first_page(self, part: Slice) -> ReadPage:
        """The whole file, whose sum proves that nothing of it is missing."""
        assert part.file is not None
        answer = read_inbox_file(part.file, self.source.access.max_bytes, self.now())
        self.origin = Origin(keep(self.evidence, answer), answer.url, answer.received_at)
        failure: Failure | None = None
        try:
            page = file_page(part.file.name, answer.body, self.source.feeds[self.feed_id])
        except Reject as error:
            failure = Failure("short", error.reason, error.message, answer=answer)
            page = unread_page(error, answer.body)
        # A snapshot stands for those before it, whatever their names.
        file = "~" if self._file.edition == "snapshot" else f"~{part.file.name}"
        refused = {each.name: file for each in page.refused}
        mended = frozenset[str]() if refused else frozenset((file,))
        return ReadPage(page, self.origin, failure=failure, refused=refused, mended=mended)

    def smaller(self, part: Slice, failure: Failure) -> Sequence[Slice]:
        return ()

    def goes_on_after(self, failure: Failure) -> bool:
        return True  # a file that cannot be read hinders no other

    def advanced(self, cursor: Cursor, part: Slice, sweep: Sweep, *, is_proved: bool) -> Cursor:
        """The edition is read; its day is the watermark, unless it lies ahead: a file of the future moves nothing."""
        assert part.file is not None
        self._compare(part.file, sweep)
        known = {} if self._file.edition == "snapshot" else cursor.editions
        day = day_in(part.file.name) or ""
        reached = day if day <= self.started.date().isoformat() else ""
        return replace(
            cursor,
            editions={**known, part.file.name: part.file.sha256},
            watermark=max(cursor.watermark or "", reached) or None,
        )

    @property
    def replaced(self) -> Replaced:
        """A row that moved to another period's file is not left out."""
        return Replaced(self.left_out.keys - self.read, self.left_out.of)

    def _compare(self, file: InboxFile, sweep: Sweep) -> None:
        """An edition of a period beside the one that it replaces, whose bytes are among the evidence."""
        before = self.known.get(file.name, file.sha256)
        self.read |= sweep.digests.keys()
        if self._file.edition != "period" or before == file.sha256 or not self.evidence.has(before):
            return
        earlier = file_page(file.name, self.evidence.get(before), self.source.feeds[self.feed_id])
        keys = {row.key for row in earlier.rows}
        self.left_out.keys |= keys - sweep.digests.keys()
        self.left_out.of += len(keys)

    def shown(self, sweep: Sweep) -> set[str] | None:
        is_whole = self._file.edition == "snapshot" and not any(page.refused for page in sweep.pages)
        return set(sweep.digests) if is_whole else None

    def finished(self, cursor: Cursor) -> Cursor:
        return cursor


def due_files(files: list[InboxFile], known: dict[str, str], snapshot: bool, suspects: bool) -> list[InboxFile]:
    """Which files to read now. Of snapshots the newest alone counts, and it is read once more while a record is
    suspected to be gone: two complete polls have to agree."""
    if snapshot:
        return [file for file in files[-1:] if suspects or known.get(file.name) != file.sha256]
    return [file for file in files if not file.sha256 or known.get(file.name) != file.sha256]

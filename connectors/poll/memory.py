"""Memory: which records of a feed are new, changed, unchanged, or gone. Pure; the poll writes it to tongda.cursor.

A record is changed when its row has a new digest, and gone when ``absence_polls`` complete polls in a row did not show
it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from msgspec.structs import replace

from connectors.poll.cursor import Remembered
from connectors.read.page import Row, folded

Result = Literal["new", "changed", "unchanged", "rejected"]
MASS_ABSENCE_RECORDS = 10  # fewer are never a mass


@dataclass(frozen=True)
class Absences:
    """What follows from a complete poll for the records it did not show."""

    changes: dict[str, Remembered] = field(default_factory=dict)
    gone: tuple[str, ...] = ()  # to be published as absent
    held: bool = False  # too many at once: nothing is published, a person decides


@dataclass
class Memory:
    """All that is remembered of one feed's records. ``weigh`` and ``absences`` change nothing; ``keep`` does."""

    records: dict[str, Remembered] = field(default_factory=dict)
    _spellings: dict[str, str] = field(default_factory=dict, repr=False)  # compared form → key; made when first needed
    _refusals: dict[str, str] | None = field(default=None, repr=False)

    def spelling(self, key: str) -> str:
        """The key under which a record is known that the platform may write in another case or width."""
        if key in self.records:
            return key
        if not self._spellings:
            self._spellings = {folded(known): known for known in self.records if known[:1] not in ("!", "~")}
        return self._spellings.get(folded(key), key)

    def shows_news(self, rows: Iterable[Row]) -> bool:
        """Some row is new or changed."""
        return any(
            (known := self.records.get(row.key)) is None or known.digest != row.digest or known.absent for row in rows
        )

    def weigh(self, record: str, found: str, pending: Mapping[str, Remembered]) -> tuple[Result, Remembered]:
        """One row against what is known of its record; ``pending``: changes of the same page, not yet kept.

        A record that comes back after it was published as absent is a change, even with its old content.
        """
        known = pending.get(record) or self.records.get(record)
        if known is None:
            return "new", Remembered(digest=found, sequence=1)
        if known.digest == found and not known.absent:
            return "unchanged", replace(known, missing_polls=0) if known.missing_polls else known
        return "changed", Remembered(digest=found, sequence=known.sequence + 1)

    def refuse(self, name: str, pending: Mapping[str, Remembered], of: str = "") -> Remembered | None:
        """What to remember of a refused row; None when the same refusal was published before."""
        return None if name in self.records or name in pending else Remembered(digest=name[1:], sequence=0, of=of)

    def refusals(self) -> Mapping[str, str]:
        """The refusals that may be lifted, with what they are of. Looked up once, then kept beside the records."""
        if self._refusals is None:
            self._refusals = {name: known.of for name, known in self.records.items() if name[:1] == "!" and known.of}
        return self._refusals

    def forget(self, names: Iterable[str]) -> None:
        """Refusals that were lifted."""
        for name in names:
            del self.records[name]
        self._refusals = None

    def absences(self, shown: set[str], polls: int, share: float) -> Absences:
        """After a complete poll of the whole feed: one more miss for each record it did not show.

        Held when more than ``share`` of the live records, and more than ten, are newly missing.
        """
        live = {name: known for name, known in self.records.items() if known.sequence and not known.absent}
        missing = {name: known for name, known in live.items() if name not in shown}
        newly = sum(not known.missing_polls for known in missing.values())
        if newly > MASS_ABSENCE_RECORDS and newly > share * len(live):
            return Absences(held=True)
        changes: dict[str, Remembered] = {}
        for name, known in missing.items():
            gone = known.missing_polls + 1 >= polls
            changes[name] = Remembered(
                digest=known.digest,
                sequence=known.sequence + gone,
                missing_polls=known.missing_polls + 1,
                absent=gone,
                identity=known.identity,
            )
        return Absences(changes, tuple(sorted(name for name, known in changes.items() if known.absent)))

    def replaced(self, keys: set[str], of: int, share: float) -> Absences:
        """Records that a new edition of their period leaves out: gone at once, since an edition is complete by itself.

        Held when they are more than ``share`` of the edition before, and more than ten.
        """
        live = {name: known for name in keys if (known := self.records.get(name)) and not known.absent}
        if len(live) > MASS_ABSENCE_RECORDS and len(live) > share * of:
            return Absences(held=True)
        changes = {
            name: replace(known, sequence=known.sequence + 1, missing_polls=1, absent=True)
            for name, known in live.items()
        }
        return Absences(changes, tuple(sorted(changes)))

    @property
    def suspects(self) -> bool:
        """Some record was missed once and is not yet published as absent."""
        return any(known.missing_polls and known.sequence and not known.absent for known in self.records.values())

    def keep(self, changes: Mapping[str, Remembered]) -> None:
        """Remember what was committed."""
        self.records.update(changes)
        if self._refusals is not None:
            self._refusals |= {name: one.of for name, one in changes.items() if name[:1] == "!" and one.of}
        if self._spellings:
            self._spellings.update((folded(name), name) for name in changes if name[:1] not in ("!", "~"))

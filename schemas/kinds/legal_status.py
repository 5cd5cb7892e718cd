"""Legal status 法律状态: what happened to the right itself, and to the names of its holders."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pydantic import Field

from schemas.fields.date import RecordedDate
from schemas.fields.party import Party
from schemas.fields.patent_number import PatentNumber
from schemas.kinds.occurrence import Occurrence
from schemas.records.sighting import patent_subject


class LegalStatus(Occurrence):
    """One announcement about one patent that is no deal. Old and new event codes of one announcement are one event."""

    name, label, counts_on = "legal-status", "法律状态", "announced_on"
    phases = (
        "published",
        "examination_started",
        "granted",
        "refused",
        "withdrawn",
        "deemed_withdrawn",
        "preserved",
        "preservation_lifted",
        "holder_renamed",
        "holder_data_changed",
        "biblio_changed",
        "lapsed",
        "expired",
        "abandoned",
        "partly_abandoned",
        "terminated",
        "revoked",
        "partly_revoked",
        "invalidated",
        "partly_invalidated",
        "restored",
        "term_extended",
        "corrected",
    )
    giver = "holder"

    patents: tuple[PatentNumber, ...] = Field(min_length=1, title="专利号")
    announced_on: RecordedDate | None = Field(None, title="公告日")
    effective_on: RecordedDate | None = Field(None, title="生效日")
    code: str | None = Field(None, title="事务代码")
    holder: tuple[Party, ...] = Field((), title="专利权人")
    renamed_from: tuple[str, ...] = Field((), title="变更前名称")
    renamed_to: tuple[str, ...] = Field((), title="变更后名称")
    title: str | None = Field(None, title="专利名称")
    ipc: tuple[str, ...] = Field((), title="IPC")
    details: dict[str, str] = Field({}, title="其他事项")

    def subjects(self) -> tuple[str, ...]:
        return tuple(patent_subject(number) for number in self.patents)


# Phases after which the right is gone until it is restored; phases that say how far it has come. Others tell of names,
# terms or papers and leave the status as it is (domain.md §5).
ENDED = frozenset(
    {
        "refused",
        "withdrawn",
        "deemed_withdrawn",
        "lapsed",
        "expired",
        "abandoned",
        "terminated",
        "revoked",
        "invalidated",
    }
)
REACHED = frozenset({"published", "examination_started", "granted"})


class Right(NamedTuple):
    """What a right's announcements say of it now. ``stopped_by``: the phase that bars dealing, and the event behind it."""

    status: str = "unknown"
    since: str | None = None
    stopped_by: tuple[str, str] | None = None


def right_after(history: Iterable[tuple[str, str | None, str]]) -> Right:
    """Announcements in order (phase, day, event id): what died stays dead until restored, what is preserved until lifted."""
    status, since = "unknown", None
    ended: tuple[str, str] | None = None
    preserved: tuple[str, str] | None = None
    for phase, day, event in history:
        if phase in ENDED:
            ended, status = (phase, event), phase
        elif phase == "preserved":
            preserved = (phase, event)
        elif phase == "preservation_lifted":
            preserved = None
        elif phase == "restored":
            ended, status = None, "granted"
        elif phase in REACHED and ended is None:
            status = phase
        else:
            continue
        since = day
    return Right("preserved" if preserved and not ended else status, since, ended or preserved)

"""Legal status 法律状态: what happened to the right itself, and to the names of its holders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Annotated, NamedTuple

from msgspec import Meta

from schemas.fields.party import Party
from schemas.kinds.columns import Column, Day, Ipcs, Parties, Patents, Reads, Text, Title, Words
from schemas.kinds.identity import Identity, official
from schemas.kinds.occurrence import Occurrence, says
from schemas.subjects import name_of, patent_subject
from schemas.words import Term

RENAMED = "holder_renamed"


class LegalStatus(Occurrence, frozen=True):
    """One announcement about one patent that is no deal. Old and new event codes of one announcement are one event."""

    name, label = "legal-status", Term("法律状态", "Legal status")
    phases = {
        "published": Term("公布", "Published"),
        "examination_started": Term("实质审查生效", "Examination started"),
        "granted": Term("授权", "Granted"),
        "refused": Term("驳回", "Refused"),
        "withdrawn": Term("撤回", "Withdrawn"),
        "deemed_withdrawn": Term("视为撤回", "Deemed withdrawn"),
        "preserved": Term("保全", "Preserved"),
        "preservation_lifted": Term("保全解除", "Preservation lifted"),
        RENAMED: Term("权利人更名", "Holder renamed"),
        "holder_data_changed": Term("权利人信息变更", "Holder's data changed"),
        "biblio_changed": Term("著录事项变更", "Bibliography changed"),
        "lapsed": Term("终止", "Lapsed"),
        "expired": Term("届满", "Expired"),
        "abandoned": Term("放弃", "Abandoned"),
        "partly_abandoned": Term("部分放弃", "Partly abandoned"),
        "terminated": Term("终止", "Terminated"),
        "revoked": Term("撤销", "Revoked"),
        "partly_revoked": Term("部分撤销", "Partly revoked"),
        "invalidated": Term("宣告无效", "Invalidated"),
        "partly_invalidated": Term("部分无效", "Partly invalidated"),
        "restored": Term("恢复", "Restored"),
        "term_extended": Term("期限补偿", "Term extended"),
        "corrected": Term("更正", "Corrected"),
    }
    giver, counts_on = "holder", "announced_on"
    stated_on = ("announced_on",)

    patents: Annotated[Patents, Meta(min_length=1), says("专利号", "Patents")]
    announced_on: Annotated[Day | None, says("公告日", "Announced on", is_disputed=False)] = None
    effective_on: Annotated[Day | None, says("生效日", "Effective on")] = None
    code: Annotated[Text | None, says("事务代码", "Event code", is_disputed=False)] = None
    holder: Annotated[Parties, says("专利权人", "Holder")] = ()
    renamed_from: Annotated[Words, says("变更前名称", "Former name")] = ()
    renamed_to: Annotated[Words, says("变更后名称", "New name")] = ()
    title: Annotated[Title | None, says("专利名称", "Title", is_disputed=False)] = None
    ipc: Annotated[Ipcs, says("IPC", "IPC", is_disputed=False)] = ()
    details: Annotated[
        dict[str, Text], Column(Reads.TEXT), Meta(max_length=200), says("其他事项", "Details", is_disputed=False)
    ] = {}

    def subjects(self) -> tuple[str, ...]:
        return tuple(map(patent_subject, self.patents))

    def identity(self, subject: str, phase: str) -> Identity:
        return official(name_of(subject), phase, self.announced_on or "")

    def held_by(self) -> tuple[Party, ...]:
        return self.holder


# Phases after which the right is gone until it is restored; phases that say how far it has come. Others tell of names,
# terms or papers and leave the status as it is (docs/domain.md#legal-status).
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
# By the last announcement of each turn alone ``right_after`` gives what it gives by all of them.
TURNS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(ENDED, "ended"),
        **dict.fromkeys(REACHED, "reached"),
        **{phase: phase for phase in ("restored", "preserved", "preservation_lifted")},
    }
)


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

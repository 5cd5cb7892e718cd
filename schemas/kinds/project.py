"""Project 专利导航项目: patents of an industry are studied, so that research and deals know where to go."""

from __future__ import annotations

from typing import Annotated

from schemas.fields.names import name_key
from schemas.kinds.columns import Day, Industries, Number, OneParty, Title
from schemas.kinds.identity import Identity, official
from schemas.kinds.occurrence import Occurrence, says
from schemas.subjects import name_of, party_subject
from schemas.words import Term


class Project(Occurrence, frozen=True):
    """One project of one service base 专利导航服务基地; of its report only title and link are public."""

    name, label = "project", Term("专利导航项目", "Navigation project")
    phases = {"started": Term("已立项", "Started"), "finished": Term("已结题", "Finished")}
    giver, counts_on = "base", "started_on"
    stated_on = ("finished_on", "started_on")
    named_on = ("started_on", "finished_on")

    base: Annotated[OneParty, says("承担单位", "Service base")]
    title: Annotated[Title, says("项目名称", "Title", is_disputed=False)]
    project_number: Annotated[Number | None, says("项目编号", "Project number")] = None
    industries: Annotated[Industries, says("产业", "Industries")] = ()
    started_on: Annotated[Day | None, says("立项日期", "Started on")] = None
    finished_on: Annotated[Day | None, says("结题日期", "Finished on")] = None

    def subjects(self) -> tuple[str, ...]:
        return (party_subject(self.base[0].key),)

    def identity(self, subject: str, phase: str) -> Identity:
        return official(name_of(subject), self.project_number or name_key(self.title))

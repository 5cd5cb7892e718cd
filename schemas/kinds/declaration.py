"""Declaration 财政资助项目专利声明: a patent came out of a project that public money paid for."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from schemas.kinds.columns import Day, Flag, Number, Parties, Patents, Title
from schemas.kinds.identity import Identity, official
from schemas.kinds.occurrence import Occurrence, says
from schemas.subjects import name_of, patent_subject
from schemas.words import Term


class Declaration(Occurrence, frozen=True):
    """What an institution declares of its patents, and whether they were assessed before the application 申请前评估."""

    name, label = "declaration", Term("财政资助项目专利声明", "Declaration of public funding")
    phases = {"declared": Term("已声明", "Declared")}
    giver, counts_on = "declarant", "declared_on"
    stated_on = ("declared_on",)
    named_on = ("declared_on",)

    patents: Annotated[Patents, Meta(min_length=1), says("专利号", "Patents")]
    declarant: Annotated[Parties, says("声明单位", "Declarant")] = ()
    project_number: Annotated[Number | None, says("项目编号", "Project number")] = None
    title: Annotated[Title | None, says("项目名称", "Project", is_disputed=False)] = None
    declared_on: Annotated[Day | None, says("声明日", "Declared on")] = None
    assessed_before: Annotated[Flag | None, says("申请前评估", "Assessed before application")] = None

    def subjects(self) -> tuple[str, ...]:
        return tuple(map(patent_subject, self.patents))

    def identity(self, subject: str, phase: str) -> Identity:
        """A patent may come out of several projects; each is declared once."""
        return official(name_of(subject), self.project_number or "")

"""Pages of the desk 值班台 for who has signed in: what people sent by a form, with its contact, and the decision about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import RedirectResponse, Response

from schemas.errors import NotFound, Refused
from schemas.fields.industry import INDUSTRIES
from schemas.figures.values import PREFECTURES
from schemas.records.listing import Listing
from schemas.words import Term
from sinks.access.roles import Action
from sinks.desk.forms import FORMS, Bounds, about
from sinks.desk.submissions import VALID_DAYS, WAITING, Desk, Kind, State, Submission, open_to
from sinks.portal.errors import Gone
from sinks.portal.web.doors import session_of
from sinks.portal.web.operator_page import Address, OperatorPageMaker

MOST_LISTED = 200  # on one page; the command shows up to 1000
REASON = Bounds(2, 300)  # its sender reads it
WITH_REASON: tuple[State, ...] = ("changes", "refused", "withdrawn", "closed")
DECISIONS: Mapping[State, Term] = {  # what a button says
    "approved": Term(f"准予发布 {VALID_DAYS} 日", f"Publish for {VALID_DAYS} days"),
    "changes": Term("退回修改", "Ask for a change"),
    "refused": Term("不予办理", "Refuse"),
    "withdrawn": Term("下架", "Withdraw"),
    "closed": Term("办结", "Close"),
}
NO_DECISION = Term("请选择一种办理方式", "Choose one of the decisions")
TOO_LATE = Term(
    "已由他人办理，或其状态不允许这样处理；请按最新状态办理", "Somebody decided before you; look at it as it is now"
)
KindOf = Annotated[Kind | None, Query()]
Decided = Annotated[bool, Query()]


class ModerationPages(OperatorPageMaker):
    """What waits, one submission whole, and what is decided about it. Each decision is in the audit trail."""

    def addresses(self) -> tuple[Address, ...]:
        """Every page and form."""
        return (
            Address(Action.KEEP_DESK, "/desk", self.waiting),
            Address(Action.KEEP_DESK, "/desk/{id}", self.one),
            Address(Action.KEEP_DESK, "/desk/{id}/decide", self.decided, "POST"),
        )

    def desk(self, request: Request) -> Desk:
        """The desk in the name of who has signed in."""
        return Desk(self.gate.database, self.gate.now, session_of(request).actor)

    def waiting(self, request: Request, kind: KindOf = None, decided: Decided = False) -> Response:
        """What waits, or everything, the oldest first."""
        desk = self.desk(request)
        found = desk.listed(None if decided else WAITING, kind, MOST_LISTED)
        counts = desk.waiting()
        return self.operator_page(
            request, "desk.html", found=found, kind=kind, decided=decided, counts=counts, most=MOST_LISTED
        )

    def one(self, request: Request, id: str) -> Response:
        """Raises NotFound."""
        return self.shown(request, self.desk(request).one(id))

    def decided(self, request: Request, id: str) -> Response:
        """A button of that page; pressed twice it decides once. Raises NotFound."""
        desk, form = self.desk(request), request.state.form
        found = desk.one(id)
        state, reason = form.get("decision", ""), str(form.get("reason", "")).strip()
        if state not in DECISIONS:
            return self.shown(request, found, NO_DECISION, reason, 422)
        if state in WITH_REASON and (wrong := about(reason, REASON)):
            return self.shown(request, found, wrong, reason, 422)
        try:
            desk.decide(id, state, reason if state in WITH_REASON else "")
        except Refused:
            return self.shown(request, desk.one(id), TOO_LATE, reason, 409)
        return RedirectResponse(request.url.path.removesuffix("/decide"), 303)

    def shown(
        self, request: Request, found: Submission, wrong: Term | None = None, reason: str = "", status: int = 200
    ) -> Response:
        """One submission whole; ``wrong``: why a decision about it was not taken."""
        return self.operator_page(
            request,
            "submission.html",
            status=status,
            found=found,
            listing=self.listing(found),
            names=self.source_names(),
            wrong=wrong,
            reason=reason,
            decisions={state: DECISIONS[state] for state in open_to(found)},
            most=REASON.most,
            areas=PREFECTURES,
            industries=INDUSTRIES,
            forms=FORMS,
        )

    def listing(self, found: Submission) -> Listing | None:
        """What an interest is about, if it is still there: its sources say whom the desk passes the interest on to."""
        if found.kind != "interest":
            return None
        try:
            return self.views.listing(found.content["record"])
        except (NotFound, Gone):
            return None

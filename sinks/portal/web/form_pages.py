"""What every page with a form is made with: its token, what was filled in and is wrong with it, and the limits of the desk."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from fastapi import Request
from fastapi.responses import Response

from schemas.words import Term
from sinks.desk import tokens
from sinks.desk.forms import Complaint, Fields, first
from sinks.desk.submissions import MOST, Desk, Limit
from sinks.portal.web.page import PageMaker
from sinks.portal.web.submitted import address_of

UNKEPT = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
OLD_FORM = Complaint(
    "token",
    Term("表单已过期或不完整，请核对后再提交一次", "The form was too old or incomplete; look at it and send it again"),
)
LIMITS: dict[Limit, Term] = {
    "waiting": Term(
        "待审事项已满，请过一两天再提交", "The desk has as many requests as it can look at; try again in a day or two"
    ),
    "of_sender": Term(
        f"同一网络一天最多提交 {MOST['of_sender']} 次，请明天再试",
        f"One network may send {MOST['of_sender']} requests a day; try again tomorrow",
    ),
    "of_organisation": Term(
        f"同一单位一天最多提交 {MOST['of_organisation']} 条，请明天再试",
        f"One organisation may post {MOST['of_organisation']} a day; try again tomorrow",
    ),
}


class Filled(NamedTuple):
    """A form as it is shown: what stands in its fields, what is wrong with them, and its token."""

    fields: Fields
    token: str
    complaints: Sequence[Complaint] = ()

    def value(self, name: str) -> str:
        return first(self.fields, name)

    def chosen(self, name: str, value: str) -> bool:
        return value in self.fields.get(name, ())

    def wrong(self, name: str) -> tuple[Term, ...]:
        return tuple(each.text for each in self.complaints if each.field == name)


class FormPages(PageMaker):
    """The base of the pages on which people act."""

    @property
    def desk(self) -> Desk:
        return self.views.desk

    def forms(self) -> tuple[tuple[str, Callable[..., Response]], ...]:
        """The addresses that take a form."""
        return ()

    def unkept(self, request: Request, template: str, status: int, **values: Any) -> Response:
        """A page that is of one reader: neither kept on the way nor found by a search engine."""
        response = self.page(request, template, status=status, **values)
        response.headers.update(UNKEPT)
        return response

    def new_token(self) -> str:
        return tokens.new_token(self.desk.secret(), secrets.token_hex(16), self.desk.now())

    def holds(self, token: str) -> bool:
        return tokens.holds(self.desk.secret(), token, self.desk.now())

    def sender(self, request: Request) -> str:
        return tokens.sender_of(self.desk.secret(), address_of(request))

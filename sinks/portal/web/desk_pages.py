"""Pages on which people act: posting a demand or an offer, and what becomes of it. Plain forms; nothing needs script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Request
from fastapi.responses import RedirectResponse, Response

from schemas.errors import NotFound, Refused
from schemas.fields.industry import INDUSTRIES
from schemas.figures.values import PREFECTURES
from sinks.desk.forms import FORMS, PRICE_FORMS, TEXTS, Complaint, Fields, PostKind, first, read_post
from sinks.desk.submissions import VALID_DAYS, Sent, Submission, link_of
from sinks.portal.web.form_pages import LIMITS, OLD_FORM, UNKEPT, Filled, FormPages
from sinks.portal.web.page import Page, language
from sinks.portal.web.submitted import Form

Link = Annotated[str, Query(max_length=80, pattern=r"^[0-9a-f]{40}$")]
PostOf = Annotated[PostKind | None, Query()]


class DeskPages(FormPages):
    """Whoever is at these pages is not signed in: a manage link, told once, is what a poster has."""

    def table(self) -> tuple[Page, ...]:
        return (Page("/post", self.post_form, None), Page("/post/manage", self.managed, None))

    def forms(self) -> tuple[tuple[str, Callable[..., Response]], ...]:
        return (("/post", self.post), ("/post/manage", self.manage))

    def post_form(self, request: Request, kind: PostOf = None) -> Response:
        return self.form(request, kind, {})

    def post(self, request: Request, sent: Form) -> Response:
        """A form that was sent: a submission, once for its token, or the form again with what is wrong."""
        kind: PostKind = "supply" if first(sent, "kind") == "supply" else "demand"
        read = read_post(kind, sent)
        token = first(sent, "token")
        if not self.holds(token):
            return self.form(request, kind, sent, (OLD_FORM, *read.complaints), 422)
        if read.complaints:
            return self.form(request, kind, sent, read.complaints, 422, token)
        asked = Sent(
            "post",
            token,
            read.content,
            contact=read.contact,
            organisation=read.content["credit_code"],
            sender=self.sender(request),
        )
        if limit := self.desk.add(asked):
            return self.form(request, kind, sent, (Complaint("limit", LIMITS[limit]),), 429, token)
        return self.onward(request, link_of(token))

    def managed(self, request: Request, link: Link) -> Response:
        return self.state_of(request, self.desk.of_link(link), link)

    def manage(self, request: Request, sent: Form) -> Response:
        """What a poster does with a post. Raises NotFound."""
        link, act = first(sent, "link"), first(sent, "act")
        found = self.desk.of_link(link)
        try:
            if act == "withdraw":
                self.desk.withdraw(link)
            elif act == "renew":
                self.desk.renew(link)
            elif act == "change":
                return self.changed(request, found, link, sent)
            else:
                raise NotFound("a form of this page has no such button")
        except Refused:
            return self.state_of(request, self.desk.of_link(link), link, status=409)
        return self.onward(request, link)

    def changed(self, request: Request, found: Submission, link: str, sent: Fields) -> Response:
        """The new text of a post that the desk asked to be changed."""
        read = read_post(found.content["kind"], sent)
        if read.complaints:
            return self.state_of(request, found, link, Filled(sent, "", read.complaints), 422)
        self.desk.change(link, Sent("post", "", read.content, read.contact, read.content["credit_code"]))
        return self.onward(request, link)

    def state_of(
        self, request: Request, found: Submission, link: str, filled: Filled | None = None, status: int = 200
    ) -> Response:
        return self.unkept(
            request,
            "posted.html",
            status,
            found=found,
            link=link,
            address=f"/post/manage?link={link}",
            is_open=self.desk.is_open(found),
            filled=filled or Filled(as_fields(found), ""),
            kind=found.content["kind"],
            **self.choices(),
        )

    def form(
        self,
        request: Request,
        kind: PostKind | None,
        fields: Fields,
        complaints: Sequence[Complaint] = (),
        status: int = 200,
        token: str = "",
    ) -> Response:
        filled = Filled(fields, (token or self.new_token()) if kind else "", complaints)
        return self.unkept(request, "post.html", status, kind=kind, filled=filled, **self.choices())

    def choices(self) -> dict[str, Any]:
        return {
            "areas": PREFECTURES,
            "industries": INDUSTRIES,
            "price_forms": PRICE_FORMS,
            "forms": FORMS,
            "texts": TEXTS,
            "days": VALID_DAYS,
        }

    def onward(self, request: Request, link: str) -> Response:
        """To the page of a submission: reloading it sends nothing again."""
        prefix = "/en" if language(request) == "en" else ""
        return RedirectResponse(f"{prefix}/post/manage?{urlencode({'link': link})}", 303, UNKEPT)


def as_fields(found: Submission) -> Fields:
    """A post as its form had it."""
    content = found.content
    price = next((name for name, term in PRICE_FORMS.items() if term.zh == content["price"]), "amount")
    return {
        **{name: [str(content[name])] for name in ("title", "text", "credit_code", "area", "industry")},
        "organisation": [content["owner"]],
        "contact": [found.contact or ""],
        "price_form": [price],
        "price": [content["price"] if price == "amount" else ""],
        "forms": content["forms"],
        "patents": ["\n".join(content.get("patents", ()))],
    }

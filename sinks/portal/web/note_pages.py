"""Pages on which a reader tells the desk something about a record: that it is wrong, or that an organisation is interested in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, NamedTuple, TypeVar
from urllib.parse import urlencode

from fastapi import Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field

from schemas.errors import NotFound
from sinks.desk.forms import NOTES, Complaint, Fields, PostForm, first, read_interest, read_report
from sinks.desk.submissions import Sent, link_of
from sinks.portal.errors import FieldError, QueryInvalid
from sinks.portal.web.desk_pages import Link
from sinks.portal.web.fields import Parameters
from sinks.portal.web.form_pages import LIMITS, OLD_FORM, UNKEPT, Filled, FormPages
from sinks.portal.web.page import Page, language
from sinks.portal.web.submitted import Form

Model = TypeVar("Model", bound=Parameters)
NoteKind = Literal["report", "interest"]
OFFERED = ("open", "reserved")
# A page of this site: one slash and no second one, so that it never leads elsewhere.
Address = Annotated[str, Field(max_length=600, pattern=r"^/([a-z0-9][!-\[\]-~]*)?$")]
Record = Annotated[str, Field(max_length=300, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$")]
READERS: dict[NoteKind, Callable[[Fields], PostForm]] = {"report": read_report, "interest": read_interest}


class AboutParameters(Parameters):
    """What is reported: the page as it was seen, and the record on it."""

    about: Address = "/"
    record: Record | None = None
    revision: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = None


class ListingParameters(Parameters):
    """In which listing somebody is interested."""

    record: Annotated[str, Field(max_length=80, pattern=r"^(supply|demand):[0-9a-f]{8,40}$")]


class Subject(NamedTuple):
    """What a note is about. ``facts`` are kept with it, for the desk."""

    address: str
    title: str
    facts: dict[str, Any]


class NotePages(FormPages):
    """Reports and interests. Neither is shown anywhere: the sender has a receipt, the desk has the rest."""

    def table(self) -> tuple[Page, ...]:
        return (
            Page("/report", self.report_form, None),
            Page("/interest", self.interest_form, None),
            Page("/receipt", self.receipt, None),
        )

    def forms(self) -> tuple[tuple[str, Callable[..., Response]], ...]:
        return (("/report", self.report), ("/interest", self.interest))

    def report_form(self, request: Request, asked: Annotated[AboutParameters, Query()]) -> Response:
        return self.form(request, "report", reported(asked), {})

    def interest_form(self, request: Request, asked: Annotated[ListingParameters, Query()]) -> Response:
        return self.form(request, "interest", self.listed(asked.record), {})

    def report(self, request: Request, sent: Form) -> Response:
        given = {name: value for name in AboutParameters.model_fields if (value := first(sent, name))}
        return self.take(request, "report", reported(parsed(AboutParameters, given)), sent)

    def interest(self, request: Request, sent: Form) -> Response:
        asked = parsed(ListingParameters, {"record": first(sent, "record")})
        return self.take(request, "interest", self.listed(asked.record), sent)

    def take(self, request: Request, kind: NoteKind, about: Subject, sent: Fields) -> Response:
        """A form that was sent: a submission to the desk, once for its token, or the form again with what is wrong."""
        read, token = READERS[kind](sent), first(sent, "token")
        if not self.holds(token):
            return self.form(request, kind, about, sent, (OLD_FORM, *read.complaints), 422)
        if read.complaints:
            return self.form(request, kind, about, sent, read.complaints, 422, token)
        asked = Sent(
            kind,
            token,
            {"title": about.title, **about.facts, **read.content},
            contact=read.contact,
            organisation=read.content.get("credit_code", ""),
            about=about.address,
            sender=self.sender(request),
        )
        if limit := self.desk.add(asked):
            return self.form(request, kind, about, sent, (Complaint("limit", LIMITS[limit]),), 429, token)
        prefix = "/en" if language(request) == "en" else ""
        return RedirectResponse(f"{prefix}/receipt?{urlencode({'link': link_of(token)})}", 303, UNKEPT)

    def receipt(self, request: Request, link: Link) -> Response:
        """What became of a report or an interest. Raises NotFound."""
        found = self.desk.of_link(link)
        if found.kind == "post":
            raise NotFound("that link is of a post", next_step=f"/post/manage?link={link}")
        return self.unkept(request, "receipt.html", 200, found=found)

    def listed(self, id: str) -> Subject:
        """A listing that is on offer, and where the desk finds its owner's contact. Raises NotFound."""
        listing = self.views.listing(id)
        if listing.state not in OFFERED:
            raise NotFound(f"{id} is not on offer any more · 该信息已不在架", next_step="/listings")
        facts = {
            "record": id,
            "revision": listing.revision,
            "owner": listing.owner.name if listing.owner else "",
            "postings": [f"{each.source}|{each.feed}|{each.record}" for each in listing.sources],
        }
        return Subject(f"/{listing.kind}/{id.partition(':')[2]}", listing.title, facts)

    def form(
        self,
        request: Request,
        kind: NoteKind,
        about: Subject,
        fields: Fields,
        complaints: Sequence[Complaint] = (),
        status: int = 200,
        token: str = "",
    ) -> Response:
        filled = Filled(fields, token or self.new_token(), complaints)
        return self.unkept(request, "note.html", status, kind=kind, about=about, filled=filled, bounds=NOTES[kind])


def reported(asked: AboutParameters) -> Subject:
    """A page as its reader saw it."""
    facts = {"record": asked.record or "", "revision": asked.revision}
    return Subject(asked.about, asked.record or asked.about, facts)


def parsed(model: type[Model], given: dict[str, str]) -> Model:
    """The hidden fields of a form, which a page of ours wrote. Raises QueryInvalid."""
    try:
        return model.model_validate(given)
    except ValueError:
        raise QueryInvalid([FieldError(name="form", message="a hidden field was changed · 表单内容有误")]) from None

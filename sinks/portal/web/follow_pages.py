"""Pages on which a reader follows something by mail, confirms it and stops it. One click in a mail program stops it too (RFC 8058)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request
from fastapi.responses import RedirectResponse, Response

from schemas.errors import NotFound
from schemas.words import Term
from sinks.desk.forms import Complaint, Fields, first
from sinks.mail import follows
from sinks.mail.addresses import read_address
from sinks.mail.follows import Asked, Follow, Limit
from sinks.portal.errors import Gone, QueryInvalid
from sinks.portal.read.kept import Kept
from sinks.portal.read.views import Views
from sinks.portal.show.digest_text import confirmation
from sinks.portal.show.look import Look
from sinks.portal.web.fields import Parameters
from sinks.portal.web.followed import LONGEST, Followed, followed
from sinks.portal.web.form_pages import OLD_FORM, UNKEPT, Filled, FormPages
from sinks.portal.web.page import Page, language
from sinks.portal.web.submitted import Form

FollowLink = Annotated[str, Query(max_length=80, pattern=r"^[0-9a-f]{24}-[0-9a-f]{40}$")]
EVERY_DAYS: Mapping[str, Term] = MappingProxyType({"1": Term("每天", "Every day"), "7": Term("每周", "Every week")})
NO_ADDRESS = Complaint(
    "email", Term("请填一个邮箱地址，例如 office@example.org", "One mail address, such as office@example.org")
)
NO_INTERVAL = Complaint("every", Term("请选择一项", "Choose one"))
LIMITS: Mapping[Limit, Term] = MappingProxyType(
    {
        "unconfirmed": Term(
            "待确认的订阅过多，请过一两天再试", "Too many follows wait to be confirmed; try again in a day or two"
        ),
        "of_sender": Term(
            f"同一网络一天最多订阅 {follows.MOST['of_sender']} 次，请明天再试",
            f"One network may follow {follows.MOST['of_sender']} things a day; try again tomorrow",
        ),
    }
)


class FollowParameters(Parameters):
    """What is followed: the feed of a page."""

    about: Annotated[str, Query(max_length=LONGEST, pattern=r"^/[\x20-\x7e]*$")]


class FollowPages(FormPages):
    """Whoever is at these pages is not signed in: the link in a letter is what a reader has."""

    def __init__(self, views: Views, look: Look, kept: Kept, public_url: str) -> None:
        super().__init__(views, look, kept)
        self.public_url = public_url

    def table(self) -> tuple[Page, ...]:
        return (
            Page("/follow", self.follow_form, None),
            Page("/follow/sent", self.sent, None),
            Page("/follow/manage", self.managed, None),
            Page("/follow/stop", self.managed, None),  # for a mail program without the one click
        )

    def forms(self) -> tuple[tuple[str, Callable[..., Response]], ...]:
        return (("/follow", self.follow), ("/follow/manage", self.manage), ("/follow/stop", self.one_click))

    def follow_form(self, request: Request, asked: Annotated[FollowParameters, Query()]) -> Response:
        return self.form(request, followed(asked.about), {"every": ["1"]})

    def follow(self, request: Request, sent: Form) -> Response:
        """A form that was sent: a letter to its address, or the form again with what is wrong."""
        feed, token = followed(first(sent, "about")), first(sent, "token")
        address, every = read_address(first(sent, "email")), first(sent, "every")
        wrong = [
            each for each, is_wrong in ((NO_ADDRESS, not address), (NO_INTERVAL, every not in EVERY_DAYS)) if is_wrong
        ]
        if not self.holds(token):
            return self.form(request, feed, sent, (OLD_FORM, *wrong), 422)
        if wrong:
            return self.form(request, feed, sent, wrong, 422, token)
        lang = language(request)
        title = feed.told(self.views, lang).title
        asked = Asked(feed.about, lang, int(every), address, self.sender(request))
        write = partial(confirmation, title, self.public_url, lang=lang)
        if limit := self.views.follows.add(asked, write):
            return self.form(request, feed, sent, (Complaint("limit", LIMITS[limit]),), 429, token)
        return self.onward(request, "/follow/sent")

    def sent(self, request: Request) -> Response:
        """The same for every address: whether one follows something is nobody's business."""
        return self.unkept(request, "followed.html", 200, found=None, title="", link="", days=EVERY_DAYS)

    def managed(self, request: Request, link: FollowLink) -> Response:
        """Looking at it changes nothing: programs that check the links of a letter look at them too. Raises NotFound."""
        return self.state_of(request, self.views.follows.of_link(link), link)

    def manage(self, request: Request, sent: Form) -> Response:
        """A button on that page. Raises NotFound."""
        link, act = first(sent, "link"), first(sent, "act")
        if act == "confirm":
            self.views.follows.confirm(link)
            return self.onward(request, f"/follow/manage?{urlencode({'link': link})}")
        if act == "stop":
            return self.stopped(request, link)
        raise NotFound("a form of this page has no such button")

    def one_click(self, request: Request, link: FollowLink) -> Response:
        """As a mail program sends it: no cookie, no page before it, any body. Raises NotFound: no link of ours."""
        return self.stopped(request, link)

    def stopped(self, request: Request, link: str) -> Response:
        self.views.follows.stop(link)
        return self.unkept(request, "followed.html", 200, found=None, title="", link=link, days=EVERY_DAYS)

    def state_of(self, request: Request, found: Follow, link: str) -> Response:
        try:
            title = followed(found.about).told(self.views, language(request)).title
        except (NotFound, Gone, QueryInvalid):  # what is followed is gone; stopping must go on
            title = found.about
        return self.unkept(request, "followed.html", 200, found=found, title=title, link=link, days=EVERY_DAYS)

    def form(
        self,
        request: Request,
        feed: Followed,
        fields: Fields,
        complaints: Sequence[Complaint] = (),
        status: int = 200,
        token: str = "",
    ) -> Response:
        told = feed.told(self.views, language(request))
        filled = Filled(fields, token or self.new_token(), complaints)
        return self.unkept(
            request,
            "follow.html",
            status,
            about=feed.about,
            title=told.title,
            home=told.home,
            filled=filled,
            days=EVERY_DAYS,
        )

    def onward(self, request: Request, place: str) -> Response:
        prefix = "/en" if language(request) == "en" else ""
        return RedirectResponse(prefix + place, 303, UNKEPT)

"""What every page behind the sign-in is made with: the places in its head, who has signed in, and how a decision is taken."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from schemas.errors import Fenced, HubError, NotFound, Refused, Unreachable
from sinks.access.roles import ROLES, Action, may
from sinks.portal.errors import FieldError, QueryInvalid
from sinks.portal.read.kept import Kept
from sinks.portal.read.views import Views
from sinks.portal.show.look import Look
from sinks.portal.web.doors import TOKEN, Gate, session_of
from sinks.portal.web.page import PageMaker
from sinks.store import trail

MOST_TEXT = 200  # characters of a field of a form
WAIT_SECONDS = 20.0  # for another decision of this process to be written
STATUSES: dict[type[HubError], int] = {NotFound: 404, Refused: 409, Fenced: 409, Unreachable: 503}
Shown = Callable[["Answered"], Response]


class Place(NamedTuple):
    """A page that the head of every page names, to those who may see it."""

    path: str
    action: Action
    zh: str
    en: str


class Address(NamedTuple):
    """One address of the listener, without its language: what it does, and by which handler."""

    action: Action
    path: str
    handler: Callable[..., Response]
    method: str = "GET"


PLACES = (
    Place("/operations", Action.SEE_OPERATIONS, "运行", "Operations"),
    Place("/desk", Action.KEEP_DESK, "值班台", "Desk"),
    Place("/reviews", Action.SEE_REVIEWS, "复核", "Reviews"),
    Place("/dead-letters", Action.SEE_LETTERS, "死信", "Dead letters"),
    Place("/platforms", Action.SEE_PLATFORMS, "平台", "Platforms"),
    Place("/keys", Action.SEE_KEYS, "密钥", "Keys"),
    Place("/accounts", Action.SEE_ACCOUNTS, "账户", "Accounts"),
    Place("/audit", Action.SEE_AUDIT, "操作审计", "Audit"),
)
WRITING = threading.Lock()  # one decision after the other: of two writers with one id at the broker the first is fenced


class Answered(NamedTuple):
    """Why a decision was not taken, in both languages, with its next step."""

    status: int
    code: str
    zh: str
    en: str
    next_step: str


class OperatorPageMaker(PageMaker):
    """The base of the classes that make pages for those who have signed in."""

    def __init__(self, views: Views, look: Look, gate: Gate) -> None:
        super().__init__(views, look, Kept(views.one_version))
        self.gate = gate

    @contextmanager
    def audited(self, request: Request, name: str, object: str, reason: str = "") -> Iterator[None]:
        """What is inside is in the trail with who has signed in. Raises NotFound for what is not there."""
        action = trail.Action(session_of(request).actor, name, object, reason)
        with trail.audited(self.gate.database, action, self.gate.now):
            yield

    def decide(
        self, request: Request, name: str, object: str, reason: str, work: Callable[[], object], again: Shown
    ) -> Response:
        """Do it and lead back to the page of the form; or that page with what speaks against it."""
        if not WRITING.acquire(timeout=WAIT_SECONDS):
            busy = "another decision is still being written; try again · 另一项决定正在写入，请稍后再试"
            return again(answered(Refused(busy)))
        try:
            with self.audited(request, name, object, reason):
                work()
        except (NotFound, Refused, Fenced, Unreachable) as error:
            return again(answered(error))
        finally:
            WRITING.release()
        return RedirectResponse(request.url.path.rpartition("/")[0], 303)

    def operator_page(
        self, request: Request, template: str, refused: Answered | None = None, *, status: int = 200, **values: Any
    ) -> Response:
        """A page with the places that whoever has signed in may see. Nothing keeps it."""
        session = session_of(request)
        body = self.look.html(
            template,
            request.url.path,
            request.url.query,
            places=[place for place in PLACES if may(session.role, place.action)],
            actor=session.actor,
            role=ROLES[session.role],
            token=session.csrf,
            field=TOKEN,
            can=lambda action: may(session.role, Action(action)),
            refused=refused,
            **values,
        )
        return HTMLResponse(body, refused.status if refused else status, headers={"Cache-Control": "no-store"})


def answered(error: HubError) -> Answered:
    """An error as the page of a form tells it."""
    english, _, chinese = error.message.partition(" · ")
    status = next(status for kind, status in STATUSES.items() if isinstance(error, kind))
    return Answered(status, error.code, chinese or error.exit_code.chinese, english, error.next_step)


def text_of(request: Request, name: str, *, needed: bool = True) -> str:
    """One field of a form, without control characters. Raises QueryInvalid."""
    text = str(request.state.form.get(name, "")).strip()
    if (needed and not text) or len(text) > MOST_TEXT or not text.isprintable():
        message = f"accepted: a line of 1 to {MOST_TEXT} characters · 须填写，不超过 {MOST_TEXT} 字"
        raise QueryInvalid([FieldError(name=name, message=message)])
    return text

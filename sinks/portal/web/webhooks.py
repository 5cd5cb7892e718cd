"""Webhooks at the API: who holds a key subscribes to topics, and sees what became of each message.

The only addresses that change anything. A key is sent in a header and by nothing else, so that no page of another site can do it
for its reader.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AfterValidator, Field

from schemas.frozen import Frozen
from sinks.portal.errors import FieldError, KeyNeeded, QueryInvalid
from sinks.portal.read.answers import Page
from sinks.portal.web.api import answer_of
from sinks.portal.web.callers import Given, of_caller
from sinks.portal.web.fields import MOST_SEQUENCE, Limit, Name, Parameters, said
from sinks.portal.web.linked import linked
from sinks.portal.web.parameters import Topics
from sinks.portal.web.problems import PROBLEMS
from sinks.portal.web.routes import StrictRoute
from sinks.store import keys
from sinks.webhooks.subscriptions import (
    MOST_OF_A_KEY,
    Delivery,
    DeliveryState,
    State,
    Subscriptions,
    Webhook,
    check_url,
)

Address = Annotated[str, Field(max_length=1000, pattern=r"^[!-~]+$"), AfterValidator(check_url)]


class WebhookRequest(Frozen):
    """What is subscribed to, and where its messages go."""

    url: Annotated[Address, said("接收地址", "where messages go: a public address", "https://example.org/tongda")]
    topics: Annotated[Topics, said("主题", "the topics", ["tongda.transfer.v1"])]
    after: Annotated[
        Annotated[int, Field(ge=0, le=MOST_SEQUENCE)] | None,
        said("从此序号之后", "after this sequence, as a snapshot's head has it; not given: from now on"),
    ] = None


class WebhookAnswer(Frozen):
    """One webhook. ``unverified``: its address has not yet answered with the challenge; ``disabled``: nothing is sent."""

    id: str
    url: str
    topics: tuple[str, ...]
    state: State
    reason: str | None  # why it is disabled, or what went wrong last
    made_at: datetime
    sequence: int  # messages of the changes up to this one are in the queue or sent
    waiting: int
    failures: int  # in a row
    failing_since: datetime | None
    next_at: datetime  # nothing is sent before
    former_secret_until: datetime | None


class NewWebhook(WebhookAnswer):
    """A webhook with its secret, which is told now and never again."""

    secret: str


class NewSecret(Frozen):
    """Signs from now on; for a day the former one signs too."""

    secret: str


class DeliveryAnswer(Frozen):
    """One message and what came of its last try."""

    id: str  # the webhook-id
    sequence: int
    topic: str
    record: str
    revision: int
    record_state: str | None
    state: DeliveryState
    attempts: int
    next_at: datetime
    tried_at: datetime | None
    status: int | None  # that the receiver answered
    problem: str | None


class Accepted(Frozen):
    """The message is sent again, under the same id."""

    id: str


class DeliveryParameters(Parameters):
    """The log of one webhook."""

    state: Annotated[Literal["waiting", "delivered", "failed"] | None, said("状态", "of this state")] = None
    cursor: Annotated[
        Annotated[int, Field(ge=0, le=MOST_SEQUENCE)] | None, said("上一页的 next", "next of the page before")
    ] = None
    limit: Annotated[Limit, said("每页条数", "how many items at most")] = 50


def of_holder(request: Request, given: Given) -> Subscriptions:
    """The webhooks of the key that was sent. Raises KeyNeeded."""
    views = of_caller(request, given)
    form = keys.KEY.fullmatch(given.credentials) if given else None
    if form is None:
        raise KeyNeeded("webhooks are made and read with a key · 推送凭密钥设置")
    return views.webhooks_of(form[1])


Held = Annotated[Subscriptions, Depends(of_holder)]


def router() -> APIRouter:
    """Everything under /api/v1/webhooks."""
    routes = APIRouter(prefix="/api/v1/webhooks", responses=PROBLEMS, route_class=StrictRoute)

    def webhooks(held: Held) -> Page[WebhookAnswer]:
        found = held.all()
        return Page[WebhookAnswer](items=tuple(map(_answer, found)), total=len(found))

    def make_webhook(held: Held, asked: WebhookRequest, response: Response) -> NewWebhook:
        response.headers["Cache-Control"] = "no-store"
        made = held.make(asked.url, asked.topics, asked.after)
        if made is None:
            message = (
                f"this key has {MOST_OF_A_KEY} webhooks, and may have no more · 每个密钥最多 {MOST_OF_A_KEY} 个推送"
            )
            raise QueryInvalid([FieldError(name="url", message=message)])
        return NewWebhook(**_answer(made.webhook).model_dump(), secret=made.secret)

    def webhook(held: Held, id: Name) -> WebhookAnswer:
        return _answer(held.one(id))

    def remove_webhook(held: Held, id: Name) -> Response:
        held.remove(id)
        return Response(status_code=204)

    def rotate_webhook_secret(held: Held, id: Name, response: Response) -> NewSecret:
        response.headers["Cache-Control"] = "no-store"
        return NewSecret(secret=held.rotate(id))

    def enable_webhook(held: Held, id: Name) -> WebhookAnswer:
        return _answer(held.enable(id))

    def disable_webhook(held: Held, id: Name) -> WebhookAnswer:
        return _answer(held.disable(id))

    def webhook_deliveries(held: Held, id: Name, asked: Annotated[DeliveryParameters, Query()]) -> Page[DeliveryAnswer]:
        found = held.deliveries(id, asked.state, asked.cursor, asked.limit)
        return _log(found, asked.limit)

    def redeliver(held: Held, id: Name, message: Name) -> Accepted:
        held.redeliver(id, message)
        return Accepted(id=message)

    def add(method: str, path: str, handler: Callable[..., Any], zh: str, en: str, status: int = 200) -> None:
        routes.add_api_route(
            path,
            linked(handler),
            methods=[method],
            status_code=status,
            summary=zh,
            description=en,
            operation_id=handler.__name__,
            response_model=answer_of(handler),
        )

    add("GET", "", webhooks, "我的推送", "the webhooks of this key")
    add("POST", "", make_webhook, "新建推送", "subscribe; the address is verified before anything is sent", 201)
    add("GET", "/{id}", webhook, "一个推送", "one webhook, and how its receiver fares")
    add("DELETE", "/{id}", remove_webhook, "删除推送", "with everything that waits and its log", 204)
    add(
        "POST",
        "/{id}/secret",
        rotate_webhook_secret,
        "更换签名密钥",
        "a new secret; the former one signs for a day too",
    )
    add("POST", "/{id}/enable", enable_webhook, "恢复推送", "verify the address again and go on where it stopped")
    add("POST", "/{id}/disable", disable_webhook, "停用推送", "send nothing more")
    add(
        "GET", "/{id}/deliveries", webhook_deliveries, "推送日志", "every message and what came of it, the newest first"
    )
    add("POST", "/{id}/deliveries/{message}/redeliver", redeliver, "重发", "send one message again, under its id", 202)
    return routes


def _answer(found: Webhook) -> WebhookAnswer:
    given = found._asdict()
    given["sequence"], given["former_secret_until"] = given.pop("place"), given.pop("former_until")
    return WebhookAnswer(**{name: value for name, value in given.items() if name != "key"})


def _log(found: Sequence[Delivery], limit: int) -> Page[DeliveryAnswer]:
    items = tuple(
        DeliveryAnswer(**{name: getattr(each, name) for name in DeliveryAnswer.model_fields}) for each in found
    )
    more = str(found[-1].sequence) if len(found) == limit else None
    return Page[DeliveryAnswer](items=items, next=more, total=found[0].total if found else 0)

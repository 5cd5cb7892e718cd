"""What the desk published, as the connectors poll it: the list of the source ``hub_desk``. Nothing of it is personal."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field

from schemas.fields.industry import INDUSTRIES
from schemas.figures.values import PREFECTURES
from schemas.frozen import Frozen
from sinks.desk.forms import FORMS
from sinks.desk.submissions import Desk, Post
from sinks.portal.web.fields import Parameters, said
from sinks.portal.web.problems import PROBLEMS
from sinks.portal.web.routes import StrictRoute


class PostParameters(Parameters):
    """Which page of the list."""

    page: Annotated[Annotated[int, Field(ge=1, le=1000)], said("页码", "the page, from 1")] = 1
    limit: Annotated[Annotated[int, Field(ge=1, le=100)], said("每页条数", "how many items at most")] = 100


class PostAnswer(Frozen):
    """One post in words, as platforms print them. It stays in the list when it is withdrawn or over."""

    id: str
    title: str
    text: str
    owner: str
    credit_code: str
    industry: str
    area: str
    forms: str
    price: str  # 面议, 免费, or an amount in 万元
    state: Literal["open", "withdrawn"]
    posted_on: str
    valid_until: str
    patents: str = ""


class Posts(Frozen):
    """One page of the list, the oldest first."""

    total: int
    items: tuple[PostAnswer, ...]


def router() -> APIRouter:
    """/api/v1/posts/{kind}."""
    routes = APIRouter(prefix="/api/v1/posts", responses=PROBLEMS, route_class=StrictRoute)

    def posts(
        request: Request,
        kind: Annotated[Literal["supply", "demand"], Path(description="供给或需求 · supply or demand")],
        asked: Annotated[PostParameters, Query()],
    ) -> Posts:
        desk: Desk = request.app.state.views.desk
        found, total = desk.posts(kind, asked.page, asked.limit)
        return Posts(total=total, items=tuple(answer(each, is_open=desk.is_open(each)) for each in found))

    routes.add_api_route(
        "/{kind}",
        posts,
        methods=["GET"],
        summary="本站发布",
        description="what was posted here and approved by the desk",
        operation_id="posts",
        openapi_extra={"security": [{"key": []}, {}]},  # a key has a larger quota
    )
    return routes


def answer(post: Post, *, is_open: bool) -> PostAnswer:
    """One post as it is published."""
    content = post.content
    return PostAnswer(
        id=post.id,
        title=content["title"],
        text=content["text"],
        owner=content["owner"],
        credit_code=content["credit_code"],
        industry=INDUSTRIES[content["industry"]].zh,
        area=PREFECTURES[content["area"]].zh,
        forms="、".join(FORMS[each].zh for each in content["forms"]),
        price=content["price"],
        state="open" if is_open else "withdrawn",
        posted_on=post.published_on.isoformat(),
        valid_until=post.valid_until.isoformat(),
        patents="、".join(content.get("patents", ())),
    )

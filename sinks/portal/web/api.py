"""The HTTP API under /api/v1: one view each, its answer as JSON. What an address takes stands in parameters.py."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import UnionType
from typing import Annotated, Any, NamedTuple, get_args, get_type_hints

from fastapi import APIRouter, Query, Request, Response

from schemas.errors import NotFound
from schemas.kinds import BY_NAME
from schemas.nearest import missing
from sinks.access.roles import Action
from sinks.figures.cells import written
from sinks.figures.derived import DerivedCell
from sinks.figures.release import FigureRelease
from sinks.portal.match.match import Match
from sinks.portal.match.prospects import Prospect
from sinks.portal.read.answers import (
    Changes,
    EventAnswer,
    Events,
    ListingAnswer,
    OrganisationDossier,
    Page,
    PatentDossier,
    Results,
    Revision,
    Sources,
)
from sinks.portal.read.figure_answers import Explanation, Indicator, RevisionLog, Statistics, Targets
from sinks.portal.read.registrations import Registration
from sinks.portal.read.views import Views
from sinks.portal.search.facets import LISTING_KINDS
from sinks.portal.secrecy import KEY_HOLDER, shown_kinds
from sinks.portal.show import exports, parquet
from sinks.portal.web.callers import WITHOUT_A_KEY, Asked
from sinks.portal.web.doors import door
from sinks.portal.web.exported import CSV, MEDIA_TYPES, Form, asked_for, check_whole, export, export_snapshot
from sinks.portal.web.fields import Kind, Name, WholeParameters
from sinks.portal.web.figure_parameters import (
    DerivedParameters,
    FigureParameters,
    QuestionParameters,
    RevisionParameters,
    WholeMomentParameters,
)
from sinks.portal.web.linked import linked
from sinks.portal.web.parameters import ChangeParameters, EventParameters, MatchParameters, RecordParameters
from sinks.portal.web.problems import PROBLEMS
from sinks.portal.web.routes import StrictRoute
from sinks.portal.web.search_parameters import ListingParameters, ListParameters, OneKindParameters
from sinks.portal.web.streamed import NDJSON, Streamed, streamed

STRUCTURED = re.compile(r"[/+](json|yaml)\b")
FILES = tuple(MEDIA_TYPES.values())


class Call(NamedTuple):
    """One path of the API, with what it gives in both languages."""

    path: str
    handler: Callable[..., Any]
    zh: str
    en: str
    media_types: tuple[str, ...] = ()  # of an answer that is no JSON
    action: Action = Action.READ_PUBLIC


def router() -> APIRouter:
    """Every path of the API, over the views of whoever asks."""
    routes = APIRouter(prefix="/api/v1", responses=PROBLEMS, route_class=StrictRoute)
    calls = (*searches(), *records(), *figures(), *releases(), *feeds())
    for call in calls:
        routes.add_api_route(
            call.path,
            linked(call.handler),
            methods=["GET"],
            summary=call.zh,
            description=call.en,
            operation_id=call.handler.__name__,
            response_model_exclude_none=False,
            openapi_extra=WITHOUT_A_KEY if call.action is Action.READ_PUBLIC else None,
            dependencies=[door(call.action)],
            response_model=answer_of(call.handler),
            **(of_media_type(*call.media_types) if call.media_types else {}),
        )
    return routes


def answer_of(handler: Callable[..., Any]) -> Any:
    """For OpenAPI: what a handler gives as JSON, beside files; None when it gives nothing else."""
    given = get_type_hints(handler, include_extras=True)["return"]
    models = [each for each in (get_args(given) if isinstance(given, UnionType) else (given,)) if each is not Response]
    return models[0] if models else None


def of_media_type(*names: str) -> dict[str, Any]:
    """For OpenAPI: an answer of these media types: an object where one reads it as JSON or YAML, else a text."""
    content = {name: {"schema": {"type": "object" if STRUCTURED.search(name) else "string"}} for name in names}
    return {"response_class": Response, "responses": {200: {"content": content}}}


def searches() -> tuple[Call, ...]:
    """Listings: all of them, and those of each kind."""

    def exported(form: Form, request: Request, views: Views, asked: ListParameters, kind: str = "") -> Streamed:
        check_whole(asked)
        found = views.whole_search(asked.filter(kind=kind) if kind else asked.filter())
        return export(request, form, exports.listings(found))

    def listings(request: Request, views: Asked, asked: Annotated[ListingParameters, Query()]) -> Results | Response:
        if form := asked_for(request):
            return exported(form, request, views, asked)
        gone = asked.gone(LISTING_KINDS)
        return views.gone_listings(gone) if gone else views.search(asked.filter())

    def listings_export(
        request: Request, views: Asked, form: Form, asked: Annotated[ListingParameters, Query()]
    ) -> Response:
        return exported(form, request, views, asked)

    def of_kind(kind: str) -> tuple[Call, Call]:
        def search(request: Request, views: Asked, asked: Annotated[OneKindParameters, Query()]) -> Results | Response:
            if form := asked_for(request):
                return exported(form, request, views, asked, kind)
            gone = asked.gone((kind,))
            return views.gone_listings(gone) if gone else views.search(asked.filter(kind=kind))

        def search_export(
            request: Request, views: Asked, form: Form, asked: Annotated[OneKindParameters, Query()]
        ) -> Response:
            return exported(form, request, views, asked, kind)

        search.__name__ = kind.replace("-", "_")
        search_export.__name__ = f"{search.__name__}_export"
        label = BY_NAME[kind].label
        return (
            Call(f"/{kind}", search, f"{label.zh}信息", f"{label.en}: listings of this kind"),
            Call(f"/{kind}.{{form}}", search_export, f"{label.zh}信息导出", f"{label.en}: all that match", FILES),
        )

    return (
        *(call for kind in LISTING_KINDS for call in of_kind(kind)),
        Call("/listings", listings, "供需信息", "listings of every kind, with exact facet counts"),
        Call("/listings.{form}", listings_export, "供需信息导出", "all listings that match, as a file", FILES),
    )


def records() -> tuple[Call, ...]:
    """One listing, one event, and what is known of one patent or organisation."""

    def listing(views: Asked, id: Name) -> ListingAnswer:
        return views.listing(id)

    def listing_revisions(views: Asked, id: Name) -> Page[Revision]:
        return views.listing_revisions(id)

    def exported(form: Form, request: Request, views: Views, kind: str, asked: EventParameters) -> Streamed:
        check_whole(asked)
        found = views.whole_events(asked.filter(known(kind)))
        return export(request, form, exports.events(kind, found, views.read_as))

    def events_export(
        request: Request, views: Asked, kind: Kind, form: Form, asked: Annotated[EventParameters, Query()]
    ) -> Response:
        return exported(form, request, views, kind, asked)

    def events(
        request: Request, views: Asked, kind: Kind, asked: Annotated[EventParameters, Query()]
    ) -> Events | Response:
        if form := asked_for(request):
            return exported(form, request, views, kind, asked)
        gone = asked.gone(known(kind))
        return views.gone_events(gone) if gone else views.events(asked.filter(kind))

    def event(views: Asked, kind: Kind, id: Name) -> EventAnswer:
        return views.event(known(kind), id)

    def event_revisions(views: Asked, kind: Kind, id: Name) -> Page[Revision]:
        return views.event_revisions(known(kind), id)

    def pledge(views: Asked, number: Name) -> Registration:
        return views.registration("pledge", number)

    def licence(views: Asked, number: Name) -> Registration:
        return views.registration("licence", number)

    def contract(views: Asked, number: Name) -> Registration:
        return views.registration("contract", number)

    def patent(views: Asked, number: Name) -> PatentDossier:
        return views.patent(number)

    def organisation(views: Asked, id: Name) -> OrganisationDossier:
        return views.organisation(id)

    def firms(views: Asked, id: Name) -> Page[Prospect]:
        listing = views.listing(id)
        found = views.firms(listing)
        return Page[Prospect](items=found, total=len(found))

    def matches(views: Asked, asked: Annotated[MatchParameters, Query()]) -> Page[Match]:
        return views.matches(asked.filter())

    return (
        Call("/listings/{id}", listing, "一条供需信息", "one listing"),
        Call("/listings/{id}/revisions", listing_revisions, "其全部版本", "everything a listing ever said"),
        Call(
            "/listings/{id}/firms",
            firms,
            "一条供给可能的需方企业及其理由",
            "the firms whose own patents lean to an offer, the likeliest first, and why",
        ),
        Call(
            "/matches",
            matches,
            "供需匹配及其理由：一条供给、一条需求或一家单位的",
            "which needs and offers fit, and why: of one supply, one demand or one organisation, the best first",
        ),
        Call("/events/{kind}.{form}", events_export, "一类事件导出", "all events of one kind, as a file", FILES),
        Call("/events/{kind}", events, "一类事件", "events of one kind, the newest first"),
        Call("/events/{kind}/{id}", event, "一个事件", "one event with its sources and disagreements"),
        Call("/events/{kind}/{id}/revisions", event_revisions, "其全部版本", "everything held of an event"),
        Call(
            "/pledges/{number}",
            pledge,
            "一项质押登记的全貌，按登记号",
            "one pledge as a whole by its registration number: its amounts once, its patents with their events and shares",
        ),
        Call(
            "/licences/{number}",
            licence,
            "一项许可备案的全貌，按备案号",
            "one licence as a whole by its recordal number",
        ),
        Call(
            "/contracts/{number}",
            contract,
            "一份技术合同的全貌，按合同登记编号，凭密钥",
            "one technology contract as a whole by its registration number; read with a key",
            action=Action.READ_SHARED,
        ),
        Call("/patents/{number}", patent, "一件专利的卷宗", "everything about one patent"),
        Call(
            "/organisations/{id}",
            organisation,
            "一家单位：编号、统一社会信用代码、现名或曾用名",
            "one organisation's listings and deals, by its id, credit code, name or former name",
        ),
    )


def figures() -> tuple[Call, ...]:
    """Figures, their cells and targets."""

    def indicators(views: Asked, asked: Annotated[WholeMomentParameters, Query()]) -> Page[Indicator]:
        return views.indicators(asked.page(), asked.as_of)

    def exported(form: Form, request: Request, views: Views, indicator: str, asked: QuestionParameters) -> Streamed:
        check_whole(asked)
        return export(request, form, exports.cells(*views.whole_statistics(asked.filter(indicator))))

    def statistics_export(
        request: Request, views: Asked, indicator: Name, form: Form, asked: Annotated[FigureParameters, Query()]
    ) -> Response:
        return exported(form, request, views, indicator, asked)

    def statistics(
        request: Request, views: Asked, indicator: Name, asked: Annotated[FigureParameters, Query()]
    ) -> Statistics | Response:
        if form := asked_for(request):
            return exported(form, request, views, indicator, asked)
        return views.statistics(asked.filter(indicator))

    def explain(views: Asked, indicator: Name, asked: Annotated[FigureParameters, Query()]) -> Explanation:
        return views.explain(asked.filter(indicator))

    def derived(views: Asked, asked: Annotated[DerivedParameters, Query()]) -> Page[DerivedCell]:
        return views.derived(asked.filter(views.day_at(None)))

    def targets(views: Asked, asked: Annotated[WholeMomentParameters, Query()]) -> Targets:
        return views.targets(asked.page(), asked.as_of)

    return (
        Call("/statistics", indicators, "全部指标", "every figure that can be asked for"),
        Call(
            "/statistics/{indicator}.{form}", statistics_export, "一项指标导出", "one figure's cells, as a file", FILES
        ),
        Call("/statistics/{indicator}", statistics, "一项指标", "one figure's cells"),
        Call("/statistics/{indicator}/explain", explain, "一个数字的来历", "one cell down to the bytes"),
        Call("/derived", derived, "派生指标", "shares and differences of two figures, with both sides"),
        Call("/targets", targets, "目标进度", "every plan's goals as they stand"),
    )


def releases() -> tuple[Call, ...]:
    """Figures as offices signed them; what is under a release's address never changes."""

    def releases(views: Asked, asked: Annotated[WholeParameters, Query()]) -> Page[FigureRelease]:
        return views.releases()

    def release(views: Asked, id: Name) -> FigureRelease:
        return views.release(id)

    def release_cells(views: Asked, id: Name, request: Request) -> Response:
        found = views.release(id)
        headers = {"ETag": f'"{found.sha256}"', "Cache-Control": "public, max-age=31536000, immutable"}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        headers["Content-Disposition"] = f'attachment; filename="tongda-{found.id}.csv"'
        return Response(written(views.release_cells(found)), media_type="text/csv; charset=utf-8", headers=headers)

    def revisions(views: Asked, asked: Annotated[RevisionParameters, Query()]) -> RevisionLog:
        return views.revisions(asked.filter(views.day_at(None)))

    return (
        Call(
            "/revisions",
            revisions,
            "统计数据修订记录",
            "figures of periods that were over and changed between two instants or releases, and why",
        ),
        Call("/releases", releases, "已签发的统计数据", "every release of figures, the newest first"),
        Call("/releases/{id}", release, "一个发布版的清单", "what one release holds, and who signed it"),
        Call(
            "/releases/{id}/cells.csv",
            release_cells,
            "一个发布版的全部单元",
            "its cells as signed, byte for byte",
            (CSV,),
        ),
    )


def feeds() -> tuple[Call, ...]:
    """How the platforms fare, and what changed."""

    def sources(views: Asked, asked: Annotated[WholeParameters, Query()]) -> Sources:
        return views.sources(asked.page())

    def snapshot_parquet(views: Asked, topic: Name, asked: Annotated[RecordParameters, Query()]) -> Response:
        return export_snapshot(views, topic, asked.records)

    def snapshot(request: Request, views: Asked, topic: Name, asked: Annotated[RecordParameters, Query()]) -> Response:
        if asked_for(request) == "parquet":
            return export_snapshot(views, topic, asked.records)
        return streamed(views.snapshot_of(topic, asked.records), NDJSON, {"Vary": "Accept, Authorization"})

    def changes(views: Asked, asked: Annotated[ChangeParameters, Query()]) -> Changes:
        return views.changes(asked.filter())

    return (
        Call("/sources", sources, "来源平台", "how every feed fares"),
        Call("/changes", changes, "变更记录", "every revision of a public topic, in order"),
        Call(
            "/snapshots/{topic}.parquet",
            snapshot_parquet,
            "一个主题的快照（Parquet）",
            "everything that stands on a topic at one moment, in columns; its head is in the metadata",
            (parquet.MEDIA_TYPE,),
        ),
        Call(
            "/snapshots/{topic}",
            snapshot,
            "一个主题的快照",
            "everything that stands on a topic at one moment, and from where its changes go on",
            (NDJSON, parquet.MEDIA_TYPE),
        ),
    )


def known(kind: str) -> str:
    """A kind of events that is shown, to some with a key alone. Raises NotFound with those that are."""
    if kind not in shown_kinds(KEY_HOLDER):
        raise NotFound(missing(kind[:40], shown_kinds(KEY_HOLDER), "kind of event", "事件类别"))
    return kind

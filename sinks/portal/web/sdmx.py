"""Statistics for SDMX clients: the REST API of SDMX 3.0, as far as one publisher of figures needs it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field, create_model

from schemas.errors import NotFound
from sinks.portal.errors import FieldError, QueryInvalid
from sinks.portal.read.figure_answers import Indicator
from sinks.portal.read.observations import ObservationFilter, dimensions_of
from sinks.portal.show.sdmx import (
    AGENCY,
    CSV,
    JSON,
    STRUCTURE,
    Message,
    version_of,
    written_csv,
    written_json,
    written_structure,
)
from sinks.portal.show.words import DIMENSIONS
from sinks.portal.web.api import of_media_type
from sinks.portal.web.callers import Asked, add_call
from sinks.portal.web.fields import PLAIN, Bound, Instant, Name, Parameters, said
from sinks.portal.web.problems import PROBLEMS
from sinks.portal.web.routes import StrictRoute

ROOT = "/sdmx/3.0"
ANY = ("*", "~", "+")  # of a version: all, the newest, the newest stable one: a figure has one
TIME = re.compile(r"(?:(eq|ne|lt|le|gt|ge):)?(\d{4}(?:-\d{2}){0,2})")
Key = Annotated[str, Path(max_length=1000, pattern=PLAIN, description="点分的键，* 为任意 · dotted key, * for any")]
Artefact = Annotated[
    Literal["dataflow", "datastructure"], Path(description="两者给出的相同 · either gives the same, whole")
]
Held = Annotated[str, Field(max_length=1000, pattern=PLAIN)]


class DataParameters(Parameters):
    """Which observations; further dimensions as ``c[NAME]``, values separated by commas."""

    time: Annotated[
        Held | None,
        Field(alias="c[TIME_PERIOD]", description="时间 · times", examples=["ge:2025-01+le:2025-06"]),
    ] = None
    start: Annotated[Bound | None, Field(alias="startPeriod", description="起始 · first", examples=["2025-01"])] = None
    end: Annotated[Bound | None, Field(alias="endPeriod", description="截止 · last", examples=["2025-06"])] = None
    updated_after: Annotated[
        Instant | None, Field(alias="updatedAfter", description="此后入库 · committed after", examples=["2025-03-18"])
    ] = None
    as_of: Annotated[Instant | None, Field(alias="asOf", description="按那一时刻 · as of", examples=["2025-03-18"])] = (
        None
    )
    format: Annotated[Literal["csv", "json"] | None, said("格式，优先于 Accept", "the form, before Accept", "csv")] = (
        None
    )


def _held(name: str) -> Any:
    return Field(
        default=None,
        alias=f"c[{name}]",
        description=f"{name}，逗号分隔任一即可 · {name}, commas for OR",
        examples=["_T"],
    )


if TYPE_CHECKING:  # a type checker does not follow models that are made of a table
    ObservationParameters: TypeAlias = DataParameters
else:
    ObservationParameters = create_model(
        "ObservationParameters",
        __base__=DataParameters,
        **{f"c_{name}": (Held | None, _held(name)) for name in ("FREQ", *(each.upper() for each in DIMENSIONS))},
    )


def router() -> APIRouter:
    """Data and structures."""
    routes = APIRouter(prefix=ROOT, route_class=StrictRoute, responses=PROBLEMS)
    of_data, of_structure = of_media_type(JSON, CSV), of_media_type(STRUCTURE)
    at = "/data/dataflow/{agency}/{id}/{version}"
    for path, handler, zh, en, media in (
        (at + "/{key}", sdmx_data, "一项指标的观测值（SDMX），按键", "observations of one figure by key, for SDMX clients", of_data),
        (at, sdmx_all, "一项指标的全部观测值（SDMX）", "all observations of one figure, for SDMX clients", of_data),
        ("/structure/{artefact}/{agency}/{id}/{version}", sdmx_structure, "指标的结构（SDMX）", "flows, structures, code lists and concepts; id * for all", of_structure),
    ):  # fmt: skip
        add_call(routes, path, handler, zh, en, **media)
    return routes


def sdmx_data(
    request: Request,
    views: Asked,
    agency: Name,
    id: Name,
    version: Name,
    key: Key,
    asked: Annotated[ObservationParameters, Query()],
) -> Response:
    indicator = _known(views.indicator(id), agency, version)
    names = dimensions_of(indicator)
    filter = ObservationFilter(
        keys=_keys(key, names),
        held=_values(asked, names),
        times=_times(asked),
        updated_after=asked.updated_after,
        as_of=asked.as_of,
    )
    message = Message(indicator, views.observations(indicator, filter))
    if (asked.format or _form(request)) == "csv":
        return Response(written_csv(message), media_type=f"{CSV};charset=utf-8", headers={"Vary": "Accept"})
    return Response(written_json(message), media_type=JSON, headers={"Vary": "Accept"})


def sdmx_all(
    request: Request,
    views: Asked,
    agency: Name,
    id: Name,
    version: Name,
    asked: Annotated[ObservationParameters, Query()],
) -> Response:
    return sdmx_data(request, views, agency, id, version, "*", asked)


def sdmx_structure(views: Asked, artefact: Artefact, agency: Name, id: Name, version: Name) -> Response:
    """Whatever is asked for, with everything that it refers to."""
    found = views.indicators().items if id == "*" else (_known(views.indicator(id), agency, version),)
    return Response(written_structure(found), media_type=STRUCTURE)


def _known(indicator: Indicator, agency: str, version: str) -> Indicator:
    """Raises NotFound: another agency, or a version that is not the figure's."""
    own = version_of(indicator)
    if agency not in (AGENCY, "*") or version not in (*ANY, own):
        name = f"{agency[:20]}:{indicator.indicator}({version[:20]})"
        raise NotFound(f"nothing is called {name}; known: {AGENCY}:{indicator.indicator}({own})")
    return indicator


def _keys(text: str, names: tuple[str, ...]) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """``M.430100+430200.*``: of each key the values of each dimension, none for any. Raises QueryInvalid."""
    if text in ("*", "all"):
        return ()
    keys = [key.split(".") for key in text.split(",")]
    if any(len(key) != len(names) for key in keys):
        message = f"a key has {len(names)} parts, * for any: {'.'.join(names)}"
        raise QueryInvalid([FieldError(name="key", message=message)])
    return tuple(tuple(() if part in ("", "*") else tuple(part.split("+")) for part in key) for key in keys)


def _values(asked: DataParameters, names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """What the components hold their dimensions to. Raises QueryInvalid for a dimension that the figure has not."""
    given = {name.removeprefix("c_"): value for name, value in asked if name.startswith("c_") and value is not None}
    if wrong := [name for name in given if name not in names]:
        message = f"this figure has no such dimension; accepted: {', '.join(names)}, TIME_PERIOD"
        raise QueryInvalid([FieldError(name=f"c[{name}]", message=message) for name in wrong])
    return {name: tuple(each.removeprefix("eq:") for each in value.split(",")) for name, value in given.items()}


def _times(asked: DataParameters) -> tuple[tuple[str, str], ...]:
    """Operators and bounds, all of which hold. A form writes + for a blank, so either parts them. Raises QueryInvalid."""
    found = [TIME.fullmatch(part) for part in re.split(r"[+ ]", asked.time)] if asked.time else []
    if None in found:
        message = "accepted: 2025, 2025-03, ge:2025-01+le:2025-06, with eq, ne, lt, le, gt, ge"
        raise QueryInvalid([FieldError(name="c[TIME_PERIOD]", message=message)])
    times = [(each[1] or "eq", each[2]) for each in found if each]
    bounds = (("ge", asked.start), ("le", asked.end))
    return (*times, *((name, bound) for name, bound in bounds if bound))


def _form(request: Request) -> str:
    """CSV for whoever accepts it and no JSON before it."""
    accepted = [part.split(";")[0].strip() for part in request.headers.get("accept", "").lower().split(",")]
    known = {CSV.split(";")[0]: "csv", "text/csv": "csv", JSON.split(";")[0]: "json", "application/json": "json"}
    return next((known[name] for name in accepted if name in known), "json")

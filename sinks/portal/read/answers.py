"""What the portal answers, shared by pages and API. Records are those of ``schemas``, here with every field written."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar

import msgspec
from pydantic import PlainSerializer, WithJsonSchema

from schemas.frozen import Frozen
from schemas.kinds.occurrence import Occurrence
from schemas.records.base import Record, json_schema
from schemas.records.contribution import Contribution
from schemas.records.event import Event
from schemas.records.listing import Listing, organisation_id
from schemas.records.point import Point
from schemas.records.source_status import SourceStatus
from sinks.portal.search.query import Hint
from sinks.portal.secrecy import KEY_HOLDER, PUBLIC, shown_kinds, withheld_fields

Item = TypeVar("Item")
ANY_EVENT = "Event"  # the title under which OpenAPI has the events of all kinds


def with_organisations(statement: dict[str, Any]) -> dict[str, Any]:
    """A statement whose parties have the id under which /organisations has them, as the stages publish it since 0.2.0.

    What was published before has none.
    """
    return {
        name: [*map(_identified, said)] if isinstance(said, list | tuple) else said for name, said in statement.items()
    }


def _identified(party: Any) -> Any:
    if not isinstance(party, dict) or not party.get("key") or party.get("party_type") == "individual":
        return party
    return {**party, "organisation_id": organisation_id(party["key"])}


def whole(value: Any) -> Any:
    """Plain values of a record with every field, also those that a topic leaves out while they have their default.

    A statement stands as on its topic: what is not said there is not said here. Its parties have their organisation's id.
    """
    if isinstance(value, Occurrence):
        return with_organisations(msgspec.to_builtins(value))
    if isinstance(value, Record):
        tag = value.__struct_config__
        kind = {tag.tag_field: tag.tag} if tag.tag_field else {}
        return kind | {name: whole(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, tuple | list):
        return [whole(each) for each in value]
    if isinstance(value, dict):
        return {name: whole(each) for name, each in value.items()}
    return msgspec.to_builtins(value)


def _event_schema() -> dict[str, Any]:
    """An event of any kind that is shown; the fields of its statement are its kind's."""
    schema = {**json_schema(Event), "title": ANY_EVENT}
    by_key = {kind: withheld_fields(kind, PUBLIC) for kind in shown_kinds(KEY_HOLDER)}
    told = "; ".join(f"{kind}: {', '.join(fields)}" for kind, fields in by_key.items() if fields)
    own = {
        "kind": {"enum": [*shown_kinds(KEY_HOLDER)]},
        "statement": {"type": "object"},
    }
    description = f"its statement has the fields of its kind; those that are read with a key alone: {told}"
    return {
        **schema,
        "description": description,
        "properties": schema["properties"] | own,
        "required": [*schema["required"], "kind"],
    }


WHOLE = PlainSerializer(whole)
EventAnswer = Annotated[Event, WHOLE, WithJsonSchema(_event_schema())]
ListingAnswer = Annotated[Listing, WHOLE, WithJsonSchema(json_schema(Listing))]
PointAnswer = Annotated[Point, WHOLE, WithJsonSchema(json_schema(Point))]
ContributionAnswer = Annotated[Contribution, WHOLE, WithJsonSchema(json_schema(Contribution))]
StatusAnswer = Annotated[SourceStatus, WHOLE, WithJsonSchema(json_schema(SourceStatus))]


class Page(Frozen, Generic[Item]):
    """A list: ``next`` is the cursor of the next page or null, ``as_of`` the hub's newest commit behind the answer."""

    items: tuple[Item, ...]
    next: str | None = None
    as_of: str | None = None
    total: int


class FacetValue(Frozen):
    """``count`` = results after choosing this value alone in its facet, all other facets as they stand."""

    value: str
    count: int
    included: bool = False
    excluded: bool = False


class Facet(Frozen):
    """One way to narrow results; at most 20 values unless chosen, the most frequent first."""

    name: str
    values: tuple[FacetValue, ...]
    more: int = 0  # further values that are not shown


class Tombstone(Frozen):
    """What went away: ``withdrawn`` by its sources, ``merged`` into another, or ``taken_down``: delete your copy."""

    id: str
    revision: int  # the one that went; of what was taken down the last one that was
    state: Literal["withdrawn", "merged", "taken_down"]
    reason: str | None = None  # the state's short code, of a listing
    merged_into: str | None = None
    gone_at: str  # the hub's commit time


class Results(Page[ListingAnswer]):
    """Listings that match, with their facets; or what went away, in the order in which it went.

    ``on_offer``: how many of the total can be had; those come first.
    """

    on_offer: int = 0
    facets: tuple[Facet, ...] = ()
    hints: tuple[Hint, ...] = ()
    deleted: tuple[Tombstone, ...] = ()


class Events(Page[EventAnswer]):
    """Events of one kind, the newest first; or what went away, in the order in which it went."""

    deleted: tuple[Tombstone, ...] = ()


class Revision(Frozen):
    """One revision of an event or listing as it was published; ``value`` null: taken down."""

    revision: int
    recorded_at: str
    value: dict[str, Any] | None


class MaskedPerson(Frozen):
    """A natural person: the masked name and nothing else (张*)."""

    name: str
    party_type: Literal["individual"] = "individual"


class Organisation(Frozen):
    """An organisation, by what listings and events say of it."""

    id: str
    name: str
    party_type: str = "unknown"
    credit_code: str | None = None
    region: str | None = None
    sme: str = "unknown"


class PatentDossier(Frozen):
    """卷宗: everything the hub holds about one patent; events in order of the date that counts, undated ones last."""

    number: str
    right_type: str
    title: str | None = None
    legal_status: str = "unknown"
    legal_status_on: str | None = None
    ipc: tuple[str, ...] = ()
    holders: tuple[Organisation | MaskedPerson, ...] = ()
    events: tuple[EventAnswer, ...] = ()
    listings: tuple[ListingAnswer, ...] = ()
    as_of: str | None = None
    synthetic: bool = False


class OrganisationDossier(Frozen):
    """One organisation with its listings and deals, newest first.

    ``aliases``: other spellings sources used; ``former_names``: those that the register says it bore before, the last first.
    """

    organisation: Organisation
    aliases: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()
    listings: tuple[ListingAnswer, ...] = ()
    events: tuple[EventAnswer, ...] = ()
    as_of: str | None = None
    synthetic: bool = False


class Sources(Page[StatusAnswer]):
    """How every feed fares."""


class Change(Frozen):
    """One change of a topic in the hub's order; ``value`` null: delete your copy.

    ``changed``: the fields of the record, its revision aside, that are not as they were in the one before it; null where
    there is none to compare with. ``left``: it stands, but not in the filter that was asked for any more.
    """

    sequence: int
    topic: str
    key: str
    revision: int
    recorded_at: str
    value: dict[str, Any] | None
    changed: tuple[str, ...] | None = None
    left: bool = False


class Changes(Page[Change]):
    """Changes in the hub's order. Another ``epoch`` than before: the database was restored; begin anew with a snapshot.

    ``last``: everything up to this sequence was looked at; go on after it, also where a filter left nothing of it.
    ``next``: the same where more may follow at once, else null. ``total``: all changes of the topics, in a filter or not.
    """

    epoch: str
    last: int


class Counters(Frozen):
    """The portal's first numbers: listings by state and events by kind."""

    listings: dict[str, dict[str, int]]  # kind → state → number
    events: dict[str, int]
    as_of: str | None
    synthetic: bool

"""New kinds of every class, and a public one with a field of every class, in a hub of its own process.

``python -m tests.sinks.portal.canary DATABASE FOLDER`` prints for each caller and each mark the doors that show it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

from msgspec import Meta

import schemas.kinds
from schemas.kinds.columns import Day, Parties, Patents, Title
from schemas.kinds.identity import Identity, official
from schemas.kinds.occurrence import Effect, Occurrence, says
from schemas.subjects import name_of, patent_subject
from schemas.wire import short_hash
from schemas.words import Term

PATENT, HOLDER = "202110123456.7", "金丝雀样例有限公司"


class Filing(Occurrence, frozen=True):
    """Something that a platform files about a patent."""

    phases = {"recorded": Term("已备案", "Filed")}
    giver, counts_on = "holder", "filed_on"

    patents: Annotated[Patents, Meta(min_length=1), says("专利号", "Patents")]
    holder: Annotated[Parties, says("备案人", "Filed by")] = ()
    filed_on: Annotated[Day | None, says("备案日", "Filed on")] = None
    title: Annotated[Title | None, says("专利名称", "Title", is_disputed=False)] = None

    def subjects(self) -> tuple[str, ...]:
        return tuple(map(patent_subject, self.patents))

    def identity(self, subject: str, phase: str) -> Identity:
        return official(name_of(subject), self.filed_on or "")

    def effect(self, phase: str) -> Effect:
        return Effect(evaluates=True)


class Confided(Filing, frozen=True):
    """For the hub's own staff."""

    name, label, secrecy = "confided", Term("内部备案", "Confided filing"), "internal"


class Guarded(Filing, frozen=True):
    """For nobody but those who must."""

    name, label, secrecy = "guarded", Term("涉密备案", "Guarded filing"), "sensitive"


class Lent(Filing, frozen=True):
    """For those who have a key."""

    name, label, secrecy = "lent", Term("共享备案", "Shared filing"), "shared"


class Open(Filing, frozen=True):
    """For everybody, but for some of its fields."""

    name, label = "open-filing", Term("公开备案", "Open filing")

    shared_note: Annotated[Title | None, says("共享说明", "Shared note", secrecy="shared")] = None
    internal_note: Annotated[Title | None, says("内部说明", "Internal note", secrecy="internal")] = None
    sensitive_note: Annotated[Title | None, says("敏感说明", "Sensitive note", secrecy="sensitive")] = None


ADDED = (Confided, Guarded, Lent, Open)
NOTES = ("shared_note", "internal_note", "sensitive_note")  # fields of Open that only some may read
schemas.kinds.KINDS += ADDED
schemas.kinds.BY_NAME.update({kind.name: kind for kind in ADDED})

from schemas.records.event import Disagreement, Event, Value  # noqa: E402  # what follows is made of the kinds
from sinks.store.database import Database  # noqa: E402
from sinks.store.keys import make  # noqa: E402
from tests.sinks.conftest import Feeder, Portal  # noqa: E402
from tests.sinks.examples import a_contribution, a_listing, a_party, a_point, a_transfer  # noqa: E402
from tests.sinks.portal.examples import an_event  # noqa: E402


def mark(kind: type[Occurrence]) -> str:
    """A text that stands in the records of this kind and nowhere else."""
    return f"canary{kind.name.replace('-', '')}"


def mark_of(note: str) -> str:
    """The text of one of the notes."""
    return f"canary{note.replace('_', '')}"


def event_of(kind: type[Occurrence]) -> Event:
    holder = a_party(HOLDER + mark(kind))
    notes = {name: mark_of(name) for name in NOTES} if kind is Open else {}
    statement = kind(patents=(PATENT,), holder=(holder,), filed_on="2025-03-09", title=f"装置{mark(kind)}", **notes)
    disputed = [Disagreement(name, (Value(f"{text}disputed", ("cnipa_gazette",)),)) for name, text in notes.items()]
    return an_event(
        statement,
        id=f"{kind.name}:{short_hash(kind.name)}",
        occurred_on="2025-03-09",
        disagreements=tuple(disputed),
    )


def addresses(kind: type[Occurrence]) -> list[str]:
    """Every address that could show a record of the kind."""
    from schemas.records.listing import organisation_id

    id, topic = event_of(kind).id, f"tongda.{kind.name}.v1"
    organisation = organisation_id(a_party(HOLDER + mark(kind)).key)
    api = [
        f"/events/{kind.name}",
        f"/events/{kind.name}/{id}",
        f"/events/{kind.name}/{id}/revisions",
        f"/events/transfer/{id}",
        f"/events/transfer/{id}/revisions",
        f"/listings/{id}",
        f"/listings/{id}/revisions",
        f"/listings?q={mark(kind)}",
        f"/patents/{PATENT}",
        f"/organisations/{organisation}",
        "/statistics",
        "/statistics/transfers/explain?period=2025-03",
        "/sources",
        f"/changes?topic={topic}",
        f"/feeds/events/{kind.name}.atom",
        "/feeds/listings.json?q=装置",
        f"/feeds/patents/{PATENT}.atom",
        f"/feeds/organisations/{organisation}.json",
    ]
    pages = [
        "/",
        "/screen",
        "/events",
        f"/events?kind={kind.name}",
        f"/event/{kind.name}/{id.split(':')[1]}",
        f"/event/transfer/{id}",
        f"/patent/{PATENT}",
        f"/supply/{a_listing().id.split(':')[1]}",
        f"/organisation/{organisation.split(':')[1]}",
        "/statistics/explanation?indicator=transfers&period=2025-03",
        "/api",
        "/sitemap.xml",
    ]
    return ["/api/v1" + path for path in api] + pages + ["/en" + page for page in pages[2:5]] + ["/openapi.json"]


def shown(portal: Portal, kind: type[Occurrence], key: dict[str, str]) -> dict[str, str]:
    """What a caller reads at each door that has something of this kind."""
    found = {path: reads(portal, path, kind, key) for path in addresses(kind)}
    stream = f"/api/v1/stream?topic=tongda.{kind.name}.v1"
    epoch = portal.views.last_change("tongda.transfer.v1")[0]
    headers = {"Last-Event-ID": f"{epoch}-0", **key}
    with portal.client.stream("GET", stream, headers=headers, timeout=5) as answer:
        if answer.status_code == 200:
            found[stream] = next((line for line in answer.iter_lines() if mark(kind) in line), "")
    return {path: text for path, text in found.items() if text}


def reads(portal: Portal, path: str, kind: type[Occurrence], key: dict[str, str]) -> str:
    """The answer, when it has a mark or the id. One that refuses may repeat the id, which stands in the address."""
    answer = portal.client.get(path, headers=key, follow_redirects=True)
    is_shown = "canary" in answer.text.replace(path, "") if answer.status_code == 200 else mark(kind) in answer.text
    return answer.text if is_shown or (answer.status_code == 200 and event_of(kind).id in answer.text) else ""


def doors_by_mark(portal: Portal, key: dict[str, str]) -> dict[str, list[str]]:
    """Each mark, of a kind or of a note, and the doors at which this caller reads it."""
    by_kind = {kind: shown(portal, kind, key) for kind in ADDED}
    answers = {path: text for found in by_kind.values() for path, text in found.items()}
    notes = {note: [path for path, text in answers.items() if mark_of(note) in text] for note in NOTES}
    return {
        kind.name: [path for path, text in found.items() if mark(kind) in text or event_of(kind).id in text]
        for kind, found in by_kind.items()
    } | notes


def main(url: str, folder: Path) -> None:
    database = Database(url, role="canary", size=4)
    transfer = a_transfer()
    feeder = Feeder(database)
    feeder.feed(transfer, a_listing(), a_contribution(transfer), a_point(dimensions={"area": "430000"}, value="5"))
    for kind in ADDED:
        event = event_of(kind)
        feeder.feed(event, a_contribution(event, distinct=mark(kind)))
    portal = Portal(database, folder)
    portal.follower.step()
    key = {"Authorization": f"Bearer {make(database, 'canary', 'shared')}"}
    found = {"everybody": doors_by_mark(portal, {}), "key": doors_by_mark(portal, key)}
    portal.stop()
    database.close()
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))

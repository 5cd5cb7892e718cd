"""Three new kinds in a hub of its own process, and where a reader meets their records.

``python -m tests.sinks.portal.canary DATABASE FOLDER`` prints for each kind the addresses that show its mark.
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


class Open(Filing, frozen=True):
    """For everybody."""

    name, label = "open-filing", Term("公开备案", "Open filing")


ADDED = (Confided, Guarded, Open)
schemas.kinds.KINDS += ADDED
schemas.kinds.BY_NAME.update({kind.name: kind for kind in ADDED})

from schemas.records.event import Event  # noqa: E402  # what follows is made of the kinds
from sinks.store.database import Database  # noqa: E402
from tests.sinks.conftest import Feeder, Portal  # noqa: E402
from tests.sinks.examples import a_contribution, a_listing, a_party, a_point, a_transfer  # noqa: E402
from tests.sinks.portal.examples import an_event  # noqa: E402


def mark(kind: type[Occurrence]) -> str:
    """A text that stands in the records of this kind and nowhere else."""
    return f"canary{kind.name.replace('-', '')}"


def event_of(kind: type[Occurrence]) -> Event:
    holder = a_party(HOLDER + mark(kind))
    statement = kind(patents=(PATENT,), holder=(holder,), filed_on="2025-03-09", title=f"装置{mark(kind)}")
    return an_event(statement, id=f"{kind.name}:{short_hash(kind.name)}", occurred_on="2025-03-09")


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
        "/operations",
        "/api",
        "/sitemap.xml",
    ]
    return ["/api/v1" + path for path in api] + pages + ["/en" + page for page in pages[2:5]] + ["/openapi.json"]


def shown(portal: Portal, kind: type[Occurrence]) -> list[str]:
    """The addresses at which its mark or its id is read, and the live stream if it gives one."""
    found = [path for path in addresses(kind) if reads(portal, path, kind)]
    stream = f"/api/v1/stream?topic=tongda.{kind.name}.v1"
    epoch = portal.views.last_change("tongda.transfer.v1")[0]
    with portal.client.stream("GET", stream, headers={"Last-Event-ID": f"{epoch}-0"}, timeout=5) as answer:
        lines = answer.iter_lines()
        if answer.status_code == 200 and any(mark(kind) in line for line in lines):
            found.append(stream)
    return found


def reads(portal: Portal, path: str, kind: type[Occurrence]) -> bool:
    """An answer that refuses may repeat the id, which stands in the address; a mark never."""
    answer = portal.client.get(path, follow_redirects=True)
    return mark(kind) in answer.text or (answer.status_code == 200 and event_of(kind).id in answer.text)


def main(url: str, folder: Path) -> None:
    database = Database(url, role="canary", size=4)
    transfer = a_transfer()
    feeder = Feeder(database)
    feeder.feed(transfer, a_listing(), a_contribution(transfer), a_point(dimensions={"area": "430000"}, value="4"))
    for kind in ADDED:
        event = event_of(kind)
        feeder.feed(event, a_contribution(event, distinct=mark(kind)))
    portal = Portal(database, folder)
    portal.follower.step()
    found = {kind.name: shown(portal, kind) for kind in ADDED}
    portal.stop()
    database.close()
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))

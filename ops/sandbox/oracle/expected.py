"""From the ledger to everything that a settled hub must hold: events, listings, dead letters. Pure.

It follows the published contracts only: the identity of events, which value wins, when a listing is open. It shares no code
with the streams, nor with the readers that it checks; figures are recounted in ``figures.recount``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from ops.sandbox.oracle.clusters import clusters, subjects
from ops.sandbox.oracle.events import Event, profiles, resolve, with_profiles
from ops.sandbox.oracle.listings import Listing, demand_listings, supply_listing
from ops.sandbox.oracle.truth import Key, Statement, settle
from ops.sandbox.world.ledger import Change

LISTED = ("supply", "demand")


@dataclass
class Expected:
    """What a settled hub must hold, by id.

    ``events``: as subscribers may know them; ``counted``: as the hub knows them, for its figures. ``dead_letters``: the
    records that must be dead letters, with the reason; only those in ``possible_dead_letters`` may be.
    """

    events: dict[str, Event] = field(default_factory=dict)
    counted: dict[str, Event] = field(default_factory=dict)
    listings: dict[str, Listing] = field(default_factory=dict)
    dead_letters: dict[Key, str] = field(default_factory=dict)
    possible_dead_letters: dict[Key, str] = field(default_factory=dict)
    changes: int = 0


def expect(changes: Iterable[Change]) -> Expected:
    """Everything but the figures, from all changes of a ledger."""
    truth = settle(changes)
    dossiers: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for statement in truth.statements:
        for subject in subjects(statement.fact):
            dossiers[statement.fact["kind"], subject].append(statement)
    expected = Expected(
        dead_letters=truth.unreadable, possible_dead_letters=truth.last_unreadable, changes=truth.changes
    )
    known = profiles(truth.statements)
    by_subject: dict[str, list[Event]] = defaultdict(list)
    for (kind, subject), statements in sorted(dossiers.items()):
        if kind in LISTED:
            continue
        for name, cluster in clusters(kind, subject, statements).items():
            event = resolve(name, kind, subject, cluster)
            event.fact = with_profiles(event.fact, known)
            expected.counted[name] = event
            by_subject[subject].append(event)
            public = [statement for statement in cluster if statement.is_public]
            if public:
                expected.events[name] = event if public == cluster else resolve(name, kind, subject, public)
    for (kind, subject), statements in dossiers.items():
        if kind in LISTED:
            found = (
                [supply_listing(subject, statements, by_subject[subject])]
                if kind == "supply"
                else demand_listings(subject, statements)
            )
            expected.listings |= {listing.id: listing for listing in found}
    return expected

"""Clusters and events of a handful of sightings, without stages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from schemas.records.event import Event
from schemas.records.sighting import kind_of
from streams.dossier.clusters import Cluster, Ruling, clusters
from streams.dossier.dossier import Dossier
from streams.dossier.member import Member
from streams.dossier.renaming import AS_WRITTEN
from streams.dossier.resolve import Profiles, event_of
from tests.examples import typed


def members(sightings: Iterable[dict[str, Any]]) -> list[Member]:
    return [Member(typed(sighting), AS_WRITTEN) for sighting in sightings]


def clustered(sightings: Iterable[dict[str, Any]], rulings: Iterable[Ruling] = ()) -> list[Cluster]:
    """What the sightings of one subject and kind amount to, by the relation itself."""
    return clusters(members(sightings), tuple(rulings))


def dossier_of(*sightings: dict[str, Any]) -> Dossier:
    return Dossier(sightings[0]["subject"], map(typed, sightings))


def only_event(*sightings: dict[str, Any]) -> Event:
    """The one event that these sightings of one kind are of, as the hub knows it."""
    dossier, kind = dossier_of(*sightings), kind_of(typed(sightings[0])).name
    (cluster,) = dossier.clusters[kind].values()
    event = event_of(cluster, dossier.revision(kind), Profiles(lambda party: {}), "sensitive")
    assert event is not None
    return event

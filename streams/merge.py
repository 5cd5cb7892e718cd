"""Merge: sightings of one subject and kind → clusters, one an event. A partition of the set: order never matters.

1  Operators' rulings that keep sightings apart are obeyed first: what they name is a cluster of its own.
2  Sightings of one official identity (number, recorded day) are one event.
3  A sighting without one joins the official event whose parties it shares, if their days allow; the nearest day wins.
   One that names no day joins only if exactly one event fits. Near misses stay apart.
4  Those left over join each other: equal identity, or shared parties (titles, for demands) and close days.
5  Operators' rulings that put sightings together are obeyed last.

Parties are compared under the names that renames of the same patent give them (streams/renaming.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from streams.days import distance, may_lie_between
from streams.identity import Identity, Seen, event_id, identity
from streams.likeness import alike
from streams.renaming import givers, takers

DEAL_WINDOW = (-30, 365)  # days from the notice to the record (domain.md §9)
PLEDGE_WINDOW = (-30, 30)  # a ledger without number against the register
NOTICE_WINDOW = (-30, 30)  # two notices of one deal


@dataclass(frozen=True)
class Cluster:
    """The sightings of one event; ``weaker`` are ids that now lead to it."""

    id: str
    weaker: tuple[str, ...]
    members: tuple[Seen, ...]


class Ruling(NamedTuple):
    """A person's decision about sightings of one kind: ``merge`` puts them together, ``split`` sets them apart."""

    id: str
    action: str
    members: frozenset[str]


class Group:
    """Sightings on their way to becoming a cluster, with the identities they have."""

    def __init__(self, ruling: str = "") -> None:
        self.members: list[Seen] = []
        self.identities: set[Identity] = set()
        self.ruling = ruling

    def add(self, seen: Seen, named: Identity) -> None:
        self.members.append(seen)
        self.identities.add(named)

    def take_in(self, other: Group) -> None:
        self.members += other.members
        self.identities |= other.identities

    def names(self) -> list[tuple[Identity, str]]:
        """Identities and ids, the strongest first. What was set apart answers to its old name if nobody else does."""
        kind, extra = self.members[0]["kind"], ("ruling", self.ruling)
        plain = [(one, event_id(kind, one.parts)) for one in sorted(self.identities)]
        return [(one, event_id(kind, (*one.parts, *extra))) for one, _ in plain] + plain if self.ruling else plain


def united(groups: Iterable[Group]) -> Group:
    """One group of all their sightings."""
    whole = Group()
    for group in groups:
        whole.take_in(group)
    return whole


def clusters(seen: Sequence[Seen], rulings: Sequence[Ruling] = ()) -> list[Cluster]:
    """The events behind the live sightings of one subject and kind, sorted by id."""
    if len(seen) == 1 and not rulings:
        return [Cluster(event_id(seen[0]["kind"], identity(seen[0]).parts), (), tuple(seen))]
    rest, groups = set_apart(sorted(seen, key=lambda one: str(one["id"])), rulings)
    groups += put_together(related(rest), rulings)
    named = [(group.names(), group) for group in groups]
    taken = {names[0][1] for names, _ in named}
    made = (
        Cluster(names[0][1], tuple(sorted({name for _, name in names} - taken)), tuple(group.members))
        for names, group in named
    )
    return sorted(made, key=lambda cluster: cluster.id)


def set_apart(seen: list[Seen], rulings: Sequence[Ruling]) -> tuple[list[Seen], list[Group]]:
    """What is left for the relation, and a group for each ruling that splits; of two the first by id is obeyed."""
    groups = []
    for ruling in sorted(rulings):
        if ruling.action == "split":
            named = [one for one in seen if one["id"] in ruling.members]
            seen = [one for one in seen if one["id"] not in ruling.members]
            if named:
                groups.append(Group(ruling.id))
                for one in named:
                    groups[-1].add(one, identity(one))
    return seen, groups


def put_together(groups: list[Group], rulings: Sequence[Ruling]) -> list[Group]:
    """Groups that share a ruling become one; what was set apart stays apart."""
    for ruling in sorted(rulings):
        if ruling.action == "merge":
            touched = [group for group in groups if any(one["id"] in ruling.members for one in group.members)]
            if len(touched) > 1:
                groups = [group for group in groups if group not in touched] + [united(touched)]
    return groups


def related(seen: list[Seen]) -> list[Group]:
    """The relation itself, steps 2 to 4."""
    official: dict[Identity, Group] = {}
    others: list[tuple[Seen, Identity]] = []
    for one in seen:
        name = identity(one)
        if name.is_official:
            official.setdefault(name, Group()).add(one, name)
        else:
            others.append((one, name))
    if not others:
        return list(official.values())
    near = NEAR.get(seen[0]["kind"])
    left, joining = [], []
    for one, name in others:
        home = near.home(one, official) if near else None
        if home is None:
            left.append((one, name))
        else:
            joining.append((official[home], one, name))
    for group, one, name in joining:  # only now: whom a sighting joins must not depend on who joined before it
        group.add(one, name)
    return [*official.values(), *among_themselves(left, near)]


def among_themselves(left: list[tuple[Seen, Identity]], near: Near | None) -> list[Group]:
    """Connected components of the relation between sightings that no official event took."""
    by_identity: dict[tuple[str, ...], Group] = {}
    for one, name in left:
        by_identity.setdefault(name.parts, Group()).add(one, name)
    groups = list(by_identity.values())
    if near is None or len(groups) < 2:
        return groups
    dated = [group for group in groups if any(near.day(one) for one in group.members)]
    undated = [group for group in groups if group not in dated]
    homes = [[group for group in dated if near.same(one.members, group.members)] for one in undated]
    components: list[Group] = []
    for group in dated:
        touching = [found for found in components if near.same(found.members, group.members)]
        components = [found for found in components if found not in touching]
        components.append(united([group, *touching]))
    for group, fitting in zip(undated, homes, strict=True):
        theirs = [one for home in fitting for one in home.members]
        wholes = [found for found in components if any(one in found.members for one in theirs)]
        if len(wholes) == 1:
            wholes[0].take_in(group)
        else:
            components.append(group)
    return components


@dataclass(frozen=True)
class Near:
    """How one kind's sightings find each other without an official identity."""

    day: Callable[[Seen], str | None]  # of the sighting itself
    fits: Callable[[Seen, Seen], bool]  # parties speak for one event: stand-in, official
    window: tuple[int, int] = DEAL_WINDOW  # from the stand-in's day to the official day
    official_day: Callable[[Seen], str | None] = lambda seen: None
    peers: Callable[[Seen, Seen], bool] = lambda one, other: False

    def home(self, one: Seen, official: Mapping[Identity, Group]) -> Identity | None:
        """The official event this sighting is of, or None."""
        day = self.day(one)
        found: list[tuple[int, Identity]] = []
        for name, group in official.items():
            days = [self.official_day(other) for other in group.members if self.fits(one, other)]
            if day is None or not days:
                found += [(0, name)] if days else []
                continue
            far = [distance(day, other) for other in days if other and may_lie_between(day, other, *self.window)]
            found += [(min(far), name)] if far else []
        if day is None and len(found) != 1:
            return None
        return min(found)[1] if found else None

    def same(self, some: Iterable[Seen], others: Iterable[Seen]) -> bool:
        others = list(others)
        return any(self.peers(one, other) for one in some for other in others)


def first_said(seen: Seen, *fields: str) -> str | None:
    """The first of these days that the sighting names."""
    return next((str(seen["statement"][name]) for name in fields if seen["statement"].get(name)), None)


def transfer_day(seen: Seen) -> str | None:
    return first_said(seen, "signed_on", "announced_on")


def effective_day(seen: Seen) -> str | None:
    return first_said(seen, "effective_on")


def share(some: frozenset[str], others: frozenset[str]) -> bool:
    return not some.isdisjoint(others)


def no_conflict(some: frozenset[str], others: frozenset[str]) -> bool:
    """Two sets of names may be of one event: they share one, or one of them is not given."""
    return not some or not others or share(some, others)


def same_transfer(notice: Seen, record: Seen) -> bool:
    """The takers overlap; givers, where both name them, do too: a co-owner's later sale to the firm is another."""
    return share(takers(notice), takers(record)) and no_conflict(givers(notice), givers(record))


def same_parties(one: Seen, other: Seen) -> bool:
    return share(givers(one), givers(other)) and share(takers(one), takers(other))


def close(one: str | None, other: str | None, window: tuple[int, int] = NOTICE_WINDOW) -> bool:
    return one is None or other is None or may_lie_between(one, other, *window)


def same_notice(one: Seen, other: Seen) -> bool:
    """Two notices of one deal: close days, and the parties of one are among those of the other."""
    number = one["statement"].get("contract_number")
    if number and number == other["statement"].get("contract_number"):
        return True
    some, others = takers(one), takers(other)
    return (
        bool(some and others)
        and (some <= others or others <= some)
        and no_conflict(givers(one), givers(other))
        and close(transfer_day(one), transfer_day(other))
    )


def same_pledge_notice(one: Seen, other: Seen) -> bool:
    return same_parties(one, other) and close(pledge_day(one), pledge_day(other))


def pledge_day(seen: Seen) -> str | None:
    return first_said(seen, "registered_on", "announced_on")


def licence_day(seen: Seen) -> str | None:
    return first_said(seen, "recorded_on", "signed_on")


def same_licence_notice(one: Seen, other: Seen) -> bool:
    return same_parties(one, other) and close(licence_day(one), licence_day(other))


def declared_day(seen: Seen) -> str | None:
    return first_said(seen, "declared_on", "announced_on")


def withdrawn_day(seen: Seen) -> str | None:
    return first_said(seen, "withdrawn_on", "announced_on")


def same_activity(one: Seen, other: Seen) -> bool:
    """The same evening, announced under titles that say the same."""
    days = [seen["statement"].get("held_on") for seen in (one, other)]
    return days[0] is not None and days[0] == days[1] and alike(one["statement"]["title"], other["statement"]["title"])


def same_demand(one: Seen, other: Seen) -> bool:
    """One owner wants the same: titles near-equal, or near-equal descriptions under titles that lean together."""
    mine, theirs = one["statement"], other["statement"]
    if alike(mine["title"], theirs["title"]):
        return True
    if not (mine.get("problem") and theirs.get("problem")):
        return False
    return alike(mine["title"], theirs["title"], 0.5) and alike(mine["problem"], theirs["problem"])


def posted_day(seen: Seen) -> str | None:
    """Demands and activities need no day to be compared."""
    return first_said(seen, "posted_on", "held_on") or "1985-04-01"


NEAR: Mapping[str, Near] = MappingProxyType(
    {
        "transfer": Near(transfer_day, same_transfer, DEAL_WINDOW, effective_day, same_notice),
        "licence": Near(licence_day, same_parties, DEAL_WINDOW, licence_day, same_licence_notice),
        "pledge": Near(pledge_day, same_parties, PLEDGE_WINDOW, pledge_day, same_pledge_notice),
        "open-licence": Near(withdrawn_day, lambda one, other: other["phase"] == "declared", (-36500, 0), declared_day),
        "activity": Near(posted_day, lambda one, other: False, peers=same_activity),
        "demand": Near(posted_day, lambda one, other: False, peers=same_demand),
    }
)

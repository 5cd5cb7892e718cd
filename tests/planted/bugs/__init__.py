"""The planted bugs, by the promise that each breaks. A refactoring moves a target here, a fixed escape adds a bug.

Not planted: webhooks, ACL files and CSV exports, which the hub does not have; the offset reset of a client, since every read
begins at an offset of ours; a restore to an end taken before fencing, which the check of state against offset turns into a
refused start, and that check is planted against.
"""

from __future__ import annotations

from tests.planted.bug import Bug
from tests.planted.bugs import dossiers, figures, identity, polls, publishing, stages, store

BUGS_BY_PROMISE: dict[str, tuple[Bug, ...]] = {
    "an event has one id, and its revisions only rise": identity.BUGS,
    "an event is a function of the set of its sightings": dossiers.BUGS,
    "a figure is exact": figures.BUGS,
    "a poll believes only what is proved": polls.BUGS,
    "what a poll read is published once, with its cursor and evidence": publishing.BUGS,
    "a stage handles each record exactly once": stages.BUGS,
    "the read model says what the topics say": store.BUGS,
}
BUGS: tuple[Bug, ...] = tuple(bug for bugs in BUGS_BY_PROMISE.values() for bug in bugs)

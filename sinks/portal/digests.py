"""Digests: a thread of the portal that writes what changed of each follow, as its feed has it; the process ``webhooks`` sends it.

A look reads the feed up to a change that the indexes hold; the letter and the place then move in one transaction, which
one process alone can do. So every change is told in one letter, whatever is killed when.
"""

from __future__ import annotations

import threading

from ops import telemetry
from ops.rounds import Rounds
from schemas.errors import HubError, NotFound
from sinks.mail.follows import Follow
from sinks.mail.letters import Text
from sinks.portal.errors import Gone, QueryInvalid
from sinks.portal.read.views import Views
from sinks.portal.show.digest_text import digest
from sinks.portal.show.feed_text import deleted, entries
from sinks.portal.web.followed import followed, news

MOST_ITEMS = 50  # of one letter; it leads to the page with the others
MOST_FOLLOWS = 20  # of one round
LOOK_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 60.0


class Digests:
    """``base``: the portal's own address, with which the links in letters begin."""

    def __init__(self, views: Views, base: str) -> None:
        self._views, self._base = views, base
        self.rounds = Rounds("digests")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="digests", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(timeout=10)

    def round(self) -> int:
        """Look at the follows whose turn it is, at most so many; gives how many there were. Raises Unreachable, Paused."""
        newest = self._views.newest_change
        due = self._views.follows.due(newest, MOST_FOLLOWS) if newest else []
        for each in due:
            self._views.follows.tell(each, newest, self._letter(each, newest))
        return len(due)

    def _letter(self, found: Follow, newest: int) -> Text | None:
        """None: nothing changed, or what is followed is gone, and nothing of it changes any more."""
        after = min(found.place, newest)  # a restored store may be at an earlier change than it was
        try:
            told = news(self._views, followed(found.about), found.lang, after, newest, MOST_ITEMS)
        except (NotFound, Gone, QueryInvalid) as error:
            telemetry.log("follow_unreadable", "warning", follow=found.id, reason=error.message)
            return None
        if not told.items:
            return None
        return digest(
            told.title,
            f"/en{told.home}" if found.lang == "en" else told.home,
            entries(told.items, found.lang),
            deleted(told.items, found.lang),
            self._base,
            self._views.follows.addresses.link(found.id),
            found.lang,
            is_more=told.is_more,
        )

    def _run(self) -> None:
        wait = LOOK_SECONDS
        while not self._stopping.wait(wait):
            try:
                wait = 0.0 if self.round() == MOST_FOLLOWS else LOOK_SECONDS
                self.rounds.well()
            except HubError as error:  # the database is away: pages say so, and this goes on by itself
                self.rounds.failed()
                telemetry.log("digests_wait", "warning", reason=error.message, seconds=wait)
                wait = min(max(wait, LOOK_SECONDS) * 2, LONGEST_WAIT_SECONDS)
            except Exception as error:  # a fault of ours: it is in the log, and the next round may be whole
                self.rounds.failed()
                telemetry.log("digests_failed", "error", reason=f"{type(error).__name__}: {error}")
                wait = LONGEST_WAIT_SECONDS

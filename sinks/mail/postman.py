"""Postman: hands the letters that wait to a carrier, one round after the other; what it took is deleted."""

from __future__ import annotations

import random
from collections.abc import Callable

from ops import telemetry
from ops.failpoints import hit
from ops.settings import Settings
from sinks.mail.addresses import Addresses, key_of
from sinks.mail.carriers import Answer, Carrier, Folder, Server
from sinks.mail.letters import Letter, message
from sinks.store.database import Database
from sinks.webhooks import retries

MOST = 50  # letters of one round, by one connection
LEASE_SECONDS = 300.0  # longer than a server may take for one letter: some answers of 30 seconds each


class Postman:
    """Any number of processes may share the letters. Raises Unreachable, Paused."""

    def __init__(
        self,
        database: Database,
        addresses: Addresses,
        carrier: Carrier,
        sender: str,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database, self._addresses, self._carrier = database, addresses, carrier
        self._sender, self._chance = sender, chance

    def round(self) -> bool:
        """Hand on what is due; gives whether there was anything. A carrier that is away keeps all of it waiting."""
        with self._database.snapshot() as db:
            (found,) = db.rows("waiting_letters")
        telemetry.gauge("tongda_letters_waiting", found["waiting"])
        if not found["due"]:
            return False
        done = 0
        with self._carrier.line() as line:
            while done < MOST and (letter := self._claimed()):
                receiver = self._addresses.open(letter.address)
                answer = line.hand_on(letter.id, message(letter, self._sender, receiver), receiver)
                hit("mail.sent.after")
                self._settle(letter, answer)
                done += 1
        return done > 0

    def _claimed(self) -> Letter | None:
        with self._database.transaction() as db:
            return next(iter(db.read(Letter, "claim_letters", seconds=LEASE_SECONDS, limit=1)), None)

    def _settle(self, letter: Letter, answer: Answer) -> None:
        """A receiver that does not exist, or took nothing for three days, follows nothing any more."""
        attempts = letter.attempts + 1
        wait = None if answer.is_final else retries.wait_of(attempts, self._chance)
        outcome = "delivered" if answer.taken else "given_up" if wait is None else "failed"
        with self._database.transaction() as db:
            if answer.taken:
                db.rows("letter_taken", id=letter.id, lease=letter.lease)
            elif wait is None:
                db.rows("remove_follow", id=letter.follow)
                db.execute_named("remove_letters_of_follow", id=letter.follow)
            else:
                db.rows(
                    "letter_waits",
                    id=letter.id,
                    lease=letter.lease,
                    attempts=attempts,
                    problem=answer.problem,
                    wait=wait,
                )
            hit("mail.settle.before")
        hit("mail.settle.after")
        telemetry.count("tongda_letters_total", outcome=outcome)
        if outcome == "given_up":
            telemetry.log("follow_given_up", "warning", follow=letter.follow, reason=answer.problem)


def postman_of(settings: Settings, database: Database) -> Postman:
    """As the settings say. Raises Misconfigured."""
    carrier = (
        Server(settings.mail, settings.mail_from, settings.mail_password())
        if settings.mail
        else Folder(settings.home / "mail")
    )
    return Postman(database, Addresses(key_of(settings.mail_key)), carrier, settings.mail_from)

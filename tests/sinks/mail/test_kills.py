"""A process is killed at each step of a letter: it is told once, and sent again only where the mail server alone knows of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import date, datetime
from email import message_from_bytes, policy
from pathlib import Path

from ops.evidence import EvidenceStore
from ops.failpoints import arm
from ops.settings import read_settings
from schemas.fields.date import CHINA
from sinks.mail.addresses import Addresses
from sinks.mail.carriers import Carrier, Folder, Server
from sinks.mail.follows import Asked, Follows
from sinks.mail.letters import Text
from sinks.mail.postman import Postman
from sinks.portal.digests import Digests
from sinks.portal.read.views import Views
from sinks.portal.search.follow import Follower
from sinks.store.database import Database
from tests.live.points import MAILED
from tests.sinks.conftest import Feeder
from tests.sinks.examples import a_listing
from tests.sinks.mail.conftest import SENDER, MailServer

TO = {"folder": "f@hnu.edu.cn", "server": "s@hnu.edu.cn"}
SENT_TWICE = ("mail.sent.after", "mail.settle.before")  # the server has it, the database does not know


def test_a_process_killed_at_any_step_tells_each_change_in_one_letter(
    read_model: str, db: Database, feeder: Feeder, addresses: Addresses, server: MailServer, tmp_path: Path
) -> None:
    feeder.feed(a_listing(1))
    follows = Follows(db, addresses, lambda: datetime.now(CHINA))
    carriers: dict[str, Carrier] = {"folder": Folder(tmp_path / "mail"), "server": Server(server.url, SENDER)}

    def process(carrier: Carrier, failpoint: str = "") -> None:
        """What the portal's thread and the sending process do, once."""
        given = {"TONGDA_PROFILE": "test", "TONGDA_HOME": str(tmp_path)}
        arm(read_settings(given | ({"TONGDA_FAILPOINTS": f"{failpoint}=kill"} if failpoint else {})))
        own = Database(read_model, role="tests")
        follower = Follower(own)
        follower.step()
        views = Views(own, follower, EvidenceStore(tmp_path), (), date.today, addresses=addresses)
        Digests(views, "http://hub.example").round()
        while Postman(own, addresses, carrier, SENDER, lambda: 0.0).round():
            pass
        own.close()

    number = 1
    for name, carrier in carriers.items():
        follows.add(Asked("/api/v1/feeds/listings", "zh", 1, TO[name], ""), lambda link: Text(link, link))
        with db.transaction() as opened:
            opened.execute("delete from letter")
        (found,) = (each for each in follows.listed(2) if addresses.open(each.address) == TO[name])
        follows.confirm(addresses.link(found.id))
        for point in MAILED:
            number += 1
            feeder.feed(a_listing(number, title=f"第{number}号"))
            assert forked(lambda carrier=carrier, point=point: process(carrier, point)) == -signal.SIGKILL, point
            with db.transaction() as opened:  # as if the lease of the killed process were over, and the day
                opened.execute("update letter set leased_until = now()")
            process(carrier)
            with db.transaction() as opened:
                opened.execute("update follow set next_at = now()")
                assert opened.fetch("select * from letter", {}) == []
        follows.stop(addresses.link(found.id))

    kept = [message_from_bytes(each.read_bytes(), policy=policy.default) for each in (tmp_path / "mail").iterdir()]
    assert sorted(told(each.get_content()) for each in kept) == [f"第{n}号" for n in range(2, 2 + len(MAILED))]
    sent = [(told(mail.get_content()), mail["Message-ID"]) for _, mail in server.received]
    expected = {f"第{n}号": 2 if point in SENT_TWICE else 1 for n, point in enumerate(MAILED, 2 + len(MAILED))}
    assert {text: [each for each, _ in sent].count(text) for text, _ in sent} == expected
    assert len({id for _, id in sent}) == len(MAILED), "a second copy has the Message-ID of the first"


def told(text: str) -> str:
    """The titles in a letter."""
    return ",".join(line.partition("：")[2] for line in text.splitlines() if line.startswith("· "))


def forked(work: Callable[[], None]) -> int:
    """Do it in a process of its own; gives how that ended."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

"""What the gazette prints: announcements about patents, and grants; and the licensed service that repeats it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

from ops.sandbox.rows import spelling
from ops.sandbox.rows.printing import (
    Printing,
    Row,
    iso,
    party,
)
from ops.sandbox.world.facts import Facts, Patent
from ops.sandbox.world.ledger import Fact
from ops.sandbox.world.world import Draft

GAZETTE, VENDOR = "cnipa_gazette", "cnipr"
PRINTED_KEY = ("app_number", "pub_date", "law_state", "申请号", "公告日", "事务类型")


class Gazette(Printing):
    """Rows of the feeds of cnipa_gazette, and of cnipr. Announcements with the same number, day and title are told apart by their order."""

    def __init__(self, facts: Facts, chance: random.Random) -> None:
        super().__init__(facts, chance)
        self._announced: dict[tuple[str, str], list[Draft]] = {}

    def announcement(
        self,
        feed: str,
        patent: Patent,
        title: str,
        text: str,
        announced: date,
        place: str,
        event: str,
        fact: Fact,
        *,
        unreadable: str = "",
        corrects: Draft | None = None,
    ) -> Draft:
        """One announcement about one patent: an XML record or a line of a CSV, by feed.

        ``corrects``: an earlier announcement, printed again under its own number with another text.
        """
        number = self.chance.choice((patent.number, spelling.undotted(patent.number), f"CN{patent.number}"))
        printed = f"{announced:%Y%m%d}"
        if feed in ("pledge_registrations", "open_licences"):
            content: Row = {"申请号": number, "公告日": printed, "事务类型": title, "事务内容": text}
        else:
            content = {"app_number": number, "pub_date": printed, "law_state": title, "law_state_information": text}
        stated = () if unreadable else ({**fact, "patents": [patent.number], "announced_on": iso(announced)},)
        if corrects:
            content |= {name: value for name, value in corrects.content.items() if name in PRINTED_KEY}
            return self._replaced(replace(corrects, op="edit", event="redropped", content=content, facts=stated))
        record = f"{number}/{printed}/{title}"
        return self._numbered(Draft(GAZETTE, feed, record, "insert", event, content, stated, unreadable, place))

    def repeated(self, serial: int, of: Draft, patent: Patent, loaded: date) -> Draft:
        """An announcement of a transfer as the licensed service loads it some days later."""
        (fact,) = of.facts
        content = {
            "pid": f"PID{serial:08d}",
            "an": f"CN{patent.number}",
            "lawDate": fact["announced_on"].replace("-", "."),
            "lawState": of.content["law_state"],
            "lawStateInfo": of.content["law_state_information"],
            "loadDate": loaded.isoformat(),
        }
        return Draft(VENDOR, "transfers", content["pid"], "insert", "repeated", content, of.facts)

    def _numbered(self, draft: Draft) -> Draft:
        """Announcements with the same number, day and title all go into the file of the first, numbered in their order."""
        alike = self._announced.setdefault((draft.feed, draft.record), [])
        for one in alike:
            if one.content == draft.content:  # the same text again
                return replace(draft, record=one.record, place=one.place)
        if alike:
            draft = replace(draft, record=f"{draft.record}/{len(alike) + 1}", place=alike[0].place)
        alike.append(draft)
        return draft

    def _replaced(self, draft: Draft) -> Draft:
        """The corrected announcement replaces the earlier one."""
        alike = self._announced[
            draft.feed, "/".join(draft.content[name] for name in PRINTED_KEY if name in draft.content)
        ]
        alike[[one.record for one in alike].index(draft.record)] = draft
        return draft

    def grant(self, patent: Patent, serial: int, place: str, *, destroyed: bool) -> Draft:
        publication = f"CN{patent.number[4]}{serial:08d}{ {'invention': 'B', 'utility_model': 'U', 'design': 'S'}[patent.right_type] }"
        body = patent.number[:12]
        content = {
            "item": str(serial),
            "name": patent.title,
            "authorization_notice_id": publication,
            "authorized_announcement_date": f"{patent.granted_on:%Y.%m.%d}",
            "filing_id": f"{float(body) * 10:.4E}" if destroyed else patent.number,
            "filing_date": f"{body[:4]}.06.18",
            "patentee": self.names(patent.holders, ";??"),
            "designer": "孙某某",
            "address": self.address(patent.holders[0]),
            "Int.Cl.": patent.ipc if patent.ipc[:1].isdigit() else f"{patent.ipc}(2006.01)I",
        }
        fact = {
            "kind": "legal-status",
            "phase": "granted",
            "patents": [patent.number],
            "announced_on": iso(patent.granted_on),
            "givers": [party(one, place=number == 0) for number, one in enumerate(patent.holders)],
        }
        return Draft(
            GAZETTE,
            "grants",
            publication,
            "insert",
            "granted",
            content,
            () if destroyed else (fact,),
            "patent_number_destroyed" if destroyed else "",
            place,
        )

"""A hub with one kind more than the release has: its class and its entry in ``KINDS``, nothing else. Prints what it says.

    python -m tests.streams.another_kind

A process of its own: what follows from the kinds (topics, readers, records) is made when their modules are imported.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

import schemas.kinds as kinds
from schemas.kinds.columns import Day, Number, Parties, Patents
from schemas.kinds.identity import Identity, official, standing_in
from schemas.kinds.matching import Candidate, Matching, same_parties, takers
from schemas.kinds.occurrence import Effect, Occurrence, says
from schemas.subjects import name_of, patent_subject
from schemas.words import Term


def day(candidate: Candidate) -> str | None:
    return candidate.statement.sold_on


class Auction(Occurrence, frozen=True):
    """拍卖: a patent is sold to whoever bids most."""

    name, label, secrecy = "auction", Term("拍卖", "Auction"), "shared"
    phases = {"called": Term("已公告", "Called"), "sold": Term("已成交", "Sold")}
    giver, taker, counts_on = "seller", "bidder", "sold_on"
    stated_on = named_on = ("sold_on",)
    matching = Matching(day, takers, same_parties, (-30, 30), day, same_parties)

    patents: Annotated[Patents, Meta(min_length=1), says("专利号", "Patents")]
    seller: Annotated[Parties, says("出让人", "Seller")] = ()
    bidder: Annotated[Parties, says("竞得人", "Bidder")] = ()
    auctioneer: Annotated[Parties, says("拍卖人", "Auctioneer")] = ()  # in no role
    lot: Annotated[Number | None, says("标的号", "Lot")] = None
    sold_on: Annotated[Day | None, says("成交日", "Sold on")] = None

    def subjects(self) -> tuple[str, ...]:
        return tuple(map(patent_subject, self.patents))

    def identity(self, subject: str, phase: str) -> Identity:
        return official(name_of(subject), self.lot) if self.lot else standing_in(name_of(subject), "unnumbered")

    def effect(self, phase: str) -> Effect:
        return Effect(concludes_on=self.sold_on) if phase == "sold" else Effect()


kinds.KINDS += (Auction,)
kinds.BY_NAME[Auction.name] = Auction


def main() -> None:
    from schemas.wire import encode
    from tests.examples import FIRM, SME, A, a_legal_status, a_supply, party, seen
    from tests.hub import Hub

    def auction(phase: str, record: str, seller: str = FIRM, **more: Any) -> dict[str, Any]:
        parties = {"seller": [party(seller)], "bidder": [party(SME)]}
        return seen("auction", phase, f"patent:{A}", f"{record}|auctions|1", patents=[A], **parties, **more)

    new_name = "长沙样例重工有限公司"
    hub = Hub().sight(
        [
            a_supply(A),
            auction("called", "a", sold_on="2025-05-06"),
            auction("sold", "b", new_name, sold_on="2025-05-10", lot="7", auctioneer=[party("张某某")]),
            a_legal_status(A, "holder_renamed", "2025-05-08", renamed_from=[FIRM], renamed_to=[new_name]),
            auction("sold", "c", new_name, sold_on="2025-05-10", lot="7") | {"secrecy": "sensitive"},
        ]
    )
    (event,) = hub.current("auction").values()
    (listing,) = hub.current("supply").values()
    found = {
        "phase": event["phase"],
        "sources": [source["source"] for source in event["sources"]],
        "disagreements": [one["field"] for one in event["disagreements"]],
        "occurred_on": event["occurred_on"],
        "auctioneer": event["statement"]["auctioneer"],
        "sme": event["statement"]["bidder"][0].get("sme"),
        "listing": [listing["state"], listing["state_reason"], listing["state_event"] == event["id"]],
        "redirects": [one["state"] for one in hub.values("tongda.auction.v1").values() if one["id"] != event["id"]],
    }
    print(encode(found).decode())


if __name__ == "__main__":
    main()
